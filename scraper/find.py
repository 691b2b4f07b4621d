"""From a career page to the entry in ``sources.toml``: the platform and board behind it, by its address or its page.

What counts, best first: the page's own address, where it redirects to, what it embeds (frames, scripts, forms), its
links, any other address in it; then JobPosting data on it or on an ad that it links to; then a feed of jobs; else the
page itself. Searches over many employers are never meant.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse
from scrapy.linkextractors import LinkExtractor
from scrapy.utils.response import get_meta_refresh
from twisted.python.failure import Failure

from scraper.ad_page import read_page
from scraper.crawl import project_settings
from scraper.errors import UserError
from scraper.log import prepare_log
from scraper.platforms.board import BoardSpider, UnexpectedFormatError
from scraper.spiders import spider_class, spider_names
from scraper.spiders.feed import FeedSpider
from scraper.spiders.jobposting import JOB_ADDRESS
from scraper.spiders.page import PageSpider
from scraper.structured_page import job_postings_of

MAX_LOOKED = 3
"""Links of the page that are fetched to see whether they hold JobPosting data or a board."""

MAX_ADDRESSES = 5000
"""Addresses of a page that are looked at; longer ones than ``MAX_CHARS`` are data, not addresses."""

MAX_CHARS = 2000

MAX_REDIRECTS = 5

MAX_WAIT_S = 30
"""A page that sends its reader on later than this is a page."""

REDIRECTS = [301, 302, 303, 307, 308]

EVIDENCE = (
    ("a frame", "//iframe/@src | //iframe/@data-src | //frame/@src | //object/@data | //embed/@src"),
    ("a script", "//script/@src"),
    ("a form", "//form/@action"),
    ("a link", "//a/@href | //area/@href | //link/@href"),
)
"""Where a page names its board, best first; behind them comes every other address in its markup."""

# fmt: off
NO_BOARDS = frozenset((
    "about", "api", "app", "apps", "assets", "blog", "cdn", "css", "demo", "docs", "embed", "help", "images", "img",
    "info", "js", "login", "media", "news", "static", "status", "support", "trust", "tt", "widget", "www",
))
# fmt: on
"""Names that platforms use themselves."""

BRANDED = {
    "teamtailor": re.compile(r"//assets[\w-]*\.teamtailor-cdn\.com/"),
    "recruitee": re.compile(r"//careers\.recruiteecdn\.com/"),
}
"""Platform -> what only its own pages load, also under an employer's domain; its widgets on other pages do not."""

_ADDRESS = re.compile(r"""(?:https?:)?//[\w-][^\s"'<>()\\^`{|}]{3,}""")
_FEED_TYPES = "'application/rss+xml', 'application/atom+xml', 'application/feed+json'"
_FEEDS = f'//link[contains("{_FEED_TYPES}", concat("\'", @type, "\'"))][@type] | //a[@href]'
_FEED_ADDRESS = re.compile(r"\b(?:rss|atom|feed|xml)\b", re.IGNORECASE)
_SAYS_JOBS = re.compile(r"\b(?:jobs?|vacanc\w+|careers?|positions?|openings?|stellen\w*|emplois?)\b", re.IGNORECASE)
_NO_NAME = re.compile(r"^(?:(?:www\d?|work|join|apply|recruiting|hire)\.|(?:careers?|jobs?)[.-])", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", re.IGNORECASE)


class NotFindableError(UserError):
    """The address is none that a source could have."""


@dataclass(frozen=True)
class Match:
    """A board that an address names."""

    platform: str
    fields: tuple[tuple[str, str], ...]
    """``board``, perhaps ``base_url``."""

    n_fixed: int
    """Characters that the platform's pattern fixes: the more, the more specific."""


@dataclass(frozen=True)
class Found:
    """What a source for the page would be."""

    platform: str
    fields: dict[str, str]
    """``board`` or ``url``, perhaps ``base_url``."""

    home: str
    """The address by which it was found."""

    how: str
    """How it was recognised, in words."""


def find_source(url: str, overrides: dict[str, Any]) -> tuple[Found | None, str]:
    """(what reads the page, "") or (None, why it could not be read); raises NotFindableError for no web address.

    To be called once in a process: the page is fetched by Scrapy unless its address says enough.
    """
    address = _web_address(url)
    if match := recognised(address):
        return Found(match.platform, dict(match.fields), address, "by its address"), ""
    components = ("ITEM_PIPELINES", "EXTENSIONS", "SPIDER_MIDDLEWARES")
    none: dict[str, Any] = {**{key: {} for key in components}, "HTTPCACHE_ENABLED": False}
    settings = project_settings({**none, **overrides})
    prepare_log(settings)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(FindSpider)
    process.crawl(crawler, url=address)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, FindSpider)
    kind, place, reason = spider.failures[0] if spider.failures else ("network", address, "no answer, see the log")
    return spider.found, "" if spider.found else f"{place}: {kind}: {reason}; check the address in a browser"


def entry_of(found: Found, taken: Iterable[str]) -> dict[str, str]:
    """The source's fields in the order of a file, its name among those not taken."""
    return {"name": _name_of(found, set(taken)), "platform": found.platform, **found.fields, "every": "24h"}


