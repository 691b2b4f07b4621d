"""The door that every request to a host leaves by: robots.txt, repeated and redirected requests too.

What the manifest says of a host is counted here, where a request starts, and nowhere else.
"""

from __future__ import annotations

from pybreaker import CircuitBreakerError
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.request import request_httprepr
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HEADER, STATUS
from twisted.web._newclient import Request as SentRequest
from twisted.web.iweb import IResponse

from scraper.hosts import ANSWERED, Host, hosts_of
from scraper.items import GIVEN_BACK

MAX_HEAD_BYTES = 256 * 1024
"""An answer whose header lines are longer is broken off; Twisted would keep all that come."""

LEAVING = object()
"""Signal: a request is about to be sent to ``host``. Who counts requests may say that its budget is spent."""


class PoliteDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler, which waits for its turn, leaves hosts alone that are in trouble, and counts.

    Scrapy keeps ``DOWNLOAD_DELAY`` within the crawl of one board. Here it is kept between all boards of a host, and
    ``Crawl-delay`` with it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._hosts = hosts_of(crawler)
        self._delay_s = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._pool._factory = _ShortHeadFactory

    async def download_request(self, request: Request) -> Response:
        host = self._hosts.of(request)
        try:
            with host.breaker.calling():
                await self._take_turn(host)
                return await self._answered(request, host)
        except CircuitBreakerError:
            raise host.given_up() from None
        except _InTrouble as trouble:
            return trouble.response

    async def _take_turn(self, host: Host) -> None:
        await host.turn(max(self._delay_s, host.own_delay_s, host.crawl_delay_s or 0), self._is_going_on)
        if not self._is_going_on():
            raise IgnoreRequest("the crawl is being stopped")
        if not self._hosts.is_ours(host):
            self._crawler.stats.set_value(GIVEN_BACK, True)
            raise IgnoreRequest("the host may be another worker's by now")
        self._crawler.signals.send_catch_log(LEAVING, host=host)
        if host.is_spent:
            raise host.spent()

    async def _answered(self, request: Request, host: Host) -> Response:
        is_conditional = bool({b"If-None-Match", b"If-Modified-Since"} & request.headers.keys())
        host.note_start(len(request_httprepr(request)), is_conditional)
        try:
            response = await super().download_request(request)
        except Exception as error:
            host.errors[type(error).__name__] += 1
            if not isinstance(error, ANSWERED):
                host.note_trouble("network", type(error).__name__)
            raise
        host.statuses[response.status] += 1
        host.counts["bytes_received"] += len(response.headers.to_string()) + len(response.body)
        if response.status == 429 or response.status >= 500:
            kind = "throttled" if response.status == 429 or "Retry-After" in response.headers else "network"
            host.note_trouble(kind, f"HTTP status {response.status}")
            raise _InTrouble(response)
        return response

    def _is_going_on(self) -> bool:
        return bool(self._crawler.crawling)


class _InTrouble(Exception):  # noqa: N818  # an answer on its way past the breaker
    """The host answered that it cannot answer now."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"HTTP status {response.status}")
        self.response = response


class _ShortHeadProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's protocol, which hangs up on a server that does not come to the end of its header lines."""

    n_head_bytes = 0

    def request(self, request: SentRequest) -> Deferred[IResponse]:
        self.n_head_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self.n_head_bytes += len(data)
            if self.n_head_bytes > MAX_HEAD_BYTES:
                assert self.transport is not None
                self.transport.abortConnection()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _ShortHeadFactory(_LenientHTTP11ClientFactory):
    """Builds such protocols."""

    def buildProtocol(self, addr: IAddress | None) -> _ShortHeadProtocol:  # noqa: N802  # Twisted's name
        return _ShortHeadProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
