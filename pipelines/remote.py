"""Whether work is remote, hybrid or on site, in a board's field or in an ad's running text (``data/places.toml``)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

SIGN_REACH_CHARS = 80
"""How far around a sign of remote work a text is read."""

KINDS = ("hybrid", "remote", "onsite")
"""In the order in which they are asked: "hybrid, two days remote" is hybrid."""


@dataclass(frozen=True)
class RemoteWords:
    """The words, compiled."""

    of_field: dict[str, re.Pattern[str]]
    of_text: dict[str, re.Pattern[str]]
    signs: dict[str, list[str]]
    """Words near one of which ``of_text`` is tried."""


@cache
def remote_words() -> RemoteWords:
    """The words, read once."""
    data: dict[str, Any] = tomllib.loads((files("pipelines") / "data" / "places.toml").read_text(encoding="utf-8"))
    return RemoteWords(_compiled(data["remote"]), _compiled(data["remote_in_text"]), data["remote_in_text_signs"])


def _compiled(kinds: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(words), re.IGNORECASE) for kind, words in kinds.items()}


def remote_kind(words: str) -> str | None:
    """``remote``, ``hybrid`` or ``onsite`` as the words of a place, a title or a field say; else None."""
    return next((kind for kind in KINDS if remote_words().of_field[kind].search(words)), None)


def remote_kind_in_text(text: str) -> str | None:
    """The same from an ad's running text, where "remote" alone often means something else."""
    lower = text.lower()
    return next((kind for kind in KINDS if _says(text, lower, kind)), None)


def _says(text: str, lower: str, kind: str) -> bool:
    """Whether a stretch around one of the kind's signs says so; reading whole texts would take a millisecond each."""
    pattern = remote_words().of_text[kind]
    for sign in remote_words().signs[kind]:
        at = lower.find(sign)
        while at >= 0:
            if pattern.search(text, max(0, at - SIGN_REACH_CHARS), at + SIGN_REACH_CHARS):
                return True
            at = lower.find(sign, at + SIGN_REACH_CHARS // 2)
    return False
