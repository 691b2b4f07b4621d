"""Ads in files: JSON lines, CSV and saved HTML pages -> postings, one a row, in the order of the rows.

Shared by the ``files`` spider and by ``rolecall tag``. A row that cannot be read is reported and skipped; every row
that can be read comes out, however little it holds.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from bs4 import BeautifulSoup

from scraper.errors import UserError
from scraper.items import Posting, RawPlace
from scraper.json_ld import find_job_postings
from scraper.schema_org import identifier_of, posting_fields

MAX_CELL_CHARS = 20_000_000
"""Longest CSV cell read; the csv module's own limit of 131,072 is below real ads."""

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
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = " ".join(sorted(_READERS))
        raise UnreadableFileError(f"{path}: unknown kind of file {path.suffix!r}; rename it to one of {known}")
    if not path.is_file():
        raise UnreadableFileError(f"{path}: no such file")
    yield from reader(path, problems)


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
    """A cell as text without NUL bytes and lone surrogates; empty is None."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
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
        columns = {name.strip().lower() for name in table.fieldnames or [] if name}
        if not columns & {"title", "description"}:
            raise UnreadableFileError(
                f"{path}: no column 'title' or 'description' in the header; got {sorted(columns)}"
            )
        for row_no, row in enumerate(_csv_rows(table, path, problems), 1):
            yield _reported(row, path, row_no, f"row {row_no}", problems)


def _csv_rows(table: csv.DictReader[str], path: Path, problems: Problems) -> Iterator[Row]:
    while True:
        try:
            yield next(table)
        except StopIteration:
            return
        except csv.Error as error:
            problems.lose(f"{path} line {table.line_num}: {error}; the row is skipped")


def _read_page(path: Path, problems: Problems) -> Iterator[Posting]:
    """A saved page: its JobPosting objects, or else its heading and whole text as one ad."""
    with _open_text(path, problems) as text:
        page = text.read()
    jobs = find_job_postings(page)
    ads = [{**posting_fields(job), "requisition": identifier_of(job)} for job in jobs] or [_whole_page(page)]
    for row_no, fields in enumerate(ads, 1):
        if not fields["description"]:
            problems.note(f"{path}: no description on the page; the ad is kept without duties")
        posting_id = path.stem if len(ads) == 1 else f"{path.stem}-{row_no}"
        yield Posting(source=path.stem, platform="files", posting_id=posting_id, row_no=row_no, **fields)


def _whole_page(page: str) -> Row:
    soup = BeautifulSoup(page, "lxml")
    heading = soup.find("h1") or soup.find("title")
    return {"title": heading.get_text(" ", strip=True) if heading else None, "description": page}


def _reported(row: Row, path: Path, row_no: int, where: str, problems: Problems) -> Posting:
    posting = posting_from_row(row, source=path.stem, row_no=row_no)
    if not posting.description:
        problems.note(f"{path} {where}: no description; the row is kept without duties")
    return posting


def _open_text(path: Path, problems: Problems) -> TextIO:
    """Open as UTF-8 (with or without byte order mark), or as Windows-1252 where the bytes are no UTF-8."""
    if _is_utf8(path):
        return path.open(encoding="utf-8-sig", newline="")
    problems.note(f"{path}: not UTF-8, read as Windows-1252 (Latin-1); save it as UTF-8 if letters look wrong")
    return path.open(encoding="cp1252", errors="replace", newline="")


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as text:
            for _ in iter(lambda: text.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return False
    return True


_READERS: dict[str, Callable[[Path, Problems], Iterator[Posting]]] = {
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".csv": _read_csv,
    ".html": _read_page,
    ".htm": _read_page,
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
