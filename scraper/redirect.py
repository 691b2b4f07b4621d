"""Redirects that lead in a circle are failures."""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response


class CircleRedirectMiddleware(RedirectMiddleware):
    """Scrapy's middleware, which tells the spider when an address leads back to itself.

    Scrapy's own filter of duplicates drops such a request without a word, and a board behind it looks like one without
    ads. Cookies, for which some servers redirect to the same address, are off.
    """

    def process_response(  # type: ignore[override]  # the spider argument is deprecated
        self, request: Request, response: Response
    ) -> Request | Response:
        answer = super().process_response(request, response)
        if isinstance(answer, Request) and answer is not request and answer.method == request.method:
            passed = answer.meta.get("redirect_urls", [])
            if answer.url in passed:
                raise IgnoreRequest(f"redirected in a circle of {len(passed) - passed.index(answer.url)}")
        return answer
