from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

from scraper.files import Problems, UnreadableFileError, read_file
from scraper.items import Posting
from scraper.platforms.board import BoardSpider


class FilesSpider(BoardSpider):
    """Ads saved in a file (JSON lines, CSV, HTML): the pipelines of a crawl without one request."""

    name = "files"
    start_address: ClassVar[str] = "{url}"

    @property
    def host(self) -> str:
        return ""

    async def start(self) -> AsyncIterator[Any]:
        problems = Problems()
        try:
            for posting in read_file(Path(self.url), problems):
                if self.wanted(posting.title):
                    yield self._as_posting_of_source(posting)
        except (OSError, UnreadableFileError) as error:
            self.fail("gone", self.url, str(error))
        if problems.n_lost:
            self.fail("partial", self.url, "; ".join(problems.messages[:3]))

    def _as_posting_of_source(self, posting: Posting) -> Posting:
        """The rows of a source are known by its name, so that two files may both hold a row 1."""
        posting.posting_id = f"{self.source}:{posting.posting_id}"
        posting.source, posting.row_no = self.source, None
        posting.company = posting.company or self.company
        return posting
