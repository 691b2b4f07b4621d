"""The page as it is read, and the block of it that holds the ad's text.

Menus, footers, dialogs and headings over other ads are taken out first, then the smallest element with nearly all of
the remaining text is the ad. Weights decide where names alone would err: some sites wrap all they say in a form, or
call the ad itself a menu.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, PageElement, PreformattedString

from scraper.ad_page.vocabulary import kebab, words

MAX_LINE_CHARS = 200
"""A longer line is neither a value nor a word on the ad's state."""

MAX_DEPTH = 200
"""Deeper elements keep their words only: no page that people read has them, and every look upwards costs the depth."""

AD_CHARS = 600
"""A menu, dialog or frame with so much text outside links, and the heading of an ad's section in it, is the ad."""

MAIN_SHARE = 0.93
"""A block is the main one while it holds this share of the text around it: what is beside it is then no section."""

LINK_SHARE = 0.6
"""A part of the text with more of it inside links is a list of links."""

# fmt: off
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
UNREAD = [
    "script", "style", "template", "noscript", "svg", "iframe", "object", "canvas", "select", "option", "input",
    "textarea", "datalist", "label", "legend",
]
CONTENT = frozenset(["content", "description", "details", "text"])
NEVER_FURNITURE = ("html", "body", "main", "article", *HEADINGS)
OVER_OTHER_ADS = [*HEADINGS, "p", "strong", "span", "div"]
SECTION_MARKS = ["h2", "h3", "h4", "h5", "li", "dt", "th"]
PARAGRAPHS = ("p", "ul", "ol", "table", "tbody", "dl", *HEADINGS)
MAY_HOLD_LINKS = ["ul", "ol", "div", "table", "section", "tr"]
UNWRAPPED = ["a", "font", "form", "img", "picture", "source", "link", "icon"]
KEPT_WHOLE = ("table", "tbody", "tr", "td", "ul", "ol", "dl")
KEPT_ATTRIBUTES = frozenset(["colspan", "rowspan", "start"])
# fmt: on

_CONDITION = re.compile(r"\b(?:until|once|when|if|unless|after|before)\b", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"\s{2,}")


def parse(page: str) -> BeautifulSoup:
    """The parsed page without what nobody reads."""
    soup = BeautifulSoup(page.replace("\0", ""), "lxml")
    for node in soup.find_all(string=lambda text: isinstance(text, Comment | PreformattedString)):
        node.extract()
    for tag in soup.find_all(UNREAD):
        if not tag.decomposed:
            tag.decompose()
    _flatten(soup)
    soup.smooth()
    return soup


def _flatten(soup: BeautifulSoup) -> None:
    """Leave of the elements at the greatest depth only their words."""
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        depths[id(tag)] = depths[id(tag.parent)] + 1
        if depths[id(tag)] == MAX_DEPTH:
            text = tag.get_text(" ")
            tag.clear(decompose=True)
            tag.append(text)


# Words and weights


def squeezed(text: str) -> str:
    """The text in one line, with single spaces."""
    return " ".join(text.split())


def text_of(node: PageElement) -> str:
    """An element's text, or the text itself, in one line."""
    return squeezed(node.get_text(" ") if isinstance(node, Tag) else str(node))


def line_of(parts: Iterable[str]) -> str:
    """The parts in one line; nothing where that gets too long, and the rest of them is then not looked at."""
    line = ""
    for part in parts:
        line = f"{line} {squeezed(part)}".strip()
        if len(line) > MAX_LINE_CHARS:
            return ""
    return line


def is_short(tag: Tag, limit: int) -> bool:
    """Whether the element's text has at most so many characters, without reading a long one to its end."""
    length = 0
    for text in tag.strings:
        length += len(text.strip())
        if length > limit:
            return False
    return True


@dataclass(frozen=True)
class Weights:
    """``id`` of every element and text -> characters of its text."""

    total: Counter[int]
    outside_links: Counter[int]


def weigh(root: Tag) -> Weights:
    """The weights inside an element, each summed from those of its children: time must not grow with the depth."""
    total = Counter({id(text): len(squeezed(text)) for text in root.find_all(string=True)})
    weights = Weights(total, total.copy())
    tags = [root, *root.find_all(True)]
    in_links: set[int] = set()
    for tag in tags:
        if tag.name == "a" or id(tag.parent) in in_links:
            in_links.add(id(tag))
    for tag in reversed(tags):
        weights.total[id(tag)] = sum(weights.total[id(each)] for each in tag.contents)
        outside = 0 if id(tag) in in_links else sum(weights.outside_links[id(each)] for each in tag.contents)
        weights.outside_links[id(tag)] = outside
    return weights


# What is no part of the ad


def remove_furniture(soup: BeautifulSoup) -> None:
    """Take out menus, footers, cookie banners, dialogs and the like."""
    _remove(soup, lambda tag: tag.name in ("nav", "footer", "dialog") or tag.has_attr("hidden") or _is_furniture(tag))


def remove_asides(soup: BeautifulSoup) -> None:
    """Take out what stands beside the text; a title or a value may have been in it."""
    _remove(soup, lambda tag: tag.name in ("aside", "button") or (tag.name == "header" and not tag.find("h1")))


