from __future__ import annotations

import html
from typing import Any, ClassVar

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect
from scraper.platforms.json_fields import amount_of, object_of
from scraper.schema_org import text_of

SECTIONS = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")
"""Parts of the text in the page's order; all but the first have a heading, which the employer may word."""


class PinpointSpider(JsonBoardSpider):
    """Pinpoint career sites: one answer, no pages, on the employer's own domain too (then the source's ``base_url``).

    The text stands in four sections. There is no date of publication, no country and no name of the employer; the
    source's ``company`` gives that, or the site's token stands for it. Pay is in the answer even where it is hidden.
    """

    name = "pinpoint"
    start_address: ClassVar[str] = "https://{board}.pinpointhq.com/postings.json"
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9.-]*"
    on_own_domains: ClassVar[bool] = True
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?!(?:www|app|developers|help|status)\.)(?P<board>[A-Za-z0-9-]+)\.pinpointhq\.com",
        r"//(?![\w.-]*pinpointhq\.com)(?P<board>[A-Za-z0-9.-]+)/postings\.json\b",
    )

    def jobs(self, data: Any) -> list[Any]:
        return list(expect(expect(data, dict, "the site").get("data"), list, "'data'"))

    def read_job(self, job: JsonObject) -> Posting:
        return self.posting(
            ref=str(job["id"]),
            requisition=text_of(object_of(job.get("job")).get("requisition_id")),
            url=text_of(job.get("url")),
            title=text_of(job["title"]),
            company=self.company or self.board,
            description=_body(job),
            employment_type_raw=text_of(job.get("employment_type_text")) or text_of(job.get("employment_type")),
            places_raw=_places(object_of(job.get("location"))),
            remote_raw=text_of(job.get("workplace_type")),
            pay_raw=_pay(job) if job.get("compensation_visible") is not False else None,
            valid_through_raw=text_of(job.get("deadline_at")),
        )


def _body(job: JsonObject) -> str | None:
    parts = [_section(text_of(job.get(f"{name}_header")), text_of(job.get(name))) for name in SECTIONS]
    return "\n".join(part for part in parts if part) or None


def _section(heading: str | None, text: str | None) -> str | None:
    """A heading without a text is the form's own and stands on no page."""
    return f"<h3>{html.escape(heading)}</h3>\n{text}" if heading and text else text


def _places(location: JsonObject) -> list[RawPlace]:
    """City and province; the name that the employer gave the place only where no city is filled in."""
    parts = [text_of(location.get("city")) or text_of(location.get("name")), text_of(location.get("province"))]
    line = ", ".join(part for part in parts if part)
    return [RawPlace(text=line)] if line else []


def _pay(job: JsonObject) -> RawPay | None:
    pay = RawPay(
        low=amount_of(job.get("compensation_minimum")),
        high=amount_of(job.get("compensation_maximum")),
        currency=text_of(job.get("compensation_currency")),
        period=text_of(job.get("compensation_frequency")),
        text=text_of(job.get("compensation")),
    )
    return pay if pay.low or pay.high or pay.text else None
