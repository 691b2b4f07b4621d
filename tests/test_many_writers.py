"""Several writers at once on one store, in either database: nothing is lost, doubled or torn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from conftest import ask
from test_lifecycle import run
from test_store import posting

from scraper.items import Duty
from store import Store, StoreError, open_store

N_WRITERS, N_ROUNDS = 4, 12


@pytest.fixture
def writers(store_address: str) -> Iterator[list[Store]]:
    """The store, opened once a writer, as processes of their own would."""
    open_store(store_address).close()
    stores = [open_store(store_address) for _ in range(N_WRITERS)]
    yield stores
    for store in stores:
        store.close()


def at_once(tasks: list[Callable[[], None]]) -> None:
    """Run all tasks at the same time, each in a thread of its own; raises what one of them raises."""
    start = Barrier(len(tasks))

    def begin(task: Callable[[], None]) -> None:
        start.wait()
        task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        list(threads.map(begin, tasks))


def test_a_new_store_may_be_opened_by_many_at_once(store_address: str) -> None:
    def opening() -> None:
        open_store(store_address).close()

    at_once([opening] * 8)
    assert ask(store_address, "select count(*) from postings") == [(0,)]


def test_every_change_of_every_writer_has_its_revision(writers: list[Store], store_address: str) -> None:
    ids = ["a", "b", "c"]

    def saving(writer: int) -> Callable[[], None]:
        def save() -> None:
            for number in range(N_ROUNDS):
                words = f"Draft {'x' * (writer + 1)} motions {number}."
                duties = [Duty(start=0, end=len(words), score=0.5)] * (writer + 1)
                title = f"Clerk {writer}-{number}"
                order = ids[writer % 3 :] + ids[: writer % 3]
                writers[writer].save(
                    [posting(posting_id=name, title=title, text=words, duties=duties) for name in order]
                )

        return save

    at_once([saving(writer) for writer in range(N_WRITERS)])
    for name in ids:
        query = f"select old, new from revisions where posting_id = '{name}' and change = 'title' order by revision_no"
        steps = ask(store_address, query)
        assert len(steps) == N_WRITERS * N_ROUNDS - 1
        assert all(before[1] == after[0] for before, after in pairwise(steps))
        ((title, text),) = ask(store_address, f"select title, text from postings where posting_id = '{name}'")
        assert title == steps[-1][1]
        duties = ask(store_address, f"select duty from duties where posting_id = '{name}'")
        assert duties == [(text,)] * (int(title[6]) + 1)


def test_an_ad_that_is_seen_while_its_board_closes_ads_is_not_lost(writers: list[Store], store_address: str) -> None:
    def seeing() -> None:
        for _ in range(N_ROUNDS):
            writers[0].save([posting(1, source="firm"), posting(2, source="firm")])

    def closing() -> None:
        for day in range(1, N_ROUNDS * 2):
            run(writers[1], day, {"id2"})

    seeing()
    at_once([seeing, closing])
    changes = [change for (change,) in ask(store_address, "select change from revisions order by revision_no")]
    assert changes == (["closed", "reopened"] * N_ROUNDS)[: len(changes)]
    ((closed_on,),) = ask(store_address, "select closed_on from postings where posting_id = 'id1'")
    assert bool(closed_on) == (bool(changes) and changes[-1] == "closed")


def test_of_two_that_end_the_same_run_one_is_refused(writers: list[Store], store_address: str) -> None:
    writers[0].save([posting(1, source="firm"), posting(2, source="firm")])
    assert run(writers[0], 1, {"id2"}) == 0
    with pytest.raises(StoreError, match="not written"):
        run(writers[1], 1, {"id2"})
    assert ask(store_address, "select n_missed from postings order by posting_id") == [(1,), (0,)]


def test_text_that_a_database_cannot_hold_is_stored_with_its_offsets(store_address: str) -> None:
    store = open_store(store_address)
    text = "Draft\0 motions \ud83d and \U0001f4c4 briefs. " + "Prepare exhibits. " * 20_000
    store.save([posting(text=text, title="Clerk\0", duties=[Duty(start=0, end=24), Duty(start=20, end=33)])])
    store.close()
    stored = text.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    assert ask(store_address, "select title, text from postings") == [("Clerk\ufffd", stored)]
    duties = ask(store_address, "select duty from duties order by duty_no")
    assert duties == [(stored[:24],), (stored[20:33],)]


def test_words_stand_in_the_same_order_in_every_database(store_address: str) -> None:
    store = open_store(store_address)
    names = ["ab", "a-b", "B", "a", "é", "Z", "a b"]
    store.save([posting(posting_id=name) for name in names])
    store.close()
    assert [name for (name,) in ask(store_address, "select posting_id from postings order by 1")] == sorted(names)


def test_a_database_without_tables_is_no_store(request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue("postgresql").new_database()
    with pytest.raises(StoreError, match="it has no ads; crawl first, or pass --store"):
        open_store(address, must_exist=True)
    assert ask(address, "select count(*) from pg_tables where schemaname = 'public'") == [(0,)]
