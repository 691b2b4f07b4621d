"""Pay from the board's fields or, where they say nothing, from the ad's own words."""

from __future__ import annotations

from pipelines.pay import CONTRACT_PERIODS, Pay, annual, pay_in_text, pay_of_field, pay_of_string
from scraper.items import Posting


def find_pay(item: Posting) -> tuple[Pay | None, str | None]:
    """The pay and where it came from (``structured`` or ``text``): fields first, then the title and the text."""
    if item.pay_raw and (pay := pay_of_field(item.pay_raw, item.country)):
        return pay, "structured"
    if item.salary_raw and (pay := pay_of_string(item.salary_raw, item.country)):
        return pay, "structured"
    for text in (item.text, item.title):
        if text and (pay := pay_in_text(text, item.country)):
            return pay, "text"
    return None, None


class ParsePayPipeline:
    """Fill the ``salary_*`` fields; say in ``salary_note`` when a filled salary field gave nothing."""

    def process_item(self, item: Posting) -> Posting:
        pay, source = find_pay(item)
        if pay is None:
            if item.salary_raw or item.pay_raw:
                item.salary_note = "the salary field holds no believable pay"
            return item
        item.salary_text, item.salary_source = pay.text, source
        item.salary_min, item.salary_max = pay.low, pay.high
        item.salary_currency = pay.currency
        item.salary_period = pay.period if pay.period in CONTRACT_PERIODS else None
        item.salary_period_inferred = pay.period_inferred
        item.salary_year_min, item.salary_year_max = annual(pay.low, pay.period), annual(pay.high, pay.period)
        return item
