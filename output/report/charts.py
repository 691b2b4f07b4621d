"""The page's charts: drawn by matplotlib, taken into the page as SVG in its colours, without any style attribute."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from lxml import etree
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from output.article import article_figures
from taggers.reading import ROLES

INK, MUTED, PAY, ARTICLE, EMPTY = "#101010", "#202020", "#303030", "#404040", "#505050"
"""Stand-ins for the page's colours, which light, dark and print set each in its own way."""

THEME = {
    INK: "currentColor",
    MUTED: "var(--muted)",
    PAY: "var(--accent)",
    ARTICLE: "var(--article)",
    EMPTY: "var(--empty)",
}
STYLE: Any = {"svg.fonttype": "none", "font.size": 11, "text.color": INK, "xtick.color": INK, "axes.edgecolor": MUTED}

MAX_DOTS = 150
"""With more jobs a role is drawn by its quantiles alone."""

N_SHADES = 7
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SVG = "{http://www.w3.org/2000/svg}"
_SIZE = re.compile(r"([\d.]+)px")


Figures = Mapping[Any, Any]
"""A row of ``salary_stats.csv``, None for what is missing."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart for the page: the SVG element and the words that stand for it."""

    svg: str
    says: str


def pay_chart(jobs: pd.DataFrame, stats: pd.DataFrame) -> Chart:
    """Pay by role in US dollars a year: a dot a job, quantiles as bars, the median, the article's figure.

    jobs: what ``cells.jobs_of`` gave; stats: the rows of ``salary_stats.csv`` in US dollars of the cut ``all``.
    """
    is_used = (jobs["currency"] == "USD").fillna(False) & jobs["set_aside"].isna()
    mids = {role: jobs.loc[is_used & (jobs["role"] == role).fillna(False), "mid"].to_numpy(float) for role in ROLES}
    by_role = {str(row["role"]): row for row in stats.astype(object).where(stats.notna(), None).to_dict("records")}

    def draw(axes: Axes) -> None:
        for row, role in enumerate(reversed(ROLES)):
            _draw_role(axes, row, role, mids[role], by_role.get(role))
        axes.set_ylim(-0.45, len(ROLES) - 0.2)
        axes.set_yticks([])
        axes.locator_params(axis="x", nbins=6)
        axes.xaxis.set_major_formatter(lambda value, _: f"${value / 1000:,.0f}k")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.grid(axis="x", color=MUTED, alpha=0.2)

    return Chart(_svg("pay", (5, 5.6), draw), _pay_in_words(mids, by_role))


def _draw_role(axes: Axes, row: int, role: str, mids: np.ndarray[Any, Any], stats: Figures | None) -> None:
    axes.text(0, row + 0.36, f"{role}, n={len(mids)}", transform=axes.get_yaxis_transform(), va="center")
    if len(mids) <= MAX_DOTS:
        heights = row + 0.16 * ((np.arange(len(mids)) * 0.618) % 1 - 0.5)  # apart, and the same each time
        axes.plot(np.sort(mids), heights, "o", color=PAY, alpha=0.35, markersize=6, markeredgewidth=0)
    if stats and stats["mid_median"] is not None:
        axes.plot([stats["mid_p10"], stats["mid_p90"]], [row, row], color=PAY, linewidth=1.5)
        axes.plot(
            [stats["mid_p25"], stats["mid_p75"]], [row, row], color=PAY, linewidth=7, alpha=0.55, solid_capstyle="butt"
        )
        axes.plot([stats["mid_median"]] * 2, [row - 0.2, row + 0.2], color=INK, linewidth=2.5)
    if role in article_figures():
        axes.plot(article_figures()[role], row, "D", color=ARTICLE, markersize=8, fillstyle="none", markeredgewidth=2)


def _pay_in_words(mids: Mapping[str, np.ndarray[Any, Any]], by_role: Mapping[str, Figures]) -> str:
    said = []
    for role in ROLES:
        known = by_role.get(role, {}).get("mid_median")
        median = "too few for a median" if known is None else f"median {known:,.0f} dollars"
        figure = f", the article says {article_figures()[role]:,.0f}" if role in article_figures() else ""
        said.append(f"{role}: {len(mids[role])} jobs with pay, {median}{figure}")
    return "Pay by the year. " + "; ".join(said) + "."


def tile_map(
    name: str, values: Mapping[str, float], shown: Callable[[float], str], what: str, lowest: float = 0
) -> Chart:
    """The US states as tiles, stronger with the value; states without one are empty.

    lowest: the value that has no colour; amounts that differ little are told apart only from near their least.
    """
    highest = max(values.values(), default=0)

    def draw(axes: Axes) -> None:
        for state, (row, column) in tiles().items():
            value = values.get(state)
            shade = 0 if value is None else _shade(value, lowest, highest)
            axes.add_patch(Rectangle((column, -row), 0.94, 0.94, color=EMPTY, linewidth=0, gid=f"shade{shade}"))
            axes.text(column + 0.47, -row + 0.62, state, ha="center", va="center", fontsize=9, color=INK)
            if value is not None:
                axes.text(column + 0.47, -row + 0.28, shown(value), ha="center", va="center", fontsize=8, color=INK)
        axes.set(xlim=(0, 11), ylim=(-7, 1))
        axes.axis("off")

    ranked = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
    said = ", ".join(f"{state} {shown(value)}" for state, value in ranked) or "no state has any"
    return Chart(_svg(name, (5, 3.7), draw), f"{what} by US state: {said}.")


