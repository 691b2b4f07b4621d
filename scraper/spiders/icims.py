from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from parsel import Selector, SelectorList
from scrapy import Request
from scrapy.http import Response, TextResponse
from w3lib.url import add_or_replace_parameters

from scraper.items import Posting, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.json_board import JsonObject
from scraper.platforms.json_ld_detail import JsonLdDetailSpider

AD_ADDRESS = re.compile(r"/jobs/(?P<ref>\d+)/(?:[^/?#]+/)?job(?=[?#]|$)")

FULL_PAGE = 20
"""Ads on the smallest page; a shorter page that says nothing of others is the last."""

_CARD = "ancestor::*[self::li or self::tr or contains(concat(' ', @class, ' '), ' row ')][1]"
_WORDS = ".//text()[not(ancestor::*[contains(@class, 'field-label') or contains(@class, 'sr-only')])]"
_PAGING = "//*[contains(@class, 'Paging') or contains(@class, 'iCIMS_SubHeader_Jobs')]//text()"
_PARTS_OF_AD = "//*[contains(@class, 'iCIMS_InfoField_Job') or contains(@class, 'iCIMS_InfoMsg_Job')]"
_NO_TEXT = "//*[contains(@class, 'iCIMS_JobHeader') or contains(@class, 'JobOptions') or @id='iCIMS_Header']"
_TRIPLE = re.compile(r"(?P<country>[A-Z]{2})-(?:(?P<region>[A-Z]{2,3}|[^-]+(?=-))(?:-|$))?(?P<city>.*)")
_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}[T ](?!00:00)\d{2}:\d{2}")


class IcimsSpider(JsonLdDetailSpider):
    """iCIMS career portals, as their inner frame shows them: HTML lists in pages, and a page with JSON-LD an ad.

    A portal is a whole subdomain, ``careers-acme``; ``acme`` alone stands for that. Each employer labels and picks the
    fields of the cards itself, and portals of three generations are in use. Some make up their dates: posted two years
    before the request, open until a year after it.
    """

    name = "icims"
    start_address: ClassVar[str] = "https://{board}.icims.com/jobs/search?ss=1&in_iframe=1"
    board_addresses: ClassVar[tuple[str, ...]] = (r"//(?!www\.|api\.)(?P<board>[a-z0-9-]+)\.icims\.com(?=[/?#:]|$)",)
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9-]*"

    def __init__(self, *, board: str | None = None, **kwargs: Any) -> None:
        super().__init__(board=board and _portal(board), **kwargs)

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        found = super().recognise(address)
        if found and _portal(found["board"]) != found["board"]:
            found = {"board": _portal(found["board"]), "base_url": f"https://{found['board']}.icims.com"}
        return found

    def records(self, response: Response) -> list[Any]:
        page = _web_page(response)
        found: dict[str, JsonObject] = {}
        for link in page.xpath("//a[@href]"):
            address = AD_ADDRESS.search(link.attrib["href"])
            if address and "mode=apply" not in link.attrib["href"] and (title := _title(link)):
                found.setdefault(address["ref"], _record(link, title, address))
        if not found and "iCIMS_Jobs" not in page.text and "iCIMS_ListingsPage" not in page.text:
            moved = re.search(r"window\.top\.location\.href\s*=\s*['\"]([^'\"]+)", page.text)
            raise UnexpectedFormatError(f"no list of ads, but {moved[1] if moved else page.text.strip()[:60]!r}")
        return list(found.values())

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        following = int(parse_qs(urlsplit(response.url).query).get("pr", ["0"])[0]) + 1
        counts = re.findall(r"\bof\s+(\d+)", " ".join(response.xpath(_PAGING).getall()))
        is_linked = bool(response.xpath("//link[@rel='next'] | //a[@rel='next']"))
        is_more = following < int(counts[0]) if counts else is_linked or len(records) >= FULL_PAGE
        if is_more:
            address = f"https://{self.board}.icims.com/jobs/search?pr={following}&in_iframe=1"
            yield self.request(self.moved(add_or_replace_parameters(address, self.search)), self.parse_start)

    def detail_request(self, record: Any) -> Request:
        return self.detail(f"{self.moved(self._address(record))}?in_iframe=1", record, record["title"])

    def _address(self, record: JsonObject) -> str:
        host = record["host"] if (record["host"] or "").endswith(".icims.com") else f"{self.board}.icims.com"
        return f"https://{host}{record['path']}"

    def read_listed(self, record: JsonObject) -> Posting:
        return self.posting(
            ref=record["ref"],
            url=self._address(record),
            title=record["title"],
            **{"company": self.company or self.board.partition("-")[2], **_fields(record["labelled"])},
        )

    def stated(self, job: JsonObject) -> dict[str, Any]:
        stated = super().stated(job)
        if is_made_up(stated["posted_on_raw"], stated["valid_through_raw"], datetime.now(UTC)):
            stated |= {"posted_on_raw": None, "valid_through_raw": None}
        return stated

    def read_page_without_data(self, response: TextResponse, record: JsonObject) -> Posting:
        labelled = dict(record["labelled"])
        for label, value in _labelled(response.xpath("//body")).items():
            labelled[label] = max(labelled.get(label, ""), value, key=len)
        posting = self.read_listed({**record, "labelled": labelled})
        posting.description = _text(response)
        if not posting.description:
            self.fail("changed-format", response.url, "no text of an ad on the page")
        return posting


