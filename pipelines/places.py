"""Places as employers write them -> city, region, country.

Unknown stays unknown: nothing is guessed from part of an address. What names mean, ``gazetteer.py`` knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest

from pipelines.gazetteer import City, cities_named, country_of, fold, gazetteer, state_of
from pipelines.remote import without_remote_words
from scraper.items import Place, RawPlace

MAX_PLACE_CHARS = 300
"""A longer place field is prose, not a place."""

_STRONG_BREAK = re.compile(r"\s+/\s+|(?<=[a-z])/(?=[A-Z])|\s*[;|•\n]\s*|\s+(?:or|and|&)\s+(?=[A-Z])")
_WEAK_BREAK = re.compile(r"\s*,\s*|\s+[-–—]\s+|\s*[()]\s*|(?<=[A-Za-z]):\s+|\s{2,}")
_CODES = re.compile(r"(?P<codes>(?:[A-Z]{2,3}[-–.])+|USA?\s[A-Z]{2}\s|[A-Z]{3}\s)(?P<name>[A-Z][\w .']{2,})")
"""Codes before a name, without spaces: US-NY-New York, TX-Houston; USA NY New York."""

_PREPOSITION = re.compile(
    r"^(?:in|from|within|near|across|throughout|anywhere in|based in)\s+(?:the\s+)?", re.IGNORECASE
)
_TIME_ZONE = re.compile(
    r"\b(?:(?:eastern|central|mountain|pacific|atlantic)(?:,? (?:or|and) |, |/)?)+(?: standard)? time(?: zones?)?\b"
    r"|\b(?:[ECMP][SD]T|GMT|UTC)\b(?:\s?[+-]\s?\d+)?(?: hours| time(?: zone)?)?|\b[ECMP]T (?:hours|time)\b"
    r"|\b\w+ time ?zones?\b",
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
    r"^(?:greater|metro|downtown|central)\s+|\s+(?:metropolitan area|metro area|metroplex|metro|area|region|cbd)$",
    re.IGNORECASE,
)
_DIRECTION = re.compile(r"^(?:north|south|east|west)(?:ern)?\s+|^(?:central|upstate|downstate)\s+", re.IGNORECASE)
_NO_CITY = re.compile(
    r"\d|^(?:any|jobs?|positions?|roles?|work)$|\b(?:offices?|locations?|multiple|various|several|(?:inter)?national(?:ly)?|nationwide|worldwide|global|hall"
    r"|field|courthouse|hq|headquarters|varies|workers?"
    r"|(?:north(?:ern)?|south(?:ern)?|central|latin) america|americas|emea|apac"
    r"|europe|eu|european union|asia|africa|mena|latam)\b",
    re.IGNORECASE,
)
_OPTIONAL_TAIL = re.compile(
    r"\s*\b(?:\d+\s*days?\b.*|days?\b.*|in (?:the )?office.*|only|based|eligible|preferred|locations?)$", re.IGNORECASE
)


@dataclass(slots=True)
class _Open:
    """A place being put together from the parts of a line."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    words: list[str] = field(default_factory=list)


def read_places(raw: Iterable[RawPlace]) -> list[Place]:
    """The distinct places of a board's place fields, in order; parts that name no place are left out."""
    places: list[Place] = []
    for each in raw:
        country = country_of(each.country, alpha2=True) if each.country else None
        line = (each.text or _joined(each, country))[:MAX_PLACE_CHARS]
        for city, region, found_country, words in read_line(line, country):
            place = Place(city=city, region=region, country=found_country, place_text=words)
            if all(_key(place) != _key(known) for known in places):
                places.append(place)
    return places


def _joined(raw: RawPlace, country: str | None) -> str:
    """City and region in one line, with a country that is none."""
    parts = (raw.city, raw.region, None if country else raw.country)
    return ", ".join(part for part in parts if part and part not in "-–")


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
        parts = [
            part for each in _WEAK_BREAK.split(stretch) for part in map(_without_noise, _codes_apart(each)) if part
        ]
        if in_countries and len(parts) == 1 and (code := country_of(parts[0], alpha2=True)):
            places = [_Open(country=code, words=parts)]  # the CA of "Remote (US; CA)" is Canada
        else:
            places = _places_of(parts, country)
        for place in places:
            if place.city or place.region or place.country:
                found.append((place.city, place.region, place.country, ", ".join(place.words)))
        in_countries = bool(places) and not (places[-1].city or places[-1].region)
    return tuple(found)


