"""The fields of an ad in a feed of any make, found by what feeds call them (``data/feed_fields.toml``)."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from scraper.items import RawPay, RawPlace
from scraper.platforms.xml_feed import Element, same_name, topmost

_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ESCAPED_TAG = re.compile(
    r"&(?:amp;)*(?:lt|#0*60|#x0*3c);/?[a-z][a-z0-9]*(?:\s|/|>|&(?:amp;)*(?:gt|#0*62|#x0*3e);)", re.IGNORECASE
)
_INLINE = frozenset(
    {"a", "abbr", "b", "br", "div", "em", "font", "i", "p", "small", "span", "strong", "sub", "sup", "u"}
)
_WORD_BREAK = re.compile(r"(?<=[a-z])(?=[A-Z])|[-_.\s]+")


@cache
def table() -> dict[str, Any]:
    """The names of elements, by field."""
    text = (files("scraper") / "data" / "feed_fields.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def names(of: str) -> frozenset[str]:
    """A list of the table as a set."""
    return frozenset(table()[of])


def values(record: Element, field: str) -> list[str]:
    """What the first name of the field that says something says: several where the element is repeated.

    The ad's own children come first, then what lies deeper, but not inside what speaks of the employer or a person.
    """
    for within in ([record], _below(record)[1:]):
        for name in table()["field"][field]:
            if found := [words for one in within for words in _said(one, name)]:
                return list(dict.fromkeys(found))
    return []


def value(record: Element, field: str) -> str | None:
    """The first of the field's values."""
    return next(iter(values(record, field)), None)


def own_value(record: Element, field: str) -> str | None:
    """What the first name of the field says that stands in the record itself, not deeper."""
    return next((words for name in table()["field"][field] for words in _said(record, name)), None)


def address(record: Element) -> str | None:
    """The public address of the ad: a link that is none to itself, an enclosure or an image."""
    for within in ([record], _below(record)[1:]):
        for name in table()["field"]["url"]:
            path, _, attribute = name.partition("@")
            for element in (found for one in within for found in one.all(path)):
                href = element.attribute(attribute) if attribute else element.text
                if href and _is_address(href) and _is_for_reading(element):
                    return href.strip()
    return None


def places(record: Element) -> list[RawPlace]:
    """Places of work: elements with a city in them, else the ad's own city, else the words for the place."""
    parts = _address_parts(record)
    if parts.get("city"):
        return [RawPlace(**parts)]
    holders = [found for one in _below(record)[1:] if (found := _address_parts(one)).get("city")]
    if holders:
        return _distinct(RawPlace(**found) for found in holders)
    texts = values(record, "location")
    region, country = parts.get("region"), value(record, "country")
    if len(texts) == 1 and region not in (None, *texts):
        return [RawPlace(city=texts[0], region=region, country=country)]
    if texts:
        return [RawPlace(text=text, country=country if len(texts) == 1 else None) for text in texts]
    return [RawPlace(region=region, country=country)] if region or country else []


def pay(record: Element) -> tuple[RawPay | None, str | None]:
    """(structured pay, what somebody typed into a salary field): one of the two, or neither."""
    low, high = (_figure(value(record, field)) for field in ("salary_min", "salary_max"))
    text = value(record, "salary")
    currency, period = value(record, "salary_currency"), value(record, "salary_period")
    if text and re.fullmatch(r"[\d.,\s]+", text):
        low, high, text = low or _figure(text), high or low or _figure(text), None
    if low or high:
        return RawPay(low=low, high=high, currency=currency, period=period, text=text), None
    return None, text


def employment_types(record: Element) -> str | None:
    """Kind of contract and working time, in the feed's words."""
    return ", ".join(dict.fromkeys(values(record, "job_type") + values(record, "schedule"))) or None


def remote(record: Element) -> str | None:
    """``remote`` where the feed says yes to it, nothing where it says no, else its own words."""
    said = value(record, "remote")
    kinds = table()["remote_words"]
    if said is None and any(same_name(kind) == "remote" for kind in values(record, "job_type")):
        return "remote"
    if said is None or same_name(said) in kinds["none"]:
        return None
    return "remote" if same_name(said) in kinds["remote"] else said


def description(record: Element) -> str | None:
    """The body and the sections beside it, in the order of the ad; what repeats another part is left out."""
    bodies = _texts(record, table()["text"]["body"])
    body = max(bodies, key=lambda one: len(visible(one.text)), default=None)
    sections = _formatted(_texts(record, table()["text"]["section"], everywhere=True))
    chosen = [one for one in record.descendants() if one is body or any(one is each for each in sections)]
    parts = [(one, as_html(one.text)) for one in chosen]
    said = [visible(text) for _, text in parts]
    kept = [part for number, part in enumerate(parts) if not _repeats(number, said)]
    if len(kept) < 2:
        return kept[0][1] if kept else None
    before = [None, *(same_name(one.name) for one, _ in kept)]
    return "\n".join(
        _headed(one, text, one is body or same_name(one.name) == last)
        for last, (one, text) in zip(before, kept, strict=False)
    )


def as_html(text: str) -> str:
    """A body that was escaped once too often is unescaped until its tags are tags."""
    for _ in range(4):
        if _TAG.search(text) or not _ESCAPED_TAG.search(text):
            break
        text = html.unescape(text)
    return text


def visible(text: str) -> str:
    """The words of a body without tags, white space and case: what two bodies are compared by."""
    return " ".join(html.unescape(_TAG.sub(" ", as_html(text))).lower().split())


