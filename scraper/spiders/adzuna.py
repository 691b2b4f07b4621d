from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from scrapy import Request
from scrapy.http import Response
from w3lib.html import remove_tags
from w3lib.url import add_or_replace_parameters, url_query_cleaner

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.json_board import JsonObject, expect
from scraper.platforms.json_fields import amount_of, object_of, place_of
from scraper.platforms.keyed import KeyedSpider
from scraper.schema_org import text_of

APP_ID = "ROLECALL_ADZUNA_ID"
APP_KEY = "ROLECALL_ADZUNA_KEY"
PAGE_SIZE = 50

EURO = ("at", "be", "de", "es", "fr", "it", "nl")
CURRENCIES = {
    **dict.fromkeys(EURO, "EUR"),
    "au": "AUD",
    "br": "BRL",
    "ca": "CAD",
    "ch": "CHF",
    "gb": "GBP",
    "in": "INR",
    "mx": "MXN",
    "nz": "NZD",
    "pl": "PLN",
    "sg": "SGD",
    "us": "USD",
    "za": "ZAR",
}
"""Country of the search -> the currency its figures are in, which the answers do not name."""

COUNTRY_OF_SITE = {"com": "us", "uk": "gb"}
"""Last label of a public site's host -> country, where it is not the country itself."""

_COUNTY = re.compile(r"\b(?:County|Parish)$")
_SEARCH_PAGE = re.compile(r"/search/(\d+)")


class AdzunaSpider(KeyedSpider):
    """Adzuna: a search of one country's ads (``board``: ``us``, ``gb``, ``ca``, ``au`` ...), by default the legal ones.

    Every text is only its first 500 characters. Figures are by the year; where ``salary_is_predicted`` they are
    Adzuna's guess and not the employer's. The keys stand in the address, as there is no header for them, and the ads'
    own addresses repeat the ``app_id`` in ``utm_source``. A free key allows 250 requests a day.
    """

    name = "adzuna"
    start_address: ClassVar[str] = "https://api.adzuna.com/v1/api/jobs/{board}/search/1"
    board_addresses: ClassVar[tuple[str, ...]] = (
        r"//api\.adzuna\.com(?::\d+)?/v1/api/jobs/(?P<board>[a-z]{2})/",
        r"//(?:www\.)?adzuna\.(?:com?\.)?(?P<board>[a-z]{2,3})(?:[/?#]|$)",
    )
    board_pattern: ClassVar[str] = r"[a-z]{2}"
    query: ClassVar[dict[str, str]] = {"category": "legal-jobs", "results_per_page": str(PAGE_SIZE)}
    keys: ClassVar[tuple[str, ...]] = (APP_ID, APP_KEY)
    max_pages: ClassVar[int] = 200

    @classmethod
    def recognise(cls, address: str) -> dict[str, str] | None:
        found = super().recognise(address)
        if found is None:
            return None
        country = found["board"].lower()
        return {"board": COUNTRY_OF_SITE.get(country, country)}

    def first_request(self) -> Request:
        request = super().first_request()
        keys = {"app_id": os.environ.get(APP_ID, ""), "app_key": os.environ.get(APP_KEY, "")}
        return request.replace(url=add_or_replace_parameters(request.url, keys))

    def jobs(self, data: Any) -> list[Any]:
        return list(expect(expect(data, dict, "the answer").get("results"), list, "'results'"))

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        page, asked = _SEARCH_PAGE.search(response.url), dict(parse_qsl(urlsplit(response.url).query))
        if page and len(records) >= min(PAGE_SIZE, int(asked.get("results_per_page", PAGE_SIZE))):
            following = f"/search/{int(page[1]) + 1}"
            yield self.request(_SEARCH_PAGE.sub(following, response.url, count=1), self.parse_start)

    def read_job(self, job: JsonObject) -> Posting:
        kinds = (text_of(job.get("contract_type")), text_of(job.get("contract_time")))
        url = _without_tracking(text_of(job.get("redirect_url")))
        ref = text_of(job.get("id")) or url
        if ref is None:
            raise ValueError("neither id nor redirect_url")
        return self.posting(
            ref=ref,
            url=url,
            title=remove_tags(text_of(job["title"]) or "", which_ones=("strong",)) or None,
            company=text_of(object_of(job.get("company")).get("display_name")) or text_of(job.get("company")),
            description=text_of(job.get("description")),
            employment_type_raw=", ".join(filter(None, kinds)) or None,
            places_raw=_places(object_of(job.get("location"))),
            pay_raw=_pay(job, self.board),
            posted_on_raw=text_of(job.get("created")),
        )


def _without_tracking(address: str | None) -> str | None:
    """The address without the parameters that say who asked, of which ``utm_source`` is the ``app_id``."""
    if not address:
        return None
    tracking = [name for name, _ in parse_qsl(urlsplit(address).query) if name.startswith("utm_")]
    return url_query_cleaner(address, tracking, remove=True, keep_fragments=True) if tracking else address


def _places(location: JsonObject) -> list[RawPlace]:
    """``area`` goes from the country down to the town; where it ends at a county, no town is named."""
    area = location.get("area")
    parts = [part for each in area if (part := text_of(each))] if isinstance(area, list) else []
    shown = text_of(location.get("display_name"))
    if not parts:
        return [RawPlace(text=shown)] if shown else []
    city = parts[-1] if len(parts) > 2 and not _COUNTY.search(parts[-1]) else None
    place = place_of(city, parts[1] if len(parts) > 1 else None, parts[0])
    return [place] if place else []


def _pay(job: JsonObject, country: str) -> RawPay | None:
    low, high = amount_of(job.get("salary_min")), amount_of(job.get("salary_max"))
    if not (low or high) or job.get("salary_is_predicted") not in (None, "", "0", 0):
        return None
    return RawPay(low=low, high=high, currency=CURRENCIES.get(country), period="year")
