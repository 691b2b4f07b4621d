"""Ads in files: JSON lines, CSV, Parquet, saved HTML pages, WARC -> postings, one a row, in the order of the rows.

Shared by the ``files`` spider and by ``rolecall tag``. A row that cannot be read is reported and skipped; every row
that can be read comes out, however little it holds.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO, cast

from bs4 import BeautifulSoup

from scraper.ad_page import fields_of, read_page
from scraper.errors import UserError
from scraper.items import Posting, RawPlace
from scraper.schema_org import identifier_of, posting_fields
from scraper.structured_page import job_postings_of
from scraper.warc_file import NotWarcError, WarcCounts, read_jobs

MAX_CELL_CHARS = 20_000_000
"""Longest CSV cell read; the csv module's own limit of 131,072 is below real ads."""

BATCH_ROWS = 256
"""Rows of a Parquet file read at once."""

COLUMNS = ("id", "title", "description", "company", "location", "salary", "url", "posted_on")
"""Columns of a table that are read; case does not matter, others are ignored."""

Row = dict[str, Any]

csv.field_size_limit(MAX_CELL_CHARS)


class UnreadableFileError(UserError):
    """The whole file cannot be used; the message names it and says what to do."""


@dataclass
class Problems:
    """What was found wrong with files, in the order found."""

    messages: list[str] = field(default_factory=list)
    n_lost: int = 0
    """Rows and files that could not be read."""

    def note(self, message: str) -> None:
        """Something is odd, nothing is lost."""
        self.messages.append(f"warning: {message}")

    def lose(self, message: str) -> None:
        """A row or file could not be read."""
        self.n_lost += 1
        self.messages.append(f"error: {message}")


def read_file(path: Path, problems: Problems) -> Iterator[Posting]:
    """Postings of one file, numbered from 1; ``problems`` takes what is wrong with single rows.

    Raises UnreadableFileError for a missing file, an unknown kind, or a table without the columns of an ad.
    """
    reader = _READERS.get(_kind(path))
    if reader is None:
        known = " ".join(sorted(_READERS))
        raise UnreadableFileError(f"{path}: unknown kind of file {_kind(path)!r}; rename it to one of {known}")
    if not path.is_file():
        raise UnreadableFileError(f"{path}: no such file")
    try:
        yield from reader(path, problems)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        reason = f"its compressed data are broken or cut off ({error}); the rows before that were read"
        raise UnreadableFileError(f"{path}: {reason}") from None


def _kind(path: Path) -> str:
    """The suffix that says what a file is: ``.csv``, ``.warc.gz`` ..."""
    kind = "".join(path.suffixes[-2:]).lower()
    return kind if kind.endswith(".gz") and kind != ".gz" else path.suffix.lower()


def _name(path: Path) -> str:
    """The file's name without what says its kind."""
    return path.name[: -len(_kind(path))] or path.name


def posting_from_row(row: Row, *, source: str, row_no: int) -> Posting:
    """One input row (``id title description company location salary url posted_on``) -> one posting."""
    cells = {str(key).strip().lower(): _cell(value) for key, value in row.items() if key is not None}
    ref = cells.get("id")
    location = cells.get("location")
    return Posting(
        source=source,
        platform="files",
        posting_id=ref or f"{source}-{row_no}",
        row_no=row_no,
        ref=ref,
        url=cells.get("url"),
        title=cells.get("title"),
        company=cells.get("company"),
        description=cells.get("description"),
        places_raw=[RawPlace(text=location)] if location else [],
        salary_raw=cells.get("salary"),
        posted_on_raw=cells.get("posted_on"),
    )


def _cell(value: Any) -> str | None:
    """A cell as text without NUL bytes and lone surrogates; empty, and no number, is None."""
    if value is None or value != value:
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip() or None


def _read_json_lines(path: Path, problems: Problems) -> Iterator[Posting]:
    row_no = 0
    with _open_text(path, problems) as lines:
        for line_no, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (RecursionError, ValueError) as error:
                problems.lose(f"{path} line {line_no}: no JSON ({error}); the line is skipped")
                continue
            if not isinstance(row, dict):
                problems.lose(
                    f"{path} line {line_no}: expected a JSON object, got {type(row).__name__}; the line is skipped"
                )
                continue
            row_no += 1
            yield _reported(row, path, row_no, f"line {line_no}", problems)


def _read_csv(path: Path, problems: Problems) -> Iterator[Posting]:
    with _open_text(path, problems) as text:
        header = text.readline()
        text.seek(0)
        delimiter = max(",;\t|", key=header.count)
        table = csv.DictReader(text, delimiter=delimiter)
        _check_columns(path, (name for name in table.fieldnames or [] if name))
        for row_no, row in enumerate(_csv_rows(table, path, problems), 1):
            yield _reported(row, path, row_no, f"row {row_no}", problems)


def _check_columns(path: Path, names: Iterable[str]) -> None:
    columns = {name.strip().lower() for name in names}
    if not columns & {"title", "description"}:
        raise UnreadableFileError(f"{path}: no column 'title' or 'description' in the header; got {sorted(columns)}")


def _csv_rows(table: csv.DictReader[str], path: Path, problems: Problems) -> Iterator[Row]:
    while True:
        try:
            yield next(table)
        except StopIteration:
            return
        except csv.Error as error:
            problems.lose(f"{path} line {table.line_num}: {error}; the row is skipped")


