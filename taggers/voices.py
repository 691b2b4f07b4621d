"""The written examples that the taggers learn from: ``data/voices``, one kind of employer ("voice") in two files.

``<voice>.md`` holds single lines under headings that say what they are; ``<voice>.ads.txt`` whole invented ads whose
lines are labelled. ``docs/tagging.md`` describes both forms for those who write them. Only training and evaluation
read these files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

from taggers.reading import NO_ROLE, ROLES

Kind = Literal["duty", "requirement", "benefit", "about", "pay", "apply", "heading"]
KINDS: tuple[Kind, ...] = ("duty", "requirement", "benefit", "about", "pay", "apply", "heading")
NONE_KINDS = ("attorney", "other_legal", "non_legal")
UNDEFINED = "no definition"

_ROW = re.compile(rf"(?P<joined>\+?)(?P<kind>{'|'.join(KINDS)})(?P<ids>(?: [a-z_.]+)*)\| ?(?P<text>.*)")


class VoicesError(ValueError):
    """A file of examples is not written as it should be; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One example line, or one stretch of an example ad."""

    voice: str
    kind: Kind
    text: str
    definitions: tuple[str, ...] = ()
    """Of a duty: the definitions it is an instance of, most specific first."""
    start: int = 0
    """Offset in the ad's text."""
    end: int = 0


@dataclass(frozen=True, slots=True)
class Ad:
    """One invented ad."""

    voice: str
    title: str
    role: str
    acceptable: tuple[str, ...]
    """Every role a careful reader could defend, ``role`` among them."""
    none_kind: str | None
    """Where ``role`` is ``none``: ``attorney``, ``other_legal`` or ``non_legal``."""
    text: str
    lines: list[Line] = field(default_factory=list)


def voices() -> list[str]:
    """Names of all voices, sorted."""
    return sorted(each.name.removesuffix(".ads.txt") for each in _folder().iterdir() if each.name.endswith(".ads.txt"))


@cache
def example_lines(voice: str) -> tuple[Line, ...]:
    """The single lines of a voice. Raises VoicesError naming the line that cannot be read."""
    name = f"{voice}.md"
    found: list[Line] = []
    kind: Kind = "about"
    ids: tuple[str, ...] = ()
    for number, row in enumerate(_rows(name), 1):
        if row.startswith("## "):
            kind, ids = _heading(row[3:].strip(), f"{name}:{number}")
        elif row.startswith("- "):
            found.append(Line(voice, kind, row[2:].strip(), ids))
    return tuple(found)


def _heading(words: str, where: str) -> tuple[Kind, tuple[str, ...]]:
    """``paralegal.drafting ...`` -> a duty with these ids; ``no definition``; or a kind of line."""
    if words == UNDEFINED:
        return "duty", ()
    for kind in KINDS:
        if words == kind and kind != "duty":
            return kind, ()
    ids = tuple(words.split())
    if not all("." in one for one in ids):
        raise VoicesError(f"{where}: heading {words!r}; expected definition ids, {UNDEFINED!r} or one of {KINDS[1:]}")
    return "duty", ids


@cache
def example_ads(voice: str) -> tuple[Ad, ...]:
    """The ads of a voice. Raises VoicesError naming the line that cannot be read."""
    name = f"{voice}.ads.txt"
    blocks: list[list[tuple[int, str]]] = []
    for number, row in enumerate(_rows(name), 1):
        if row.startswith("=== "):
            blocks.append([])
        if blocks and row.strip():
            blocks[-1].append((number, row))
    return tuple(_ad(voice, name, block) for block in blocks)


def _ad(voice: str, name: str, block: list[tuple[int, str]]) -> Ad:
    rows = iter(block)
    title = next(rows)[1].removeprefix("===").strip()
    facts: dict[str, str] = {}
    for _, row in rows:
        if row.strip() == "---":
            break
        key, _, value = row.partition(":")
        facts[key.strip()] = value.strip()
    text, lines = _body(voice, name, rows)
    acceptable = tuple(role.strip() for role in facts.get("acceptable", facts["role"]).split(","))
    if unknown := {facts["role"], *acceptable} - {*ROLES, NO_ROLE}:
        raise VoicesError(f"{name}:{block[0][0]}: {title!r}: unknown role {sorted(unknown)}")
    return Ad(voice, title, facts["role"], acceptable, facts.get("none_kind"), text, lines)


def _body(voice: str, name: str, rows: Iterator[tuple[int, str]]) -> tuple[str, list[Line]]:
    text, lines = "", []
    for number, row in rows:
        match = _ROW.fullmatch(row)
        if not match:
            raise VoicesError(f"{name}:{number}: expected 'kind| text', got {row[:60]!r}")
        text += (" " if match["joined"] else "\n") if text else ""
        start, text = len(text), text + match["text"]
        kind: Kind = match["kind"]  # type: ignore[assignment]  # the pattern lists them
        lines.append(Line(voice, kind, match["text"], tuple(match["ids"].split()), start, len(text)))
    return text, lines


def _rows(name: str) -> list[str]:
    return (_folder() / name).read_text(encoding="utf-8").splitlines()


def _folder() -> Traversable:
    return files("taggers") / "data" / "voices"
