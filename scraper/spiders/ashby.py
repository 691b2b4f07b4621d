from __future__ import annotations

from typing import Any, ClassVar

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect
from scraper.platforms.json_fields import amount_of, object_of, objects_of, place_of
from scraper.schema_org import text_of


class AshbySpider(JsonBoardSpider):
    """Ashby job boards: one answer, no pages; a board that does not exist may answer like one without ads.

    The answer also holds what the board does not show: unlisted ads, and pay that the employer hides. ``workplaceType``
    says more than ``isRemote``, which is true of hybrid jobs too. Ashby does not name the employer; the source's
    ``company`` does, or the board's name stands for it.
    """

    name = "ashby"
    start_address: ClassVar[str] = "https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//api\.ashbyhq\.com/posting-api/job-board/(?P<board>[A-Za-z0-9](?:[\w.-]|%20)*)",
        r"//jobs\.ashbyhq\.com/(?!api/)(?P<board>[A-Za-z0-9](?:[\w.-]|%20)*)",
    )

    def jobs(self, data: Any) -> list[Any]:
        jobs = expect(expect(data, dict, "the board").get("jobs"), list, "'jobs'")
        return [job for job in jobs if object_of(job).get("isListed") is not False]

    def read_job(self, job: JsonObject) -> Posting:
        is_pay_shown = job.get("shouldDisplayCompensationOnJobPostings") is not False
        return self.posting(
            ref=str(job["id"]),
            url=text_of(job.get("jobUrl")),
            title=text_of(job["title"]),
            company=self.company or self.board,
            description=text_of(job.get("descriptionHtml")) or text_of(job.get("descriptionPlain")),
            employment_type_raw=text_of(job.get("employmentType")),
            places_raw=_places(job),
            remote_raw=text_of(job.get("workplaceType")) or ("remote" if job.get("isRemote") else None),
            pay_raw=_pay(object_of(job.get("compensation"))) if is_pay_shown else None,
            posted_on_raw=text_of(job.get("publishedAt")),
        )


def _places(job: JsonObject) -> list[RawPlace]:
    places = [_place(each) for each in [job, *objects_of(job.get("secondaryLocations"))]]
    return [place for place in places if place]


def _place(record: JsonObject) -> RawPlace | None:
    """The address where it names a city: what was typed beside it may be a name of the employer's own ("HQ")."""
    postal = object_of(object_of(record.get("address")).get("postalAddress"))
    address = place_of(postal.get("addressLocality"), postal.get("addressRegion"), postal.get("addressCountry"))
    typed = text_of(record.get("location"))
    if not typed or (address and address.city):
        return address
    return RawPlace(text=typed, country=address.country if address else None)


def _pay(compensation: JsonObject) -> RawPay | None:
    """The salary from the lowest to the highest of all tiers; equity, bonus and commission are other components."""
    tiers = objects_of(compensation.get("compensationTiers"))
    components = [each for tier in tiers for each in objects_of(tier.get("components"))]
    salaries = [each for each in components or objects_of(compensation.get("summaryComponents")) if _is_salary(each)]
    if not salaries:
        typed = text_of(compensation.get("scrapeableCompensationSalarySummary"))
        return RawPay(text=typed) if typed else None
    currency, interval = salaries[0].get("currencyCode"), text_of(salaries[0].get("interval"))
    alike = [each for each in salaries if (each.get("currencyCode"), each.get("interval")) == (currency, interval)]
    return RawPay(
        low=_edge(min, alike, "minValue"),
        high=_edge(max, alike, "maxValue"),
        currency=text_of(currency),
        period=interval.removeprefix("1 ") if interval and interval != "NONE" else None,
        text=text_of(compensation.get("compensationTierSummary")),
    )


def _is_salary(component: JsonObject) -> bool:
    has_figures = amount_of(component.get("minValue")) or amount_of(component.get("maxValue"))
    return component.get("compensationType") == "Salary" and bool(has_figures)


def _edge(choose: Any, salaries: list[JsonObject], key: str) -> str | None:
    amounts = [amount for amount in (amount_of(each.get(key)) for each in salaries) if amount]
    return choose(amounts, key=float) if amounts else None
