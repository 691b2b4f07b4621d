"""The JobPosting objects of a web page, whether it writes them as JSON-LD, as microdata or as RDFa."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from scraper.json_ld import JsonObject, find_job_postings, job_postings_in
from scraper.schema_org import SECTIONS, posting_fields, text_of

_MARKUP = re.compile(r"""\b(?:itemtype|typeof)\s*=\s*(?:"[^"]*|'[^']*|[^\s>]*)JobPosting""", re.IGNORECASE)
_TEXTS = {key.lower() for key in ("description", *SECTIONS)}
_LINKS = {"url", "sameas", "logo", "image"}

_DESCRIPTIONS = "//*[contains(@class, 'description') or contains(@id, 'description')][not(self::meta)]"
_PAGE_TEXTS = (_DESCRIPTIONS, "//main | //*[@role='main']", "//article", "//body")
"""Where the text of an ad stands on its page, best first."""

MAX_PROPERTIES = 4000
_MARKED = "*[@itemprop or @property or @itemscope or @typeof]"
_TOO_DEEP = f"//{_MARKED}[count(ancestor::{_MARKED}) > 20]"
"""No page that people read has more or nests them deeper; extraction takes the square of both in time."""

_SHOWN_WORDS = ".//text()[not(parent::script or parent::style)]"

MIN_PAGE_TEXT_CHARS = 200
"""A shorter text is a caption."""


def job_postings_of(page: str, url: str) -> list[JsonObject]:
    """The page's distinct JobPostings; its markup is read only where no JSON-LD holds one.

    A sole posting without any text gets that of the page, if it is its own: some sites leave ``description`` null.

    url: the page's address, against which the links in its markup are relative.
    """
    jobs = find_job_postings(page) or (_in_markup(page, url) if _MARKUP.search(page) else [])
    if len(jobs) == 1 and not posting_fields(jobs[0])["description"] and not points_elsewhere(jobs[0], url):
        return [{**jobs[0], "description": _text_on(page)}]
    return jobs


def points_elsewhere(job: JsonObject, url: str) -> bool:
    """Whether the posting has no text here and names another page as its own: an entry of a list.

    Hosts do not count, so that a page read from a copy of its site is its own.
    """
    if not url or posting_fields(job)["description"]:
        return False
    try:
        named = urlsplit(urljoin(url, text_of(job.get("url")) or url))
    except ValueError:
        return False
    return (named.path.rstrip("/"), named.query) != (urlsplit(url).path.rstrip("/"), urlsplit(url).query)


def _text_on(page: str) -> str | None:
    """The HTML of the longest element that looks like the ad's text."""
    root = Selector(text=page)
    for path in _PAGE_TEXTS:
        found = max(root.xpath(path), key=_n_chars, default=None)
        if found is not None and _n_chars(found) >= MIN_PAGE_TEXT_CHARS:
            return str(found.get())
    return None


def _n_chars(element: Selector) -> int:
    return sum(len(words.strip()) for words in element.xpath(_SHOWN_WORDS).getall())


def _in_markup(page: str, url: str) -> list[JsonObject]:
    # imported here: it takes a third of a second, and few pages need it
    from extruct.w3cmicrodata import MicrodataExtractor

    root = Selector(text=page).root
    if len(root.xpath("//*[@itemprop or @property]")) > MAX_PROPERTIES or root.xpath(_TOO_DEEP):
        return []
    _write_rdfa_as_microdata(root)
    _keep_what_extraction_would_lose(root)
    try:
        items = MicrodataExtractor().extract_items(root, url)
    except ValueError:  # a link that is none
        return []
    return job_postings_in(_as_json(items))


def _write_rdfa_as_microdata(root: Any) -> None:
    """RDFa as ads use it differs in the names of its attributes only; read as a graph it would lose all order."""
    for element in root.xpath("//*[@typeof and not(@itemtype)]"):
        element.set("itemscope", "")
        element.set("itemtype", element.get("typeof"))
    for element in root.xpath("//*[@property and not(@itemprop)]"):
        element.set("itemprop", element.get("property"))


def _keep_what_extraction_would_lose(root: Any) -> None:
    """Texts keep their markup, linked names their words, and dates those of a ``time`` that has no attribute."""
    for element in root.xpath("//*[@itemprop]"):
        names = {name.lower().rpartition(":")[2] for name in element.get("itemprop").split()}
        words = element.text_content().strip()
        if names & _TEXTS and len(words) > len(element.get("content") or ""):
            element.set("content", Selector(root=element, type="html").get())
        elif element.tag == "a" and not names & _LINKS and element.get("itemscope") is None:
            element.tag = "span"
        elif element.tag == "time" and not element.get("datetime"):
            element.set("datetime", element.get("content") or words)


def _as_json(found: Any) -> Any:
    """Items of the markup as JSON-LD writes objects; an item without properties is its text."""
    if isinstance(found, list):
        return [_as_json(each) for each in found]
    if not isinstance(found, dict):
        return found
    if "properties" not in found:
        return found.get("value")
    return {"@type": found.get("type"), **{key: _as_json(value) for key, value in found["properties"].items()}}
