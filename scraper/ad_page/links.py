"""Links that lead to ads.

A link tells by its address or by its text that it leads to an ad; on most boards only some do. The others are known by
how they are made: a list writes all of its rows alike.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from scraper.ad_page.text import HEADINGS, text_of
from scraper.ad_page.titles import plain_title
from scraper.ad_page.vocabulary import field_of, words

MIN_ALIKE = 3
"""So many links made alike are rows of a list; a third of them must look like jobs."""

MAX_STEPS = 5
"""How far around a link the heading of its card is looked for."""

_ID_NAME = re.compile(r"id|no|num|ref|code|job|req|vac|pos", re.IGNORECASE)
_PAGING = re.compile(r"(?:page|offset|start|sort|order|from|limit|view|filter)\w*=", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """A link to an ad."""

    url: str
    title: str | None
    """What the list calls the job, where it says so plainly."""


def names_a_job(link: Listed) -> bool:
    """Whether the link's title has a word of a job's title."""
    return bool(link.title and words().job.search(link.title))


def find_links(soup: BeautifulSoup, url: str, job_address: re.Pattern[str]) -> list[Listed]:
    """Links whose address or text looks like a job, and links made like those that do; each address once."""
    anchors = list(_anchors(soup, url))
    named = Counter(_shape(tag) for tag, _ in anchors if words().job.search(text_of(tag)))
    shapes = Counter(_shape(tag) for tag, _ in anchors)
    headings = _headings_inside(soup)
    titles: dict[str, str | None] = {}
    for tag, address in anchors:
        n_alike, n_named = shapes[_shape(tag)], named[_shape(tag)]
        is_row = n_alike >= MIN_ALIKE and 3 * n_named >= n_alike
        if is_row or words().job.search(text_of(tag)) or job_address.search(_path_of(address)):
            titles[address] = titles.get(address) or _title_of(tag, headings)
    return [Listed(address, title) for address, title in titles.items()]


def _anchors(soup: BeautifulSoup, url: str) -> Iterator[tuple[Tag, str]]:
    """Links that may lead to ads, with their addresses."""
    here = urlsplit(url)
    base = soup.find("base", href=True)
    for tag in soup.find_all("a", href=True):
        try:
            from_here = urljoin(url, str(base["href"])) if base else url
            address = urldefrag(urljoin(from_here, str(tag["href"]).strip())).url
            leads_on = _may_lead_to_ad(address, here)
        except ValueError:
            continue
        if leads_on and _may_name_ad(text_of(tag) or str(tag.get("title") or tag.get("aria-label") or "")):
            yield tag, address


def _may_name_ad(text: str) -> bool:
    if not any(map(str.isalpha, text)):
        return False
    return bool(words().onward.fullmatch(text)) or not (words().generic.fullmatch(text) or field_of(text))


def _may_lead_to_ad(address: str, here: SplitResult) -> bool:
    """Whether the address is on this site, no page above this one, and none that never holds an ad."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or parts.netloc != here.netloc or _is_same_list(parts, here):
        return False
    is_above = here.path.startswith(parts.path.rstrip("/") + "/") and not parts.query
    return not is_above and not words().never.search(unquote(_path_of(address)))


def _is_same_list(parts: SplitResult, here: SplitResult) -> bool:
    """Whether a link stays on the list: its own address, another page, order or filter of it."""
    if parts.path.rstrip("/") != here.path.rstrip("/"):
        return False
    return parts.query == here.query or not _names_ad(parts.query) or bool(_PAGING.match(parts.query))


def _names_ad(query: str) -> bool:
    """Whether a parameter that is called like a number or a job has a value."""
    pairs = (pair.partition("=") for pair in query.split("&"))
    return any(_ID_NAME.search(name) and re.search(r"\w", value) for name, _, value in pairs)


def _path_of(address: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _shape(tag: Tag) -> tuple[str, ...]:
    """How a link is made: its element and the two around it, with their first classes."""
    around = [tag, *list(tag.parents)[:2]]
    return tuple(f"{each.name}.{(each.get_attribute_list('class') or [''])[0]}" for each in around)


def _headings_inside(soup: BeautifulSoup) -> defaultdict[int, list[Tag]]:
    """``id`` of every element -> the headings inside it."""
    headings: defaultdict[int, list[Tag]] = defaultdict(list)
    for heading in soup.find_all(HEADINGS):
        for around in heading.parents:
            headings[id(around)].append(heading)
    return headings


def _title_of(tag: Tag, headings: defaultdict[int, list[Tag]]) -> str | None:
    """The title of the ad a link leads to: a heading inside it, its text, or the one heading of its card."""
    text = text_of(next(iter(headings[id(tag)]), tag))
    if text and not words().onward.fullmatch(text):
        return plain_title(text)
    cards = (headings[id(card)] for card in list(tag.parents)[:MAX_STEPS])
    nearest = next(filter(None, cards), [])
    return text_of(nearest[0]) if len(nearest) == 1 else None
