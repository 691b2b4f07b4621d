"""Ads in files: JSON lines, CSV, Parquet, saved HTML pages, WARC -> postings, one a row, in the order of the rows.

Shared by the ``files`` spider and by ``rolecall tag``. A row that cannot be read is reported and skipped; every row
that can be read comes out, however little it holds. What reads pages is loaded with the first page.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from scraper.items import Posting, RawPlace
from scraper.pieces import (
    ARCHIVES,
    CSV,
    JSON_LINES,
    PAGES,
    PARQUET,
    Piece,
    Problems,
    UnreadableFileError,
    encoding_of,
    pieces_of,
)

__all__ = ["Problems", "UnreadableFileError", "posting_from_row", "read_file", "read_files", "read_piece"]

Row = dict[str, Any]


def read_file(path: Path, problems: Problems) -> Iterator[Posting]:
    """Postings of one file, numbered from 1; ``problems`` takes what is wrong with single rows.

    Raises UnreadableFileError for a missing file, an unknown kind, or a table without the columns of an ad.
    """
    row_no = 0
    for piece in pieces_of(path, problems):
        for posting in read_piece(piece, problems):
            row_no += 1
            renumber(posting, row_no)
            yield posting


def read_piece(piece: Piece, problems: Problems) -> Iterator[Posting]:
    """Postings of one piece of a file, numbered from 1; ``problems`` takes what is wrong with single rows."""
    yield from _READERS[piece.kind](piece, problems)


def renumber(posting: Posting, row_no: int) -> None:
    """Give the posting its row's number in the whole file, by which a table's row without id is called."""
    if posting.posting_id == row_id(posting.source, posting.row_no) and not posting.ref:
        posting.posting_id = row_id(posting.source, row_no)
    posting.row_no = row_no


def row_id(source: str, row_no: int | None) -> str:
    """What a table's row without id is called."""
    return f"{source}-{row_no}"


def posting_from_row(row: Row, *, source: str, row_no: int) -> Posting:
    """One input row (``id title description company location salary url posted_on``) -> one posting."""
    cells = {str(key).strip().lower(): _cell(value) for key, value in row.items() if key is not None}
    ref = cells.get("id")
    location = cells.get("location")
    return Posting(
        source=source,
        platform="files",
        posting_id=ref or row_id(source, row_no),
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


def _read_json_lines(piece: Piece, problems: Problems) -> Iterator[Posting]:
    row_no = 0
    for line_no, line in enumerate(piece.text(), piece.first_line):
        if not line.strip():
            continue
        where = f"{piece.path} line {line_no}"
        try:
            row = json.loads(line)
        except (RecursionError, ValueError) as error:
            problems.lose(f"{where}: no JSON ({error}); the line is skipped")
            continue
        if not isinstance(row, dict):
            problems.lose(f"{where}: expected a JSON object, got {type(row).__name__}; the line is skipped")
            continue
        row_no += 1
        yield _reported(row, piece, row_no, where, problems)


def _read_csv(piece: Piece, problems: Problems) -> Iterator[Posting]:
    table = csv.DictReader(piece.text(), piece.names, delimiter=piece.delimiter)
    for row_no, row in enumerate(_csv_rows(table, piece, problems), 1):
        yield _reported(row, piece, row_no, _csv_line(table, piece), problems)


def _csv_rows(table: csv.DictReader[str], piece: Piece, problems: Problems) -> Iterator[Row]:
    while True:
        try:
            yield next(table)
        except StopIteration:
            return
        except csv.Error as error:
            problems.lose(f"{_csv_line(table, piece)}: {error}; the row is skipped")


def _csv_line(table: csv.DictReader[str], piece: Piece) -> str:
    """The line on which the row ends that was just read."""
    return f"{piece.path} line {piece.first_line + table.line_num - 1}"


def _read_parquet(piece: Piece, problems: Problems) -> Iterator[Posting]:
    """Rows of a Parquet file; numbers, dates and nested values as the text they are."""
    import pyarrow as pa  # here: half a second that no other kind of file needs

    try:
        rows = (row for batch in _batches(piece) for row in _parquet_rows(batch))
        for row_no, row in enumerate(rows, 1):
            yield _reported(row, piece, row_no, f"{piece.path} row {piece.first_line + row_no - 1}", problems)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(f"{piece.path}: not readable as Parquet: {error}") from None


def _batches(piece: Piece) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if piece.data is not None:
        yield from pa.ipc.open_stream(piece.data)
        return
    with pq.ParquetFile(piece.path) as table:
        yield from table.iter_batches(row_groups=list(range(piece.start, piece.end)), columns=list(piece.names))


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


def _read_warc(piece: Piece, problems: Problems) -> Iterator[Posting]:
    """The JobPostings on a WARC file's pages."""
    from scraper.warc_file import NotWarcError, WarcCounts, read_jobs

    counts = WarcCounts()
    try:
        for row_no, found in enumerate(read_jobs(piece.path, counts), 1):
            called: Row = {"source": piece.name, "posting_id": row_id(piece.name, row_no), "row_no": row_no}
            yield Posting(platform="files", ref=found.ref, **called, **found.fields)
    except NotWarcError as error:
        raise UnreadableFileError(f"{piece.path}: {error}") from None
    if counts.n_without:
        problems.note(f"{piece.path}: pages without JobPosting data are skipped: {counts.n_without}")
    if counts.loss:
        problems.lose(f"{piece.path}: {counts.loss}")


def _read_page(piece: Piece, problems: Problems) -> Iterator[Posting]:
    """A saved page: its JobPosting objects, or else its heading and whole text as one ad."""
    from scraper.schema_org import identifier_of, posting_fields
    from scraper.structured_page import job_postings_of

    page = piece.path.read_bytes().decode(encoding_of(piece.path, problems), "replace").removeprefix("\ufeff")
    jobs = job_postings_of(page, "")
    ads = [{**posting_fields(job), "requisition": identifier_of(job)} for job in jobs] or [_whole_page(page)]
    for row_no, fields in enumerate(ads, 1):
        if not fields["description"]:
            problems.note(f"{piece.path}: no description on the page; the ad is kept without duties")
        posting_id = piece.name if len(ads) == 1 else row_id(piece.name, row_no)
        yield Posting(source=piece.name, platform="files", posting_id=posting_id, row_no=row_no, **fields)


def _whole_page(page: str) -> Row:
    """The page's ad as the rules read it; all of the page where they find no text."""
    from bs4 import BeautifulSoup

    from scraper.ad_page import fields_of, read_page

    parts = read_page(page, "")
    fields = fields_of(parts.title, parts.values, parts.body or page)
    soup = None if fields["title"] else BeautifulSoup(page, "lxml")
    heading = soup and (soup.find("h1") or soup.find("title"))
    return {**fields, "title": heading.get_text(" ", strip=True) if heading else fields["title"]}


def _reported(row: Row, piece: Piece, row_no: int, where: str, problems: Problems) -> Posting:
    posting = posting_from_row(row, source=piece.name, row_no=row_no)
    if not posting.description:
        problems.note(f"{where}: no description; the row is kept without duties")
    return posting


_READERS: dict[str, Callable[[Piece, Problems], Iterator[Posting]]] = {
    **dict.fromkeys(JSON_LINES, _read_json_lines),
    **dict.fromkeys(CSV, _read_csv),
    **dict.fromkeys(PARQUET, _read_parquet),
    **dict.fromkeys(PAGES, _read_page),
    **dict.fromkeys(ARCHIVES, _read_warc),
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
