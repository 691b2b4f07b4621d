"""Seniority as a title states it (``data/seniority.toml``)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd


@cache
def _levels() -> list[tuple[str, re.Pattern[str]]]:
    data: dict[str, Any] = tomllib.loads((files("output") / "data" / "seniority.toml").read_text(encoding="utf-8"))
    return [(level["name"], re.compile(rf"\b(?:{'|'.join(level['words'])})\b")) for level in data["level"]]


def seniority_of(title: str) -> str | None:
    """``executive manager lead senior junior student``, or None where the title states none.

    >>> seniority_of("Sr. Litigation Paralegal"), seniority_of("Paralegal II")
    ('senior', None)
    """
    plain = title.lower()
    return next((name for name, pattern in _levels() if pattern.search(plain)), None)


def seniority(titles: pd.Series) -> pd.Series:
    """The seniority of each title; unknown titles have none."""
    known = {title: seniority_of(title) for title in titles.dropna().unique()}
    return titles.map(known).astype("string")
