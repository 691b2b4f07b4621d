"""Only ads that are legal work are kept; what decides is ``taggers/data/legal_work.toml``."""

from __future__ import annotations

from typing import Self

from scrapy.exceptions import NotConfigured

from pipelines.host import Host
from pipelines.rejected import Rejected
from scraper.items import Posting
from taggers.legal_work import LegalWork


class KeepLegalPipeline:
    """Reject ads that are no legal work, with the filter's reason.

    ``KEEP_LEGAL_ENABLED = False`` switches it off (``rolecall tag`` keeps every row).
    """

    def __init__(self, legal_work: LegalWork) -> None:
        self.legal_work = legal_work

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        if not crawler.settings.getbool("KEEP_LEGAL_ENABLED", True):
            raise NotConfigured("KEEP_LEGAL_ENABLED is false")
        return cls(LegalWork.load())

    def process_item(self, item: Posting) -> Posting:
        verdict = self.legal_work.judge(item.title or "", item.text or "", item.company or "")
        if not verdict.is_legal:
            raise Rejected(verdict.reason)
        return item
