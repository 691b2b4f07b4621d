"""Places and remote work, from the board's fields first and from the ad's text only where they say nothing."""

from __future__ import annotations

import re

from pipelines.places import read_line, read_places
from pipelines.remote import remote_kind, remote_kind_in_text
from scraper.items import Place, Posting

TEXT_CHARS = 20_000
"""How far into a text a place is looked for."""

_LABELLED = re.compile(r"\b(?:work |job |office )?locations?\s*(?:\(s\))?\s*:\s*([^\n]{3,120})", re.IGNORECASE)


def places_in_text(text: str) -> list[Place]:
    """The place behind the first "Location:" of a text, when it names a city with its region; else nothing."""
    if "ocation" not in text and "OCATION" not in text:  # spares most texts the search
        return []
    for match in _LABELLED.finditer(text[:TEXT_CHARS]):
        found = read_line(match[1])
        if found and found[0][0] and found[0][1]:
            city, region, country, words = found[0]
            return [Place(city=city, region=region, country=country, place_text=words)]
    return []


def find_remote(item: Posting) -> str | None:
    """``remote``, ``hybrid`` or ``onsite``: the board's own field, the place line, the title, the ad's text."""
    for words in (item.remote_raw, item.location_raw, item.title):
        if words and (kind := remote_kind(words)):
            return kind
    return remote_kind_in_text((item.text or "")[:TEXT_CHARS])


class LocatePipeline:
    """Fill ``places``, ``city``, ``region``, ``country`` (of the first place) and ``remote``."""

    def process_item(self, item: Posting) -> Posting:
        item.places = read_places(item.places_raw) or (places_in_text(item.text or "") if not item.places_raw else [])
        item.remote = find_remote(item)
        if item.places:
            first = item.places[0]
            item.city, item.region, item.country = first.city, first.region, first.country
        return item
