"""Fields of JSON answers that may be absent, null or of another type than usual."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scraper.items import RawPlace
from scraper.platforms.json_board import JsonObject
from scraper.schema_org import text_of


def object_of(value: Any) -> JsonObject:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> list[JsonObject]:
    """The objects of an array; anything else in it, and anything else than an array, is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def amount_of(value: Any) -> str | None:
    """A figure of pay as written; 0 and ``"0.00"`` mean that nobody said."""
    amount = text_of(value)
    return amount if amount and amount.strip("0.,") else None


def distinct_places(places: Iterable[RawPlace | None]) -> list[RawPlace]:
    """The places that are any, each once, in their order."""
    found: list[RawPlace] = []
    for place in places:
        if place and place not in found:
            found.append(place)
    return found


def place_of(city: Any, region: Any, country: Any) -> RawPlace | None:
    """The place that these parts of an address name, if they name any."""
    place = RawPlace(city=text_of(city), region=text_of(region), country=text_of(country))
    return place if place.city or place.region or place.country else None
