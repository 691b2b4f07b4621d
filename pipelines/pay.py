"""Pay as employers write it -> figures, currency and period, with the words they were read from.

Three readers, one set of rules (``data/pay.toml``): a structured field, a string typed into a salary field, and running
text, where most sums of money are not pay. Nothing is averaged and nothing is guessed: what cannot be read is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from pipelines.money import Figures, figures_in, has_sign, pay_data
from scraper.items import RawPay

TAKEN = "taken"
NO_CUE = "no word of pay near it"
LESS_CLEAR = "another sum is more clearly the pay"

CONTRACT_PERIODS = ("year", "month", "week", "day", "hour")
BEFORE_CHARS = 70
AFTER_CHARS = 45
LABEL_CHARS = 12
"""A figure without a currency counts only this close behind a pay word: "Salary range: 55,000 - 60,000"."""
MAX_CANDIDATES = 200
"""Sums of money looked at in one text; a text with more is no ad, or an attack."""

MAX_STRETCHES = 400
"""Stretches of a text in which sums are looked for."""

MAX_TYPED_CHARS = 1000
"""How much of a salary field is read."""

_HOURS_A_WEEK = re.compile(
    r"[\d.]+\s*(?:(?:-|–|to)\s*[\d.]+\s*)?(?:hours?|hrs?|days?)[\s/-]*(?:per|a|each|/)?\s*week", re.IGNORECASE
)
_MONEY = re.compile(
    r"[$£€]|[ACEGNPRSUWcprsw\d](?<=\b.)(?:"
    r"(?:(?<=U)SD|(?<=C)AD|(?<=A)UD|(?<=N)ZD|(?<=G)BP|(?<=E)UR)\b"
    r"|(?:(?<=[Ss])alary|(?<=S)ALARY|(?<=[Pp])ay|(?<=P)AY|(?<=[Ww])ages?|(?<=[Rr])ate|(?<=R)ATE|(?<=[Rr])ange"
    r"|(?<=[Cc])ompensation)\b(?=[^\n.]{0,40}\d)"
    r"|(?<=\d)\d{1,2}\s?(?:-|–|to)\s?\d{2,3}\s?[kK]\b)"
)
"""A currency, a word of pay before a figure, or figures in thousands; it begins with a set of characters, so that the
engine skips over everything else."""

STRETCH_CHARS = 200
_NEXT_LABEL = re.compile(r"(?:[.;,(]\s*|\s)[A-Z][\w ]{0,30}:?\s*\(?$")
"""The label of the figure that follows."""

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
class Candidate:
    """A sum of money that was looked at, and what was decided."""

    pay: Pay
    verdict: str
    """``TAKEN``, or why it is not this job's pay."""
    weight: float = 0
    """How clearly it is the pay, to choose among several."""


@dataclass(frozen=True, slots=True)
class _Around:
    """Figures with the ends of their neighbours, beyond which no word is about them."""

    figures: Figures
    previous_end: int
    next_start: int | None


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
    total_cue: re.Pattern[str]
    not_pay_before: re.Pattern[str]
    not_pay_after: re.Pattern[str]


@cache
def pay_rules() -> PayRules:
    """The rules, read once."""
    data = pay_data()
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
        total_cue=re.compile(rf"\b(?:{cues['total']})\b", re.IGNORECASE),
        not_pay_before=re.compile(rf"\b(?:{cues['not_pay_before']})\b", re.IGNORECASE),
        not_pay_after=re.compile(
            rf"\s*(?:(?!plus\b|and\b|with\b)\w+\s)?(?P<what>{cues['not_pay_after']})\b", re.IGNORECASE
        ),
    )


def annual(amount: float | None, period: str | None) -> float | None:
    """The amount by the year, by the one annualisation rule; None when amount or period is unknown."""
    if amount is None or period is None:
        return None
    return round(amount * pay_rules().annual_factor[period], 2)