def _read_parquet(path: Path, problems: Problems) -> Iterator[Posting]:
    """Rows of a Parquet file, a batch at a time; numbers, dates and nested values as the text they are."""
    import pyarrow as pa  # here: half a second that no other kind of file needs
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            names = table.schema_arrow.names
            _check_columns(path, names)
            wanted = [name for name in names if name.strip().lower() in COLUMNS]
            row_no = 0
            for batch in table.iter_batches(BATCH_ROWS, columns=wanted):
                for row in _parquet_rows(batch):
                    row_no += 1
                    yield _reported(row, path, row_no, f"row {row_no}", problems)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(f"{path}: not readable as Parquet: {error}") from None


def _parquet_rows(batch: Any) -> Iterator[Row]:
    columns = [_parquet_cells(column) for column in batch.columns]
    for cells in zip(*columns, strict=True):
        yield dict(zip(batch.schema.names, cells, strict=True))


def _parquet_cells(column: Any) -> list[Any]:
    """The values of a column; as text where there is a plain one, which dates that Python cannot hold need."""
    import pyarrow as pa

    if not pa.types.is_nested(column.type):
        try:
            return cast(list[Any], column.cast(pa.string()).to_pylist())
        except pa.ArrowException:
            pass
    return cast(list[Any], column.to_pylist())


def _read_warc(path: Path, problems: Problems) -> Iterator[Posting]:
    """The JobPostings on a WARC file's pages."""
    counts = WarcCounts()
    name = _name(path)
    try:
        for row_no, found in enumerate(read_jobs(path, counts), 1):
            posting_id = f"{name}-{row_no}"
            yield Posting(
                source=name, platform="files", posting_id=posting_id, row_no=row_no, ref=found.ref, **found.fields
            )
    except NotWarcError as error:
        raise UnreadableFileError(f"{path}: {error}") from None
    if counts.n_without:
        problems.note(f"{path}: pages without JobPosting data are skipped: {counts.n_without}")
    if counts.loss:
        problems.lose(f"{path}: {counts.loss}")


def _read_page(path: Path, problems: Problems) -> Iterator[Posting]:
    """A saved page: its JobPosting objects, or else its heading and whole text as one ad."""
    with _open_text(path, problems) as text:
        page = text.read()
    jobs = job_postings_of(page, "")
    ads = [{**posting_fields(job), "requisition": identifier_of(job)} for job in jobs] or [_whole_page(page)]
    for row_no, fields in enumerate(ads, 1):
        if not fields["description"]:
            problems.note(f"{path}: no description on the page; the ad is kept without duties")
        posting_id = _name(path) if len(ads) == 1 else f"{_name(path)}-{row_no}"
        yield Posting(source=_name(path), platform="files", posting_id=posting_id, row_no=row_no, **fields)


def _whole_page(page: str) -> Row:
    """The page's ad as the rules read it; all of the page where they find no text."""
    parts = read_page(page, "")
    fields = fields_of(parts.title, parts.values, parts.body or page)
    soup = None if fields["title"] else BeautifulSoup(page, "lxml")
    heading = soup and (soup.find("h1") or soup.find("title"))
    return {**fields, "title": heading.get_text(" ", strip=True) if heading else fields["title"]}


def _reported(row: Row, path: Path, row_no: int, where: str, problems: Problems) -> Posting:
    posting = posting_from_row(row, source=_name(path), row_no=row_no)
    if not posting.description:
        problems.note(f"{path} {where}: no description; the row is kept without duties")
    return posting


def _open_text(path: Path, problems: Problems) -> TextIO:
    """Open as UTF-8 (with or without byte order mark), or as Windows-1252 where the bytes are no UTF-8."""
    if _is_utf8(path):
        return _opened(path, encoding="utf-8-sig", newline="")
    problems.note(f"{path}: not UTF-8, read as Windows-1252 (Latin-1); save it as UTF-8 if letters look wrong")
    return _opened(path, encoding="cp1252", errors="replace", newline="")


def _opened(path: Path, **how: Any) -> TextIO:
    return cast(TextIO, gzip.open(path, "rt", **how) if path.suffix.lower() == ".gz" else path.open(**how))


def _is_utf8(path: Path) -> bool:
    try:
        with _opened(path, encoding="utf-8") as text:
            for _ in iter(lambda: text.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return False
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return True  # said where the rows are read
    return True


_READERS: dict[str, Callable[[Path, Problems], Iterator[Posting]]] = {
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".jsonl.gz": _read_json_lines,
    ".ndjson.gz": _read_json_lines,
    ".csv": _read_csv,
    ".csv.gz": _read_csv,
    ".parquet": _read_parquet,
    ".html": _read_page,
    ".htm": _read_page,
    ".warc": _read_warc,
    ".warc.gz": _read_warc,
}


def read_files(paths: Iterable[Path], problems: Problems) -> Iterator[Posting]:
    """Postings of several files in order; a file that cannot be used is reported and the others are read.

    ``row_no`` counts on over the files; a second row with the same id gets ``#2`` behind it, and so on.
    """
    n_seen: dict[str, int] = {}
    row_no = 0
    for path in paths:
        try:
            for posting in read_file(path, problems):
                row_no += 1
                posting.row_no = row_no
                posting.posting_id = _distinct(posting.posting_id, n_seen, path, problems)
                yield posting
        except (OSError, UnreadableFileError) as error:
            problems.lose(str(error))


def _distinct(posting_id: str, n_seen: dict[str, int], path: Path, problems: Problems) -> str:
    n_seen[posting_id] = n_seen.get(posting_id, 0) + 1
    if n_seen[posting_id] == 1:
        return posting_id
    renamed = f"{posting_id}#{n_seen[posting_id]}"
    problems.note(f"{path}: id {posting_id!r} stands on more than one row; this one is called {renamed!r}")
    return renamed
