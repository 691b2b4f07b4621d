from __future__ import annotations

import html
from typing import Any, ClassVar

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect


class GreenhouseSpider(JsonBoardSpider):
    """Greenhouse job boards: one answer, no pages; ``content`` is entity-escaped HTML.

    One ``internal_job_id`` may stand as several posts, one a place. ``location.name`` is what the employer typed; the
    offices are used only where it is empty.
    """

    name = "greenhouse"
    start_address: ClassVar[str] = "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?:job-)?boards(?:\.eu)?\.greenhouse\.io/embed/job_board(?:/js)?\?(?:[^#]*&)?for=(?P<board>[\w-]+)",
        r"//(?:job-)?boards(?:\.eu)?\.greenhouse\.io/(?!embed)(?P<board>[\w-]+)",
        r"//boards-api\.greenhouse\.io/v1/boards/(?P<board>[\w-]+)",
    )

    def jobs(self, data: Any) -> list[Any]:
        document = expect(data, dict, "the board")
        if "jobs" not in document and "id" in document:
            return [document]  # the answer of the single-job endpoint
        if "jobs" not in document:
            raise UnexpectedFormatError(f"no 'jobs' in the answer; its keys are {sorted(document)[:8]}")
        return list(expect(document["jobs"], list, "'jobs'"))

    def read_job(self, job: JsonObject) -> Posting:
        return self.posting(
            ref=str(job["id"]),
            requisition=job.get("requisition_id"),
            url=job.get("absolute_url"),
            title=job["title"],
            company=job.get("company_name"),
            description=html.unescape(job.get("content") or ""),
            places_raw=_places(job),
            pay_raw=_pay(job.get("pay_input_ranges")),
            posted_on_raw=job.get("first_published"),
            valid_through_raw=job.get("application_deadline"),
        )


def _places(job: JsonObject) -> list[RawPlace]:
    typed = (job.get("location") or {}).get("name")
    offices = [office.get("location") or office.get("name") for office in job.get("offices") or []]
    return [RawPlace(text=text) for text in ([typed] if typed else offices) if text]


def _pay(ranges: list[JsonObject] | None) -> RawPay | None:
    """``pay_input_ranges`` is in cents and names no period; several ranges span from the lowest to the highest."""
    if not ranges:
        return None
    lows = [one["min_cents"] for one in ranges if one.get("min_cents")]
    highs = [one["max_cents"] for one in ranges if one.get("max_cents")]
    return RawPay(
        low=f"{min(lows) / 100:.2f}" if lows else None,
        high=f"{max(highs) / 100:.2f}" if highs else None,
        currency=ranges[0].get("currency_type"),
        text=ranges[0].get("title"),
    )
