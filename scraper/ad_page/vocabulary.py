"""What pages call the parts of an ad: ``scraper/data/page_labels.toml``, compiled once.

The words are data, so that whoever meets a new label or a new language adds it without reading the rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import re2

MAX_LABEL_CHARS = 40

_WHOLE_WORDS = r"(?<!\w)(?:{})(?!\w)"
_PLURAL = re.compile(r"\((?:s|en|e|es)\)")


@dataclass(frozen=True)
class Words:
    """``page_labels.toml``, compiled."""

    fields: dict[str, str]
    """Label -> field; ``other`` for labels whose values no field takes."""

    dated: re.Pattern[str]
    """A label of a date with the date behind it, without a colon between them."""

    hooks: dict[str, re.Pattern[str]]
    generic: re.Pattern[str]
    job: re.Pattern[str]
    onward: re.Pattern[str]
    never: Any
    """Compiled by RE2: its words begin with any number of letters, which costs ``re`` the square of an address."""

    section: re.Pattern[str]
    ad: re.Pattern[str]
    closed: re.Pattern[str]
    others: re.Pattern[str]
    furniture: re.Pattern[str]


@cache
def words() -> Words:
    """The words by which pages are read."""
    data: dict[str, Any] = tomllib.loads((files("scraper") / "data" / "page_labels.toml").read_text(encoding="utf-8"))
    title, link, page = data["title"], data["link"], data["page"]
    fields = {label: field for field, labels in data["label"].items() for label in labels}
    return Words(
        fields=fields,
        dated=_dated(label for label, field in fields.items() if field in ("posted_on", "valid_through")),
        hooks={field: _any_of(patterns) for field, patterns in data["hook"].items()},
        generic=_any_of(title["generic"]),
        job=_any_of(title["job"], _WHOLE_WORDS),
        onward=_any_of(link["onward"]),
        never=_linear(link["never"]),
        section=_any_of(page["section"], _WHOLE_WORDS),
        ad=_any_of(page["ad"], _WHOLE_WORDS),
        closed=_any_of(page["closed"], _WHOLE_WORDS),
        others=_any_of(page["others"]),
        furniture=_any_of(page["furniture"]),
    )


def _any_of(patterns: Iterable[str], form: str = "(?:{})") -> re.Pattern[str]:
    return re.compile(form.format("|".join(patterns)), re.IGNORECASE)


def _dated(labels: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, labels), key=len, reverse=True)
    date = r"(?:\D{0,14}\d|today|yesterday).{0,40}"
    return re.compile(rf"({'|'.join(longest_first)})\s*[:–-]?\s+({date})", re.IGNORECASE)


def _linear(patterns: Iterable[str]) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    return re2.compile("|".join(patterns), options)


def field_of(text: str) -> str | None:
    """The field that a label names; labels of two names with a slash between them are known by either."""
    if len(text) > MAX_LABEL_CHARS:
        return None
    plain = _PLURAL.sub("", text.lower()).strip(" :*.?\t•·-–").replace(".", "")
    names = (" ".join(name.split()) for name in (plain, *plain.split("/")))
    return next((words().fields[name] for name in names if name in words().fields), None)


def kebab(mark: str) -> str:
    """A class or id in lower case with hyphens between its words."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", mark)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")