def _codes_apart(part: str) -> list[str]:
    if (match := _CODES.fullmatch(part.strip())) and not cities_named(part):
        codes = re.split(r"[-–.\s]", match["codes"].strip("-–. "))
        if all(state_of(code) or country_of(code) for code in codes):
            return [*codes, match["name"]]
    state, _, land = part.strip().partition(" ")
    if land and state_of(state) and country_of(land) == "US":
        return [state, land]  # Midwest City, OK US
    land, _, city = part.partition("-")
    is_both = bool(city) and country_of(land.strip()) and cities_named(city)
    return [land, city] if is_both and not cities_named(part) else [part]


def _without_noise(part: str) -> str:
    """A part without postal code, remote words and notes such as "3 days in office"; empty when nothing is left."""
    part = _ZIP.sub("", part.strip()).strip()
    part = without_remote_words(part)
    part = _PREPOSITION.sub("", _OPTIONAL_TAIL.sub("", part).strip(" -–—:,./"))
    if fold(part) in gazetteer().nicknames:
        return part
    return part if fold(part) in gazetteer().counties else _AROUND.sub("", part).strip()


def _places_of(parts: list[str], country: str | None) -> list[_Open]:
    """Put the parts of one stretch together: "City, State", "Country, State, City", lists of states or countries."""
    if len(parts) > 1 and _opens_with_country(parts, country):
        country = country or country_of(parts[0], alpha2=True)
        parts = _turned(parts, country)  # US, NY, New York
    if country not in (None, "US", "CA") and len(parts) > 1 and parts[-1] == country:
        parts = parts[:-1]  # Berlin, DE under Germany
    if code := _closing_country(parts):
        country, parts = code, parts[:-1]  # Berlin, BE, DE
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


def _opens_with_country(parts: list[str], country: str | None) -> bool:
    is_country = country_of(parts[0], alpha2=True) and not state_of(parts[0], country)
    return bool(is_country) and not _is_city_of(parts[0], parts[1], country)


def _turned(parts: list[str], country: str | None) -> list[str]:
    """Country, region, city -> city, region, country; what is more exact than a known city is left out."""
    turned = parts[::-1]
    known = [at for at, part in enumerate(turned) if any(city.country == country for city in cities_named(part))]
    return turned[known[0] :] if known else turned


def _closing_country(parts: list[str]) -> str | None:
    """The country code at the end of city, region, country; a code that is also a state's may be the state."""
    if len(parts) < 3 or not (code := country_of(parts[-1], alpha2=True)):
        return None
    state = state_of(parts[-1])
    if state and any((city.region, city.country) == state for city in cities_named(parts[-2])):
        return None  # Suite 400, Chicago, IL
    return code if code in ("US", "CA") or not state_of(parts[-2]) else None


def _is_city_of(part: str, following: str, country: str | None) -> bool:
    """Whether a name that is also a state's or a country's means the city here: "New York, NY", "Lebanon, PA"."""
    region = state_of(following, country)
    is_other = state_of(part, country) or country_of(part)
    if not region or not is_other:
        return False
    is_city = any((city.region, city.country) == region for city in cities_named(part))
    is_named_fully = fold(following) == "district of columbia"
    return is_city and (is_named_fully or len(following.replace(".", "")) == 2 or fold(part) == fold(following))


