"""Write ``report.html``: one file that loads nothing, reads without scripts, and allows no others than its own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from output.article import PUBLISHED_ON, TITLE
from output.cells import jobs_of
from output.columns import STEPS, Table
from output.frames import Frames
from output.report import facts
from output.report.charts import pay_chart, tile_map, trend_chart
from output.write_file import replacing

FILE = "report.html"


def write_report(
    frames: Frames, made: Mapping[Table, pd.DataFrame], annualisation: str, min_n: int, folder: Path
) -> Path:
    """Write the page of the tables in ``made``; the same tables give the same bytes."""
    path = folder / FILE
    html = render(facts.Tables(frames, made), annualisation, min_n)
    with replacing(path) as file:
        file.write(html.encode())
    return path


def render(tables: facts.Tables, annualisation: str, min_n: int) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("output", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"amount": amount, "whole": whole, "share": share}
    css, script = (_asset(name) for name in ("report.css", "report.js"))
    return environment.get_template("report.html.jinja").render(
        css=css, script=script, policy=policy(css, script), annualisation=annualisation, min_n=min_n,
        article=f"{TITLE}, {PUBLISHED_ON}", steps=STEPS, max_weeks=facts.MAX_WEEKS, **_content(tables),
    )  # fmt: skip


def _content(tables: facts.Tables) -> dict[str, Any]:
    openings, pay = facts.states(tables)
    funnel, health = facts.funnel_by_source(tables), facts.health(tables)
    differing, n_differing = facts.differing_titles(tables)
    return {
        "period": facts.period(tables),
        "headline": facts.headline(tables),
        "pay": facts.pay_by_role(tables),
        "pay_chart": pay_chart(jobs_of(tables.frames.postings), tables.stats("all", "USD")),
        "article_cells": facts.article_cells(tables),
        "openings_map": tile_map("openings", openings, lambda n: f"{n:,.0f}", "Openings"),
        "pay_map": tile_map(
            "median",
            pay,
            lambda usd: f"{usd / 1000:.0f}k",
            "Median pay in US dollars a year",
            min(pay.values(), default=0),
        ),
        "n_openings": sum(openings.values()),
        "n_pay_states": len(pay),
        "places": facts.places(tables),
        "article_states": facts.article_states(tables),
        "titles": facts.title_heat(tables),
        "differing": differing,
        "n_differing": n_differing,
        "duties": facts.duty_heat(tables),
        "disclosure": facts.disclosure(tables),
        **_trend(tables),
        "funnel": funnel,
        "funnel_total": facts.funnel_total(funnel),
        "health": health,
        "outcomes": facts.outcomes(health),
    }


def _trend(tables: facts.Tables) -> dict[str, Any]:
    """The charts and the weeks; none of them for a store of few weeks."""
    trends = facts.trend(tables)
    if trends is None:
        return {"weeks": [], "jobs_trend": None, "pay_trend": None}
    return {
        "weeks": facts.weeks(trends),
        "jobs_trend": trend_chart("weeks", trends, "postings", "Jobs open at the end of each week"),
        "pay_trend": trend_chart(
            "pay-weeks", trends, "mid_median_usd", "Median pay of the open jobs in US dollars a year", is_pay=True
        ),
    }


def policy(css: str, script: str) -> str:
    """The content security policy: nothing from anywhere, but this style and this script, by their hashes."""
    return (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (files("output") / "report" / name).read_text(encoding="utf-8")


def amount(value: float | None) -> str:
    """An amount of money in whole units; an en dash where there is none."""
    return "–" if value is None else f"{value:,.0f}"


def whole(value: float | None) -> str:
    """A count; an en dash where there is none."""
    return "–" if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """A number in [0, 1] by the hundred."""
    return "–" if value is None else f"{value:.0%}"
