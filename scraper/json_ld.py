"""Read JSON-LD as the web writes it: a page's JobPosting objects, whatever else is broken on the page.

Usable on its own: ``find_job_postings(html)``. Each script block is read for itself, so that one malformed block
never costs the others. Strict JSON is tried first; every repair below answers a deviation seen on real pages.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from parsel import Selector

JsonObject = dict[str, Any]

_WRAPPERS = re.compile(
    r"^\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)\s*|\s*(?:-->|(?://|/\*)?\s*\]\](?:>|&gt;)(?:\s*\*/)?)\s*$"
)
_STRING = r'"(?:[^"\\]|\\.)*"'
_COMMENT = re.compile(rf"({_STRING})|/\*.*?\*/|//[^\n]*", re.DOTALL)
_TRAILING_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_BAD_ESCAPE = re.compile(r'\\(\\|["/bfnrt]|u[0-9a-fA-F]{4})|\\')


def find_job_postings(page: str) -> list[JsonObject]:
    """Every distinct schema.org JobPosting in the page's JSON-LD blocks, ``@id`` references resolved.

    Blocks inside HTML comments and ``application/json`` look-alikes do not count.
    """
    return job_postings_in(list(_blocks(page)))


def job_postings_in(blocks: Any) -> list[JsonObject]:
    """Every distinct JobPosting anywhere inside already parsed JSON-LD."""
    nodes = list(_objects(blocks))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    found: list[JsonObject] = []
    for node in nodes:
        if _is_job(node):
            job = {key: _resolve(value, by_id) for key, value in node.items()}
            if job not in found:
                found.append(job)
    return found


def loads_tolerant(text: str) -> Any:
    """Parse JSON with the faults seen on real pages; raises ValueError when no repair helps."""
    repaired = _unwrapped(text)
    for repair in _REPAIRS:
        repaired = repair(repaired)
        try:
            return json.loads(repaired, strict=False)
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None
        except ValueError:
            continue
    raise ValueError(f"no JSON: {text[:80]!r}")


def _blocks(page: str) -> Iterator[Any]:
    for script in Selector(text=page.replace("\0", "")).xpath("//script[contains(@type, 'ld+json')]"):
        try:
            yield loads_tolerant("".join(script.xpath("text()").getall()))
        except ValueError:
            continue


def _unwrapped(text: str) -> str:
    """Without byte order mark, CDATA or HTML comment wrappers and trailing semicolons."""
    previous = None
    text = text.lstrip("\ufeff")
    while text != previous:
        previous = text
        text = _WRAPPERS.sub("", text).rstrip("; \t\r\n")
    return text


def _unescaped(text: str) -> str:
    """The whole block was entity-encoded; valid blocks hold entities too, hence only after a first failure."""
    return _unwrapped(html.unescape(text)) if "&quot;" in text or "&#34;" in text else text


def _escapes_mended(text: str) -> str:
    return _BAD_ESCAPE.sub(lambda match: match[0] if match[1] else r"\\", text)


def _commas_mended(text: str) -> str:
    without_comments = _COMMENT.sub(lambda match: match[1] or "", text)
    return _TRAILING_COMMA.sub(lambda match: match[1] or "", without_comments)


_REPAIRS: tuple[Callable[[str], str], ...] = (str, _unescaped, _escapes_mended, _commas_mended)


def _objects(value: Any) -> Iterator[JsonObject]:
    """Every object inside parsed JSON, outermost first, without recursion: pages choose the depth."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            yield current
            waiting.extend(reversed(current.values()))
        elif isinstance(current, list):
            waiting.extend(reversed(current))


def _is_job(node: JsonObject) -> bool:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.rpartition("/")[2] == "JobPosting" for kind in kinds)


def _resolve(value: Any, by_id: dict[str, JsonObject]) -> Any:
    """Replace ``{"@id": ...}`` by the node it names, one step deep: a posting's organisation or place."""
    if isinstance(value, list):
        return [_resolve(one, by_id) for one in value]
    if isinstance(value, dict) and set(value) == {"@id"} and isinstance(value["@id"], str):
        return by_id.get(value["@id"], value)
    return value
