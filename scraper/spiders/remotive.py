from __future__ import annotations

from typing import Any, ClassVar

from scraper.items import Posting, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect
from scraper.schema_org import text_of


class RemotiveSpider(JsonBoardSpider):
    """Remotive: remote jobs only, all in one answer; the place is where applicants must live, the salary free text.

    Remotive asks to be called no more than four times a day, and to be named beside its ads.
    """

    name = "remotive"
    start_address: ClassVar[str] = "https://remotive.com/api/remote-jobs"

    def jobs(self, data: Any) -> list[Any]:
        return list(expect(expect(data, dict, "the answer").get("jobs"), list, "'jobs'"))

    def read_job(self, job: JsonObject) -> Posting:
        place = text_of(job.get("candidate_required_location"))
        return self.posting(
            ref=text_of(job.get("id")) or job["url"],
            url=text_of(job.get("url")),
            title=text_of(job["title"]),
            company=text_of(job.get("company_name")),
            description=text_of(job.get("description")),
            employment_type_raw=text_of(job.get("job_type")),
            places_raw=[RawPlace(text=place)] if place else [],
            remote_raw="remote",
            salary_raw=text_of(job.get("salary")),
            posted_on_raw=text_of(job.get("publication_date")),
        )
