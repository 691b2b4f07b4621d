"""One picture of a store: pay by role beside the article's figures, and claimed roles against the duties'."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from output.article import article_figures
from output.cells import jobs_of
from output.write_file import replacing
from taggers.reading import NO_ROLE, ROLES

INK, PAY, ARTICLE = "#1b1b1b", "#0072b2", "#d55e00"  # Okabe and Ito's colours, told apart by colour-blind readers
MAX_DOTS = 400
"""With more jobs than this a role is drawn by its middle half."""

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "rolecall",
    "font.size": 10,
    "font.family": "sans-serif",
    "text.color": INK,
}


def write_overview(postings: pd.DataFrame, path: Path) -> Path:
    """Write the picture as SVG; the same store gives the same bytes."""
    jobs = jobs_of(postings)
    with mpl.rc_context(STYLE), replacing(path) as file:
        figure = Figure(figsize=(12, 5.2))
        _draw_pay(figure.add_axes((0.185, 0.08, 0.285, 0.76)), jobs)
        _draw_titles(figure.add_axes((0.625, 0.23, 0.365, 0.7)), jobs)
        figure.savefig(
            file, format="svg", metadata={"Date": None, "Title": "Rolecall: pay by role, and titles against duties"}
        )
    return path


def _draw_pay(axes: Axes, jobs: pd.DataFrame) -> None:
    """One dot a job with pay in US dollars that is not set aside, a bar at the median, a diamond at the article's."""
    paid = jobs[(jobs["currency"] == "USD").fillna(False) & jobs["set_aside"].isna()]
    for row, role in enumerate(reversed(ROLES)):
        mids = paid.loc[(paid["role"] == role).fillna(False), "mid"].astype(float)
        if len(mids) <= MAX_DOTS:
            axes.plot(mids, [row] * len(mids), "o", color=PAY, alpha=0.45, markersize=7, markeredgewidth=0)
        else:
            axes.plot(mids.quantile([0.25, 0.75]), [row] * 2, color=PAY, alpha=0.45, linewidth=7)
        if len(mids):
            axes.plot([mids.median()] * 2, [row - 0.32, row + 0.32], color=PAY, linewidth=2.5)
        if role in article_figures():
            axes.plot(
                article_figures()[role], row, "D", color=ARTICLE, markersize=7, fillstyle="none", markeredgewidth=1.6
            )
    counts = paid["role"].value_counts()
    axes.set_yticks(range(len(ROLES)), [f"{role}  (n={counts.get(role, 0)})" for role in reversed(ROLES)])
    axes.set_ylim(-0.6, len(ROLES) - 0.4)
    axes.locator_params(axis="x", nbins=6)
    axes.xaxis.set_major_formatter(lambda value, _: f"${value / 1000:.0f}k")
    axes.set_title(
        "Pay by the year, midpoints in US dollars\ndot: a job · line: middle half of many jobs\n"
        "bar: median · diamond: the article's figure",
        fontsize=10,
        loc="left",
    )
    axes.grid(axis="x", alpha=0.25)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _draw_titles(axes: Axes, jobs: pd.DataFrame) -> None:
    """Claimed role by duty-based role, the number of jobs in each cell."""
    named = [*ROLES, NO_ROLE]
    counts = pd.crosstab(jobs["title_role"].fillna(NO_ROLE), jobs["role"].fillna(NO_ROLE)).reindex(
        index=named, columns=named, fill_value=0
    )
    axes.imshow(counts.to_numpy() ** 0.5, cmap="Blues", aspect="auto")
    cells = counts.to_numpy()
    for row, column in ((row, column) for row in range(len(named)) for column in range(len(named))):
        count = int(cells[row, column])
        if count:
            axes.text(
                column, row, str(count), ha="center", va="center", color="white" if count > cells.max() * 0.4 else INK
            )
    axes.set_xticks(range(len(named)), named, rotation=35, ha="right")
    axes.set_yticks(range(len(named)), [*ROLES, "no role"])
    axes.set_xlabel("role the duties describe")
    axes.set_ylabel("role the title claims")
    axes.set_title("Titles against duties, number of jobs", fontsize=10, loc="left")
