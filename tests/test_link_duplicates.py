"""Copies are linked over the whole store; two requisitions of one platform are two jobs."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

import store
from pipelines.group_duplicates import GroupDuplicatesPipeline, shingles_of
from pipelines.link_duplicates import ROWS, link_duplicates
from scraper.items import Posting
from store import Store, open_store

TEXT = (
    "We are looking for somebody to join our litigation group. You will draft pleadings, organise case files, prepare "
    "exhibits for trial, summarise depositions and keep the calendar of three attorneys. We ask for two years of "
    "experience in a law firm, good writing and knowledge of the rules of the state courts. The office is close to "
    "the courthouse and parking is free. We offer health insurance and four weeks of leave every year."
)


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "s.db"))


def ad(name: str, **fields: object) -> Posting:
    given = {"source": "s", "platform": "greenhouse", "title": "Paralegal", "text": TEXT, "first_seen": "2026-01-01"}
    return GroupDuplicatesPipeline().process_item(Posting(posting_id=name, **{**given, **fields}))  # type: ignore[arg-type]


def groups(opened: Store, *ads: Posting) -> list[set[str]]:
    """The linked ads, largest group first."""
    opened.save(ads)
    link_duplicates(opened)
    with opened.engine.connect() as connection:
        rows = connection.execute(select(store.postings.c.posting_id, store.postings.c.group_id)).all()
    found: dict[str, set[str]] = {}
    for posting_id, group in rows:
        found.setdefault(group, set()).add(posting_id)
    return sorted(found.values(), key=lambda names: (-len(names), min(names)))


def test_the_same_ad_on_two_boards_is_one_job(opened: Store) -> None:
    copy = TEXT.replace(". ", ".\n\n  • ").replace("We offer", "WE OFFER")
    assert groups(opened, ad("a"), ad("b", platform="lever", text=copy)) == [{"a", "b"}]


def test_one_job_posted_in_several_places_is_one_job(opened: Store) -> None:
    ads = [
        ad(city, title=f"Paralegal - {city}", city=city, text=TEXT.replace("The office", f"The {city} office"))
        for city in ("Albany", "Buffalo", "Syracuse")
    ]
    assert groups(opened, *ads) == [{"Albany", "Buffalo", "Syracuse"}]


def test_two_requisitions_of_one_platform_are_two_jobs(opened: Store) -> None:
    ads = [ad("a", requisition="R-1"), ad("b", requisition="R-2"), ad("c", requisition="R-1"), ad("d")]
    assert groups(opened, *ads) == [{"a", "c", "d"}, {"b"}]


def test_requisitions_of_different_platforms_prove_nothing(opened: Store) -> None:
    assert groups(opened, ad("a", requisition="R-1"), ad("b", platform="adzuna", requisition="998")) == [{"a", "b"}]


@pytest.mark.parametrize("title", ["Senior Paralegal", "Paralegal II", "Legal Secretary", "Assistant Paralegal"])
def test_the_same_words_under_another_title_are_another_job(opened: Store, title: str) -> None:
    assert groups(opened, ad("a"), ad("b", title=title)) == [{"a"}, {"b"}]


def test_another_text_under_the_same_title_is_another_job(opened: Store) -> None:
    other = "Answer calls, greet clients and keep the library. " * 12
    assert groups(opened, ad("a"), ad("b", text=other)) == [{"a"}, {"b"}]


def test_ads_without_text_stand_alone(opened: Store) -> None:
    assert groups(opened, ad("a", text=None), ad("b", text=None)) == [{"a"}, {"b"}]


def test_a_group_keeps_its_id_when_copies_come_and_linking_twice_changes_nothing(opened: Store) -> None:
    groups(opened, ad("b"))
    with opened.engine.connect() as connection:
        before = connection.execute(select(store.postings.c.group_id)).scalar_one()
    opened.save([ad("a", first_seen="2026-02-02", platform="lever")])
    assert link_duplicates(opened) == 1
    assert link_duplicates(opened) == 1
    with opened.engine.connect() as connection:
        assert set(connection.execute(select(store.postings.c.group_id)).scalars()) == {before}


@given(st.text())
def test_no_text_raises_and_hashes_are_distinct(text: str) -> None:
    hashes = shingles_of(text)
    assert len(hashes) % 4 == 0
    assert len({hashes[at : at + 4] for at in range(0, len(hashes), 4)}) * 4 == len(hashes)


def test_a_hundred_copies_of_one_text_are_compared_with_the_first_alone(opened: Store) -> None:
    ads = [ad(f"{number:03}", requisition=f"R-{number % 10}") for number in range(100)]
    assert [len(group) for group in groups(opened, *ads)] == [10] * 10


def test_time_grows_with_the_number_of_ads_not_with_its_square(opened: Store) -> None:
    def seconds(n: int) -> float:
        opened.save(ad(f"{n}-{number}", text=f"{TEXT} {number} " * 2, title=f"Clerk {number}") for number in range(n))
        started = time.perf_counter()
        link_duplicates(opened)
        return time.perf_counter() - started

    seconds(20)  # datasketch and rapidfuzz are loaded
    few, many = seconds(200), seconds(1_600)
    assert many < 40 * few  # a square would be 64 times and more


@pytest.mark.parametrize(("n_same", "n_linked"), [(ROWS, 0), (12, 0), (13, 1)])
def test_texts_that_share_a_band_and_little_more_are_not_compared(opened: Store, n_same: int, n_linked: int) -> None:
    hashvalues = np.random.default_rng(5).integers(0, 2**32, (2, 64), np.uint32)
    hashvalues[1, :n_same] = hashvalues[0, :n_same]
    opened.save([ad("a", row_no=1), ad("b", row_no=2)])
    assert link_duplicates(opened, hashvalues) == n_linked


@pytest.mark.parametrize(("share", "at_least", "at_most"), [(0.7, 0.96, 1.0), (0.5, 0.55, 0.75), (0.15, 0.0, 0.03)])
def test_shingles_in_common_make_candidates_as_often_as_theory_says(
    opened: Store, share: float, at_least: float, at_most: float
) -> None:
    random = np.random.default_rng(5)
    n, n_pairs = 120, 400
    n_common = round(2 * n * share / (1 + share))
    pairs: list[Posting] = []
    for number in range(n_pairs):
        pool = random.integers(0, 2**32, 2 * n - n_common, np.uint32)
        pair = ad(f"{number}-a"), ad(f"{number}-b")
        pair[0].shingles, pair[1].shingles = pool[:n].tobytes(), pool[n - n_common :].tobytes()
        pairs += pair
    opened.save(pairs)
    assert at_least <= link_duplicates(opened) / n_pairs <= at_most
