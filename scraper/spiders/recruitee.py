from __future__ import annotations

from typing import Any, ClassVar

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect
from scraper.platforms.json_fields import amount_of, object_of, objects_of, place_of
from scraper.schema_org import text_of

KINDS_OF_PLACE = {"remote": "remote", "hybrid": "hybrid", "on_site": "onsite"}
"""The fields that say where the work is done -> our word; several of them may be true."""


class RecruiteeSpider(JsonBoardSpider):
    """Recruitee career sites: one answer, no pages, on the employer's own domain too (then the source's ``base_url``).

    The text stands in ``description`` and ``requirements``; a site in several languages may have it only among the
    ``translations``. ``location`` reads "Remote job" for remote work, whatever place the ad names.
    """

    name = "recruitee"
    start_address: ClassVar[str] = "https://{board}.recruitee.com/api/offers"
    board_pattern: ClassVar[str] = r"[A-Za-z0-9][A-Za-z0-9.-]*"
    on_own_domains: ClassVar[bool] = True
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?!(?:www|api|app|docs|help|support|status)\.)(?P<board>[A-Za-z0-9-]+)\.recruitee\.com",
        r"//(?![\w.-]*recruitee\.com)(?P<board>[A-Za-z0-9.-]+)/api/offers\b",
    )

    def jobs(self, data: Any) -> list[Any]:
        return list(expect(expect(data, dict, "the site").get("offers"), list, "'offers'"))

    def read_job(self, job: JsonObject) -> Posting:
        return self.posting(
            ref=str(job["id"]),
            url=text_of(job.get("careers_url")),
            title=text_of(job["title"]),
            company=text_of(job.get("company_name")) or self.company or self.board,
            description=_body(job),
            employment_type_raw=text_of(job.get("employment_type_code")),
            places_raw=_places(job),
            remote_raw=", ".join(word for key, word in KINDS_OF_PLACE.items() if job.get(key) is True) or None,
            pay_raw=_pay(object_of(job.get("salary"))),
            posted_on_raw=text_of(job.get("published_at")) or text_of(job.get("created_at")),
            valid_through_raw=text_of(job.get("close_at")),
        )


def _body(job: JsonObject) -> str | None:
    """Both parts in the ad's own language, or else in the first that has any; the page heads the second itself."""
    for version in [job, *objects_of(list(object_of(job.get("translations")).values()))]:
        description, requirements = text_of(version.get("description")), text_of(version.get("requirements"))
        if description or requirements:
            headed = f"<h3>Job requirements</h3>\n{requirements}" if requirements else None
            return "\n".join(part for part in (description, headed) if part)
    return None


def _places(job: JsonObject) -> list[RawPlace]:
    places = [_place(each, "state", "name") for each in objects_of(job.get("locations"))]
    own = _place(job, "state_name", "location")
    return [place for place in places if place] or ([own] if own else [])


def _place(record: JsonObject, region: str, typed: str) -> RawPlace | None:
    """The parts of the address; the place in one line where it has none."""
    country = record.get("country") or record.get("country_code")
    name = text_of(record.get(typed))
    return place_of(record.get("city"), record.get(region), country) or (RawPlace(text=name) if name else None)


def _pay(salary: JsonObject) -> RawPay | None:
    """The four fields are null one by one."""
    low, high = amount_of(salary.get("min")), amount_of(salary.get("max"))
    if not low and not high:
        return None
    return RawPay(low=low, high=high, currency=text_of(salary.get("currency")), period=text_of(salary.get("period")))
