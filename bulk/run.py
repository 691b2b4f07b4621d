"""From files to a store and all reports: the same bytes whoever works and however the files are cut."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

import store
from bulk.kept import FOLDER as KEPT
from bulk.kept import KeptParts, in_groups
from bulk.load import ROWID, Loader, stored_ids
from bulk.part import Part
from bulk.plan import chunks_of
from bulk.tag_chunk import tag_chunk
from bulk.version import code_version
from bulk.workers import Here, Known, Task, Workers
from pipelines.host import now_of
from pipelines.link_duplicates import link_duplicates
from scraper.pieces import PIECE_BYTES, Problems
from store import Store

if TYPE_CHECKING:
    import pandas as pd

    from bulk.finish import Settled
    from bulk.partitions import Partitions
    from output.frames import Frames

FINISHED_ADS = 1_000
"""Ads of a partition, whose rows are made at once."""

ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Bulk:
    """One run over many ads."""

    files: Sequence[Path]
    out: Path
    workers: Workers
    show_contacts: bool = False
    chunk_bytes: int = PIECE_BYTES
    told: Callable[[int], None] = lambda n_ads: None
    """Hears of tagged ads."""
    problems: Problems = field(default_factory=Problems)


@dataclass(frozen=True)
class Stored:
    """Where the parts of the stored ads stand, in order, and how many ads each has."""

    parts: list[tuple[Path, int]]
    kept: KeptParts
    n_linked: int


def tag_and_store(run: Bulk, opened: Store) -> Stored:
    """Tag all ads, number and store them, and link those that are one job; opened: a new SQLite store."""
    if not isinstance(run.workers, Here):
        Thread(target=_prepare, daemon=True).start()
    kept = KeptParts(run.out / KEPT, code_version(), _today())
    loader = Loader(opened)
    parts = []
    for path, part in _tagged(run, kept):
        loader.add(part)
        parts.append((path, part.postings.num_rows))
        run.told(part.postings.num_rows)
    run.problems.messages += loader.messages
    run.problems.n_lost += loader.n_lost
    n_linked = link_duplicates(opened, loader.hashvalues) if loader.n_ads else 0
    return Stored(parts, kept, n_linked)


def _today() -> str:
    """The beginning of the day, so that parts that were kept stay good until its end."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("scraper.settings")
    day: date = now_of(settings).date()
    return datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat()


def _prepare() -> None:
    """Linking and reports take a second to load; the workers are busy meanwhile, and nothing else is loaded here."""
    import datasketch  # noqa: F401

    import output.write  # noqa: F401


def _tagged(run: Bulk, kept: KeptParts) -> Iterator[tuple[Path, Part]]:
    """The parts of all chunks in order, tagged by the workers where none is kept."""
    paths: deque[Path] = deque()

    def tasks() -> Iterator[Task | Known]:
        for chunk in chunks_of(run.files, run.chunk_bytes):
            paths.append(kept.path(chunk))
            yield Known(None) if paths[-1].is_file() else (chunk, kept.version, kept.now)

    for data in run.workers.map(tag_chunk, tasks()):
        path = paths.popleft()
        if data is not None:
            kept.keep(path, data)
        yield path, Part.from_bytes(path.read_bytes() if data is None else data)


def write_reports(
    run: Bulk, opened: Store, stored: Stored, annual_factor: dict[str, float]
) -> tuple[pd.DataFrame, list[Path]]:
    """Write all reports of the stored ads; what statistics need of the postings, and the paths written.

    The rows are made by the workers, and so is what can be added up; the rest is counted here, over columns of numbers
    and names. The files are those that ``output.write.write_reports`` would write of the store, byte by byte.
    """
    from bulk.finish import ROW_TABLES, finish
    from bulk.partitions import FOLDER, partitions
    from output.duty_stats import duty_stats_of
    from output.write import Options, counts, write_made

    is_counted, of_jobs = _jobs(opened)
    with partitions(run.out) as made:
        for finished in run.workers.map(finish, _finishing(run, opened, stored, is_counted, of_jobs)):
            made.add(finished)
        frames = _frames(opened, made)
        counted = duty_stats_of(made.duties)
    options = Options(show_contacts=run.show_contacts)
    written = [(table, run.out / table.file) for table in ROW_TABLES]
    tables = counts(frames, counted, annual_factor, options)
    paths = write_made(frames, tables, written, annual_factor, run.out, options)
    return frames.postings, [*paths, run.out / FOLDER]


def _finishing(
    run: Bulk, opened: Store, stored: Stored, is_counted: npt.NDArray[np.bool_], of_jobs: pd.DataFrame
) -> Iterator[tuple[list[bytes], Settled, pd.DataFrame, bool]]:
    from bulk.finish import Settled

    first = 0
    for paths, n_ads in in_groups(stored.parts, FINISHED_ADS):
        ids, groups = stored_ids(opened, first, n_ads)
        settled = Settled(ids, groups, is_counted[first : first + n_ads])
        yield [path.read_bytes() for path in paths], settled, of_jobs, run.show_contacts
        first += n_ads


def _jobs(opened: Store) -> tuple[npt.NDArray[np.bool_], pd.DataFrame]:
    """Whether each ad is the one by which its job is counted, the first of its group; ``outliers.fences`` of all."""
    import pandas as pd

    from output.frames import with_midpoint
    from output.outliers import fences

    names = ("group_id", "role", "salary_currency", "salary_year_min", "salary_year_max")
    query = select(*(store.postings.c[name] for name in names)).order_by(ROWID)
    groups, paid = [], []
    with opened.engine.connect().execution_options(stream_results=True) as connection:
        for rows in pd.read_sql(query, connection, chunksize=ROWS_AT_ONCE):
            groups.append(np.fromiter((int(group, 16) for group in rows["group_id"]), np.uint64, len(rows)))
            rows.index += sum(map(len, groups[:-1]))
            paid.append(_typed_pay(rows[rows[list(names[3:])].notna().any(axis=1)]))
    is_counted = np.zeros(sum(map(len, groups)), bool)
    is_counted[np.unique(np.concatenate(groups), return_index=True)[1]] = True
    pay = pd.concat(paid)
    return is_counted, fences(with_midpoint(pay[is_counted[pay.index]]))


def _typed_pay(rows: pd.DataFrame) -> pd.DataFrame:
    kinds = {"role": "string", "salary_currency": "string", "salary_year_min": "Float64", "salary_year_max": "Float64"}
    return rows[list(kinds)].astype(kinds)


def _frames(opened: Store, made: Partitions) -> Frames:
    """Frames with what statistics need; files have no runs, so nothing of them changed from run to run."""
    import pandas as pd

    from output.columns import DUTIES, PAY_LEDGER
    from output.frames import Frames

    with opened.engine.connect() as connection:
        runs, rejections, revisions = (
            pd.read_sql(select(table), connection) for table in (store.runs, store.rejections, store.revisions)
        )
    return Frames(
        postings=made.postings(),
        duties=pd.DataFrame(columns=DUTIES.names),
        places=made.places(),
        pay_ledger=pd.DataFrame(columns=PAY_LEDGER.names),
        runs=runs,
        rejections=rejections,
        revisions=revisions,
    )