def is_made_up(posted: str | None, valid_through: str | None, now: datetime) -> bool:
    """Whether the dates are the request's: two years before it and one year after it, at the same time of day."""
    try:
        first, last = (datetime.fromisoformat(day or "").replace(tzinfo=UTC) for day in (posted, valid_through))
    except ValueError:
        return False
    if abs(last - first - timedelta(days=3 * 365)) > timedelta(days=2):
        return False
    is_of_now = abs(now - first - timedelta(days=2 * 365)) < timedelta(days=3)
    return is_of_now or bool(_CLOCK.match(posted or "") and (posted or "")[10:16] == (valid_through or "")[10:16])


def _portal(board: str) -> str:
    return board if "-" in board else f"careers-{board}"


def _web_page(response: Response) -> TextResponse:
    if not isinstance(response, TextResponse):
        raise UnexpectedFormatError(f"expected a web page, got {len(response.body)} bytes of something else")
    if "/jobs/login" in response.url:
        raise UnexpectedFormatError("the portal asks for a login")
    return response


def _record(link: Selector, title: str, address: re.Match[str]) -> JsonObject:
    href = urlsplit(link.attrib["href"])
    labelled = {**_columns(link), **_labelled(link.xpath(_CARD))}
    return {"ref": address["ref"], "host": href.netloc, "path": href.path, "title": title, "labelled": labelled}


def _title(link: Selector) -> str:
    heading = link.xpath(".//*[self::h2 or self::h3 or self::h4]")
    return _one_line(heading or link) or re.sub(r"^\d+\s+-\s+", "", link.attrib.get("title", ""))


def _one_line(element: Selector | SelectorList[Selector]) -> str:
    """The words of an element, without the labels for screen readers."""
    return " ".join(" ".join(element.xpath(_WORDS).getall()).split())


def _columns(link: Selector) -> dict[str, str]:
    """The cells of a row by the headings of their columns, in the oldest portals."""
    headings = map(_one_line, link.xpath("ancestor::table[1]//th[contains(@class, 'JobsTableHeader')]"))
    return dict(zip(map(str.lower, headings), map(_one_line, link.xpath("ancestor::tr[1]/td")), strict=False))


def _labelled(part: SelectorList[Selector]) -> dict[str, str]:
    """What stands behind each label: ``dt`` and ``dd``, ``th`` and ``td``, or a label for screen readers.

    A time stands in the value's ``title`` (the words are ``4 days ago``), in some portals under another field's label.
    """
    found: dict[str, str] = {}
    for label in part.xpath(
        ".//dt | .//th[contains(@class, 'JobHeaderField')] | .//*[contains(@class, 'field-label')]"
    ):
        words = " ".join(" ".join(label.xpath(".//text()").getall()).split()).strip(" :").lower()
        values = label.xpath("following-sibling::*[1]") or label.xpath("../following-sibling::dd[1]")
        time = values.xpath("descendant-or-self::*[re:test(@title, '\\d/\\d|\\d-\\d')]/@title").get()
        value = time or " | ".join(filter(None, (" ".join(line.split()) for line in values.xpath(_WORDS).getall())))
        if words and value:
            found.setdefault("posted date" if time else words, value)
    return found


def _fields(labelled: dict[str, str]) -> dict[str, Any]:
    def under(pattern: str) -> str | None:
        return " - ".join(value for label, value in labelled.items() if re.search(pattern, label)) or None

    employer = under(r"^(company|employer)( name)?$")
    return {
        **({"company": employer} if employer else {}),
        "requisition": under(r"^(job |req|requisition )?(id|number)\b|^requisition$"),
        "employment_type_raw": under(r"^(position |employment |job |schedule )?(type|schedule)$"),
        "places_raw": [place for text in re.split(r"\s*\|\s*", _where(labelled)) if (place := _place(text))],
        "remote_raw": under(r"\bremote\b|work ?place|work (arrangement|model)"),
        "salary_raw": under(r"salary|\bpay\b|compensation"),
        "posted_on_raw": under(r"\bposted\b|^(post(ing)? )?date$"),
    }


def _where(labelled: dict[str, str]) -> str:
    """The fullest of the fields that name places: an ad's page lists places that its card leaves out."""
    found = (value for label, value in labelled.items() if re.search(r"\blocations?\b|^city", label))
    return max(found, key=len, default="")


def _place(text: str) -> RawPlace | None:
    """``US-NY-New York``, ``IE-Cork-Cork``, ``US-Remote``, or whatever the employer typed."""
    triple = _TRIPLE.fullmatch(text)
    if not triple:
        return RawPlace(text=text) if text else None
    country, region, city = ((part or "").strip() or None for part in triple.groups())
    if "remote" in (city or "").lower():
        return RawPlace(text=", ".join(filter(None, (city, region, country))))
    return RawPlace(city=city and city.partition(" - ")[0], region=region, country=country)


def _text(response: TextResponse) -> str | None:
    """The sections under their headings; in portals without headings, the whole of the ad without its header."""
    parts: list[str] = []
    is_section = False
    for part in response.xpath(_PARTS_OF_AD):
        if "iCIMS_InfoField_Job" in part.attrib["class"].split():
            is_section = True
            parts.append(f"<h3>{html.escape(_one_line(part).rstrip(': '))}</h3>")
        elif is_section:
            parts += part.xpath("node()").getall()
    if parts:
        return "\n".join(parts)
    for unwanted in response.xpath(_NO_TEXT):
        unwanted.drop()
    blocks = response.xpath("//*[contains(@class, 'iCIMS_Expandable_Text')]") or response.css(".iCIMS_JobContent")
    return "\n".join(blocks.getall()) or response.css(".iCIMS_JobContainer").get()
