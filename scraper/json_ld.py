"""Read JSON-LD as the web writes it: a page's JobPosting objects, whatever else is broken on the page.

Usable on its own: ``find_job_postings(html)``. Each script block is read for itself, so that one malformed block
never costs the others. Strict JSON is tried first; every repair below answers a deviation seen on real pages.
Keys come out as schema.org spells them, without prefix: ``Title`` and ``schema:title`` are ``title``.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from parsel import Selector

JsonObject = dict[str, Any]

_OPENING = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)\s*")
_CLOSING = re.compile(r"(?:-->|(?://|/\*)?\s*\]\](?:>|&gt;)(?:\s*\*/)?)$")
_CLOSING_CHARS = 80
"""How far before its end a block is searched for the close of a wrapper: white space must not make it slow."""

_SCRIPTS = "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]"
_STRING = r'"(?:[^"\\]|\\.)*"'
_COMMENT = re.compile(rf"({_STRING})|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_TRAILING_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_BAD_ESCAPE = re.compile(r'\\(\\|["/bfnrt]|u[0-9a-fA-F]{4})|\\')
_KEY = re.compile(r'("[\w@:$/.-]+"\s*:\s*)')
_INNER_QUOTE = re.compile(r'(\\.)|"', re.DOTALL)
_VOCABULARY = re.compile(r"^(?:https?://(?:www\.)?schema\.org[/#]|schema:)", re.IGNORECASE)
_READ_KEYS = (
    "@graph @id @type @value address addressCountry addressLocality addressRegion applicantLocationRequirements "
    "baseSalary currency datePosted description educationRequirements employmentType experienceRequirements "
    "hiringOrganization identifier incentiveCompensation jobBenefits jobLocation jobLocationType legalName maxPrice "
    "maxValue minPrice minValue name postalCode price priceCurrency qualifications responsibilities salaryCurrency "
    "skills streetAddress title unitCode unitText url validThrough value"
)
_SPELLINGS = {key.lower(): key for key in _READ_KEYS.split()}

_REFERENCE_STEPS = 3
"""References followed one after another: posting to place, place to address, address to country."""

_DEPTH = 8
"""How deep inside an object references are followed and keys respelt; pages choose the depth."""


def find_job_postings(page: str) -> list[JsonObject]:
    """Every distinct schema.org JobPosting in the page's JSON-LD blocks, ``@id`` references resolved.

    Blocks inside HTML comments and ``application/json`` look-alikes do not count.
    """
    return job_postings_in(list(_blocks(page)))


def job_postings_in(blocks: Any) -> list[JsonObject]:
    """Every distinct JobPosting anywhere inside already parsed JSON-LD."""
    nodes = [_plainly_keyed(node) for node in _objects(blocks)]
    by_id = {node["@id"]: node for node in sorted(nodes, key=len) if isinstance(node.get("@id"), str)}
    for _ in range(_REFERENCE_STEPS - 1):
        by_id = {name: _linked(node, by_id) for name, node in by_id.items()}
    found: list[JsonObject] = []
    for node in nodes:
        if _is_job(node):
            job = _linked(node, by_id)
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
    for script in Selector(text=page.replace("\0", "")).xpath(_SCRIPTS):
        try:
            yield loads_tolerant("".join(script.xpath("text()").getall()))
        except ValueError:
            continue


def _unwrapped(text: str) -> str:
    """Without byte order mark, CDATA or HTML comment wrappers and trailing semicolons."""
    previous = None
    while text != previous:
        previous = text
        text = text.strip("\ufeff; \t\r\n")
        if opening := _OPENING.match(text):
            text = text[opening.end() :]
        if closing := _CLOSING.search(text, max(0, len(text) - _CLOSING_CHARS)):
            text = text[: closing.start()]
    return text


def _unescaped(text: str) -> str:
    """The whole block was entity-encoded, once or twice; a block with a quote of its own holds entities as text."""
    for _ in range(2):
        if '"' in text:
            break
        text = _unwrapped(html.unescape(text))
    return text


def _escapes_mended(text: str) -> str:
    return _BAD_ESCAPE.sub(lambda match: match[0] if match[1] else r"\\", text)


def _commas_mended(text: str) -> str:
    without_comments = _COMMENT.sub(lambda match: match[1] or "", text)
    return _TRAILING_COMMA.sub(lambda match: match[1] or "", without_comments)


def _quotes_mended(text: str) -> str:
    """Escape quotes inside strings: what stands between one key and the next is one value."""
    pieces = _KEY.split(text)
    pieces[2::2] = map(_value_mended, pieces[2::2])
    return "".join(pieces)


def _value_mended(value: str) -> str:
    end = value.rfind('"')
    if end < 1 or not value.startswith('"') or value[end + 1 :].strip(" \t\r\n{}[],"):
        return value
    return '"' + _INNER_QUOTE.sub(lambda match: match[1] or r"\"", value[1:end]) + value[end:]


_REPAIRS: tuple[Callable[[str], str], ...] = (str, _unescaped, _escapes_mended, _commas_mended, _quotes_mended)


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


def _plainly_keyed(node: JsonObject) -> JsonObject:
    """The object with the keys that are read spelt as schema.org spells them, whatever capitals or prefix they have."""
    plain: JsonObject = {}
    for key, value in node.items():
        bare = _VOCABULARY.sub("", key)
        plain.setdefault(_SPELLINGS.get(bare.lower(), bare), value)
    return plain


def _is_job(node: JsonObject) -> bool:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and re.split("[/#:]", kind.strip())[-1].lower() == "jobposting" for kind in kinds)


def _linked(value: Any, by_id: dict[str, JsonObject], depth: int = _DEPTH) -> Any:
    """The value with plain keys, the named node instead of ``{"@id": ...}``, the literal instead of ``@value``."""
    if depth == 0 or not isinstance(value, dict | list):
        return value
    if isinstance(value, list):
        return [_linked(one, by_id, depth - 1) for one in value]
    if set(value) <= {"@id", "@type"} and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    if "@value" in value and set(value) <= {"@value", "@type", "@language"}:
        return value["@value"]
    return {key: _linked(each, by_id, depth - 1) for key, each in _plainly_keyed(value).items()}
