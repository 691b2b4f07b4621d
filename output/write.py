"""Write every report of a store into a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from output.cells import DEFAULT_MIN_N
from output.changes import changes
from output.columns import (
    CHANGES,
    COMPARED_ADS,
    COMPARED_ROLES,
    DUTIES,
    DUTY_CANDIDATES,
    DUTY_STATS,
    FUNNEL,
    LOCATION_STATS,
    PAY_LEDGER,
    PLACES,
    POSTINGS,
    SALARY_STATS,
    TABLES,
    TITLE_CHECK,
    TITLE_MATRIX,
    Table,
)
from output.custom_cut import custom_cut, cut_table
from output.datapackage import write_datapackage
from output.duty_candidates import duty_candidates, uncovered_duties
from output.duty_stats import duty_stats
from output.frames import Frames, open_ads, read_duties, read_frames
from output.funnel import funnel
from output.location_stats import location_stats
from output.overview import write_overview
from output.report.page import write_report
from output.salary_stats import annualisation_rule, salary_stats
from output.title_check import title_check, title_matrix
from output.write_table import FORMATS, Format, write_table
from scraper.errors import UserError
from store import Store


@dataclass(frozen=True)
class Options:
    """How the reports are to be written."""

    min_n: int = DEFAULT_MIN_N
    """A cell with fewer paid jobs keeps its counts and loses its figures."""

    kind: Format = "csv"

    by: tuple[str, ...] = ()
    """Columns of a custom cut, written beside the other files."""

    with_candidates: bool = False
    """Whether to cluster the duties that no definition covers; needs scikit-learn."""


class WrongOptionError(UserError):
    """An option that the reports do not know."""


def options_of(by: list[str], min_n: int, kind: str, with_candidates: bool) -> Options:
    """The options of the command line; raises a UserError for what cannot be."""
    known = next((each for each in FORMATS if each == kind), None)
    if known is None:
        raise WrongOptionError(f"--format {kind}: expected {' or '.join(FORMATS)}")
    if by:
        cut_table(by)
    if with_candidates and find_spec("sklearn") is None:
        raise WrongOptionError("--candidates: scikit-learn is not installed; install rolecall with the extra train")
    return Options(min_n, known, tuple(by), with_candidates)


def write_comparison(roles: pd.DataFrame, ads: pd.DataFrame, folder: Path) -> list[Path]:
    """Write what ``compare`` found; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_table(frame, table, folder) for frame, table in ((roles, COMPARED_ROLES), (ads, COMPARED_ADS))]


def write_reports(
    opened: Store, folder: Path, annual_factor: dict[str, float], options: Options | None = None
) -> tuple[pd.DataFrame, list[Path]]:
    """Write all reports of the store; the frame of postings they came from and the paths written.

    Each file is written beside its target and put in place when whole, so that a reader never sees half a file.
    """
    options = options or Options()
    folder.mkdir(parents=True, exist_ok=True)
    frames = read_frames(opened, with_duties=False)
    notes: list[pd.DataFrame] = []
    duties = _noting(read_duties(opened), notes, options.with_candidates)
    written = [(DUTIES, write_table(duties, DUTIES, folder, options.kind))]
    statistics = _statistics(frames, pd.concat(notes), annual_factor, options)
    written += [(table, write_table(frame, table, folder, options.kind)) for table, frame in statistics.items()]
    written.sort(key=lambda pair: TABLES.index(pair[0]) if pair[0] in TABLES else len(TABLES))
    rule = annualisation_rule(annual_factor)
    package = write_datapackage(written, frames.postings, frames.runs, rule, folder)
    page = write_report(frames, statistics, rule, options.min_n, folder)
    overview = write_overview(frames.postings, folder / "overview.svg")
    return frames.postings, [*(path for _, path in written), package, page, overview]


def _statistics(
    frames: Frames, duties: pd.DataFrame, annual_factor: dict[str, float], options: Options
) -> dict[Table, pd.DataFrame]:
    """Every table but that of the duties."""
    postings = frames.postings
    found = {
        POSTINGS: postings,
        PLACES: frames.places,
        PAY_LEDGER: frames.pay_ledger,
        SALARY_STATS: salary_stats(postings, annual_factor, options.min_n),
        LOCATION_STATS: location_stats(open_ads(postings), frames.places, options.min_n),
        TITLE_CHECK: title_check(postings),
        TITLE_MATRIX: title_matrix(postings),
        DUTY_STATS: duty_stats(postings, duties),
        FUNNEL: funnel(postings, frames.runs, frames.rejections),
        CHANGES: changes(postings, frames.runs),
    }
    if options.by:
        table = cut_table(list(options.by))
        found[table] = custom_cut(postings, table, options.min_n)
    if options.with_candidates:
        found[DUTY_CANDIDATES] = duty_candidates(uncovered_duties(postings, duties))
    return found


def _noting(pieces: Iterable[pd.DataFrame], notes: list[pd.DataFrame], with_words: bool) -> Iterator[pd.DataFrame]:
    """The pieces as they come, with what the statistics need of each kept in ``notes``."""
    names = ["posting_id", "definitions", *(["duty"] if with_words else [])]
    for piece in pieces:
        notes.append(piece[names])
        yield piece
