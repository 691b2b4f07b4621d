from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urldefrag, urlsplit

from scrapy.http import Response, TextResponse
from scrapy.linkextractors import LinkExtractor
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

from scraper.items import Posting
from scraper.platforms.board import BoardSpider
from scraper.schema_org import identifier_of, posting_fields
from scraper.structured_page import job_postings_of, points_elsewhere

JOB_ADDRESS = re.compile(
    r"job|career|vacanc|position|opening|opportunit|posting|recruit|employment|/roles?/", re.IGNORECASE
)
"""Addresses worth a look when the source sets no ``follow``."""

MAX_FOLLOWED = 5000
"""Addresses followed in one crawl; a site with more is cut off and marked partial."""


class JobpostingSpider(BoardSpider):
    """Any career site whose ads carry a schema.org JobPosting, as JSON-LD, microdata or RDFa.

    It starts at a listing page or a sitemap. A listing's links are followed when they stay on its host and match
    ``follow`` (a regular expression; by default words such as job, career, vacancy in the path), its ``rel=next`` pages
    are listings too. The page's address is the ad's id: ``identifier`` is often the employer's name or the same for
    every ad.
    """

    name = "jobposting"
    start_address: ClassVar[str] = "{url}"

    def __init__(self, *, follow: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.follow = re.compile(follow) if follow else JOB_ADDRESS
        self._followed: set[str] = set()
        self._cut_off = False

    def parse_start(self, response: Response) -> Iterable[Any]:
        try:
            sitemap = _sitemap_of(response)
        except (EOFError, OSError, ValueError) as error:
            self.fail("changed-format", response.url, f"gzipped sitemap not readable: {error}")
            return
        if sitemap is not None:
            yield from self._parse_sitemap(sitemap, response)
        elif isinstance(response, TextResponse):
            yield from self._parse_listing(response)
        else:
            self.fail(
                "changed-format", response.url, f"expected a web page or a sitemap, got {len(response.body)} bytes"
            )

    def parse_ad(self, response: Response) -> Iterable[Any]:
        """The postings on one page; a page without any is no failure, the link may have led elsewhere."""
        if isinstance(response, TextResponse):
            found = job_postings_of(response.text, response.url)
            jobs = [job for job in found if not points_elsewhere(job, response.url)]
            yield from self.read_each(jobs, lambda job: self._read_job(job, response.url, len(jobs)), response.url)

    def _parse_sitemap(self, sitemap: Sitemap, response: Response) -> Iterator[Any]:
        addresses = [entry["loc"] for entry in sitemap if entry.get("loc")]
        if sitemap.type == "sitemapindex":
            yield from self._follow(addresses, self.parse_start)
            return
        wanted = [address for address in addresses if self.follow.search(_path(address))]
        if addresses and not wanted:
            reason = f"none of {len(addresses)} addresses looks like a job; set follow in the source"
            self.fail("changed-format", response.url, reason)
        yield from self._follow(wanted, self.parse_ad)

    def _parse_listing(self, response: TextResponse) -> Iterator[Any]:
        yield from self.parse_ad(response)
        links = [link.url for link in LinkExtractor(unique=True).extract_links(response)]
        host = urlsplit(response.url).netloc
        here = [link for link in links if urlsplit(link).netloc == host]
        following = [response.urljoin(href) for href in response.css("[rel~=next]::attr(href)").getall()]
        pages = [page for page in following if urlsplit(page).netloc == host]
        self._followed.add(urldefrag(response.url).url)
        yield from self._follow(pages, self.parse_start)
        yield from self._follow([link for link in here if self.follow.search(_path(link))], self.parse_ad)

    def _follow(self, addresses: Iterable[str], callback: Any) -> Iterator[Any]:
        for address in (self.moved(urldefrag(address).url) for address in addresses):
            if address in self._followed:
                continue
            if len(self._followed) >= MAX_FOLLOWED:
                self._note_cut_off(address)
                return
            self._followed.add(address)
            yield self.request(address, callback)

    def _note_cut_off(self, address: str) -> None:
        if not self._cut_off:
            self.fail("partial", address, f"more than {MAX_FOLLOWED} pages; narrow follow in the source")
        self._cut_off = True

    def _read_job(self, job: dict[str, Any], page: str, n_jobs: int) -> Posting:
        fields = posting_fields(job)
        identifier = identifier_of(job)
        ref = page if n_jobs == 1 else f"{page}#{identifier or fields['title']}"
        return self.posting(ref=ref, **{**fields, "url": page, "requisition": identifier})


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _sitemap_of(response: Response) -> Sitemap | None:
    """The sitemap in the response, gzipped or not; None for a page, also one served under a sitemap's address."""
    body = response.body
    if body[:2] == b"\x1f\x8b":
        body = gunzip(body, max_size=16 * 1024 * 1024)
    if b"<urlset" not in body[:2000] and b"<sitemapindex" not in body[:2000]:
        return None
    return Sitemap(body)
