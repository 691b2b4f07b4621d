"""Whether work is remote, hybrid or on site, in a board's field or in an ad's running text (``data/places.toml``)."""

from __future__ import annotations

import re
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

    of_field: dict[str, re.Pattern[str]]
    of_text: Patterns


@cache
def remote_words() -> RemoteWords:
    """The words, read once."""
    data: dict[str, Any] = tomllib.loads((files("pipelines") / "data" / "places.toml").read_text(encoding="utf-8"))
    return RemoteWords(_compiled(data["remote"]), Patterns({kind: data["remote_in_text"][kind] for kind in KINDS}))


def _compiled(kinds: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(words), re.IGNORECASE) for kind, words in kinds.items()}


def remote_kind(words: str) -> str | None:
    """``remote``, ``hybrid`` or ``onsite`` as the words of a place, a title or a field say; else None."""
    return next((kind for kind in KINDS if remote_words().of_field[kind].search(words)), None)


def remote_kind_in_text(text: str) -> str | None:
    """The same from an ad's running text, where "remote" alone often means something else."""
    return next((kind for kind, _ in remote_words().of_text.found(text.lower())), None)
