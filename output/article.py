"""What the article says of pay and openings, as figures with their source (``taggers/data/roles.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

TITLE = "Navigating Legal Careers"
PUBLISHED_ON = "2024-02-20"


@dataclass(frozen=True, slots=True)
class ArticlePay:
    """One of the article's pay figures and the cell of ``salary_stats.csv`` that it stands beside."""

    role: str
    cut: str
    value: str
    """Empty for the cut ``all``."""
    usd_a_year: float
    measure: str
    """``median`` or ``average``."""
    source: str


@cache
def _roles() -> list[dict[str, Any]]:
    data = tomllib.loads((files("taggers") / "data" / "roles.toml").read_text(encoding="utf-8"))
    roles: list[dict[str, Any]] = data["role"]
    return roles


@cache
def article_pay() -> tuple[ArticlePay, ...]:
    """Every pay figure of the article, in its order of roles."""
    return tuple(_pay(role["name"], pay) for role in _roles() for pay in role["pay"])


def _pay(role: str, pay: dict[str, Any]) -> ArticlePay:
    cut = next((name for name in ("sector", "seniority") if pay.get(name)), "all")
    return ArticlePay(role, cut, pay.get(cut, ""), float(pay["usd_a_year"]), pay["what"], pay["source"])


@cache
def article_figures() -> dict[str, float]:
    """Role -> the article's general pay figure, US dollars a year."""
    return {pay.role: pay.usd_a_year for pay in article_pay() if pay.cut == "all"}


@cache
def most_openings() -> dict[str, tuple[str, ...]]:
    """Role -> the US states that the article names among those with most openings, in its order."""
    return {role["name"]: tuple(role["most_openings"]) for role in _roles() if role.get("most_openings")}
