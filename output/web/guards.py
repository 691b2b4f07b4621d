"""What stands before every page, one concern each: headers, origin, size of a request, its rate, what is logged.

Plain ASGI, so that a request is refused before any of it is parsed.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000
"""Longest request body; the longest real ads have a tenth of it."""

MAX_DRAINED_BYTES = 16_000_000
"""A longer body is read up to here and thrown away: a browser that is cut off shows no answer."""

MAX_CLIENTS = 10_000
"""Clients whose rate is remembered."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # not no-referrer: with that, browsers send "Origin: null" with the page's own form
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_RAW_HEADERS = Headers(HEADERS).raw
_LOG = logging.getLogger(__name__)


class HeadersMiddleware:
    """Send ``HEADERS`` with every answer that has not its own, and let no cache keep a page that holds an ad."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in _RAW_HEADERS if each[0] not in own)]
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers)


class SameOriginMiddleware:
    """Refuse what another site makes a browser send: nothing is kept by cookies, but checks cost time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD") and is_foreign(Headers(scope=scope)):
            await refusal(scope, 403, "This request comes from another site.")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that another site sends this; programs that are no browsers say nothing."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


class BodyLimitMiddleware:
    """Refuse bodies over ``max_bytes``, whether or not their length is told beforehand."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        body, is_whole = await self._read(receive)
        if not is_whole:
            words = f"The ad is longer than {self.max_bytes:,} bytes; check it with: rolecall check FILE"
            await refusal(scope, 413, words)(scope, receive, send)
            return
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(messages, None) or await receive()

        await self.app(scope, again, send)

    async def _read(self, receive: Receive) -> tuple[bytes, bool]:
        """(body, whether it is all of it and within the limit)."""
        parts, n_bytes, more = [], 0, True
        while more and n_bytes <= MAX_DRAINED_BYTES:
            message = await receive()
            part = message.get("body", b"")
            n_bytes += len(part)
            if n_bytes <= self.max_bytes:
                parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts), n_bytes <= self.max_bytes


class RateLimitMiddleware:
    """Let each client's address ask ``per_second`` times a second in the long run, and as often at once (token bucket).

    Static files and descriptions are cheap and not counted.
    """

    def __init__(self, app: ASGIApp, per_second: float, is_counted: tuple[str, ...]) -> None:
        self.app = app
        self.per_second = per_second
        self.is_counted = is_counted
        self._buckets: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.is_counted) or self._takes(_client(scope)):
            await self.app(scope, receive, send)
        else:
            await refusal(scope, 429, "Too many requests; try again in a second.")(scope, receive, send)

    def _takes(self, client: str) -> bool:
        """Whether the client's bucket has a token left; takes it."""
        now = monotonic()
        tokens, at = self._buckets.pop(client, (self.per_second, now))
        tokens = min(max(self.per_second, 1.0), tokens + (now - at) * self.per_second)
        if len(self._buckets) >= MAX_CLIENTS:
            del self._buckets[next(iter(self._buckets))]  # the one that has been silent longest
        self._buckets[client] = (tokens - 1 if tokens >= 1 else tokens, now)
        return tokens >= 1


def _client(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


class QuietErrors:
    """Log an error by its kind and place alone: its message, or that of a cause, may hold an ad's text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            _LOG.error("%s in %s line %s; please report it", type(error).__name__, place.filename, place.lineno)


def refusal(scope: Scope, status: int, words: str) -> Response:
    """A refusal in the API's form or as plain text."""
    headers = {"Retry-After": "1"} if status == 429 else None
    if scope["path"].startswith("/api/"):
        return JSONResponse({"detail": words}, status, headers)
    return PlainTextResponse(f"{words}\n", status, headers)