def candidates_of_field(raw: RawPay, country: str | None = None) -> list[Candidate]:
    """A board's structured pay field -> the pay it states, or the reason why it is none."""
    typed = " - ".join(dict.fromkeys(filter(None, (raw.low, raw.high))))
    low, high = _plain_number(raw.low), _plain_number(raw.high)
    if low is None and high is None:
        return candidates_of_string(f"{raw.text or typed} {raw.period or ''}".strip(), country)
    period = _period_named(raw.period or "") or _period_named(raw.text or "")
    currency = _currency(raw.currency, country) or _currency((raw.low or "")[:1], country)
    text = " ".join(filter(None, (typed, raw.currency, raw.period)))
    pay, problem = _checked(Pay(text, low, high, currency, period))
    return [Candidate(pay, problem or TAKEN)]


def candidates_of_string(typed: str, country: str | None = None) -> list[Candidate]:
    """What somebody typed into a salary field -> its sums, at most one of them taken; none for "Negotiable"."""
    if "://" in typed:
        return []
    typed = typed[:MAX_TYPED_CHARS]
    found = list(islice(figures_in(typed), MAX_CANDIDATES))
    read = [_read(typed, around, country) for around in _with_neighbours(found)]
    return _best_taken([Candidate(pay, problem or TAKEN, has_sign(pay.text)) for pay, problem in read])


def candidates_in_text(text: str, country: str | None = None) -> list[Candidate]:
    """Every sum of money in running text; at most one is taken: the base pay of this job, by its context."""
    found = list(islice(_figures_near_money(text), MAX_CANDIDATES))
    around = _with_neighbours(found)
    judged = [(one.figures, _candidate_in_text(text, one, country)) for one in around]
    return _best_taken([candidate for figures, candidate in judged if figures.currency or candidate.weight > 0])


def taken(candidates: Iterable[Candidate]) -> Pay | None:
    """The one that is the pay, if any is."""
    return next((candidate.pay for candidate in candidates if candidate.verdict == TAKEN), None)


def _with_neighbours(found: list[Figures]) -> Iterator[_Around]:
    for index, figures in enumerate(found):
        previous_end = found[index - 1].end if index else 0
        next_start = found[index + 1].start if index + 1 < len(found) else None
        yield _Around(figures, previous_end, next_start)


def _best_taken(candidates: list[Candidate]) -> list[Candidate]:
    """Only the first of the weightiest stays taken."""
    standing = [candidate for candidate in candidates if candidate.verdict == TAKEN]
    best = max(standing, key=lambda candidate: candidate.weight, default=None)
    return [
        replace(candidate, verdict=LESS_CLEAR) if candidate in standing and candidate is not best else candidate
        for candidate in candidates
    ]


def _candidate_in_text(text: str, around: _Around, country: str | None) -> Candidate:
    pay, problem = _read(text, around, country)
    weight, objection = _weight(text, around)
    return Candidate(pay, objection or problem or TAKEN, weight)


def _weight(text: str, around: _Around) -> tuple[float, str | None]:
    """How much the context says that these figures are this job's pay, and the objection if they are not."""
    rules, figures = pay_rules(), around.figures
    before, after = _context(text, around)
    if other := rules.not_pay_after.match(after):
        return 0, f"said of {other['what'].strip().lower()}"
    cue, no_pay = _last(rules.pay_cue, before), _last(rules.not_pay_before, before)
    if no_pay and (not cue or no_pay.end() > cue.end()):
        return 0, f"said of {no_pay[0].lower()}"
    period = _period_near(before, after)
    if cue is None and figures.low is None and period != "hour":
        return 0, NO_CUE  # "up to $10,000 a year" is a benefit where no word says pay
    stated = period is not None
    is_range = figures.low != figures.high
    is_labelled = cue is not None and len(before) - cue.end() <= LABEL_CHARS
    high = figures.high or figures.low or 0
    words = text[figures.start : figures.end]
    in_thousands = is_range and words[-1:] in "kK" and 20_000 <= high <= 400_000
    if not figures.currency and not in_thousands and not (is_labelled and (is_range or stated)):
        return 0, NO_CUE
    bare = 0.5 if in_thousands or (figures.currency and 20_000 <= high <= 400_000 and "," in words) else 0
    in_all = 1 if rules.total_cue.search(before) else 0  # base pay before pay with bonus
    weight = (3 - in_all) * (cue is not None) + 2 * stated + bare + 0.25 * (is_range and bool(bare))
    return weight, None if weight > 0 else NO_CUE


