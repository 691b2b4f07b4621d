"""WARC files (ISO 28500; Common Crawl): their archived web pages that hold JobPosting data, one record at a time.

Shared by the ``warc`` spider and by ``rolecall tag``. A record that cannot be read is counted and skipped; a file that
ends in the middle gives what stands before its end. Memory does not grow with the file.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from w3lib.encoding import html_to_unicode
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # shipped without types
from warcio.recordloader import ArcWarcRecordLoader  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeadersParserException  # type: ignore[import-untyped]

from scraper.errors import UserError
from scraper.schema_org import JsonObject, identifier_of, posting_fields
from scraper.structured_page import job_postings_of

MAX_PAGE_BYTES = 16 * 1024 * 1024
"""Longest page read, as in a crawl."""

MAX_LINE_BYTES = 64 * 1024
"""Longest line of a record's head."""

HTML_TYPES = ("text/html", "application/xhtml")
BROKEN = (ArchiveLoadFailed, StatusAndHeadersParserException, AttributeError, EOFError, ValueError, zlib.error)
"""What the library raises for records that are none."""


class NotWarcError(UserError):
    """The file holds no WARC record at all; the message says what does."""


@dataclass
class WarcCounts:
    """How the records of a file were read."""

    n_records: int = 0
    n_without: int = 0
    """Web pages without JobPosting data."""

    n_broken: int = 0
    first_broken: str | None = None
    cut_off: str | None = None
    """How the file ends before its end."""

    def lose(self, reason: str) -> None:
        """A record could not be read."""
        self.n_broken += 1
        self.first_broken = self.first_broken or reason

    @property
    def loss(self) -> str | None:
        """What was lost, in one line."""
        parts = []
        if self.n_broken:
            parts.append(f"broken records skipped: {self.n_broken}, the first: {self.first_broken}")
        if self.cut_off:
            parts.append(f"the file is cut off: {self.cut_off}")
        return "; ".join(parts) or None


@dataclass(frozen=True)
class ArchivedJob:
    """A JobPosting on an archived page."""

    page: str
    """Address of the page."""

    fetched_at: str | None
    """UTC instant at which the archive fetched the page, ISO 8601."""

    job: JsonObject
    n_jobs: int
    """JobPostings on the same page."""

    @property
    def ref(self) -> str:
        """The page's address, which is the ad's id; with the ad's own where the page holds several."""
        return self.page if self.n_jobs == 1 else f"{self.page}#{identifier_of(self.job) or self.fields['title']}"

    @property
    def fields(self) -> dict[str, Any]:
        """Fields of the posting; the archive saw the ad when it fetched the page."""
        day = self.fetched_at and self.fetched_at[:10]
        seen = {"fetched_on": day, "first_seen": self.fetched_at, "last_seen": self.fetched_at}
        return {**posting_fields(self.job), "url": self.page, "requisition": identifier_of(self.job), **seen}


def read_jobs(path: Path, counts: WarcCounts) -> Iterator[ArchivedJob]:
    """The JobPostings of a WARC file, gzipped or not, in its order.

    Raises OSError for a file that cannot be opened, NotWarcError for one without any record.
    """
    with path.open("rb") as file:
        stream = _Stream(file, counts)
        for record in _records(stream, counts):
            try:
                yield from _jobs_of(record, counts)
            except BROKEN as error:
                counts.lose(f"{_target(record)}: {type(error).__name__}: {error}")
    if not counts.n_records:
        raise NotWarcError(f"no WARC record in it{f' ({counts.loss})' if counts.loss else ''}")


class _Stream:
    """The file inflated as far as it can be; notes where the compressed data break off."""

    def __init__(self, file: BinaryIO, counts: WarcCounts) -> None:
        is_gzip = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        self.inner: Any = gzip.GzipFile(fileobj=file) if is_gzip else file
        self.counts = counts

    def read(self, length: int | None = None) -> bytes:
        return self._guarded(self.inner.read, MAX_PAGE_BYTES if length is None else length)

    def readline(self, length: int | None = None) -> bytes:
        return self._guarded(self.inner.readline, min(length or MAX_LINE_BYTES, MAX_LINE_BYTES))

    def _guarded(self, read: Any, length: int) -> bytes:
        if self.counts.cut_off:
            return b""
        try:
            return bytes(read(length))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self.counts.cut_off = f"{error}"
            return b""


def _records(stream: _Stream, counts: WarcCounts) -> Iterator[Any]:
    """One record after another; after what is no record, on to the next line that begins one."""
    loader = ArcWarcRecordLoader()
    is_lost = False
    while line := stream.readline():
        if not line.startswith(b"WARC/"):
            if line.strip() and not is_lost:
                is_lost = True
                counts.lose(f"no record begins with {line[:40]!r}")
            continue
        is_lost = True  # what stands behind a broken head is no second loss
        try:
            record = loader.parse_record_stream(stream, line, known_format="warc")
        except BROKEN as error:
            counts.lose(f"{type(error).__name__}: {error}")
            continue
        if record.length is None:
            counts.lose(f"{_target(record)}: no Content-Length")
            continue
        is_lost = False
        counts.n_records += 1
        yield record
        while record.raw_stream.read(MAX_LINE_BYTES):
            pass
        if record.raw_stream.limit and not counts.cut_off:
            counts.cut_off = f"{record.raw_stream.limit} bytes of the last record are missing"


def _jobs_of(record: Any, counts: WarcCounts) -> Iterator[ArchivedJob]:
    if not _is_page(record):
        return
    body = _body(record)
    if record.raw_stream.limit and len(body) <= MAX_PAGE_BYTES:
        return  # the file ends inside this page, which is noted behind it
    if len(body) > MAX_PAGE_BYTES:
        raise ValueError(f"a page of more than {MAX_PAGE_BYTES} bytes")
    page = _target(record)
    jobs = job_postings_of(_text(record, body), page) if b"JobPosting" in body else []
    counts.n_without += not jobs
    fetched_at = record.rec_headers.get_header("WARC-Date")
    for job in jobs:
        yield ArchivedJob(page, fetched_at, job, len(jobs))


def _is_page(record: Any) -> bool:
    """Whether the record holds a web page as it was answered."""
    if record.rec_type == "response" and record.http_headers:
        kind = record.http_headers.get_header("Content-Type") or ""
        return record.http_headers.get_statuscode().startswith("2") and kind.lower().startswith(HTML_TYPES)
    return record.rec_type == "resource" and (record.content_type or "").lower().startswith(HTML_TYPES)


def _body(record: Any) -> bytes:
    stream = record.content_stream()
    parts: list[bytes] = []
    while sum(map(len, parts)) <= MAX_PAGE_BYTES and (part := stream.read(1 << 20)):
        parts.append(part)
    return b"".join(parts)


def _text(record: Any, body: bytes) -> str:
    kind = record.http_headers.get_header("Content-Type") if record.http_headers else record.content_type
    return html_to_unicode(kind, body, default_encoding="utf-8")[1]


def _target(record: Any) -> str:
    return record.rec_headers.get_header("WARC-Target-URI") or "a record without address"
