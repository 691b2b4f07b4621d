"""Files of ads in pieces that can be read by themselves, in any process, one after another or side by side.

A piece is a range of bytes of a table of lines, some row groups of a Parquet file, or a whole page or archive. Whatever
their size, the pieces of a file hold its rows once each and in its order. What cannot be read from its middle
(compressed tables, row groups of many rows) is read here, and the piece carries the bytes.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from scraper.errors import UserError

PIECE_BYTES = 512 * 1024
"""Size of a piece: about a hundred ads, which take a good part of a second; a lost process costs no more than that."""

GROUP_ROWS = 1_000
"""Parquet row groups of more rows are cut up, smaller ones put together to about so many."""

BATCH_ROWS = 128
"""Rows of a piece of a large row group."""

MAX_CELL_BYTES = 80_000_000
"""Longest CSV cell read; the csv module's own limit of 131,072 is below real ads."""

COLUMNS = ("id", "title", "description", "company", "location", "salary", "url", "posted_on")
"""Columns of a table that are read; case does not matter, others are ignored."""

JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
CSV = (".csv", ".csv.gz")
PARQUET = (".parquet",)
PAGES = (".html", ".htm")
ARCHIVES = (".warc", ".warc.gz")
KINDS = (*JSON_LINES, *CSV, *PARQUET, *PAGES, *ARCHIVES)
BOM = b"\xef\xbb\xbf"
BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)

csv.field_size_limit(MAX_CELL_BYTES)


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


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file that can be read by itself."""

    path: Path
    kind: str
    """One of ``KINDS``."""
    size: int
    """Bytes."""
    digest: str
    """Stands for the content: equal digests are equal rows."""
    start: int = 0
    """First byte, or first row group."""
    end: int = 0
    """Byte, or row group, behind the last."""
    first_line: int = 1
    """Number in the file of the first line of the piece, or of its first row in Parquet."""
    encoding: str = "utf-8"
    names: tuple[str, ...] = ()
    """The table's columns."""
    delimiter: str = ","
    data: bytes | None = None
    """The bytes, or the Arrow stream of the rows, where the file cannot be read from its middle."""

    @property
    def name(self) -> str:
        """The file's name without what says its kind."""
        return self.path.name[: -len(self.kind)] or self.path.name

    def text(self) -> TextIO:
        """The lines of a table."""
        data = self.data
        if data is None:
            with self.path.open("rb") as file:
                file.seek(self.start)
                data = file.read(self.end - self.start)
        return io.TextIOWrapper(io.BytesIO(data), self.encoding, "replace", newline="")


def kind_of(path: Path) -> str:
    """The suffix that says what a file is: ``.csv``, ``.warc.gz`` ..."""
    kind = "".join(path.suffixes[-2:]).lower()
    return kind if kind.endswith(".gz") and kind != ".gz" else path.suffix.lower()


def pieces_of(path: Path, problems: Problems, n_bytes: int = PIECE_BYTES) -> Iterator[Piece]:
    """The pieces of a file, each of about ``n_bytes``; ``problems`` takes what is odd about the file.

    Raises UnreadableFileError for a missing file, an unknown kind, or a table without the columns of an ad; in the
    middle where a compressed file is broken.
    """
    kind = kind_of(path)
    if kind not in KINDS:
        raise UnreadableFileError(
            f"{path}: unknown kind of file {kind!r}; rename it to one of {' '.join(sorted(KINDS))}"
        )
    if not path.is_file():
        raise UnreadableFileError(f"{path}: no such file")
    try:
        if kind in JSON_LINES:
            yield from _of_lines(path, kind, problems, n_bytes)
        elif kind in CSV:
            yield from _of_csv(path, kind, problems, n_bytes)
        elif kind in PARQUET:
            yield from _of_parquet(path, kind)
        else:
            size = path.stat().st_size
            yield Piece(path, kind, size, _digest_of_file(path, kind))
    except BROKEN_GZIP as error:
        reason = f"its compressed data are broken or cut off ({error}); the rows before that were read"
        raise UnreadableFileError(f"{path}: {reason}") from None


