"""What stands in the page: every number with the n behind it, taken from the tables that are written beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from output.article import ArticlePay, article_pay, most_openings
from output.columns import DUTY_STATS, FUNNEL, LOCATION_STATS, SALARY_STATS, STEPS, TITLE_MATRIX, TRENDS, Table
from output.frames import Frames, one_row_a_job, open_ads
from taggers.reading import NO_ROLE, ROLES

Row = dict[str, Any]

MAX_ROWS = 50
"""Longest table of single ads or places; the files hold the rest."""

N_SHADES = 7
MIN_WEEKS = 3
"""With fewer weeks there is no trend to show."""

MAX_WEEKS = 26
"""Weeks in the page's table."""


@dataclass(frozen=True)
class Tables:
    """The store's frames and the tables made of them."""

    frames: Frames
    made: Mapping[Table, pd.DataFrame]

    @property
    def jobs(self) -> pd.DataFrame:
        """One row a job."""
        return one_row_a_job(self.frames.postings)

    def stats(self, cut: str, currency: str | None = None) -> pd.DataFrame:
        """Rows of ``salary_stats.csv`` of one cut, of one currency or of all."""
        stats = self.made[SALARY_STATS]
        of_cut = stats[stats["cut"] == cut]
        return of_cut if currency is None else of_cut[(of_cut["currency"] == currency).fillna(False)]


def headline(tables: Tables) -> list[Row]:
    """The figures at the top: a label, the value, and what stands behind it."""
    jobs, n_copies = tables.jobs, len(open_ads(tables.frames.postings)) - len(tables.jobs)
    has_role = jobs[(jobs["role"] != NO_ROLE).fillna(False)]
    n_paid = int((jobs["salary_year_min"].notna() | jobs["salary_year_max"].notna()).sum())
    told = jobs[jobs["title_role"].notna() & jobs["title_verdict"].isin(["matches", "adjacent", "differs"])]
    fits = told[told["title_verdict"] == "matches"]
    return [
        {"label": "jobs", "value": _count(len(jobs)), "behind": f"{_count(n_copies)} further ads are copies of them"},
        {"label": "describe one of the seven roles", "value": _share(len(has_role), len(jobs)),
         "behind": _of(len(has_role), len(jobs), "jobs")},
        {"label": "employers", "value": _count(jobs["company"].nunique()), "behind": "by name, in these jobs"},
        {"label": "state their pay", "value": _share(n_paid, len(jobs)), "behind": _of(n_paid, len(jobs), "jobs")},
        {"label": "have a title that fits", "value": _share(len(fits), len(told)),
         "behind": _of(len(fits), len(told), "jobs whose title can be judged")},
    ]  # fmt: skip


def pay_by_role(tables: Tables) -> Row:
    """Pay of the whole role in US dollars, and in other currencies where there are figures; what is left out."""
    stats = tables.stats("all")
    stated = stats[stats["currency"].notna()].sort_values(["currency", "role"], key=_in_order)
    is_shown = (stated["currency"] == "USD") | stated["mid_median"].notna()
    others = [f"{row['with_pay']} {row['role']} in {row['currency']}" for row in _rows(stated[~is_shown])]
    return {"rows": _rows(stated[is_shown]), "others": others, "outliers": int(stated["outliers"].sum())}


def article_cells(tables: Tables) -> list[Row]:
    """Each of the article's figures with ours beside it; ours may be missing."""
    stats = tables.made[SALARY_STATS]
    with_figure = stats[stats["article_figure"].notna()]
    ours = {(row["role"], row["cut"], row["value"] or ""): row for row in _rows(with_figure)}
    return [{"article": pay, "cell": _cell_in_words(pay), "ours": ours.get((pay.role, pay.cut, pay.value))}
            for pay in article_pay()]  # fmt: skip


def _cell_in_words(pay: ArticlePay) -> str:
    return f"{pay.role}, {pay.value}" if pay.value else pay.role


def states(tables: Tables) -> tuple[dict[str, float], dict[str, float]]:
    """Openings and median pay by US state, every role together."""
    rows = _us_states(tables, "all")
    return (
        {row["region"]: row["postings"] for row in rows},
        {row["region"]: row["mid_median_usd"] for row in rows if row["mid_median_usd"] is not None},
    )


def places(tables: Tables) -> list[Row]:
    """The regions of every country with most openings, every role together."""
    stats = tables.made[LOCATION_STATS]
    regions = stats[(stats["level"] == "region") & (stats["role"] == "all")]
    return _rows(regions.sort_values(["postings", "country", "region"], ascending=[False, True, True]).head(MAX_ROWS))


def article_states(tables: Tables) -> list[Row]:
    """The states that the article names for a role's openings: jobs of the role there, and their rank."""
    found = []
    for role, named in most_openings().items():
        counts = {row["region"]: row["postings"] for row in _us_states(tables, role)}
        for state in named:
            n = counts.get(state, 0)
            rank = 1 + sum(other > n for other in counts.values()) if n else None
            found.append({"role": role, "state": state, "postings": n, "rank": rank, "of": len(counts)})
    return found


def _us_states(tables: Tables, role: str) -> list[Row]:
    stats = tables.made[LOCATION_STATS]
    return _rows(stats[(stats["level"] == "region") & (stats["role"] == role) & (stats["country"] == "US")])


def title_heat(tables: Tables) -> Row:
    """Claimed by described role: jobs, and a shade by the share of the jobs whose title claims the same."""
    counts = {(row["title_role"], row["role"]): row for row in _rows(tables.made[TITLE_MATRIX])}
    names = [*ROLES, NO_ROLE]
    rows = [
        {"name": title, "n": sum(counts[key]["postings"] for key in counts if key[0] == title),
         "cells": [_shaded(counts.get((title, role)), "postings") for role in names]}
        for title in names
    ]  # fmt: skip
    return {"columns": names, "rows": rows}


