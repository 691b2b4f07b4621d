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
    TRENDS,
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
from output.trends import trends
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

    show_contacts: bool = False
    """Whether e-mail addresses and phone numbers in ads are written as they are."""

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
    return Options(min_n, known, tuple(by), with_candidates=with_candidates)


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
    frames = read_frames(opened, with_duties=False, show_contacts=options.show_contacts)
    notes: list[pd.DataFrame] = []
    duties = noting(read_duties(opened, show_contacts=options.show_contacts), notes, options.with_candidates)
    written = [(DUTIES, write_table(duties, DUTIES, folder, options.kind))]
    made = statistics(frames, pd.concat(notes), annual_factor, options)
    return frames.postings, write_made(frames, made, written, annual_factor, folder, options)


def write_made(
    frames: Frames,
    made: dict[Table, pd.DataFrame],
    written: list[tuple[Table, Path]],
    annual_factor: dict[str, float],
    folder: Path,
    options: Options,
) -> list[Path]:
    """Write tables, and what describes and shows them with those ``written`` before; the paths of all."""
    written = [*written, *((table, write_table(frame, table, folder, options.kind)) for table, frame in made.items())]
    written.sort(key=lambda pair: TABLES.index(pair[0]) if pair[0] in TABLES else len(TABLES))
    rule = annualisation_rule(annual_factor)
    package = write_datapackage(written, frames.postings, frames.runs, rule, folder)
    page = write_report(frames, made, rule, options.min_n, folder)
    overview = write_overview(frames.postings, folder / "overview.svg")
    return [*(path for _, path in written), package, page, overview]


def statistics(
    frames: Frames, duties: pd.DataFrame, annual_factor: dict[str, float], options: Options
) -> dict[Table, pd.DataFrame]:
    """Every table but that of the duties."""
    postings = frames.postings
    found = {
        POSTINGS: postings,
        PLACES: frames.places,
        PAY_LEDGER: frames.pay_ledger,
        TITLE_CHECK: title_check(postings),
        **counts(frames, duty_stats(postings, duties), annual_factor, options),
    }
    if options.with_candidates:
        found[DUTY_CANDIDATES] = duty_candidates(uncovered_duties(postings, duties))
    return found


def counts(
    frames: Frames, counted_duties: pd.DataFrame, annual_factor: dict[str, float], options: Options
) -> dict[Table, pd.DataFrame]:
    """Every table that counts, with the rows of ``duty_stats.csv`` as given."""
    postings = frames.postings
    found = {
        SALARY_STATS: salary_stats(postings, annual_factor, options.min_n),
        LOCATION_STATS: location_stats(open_ads(postings), frames.places, options.min_n),
        TITLE_MATRIX: title_matrix(postings),
        DUTY_STATS: counted_duties,
        FUNNEL: funnel(postings, frames.runs, frames.rejections),
        CHANGES: changes(postings, frames.runs, frames.revisions),
        TRENDS: trends(postings, frames.runs, options.min_n),
    }
    if options.by:
        table = cut_table(list(options.by))
        found[table] = custom_cut(postings, table, options.min_n)
    return found


def noting(pieces: Iterable[pd.DataFrame], notes: list[pd.DataFrame], with_words: bool) -> Iterator[pd.DataFrame]:
    """The pieces as they come, with what the statistics need of each kept in ``notes``."""
    names = ["posting_id", "definitions", *(["duty"] if with_words else [])]
    for piece in pieces:
        notes.append(piece[names])
        yield piece
