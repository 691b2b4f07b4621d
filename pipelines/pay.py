"""Pay as employers write it -> figures, currency and period, with the words they were read from.

Three readers, one set of rules (``data/pay.toml``): a structured field, a string typed into a salary field, and running
text, where most sums of money are not pay. Nothing is averaged and nothing is guessed: what cannot be read is None.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from scraper.items import RawPay

CONTRACT_PERIODS = ("year", "month", "week", "day", "hour")
BEFORE_CHARS = 70
AFTER_CHARS = 45
LABEL_CHARS = 12
"""A figure without a currency counts only this close behind a pay word: "Salary range: 55,000 - 60,000"."""
MAX_CANDIDATES = 200
"""Sums of money looked at in one text; a text with more is no ad, or an attack."""

_NUMBER = r"\d{1,3}(?:,\s?\d{3})+(?:\.\d{1,3})?(?!\d)|\d{1,3}(?:\.\d{3})+(?![\d.])|\d{1,9}(?:\.\d{1,2})?(?!\d)"
_SIGN = r"US\$|CA\$|C\$|AU\$|A\$|NZ\$|\$|£|€|(?:USD|CAD|AUD|NZD|GBP|EUR)\b"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<sign>{_SIGN})?\s?(?<![\d.,])(?P<number>{_NUMBER})\s?(?P<times>k\b|thousand\b|m\b|mn\b|bn\b|million\b|billion\b)?"
    rf"(?P<plus>\s?\+)?(?:\s?(?P<code>USD|CAD|AUD|NZD|GBP|EUR)\b)?",
    re.IGNORECASE | re.ASCII,
)
_UNIT = r"(?:\s?(?:/|per|an?)\s?(?:hour|hr|day|week|month|year|yr|annum))?"
_RANGE_JOINT = re.compile(
    rf"{_UNIT}\s*(?:\((?:annual|hourly)\)\s*)?(?:-|–|—|‑|−|\bto\b|\bthrough\b|,?\s*\bmax(?:imum)?\b[,:]?)\s*",
    re.IGNORECASE,
)
_AND_JOINT = re.compile(r"\s*\band\s*", re.IGNORECASE)
_WHERE = r"(?:\s*(?:\(?(?:in|for|at)\s)?\(?[A-Z][\w .'-]{1,24}\)?)?"
"""The place or grade that one of several ranges is for."""

_LIST_JOINT = re.compile(
    rf"{_UNIT}{_WHERE}\s*(?:[,;/]|[,;]?\s*\b(?:and|or)\b)(?:{_WHERE}:?\s*|\s*)"
    rf"|{_UNIT}[.;]\s+[A-Z][\w /-]{{1,30}}:\s*"
)
"""What stands between two ranges of one list: "... in New York and ...", "... per hour. Grade II: ..."."""

_HOURS_A_WEEK = re.compile(
    r"[\d.]+\s*(?:(?:-|–|to)\s*[\d.]+\s*)?(?:hours?|hrs?|days?)[\s/-]*(?:per|a|each|/)?\s*week", re.IGNORECASE
)
_MONEY = re.compile(
    r"[$£€]|\b(?:USD|CAD|AUD|NZD|GBP|EUR)\b|\b(?:[Ss]alary|SALARY|[Pp]ay|PAY|[Ww]ages?|[Rr]ate|RATE|[Cc]ompensation)\b(?=[^\n.]{0,40}\d)"
    r"|\b\d{2,3}\s?(?:-|–|to)\s?\d{2,3}\s?[kK]\b"
)
MAX_JOINT_CHARS = 60
STRETCH_CHARS = 200
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-Z])|\n")


@dataclass(frozen=True, slots=True)
class Pay:
    """Stated pay. ``low`` or ``high`` may be unknown ("up to ..."), not both."""

    text: str
    low: float | None
    high: float | None
    currency: str | None
    period: str | None
    """A key of ``annual_factor``, among them ``two weeks`` and ``half month``; None when it cannot be told."""
    period_inferred: bool = False
    start: int = 0
    """Offset of ``text`` in what was read."""


@dataclass(frozen=True, slots=True)
class _Figures:
    """One amount, range or list of ranges found in a text."""

    start: int
    end: int
    low: float | None
    high: float | None
    sign: str | None


@dataclass(frozen=True)
class PayRules:
    """The notations of ``data/pay.toml``, compiled."""

    annual_factor: dict[str, float]
    plausible: dict[str, tuple[float, float]]
    inferred: dict[str, tuple[float, float]]
    period: dict[str, re.Pattern[str]]
    currency: dict[str, str]
    dollar_of: dict[str, str]
    currency_of: dict[str, str]
    pay_cue: re.Pattern[str]
    not_pay_before: re.Pattern[str]
    not_pay_after: re.Pattern[str]
    from_cue: re.Pattern[str]
    up_to_cue: re.Pattern[str]


@cache
def pay_rules() -> PayRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("pipelines") / "data" / "pay.toml").read_text(encoding="utf-8"))
    cues = {name: "|".join(words) for name, words in data["cues"].items()}
    return PayRules(
        annual_factor=data["annual_factor"],
        plausible={period: (low, high) for period, (low, high) in data["plausible"].items()},
        inferred={period: (low, high) for period, (low, high) in data["inferred"].items()},
        period={period: re.compile("|".join(words), re.IGNORECASE) for period, words in data["period"].items()},
        currency=data["currency"],
        dollar_of=data["dollar_of"],
        currency_of=data["currency_of"],
        pay_cue=re.compile(cues["pay"], re.IGNORECASE),
        not_pay_before=re.compile(rf"\b(?:{cues['not_pay_before']})\b", re.IGNORECASE),
        not_pay_after=re.compile(rf"\s*(?:(?!plus\b|and\b|with\b)\w+\s)?(?:{cues['not_pay_after']})\b", re.IGNORECASE),
        from_cue=re.compile(rf"(?:^|\b)(?:{cues['from']})[\s:]*$", re.IGNORECASE),
        up_to_cue=re.compile(rf"\b(?:{cues['up_to']})[\s:]*$", re.IGNORECASE),
    )


def annual(amount: float | None, period: str | None) -> float | None:
    """The amount by the year, by the one annualisation rule; None when amount or period is unknown."""
    if amount is None or period is None:
        return None
    return round(amount * pay_rules().annual_factor[period], 2)


def pay_of_field(raw: RawPay, country: str | None = None) -> Pay | None:
    """A board's structured pay field -> pay; None when it holds no believable figure."""
    typed = " - ".join(dict.fromkeys(filter(None, (raw.low, raw.high))))
    low, high = _plain_number(raw.low), _plain_number(raw.high)
    if low is None and high is None:
        return pay_of_string(f"{raw.text or typed} {raw.period or ''}", country)
    period = _period_named(raw.period or "") or _period_named(raw.text or "")
    currency = _currency(raw.currency, country) or _currency((raw.low or "")[:1], country)
    text = " ".join(filter(None, (typed, raw.currency, raw.period)))
    return _believable(Pay(text, low, high, currency, period))


