"""The letters of an answer, by what its bytes are rather than by what its header says they are."""

from __future__ import annotations

import json

from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse


class TrueCharsetMiddleware:
    """Downloader middleware: an answer that is UTF-8 is read as UTF-8, one that cannot be is not.

    Servers declare ``utf-8`` over Windows-1252 and the reverse. JSON is handed on as UTF-8, which is what its readers
    take it for; HTML keeps its bytes and gets the right encoding. XML says for itself what it is.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        if not isinstance(response, TextResponse) or response.body.isascii():
            return response
        if response.body.lstrip()[:1] in (b"{", b"["):
            return _json_in_utf8(response)
        if isinstance(response, HtmlResponse) and (encoding := true_encoding(response)) != response.encoding:
            return response.replace(encoding=encoding)
        return response


def true_encoding(response: TextResponse) -> str:
    """UTF-8 where the bytes are, but for a few broken ones; else what is declared, or Windows-1252 under UTF-8."""
    text = response.body.decode("utf-8", "replace")
    n_broken = text.count("\ufffd")
    n_letters = sum(not char.isascii() for char in text) - n_broken
    if n_letters >= 2 * n_broken:
        return "utf-8"
    return "cp1252" if response.encoding == "utf-8" else response.encoding


def _json_in_utf8(response: TextResponse) -> Response:
    if json.detect_encoding(response.body) != "utf-8":  # UTF-16 and UTF-32 are known by their zeros
        return response
    try:
        response.body.decode("utf-8")
    except UnicodeDecodeError:
        text = response.body.decode(true_encoding(response), "replace")
        return response.replace(body=text.encode(), encoding="utf-8")
    return response
