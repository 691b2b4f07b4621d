"""Boards whose detail pages carry schema.org JobPosting JSON-LD."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scrapy.http import Response, TextResponse

from scraper.items import Posting, RawPlace
from scraper.json_ld import find_job_postings
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.listing import ListingSpider
from scraper.schema_org import posting_fields

JsonObject = dict[str, Any]


class JsonLdDetailSpider(ListingSpider):
    """A list, and one page an ad with its JobPosting: what that states is laid over what the list says."""

    def read_detail(self, response: Response, record: Any) -> Posting:
        if not isinstance(response, TextResponse):
            raise UnexpectedFormatError(f"expected a web page, got {len(response.body)} bytes of something else")
        listed = self.read_listed(record)
        job = fitting(find_job_postings(response.text), listed.title)
        stated = {name: value for name, value in self.stated(job).items() if value} if job else {}
        if says_more(listed.places_raw, stated.get("places_raw", [])):
            stated.pop("places_raw", None)
        if not stated.get("description"):
            listed = self.read_page_without_data(response, record)
        return replace(listed, **stated)

    def stated(self, job: JsonObject) -> dict[str, Any]:
        """Fields that the JobPosting states; override to leave out those that a platform makes up.

        The ad's address is the list's: the data of some pages names the employer's own site.
        """
        return {name: value for name, value in posting_fields(job).items() if name != "url"}

    def read_page_without_data(self, response: TextResponse, record: Any) -> Posting:
        """The posting where the page has no JobPosting, or one without a text; override to read the markup."""
        self.fail("changed-format", response.url, "no JobPosting with a text on the page")
        return self.read_listed(record)


def says_more(listed: list[RawPlace], stated: list[RawPlace]) -> bool:
    """Whether the list says more of the places: many pages state the first of several only, or just the country."""
    names_city = any(place.city for place in listed) and not any(place.city or place.text for place in stated)
    return len(listed) > len(stated) or names_city


def fitting(jobs: list[JsonObject], title: str | None) -> JsonObject | None:
    """The JobPosting that has the listed title, else the first: pages may carry those of similar ads too."""
    named = [job for job in jobs if title and posting_fields(job)["title"] == title]
    return next(iter(named or jobs), None)