def opened(path: Path) -> BinaryIO:
    """The file's bytes, inflated where it is compressed."""
    return cast(BinaryIO, gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb"))


def encoding_of(path: Path, problems: Problems) -> str:
    """UTF-8 (with or without byte order mark), or Windows-1252 where the bytes are no UTF-8, which is said."""
    if _is_utf8(path):
        return "utf-8"
    problems.note(f"{path}: not UTF-8, read as Windows-1252 (Latin-1); save it as UTF-8 if letters look wrong")
    return "cp1252"


def _is_utf8(path: Path) -> bool:
    try:
        with opened(path) as file:
            text = io.TextIOWrapper(file, "utf-8", newline="")
            for _ in iter(lambda: text.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return False
    except BROKEN_GZIP:
        return True  # said where the rows are read
    return True


def _begins_marked(file: Any) -> bool:
    head: bytes = file.peek(len(BOM))
    return head.startswith(BOM)


class _Lines:
    """The lines of a file as Latin-1, in which a letter is a byte, with how far they have been read."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        is_marked = encoding == "utf-8" and _begins_marked(file)
        self.at = len(file.read(len(BOM))) if is_marked else 0
        self._text = io.TextIOWrapper(file, "latin-1", newline="")
        self.n_lines = 0
        self.read: list[str] = []
        """The lines since ``taken``."""

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.at += len(line)
            self.n_lines += 1
            self.read.append(line)
            yield line

    def taken(self) -> bytes:
        data = "".join(self.read).encode("latin-1")
        self.read = []
        return data


def _of_lines(path: Path, kind: str, problems: Problems, n_bytes: int) -> Iterator[Piece]:
    encoding = encoding_of(path, problems)
    with opened(path) as file:
        lines = _Lines(file, encoding)
        yield from _cut(path, lines, lines, n_bytes, {"kind": kind, "encoding": encoding})


def _of_csv(path: Path, kind: str, problems: Problems, n_bytes: int) -> Iterator[Piece]:
    """Cut between rows, which only the csv module knows: a cell may hold line breaks and lone quotes."""
    encoding = encoding_of(path, problems)
    with opened(path) as file:
        header = file.readline().decode("latin-1")
    delimiter = max(",;\t|", key=header.count)
    with opened(path) as file:
        lines = _Lines(file, encoding)
        table = csv.reader(iter(lines), delimiter=delimiter)
        names = tuple(name.encode("latin-1").decode(encoding, "replace") for name in next(table, []))
        check_columns(path, names)
        how = {"kind": kind, "encoding": encoding, "names": names, "delimiter": delimiter}
        lines.taken()
        yield from _cut(path, lines, _rows(table), n_bytes, how)


def _rows(table: Any) -> Iterator[None]:
    """One after each row, be it broken or not."""
    while True:
        try:
            next(table)
        except StopIteration:
            return
        except csv.Error:
            pass  # said where the row is read
        yield None


def _cut(path: Path, lines: _Lines, rows: Iterable[Any], n_bytes: int, how: dict[str, Any]) -> Iterator[Piece]:
    """The file behind what was read of it, cut behind the row with which a piece reaches ``n_bytes``."""
    start, first_line = lines.at, lines.n_lines + 1
    broken = None
    waiting = iter(rows)
    while broken is None:
        try:
            next(waiting)
        except StopIteration:
            break
        except BROKEN_GZIP as error:
            broken = error
        if lines.at - start >= n_bytes:
            yield _piece(path, lines, start, first_line, how)
            start, first_line = lines.at, lines.n_lines + 1
    if lines.read:
        yield _piece(path, lines, start, first_line, how)
    if broken:
        raise broken


def _piece(path: Path, lines: _Lines, start: int, first_line: int, how: dict[str, Any]) -> Piece:
    data = lines.taken()
    is_packed = path.suffix.lower() == ".gz"
    said = f"{how}{first_line}".encode() + data
    return Piece(
        path=path,
        size=len(data),
        digest=_hash(said),
        start=start,
        end=lines.at,
        first_line=first_line,
        data=data if is_packed else None,
        **how,
    )


def _of_parquet(path: Path, kind: str) -> Iterator[Piece]:
    import pyarrow as pa  # here: half a second that no other kind of file needs
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            names = table.schema_arrow.names
            check_columns(path, names)
            wanted = [name for name in names if name.strip().lower() in COLUMNS]
            row = 1
            for start, end, n_rows in _groups(table.metadata):
                if n_rows <= GROUP_ROWS:
                    yield _of_groups(path, kind, (start, end), row, (table.metadata, wanted))
                else:
                    yield from _of_batches(path, kind, table.iter_batches(BATCH_ROWS, [start], columns=wanted), row)
                row += n_rows
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(f"{path}: not readable as Parquet: {error}") from None


def _groups(metadata: Any) -> Iterator[tuple[int, int, int]]:
    """(first, behind the last, rows) of row groups that are read together."""
    start = n_rows = 0
    for number in range(metadata.num_row_groups):
        n_here = metadata.row_group(number).num_rows
        if n_rows and n_rows + n_here > GROUP_ROWS:
            yield start, number, n_rows
            start, n_rows = number, 0
        n_rows += n_here
    if n_rows:
        yield start, metadata.num_row_groups, n_rows


def _of_groups(path: Path, kind: str, groups: tuple[int, int], row: int, known: tuple[Any, list[str]]) -> Piece:
    metadata, wanted = known
    size = sum(metadata.row_group(number).total_byte_size for number in range(*groups))
    digest = _hash(f"{_digest_of_file(path, kind)}{groups}".encode())
    return Piece(path, kind, size, digest, *groups, first_line=row, names=tuple(wanted))


def _of_batches(path: Path, kind: str, batches: Iterable[Any], row: int) -> Iterator[Piece]:
    import pyarrow as pa

    for batch in batches:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        data = sink.getvalue().to_pybytes()
        yield Piece(path, kind, len(data), _hash(f"{row}".encode() + data), first_line=row, data=data)
        row += batch.num_rows


def check_columns(path: Path, names: Iterable[str]) -> None:
    """Raise UnreadableFileError for a table that has none of the columns of an ad."""
    columns = {name.strip().lower() for name in names if name}
    if not columns & {"title", "description"}:
        raise UnreadableFileError(f"{path}: no column 'title' or 'description' in the header; got {sorted(columns)}")


def _digest_of_file(path: Path, kind: str) -> str:
    """Of the content of a page; of what is large, of size and time of change."""
    if kind in PAGES:
        return _hash(path.read_bytes())
    about = path.stat()
    return _hash(f"{path.resolve()} {about.st_size} {about.st_mtime_ns}".encode())


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
