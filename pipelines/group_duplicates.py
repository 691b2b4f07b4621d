"""What an ad says in a few hundred numbers, by which ``link_duplicates`` finds its copies once they are stored."""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Sequence

from scraper.items import Posting

SHINGLE_WORDS = 3
SAMPLED_1_IN = 6
"""A shingle is looked at where the hash of its first word can be divided by this: the same ones in every copy."""

FEW_WORDS = 150
"""Texts up to this length are looked at in full."""

MAX_WORDS = 20_000
_PLAIN = bytes(byte if chr(byte).isalnum() else 32 for byte in range(256))
MAX_KNOWN_WORDS = 200_000
"""More than one language needs."""


class _Sampled(dict[bytes, bool]):
    """Word -> whether the shingles that begin with it are looked at; words met before are not hashed again."""

    def __missing__(self, word: bytes) -> bool:
        if len(self) > MAX_KNOWN_WORDS:
            self.clear()
        self[word] = is_sampled = zlib.crc32(word) % SAMPLED_1_IN == 0
        return is_sampled


_is_sampled = _Sampled()


def words_of(text: str) -> list[bytes]:
    """The words by which two texts are compared: lower case, ASCII, whatever markup and punctuation stand between."""
    lower = text.lower()
    words = lower.encode("ascii", "ignore").translate(_PLAIN).split() or lower.encode().split()
    return words[:MAX_WORDS]


def shingles_of(text: str) -> bytes:
    """32-bit hashes of the sampled runs of ``SHINGLE_WORDS`` words, each once, in rising order."""
    words = words_of(text)
    starts: Sequence[int] = range(max(1, len(words) - SHINGLE_WORDS + 1))
    if len(words) > FEW_WORDS:
        starts = [at for at in starts if _is_sampled[words[at]]] or starts
    return array("I", sorted({zlib.crc32(b" ".join(words[at : at + SHINGLE_WORDS])) for at in starts})).tobytes()


def alone(posting_id: str) -> str:
    """The ``group_id`` of an ad that is linked with none, and of a group whose first ad this is."""
    return hashlib.sha256(posting_id.encode()).hexdigest()[:16]


class GroupDuplicatesPipeline:
    """Fill ``shingles``, and ``group_id`` as of an ad that is linked with none."""

    def process_item(self, item: Posting) -> Posting:
        item.group_id = alone(item.posting_id)
        item.shingles = shingles_of(item.text) if item.text else None
        return item
