from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.http import Response
from w3lib.url import add_or_replace_parameter

from scraper.items import Posting, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.xml_feed import Element, XmlFeedSpider, parse_xml

OTHER_LANGUAGE = "de"
"""The language asked for where the first one gives ads without a text."""


class PersonioSpider(XmlFeedSpider):
    """Personio's XML: every position at once, without their addresses, each under its id, which may stand twice.

    A position's text is empty in a language it was not written in; such ads are asked for once more in German, and the
    fuller posting has the same id. A board is at home under ``.de`` or ``.com``; a board that does not exist, and one
    that has switched its feed off, answers with a web page.
    """

    name = "personio"
    start_address: ClassVar[str] = "https://{board}.jobs.personio.de/xml"
    query: ClassVar[dict[str, str]] = {"language": "en"}
    board_addresses: ClassVar[tuple[str, ...]] = (r"//(?P<board>[\w-]+)\.jobs\.personio\.(?:de|com)\b",)
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9_-]*"
    item_names: ClassVar[frozenset[str]] = frozenset({"position"})
    root_names: ClassVar[frozenset[str]] = frozenset({"workzagjobs"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._textless: set[str] = set()

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        found = super().recognise(address)
        if found and ".personio.com" in address:
            found["base_url"] = f"https://{found['board']}.jobs.personio.com"
        return found

    def parse_start(self, response: Response) -> Iterable[Any]:
        asked = response.request.url if response.request else response.url  # an unknown board leads elsewhere
        if _is_web_page(response) and not self.base_url and ".jobs.personio.de/" in asked:
            self.base_url = f"https://{self.board}.jobs.personio.com"
            yield self.first_request()
        else:
            yield from super().parse_start(response)

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        self._textless = {str(record.get("id")) for record in records if not _body(record)}
        if self._textless and self.search.get("language") != OTHER_LANGUAGE:
            address = add_or_replace_parameter(response.url, "language", OTHER_LANGUAGE)
            yield self.request(address, self.parse_other_language)

    def parse_other_language(self, response: Response) -> Iterable[Any]:
        """The ads that had no text in the first language, where they have one in this."""
        try:
            records = self.records(response)
        except UnexpectedFormatError as error:
            self.fail("partial", response.url, str(error))
            return
        fuller = {ref: record for record in records if (ref := record.get("id")) in self._textless and _body(record)}
        yield from self.read_each(fuller.values(), self.read_item, response.url)

    def read_item(self, item: Element) -> Posting:
        ref, title = item.get("id"), item.get("name")
        if not ref or not title:
            raise ValueError("no id or no name")
        offices = item.all("office") + item.all("additionalOffices/office")
        kinds = filter(None, (item.get("employmentType"), item.get("schedule")))
        home = urlsplit(self.base_url or "").netloc
        host = home if home.endswith(".personio.com") else f"{self.board}.jobs.personio.de"
        return self.posting(
            ref=ref,
            url=f"https://{host}/job/{ref}",
            title=title,
            company=item.get("subcompany") or self.company or self.board,
            description=_body(item),
            employment_type_raw=", ".join(kinds) or None,
            places_raw=[RawPlace(text=text) for text in dict.fromkeys(one.text for one in offices) if text],
            posted_on_raw=item.get("createdAt"),
        )


def _is_web_page(response: Response) -> bool:
    try:
        parse_xml(response)
    except UnexpectedFormatError:
        return True
    return False


def _body(item: Element) -> str | None:
    """The sections in the page's order, each under its name."""
    parts = []
    for section in item.all("jobDescriptions/jobDescription"):
        heading, text = section.get("name"), section.get("value")
        parts += [f"<h3>{html.escape(heading)}</h3>" if heading else "", text] if text else []
    return "\n".join(part for part in parts if part) or None
