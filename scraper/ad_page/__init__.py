"""A career page without structured data -> the parts of an ad, by rules that know no site.

``read_page(html, url)`` says what the page calls the job, which values stand behind which labels, which block holds the
text, and which links lead to ads. The words it goes by are ``scraper/data/page_labels.toml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import Tag

from scraper.ad_page.links import Listed, find_links, names_a_job
from scraper.ad_page.text import (
    HEADINGS,
    closed_line,
    main_block,
    markup_of,
    parse,
    remove_asides,
    remove_furniture,
    remove_other_ads,
    squeezed,
    text_of,
)
from scraper.ad_page.titles import find_title, plain_title, site_names
from scraper.ad_page.values import fields_of, find_values
from scraper.ad_page.vocabulary import words

__all__ = ["Listed", "PageParts", "fields_of", "names_a_job", "plain_title", "read_fragment", "read_page", "words"]


@dataclass(frozen=True)
class PageParts:
    """What the rules found on one page."""

    title: str | None
    values: dict[str, list[str]]
    """Field -> what stands behind its label, or in the element marked as it."""

    body: str | None
    """HTML of the block that holds the text."""

    n_chars: int
    """Characters of its text."""

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


def read_page(
    page: str, url: str, *, listed: str | None = None, job_address: re.Pattern[str] | None = None
) -> PageParts:
    """Everything the rules find.

    listed: the ad's title in the list that led here. job_address: addresses (path and query) that may lead to an ad.
    """
    soup = parse(page)
    names = site_names(soup, url)
    remove_furniture(soup)
    links = find_links(soup, url, job_address) if job_address else []
    remove_other_ads(soup)
    values = find_values(soup)
    closed = closed_line(soup)
    title = find_title(soup, values.found, names, listed)
    remove_asides(soup)
    block = main_block(soup)
    sections, signs = _found(block, words().section), _found(block, words().ad)
    return PageParts(
        title=title,
        values=values.found,
        body=markup_of(block) if block else None,
        n_chars=sum(len(squeezed(text)) for text in block.strings) if block else 0,
        n_signs=len(sections) + len(signs) + len(values.found),
        n_sections=len(sections),
        n_repeats=values.n_repeats,
        n_cards=values.n_cards,
        closed=closed,
        links=links,
    )


def read_fragment(markup: str) -> tuple[str | None, dict[str, list[str]], str]:
    """Heading, values and HTML of one ad that was cut out of a page: all of it is the ad's."""
    soup = parse(markup)
    heading = soup.find([*HEADINGS, "b", "strong", "a"])
    title = text_of(heading) if heading else None
    return title or None, find_values(soup).found, markup_of(soup.body or soup)


def _found(block: Tag | None, pattern: re.Pattern[str]) -> set[str]:
    """The different words of the block's text that the pattern matches."""
    return {squeezed(match[0]).lower() for match in pattern.finditer(block.get_text(" "))} if block else set()
