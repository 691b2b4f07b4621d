"""Whether work is remote, hybrid or on site, in a board's field or in an ad's running text (``data/places.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from taggers.patterns import Patterns

KINDS = ("hybrid", "remote", "onsite")
"""In the order in which they are asked: "hybrid, two days remote" is hybrid."""


@dataclass(frozen=True)
class RemoteWords:
    """The words, compiled."""

    of_field: Patterns
    of_text: Patterns


@cache
def remote_words() -> RemoteWords:
    """The words, read once."""
    data: dict[str, Any] = tomllib.loads((files("pipelines") / "data" / "places.toml").read_text(encoding="utf-8"))
    of_field, of_text = (
        Patterns({kind: data[name][kind] for kind in KINDS}, ignore_case=True) for name in ("remote", "remote_in_text")
    )
    return RemoteWords(of_field, of_text)


def remote_kind(words: str) -> str | None:
    """``remote``, ``hybrid`` or ``onsite`` as the words of a place, a title or a field say; else None."""
    return next((kind for kind, _ in remote_words().of_field.found(words)), None)


def remote_kind_in_text(text: str) -> str | None:
    """The same from an ad's running text, where "remote" alone often means something else."""
    return next((kind for kind, _ in remote_words().of_text.found(text)), None)


def without_remote_words(words: str) -> str:
    """A place line's part without the words that say how one works."""
    for _, match in remote_words().of_field.found(words):
        words = match.re.sub("", words)
    return words