def entry_text(entry: dict[str, str]) -> str:
    """The fields as a ``[[source]]`` of TOML."""
    return "\n".join(
        ["[[source]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items())]
    )


@lru_cache(maxsize=1)
def board_spiders() -> tuple[type[BoardSpider], ...]:
    """The spiders of platforms where each employer has a board; those that need a key search over many employers."""
    spiders = [spider_class(name) for name in spider_names()]
    return tuple(spider for spider in spiders if spider.board_addresses and not spider.keys)


def recognised(address: str) -> Match | None:
    """The board that an address names, by the platform whose pattern says most about it."""
    found = [match for spider in board_spiders() if (match := _match(spider, address))]
    return max(found, key=lambda match: match.n_fixed, default=None)


def _match(spider: type[BoardSpider], address: str) -> Match | None:
    fields = spider.recognise(address)
    if not fields or not re.fullmatch(spider.board_pattern, fields["board"]):
        return None
    if fields["board"].lower() in NO_BOARDS:
        return None
    matches = [match for one in spider.board_addresses if (match := re.search(one, address, re.IGNORECASE))]
    n_fixed = max(len(match[0]) - sum(map(len, filter(None, match.groupdict().values()))) for match in matches)
    return Match(spider.name, tuple(fields.items()), n_fixed)


def named_on(response: TextResponse) -> tuple[Match, str] | None:
    """(board, where it stands) of the board that the page names in the best place, and there most often."""
    counts: Counter[Match] = Counter()
    places: dict[Match, int] = {}
    for place, address in _addresses(response):
        if match := recognised(address):
            counts[match] += 1
            places.setdefault(match, place)
    if not counts:
        return None
    best = min(counts, key=lambda match: (places[match], -counts[match], -match.n_fixed))
    kinds = [kind for kind, _ in EVIDENCE]
    return best, kinds[places[best]] if places[best] < len(kinds) else "an address in its markup"


def _addresses(response: TextResponse) -> Iterator[tuple[int, str]]:
    """(index of the place in ``EVIDENCE``, address) of every distinct address on the page."""
    seen: set[str] = set()
    for place, path in enumerate((*(path for _, path in EVIDENCE), None)):
        hrefs = response.xpath(path).getall() if path else _ADDRESS.findall(response.text.replace("\\/", "/"))
        for href in hrefs:
            address = _joined(response, href) if len(href) <= MAX_CHARS else ""
            if address and address not in seen and len(seen) < MAX_ADDRESSES:
                seen.add(address)
                yield place, address


class FindSpider(BoardSpider):
    """One career page and, where it does not say enough, a few of its links, one after another."""

    name = "find"
    start_address: ClassVar[str] = "{url}"
    found: Found | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.page: TextResponse | None = None
        self.waiting: list[str] = []
        self.n_redirects = 0

    def request(self, url: str, callback: Any, **kwargs: Any) -> Request:
        """A request whose redirects come to the callback: an address that says enough need not be fetched."""
        asked = super().request(url, callback, **{"dont_filter": True, **kwargs})
        asked.meta.update({"dont_redirect": True, "handle_httpstatus_list": REDIRECTS})
        return asked

    def parse_start(self, response: Response) -> Iterable[Any]:
        if target := _target(response):
            yield from self._redirected(target, self.parse_start)
            return
        if not isinstance(response, TextResponse):
            self.fail("changed-format", response.url, f"expected a web page, got {len(response.body)} bytes of another")
            return
        self.page = response
        self.waiting = _worth_a_look(response)[:MAX_LOOKED]
        self.found = _by_page(response, response) or _by_itself(response)
        yield from self._next()

    def parse_link(self, response: Response) -> Iterable[Any]:
        """A page that the first one links to."""
        assert self.page is not None
        if target := _target(response):
            yield from self._redirected(target, self.parse_link)
            return
        if isinstance(response, TextResponse):
            self.found = _by_page(response, self.page)
        yield from self._next()

    def note_lost_link(self, failure: Failure) -> Iterable[Any]:
        """Errback: the next link may do."""
        yield from self._next()

    def _next(self) -> Iterator[Any]:
        """The next link; with none left, a feed that the page names, or the page."""
        if self.found or self.page is None:
            return
        if self.waiting:
            yield self.request(self.waiting.pop(0), self.parse_link).replace(errback=self.note_lost_link)
            return
        feed = _job_feed(self.page)
        platform, how = ("feed", "by its link to a feed") if feed else ("page", _seen_by_rules(self.page))
        self.found = Found(platform, {"url": feed or self.page.url}, self.page.url, how)

    def _redirected(self, target: str, callback: Any) -> Iterator[Any]:
        """The board that the target names, or the request for it, with the errback of the page that led there."""
        self.n_redirects += 1
        if match := recognised(target):
            self.found = Found(match.platform, dict(match.fields), self.url, f"by a redirect to {target}")
        elif self.n_redirects <= MAX_REDIRECTS:
            asked = self.request(target, callback)
            yield asked if callback == self.parse_start else asked.replace(errback=self.note_lost_link)
        elif self.page is None:
            self.fail("network", target, f"more than {MAX_REDIRECTS} redirects")
        else:
            yield from self._next()


def _target(response: Response) -> str | None:
    """Where the response, by its status or in a ``meta`` element, sends its reader at once."""
    if response.status in REDIRECTS:
        location = (response.headers.get("Location") or b"").decode("latin-1")
        return _joined(response, location) or None
    wait, target = get_meta_refresh(response) if isinstance(response, TextResponse) else (None, None)
    return target if target and wait is not None and wait < MAX_WAIT_S and target != response.url else None


def _by_page(response: TextResponse, start: TextResponse) -> Found | None:
    """The board that the page names, or its JobPosting data."""
    where = "it" if response is start else f"its link {response.url}"
    home = start.url
    if named := named_on(response):
        match, place = named
        return Found(match.platform, dict(match.fields), home, f"by {place} on {where}")
    host = urlsplit(response.url).netloc
    for platform, mark in BRANDED.items():
        if mark.search(response.text):
            base = {} if platform == "teamtailor" else {"base_url": f"{urlsplit(response.url).scheme}://{host}"}
            return Found(platform, {"board": host, **base}, home, f"by what {where} loads")
    if job_postings_of(response.text, response.url):
        return Found("jobposting", {"url": home}, home, f"by JobPosting data on {where}")
    return None


def _by_itself(response: TextResponse) -> Found | None:
    """A sitemap or a feed given in place of a page."""
    head = response.text.lstrip("\ufeff \t\r\n")[:MAX_CHARS].lower()
    if "<urlset" in head or "<sitemapindex" in head:
        return Found("jobposting", {"url": response.url}, response.url, "by being a sitemap")
    if not head.startswith(("{", "[", "<?xml", "<rss", "<feed", "<rdf", "<source", "<jobs")) or "<html" in head:
        return None
    try:
        FeedSpider(url=response.url).records(response)
    except UnexpectedFormatError:
        return None
    return Found("feed", {"url": response.url}, response.url, "by being a feed")


def _seen_by_rules(response: TextResponse) -> str:
    try:
        n_ads = len(PageSpider(url=response.url).records(response))
    except UnexpectedFormatError:
        return "by nothing on it, and no rule finds ads or links to ads: it may fill itself by JavaScript"
    return f"by no platform; rules find {n_ads} ads or links to ads"


def _worth_a_look(response: TextResponse) -> list[str]:
    """Links of the page's own host that look like ads, then those that look like lists of them."""
    host = urlsplit(response.url).netloc
    ads = [link.url for link in read_page(response.text, response.url, job_address=JOB_ADDRESS).links]
    links = [link.url for link in LinkExtractor(unique=True).extract_links(response)]
    lists = [link for link in links if JOB_ADDRESS.search(urlsplit(link).path)]
    here = [urldefrag(link).url for link in ads + lists if urlsplit(link).netloc == host]
    return [link for link in dict.fromkeys(here) if link != urldefrag(response.url).url]


def _job_feed(response: TextResponse) -> str | None:
    """A feed whose address or title speaks of jobs; a feed of comments does not."""
    for link in response.xpath(_FEEDS):
        address = _joined(response, link.attrib.get("href", ""))
        words = f"{link.attrib.get('title', '')} {link.xpath('string()').get('')}"
        path = f"{urlsplit(address).path}?{urlsplit(address).query}".replace("_", " ")
        is_feed = link.root.tag == "link" or _FEED_ADDRESS.search(path)
        if address and is_feed and _SAYS_JOBS.search(f"{path} {words}") and "comment" not in words.lower():
            return address
    return None


def _joined(response: Response, href: str) -> str:
    """The absolute web address; empty for anything else."""
    try:
        address = urldefrag(urljoin(response.url, href.strip())).url
        return address if urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _web_address(url: str) -> str:
    try:
        address = url if "://" in url else f"https://{url}"
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", address):
            return address
    except ValueError:
        pass
    raise NotFindableError(f"{url}: no http or https address; give that of a career page")


def _name_of(found: Found, taken: set[str]) -> str:
    """The board's token, or the employer's part of the host, as a name that is not taken."""
    host = urlsplit(found.home).hostname or ""
    token = found.fields.get("board", host).partition("/")[0]
    if _GUID.fullmatch(token):
        token = f"{found.platform}-{token[:8]}" if recognised(found.home) else host
    name = re.sub(r"[^a-z0-9_-]+", "-", _NO_NAME.sub("", token.lower()).partition(".")[0]).strip("-") or found.platform
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def same_source(entry: dict[str, str], tables: Iterable[Any]) -> str | None:
    """The name of a table that already reads the same board or page."""
    for table in tables:
        if isinstance(table, dict) and table.get("platform") == entry["platform"]:
            board = table.get("board") or _board_of(table)
            if (board, table.get("url") if not board else None) == (entry.get("board"), entry.get("url")):
                return str(table.get("name"))
    return None


def _board_of(table: dict[str, Any]) -> str | None:
    found = spider_class(table["platform"]).recognise(str(table.get("url") or ""))
    return found["board"] if found else None
