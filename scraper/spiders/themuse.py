from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from scrapy.http import Response
from w3lib.url import add_or_replace_parameter

from scraper.items import Posting, RawPlace
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect, json_of
from scraper.platforms.json_fields import object_of, objects_of
from scraper.schema_org import name_of, text_of

_REMOTE = re.compile(r"\bremote\b", re.IGNORECASE)


class ThemuseSpider(JsonBoardSpider):
    """The Muse: a search of all its ads by category, by default the legal one, in pages of twenty counted from 1.

    ``Flexible / Remote`` stands among the places. Without a key pages beyond the 99th are refused.
    """

    name = "themuse"
    start_address: ClassVar[str] = "https://www.themuse.com/api/public/jobs?page=1"
    query: ClassVar[dict[str, str]] = {"category": "Legal Services"}
    max_pages: ClassVar[int] = 99

    def jobs(self, data: Any) -> list[Any]:
        return list(expect(expect(data, dict, "the answer").get("results"), list, "'results'"))

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        page = int(parse_qs(urlsplit(response.url).query).get("page", ["1"])[0])
        n_pages = text_of(object_of(json_of(response)).get("page_count")) or ""
        if n_pages.isdecimal() and page < int(n_pages):
            yield self.request(add_or_replace_parameter(response.url, "page", str(page + 1)), self.parse_start)

    def read_job(self, job: JsonObject) -> Posting:
        places = [name for one in objects_of(job.get("locations")) if (name := text_of(one.get("name")))]
        return self.posting(
            ref=text_of(job.get("id")) or job["refs"]["landing_page"],
            url=text_of(object_of(job.get("refs")).get("landing_page")),
            title=text_of(job["name"]),
            company=name_of(job.get("company")),
            description=text_of(job.get("contents")),
            places_raw=[RawPlace(text=name) for name in places if not _REMOTE.search(name)],
            remote_raw=next(filter(_REMOTE.search, places), None),
            posted_on_raw=text_of(job.get("publication_date")),
        )
