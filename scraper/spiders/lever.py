from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from scrapy.http import Response
from w3lib.url import add_or_replace_parameter

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect

PAGE_SIZE = 100


class LeverSpider(JsonBoardSpider):
    """Lever postings: a bare JSON array, ``skip`` and ``limit`` for pages.

    The description alone is incomplete: the duties usually stand in ``lists`` and the pay in ``additional``. Lever does
    not name the employer; the source's ``company`` does, or the board's token stands for it.
    """

    name = "lever"
    start_address: ClassVar[str] = f"https://api.lever.co/v0/postings/{{board}}?mode=json&skip=0&limit={PAGE_SIZE}"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//jobs(?:\.eu)?\.lever\.co/(?P<board>[\w.-]+)",
        r"//api(?:\.eu)?\.lever\.co/v0/postings/(?P<board>[\w.-]+)",
    )

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        found = super().recognise(address)
        if found and ".eu.lever.co/" in address:
            found["base_url"] = "https://api.eu.lever.co"
        return found

    def jobs(self, data: Any) -> list[Any]:
        return list(expect(data, list, "the answer"))

    def next_request(self, response: Response, jobs: list[Any]) -> Iterable[Any]:
        if len(jobs) == PAGE_SIZE:
            skip = int(parse_qs(urlsplit(response.url).query)["skip"][0]) + PAGE_SIZE
            yield self.request(add_or_replace_parameter(response.url, "skip", str(skip)), self.parse_start)

    def read_job(self, job: JsonObject) -> Posting:
        categories = job.get("categories") or {}
        return self.posting(
            ref=job["id"],
            url=job.get("hostedUrl"),
            title=job["text"],
            company=self.company or self.board,
            description=_body(job),
            employment_type_raw=categories.get("commitment"),
            places_raw=_places(categories, job.get("country")),
            remote_raw=job.get("workplaceType"),
            pay_raw=_pay(job),
            posted_on_raw=_day(job.get("createdAt")),
        )


def _body(job: JsonObject) -> str:
    """Description, lists and closing in the page's order, as HTML; the plain twins where the HTML is missing."""
    opening = job.get("description") or _paragraphs(job.get("descriptionPlain"))
    lists = [
        f"<h3>{html.escape(part.get('text') or '')}</h3>\n<ul>{part.get('content') or ''}</ul>"
        for part in job.get("lists") or []
    ]
    pay = job.get("salaryDescription") or _paragraphs(job.get("salaryDescriptionPlain"))
    closing = job.get("additional") or _paragraphs(job.get("additionalPlain"))
    return "\n".join(part for part in [opening, *lists, pay, closing] if part)


def _paragraphs(plain: str | None) -> str:
    return "".join(f"<div>{html.escape(line)}</div>" for line in (plain or "").splitlines())


def _places(categories: JsonObject, country: str | None) -> list[RawPlace]:
    texts = categories.get("allLocations") or [categories.get("location")]
    places = [RawPlace(text=text, country=country if len(texts) == 1 else None) for text in texts if text]
    return places or ([RawPlace(country=country)] if country else [])


def _pay(job: JsonObject) -> RawPay | None:
    salary = job.get("salaryRange")
    if not salary:
        return None
    return RawPay(
        low=str(salary["min"]) if salary.get("min") is not None else None,
        high=str(salary["max"]) if salary.get("max") is not None else None,
        currency=salary.get("currency"),
        period=salary.get("interval"),
        text=job.get("salaryDescriptionPlain"),
    )


def _day(created_at_ms: int | None) -> str | None:
    """``createdAt`` is an undocumented epoch in milliseconds."""
    if created_at_ms is None:
        return None
    return datetime.fromtimestamp(created_at_ms / 1000, tz=UTC).date().isoformat()
