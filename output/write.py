"""Write every report of a store into a folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from output.columns import DUTIES, LOCATION_STATS, PAY_LEDGER, PLACES, POSTINGS, SALARY_STATS, TITLE_CHECK, Table
from output.frames import read_frames
from output.location_stats import location_stats
from output.overview import write_overview
from output.salary_stats import salary_stats
from output.title_check import title_check
from output.write_file import replacing
from store import Store


def write_reports(opened: Store, folder: Path, annual_factor: dict[str, float]) -> tuple[pd.DataFrame, list[Path]]:
    """Write all reports of the store; the frame of postings they came from and the paths written.

    Each file is written beside its target and put in place when whole, so that a reader never sees half a file.
    """
    frames = read_frames(opened)
    folder.mkdir(parents=True, exist_ok=True)
    reports: list[tuple[Table, pd.DataFrame]] = [
        (POSTINGS, frames.postings),
        (DUTIES, frames.duties),
        (PLACES, frames.places),
        (PAY_LEDGER, frames.pay_ledger),
        (SALARY_STATS, salary_stats(frames.postings, annual_factor)),
        (LOCATION_STATS, location_stats(frames.postings, frames.places)),
        (TITLE_CHECK, title_check(frames.postings)),
    ]
    paths = [write_csv(frame, table, folder) for table, frame in reports]
    return frames.postings, [*paths, write_overview(frames.postings, folder / "overview.svg")]


def write_csv(frame: pd.DataFrame, table: Table, folder: Path) -> Path:
    """Write the table's columns of the frame: UTF-8, line feeds, a header always, the same bytes for a frame."""
    path = folder / table.file
    with replacing(path) as file:
        frame.to_csv(
            file, columns=table.names, index=False, lineterminator="\n", encoding="utf-8", float_format="%.10g"
        )
    return path
