from __future__ import annotations

from typing import Any, ClassVar

from scraper.items import Posting, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect
from scraper.platforms.json_fields import objects_of, place_of
from scraper.schema_org import text_of


class WorkableSpider(JsonBoardSpider):
    """Workable accounts: the careers widget's answer holds the whole account, with the full texts under ``details``.

    Fields that nobody filled in are empty strings. Several requests in a row are throttled soon; one a board suffices.
    """

    name = "workable"
    start_address: ClassVar[str] = "https://apply.workable.com/api/v1/widget/accounts/{board}?details=true"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//(?:apply|www)\.workable\.com/api/(?:v\d/)?(?:widget/)?accounts/(?P<board>[\w-]+)",
        r"//apply\.workable\.com/(?!(?:api|j)/)(?P<board>[\w-]+)",
        r"//(?!(?:apply|www|jobs|get|help|id|resources|status|workable)\.)(?P<board>[\w-]+)\.workable\.com",
    )
    company_name: str | None = None

    def jobs(self, data: Any) -> list[Any]:
        account = expect(data, dict, "the account")
        self.company_name = text_of(account.get("name"))
        return list(expect(account.get("jobs"), list, "'jobs'"))

    def read_job(self, job: JsonObject) -> Posting:
        return self.posting(
            ref=str(job["shortcode"]),
            requisition=text_of(job.get("code")),
            url=text_of(job.get("url")) or text_of(job.get("shortlink")),
            title=text_of(job["title"]),
            company=self.company_name or self.company or self.board,
            description=text_of(job.get("description")),
            employment_type_raw=text_of(job.get("employment_type")),
            places_raw=_places(job),
            remote_raw="remote" if job.get("telecommuting") else None,
            posted_on_raw=text_of(job.get("published_on")) or text_of(job.get("created_at")),
        )


def _places(job: JsonObject) -> list[RawPlace]:
    """The locations the employer does not hide; where there are none, the one the job itself names."""
    shown = [each for each in objects_of(job.get("locations")) if not each.get("hidden")]
    places = [
        place_of(each.get("city"), each.get("region"), each.get("country") or each.get("countryCode")) for each in shown
    ]
    own = place_of(job.get("city"), job.get("state"), job.get("country"))
    return [place for place in places if place] or ([own] if own else [])
