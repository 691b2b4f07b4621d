"""Ads that are one job are linked under one ``group_id``, over the whole store, never deleted.

Two ads are one job when their texts are nearly the same (MinHash LSH finds the candidates, a comparison word by word
decides) and their titles too, places aside. Two requisition numbers of one platform prove two jobs, whatever the
texts say. Time grows linearly with the number of ads: each is compared with the first ad of a few groups at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import numpy as np
from datasketch import MinHash, MinHashLSH
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel
from sqlalchemy import RowMapping, bindparam, select, update

from pipelines.group_duplicates import alone, words_of
from store import Store, postings

N_PERMUTATIONS = 64
SCHEME = "affine32"
BANDS, ROWS = 16, 4
"""An ad becomes a candidate at 0.5 of common shingles with probability 0.64, at 0.7 with 0.99."""

MIN_SAME_WORDS = 0.88
"""Share of the words, in their order, that two texts have in common at least."""

MIN_SAME_TITLE = 85.0
"""rapidfuzz ``token_sort_ratio`` of the titles without places, at least."""

MAX_COMPARED = 20
"""Texts with which a text is compared word by word, and jobs of one text whose titles are compared."""

_GRADE = re.compile(
    r"\b(?:\d+|[ivx]{1,4}|senior|sr|junior|jr|lead|principal|chief|head|deputy|managing|manager|supervisor|supervising"
    r"|director|assistant|associate|entry|trainee|intern)\b"
)


class Ad(NamedTuple):
    """What linking needs of one ad."""

    posting_id: str
    platform: str
    requisition: str | None
    title: str
    """Folded, without the ad's places."""
    shingles: bytes | None
    known_group: str | None
    """``group_id`` as the store has it."""


class Group:
    """The ads of one job, known by the first of them."""

    def __init__(self, first: Ad) -> None:
        self.first = first
        self.requisitions: dict[str, set[str]] = {}

    def add(self, ad: Ad) -> None:
        if ad.requisition:
            self.requisitions.setdefault(ad.platform, set()).add(ad.requisition)

    def takes(self, ad: Ad) -> bool:
        """Whether an ad of nearly the same text is the same job, by its title and its requisition number."""
        known = self.requisitions.get(ad.platform)
        is_other = known and ad.requisition and ad.requisition not in known
        return not is_other and _same_title(self.first.title, ad.title)


class SameText:
    """The jobs whose ads have nearly the same text: an employer's grades, offices and vacancies."""

    def __init__(self, first: Ad) -> None:
        self.first = first
        self.groups: list[Group] = []
        self.by_number: dict[tuple[str, str, str], Group] = {}

    def group_of(self, ad: Ad) -> Group:
        """The ad's job, a new one if none of the known takes it."""
        number = (ad.platform, ad.requisition or "", ad.title)
        group = self.by_number.get(number) or next(
            filter(lambda each: each.takes(ad), self.groups[:MAX_COMPARED]), None
        )
        if group is None:
            group = Group(ad)
            self.groups.append(group)
        group.add(ad)
        return self.by_number.setdefault(number, group)


def link_duplicates(store: Store) -> int:
    """Give every ad of the store its ``group_id``; returns how many ads are linked with an earlier one."""
    found = [(ad, group.first.posting_id) for ad, group in _grouped(_ads(store), _text_reader(store))]
    changed = [{"ad": ad.posting_id, "group": alone(first)} for ad, first in found if alone(first) != ad.known_group]
    if changed:
        with store.writing() as connection:
            statement = update(postings).where(postings.c.posting_id == bindparam("ad"))
            connection.execute(statement.values(group_id=bindparam("group")), changed)
    return sum(ad.posting_id != first for ad, first in found)


def _ads(store: Store) -> Iterator[Ad]:
    """Every ad, the ones known longest first, so that a group keeps its id while new copies come."""
    columns = [postings.c[name] for name in _COLUMNS]
    order = (postings.c.first_seen, postings.c.row_no, postings.c.posting_id)
    with store.engine.connect() as connection:
        for row in connection.execute(select(*columns).order_by(*order)).mappings():
            yield _ad(row)


_COLUMNS = ("posting_id", "platform", "requisition", "title", "city", "region", "location_raw", "shingles", "group_id")


def _ad(row: RowMapping) -> Ad:
    places = set(words_of(" ".join(filter(None, (row["city"], row["region"], row["location_raw"])))))
    title = b" ".join(word for word in words_of(row["title"] or "") if word not in places).decode()
    return Ad(row["posting_id"], row["platform"], row["requisition"], title, row["shingles"], row["group_id"])


def _text_reader(store: Store) -> Callable[[str], list[bytes]]:
    """The words of an ad's text by its id; the ones asked for last are remembered."""

    @lru_cache(maxsize=256)
    def words(posting_id: str) -> list[bytes]:
        with store.engine.connect() as connection:
            query = select(postings.c.text).where(postings.c.posting_id == posting_id)
            return words_of(connection.execute(query).scalar_one() or "")

    return words


def _grouped(ads: Iterator[Ad], words: Callable[[str], list[bytes]]) -> Iterator[tuple[Ad, Group]]:
    lsh = MinHashLSH(num_perm=N_PERMUTATIONS, params=(BANDS, ROWS))
    permutations = MinHash(N_PERMUTATIONS, seed=1, scheme=SCHEME).permutations
    texts: dict[str, SameText] = {}
    for ad in ads:
        if not ad.shingles:
            yield ad, Group(ad)
            continue
        minhash = MinHash(N_PERMUTATIONS, seed=1, hashfunc=int, scheme=SCHEME, permutations=permutations)
        minhash.update_batch(np.frombuffer(ad.shingles, dtype=np.uint32).tolist())
        near = (texts[first] for first in islice(sorted(lsh.query(minhash)), MAX_COMPARED))
        text = next((each for each in near if _is_same(words(each.first.posting_id), words(ad.posting_id))), None)
        if text is None:
            text = texts[ad.posting_id] = SameText(ad)
            lsh.insert(ad.posting_id, minhash)
        yield ad, text.group_of(ad)


def _is_same(one: list[bytes], other: list[bytes]) -> bool:
    return Indel.normalized_similarity(one, other, score_cutoff=MIN_SAME_WORDS) >= MIN_SAME_WORDS


def _same_title(one: str, other: str) -> bool:
    """Whether two titles name the same job: like words, and the same grade."""
    if set(_GRADE.findall(one)) != set(_GRADE.findall(other)):
        return False
    return fuzz.token_sort_ratio(one, other) >= MIN_SAME_TITLE or not one or not other
