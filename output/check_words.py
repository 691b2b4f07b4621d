"""What terminal and page say in the same words: pay, market, and the report as plain text."""

from __future__ import annotations

from output.check import Check, CheckedDuty, MarketFigure

VERDICT_WORDS = {"matches": "fits", "adjacent": "nearly fits", "differs": "does not fit", "cannot tell": "cannot tell"}

MISSING_SAYS = "Usual for a {role}, and not listed; add what the job has:"
LAWYERS_SAYS = "A lawyer's own work under a support title: check that it is not unauthorised practice of law."


def pay_sentence(check: Check) -> str:
    """What the ad states as pay, as stated and by the year."""
    if check.salary_min is None and check.salary_max is None:
        return "The ad states no pay that could be read."
    stated = amount(check.salary_min, check.salary_max, check.salary_currency)
    period = f" a {check.salary_period}" if check.salary_period else ""
    is_by_year = check.salary_period in (None, "year") or check.salary_year_min is check.salary_year_max is None
    if is_by_year:
        return f"The ad states {stated}{period}."
    by_year = amount(check.salary_year_min, check.salary_year_max, check.salary_currency)
    return f"The ad states {stated}{period}: {by_year} a year."


def market_line(figure: MarketFigure) -> str:
    """``paralegal in US-NY: median USD 71,250 a year, middle half 65,000–80,000 (n=12)``."""
    name = f"{figure.role} in {figure.place}" if figure.place else f"{figure.role}, all places"
    n = f"(n={figure.with_pay})"
    if figure.median is None or figure.low is None or figure.high is None:
        return f"{name}: too few jobs with pay in {figure.currency} for a figure {n}"
    middle = f"middle half {figure.low:,.0f}–{figure.high:,.0f}"
    return f"{name}: median {figure.currency} {figure.median:,.0f} a year, {middle} {n}"


def amount(low: float | None, high: float | None, currency: str | None) -> str:
    """``USD 62,000–68,000``, ``from USD 62,000``, ``up to USD 68,000``, ``USD 31.50``."""
    name = f"{currency} " if currency else ""
    if low is not None and high is not None and low != high:
        return f"{name}{_figure(low)}–{_figure(high)}"
    if low is not None:
        return f"{name}{_figure(low)}" if high is not None else f"from {name}{_figure(low)}"
    return f"up to {name}{_figure(high or 0.0)}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def duty_line(duty: CheckedDuty) -> str:
    """Role, section and id of a duty's definition, or that there is none."""
    if duty.definition is None:
        return "none of the article's duties"
    return f"{duty.role} · {duty.definition} ({duty.score:.2f})"


def margin_line(check: Check) -> str:
    """The role's probability beside the next best one's."""
    ranked = [f"{role} {share:.2f}" for role, share in list(check.shares.items())[:3]]
    if check.margin is None:
        return "no margin: too little evidence"
    return f"{check.margin:.2f} ({', '.join(ranked)})"
