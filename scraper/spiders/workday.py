from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.items import Posting, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.json_board import JsonObject, expect, json_of
from scraper.platforms.listing import ListingSpider
from scraper.schema_org import name_of, text_of

PAGE_SIZE = 20
"""A request for more rows is refused."""

CLAMP = 2000
"""Some tenants show no more than these: ``total`` says 2000, and behind them the first page comes again."""

MAX_TRIES = 4
"""How often a page is asked for while the platform answers with redirects."""

_REDIRECTS = [301, 302, 303, 307, 308]
_LOCALE = r"(?-i:[a-z]{2}-[A-Z]{2})"
_SITE = rf"(?!wday/|{_LOCALE}\b)(?P<site>[\w-]+)"
_COUNTED_PLACES = re.compile(r"\d+\s+\w+")
_SHARED_HOST = ".myworkdaysite.com"
_PAY = re.compile(r"(?:[$£€]|\b(?:USD|CAD|GBP|EUR|AUD))\s?\d")


class WorkdaySpider(ListingSpider):
    """Workday career sites: a list by POST in pages of twenty, and one detail an ad.

    A board is ``tenant.wdN/site``; ``tenant/site`` will do where ``url`` or ``base_url`` names the host. In a source's
    ``query``, ``searchText`` is the search and any other key a facet with its ids between commas. ``total`` is right
    on the first page only. Rows that hold nothing but ``bulletFields`` are no ads. The list's date is relative and its
    place may be "3 Locations"; the detail has both. Bursts of redirects mean "ask again", never "look there". A closed
    ad answers 404, or 403 with the code S22.
    """

    name = "workday"
    start_address: ClassVar[str] = "{host}/wday/cxs/{board}"
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.wd\d+)?/[A-Za-z0-9_-]+"
    board_addresses: ClassVar[tuple[str, ...]] = (
        rf"//(?P<tenant>[\w-]+)\.(?P<pod>wd\d+)\.myworkdayjobs\.com/(?:wday/cxs/[\w-]+/)?(?:{_LOCALE}/)?{_SITE}",
        rf"//(?P<pod>wd\d+)\.myworkdaysite\.com/(?:{_LOCALE}/)?(?:recruiting|wday/cxs)/(?P<tenant>[\w-]+)/{_SITE}",
    )

    def __init__(self, *, board: str | None = None, url: str | None = None, **kwargs: Any) -> None:
        super().__init__(board=None if url and self.recognise(url) else board, url=url, **kwargs)
        named, _, self.site = self.board.partition("/")
        self.tenant = named.partition(".")[0]
        self.origin = _origin(named, self.url, self.base_url)
        self.home = f"{self.origin}/{f'recruiting/{self.tenant}/' if _SHARED_HOST in self.origin else ''}{self.site}"
        self.total = 0
        self.tries = 0

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        for pattern in cls.board_addresses:
            if match := re.search(pattern, address, re.IGNORECASE):
                found = {"board": f"{match['tenant']}.{match['pod']}/{match['site']}"}
                return found | (
                    {"base_url": f"https://{match['pod']}{_SHARED_HOST}"} if _SHARED_HOST in match[0] else {}
                )
        return None

    def first_request(self) -> Request:
        return self.list_request()

    def list_request(self) -> Request:
        """The request for the next page: the platform refuses a body that lacks one of these four keys."""
        facets = {key: ids.split(",") for key, ids in self.search.items() if key != "searchText"}
        body = {"appliedFacets": facets, "limit": PAGE_SIZE, "offset": self._n_pages * PAGE_SIZE}
        body["searchText"] = self.search.get("searchText", "")
        return self.request(
            f"{self.api}/jobs",
            self.parse_start,
            method="POST",
            body=json.dumps(body, separators=(",", ":")),
            headers={"Accept": "application/json", "Content-Type": "application/json"},
            meta={"dont_redirect": True, "handle_httpstatus_list": _REDIRECTS},
        )

    @property
    def api(self) -> str:
        """Address under which the site's list and details are."""
        return self.moved(self.start_address.format(host=self.origin, board=f"{self.tenant}/{self.site}"))

    def parse_start(self, response: Response) -> Iterable[Any]:
        if response.status not in _REDIRECTS:
            self.tries = 0
            yield from super().parse_start(response)
            return
        self.tries += 1
        if self.tries == MAX_TRIES:
            self.fail("throttled", response.url, f"HTTP status {response.status} {self.tries} times")
            return
        yield self.list_request().replace(dont_filter=True)

    def records(self, response: Response) -> list[Any]:
        document = expect(json_of(response), dict, "the board")
        if "jobPostings" not in document:
            raise UnexpectedFormatError(f"no 'jobPostings' in the answer; its keys are {sorted(document)[:8]}")
        if self._n_pages == 0 and isinstance(document.get("total"), int):
            self.total = document["total"]
        return list(expect(document["jobPostings"], list, "'jobPostings'"))

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        n_known = len(self._known)
        yield from super().read_page([row for row in records if not _is_stub(row)], response)
        is_full = len(records) == PAGE_SIZE
        if self._n_pages > 1 and len(self._known) == n_known and (is_full or self.total == CLAMP):
            self.fail("partial", response.url, f"nothing new behind the first {n_known} ads; narrow the source's query")

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        is_counted = 0 < self.total < CLAMP
        if len(records) == PAGE_SIZE and (self._n_pages * PAGE_SIZE < self.total or not is_counted):
            yield self.list_request()

    def detail_request(self, record: Any) -> Request:
        address = f"{self.api}/{record['externalPath'].lstrip('/')}"
        request = self.detail(address, record, record.get("title"), headers={"Accept": "application/json"})
        request.meta["dont_redirect"] = True
        return request

    def note_lost_detail(self, failure: Failure) -> Iterable[Any]:
        error = failure.value
        if not isinstance(error, HttpError) or not _is_closed(error.response):
            yield from super().note_lost_detail(failure)
            return
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        self.fail("partial", request.url, "listed, but gone when asked for")
        yield from self.guarded([request.cb_kwargs["record"]], self.read_listed, request.url)

    def read_detail(self, response: Response, record: JsonObject) -> Posting:
        document = expect(json_of(response), dict, "the detail")
        info = expect(document.get("jobPostingInfo"), dict, "'jobPostingInfo'")
        stated = {key: value for key, value in info.items() if value not in (None, "")}
        return self.read_listed({**record, **stated, "employer": name_of(document.get("hiringOrganization"))})

    def read_listed(self, record: JsonObject) -> Posting:
        path = record.get("externalPath") or record.get("externalUrl") or record["jobPostingId"]
        slug = path.rstrip("/").rpartition("/")[2]
        ref = slug.partition("_")[2] or slug
        return self.posting(
            ref=ref,
            requisition=record.get("jobReqId") or _requisition(record, ref),
            url=record.get("externalUrl") or f"{self.home}/{path.lstrip('/')}",
            title=record["title"],
            company=record.get("employer") or self.company or self.tenant,
            description=record.get("jobDescription"),
            employment_type_raw=record.get("timeType"),
            places_raw=_places(record),
            remote_raw=record.get("remoteType"),
            salary_raw=next((bullet for bullet in _bullets(record) if _PAY.search(bullet)), None),
            posted_on_raw=record.get("startDate") or record.get("postedOn"),
            valid_through_raw=record.get("endDate"),
        )


