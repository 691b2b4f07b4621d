from __future__ import annotations

import html
import re
from typing import Any, ClassVar

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.feed_fields import as_html
from scraper.platforms.xml_feed import Element, XmlFeedSpider

SECTIONS = {
    "description": None,
    "examplesofduties": "Examples of Duties",
    "qualifications": "Qualifications",
    "supplementalinformation": "Supplemental Information",
    "benefits": "Benefits",
}
"""Elements that hold the ad's text -> the heading they stand under on its page."""


class NeogovSpider(XmlFeedSpider):
    """NEOGOV (governmentjobs.com, schooljobs.com): an agency's whole RSS feed, with a namespace of its own.

    The channel's title is the agency with its state ("City of Springfield, IL"). The dates may end in a stray ``:0``.
    Pay that is not shown is words or 0.
    """

    name = "neogov"
    start_address: ClassVar[str] = "https://www.governmentjobs.com/SearchEngine/JobsFeed?agency={board}"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?:www\.)?(?:governmentjobs|schooljobs)\.com/SearchEngine/JobsFeed\?(?:[^#]*&)?agency=(?P<board>[\w.-]+)",
        r"//(?:www\.)?(?:governmentjobs|schooljobs)\.com/careers/(?P<board>(?!home\b)[\w.-]+)",
        r"//agency\.(?:governmentjobs|schooljobs)\.com/(?P<board>[\w.-]+)",
    )

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        found = super().recognise(address)
        if found and "schooljobs.com/" in address.lower():
            found["base_url"] = "https://www.schooljobs.com"
        return found

    def read_item(self, item: Element) -> Posting:
        url, title = item.get("link") or item.get("guid"), item.get("title")
        if not title:
            raise ValueError("no title")
        number = re.search(r"(?:/jobs/|jobid=)(\d+)", url or "", re.IGNORECASE)
        pay, salary = _pay(item)
        return self.posting(
            ref=item.get("jobId") or (number[1] if number else url or title),
            requisition=item.get("jobNumberSingle"),
            url=url,
            title=title,
            company=self._agency[0] or self.company or self.board,
            description=_body(item),
            employment_type_raw=item.get("jobType"),
            places_raw=_places(item, self._agency[1]),
            pay_raw=pay,
            salary_raw=salary,
            posted_on_raw=_date(item, "advertiseFromDate", "advertiseFromDateUTC", "pubDate"),
            valid_through_raw=_date(item, "advertiseToDateTime", "advertiseToDateTimeUTC"),
        )

    @property
    def _agency(self) -> tuple[str | None, str | None]:
        """The agency's name and its state."""
        title = self.document.get("channel/title") or ""
        match = re.fullmatch(r"(.+?)(?:,\s*([A-Z]{2}))?", title)
        return (match[1], match[2]) if match else (None, None)


def _body(item: Element) -> str | None:
    """The sections in the page's order, each under the heading it has there."""
    parts = []
    for name, heading in SECTIONS.items():
        text = as_html(item.get(name) or "")
        if text:
            parts.append(f"<h3>{html.escape(heading)}</h3>\n<div>{text}</div>" if heading else f"<div>{text}</div>")
    return "\n".join(parts) or None


def _places(item: Element, state_of_agency: str | None) -> list[RawPlace]:
    """The place as typed beside the state; feeds without a state have the agency's."""
    city, state = item.get("location"), item.get("state") or state_of_agency
    return [RawPlace(city=city, region=state)] if city or item.get("state") else []


def _pay(item: Element) -> tuple[RawPay | None, str | None]:
    """Structured pay, or the words that somebody typed in its place."""
    low, high = item.get("minimumSalary"), item.get("maximumSalary")
    figures = [each if each and re.search(r"[1-9]", each) else None for each in (low, high)]
    if any(figures):
        currency, period = item.get("salaryCurrency"), item.get("salaryInterval")
        return RawPay(low=figures[0], high=figures[1], currency=currency, period=period), None
    words = next((each for each in (low, high) if each and re.search(r"[^\W\d_]", each)), None)
    return None, None if words and re.fullmatch(r"not displayed|see .*", words, re.IGNORECASE) else words


def _date(item: Element, *names: str) -> str | None:
    """The first of the dates that is set, without the ``:0`` that makes its time of day none."""
    said: Any = next((date for name in names if (date := item.get(name))), None)
    return re.sub(r"(?<=:\d\d):\d$", "", said) if said else None
