"""Ads that are one job are linked under one ``group_id``, over the whole store, never deleted.

Two ads are one job when their texts are nearly the same (MinHash LSH finds the candidates, a comparison word by word
decides) and their titles too, places aside. Two requisition numbers of one platform prove two jobs, whatever the
texts say. Time grows linearly with the number of ads: each is compared with the first ad of a few groups at most. The
index takes 6 kB of memory for each distinct text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel
from sqlalchemy import RowMapping, bindparam, select, update

from pipelines.group_duplicates import alone, words_of
from store import Store, postings

if TYPE_CHECKING:
    from datasketch import LeanMinHash

N_PERMUTATIONS = 64
SEED, SCHEME = 1, "affine32"
BANDS, ROWS = 16, 4
"""An ad becomes a candidate at 0.5 of common shingles with probability 0.64, at 0.7 with 0.99."""

HASHVALUE_BYTES = 4 * N_PERMUTATIONS

MIN_SAME_SHINGLES = 0.2
"""Estimated Jaccard similarity of two texts, at least, for their words to be compared. Of 1,000 generated ads with 12 %
of the words changed at random the lowest estimate was 0.3; unlike ads that share a band had less than 0.2 in nine of
ten cases."""

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


HashValues = npt.NDArray[np.uint32]
"""``MinHash.hashvalues``, one row an ad, ``N_PERMUTATIONS`` columns; of an ad without text, an empty MinHash's."""


class Ad(NamedTuple):
    """What linking needs of one ad."""

    posting_id: str
    platform: str
    requisition: str | None
    title: str
    """Folded, without the ad's places."""
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


def hashvalues_of(shingles: Iterable[bytes | None]) -> Iterator[bytes]:
    """The ``HASHVALUE_BYTES`` of each ad, from what ``group_duplicates.shingles_of`` gave for it."""
    from datasketch import MinHash  # takes half a second, most of it for SciPy

    hashes = (np.frombuffer(each or b"", np.uint32).tolist() for each in shingles)
    for minhash in MinHash.generator(hashes, num_perm=N_PERMUTATIONS, seed=SEED, hashfunc=int, scheme=SCHEME):
        yield minhash.hashvalues.tobytes()


def as_rows(packed: bytes | bytearray) -> HashValues:
    """What ``hashvalues_of`` gave for ads, joined, as rows; without a copy."""
    return np.frombuffer(packed, np.uint32).reshape(-1, N_PERMUTATIONS)


def link_duplicates(store: Store, hashvalues: HashValues | None = None) -> int:
    """Give every ad of the store its ``group_id``; returns how many ads are linked with an earlier one.

    hashvalues: those of the ads in the order of their ``row_no``, from 1, where somebody has them already.
    """
    if hashvalues is None:
        ordered = as_rows(b"".join(hashvalues_of(_column(store, "shingles"))))
    else:
        rows = np.fromiter(_column(store, "row_no"), np.int64)
        ordered = hashvalues if np.array_equal(rows, np.arange(1, len(rows) + 1)) else hashvalues[rows - 1]
    n_linked, changed = 0, []
    with _text_reader(store) as words:
        for ad, first in _grouped(_ads(store), ordered, words):
            n_linked += ad.posting_id != first
            if alone(first) != ad.known_group:
                changed.append({"ad": ad.posting_id, "group": alone(first)})
    if changed:
        with store.writing() as connection:
            statement = update(postings).where(postings.c.posting_id == bindparam("ad"))
            connection.execute(statement.values(group_id=bindparam("group")), changed)
    return n_linked


_ORDER = (postings.c.first_seen, postings.c.row_no, postings.c.posting_id)
"""The ads known longest first, so that a group keeps its id while new copies come."""

_COLUMNS = ("posting_id", "platform", "requisition", "title", "city", "region", "location_raw", "group_id")
_ROWS_AT_ONCE = 10_000


def _column(store: Store, name: str) -> Iterator[Any]:
    with store.engine.connect().execution_options(yield_per=_ROWS_AT_ONCE) as connection:
        yield from connection.execute(select(postings.c[name]).order_by(*_ORDER)).scalars()


def _ads(store: Store) -> Iterator[Ad]:
    query = select(*(postings.c[name] for name in _COLUMNS)).order_by(*_ORDER)
    with store.engine.connect().execution_options(yield_per=_ROWS_AT_ONCE) as connection:
        for row in connection.execute(query).mappings():
            yield _ad(row)


def _ad(row: RowMapping) -> Ad:
    places = set(words_of(" ".join(filter(None, (row["city"], row["region"], row["location_raw"])))))
    title = b" ".join(word for word in words_of(row["title"] or "") if word not in places).decode()
    return Ad(row["posting_id"], row["platform"], row["requisition"], title, row["group_id"])


@contextmanager
def _text_reader(store: Store) -> Iterator[Callable[[str], list[bytes]]]:
    """The words of an ad's text by its id; the ones asked for last are remembered."""
    query = select(postings.c.text).where(postings.c.posting_id == bindparam("ad"))
    with store.engine.connect() as connection:

        @lru_cache(maxsize=256)
        def words(posting_id: str) -> list[bytes]:
            return words_of(connection.execute(query, {"ad": posting_id}).scalar_one() or "")

        yield words


def _grouped(
    ads: Iterable[Ad], hashvalues: HashValues, words: Callable[[str], list[bytes]]
) -> Iterator[tuple[Ad, str]]:
    """(ad, id of the first ad of its job), in the order of the ads."""
    from datasketch import LeanMinHash, MinHashLSH

    index = MinHashLSH(num_perm=N_PERMUTATIONS, params=(BANDS, ROWS))
    texts: dict[str, tuple[SameText, LeanMinHash]] = {}
    for ad, row in zip(ads, hashvalues, strict=True):
        minhash = LeanMinHash(seed=SEED, hashvalues=row, scheme=SCHEME)
        if minhash.is_empty():
            yield ad, ad.posting_id
            continue
        found = index.query(minhash)
        near = sorted(first for first in found if minhash.jaccard(texts[first][1]) >= MIN_SAME_SHINGLES)
        is_same = (first for first in near[:MAX_COMPARED] if _is_same(words(first), words(ad.posting_id)))
        first = next(is_same, None)
        if first is None:
            first = ad.posting_id
            texts[first] = SameText(ad), minhash
            index.insert(first, minhash)
        yield ad, texts[first][0].group_of(ad).first.posting_id


def _is_same(one: list[bytes], other: list[bytes]) -> bool:
    return Indel.normalized_similarity(one, other, score_cutoff=MIN_SAME_WORDS) >= MIN_SAME_WORDS


def _same_title(one: str, other: str) -> bool:
    """Whether two titles name the same job: like words, and the same grade."""
    if set(_GRADE.findall(one)) != set(_GRADE.findall(other)):
        return False
    return fuzz.token_sort_ratio(one, other) >= MIN_SAME_TITLE or not one or not other
