"""An ad that is not kept. Apart from ``host``, so that pipelines that reject nothing load no Scrapy."""

from __future__ import annotations

from scrapy.exceptions import DropItem


class Rejected(DropItem):
    """An ad that is not kept, with the reason under which it is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