def _shade(value: float, lowest: float, highest: float) -> int:
    part = (value - lowest) / (highest - lowest) if highest > lowest else 1
    return max(1, round(N_SHADES * part))


@cache
def tiles() -> dict[str, tuple[int, int]]:
    """State -> row and column in the grid."""
    data = tomllib.loads((files("output") / "data" / "us_tiles.toml").read_text(encoding="utf-8"))
    return {state: (row, column) for state, (row, column) in data.items()}


def trend_chart(name: str, trends: pd.DataFrame, column: str, what: str, *, is_pay: bool = False) -> Chart:
    """One line a role over the weeks, each in a band of its own, with its first and last value.

    trends: rows of ``trends.csv``. Counts: a band reaches from 0 to the most of its role. Pay: every band spans the
    same amount, that of the role whose pay moved most, so that the lines compare; weeks without median are gaps.
    """
    weeks = sorted(trends["week"].unique())
    by_role = {role: rows.set_index("week").reindex(weeks) for role, rows in trends.groupby("role")}
    lines = {
        role: by_role[role][column].to_numpy(float, na_value=np.nan) for role in ("all", *ROLES) if role in by_role
    }
    lines = {role: values for role, values in lines.items() if np.isfinite(values).any()}
    said = {role: _ends_in_words(by_role[role], column, is_pay) for role in lines}
    reach = max((np.nanmax(values) - np.nanmin(values) for values in lines.values()), default=0.0) or 1.0

    def draw(axes: Axes) -> None:
        for row, (role, values) in enumerate(reversed(lines.items())):
            low, span = (np.nanmin(values), reach) if is_pay else (0.0, np.nanmax(values) or 1.0)
            heights = row + 0.56 * (values - low) / span
            axes.text(0, row + 0.74, f"{role}: {said[role]}", transform=axes.get_yaxis_transform(), va="center")
            axes.plot(range(len(weeks)), heights, ".-", color=PAY, linewidth=2, markersize=5)
            if not is_pay:
                axes.fill_between(range(len(weeks)), row, heights, color=PAY, alpha=0.15, linewidth=0)
        ticks = sorted({round(part * (len(weeks) - 1) / 3) for part in range(4)})
        axes.set_xticks(ticks, [weeks[tick] for tick in ticks])
        axes.set_ylim(-0.1, max(len(lines), 1))
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)

    says = "; ".join(f"{role}: {words}" for role, words in said.items()) or "too few jobs"
    return Chart(
        _svg(name, (5, 0.6 + 0.66 * max(len(lines), 1)), draw), f"{what} from {weeks[0]} to {weeks[-1]}. {says}."
    )


def _ends_in_words(rows: pd.DataFrame, column: str, is_pay: bool) -> str:
    """The first and the last known value, pay with its n."""
    known = rows[rows[column].notna()]
    ends = [0, -1] if len(known) > 1 else [0]
    n = " to ".join(str(known["with_pay"].iloc[end]) for end in ends)
    return " to ".join(f"{known[column].iloc[end]:,.0f}" for end in ends) + (f", n={n}" if is_pay else "")


def _svg(name: str, size: tuple[float, float], draw: Callable[[Axes], None]) -> str:
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=size)
        axes = figure.add_axes((0.05, 0.06, 0.9, 0.93))
        draw(axes)
        drawn = BytesIO()
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    return themed(drawn.getvalue(), name)


def themed(drawn: bytes, name: str) -> str:
    """Matplotlib's SVG as an element of the page: its font and colours, ids of its own, no style attribute."""
    root = etree.fromstring(drawn)
    for element in [*root.iter(f"{_SVG}metadata", f"{_SVG}style")]:
        parent = element.getparent()
        assert parent is not None  # neither is the root
        parent.remove(element)
    wanted = {reference for element in root.iter() for reference in _references(element)}
    for element in root.iter():
        _without_style(element)
        _named(element, name, wanted)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, "")
    root.set("aria-hidden", "true")
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _references(element: Any) -> list[str]:
    values = [element.get(_XLINK, ""), element.get("clip-path", "")]
    return [match[1] for value in values if (match := re.search(r"#([\w-]+)", value))]


def _without_style(element: Any) -> None:
    """The element's style as attributes, which a strict content security policy allows."""
    for declared in element.attrib.pop("style", "").split(";"):
        key, _, value = (part.strip() for part in declared.partition(":"))
        if key == "font":
            key, value = "font-size", match[1] if (match := _SIZE.search(value)) else ""
        if key and key != "font-family" and value:
            element.set(key, value)
    for key in ("fill", "stroke"):
        if element.get(key) in THEME:
            element.set(key, THEME[element.get(key)])


def _named(element: Any, name: str, wanted: set[str]) -> None:
    """Only ids that something refers to stay, told apart by the chart's name; a tile's id becomes its class."""
    own = element.attrib.pop("id", None)
    if own in wanted:
        element.set("id", f"{name}-{own}")
    if own and own.startswith("shade"):
        element.set("class", own)
    for key in (_XLINK, "clip-path"):
        if element.get(key):
            element.set(key, element.get(key).replace("#", f"#{name}-"))
