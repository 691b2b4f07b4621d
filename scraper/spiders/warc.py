from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scraper.items import Posting
from scraper.platforms.board import BoardSpider
from scraper.warc_file import ArchivedJob, NotWarcError, WarcCounts, read_jobs


class WarcSpider(BoardSpider):
    """Archived web pages in a WARC file, gzipped or not, e.g. of Common Crawl: a crawl without one request.

    Pages are read as the ``jobposting`` spider reads them, those without JobPosting data are skipped and counted. An ad
    was seen when the archive fetched its page. The file is one of this machine: Scrapy would hold a download in memory.
    """

    name = "warc"
    start_address: ClassVar[str] = "{url}"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if urlsplit(self.url).scheme in ("http", "https"):
            raise ValueError("url: warc reads a local file; download it first")

    @property
    def host(self) -> str:
        return ""

    async def start(self) -> AsyncIterator[Any]:
        counts = WarcCounts()
        try:
            for posting in self._postings(counts):
                yield posting
        except OSError as error:
            self.fail("gone", self.url, str(error))
        except NotWarcError as error:
            self.fail("changed-format", self.url, str(error))
            return
        if counts.n_without:
            self.logger.info("%s: %s pages without JobPosting data skipped", self.url, counts.n_without)
        if counts.loss:
            self.fail("partial", self.url, counts.loss)

    def _postings(self, counts: WarcCounts) -> Iterator[Posting]:
        for found in read_jobs(Path(self.url), counts):
            yield from self.read_each([found], self._read_job, found.page)

    def _read_job(self, found: ArchivedJob) -> Posting:
        return self.posting(ref=found.ref, **found.fields)
