from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from scraper.items import Posting, RawPay, RawPlace
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.json_board import JsonBoardSpider, JsonObject, expect
from scraper.platforms.json_fields import amount_of
from scraper.schema_org import text_of

_PASSWORD = re.compile(
    r"(?:\s|<br\s*/?>)*Please mention the word \*{0,2}[\w-]+\*{0,2} (?:and tag|when applying to show)\b"
    r"(?:(?!<(?:br|/?p|/?div)\b|\n).)*",
    re.IGNORECASE,
)
"""The sentence by which Remote OK tells robots from people; its tag is the reader's address in base64."""

_UTF8_AS_LATIN1 = re.compile(
    "[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3}"
)


class RemoteokSpider(JsonBoardSpider):
    """Remote OK: remote jobs only, all in one array whose first element is a legal notice.

    A sentence against robots ends the texts. Salaries are dollars by the year, 0 where unknown. Some ads are stubs,
    without employer and text; one without a title is none. Older texts are UTF-8 that was read as Latin-1, once or
    twice.
    """

    name = "remoteok"
    start_address: ClassVar[str] = "https://remoteok.com/api"

    def jobs(self, data: Any) -> list[Any]:
        records = list(expect(data, list, "the answer"))
        ads = [one for one in records if not isinstance(one, dict) or text_of(one.get("position"))]
        if not ads and any(isinstance(one, dict) and "id" in one for one in records):
            raise UnexpectedFormatError(f"no 'position' in any of {len(records)} ads")
        return ads

    def read_job(self, job: JsonObject) -> Posting:
        place = _mended(text_of(job.get("location")))
        return self.posting(
            ref=text_of(job.get("id")) or text_of(job.get("slug")) or job["url"],
            url=text_of(job.get("url")) or text_of(job.get("apply_url")),
            title=_mended(text_of(job["position"])),
            company=_mended(text_of(job.get("company"))),
            description=_PASSWORD.sub("", _mended(text_of(job.get("description"))) or "") or None,
            places_raw=[RawPlace(text=place)] if place else [],
            remote_raw="remote",
            pay_raw=_pay(job),
            posted_on_raw=text_of(job.get("date")) or _day(text_of(job.get("epoch"))),
        )


def _mended(text: str | None) -> str | None:
    for _ in range(2):
        text = _UTF8_AS_LATIN1.sub(_as_utf8, text) if text else None
    return text


def _as_utf8(match: re.Match[str]) -> str:
    return match[0].encode("latin-1").decode("utf-8", "ignore") or match[0]


def _pay(job: JsonObject) -> RawPay | None:
    low, high = amount_of(job.get("salary_min")), amount_of(job.get("salary_max"))
    return RawPay(low=low, high=high, currency="USD", period="year") if low or high else None


def _day(epoch: str | None) -> str | None:
    """``epoch`` is a number or a string of one."""
    if not epoch or not re.fullmatch(r"\d{9,10}", epoch):
        return None
    return datetime.fromtimestamp(int(epoch), tz=UTC).date().isoformat()
