"""Sums of money in a text: amounts, ranges and lists of ranges, as employers write and mistype them.

What a sum is for (pay or something else) ``pay.py`` decides. The currencies stand in ``data/pay.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

MAX_JOINT_CHARS = 60
"""Longest stretch between two ranges of one list."""

_SPACE = r"[ \u00a0\u2009\u202f]"
_NUMBER = (
    r"\d{1,2}(?:,\d{2})+,\d{3}(?!\d)"  # 6,00,000
    rf"|\d{{1,3}}(?:{_SPACE}?,{_SPACE}?\d{{3}})+(?:\.\d{{1,3}})?(?!\d)"  # 55,000.00, and 55 , 000
    r"|\d{1,3}(?:\.\d{3})+(?:,\d{2})?(?![\d.])"  # 48.000 and 48.000,00
    rf"|\d{{1,3}}(?:{_SPACE}\d{{3}}|['’]\d{{3}})+(?:[.,]\d{{2}})?(?!\d)"  # 45 000 and 85'000
    r"|\d{1,9}(?:\.\d{1,2})?(?![\d.]*\d)"
)
_NOT_MONEY = (
    r"(?!\s?\([kb]\)|k?s\b|st\b|nd\b|rd\b|th\b|\s?%|,\d\d?(?!\d)|\s?(?:to \d+ )?(?:hours?|hrs|days|years?|months)\b)"
)
"""What must not follow a number: 401(k), 60s, 4th, 5 %, 55,00 (a mistyped thousand), 40 hours."""

_OR_MORE = (
    r"\+(?!\s?(?:super|bonus|benefit|commission|equity|tips|ote))|\s\+(?=\s*(?:$|[,.;)/]))"
    r"|\s?(?:or|and) (?:more|above|up)\b"
)
_STEP_NUMBER = re.compile(r"\b(?:step|grade|level|tier|band|range|class|gs)[\s-]?$", re.IGNORECASE)
_UNIT = r"(?:\s?(?:/|per|an?)\s?(?:hour|hr|day|week|month|year|yr|annum)(?:ly)?\b\.?)?"
_STEP = r"(?:(?:step|grade|level|tier)\s?\w{1,4}[:,]?\s*)?"
_RANGE_JOINT = re.compile(
    rf"{_UNIT}\s*(?:\((?:annual|hourly)\)\s*)?(?:-{{1,2}}|–|—|‑|−|~|\.{{2,3}}|…|\b(?:up )?to\b|\bthrough\b"
    rf"|,?\s*\bmax(?:imum)?\b[,:]?)\s*{_STEP}",
    re.IGNORECASE,
)
_AND_JOINT = re.compile(r"\s*(?:\band\b|&)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s*$", re.IGNORECASE)
_WHERE = r"(?:\s*(?:\(?(?:in|for|at)\s)?\(?[A-Z][\w .'-]{1,24}\)?)?"
"""The place or grade that one of several ranges is for."""

_LIST_JOINT = re.compile(
    rf"{_UNIT}{_WHERE}\s*(?:[,;/]|[,;]?\s*\b(?:and|or)\b)(?:{_WHERE}:?\s*|\s*)"
    rf"|{_UNIT}\s*[.;]\s+[A-Z][\w /-]{{1,30}}:\s*"
    rf"|{_UNIT}{_WHERE}\s*[,;/|]?\s*(?:[Mm]id(?:point)?|[Mm]edian|[Mm]ax(?:imum)?)\b\s*(?:salary|pay|rate)?[:\s]*"
    r"|\s*\(?min(?:imum)?\)?\s*[,;/|–-]?\s*"
)
"""What stands between two ranges of one list: "in New York and", "an hour. Grade II:", "mid ... max"."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One amount, range or list of ranges found in a text."""

    start: int
    end: int
    low: float | None
    high: float | None
    currency: str | None
    """ISO 4217 code, ``$`` for a dollar of some country, None when the figures stand bare."""


@dataclass(frozen=True, slots=True)
class _Amount:
    """One number with what belongs to it."""

    start: int
    end: int
    value: float
    currency: str | None
    in_thousands: bool
    is_open: bool
    """Followed by a plus or "or more"."""


@cache
def pay_data() -> dict[str, Any]:
    """``data/pay.toml``, read once."""
    found: dict[str, Any] = tomllib.loads((files("pipelines") / "data" / "pay.toml").read_text(encoding="utf-8"))
    return found