def one_line(text: str) -> str:
    """A title or name without tags, entities and line breaks."""
    return " ".join(html.unescape(_TAG.sub(" ", as_html(text))).split())


def ads_in(root: Element) -> list[Element]:
    """The elements that are ads: those of a usual name, else repeated ones that read like ads, else the root alone."""
    by_name: dict[str, list[Element]] = {}
    for one in _candidates(root):
        by_name.setdefault(same_name(one.name), []).append(one)
    alone = [] if same_name(root.name) in names("list") else [[root]]
    for groups in (by_name.values(), _repeated(root), alone):
        found = max(groups, key=_n_ads, default=[])
        if _n_ads(found):
            return found
    return [one for one in root.descendants() if same_name(one.name) in ("item", "entry", "job")]


def _n_ads(group: list[Element]) -> int:
    """How many of a group are ads, as far as its first members tell."""
    n_looked_at = min(len(group), 20)
    return sum(map(is_ad, group[:n_looked_at])) * len(group) // max(n_looked_at, 1)


def is_ad(element: Element) -> bool:
    """Whether an element has a title, and an address or a body."""
    return bool(value(element, "title") and (address(element) or description(element)))


def _candidates(root: Element) -> Iterator[Element]:
    """The outermost elements of an ad's usual name; one that has no title but holds others is only their frame."""
    for one in topmost(root, names("item")):
        if not one.children:
            continue
        inner = [] if value(one, "title") else list(_candidates(one))
        yield from inner or [one]


def _repeated(root: Element) -> Iterator[list[Element]]:
    """Groups of elements of one name in one parent, outermost first."""
    level = [root]
    while level:
        for one in level:
            groups: dict[str, list[Element]] = {}
            for child in one.children:
                if child.children and same_name(child.name) not in names("frame"):
                    groups.setdefault(child.name, []).append(child)
            yield from groups.values()
        level = [child for one in level for child in one.children]


def _below(record: Element) -> list[Element]:
    """The record and the elements with children in it, outermost first, but for those that speak of somebody else."""
    level, found = [record], []
    while level:
        found += level
        children = [child for one in level for child in one.children]
        level = [child for child in children if child.children and same_name(child.name) not in names("aside")]
    return found


def _said(record: Element, name: str) -> Iterator[str]:
    path, _, attribute = name.partition("@")
    for element in record.all(path) if path else [record]:
        said = element.attribute(attribute) if attribute else _words(element)
        if said and said.strip():
            yield one_line(said)


def _words(element: Element) -> str | None:
    """What a leaf says, or the child that names the element; nothing for an element of other fields."""
    children = element.children
    if not children or all(same_name(child.name) in _INLINE for child in children):
        return element.text or element.attributes.get("value") or element.attributes.get("label")
    for name in table()["called"]:
        if text := next((one.text for one in element.all(name) if one.text and not one.children), None):
            return text
    return None


def _is_address(text: str) -> bool:
    return bool(re.match(r"\s*(?:https?://|/(?!/)\S)", text))


def _is_for_reading(element: Element) -> bool:
    return (element.attribute("rel") or "alternate") == "alternate" and (
        element.attribute("isPermaLink") or "true"
    ).lower() != "false"


def _address_parts(element: Element) -> dict[str, str]:
    parts = {}
    for part in ("city", "region", "country"):
        said = (words for name in table()["field"][part] for words in _said(element, name))
        if words := next(said, None):
            parts[part] = words
    return parts


def _distinct(found: Iterable[RawPlace]) -> list[RawPlace]:
    made: list[RawPlace] = []
    for place in found:
        if place not in made:
            made.append(place)
    return made


def _figure(text: str | None) -> str | None:
    """A figure as written; 0, and words such as "not displayed", are none."""
    return text if text and re.search(r"[1-9]", text) else None


def _texts(record: Element, listed: list[str], *, everywhere: bool = False) -> list[Element]:
    """The elements of these names that say something: the ad's own, and those that lie deeper if it has none."""
    own = [] if everywhere else [one for name in listed for one in record.all(name) if one.text]
    return own or [found for one in _below(record) for name in listed for found in one.all(name) if found.text]


def _formatted(sections: list[Element]) -> list[Element]:
    """Of a section and its twin ``...Formatted`` the one with the markup, unless it says much less."""
    twins = {same_name(one.name): one for one in sections}
    left_out = []
    for name, rich in twins.items():
        plain = twins.get(name.removesuffix("formatted").removesuffix("html"))
        if plain is not None and plain is not rich:
            is_cut = len(visible(rich.text)) < 0.8 * len(visible(plain.text))
            left_out.append(id(rich if is_cut else plain))
    return [one for one in sections if id(one) not in left_out]


def _repeats(number: int, said: list[str]) -> bool:
    """Whether another part says all that this one says; of two that say the same the first stays."""
    this = said[number]
    return not this or any(
        this in other and (this != other or at < number) for at, other in enumerate(said) if at != number
    )


def _headed(element: Element, text: str, is_bare: bool) -> str:
    """A part of a body as HTML, a section under the words of its element's name."""
    markup = text if _TAG.search(text) else html.escape(text, quote=False).replace("\n", "<br>\n")
    words = _WORD_BREAK.sub(" ", element.name).strip().capitalize().removesuffix(" formatted").rstrip("0123456789 ")
    if is_bare or words in ("Description", "Profile description"):
        return f"<div>{markup}</div>"
    return f"<h3>{html.escape(words)}</h3>\n<div>{markup}</div>"