def _is_furniture(tag: Tag) -> bool:
    if tag.name in NEVER_FURNITURE:
        return False
    marks = [*tag.get_attribute_list("class"), tag.get("id"), tag.get("role")]
    parts = [kebab(str(mark)).split("-") for mark in marks if mark]
    return any(any(map(words().furniture.fullmatch, part)) and not CONTENT & set(part) for part in parts)


def _remove(soup: BeautifulSoup, is_unwanted: Callable[[Tag], bool]) -> None:
    """Take out what is unwanted, unless it holds half of the page or is the ad."""
    weights = weigh(soup)
    for tag in soup.find_all(is_unwanted):
        is_gone_or_heading = tag.decomposed or (tag.name == "button" and tag.find_parent(HEADINGS))
        if not is_gone_or_heading and not _is_half(tag, soup, weights) and not _is_ad(tag, weights):
            tag.decompose()


def _is_half(tag: Tag, soup: BeautifulSoup, weights: Weights) -> bool:
    return any(2 * each[id(tag)] > each[id(soup)] for each in (weights.outside_links, weights.total))


def _is_ad(tag: Tag, weights: Weights) -> bool:
    """Whether an element with the marks of a menu or dialog holds an ad's text all the same."""
    if tag.name in ("nav", "footer") or weights.outside_links[id(tag)] < AD_CHARS:
        return False
    return bool(words().section.search(tag.get_text(" ")))


def remove_other_ads(soup: BeautifulSoup) -> None:
    """Take out the headings over other ads with what stands under them."""
    weights = weigh(soup).outside_links

    def is_minor(tag: Tag) -> bool:
        return 2 * weights[id(tag)] < weights[id(soup)]

    for tag in soup.find_all(OVER_OTHER_ADS):
        if not tag.decomposed and is_short(tag, 60) and words().others.fullmatch(text_of(tag).strip(": ")):
            _remove_with_what_follows(tag, is_minor)


def _remove_with_what_follows(heading: Tag, is_minor: Callable[[Tag], bool]) -> None:
    """Take out the outermost element that begins with the heading, or else the heading and what comes after it."""
    part = heading
    while part.parent and is_minor(part.parent) and not any(map(text_of, part.previous_siblings)):
        part = part.parent
    for after in [*part.next_siblings] if part is heading else []:
        if isinstance(after, Tag) and is_minor(after):
            after.decompose()
    part.decompose()


# The main block


def main_block(soup: BeautifulSoup) -> Tag | None:
    """The smallest element that holds nearly all of the page's text, without lists of links."""
    block = soup.body
    if block is None:
        return None
    weights = weigh(block).outside_links
    while inner := _inner_block(block, weights):
        block = inner
    _remove_lists_of_links(block)
    return block if weights[id(block)] else None


def _inner_block(block: Tag, weights: Counter[int]) -> Tag | None:
    """The child that holds nearly all of the block's text; None where it is a paragraph or has a section beside it."""
    inside = [child for child in block.children if isinstance(child, Tag) and child.name != "a"]
    largest = max(inside, key=lambda child: weights[id(child)], default=None)
    if largest is None or largest.name in PARAGRAPHS or weights[id(largest)] < MAIN_SHARE * weights[id(block)]:
        return None
    beside = (child for child in inside if child is not largest and weights[id(child)])
    return None if any(map(_is_section, beside)) else largest


def _is_section(tag: Tag) -> bool:
    """Whether an element beside the main one is a section of the ad: it has a heading or a list without links."""
    parts = [tag] if tag.name in SECTION_MARKS else tag.find_all(SECTION_MARKS)
    return any(text_of(part) and not part.find("a") and not part.find_parent("a") for part in parts)


def _remove_lists_of_links(block: Tag) -> None:
    weights = weigh(block)
    for tag in block.find_all(MAY_HOLD_LINKS):
        total = weights.total[id(tag)]
        in_links = total - weights.outside_links[id(tag)]
        if not tag.decomposed and in_links > LINK_SHARE * total and len(tag.find_all("a", limit=2)) == 2:
            tag.decompose()


def markup_of(block: Tag) -> str:
    """The element's HTML without links' addresses, classes and styles."""
    for tag in [block, *block.find_all(True)]:
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in KEPT_ATTRIBUTES}
    for tag in block.find_all(UNWRAPPED):
        tag.unwrap()
    markup = str(block) if block.name in KEPT_WHOLE else block.decode_contents()
    return _WHITE_SPACE.sub(_without_empty_lines, markup).strip()


def _without_empty_lines(white_space: re.Match[str]) -> str:
    return "\n" if white_space[0].count("\n") > 1 else white_space[0]


def closed_line(soup: BeautifulSoup) -> str | None:
    """A short line that says the ad is closed."""
    for node in soup.find_all(string=words().closed):
        match = words().closed.search(node)
        is_certain = match and not _CONDITION.search(node[: match.start()])
        if is_certain and node.parent and (line := line_of(node.parent.strings)):
            return line
    return None
