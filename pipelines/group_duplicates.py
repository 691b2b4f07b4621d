"""Ads that say the same in the same words are one job: linked under one ``group_id``, never deleted."""

from __future__ import annotations

import hashlib
import re

from scraper.items import Posting

_WORD = re.compile(r"\w+")


def group_id(title: str, text: str, posting_id: str) -> str:
    """The same 16 hex digits for ads with the same words in title and text, whatever markup and board.

    An ad without text is a group of its own: equal titles alone prove nothing.
    """
    words = _WORD.findall(f"{title} {text}".lower()) if text else [posting_id]
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


class GroupDuplicatesPipeline:
    """Fill ``group_id``."""

    def process_item(self, item: Posting) -> Posting:
        item.group_id = group_id(item.title or "", item.text or "", item.posting_id)
        return item
