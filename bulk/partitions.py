"""The reports' row tables as they are written, some ads at a time: one CSV file each, and a folder of Parquet files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pandas as pd

from bulk.finish import ROW_TABLES, Finished, frame_of
from output.columns import PLACES, POSTINGS, TITLE_CHECK, Table
from output.write_file import replacing

FOLDER = "parquet"

COUNTED = (
    "posting_id", "source", "platform", "url", "title", "company", "role", "role_confidence", "title_role",
    "title_verdict", "suggested_title", "city", "region", "country", "remote", "sector", "salary_currency",
    "salary_year_min", "salary_year_max", "is_part_time", "is_contract", "group_id", "closed_on", "posted_on",
    "first_seen", "last_seen",
)  # fmt: skip
"""Columns of ``postings.csv`` that statistics read; the others are most of a posting and stay on disk."""

SHOWN = ("url", "suggested_title", "title_against")
"""Columns that only the page's table of titles that differ shows."""

OF_PLACES = ("posting_id", "country", "region", "city")


class Partitions:
    """Row tables under way in a folder."""

    def __init__(self, folder: Path, files: dict[Table, IO[bytes]]) -> None:
        self.folder = folder
        self._files = files
        self._n = 0
        self.duties: list[pd.DataFrame] = []
        """What ``count_duties`` counted of each partition."""

    def add(self, finished: Finished) -> None:
        """Write the rows of the ads that follow those before."""
        for table in ROW_TABLES:
            rows = finished.tables[table.file, "csv"]
            self._files[table].write(rows if not self._n else rows[rows.index(b"\n") + 1 :])
            path = self.folder / Path(table.file).stem / f"part-{self._n:05}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(finished.tables[table.file, "parquet"])
        self.duties.append(finished.duties)
        self._n += 1

    def postings(self) -> pd.DataFrame:
        """What statistics need of the postings written so far."""
        return pd.concat(map(self._counted, range(self._n)), ignore_index=True)

    def places(self) -> pd.DataFrame:
        """What statistics need of their places."""
        return pd.concat((self._read(PLACES, number, OF_PLACES) for number in range(self._n)), ignore_index=True)

    def _counted(self, number: int) -> pd.DataFrame:
        postings = self._read(POSTINGS, number, COUNTED)
        against = self._read(TITLE_CHECK, number, ("posting_id", "title_against")).set_index("posting_id")
        postings["title_against"] = postings["posting_id"].map(against["title_against"]).astype("string")
        is_shown = (postings["title_verdict"] == "differs").fillna(False)
        return postings.assign(**{name: postings[name].where(is_shown) for name in SHOWN})

    def _read(self, table: Table, number: int, columns: Sequence[str]) -> pd.DataFrame:
        import pyarrow.parquet as pq

        path = self.folder / Path(table.file).stem / f"part-{number:05}.parquet"
        return frame_of(pq.read_table(path, columns=list(columns)))


@contextmanager
def partitions(out: Path) -> Iterator[Partitions]:
    """Partitions that take the place of those in the folder when the block ends without error."""
    building, final = out / f".{FOLDER}.new", out / FOLDER
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        with ExitStack() as opened:
            files = {table: opened.enter_context(replacing(out / table.file)) for table in ROW_TABLES}
            yield Partitions(building, files)
        shutil.rmtree(final, ignore_errors=True)
        building.replace(final)
    finally:
        shutil.rmtree(building, ignore_errors=True)