def _context(text: str, around: _Around) -> tuple[str, str]:
    """The words before and after, no further than the sentence and the neighbouring figures."""
    start, end = around.figures.start, around.figures.end
    reach = max(around.previous_end, start - BEFORE_CHARS)
    *_, before = _SENTENCE_END.split(text[reach:start])
    if not before.strip():  # the label stands on the line above
        before = text[reach:start].rstrip().rpartition("\n")[2]
    after, *_ = re.split(r"\n|\.\s", text[end : end + AFTER_CHARS], maxsplit=1)
    if around.next_start is not None and around.next_start < end + len(after):
        after = _NEXT_LABEL.sub("", text[end : around.next_start])
    return before, after


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for match in pattern.finditer(text):
        last = match
    return last


def _read(text: str, around: _Around, country: str | None) -> tuple[Pay, str | None]:
    """The figures with currency and period, and what is wrong with them."""
    figures = around.figures
    before, after = _context(text, around)
    words = text[figures.start : figures.end]
    period = _period_near(before, f"{_units_in(words)} {after}")
    currency = _currency(figures.currency, country) or pay_rules().currency_of.get(country or "")
    quoted = (words + _period_words(after)).strip()
    stated = Pay(quoted, figures.low, figures.high, currency, period, start=figures.start)
    pay, problem = _checked(stated)
    if problem and period and not _period_words(after) and _last(pay_rules().pay_cue, before):
        without, other_problem = _checked(replace(stated, period=None))  # the period may belong to something else
        if not other_problem:
            return without, None
    return pay, problem


def _units_in(words: str) -> str:
    return " ".join(re.findall(r"(?:/|per|an?)\s?(?:hour|hr|day|week|month|year|yr|annum)", words, re.IGNORECASE))


def _checked(pay: Pay) -> tuple[Pay, str | None]:
    """The pay, its period inferred where none is written, and why it cannot be believed if so."""
    rules = pay_rules()
    amounts = [amount for amount in (pay.low, pay.high) if amount]
    if not amounts:
        return pay, "zero"
    if pay.low and pay.high and pay.low > pay.high:
        return pay, "lower end above the upper"
    pay = replace(pay, low=pay.low or None, high=pay.high or None)
    if pay.period is None:
        inferred = next(
            (name for name, (low, high) in rules.inferred.items() if low <= min(amounts) and max(amounts) < high), None
        )
        pay = replace(pay, period=inferred, period_inferred=inferred is not None)
    low, high = rules.plausible[pay.period or "unknown"]
    if all(low <= amount <= high for amount in amounts):
        return pay, None
    return pay, f"out of proportion for pay by the {pay.period}" if pay.period else "out of proportion for pay"


def _figures_near_money(text: str) -> Iterator[Figures]:
    """The figures in those stretches of a text that show a currency, or a large or hourly number after a pay word."""
    stretch_end, n_stretches = 0, 0
    for match in _MONEY.finditer(text):
        if match.end() <= stretch_end:
            continue
        n_stretches += 1
        if n_stretches > MAX_STRETCHES:
            return
        start = max(stretch_end, match.start())
        stretch_end = _end_of_amount(text, match.end() + STRETCH_CHARS)
        yield from figures_in(text, start, stretch_end)


def _end_of_amount(text: str, position: int) -> int:
    """The position, moved behind the digits it would cut through."""
    while position < len(text) and text[position] in "0123456789.,":
        position += 1
    return min(position, len(text))


def _plain_number(value: str | None) -> float | None:
    if value is None or not re.fullmatch(r"\d{1,12}(?:\.\d+)?", value.replace(",", "").strip(), re.ASCII):
        return None
    return float(value.replace(",", ""))


def _currency(written: str | None, country: str | None) -> str | None:
    """ISO code of what a field or a text wrote; a plain $ is the country's dollar."""
    rules = pay_rules()
    if written and written.strip() == "$":
        return rules.dollar_of.get(country or "US", "USD")
    return rules.currency.get(written.strip().upper(), _iso_code(written)) if written else None


def _iso_code(written: str) -> str | None:
    """A code that the list lacks, as a board's field wrote it."""
    code = written.strip().upper()
    return code if re.fullmatch(r"[A-Z]{3}", code) else None


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
