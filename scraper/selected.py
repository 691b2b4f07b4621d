"""What a source's CSS selectors point at: texts, addresses, and the ads of a page cut apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement
from parsel import Selector

MAX_HEADING_CHARS = 200

HEADING_NAMES = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "strong", "b", "a"])
MARK = "data-rolecall-ad"


def selected_text(one: Selector) -> str | None:
    """The text of one match, an element's or a pseudo-element's (``::text``, ``::attr(...)``), in one line."""
    text = one.root if isinstance(one.root, str) else " ".join(one.xpath(".//text()").getall())
    return " ".join(text.split()) or None


def selected_texts(page: Selector, selector: str) -> list[str]:
    """The texts of all matches, without empty ones."""
    return [text for one in page.css(selector) if (text := selected_text(one))]


def selected_title(one: Selector) -> str | None:
    """The title in a match that leads to an ad: its heading, else its link's text; None for a bare address."""
    if isinstance(one.root, str):
        return None
    inside = one.xpath("(.//h1|.//h2|.//h3|.//h4|.//h5|.//h6)[1]") or one.xpath("descendant-or-self::a[1]")
    return selected_text(inside[0]) if inside else None


def selected_links(page: Selector, selector: str | None = None) -> list[str]:
    """Addresses of the matches: their own, an attribute's, or the first link inside them."""
    hrefs = []
    for one in page.css(selector) if selector else [page]:
        hrefs.append(one.root if isinstance(one.root, str) else one.xpath("(@href | .//a/@href)[1]").get())
    return [href.strip() for href in hrefs if href]


def cut_out(page: str, selector: str) -> Iterator[str]:
    """The HTML of each ad on a page: the matching elements, or from one matching heading up to the next."""
    marked = Selector(text=page)
    for one in marked.css(selector):
        if not isinstance(one.root, str):
            one.root.set(MARK, "")
    soup = BeautifulSoup(marked.get(), "lxml")
    matches = [tag for tag in soup.select(f"[{MARK}]") if not tag.find_parent(attrs={MARK: True})]
    for tag in matches:
        del tag[MARK]
    are_headings = bool(matches) and all(_is_heading(tag) for tag in matches)
    starts = [_outermost(tag) for tag in matches] if are_headings else matches
    known = set(map(id, starts))
    for tag in starts:
        yield "".join(map(str, _section(tag, known))) if are_headings else str(tag)


def _is_heading(tag: Tag) -> bool:
    return tag.name in HEADING_NAMES and len(tag.get_text()) <= MAX_HEADING_CHARS


def _outermost(tag: Tag) -> Tag:
    """The largest element that begins with the heading: its paragraph, or a block that holds nothing else."""
    while (parent := tag.parent) is not None and not _has_text(tag.previous_siblings):
        if parent.name in ("div", "header", "section") and _has_text(tag.next_siblings):
            break
        if parent.name not in ("p", "div", "header", "section", "span", *HEADING_NAMES):
            break
        tag = parent
    return tag


def _has_text(nodes: Iterable[PageElement]) -> bool:
    return any((node.get_text() if isinstance(node, Tag) else str(node)).strip() for node in nodes)


def _section(tag: Tag, starts: set[int]) -> Iterator[object]:
    yield tag
    for each in tag.next_siblings:
        if id(each) in starts:
            return
        yield each
