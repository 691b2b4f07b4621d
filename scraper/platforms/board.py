"""What every spider shares: the source it reads, the ids it gives, and how it says that something went wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.items import Posting

FAILURE_OF_STATUS = {401: "blocked", 403: "blocked", 404: "gone", 410: "gone", 429: "throttled"}
"""HTTP status -> failure class; any other error status is ``network``."""

PLAIN_REF = re.compile(r"[A-Za-z0-9._-]{1,64}")


class BoardSpider(Spider):
    """A spider for one board.

    A failure ends nothing: it is noted with its class (``gone blocked throttled changed-format network``), address
    and reason, and the ads read before and after it are kept.
    """

    start_address: ClassVar[str] = "{url}"
    """Address of the first request, with ``{board}`` and ``{url}``."""

    failures: list[tuple[str, str, str]]
    """(failure class, address, reason) of everything that could not be read."""

    def __init__(
        self,
        *,
        board: str | None = None,
        url: str | None = None,
        source: str | None = None,
        base_url: str | None = None,
        company: str | None = None,
        only_titles: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if "{board}" in self.start_address and not board:
            raise ValueError(f"{self.name}: say which board, e.g. scrapy crawl {self.name} -a board=NAME")
        if "{board}" not in self.start_address and not url:
            raise ValueError(f"{self.name}: say which address, e.g. scrapy crawl {self.name} -a url=https://...")
        self.board = board or urlsplit(url or "").netloc or "file"
        self.url = url or ""
        self.source = source or re.sub(r"[^A-Za-z0-9_-]+", "-", f"{self.name}-{self.board}")
        self.base_url = base_url
        self.company = company
        self.only_titles = re.compile(only_titles, re.IGNORECASE) if only_titles else None
        self.failures = []

    async def start(self) -> AsyncIterator[Any]:
        address = self.start_address.format(board=quote(self.board), url=self.url)
        yield self.request(self.moved(address), self.parse_start)

    def parse_start(self, response: Response) -> Iterable[Any]:
        """Turn the first response into postings and further requests."""
        raise NotImplementedError  # every platform's base says how

    def request(self, url: str, callback: Callable[[Response], Iterable[Any]], **kwargs: Any) -> Request:
        """A request whose failure is noted and whose callback's exceptions do not lose what it already yielded."""
        return Request(url, callback=callback, errback=self.note_failure, **kwargs)

    def moved(self, url: str) -> str:
        """The address with scheme, host and port of ``base_url``, if the source has one."""
        if not self.base_url:
            return url
        base, parts = urlsplit(self.base_url), urlsplit(url)
        return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query, ""))

    def fail(self, kind: str, url: str, reason: str) -> None:
        """Note that something could not be read."""
        self.logger.warning("%s: %s: %s", kind, url, reason)
        self.failures.append((kind, url, reason))

    def note_failure(self, failure: Failure) -> None:
        """Errback: sort a failed request into its class."""
        error = failure.value
        url = failure.request.url  # type: ignore[attr-defined]  # Scrapy sets it
        if isinstance(error, HttpError):
            status = error.response.status
            self.fail(FAILURE_OF_STATUS.get(status, "network"), url, f"HTTP status {status}")
        elif isinstance(error, IgnoreRequest):
            self.fail("blocked", url, str(error))
        else:
            self.fail("network", url, f"{type(error).__name__}: {error}")

    def read_each(self, records: Iterable[Any], read: Callable[[Any], Posting], url: str) -> Iterator[Posting]:
        """One posting a record; a record that cannot be read is noted and the others go on."""
        for number, record in enumerate(records, 1):
            try:
                posting = read(record)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                self.fail("changed-format", url, f"ad {number}: {type(error).__name__}: {error}")
            else:
                if self.wanted(posting.title):
                    yield posting

    def wanted(self, title: str | None) -> bool:
        """Whether the source's ``only_titles`` lets this title through."""
        return self.only_titles is None or bool(self.only_titles.search(title or ""))

    def posting(self, ref: str, **fields: Any) -> Posting:
        """A posting of this board with its stable id; a ref that is no plain token is replaced by its hash."""
        token = ref if PLAIN_REF.fullmatch(ref) else hashlib.sha256(ref.encode()).hexdigest()[:16]
        fields["company"] = fields.get("company") or self.company
        return Posting(
            source=self.source,
            platform=self.name,
            posting_id=f"{self.name}:{self.board}:{token}",
            ref=ref,
            **fields,
        )
