"""Boards that show their ads in one list or in pages of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from scrapy.http import Response

from scraper.platforms.board import BoardSpider, UnexpectedFormatError


class PagedSpider(BoardSpider):
    """A list of ads in pages: say what is on a page (``records``), and what follows it (``next_request``)."""

    max_pages: ClassVar[int] = 1000
    """Pages read in one crawl; a board with more is cut off and marked partial."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._known: set[str] = set()
        self._n_pages = 0

    def records(self, response: Response) -> list[Any]:
        """The ads on one page; raises UnexpectedFormatError when it is no page of a list."""
        raise NotImplementedError  # every base says how

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        """The records of one page -> postings or requests for their details."""
        raise NotImplementedError  # every base says how

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        """Requests for further pages; none by default."""
        return ()

    def parse_start(self, response: Response) -> Iterable[Any]:
        try:
            records = self.records(response)
        except UnexpectedFormatError as error:
            self.fail("changed-format", response.url, str(error))
            return
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            self.fail("changed-format", response.url, f"no list of ads: {type(error).__name__}: {error}")
            return
        self._n_pages += 1
        n_known = len(self._known)
        yield from self.read_page(records, response)
        if len(self._known) == n_known:  # a page that repeats earlier ones is the end, whatever the board says
            return
        if self._n_pages >= self.max_pages:
            self.fail("partial", response.url, f"more than {self.max_pages} pages; narrow the source's query")
            return
        yield from self.next_request(response, records)

    def is_new(self, ref: str) -> bool:
        """Whether the ad was not on this or an earlier page; boards repeat rows between pages and within one."""
        if ref in self._known:
            return False
        self._known.add(ref)
        return True