def _origin(named: str, url: str, base_url: str | None) -> str:
    """Public scheme and host of a site: hosts are the tenant's own, or shared and then named by ``base_url``."""
    tenant, _, pod = named.partition(".")
    if base_url and _SHARED_HOST in base_url:
        return base_url.rstrip("/")
    if pod:
        return f"https://{tenant}.{pod}.myworkdayjobs.com"
    address = urlsplit(url or base_url or f"https://{tenant}.myworkdayjobs.com")
    return f"{address.scheme}://{address.netloc}"


def _is_stub(row: Any) -> bool:
    return isinstance(row, dict) and not row.get("title") and not row.get("externalPath")


def _is_closed(response: Response) -> bool:
    """Whether a refusal means a closed ad; any other 403 is a refusal indeed."""
    return response.status == 403 and bool(re.search(rb'"errorCode"\s*:\s*"S22"', response.body))


def _bullets(record: JsonObject) -> list[str]:
    return [bullet for bullet in record.get("bulletFields") or [] if isinstance(bullet, str) and bullet.strip()]


def _requisition(record: JsonObject, ref: str) -> str | None:
    """The bullet with which the ad's address ends; one requisition on several sites ends with -1, -2 ..."""
    return next((one for one in _bullets(record) if re.fullmatch(rf"{re.escape(one)}(?:-\d+)?", ref)), None)


def _places(record: JsonObject) -> list[RawPlace]:
    texts = [name for name in map(_name, [record.get("location"), *(record.get("additionalLocations") or [])]) if name]
    if not texts:
        listed = _name(record.get("locationsText"))
        return [RawPlace(text=listed)] if listed and not _COUNTED_PLACES.fullmatch(listed) else []
    first, *more = dict.fromkeys(texts)
    country = record.get("country") or (record.get("jobRequisitionLocation") or {}).get("country")
    return [RawPlace(text=first, country=_name(country)), *(RawPlace(text=text) for text in more)]


def _name(value: Any) -> str | None:
    return text_of(value.get("descriptor") if isinstance(value, dict) else value)
