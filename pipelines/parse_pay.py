"""Pay from the board's fields or, where they say nothing, from the ad's own words."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.pay import (
    CONTRACT_PERIODS,
    Candidate,
    Pay,
    annual,
    candidates_in_text,
    candidates_of_field,
    candidates_of_string,
    taken,
)
from scraper.items import PayCandidate, Posting

Found = tuple[str, list[Candidate]]
"""(where: ``structured`` or ``text``, the sums found there)"""


def look_for_pay(item: Posting) -> Iterator[Found]:
    """The places where pay may stand, in the order of trust: fields, then the title and the text."""
    if item.pay_raw:
        yield "structured", candidates_of_field(item.pay_raw, item.country)
    if item.salary_raw:
        yield "structured", candidates_of_string(item.salary_raw, item.country)
    for text in (item.text, item.title):
        if text:
            yield "text", candidates_in_text(text, item.country)


class ParsePayPipeline:
    """Fill the ``salary_*`` fields and ``pay_candidates``; say in ``salary_note`` why a filled field gave nothing."""

    def process_item(self, item: Posting) -> Posting:
        item.pay_candidates = []
        for source, candidates in look_for_pay(item):
            item.pay_candidates += [_kept(candidate, source) for candidate in candidates]
            if pay := taken(candidates):
                _fill(item, pay, source)
                return item
            if source == "structured":
                item.salary_note = _why_none(candidates)
        return item


def _fill(item: Posting, pay: Pay, source: str) -> None:
    item.salary_text, item.salary_source = pay.text, source
    item.salary_min, item.salary_max = pay.low, pay.high
    item.salary_currency = pay.currency
    item.salary_period = pay.period if pay.period in CONTRACT_PERIODS else None
    item.salary_period_inferred = pay.period_inferred
    item.salary_year_min, item.salary_year_max = annual(pay.low, pay.period), annual(pay.high, pay.period)


def _kept(candidate: Candidate, source: str) -> PayCandidate:
    pay = candidate.pay
    return PayCandidate(
        words=pay.text, low=pay.low, high=pay.high, currency=pay.currency, period=pay.period,
        period_inferred=pay.period_inferred, source=source, verdict=candidate.verdict,
    )  # fmt: skip


def _why_none(candidates: list[Candidate]) -> str:
    return f"the salary field gives no pay: {candidates[0].verdict if candidates else 'no figure that can be read'}"