def pay_of_string(typed: str, country: str | None = None) -> Pay | None:
    """What somebody typed into a salary field -> pay; None for "Negotiable", addresses, implausible figures."""
    if "://" in typed:
        return None
    best = None
    for figures in _figures_in(typed):
        pay = _as_pay(typed, figures, country)
        if pay and (best is None or (figures.sign and not _has_sign(best.text))):
            best = pay
    return best


def pay_in_text(text: str, country: str | None = None) -> Pay | None:
    """The base pay of this job stated in running text, by its context; None when the text states none."""
    best: tuple[float, Pay] | None = None
    for figures in islice(_figures_near_money(text), MAX_CANDIDATES):
        weight = _weight(text, figures)
        if weight <= 0 or (best and weight <= best[0]):
            continue
        pay = _as_pay(text, figures, country)
        if pay:
            best = weight, pay
    return best[1] if best else None


def _weight(text: str, figures: _Figures) -> float:
    """How much the context says that these figures are this job's pay; 0 or less: they are not."""
    rules = pay_rules()
    before, after = _context(text, figures)
    if rules.not_pay_after.match(after):
        return -1
    cue = _last(rules.pay_cue, before)
    other = _last(rules.not_pay_before, before)
    if other > cue:
        return -1
    stated = _period_near(before, after) is not None
    is_range = figures.low != figures.high
    is_labelled = cue >= 0 and len(before) - cue <= LABEL_CHARS
    high = figures.high or figures.low or 0
    words = text[figures.start : figures.end]
    in_thousands = is_range and words[-1:] in "kK" and 20_000 <= high <= 400_000
    if not figures.sign and not in_thousands and not (is_labelled and (is_range or stated)):
        return 0
    bare = 0.5 if in_thousands or (figures.sign and 20_000 <= high <= 400_000 and "," in words) else 0
    return 3 * (cue >= 0) + 2 * stated + bare + 0.25 * (is_range and bool(bare))


