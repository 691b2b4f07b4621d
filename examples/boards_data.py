"""The invented employers and ads of ``boards/``: one TOML file an employer."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from markdown_it import MarkdownIt


@dataclass(frozen=True, slots=True, kw_only=True)
class Ad:
    """One invented ad. From ``expected_role`` on stands the truth that tests compare with; no board serves it."""

    ref: str
    title: str
    body: str
    """CommonMark."""
    requisition: str | None = None
    location: list[str] = field(default_factory=list)
    workplace: str | None = None
    posted_on: str
    valid_through: str | None = None
    employment_type: str | None = None
    pay: dict[str, Any] | None = None
    """The board's structured pay field: ``min max currency period``."""
    expected_role: str
    acceptable_roles: list[str]
    expected_verdict: str
    hybrid: bool = False
    legal: bool = True
    stated_pay: dict[str, Any] | None = None
    duties: list[str] = field(default_factory=list)

    @property
    def html(self) -> str:
        """The body as HTML."""
        return str(MarkdownIt().render(self.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One invented employer's board."""

    employer: str
    token: str
    platform: str
    about: str
    json_ld: str = "plain"
    """How a ``jobposting`` board writes its JSON-LD: ``plain``, ``graph`` or ``raw newlines``."""
    ads: list[Ad]


@cache
def boards() -> tuple[Board, ...]:
    """All boards, by token."""
    folder = files("examples") / "boards"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple(_board(tomllib.loads((folder / name).read_text(encoding="utf-8"))) for name in names)


def _board(data: dict[str, Any]) -> Board:
    ads = [Ad(**{key: value for key, value in ad.items() if value != ""}) for ad in data.pop("ad")]
    return Board(ads=ads, **data)
