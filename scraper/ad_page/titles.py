"""What a page calls the job.

Pages name themselves more loudly than the ad ("Careers", the firm, "Job description"), so that every candidate is held
against the words of ``page_labels.toml``, and the first that names no page, no section and not the site is the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from scraper.ad_page.text import is_short, text_of
from scraper.ad_page.vocabulary import field_of, words

MAX_TITLE_CHARS = 200
MAX_BOLD_CHARS = 100

_TITLE_PARTS = re.compile(r"\s+[|–—·•»>/-]+\s+|\s*\|\s*|:\s+")
_NO_LETTERS = re.compile(r"[\W_]+")


def site_names(soup: BeautifulSoup, url: str) -> set[str]:
    """What the site calls itself, in letters only: a heading with these words names the site, not the job."""
    host = urlsplit(url).hostname or ""
    metas = soup.find_all("meta", attrs={"property": "og:site_name"})
    metas += soup.find_all("meta", attrs={"name": "application-name"})
    stated = (str(meta.get("content") or "") for meta in metas)
    return set(map(_letters, [*stated, *host.split(".")])) - {""}


def find_title(soup: BeautifulSoup, values: dict[str, list[str]], names: set[str], listed: str | None) -> str | None:
    """The page's name of the job: main heading, marked element, labelled value, the list's name, then lesser signs."""
    page_title = text_of(soup.title) if soup.title else ""
    main, lesser = _headings(soup, ["h1"], page_title), _headings(soup, ["h2", "h3", "h4"], page_title)
    if listed and _letters(listed) in map(_letters, main + lesser):
        return listed
    ranked = [
        *main,
        *values.get("title", []),
        *([listed] if listed else []),
        *lesser,
        *_parts_of(page_title, names),
        *_first_bold(soup),
    ]
    return next((each for each in ranked if _names_job(each, names)), None)


def plain_title(text: str | None) -> str | None:
    """A link's text where it can be a job's title."""
    if not text or len(text) > MAX_TITLE_CHARS or _matches(text, (words().generic, words().onward)):
        return None
    return text


def _headings(soup: BeautifulSoup, tags: list[str], page_title: str) -> list[str]:
    """The texts of headings, first those that the page's title has too."""
    texts = [text_of(tag) for tag in soup.find_all(tags) if is_short(tag, MAX_TITLE_CHARS)]
    return sorted(filter(None, texts), key=lambda text: text not in page_title)


def _names_job(text: str, names: set[str]) -> bool:
    plain = text.strip(" :.*!-–—")
    letters = _letters(plain)
    if not 2 < len(plain) <= MAX_TITLE_CHARS or not letters or letters in names:
        return False
    return not field_of(plain) and not _matches(plain, (words().generic, words().section, words().ad, words().others))


def _matches(text: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    return any(pattern.fullmatch(text) for pattern in patterns)


def _parts_of(page_title: str, names: set[str]) -> list[str]:
    """The page title's part before the site's name; nothing where most parts name pages."""
    parts = [part for part in _TITLE_PARTS.split(page_title) if part]
    named = [part for part in parts if _names_job(part, names)]
    return named[:1] if 2 * len(named) > len(parts) or named[:1] == parts[:1] else []


def _first_bold(soup: BeautifulSoup) -> list[str]:
    """The first words in bold that are no link; what comes later in bold are the sections of the ad."""
    bold = (tag for tag in soup.find_all(["b", "strong"]) if not tag.find_parent("a") and text_of(tag))
    first = next(bold, None)
    return [text_of(first)] if first and is_short(first, MAX_BOLD_CHARS) and text_of(first)[-1] not in ":." else []


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).lower()
