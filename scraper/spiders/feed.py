from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

from scrapy.http import Response

from scraper.items import Posting
from scraper.platforms import feed_fields
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.xml_feed import Element, XmlFeedSpider, decoded, same_name

TITLE_FORMS = (
    re.compile(r"(?P<company>[^:]{2,60}):\s+(?P<title>\S.*)"),
    re.compile(r"(?P<title>\S.*?)\s+at\s+(?P<company>[^,:]{2,60})"),
)
"""Titles that name the employer too: ``Company: Job title``, ``Job title at Company``."""


NUMBERS_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)\b")
"""A day in numbers, of which only the whole feed tells whether day or month come first."""


class FeedSpider(XmlFeedSpider):
    """Any feed of whole ads: RSS, Atom, JSON Feed, Indeed's XML and its many kin, Google Base, plain JSON arrays.

    The fields are found by what feeds call them (``scraper/data/feed_fields.toml``). Titles that name the employer too
    are taken apart only where every title of the feed has that form and no element names an employer.
    """

    name = "feed"
    start_address: ClassVar[str] = "{url}"
    root_names: ClassVar[frozenset[str]] = feed_fields.names("list")

    def records(self, response: Response) -> list[Any]:
        if decoded(response)[:1] not in ("{", "["):
            return super().records(response)
        try:
            data = json.loads(decoded(response), strict=False)
            self.document = element_of_json("json", data)
            ads = self.items_of(self.document)
        except (ValueError, RecursionError) as error:
            raise UnexpectedFormatError(f"expected JSON, got none that can be read: {error}") from None
        if ads in ([], [self.document]) and _has_empty_list(data):
            return []
        if not ads:
            raise UnexpectedFormatError(f"no list of ads in the JSON; its keys are {sorted(map(str, data))[:8]}")
        return ads

    def items_of(self, root: Element) -> list[Element]:
        return feed_fields.ads_in(root)

    def next_href(self, response: Response) -> str | None:
        named = feed_fields.own_value(self.document, "next") or ""
        return named if re.match(r"https?://|[/?]", named) else super().next_href(response)

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        read = list(self.guarded(records, lambda item: self.read_ad(item, response), response.url))
        with_form = next((form for form in TITLE_FORMS if _all_have(form, read)), None)
        is_day_first = _is_day_first(read)
        by_id: dict[str, Posting] = {}
        for posting in read:
            if with_form and (match := with_form.fullmatch(posting.title or "")):
                posting.company, posting.title = match["company"].strip(), match["title"].strip()
            if is_day_first:
                posting.posted_on_raw = _turned(posting.posted_on_raw)
                posting.valid_through_raw = _turned(posting.valid_through_raw)
            other = by_id.setdefault(posting.posting_id, posting)
            if other.url != posting.url and other.title != posting.title:  # one id on two ads
                posting.ref = posting.url
                posting.posting_id = self.posting(ref=str(posting.url)).posting_id
            if self.is_new(posting.posting_id) and self.wanted(posting.title):
                yield posting

    def read_ad(self, item: Element, response: Response) -> Posting:
        """One element -> one posting; an ad without a title is none."""
        title = feed_fields.value(item, "title")
        if not title:
            raise ValueError("no title")
        href, body = feed_fields.address(item), feed_fields.description(item)
        url = response.urljoin(href) if href else None
        pay, salary = feed_fields.pay(item)
        return self.posting(
            ref=feed_fields.value(item, "id") or url or title,
            requisition=feed_fields.value(item, "requisition"),
            url=url,
            title=title,
            company=feed_fields.value(item, "company"),
            description=body if body and feed_fields.visible(body) != feed_fields.visible(title) else None,
            employment_type_raw=feed_fields.employment_types(item),
            places_raw=feed_fields.places(item),
            remote_raw=feed_fields.remote(item),
            pay_raw=pay,
            salary_raw=salary,
            posted_on_raw=_day(feed_fields.value(item, "posted_on")),
            valid_through_raw=_day(feed_fields.value(item, "valid_through")),
        )


def element_of_json(name: str, value: Any) -> Element:
    """JSON as the elements it would be in XML: a list is its key repeated."""
    made = Element(name)
    pairs = value.items() if isinstance(value, dict) else [(name, value)] if isinstance(value, list) else []
    for key, inner in pairs:
        made.parts += [element_of_json(key, one) for one in (inner if isinstance(inner, list) else [inner])]
    if isinstance(value, bool):
        made.parts.append(str(value).lower())
    elif isinstance(value, str | int | float):
        made.parts.append(str(value))
    return made


def _has_empty_list(data: Any) -> bool:
    """Whether the answer is a list, or holds one of a usual name, without anything in it."""
    if isinstance(data, dict):
        return any(_has_empty_list(inner) for key, inner in data.items() if same_name(key) in feed_fields.names("list"))
    return isinstance(data, list) and not data


def _all_have(form: re.Pattern[str], read: list[Posting]) -> bool:
    """One title says little of a feed's habits: two at least."""
    return len(read) > 1 and all(not one.company and form.fullmatch(one.title or "") for one in read)


def _is_day_first(read: list[Posting]) -> bool:
    """Whether some of the feed's days can only be read with the day first, and none with the month first."""
    dates = [date for posting in read for date in (posting.posted_on_raw, posting.valid_through_raw) if date]
    found = [match for date in dates if (match := NUMBERS_DAY.match(date))]
    return any(int(match[1]) > 12 for match in found) and all(int(match[2]) <= 12 for match in found)


def _turned(date: str | None) -> str | None:
    match = NUMBERS_DAY.match(date or "")
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else date


def _day(text: str | None) -> str | None:
    """Seconds or milliseconds since 1970, and days without dashes, as ISO days; anything else as it stands."""
    if text and re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), tz=UTC).date().isoformat()
    if text and (match := re.fullmatch(r"(20\d\d)(0[1-9]|1[0-2])([0-3]\d)", text)):
        return "-".join(match.groups())
    return text
