"""The address guard: no request leaves for a private, loopback or link-local address, whatever a page says.

Literal addresses are refused in a downloader middleware, which sees every redirect; names are refused at the resolver,
which sees every DNS answer. With ``ROLECALL_ALLOW_LOOPBACK=1`` in the environment loopback alone is let through
(the demo and the tests). Behind an HTTP proxy the proxy resolves the names, and only literal addresses are checked.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from scrapy.statscollectors import StatsCollector
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

ALLOW_LOOPBACK = "ROLECALL_ALLOW_LOOPBACK"


class ForbiddenAddress(IgnoreRequest):
    """The host is, or resolves to, an address that is not public."""


def is_forbidden(address: str) -> bool:
    """Whether this literal IP address must not be fetched; text that is no address is not forbidden."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback and os.environ.get(ALLOW_LOOPBACK) == "1":
        return False
    return not parsed.is_global or parsed.is_multicast


class AddressGuardMiddleware:
    """Refuse requests to literal addresses that are not public. Counts them in ``address_guard/refused``."""

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.stats)

    def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        if is_forbidden(host):
            self.stats.inc_value("address_guard/refused")
            raise ForbiddenAddress(f"{host} is not a public address; set {ALLOW_LOOPBACK}=1 to allow loopback")


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, refusing every name that resolves to an address that is not public."""

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  # Twisted's name
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: Any, name: str) -> Any:
        if is_forbidden(address):
            raise DNSLookupError(f"{name} resolves to {address}, which is not a public address")
        return address