def _context(text: str, figures: _Figures) -> tuple[str, str]:
    """The words before and after, no further than the sentence."""
    before = text[max(0, figures.start - BEFORE_CHARS) : figures.start]
    *_, before = _SENTENCE_END.split(before)
    if not before.strip():  # the label stands on the line above
        before = text[max(0, figures.start - BEFORE_CHARS) : figures.start].rstrip().rpartition("\n")[2]
    after, *_ = re.split(r"\n|\.\s", text[figures.end : figures.end + AFTER_CHARS], maxsplit=1)
    return before, after


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def _as_pay(text: str, figures: _Figures, country: str | None) -> Pay | None:
    before, after = _context(text, figures)
    words = text[figures.start : figures.end]
    period = _period_near(before, f"{_units_in(words)} {after}")
    currency = _currency(figures.sign, country) if figures.sign else pay_rules().currency_of.get(country or "")
    quoted = (words + _period_words(after)).strip()
    pay = Pay(quoted, figures.low, figures.high, currency, period, start=figures.start)
    found = _believable(pay)
    if found is None and not _period_words(after) and _last(pay_rules().pay_cue, before) >= 0:
        found = _believable(replace(pay, period=None))  # the period may belong to something else
    return found


def _units_in(words: str) -> str:
    return " ".join(re.findall(r"(?:/|per|an?)\s?(?:hour|hr|day|week|month|year|yr|annum)", words, re.IGNORECASE))


def _believable(pay: Pay) -> Pay | None:
    """With its period inferred where none is written; None when figures are 0, reversed or out of all proportion."""
    rules = pay_rules()
    amounts = [amount for amount in (pay.low, pay.high) if amount]
    if not amounts or (pay.low and pay.high and pay.low > pay.high):
        return None
    pay = replace(pay, low=pay.low or None, high=pay.high or None)
    if pay.period is None:
        inferred = next(
            (name for name, (low, high) in rules.inferred.items() if low <= min(amounts) and max(amounts) < high), None
        )
        pay = replace(pay, period=inferred, period_inferred=inferred is not None)
    low, high = rules.plausible[pay.period or "unknown"]
    return pay if all(low <= amount <= high for amount in amounts) else None


def _figures_near_money(text: str) -> Iterator[_Figures]:
    """The figures in those stretches of a text that show a currency, or a large or hourly number after a pay word."""
    stretch_end = 0
    for match in _MONEY.finditer(text):
        if match.end() <= stretch_end:
            continue
        start = max(stretch_end, match.start())
        stretch_end = _end_of_amount(text, match.end() + STRETCH_CHARS)
        yield from _figures_in(text, start, stretch_end)


def _end_of_amount(text: str, position: int) -> int:
    """The position, moved behind the digits it would cut through."""
    while position < len(text) and text[position] in "0123456789.,":
        position += 1
    return min(position, len(text))