def _add_part(places: list[_Open], part: str, country: str | None) -> None:
    last = places[-1] if places else None
    waits_for_region = last is not None and bool(last.city) and not last.region
    nickname = gazetteer().nicknames.get(fold(part))
    if nickname and not (last and last.city and state_of(part, country)):
        places.append(_Open(*nickname, words=[part]))
    elif region := state_of(part, country):
        _add_region(places, part, region)
    elif (code := country_of(part)) and country in (None, code):
        _add_country(places, part, code)
    elif last and waits_for_region and (code := _region_abroad(part, last, country)):
        last.region, last.country = part, code
        last.words.append(part)
    elif (land := gazetteer().foreign_regions.get(fold(part))) and country in (None, land):
        places.append(_Open(None, part, land, words=[part]))
    elif fold(part).endswith(" county"):
        return  # holds many towns and is none
    elif tail := _STREET_TAIL.match(part):
        _add_tail(places, tail["rest"], country)
    elif _STREET.search(part):
        return
    elif last and waits_for_region and not cities_named(part):
        last.region = part  # a region of a country we have no list of
        last.words.append(part)
    elif last and last.region and not last.city and _lies_in(part, last):
        last.city = part  # CA - San Diego
        last.words.append(part)
    elif not _NO_CITY.search(part) and not state_of(_DIRECTION.sub("", part), country):
        _add_city(places, part, country)


def _add_region(places: list[_Open], part: str, region: tuple[str, str]) -> None:
    last = places[-1] if places else None
    if last and last.city and not last.region:
        if _is_abroad(last, part):
            last.country = country_of(part)  # Tbilisi, Georgia
        else:
            last.region, last.country = region
        last.words.append(part)
    elif not (last and last.region == region[0] and last.city):
        places.append(_Open(None, *region, words=[part]))


def _is_abroad(place: _Open, part: str) -> bool:
    """Whether a state's name is the country's here: the gazetteer has the city there and not in the state."""
    code = gazetteer().countries.get(fold(part))
    cities = cities_named(place.city or "")
    return code is not None and bool(cities) and all(city.country != "US" for city in cities)


def _add_country(places: list[_Open], part: str, code: str) -> None:
    for place in places:
        place.country = place.country or code
    last = places[-1] if places else None
    if last and last.city and not last.region and fold(part) in gazetteer().nations:
        last.region = part
    if not places:
        places.append(_Open(country=code, words=[part]))


def _region_abroad(part: str, place: _Open, country: str | None) -> str | None:
    """The country of a region that is written behind a city: a British county, an Australian state."""
    code = gazetteer().counties.get(fold(part)) or gazetteer().foreign_regions.get(fold(part))
    if code is None or country not in (None, code):
        return None
    return (
        code
        if fold(part) in gazetteer().counties or any(city.country == code for city in cities_named(place.city or ""))
        else None
    )


def _lies_in(part: str, place: _Open) -> bool:
    return any((city.region, city.country) == (place.region, place.country) for city in cities_named(part))


def _add_tail(places: list[_Open], rest: str, country: str | None) -> None:
    """What follows a street in the same part: "55 Water St Ny Ny", "350 Jay St Brooklyn NY"."""
    words = rest.split()
    if len(words) > 1 and state_of(words[-1], country):
        city = " ".join(words[:-1])
        is_new_york = state_of(city, country) == state_of(words[-1], country) == ("NY", "US")
        _add_part(places, "NYC" if is_new_york else city, country)
        _add_part(places, words[-1], country)
    else:
        _add_part(places, rest, country)


def _add_city(places: list[_Open], part: str, country: str | None) -> None:
    *city, last = part.split()
    if city and (region := state_of(last, country)) and len(last.replace(".", "")) == 2:
        places.append(_Open(" ".join(city), *region, words=[part]))  # "Albany NY"
    elif city and (code := gazetteer().foreign_regions.get(fold(last))) and cities_named(" ".join(city)):
        places.append(_Open(" ".join(city), last, code, words=[part]))  # "Sydney NSW"
    else:
        places.append(_Open(city=part, words=[part]))


def _complete(place: _Open, country: str | None) -> None:
    """Spell the city as the gazetteer does and add the region and country it implies; drop what is no city."""
    if not place.city:
        return
    place.country = place.country or country
    known = [city for city in cities_named(place.city) if _may_be(city, place)]
    if known:
        place.city = known[0].name
        place.region = place.region or known[0].region or None
        place.country = place.country or known[0].country
    elif place.country is None:
        place.city = place.region = None  # a name that no list knows, alone: "Main Building"
    elif place.city.isupper() or place.city.islower():
        place.city = place.city.title()


def _may_be(city: City, place: _Open) -> bool:
    """Whether the gazetteer's city is the one meant, by country and, where it has regions, by region."""
    return place.country in (None, city.country) and (not city.region or place.region in (None, city.region))
