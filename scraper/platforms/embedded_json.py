"""JSON that a page's script hands to its own code: ``window.data = {...};`` or ``start({...});``."""

from __future__ import annotations

import json
import re
from typing import Any

from scraper.platforms.board import UnexpectedFormatError

_GAP = re.compile(r"\s*(?:[=:(]\s*)?")
_DECODER = json.JSONDecoder(strict=False)


def json_after(text: str, marker: str) -> Any:
    """The first JSON object or array right after the marker, an assignment or opening bracket between them allowed.

    Raises UnexpectedFormatError when the marker is absent or no readable JSON follows it anywhere.
    """
    fault = "the page has none"
    for found in re.finditer(re.escape(marker), text):
        gap = _GAP.match(text, found.end())
        start = gap.end() if gap else found.end()
        if text[start : start + 1] not in ("{", "["):
            fault = f"no JSON follows it: {text[found.end() : found.end() + 40].strip()!r}"
            continue
        try:
            return _DECODER.raw_decode(text, start)[0]
        except (ValueError, RecursionError) as error:
            fault = f"no readable JSON follows it: {error}"
    raise UnexpectedFormatError(f"expected {marker!r} in a script; {fault}")