@cache
def _amount_pattern() -> re.Pattern[str]:
    written = sorted(pay_data()["currency"], key=len, reverse=True)
    codes = "|".join(sign for sign in written if sign.isalpha() and sign.isascii())
    signs = "|".join(re.escape(sign) for sign in written if not (sign.isalpha() and sign.isascii()))
    return re.compile(
        rf"(?<![\w.,])(?P<sign>(?:{codes})\.?\s?\$?(?=\s?\d)|{signs}|\$)?\s?(?<![\d.,])(?P<number>{_NUMBER}){_NOT_MONEY}"
        rf"\s?(?P<times>k\b|thousand\b|m\b|mn\b|bn\b|million\b|billion\b)?(?P<plus>{_OR_MORE})?"
        rf"(?:\s?(?P<code>(?:{codes})\b|[€£](?!\s?\d)))?",
        re.IGNORECASE | re.ASCII,
    )


def figures_in(text: str, start: int = 0, end: int | None = None) -> Iterator[Figures]:
    """Amounts between two places of the text, those joined into ranges and lists of ranges taken together."""
    waiting: Figures | None = None
    for figures in _ranges_in(text, start, len(text) if end is None else end):
        if waiting and _are_list(text, waiting, figures):
            ends = [end for end in (waiting.low, waiting.high, figures.low, figures.high) if end is not None]
            waiting = Figures(waiting.start, figures.end, min(ends), max(ends), waiting.currency)
            continue
        if waiting:
            yield waiting
        waiting = figures
    if waiting:
        yield waiting


def has_sign(words: str) -> bool:
    """Whether an amount in the words has a currency."""
    return any(match["sign"] or match["code"] for match in _amount_pattern().finditer(words))


def _are_list(text: str, one: Figures, other: Figures) -> bool:
    joint = text[one.end : other.start]
    return bool(
        one.currency
        and one.currency == other.currency
        and len(joint) < MAX_JOINT_CHARS
        and _LIST_JOINT.fullmatch(joint)
    )


def _ranges_in(text: str, start: int, end: int) -> Iterator[Figures]:
    first: _Amount | None = None
    for match in _amount_pattern().finditer(text, start, end):
        if not match["sign"] and _STEP_NUMBER.search(text, max(0, match.start() - 8), match.start()):
            continue  # the 5 of "Step 5"
        second = _amount(match)
        if first and second and _are_range(text, first, second):
            yield _range(first, second)
            first = None
            continue
        if first:
            yield _single(text, first)
        first = second
    if first:
        yield _single(text, first)


def _amount(match: re.Match[str]) -> _Amount | None:
    """The number in full; None for millions, which are never pay here."""
    times = (match["times"] or "").lower()
    if times not in ("", "k", "thousand"):
        return None
    value = _number(match["number"]) * (1000 if times else 1)
    currency = _currency(match["code"]) or _currency(match["sign"])
    start = match.start("sign") if match["sign"] else match.start("number")
    return _Amount(start, match.end(), value, currency, bool(times), bool(match["plus"]))


def _currency(written: str | None) -> str | None:
    """ISO code of "USD", "CA$", "AUD $"; ``$`` for a dollar alone."""
    if not written:
        return None
    name = written.strip().upper()
    known: dict[str, str] = pay_data()["currency"]
    return known.get(name) or known.get(name.rstrip("$. \u00a0")) or "$"


def _number(written: str) -> float:
    plain = re.sub(r"[\s'’]", "", written)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{2})?", plain):
        plain = plain.replace(".", "").replace(",", ".")  # 48.000 and 48.000,00: the continental way
    elif re.fullmatch(r"\d+,\d{2}", plain):
        plain = plain.replace(",", ".")
    return float(plain.replace(",", ""))


def _are_range(text: str, first: _Amount, second: _Amount) -> bool:
    joint = text[first.end : second.start]
    if len(joint) > 30 or len({first.currency, second.currency} - {"$", None}) > 1:
        return False
    if _AND_JOINT.fullmatch(joint):
        return bool(_BETWEEN.search(text[max(0, first.start - 10) : first.start]))
    return bool(_RANGE_JOINT.fullmatch(joint))


def _range(first: _Amount, second: _Amount) -> Figures:
    low = first.value
    if second.in_thousands and not first.in_thousands and low < 1000 <= second.value:
        low *= 1000  # 45-55k
    named = max(filter(None, (first.currency, second.currency)), key=len, default=None)  # a code says more than a $
    return Figures(first.start, second.end, low, second.value, named)


def _single(text: str, amount: _Amount) -> Figures:
    before = text[max(0, amount.start - 20) : amount.start]
    is_lower_end, is_upper_end = (cue.search(before) for cue in _end_cues())
    low = None if is_upper_end and not is_lower_end else amount.value
    high = None if is_lower_end or amount.is_open else amount.value
    return Figures(amount.start, amount.end, low, high or (None if low else amount.value), amount.currency)


@cache
def _end_cues() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words right before an amount that make it a lower end, and those that make it an upper one."""
    lower, upper = (rf"\b(?:{'|'.join(pay_data()['cues'][name])})[\s:]*$" for name in ("from", "up_to"))
    return re.compile(lower, re.IGNORECASE), re.compile(upper, re.IGNORECASE)
