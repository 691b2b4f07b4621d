"""The pay that a store's jobs of a role state, beside which the ad's own pay is shown."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any

import pandas as pd
from sqlalchemy import select

import store
from output.check import Check, MarketFigure
from output.columns import POSTINGS
from output.frames import one_row_a_job, typed, with_midpoint
from output.salary_stats import salary_stats
from taggers.reading import NO_ROLE

FRESH_S = 60.0
"""The store is read anew after so long: a crawl may have filled it."""

MAX_COMPARABLE = 8


@dataclass(frozen=True, slots=True)
class Comparable:
    """A job of the store behind the figures."""

    posting_id: str
    title: str
    company: str
    city: str
    low: float | None
    high: float | None
    currency: str


class StoreMarket:
    """Pay figures from a store, by the rules of ``salary_stats.csv``."""

    def __init__(self, opened: store.Store, annual_factor: dict[str, float]) -> None:
        self.store = opened
        self.annual_factor = annual_factor
        self._read_at = float("-inf")

    def figures(self, roles: list[str], country: str | None, region: str | None) -> list[MarketFigure]:
        """Figures of each role but ``none``, in this order: in the region, then everywhere; one row a currency."""
        self._refresh()
        wanted = [role for role in roles if role != NO_ROLE]
        cells = [("region", f"{country}-{region}")] if country and region else []
        found = [self._rows(role, cut, value) for role in wanted for cut, value in [*cells, ("all", None)]]
        return [_figure(row) for rows in found for row in rows]

    def comparable(self, check: Check) -> list[Comparable]:
        """Jobs of the described role, or else of the claimed one, that state pay in the ad's currency.

        Those of its region stand first, the best paid last.
        """
        role = check.title_role if check.role == NO_ROLE else check.role
        self._refresh()
        jobs = with_midpoint(one_row_a_job(self._postings))
        jobs = jobs[(jobs["role"] == role).fillna(False) & jobs["mid"].notna()]
        if check.salary_currency:
            jobs = jobs[(jobs["salary_currency"] == check.salary_currency).fillna(False)]
        is_near = ((jobs["country"] == check.country) & (jobs["region"] == check.region)).fillna(False)
        nearest = jobs.assign(far=~is_near).sort_values(["far", "mid"], kind="stable").head(MAX_COMPARABLE)
        return [_comparable(row) for row in nearest.to_dict("records")]

    def _refresh(self) -> None:
        if monotonic() - self._read_at > FRESH_S:
            self._postings = read_pay(self.store)
            self._stats = salary_stats(self._postings, self.annual_factor)
            self._read_at = monotonic()

    def _rows(self, role: str, cut: str, value: str | None) -> list[dict[Any, Any]]:
        stats = self._stats
        is_cell = (stats["role"] == role) & (stats["cut"] == cut) & stats["currency"].notna()
        if value is not None:
            is_cell &= stats["value"] == value
        return stats[is_cell.fillna(False)].to_dict("records")


def read_pay(opened: store.Store) -> pd.DataFrame:
    """``postings.csv`` as a frame."""
    table = store.postings
    order = (table.c.row_no, table.c.source, table.c.posting_id)
    query = select(*(table.c[name] for name in POSTINGS.names)).order_by(*order)
    with opened.engine.connect() as connection:
        return typed(pd.read_sql(query, connection), POSTINGS)


def _figure(row: dict[Any, Any]) -> MarketFigure:
    return MarketFigure(
        role=row["role"],
        place=row["value"] if row["cut"] == "region" else None,
        currency=row["currency"],
        with_pay=int(row["with_pay"]),
        disclosure_share=float(row["disclosure_share"]),
        low=_number(row["mid_p25"]),
        median=_number(row["mid_median"]),
        high=_number(row["mid_p75"]),
    )


def _comparable(row: dict[Any, Any]) -> Comparable:
    def told(name: str) -> str:
        return "" if pd.isna(row[name]) else str(row[name])

    low, high = _number(row["low"]), _number(row["high"])
    currency = told("salary_currency")
    return Comparable(row["posting_id"], told("title"), told("company"), told("city"), low, high, currency)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