def differing_titles(tables: Tables) -> tuple[list[Row], int]:
    """Jobs whose title the duties contradict, the surest first, at most ``MAX_ROWS``; and how many there are."""
    jobs = tables.jobs
    differing = jobs[(jobs["title_verdict"] == "differs").fillna(False)]
    shown = differing.sort_values(["role_confidence", "posting_id"], ascending=[False, True]).head(MAX_ROWS)
    return [{**row, "link": _safe_link(row["url"])} for row in _rows(shown)], len(differing)


def _safe_link(url: str | None) -> str | None:
    """The address, if it is one of the web: a board's field may hold anything."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def duty_heat(tables: Tables) -> Row:
    """The article's definitions by role: share of the role's jobs that list such a duty."""
    rows = _rows(tables.made[DUTY_STATS])
    cells = {(row["definition"], row["role"]): row for row in rows}
    bases = {row["role"]: row["postings_of_role"] for row in rows}
    names = [*ROLES, NO_ROLE]
    definitions = sorted({row["definition"] for row in rows}, key=_definition_order)
    return {
        "columns": [{"name": role, "n": bases.get(role, 0)} for role in names],
        "rows": [
            {"name": definition, "cells": [_shaded(cells.get((definition, role)), "share") for role in names]}
            for definition in definitions
        ],
    }


def _definition_order(definition: str) -> tuple[int, str]:
    role = definition.partition(".")[0].replace("_", " ")
    return (ROLES.index(role) if role in ROLES else len(ROLES), definition)


def _shaded(row: Row | None, name: str) -> Row:
    if row is None:
        return {"value": None, "shade": 0}
    return {"value": row[name], "shade": max(1, round(N_SHADES * row["share"])), "n": row["postings"]}


def disclosure(tables: Tables) -> list[Row]:
    """How many jobs of each role state pay that can be annualised, in any currency."""
    counted = tables.stats("all").groupby("role", as_index=False)[["postings", "with_pay"]].sum()
    return [
        {**row, "share": row["with_pay"] / row["postings"] if row["postings"] else 0}
        for row in _rows(counted.sort_values("role", key=_in_order))
    ]


def funnel_by_source(tables: Tables) -> list[Row]:
    """What is left after each step of each source's last run, and the reasons of the losses."""
    funnel = tables.made[FUNNEL]
    last = funnel[["source", "run_id"]].fillna("").drop_duplicates("source", keep="last")
    rows = funnel.assign(run_id=funnel["run_id"].fillna("")).merge(last, on=["source", "run_id"])
    by_source: dict[str, list[Row]] = {}
    for row in _rows(rows.sort_values(["source", "row_no"])):
        by_source.setdefault(row["source"], []).append(row)
    return [_funnel_row(source, steps) for source, steps in by_source.items()]


def _funnel_row(source: str, steps: list[Row]) -> Row:
    left = {step["step"]: step["n_left"] for step in steps}  # the last row of a step says what it left
    why = [f"{step['n_lost']} × {step['reason']}" for step in steps if step["n_lost"]]
    return {"source": source, "left": [left.get(step) for step in STEPS], "why": why}


def funnel_total(rows: list[Row]) -> list[str]:
    """What is left after each step, of all sources together; a step that no source has is left out."""
    columns = [[n for n in column if n is not None] for column in zip(*(row["left"] for row in rows), strict=True)]
    return [f"{sum(column):,} {step}" for step, column in zip(STEPS, columns, strict=False) if column]


def outcomes(rows: list[Row]) -> list[str]:
    """How many sources' last runs had each outcome."""
    counts = Counter(row["outcome"] for row in rows)
    return [f"{n} {outcome}" for outcome, n in sorted(counts.items())]


def health(tables: Tables) -> list[Row]:
    """The last run of each source."""
    runs = tables.frames.runs
    last = runs.sort_values("started_at").drop_duplicates("source", keep="last")
    return _rows(last.sort_values(["outcome", "source"], key=lambda column: column.where(column != "ok", "~")))


def trend(tables: Tables) -> pd.DataFrame | None:
    """Rows of ``trends.csv``; None where the store holds fewer than ``MIN_WEEKS`` weeks."""
    trends = tables.made[TRENDS]
    return trends if trends["week"].nunique() >= MIN_WEEKS else None


def weeks(trends: pd.DataFrame) -> list[Row]:
    """The last ``MAX_WEEKS`` weeks over all roles."""
    return _rows(trends[trends["role"] == "all"].tail(MAX_WEEKS))


def period(tables: Tables) -> Row:
    """The days that the ads are from, as the store has them."""
    postings = tables.frames.postings
    days = {name: postings[name].dropna().str.slice(0, 10) for name in ("posted_on", "first_seen", "last_seen")}
    ends = {name: (column.min(), column.max()) if len(column) else None for name, column in days.items()}
    return {"posted": ends["posted_on"], "seen_from": ends["first_seen"], "seen_to": ends["last_seen"],
            "n_sources": postings["source"].nunique(), "n_runs": tables.frames.runs["run_id"].nunique()}  # fmt: skip


def _in_order(column: pd.Series) -> pd.Series:
    """Roles in the article's order, US dollars before other currencies."""
    places = {name: number for number, name in enumerate([*ROLES, NO_ROLE, "USD"])} | {"USD": -1}
    return column.map(lambda name: (places.get(name, len(places)), str(name)))


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Rows with None for what is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _count(n: int) -> str:
    return f"{n:,}"


def _share(n: int, of: int) -> str:
    return f"{n / of:.0%}" if of else "–"


def _of(n: int, of: int, what: str) -> str:
    return f"{n:,} of {of:,} {what}"