def _figures_in(text: str, start: int = 0, end: int | None = None) -> Iterator[_Figures]:
    """Amounts between two places of the text, those joined into ranges and lists of ranges taken together."""
    waiting: _Figures | None = None
    for figures in _ranges_in(text, start, len(text) if end is None else end):
        joint = text[waiting.end : figures.start] if waiting else ""
        if waiting and waiting.sign and figures.sign and len(joint) < MAX_JOINT_CHARS and _LIST_JOINT.fullmatch(joint):
            ends = [end for end in (waiting.low, waiting.high, figures.low, figures.high) if end is not None]
            waiting = _Figures(waiting.start, figures.end, min(ends), max(ends), waiting.sign)
            continue
        if waiting:
            yield waiting
        waiting = figures
    if waiting:
        yield waiting


def _ranges_in(text: str, start: int, end: int) -> Iterator[_Figures]:
    matches = list(_AMOUNT.finditer(text, start, end))
    index = 0
    while index < len(matches):
        first, second = matches[index], matches[index + 1] if index + 1 < len(matches) else None
        joined = second is not None and _are_range(text, first, second)
        figures = _range(first, second) if joined and second else _single(text, first)
        index += 2 if joined else 1
        if figures:
            yield figures


def _are_range(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    joint = text[first.end() : second.start()]
    if len(joint) > 30:
        return False
    if _AND_JOINT.fullmatch(joint):
        return bool(re.search(r"\bbetween\s*$", text[max(0, first.start() - 10) : first.start()], re.IGNORECASE))
    return bool(_RANGE_JOINT.fullmatch(joint))


def _range(first: re.Match[str], second: re.Match[str]) -> _Figures | None:
    low, high = _amount(first), _amount(second)
    if low is None or high is None:
        return None
    if second["times"] and not first["times"] and low < 1000 <= high:
        low *= 1000  # 45-55k
    sign = first["sign"] or second["sign"] or first["code"] or second["code"]
    return _Figures(first.start(), second.end(), low, high, sign)


def _single(text: str, match: re.Match[str]) -> _Figures | None:
    rules = pay_rules()
    amount = _amount(match)
    if amount is None:
        return None
    before = text[max(0, match.start() - 20) : match.start()]
    low, high = amount, amount
    if match["plus"] or rules.from_cue.search(before):
        return _Figures(match.start(), match.end(), low, None, match["sign"] or match["code"])
    if rules.up_to_cue.search(before):
        return _Figures(match.start(), match.end(), None, high, match["sign"] or match["code"])
    return _Figures(match.start(), match.end(), low, high, match["sign"] or match["code"])


def _amount(match: re.Match[str]) -> float | None:
    """The number in full; None for millions, which are never pay here."""
    times = (match["times"] or "").lower()
    if times not in ("", "k", "thousand"):
        return None
    number = re.sub(r"[,\s]", "", match["number"])
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", number):
        number = number.replace(".", "")  # 48.000, the continental thousands mark
    return float(number) * (1000 if times else 1)


def _plain_number(value: str | None) -> float | None:
    if value is None or not re.fullmatch(r"\d{1,12}(?:\.\d+)?", value.replace(",", "").strip()):
        return None
    return float(value.replace(",", ""))


def _has_sign(words: str) -> bool:
    return bool(re.search(_SIGN, words))


def _currency(sign: str | None, country: str | None) -> str | None:
    if not sign:
        return None
    rules = pay_rules()
    if sign.strip() == "$":
        return rules.dollar_of.get(country or "US", "USD")
    return rules.currency.get(sign.strip().upper())


def _period_named(words: str) -> str | None:
    """The period that the words name first."""
    words = _HOURS_A_WEEK.sub(" ", words.strip())
    found = [(match.start(), name) for name, pattern in pay_rules().period.items() if (match := pattern.search(words))]
    return min(found)[1] if found else None


def _period_near(before: str, after: str) -> str | None:
    """The period written after the figures, or else before them."""
    return _period_named(after) or _period_named(before)


def _period_words(after: str) -> str:
    """The period words directly behind the figures, to be quoted with them."""
    match = re.match(
        r"\s?(?:/|per|an?)\s?(?:hour|hr|day|week|wk|month|mo|year|yr|annum|fortnight)\b|\s?(?:bi-?weekly|hourly|annually|p\.a\.)",
        after,
        re.IGNORECASE,
    )
    return match[0] if match else ""
