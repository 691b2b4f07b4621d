"""Whether a job is part-time, and whether it ends by itself: nobody then earns its yearly pay in a year."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from scraper.items import Posting

TEXT_CHARS = 20_000
"""How far into a text the words are looked for."""

Kinds = dict[str, re.Pattern[str]]


@cache
def employment_words() -> dict[str, Kinds]:
    """``data/employment.toml``, compiled: where (``field``, ``text``) -> what it says -> words."""
    data = tomllib.loads((files("pipelines") / "data" / "employment.toml").read_text(encoding="utf-8"))
    return {
        where: {
            kind: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) for kind, words in kinds.items()
        }
        for where, kinds in data.items()
    }


def said(item: Posting, yes: str, no: str) -> tuple[bool | None, str | None]:
    """What the first of field, title and text that speaks of it says, and its words; None where it says both."""
    words = employment_words()
    for where, text in (("field", item.employment_type_raw), ("text", item.title), ("text", item.text)):
        found = [words[where][kind].search((text or "")[:TEXT_CHARS]) for kind in (yes, no)]
        if found[0] and found[1]:
            return None, None
        if match := found[0] or found[1]:
            return found[0] is not None, match[0]
    return None, None


class ReadEmploymentPipeline:
    """Fill ``is_part_time``, ``is_contract`` and the words they were read from."""

    def process_item(self, item: Posting) -> Posting:
        item.is_part_time, one = said(item, "part_time", "full_time")
        item.is_contract, other = said(item, "contract", "permanent")
        item.employment_evidence = " / ".join(dict.fromkeys(filter(None, (one, other)))) or None
        return item
