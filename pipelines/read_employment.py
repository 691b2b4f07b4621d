"""Whether a job is part-time, and whether it ends by itself: nobody then earns its yearly pay in a year."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from scraper.items import Posting
from taggers.patterns import Patterns

TEXT_CHARS = 20_000
"""How far into a text the words are looked for."""


@cache
def employment_words() -> dict[str, Patterns]:
    """``data/employment.toml``, compiled: where (``field``, ``text``) -> the words for what may be said there."""
    data = tomllib.loads((files("pipelines") / "data" / "employment.toml").read_text(encoding="utf-8"))
    return {
        where: Patterns(
            {kind: [rf"(?<!\w)(?:{'|'.join(words)})(?!\w)"] for kind, words in kinds.items()}, ignore_case=True
        )
        for where, kinds in data.items()
    }


def found_in(item: Posting) -> list[dict[str, str]]:
    """What the field, the title and the text say, in this order: kind of employment -> its words."""
    words = employment_words()
    places = (("field", item.employment_type_raw), ("text", item.title), ("text", item.text))
    return [{kind: match[0] for kind, match in words[where].found(text[:TEXT_CHARS])} for where, text in places if text]


def said(found: list[dict[str, str]], yes: str, no: str) -> tuple[bool | None, str | None]:
    """What the first of them that speaks of it says, and its words; None where it says both."""
    for kinds in found:
        if yes in kinds and no in kinds:
            return None, None
        if yes in kinds or no in kinds:
            return yes in kinds, kinds.get(yes) or kinds[no]
    return None, None


class ReadEmploymentPipeline:
    """Fill ``is_part_time``, ``is_contract`` and the words they were read from."""

    def process_item(self, item: Posting) -> Posting:
        found = found_in(item)
        item.is_part_time, one = said(found, "part_time", "full_time")
        item.is_contract, other = said(found, "contract", "permanent")
        item.employment_evidence = " / ".join(dict.fromkeys(filter(None, (one, other)))) or None
        return item
