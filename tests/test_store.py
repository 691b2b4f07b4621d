from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

import store
from scraper.items import Duty, Place, Posting
from store import NOT_STORED, Store, StoreError, Writer, open_store, rebuilding


@pytest.fixture
def opened(store_address: str) -> Iterator[Store]:
    store = open_store(store_address)
    yield store
    store.close()


def posting(number: int = 1, **changes: object) -> Posting:
    given = {
        "source": "s",
        "platform": "p",
        "posting_id": f"id{number}",
        "title": "Paralegal",
        "text": "Draft motions.",
        "first_seen": "2026-01-01",
        "last_seen": "2026-01-01",
        "places": [Place(city="Albany", region="NY", country="US", place_text="Albany, NY")],
        "duties": [
            Duty(
                start=0,
                end=14,
                definitions=["paralegal.drafting", "law_clerk.research"],
                role="paralegal",
                score=0.9,
                evidence=["Draft", "motions"],
            )
        ],
    }
    return Posting(**{**given, **changes})  # type: ignore[arg-type]


def rows(opened: Store, table: Table) -> list[dict[str, object]]:
    with opened.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_every_field_of_a_posting_has_a_column_or_a_reason_not_to() -> None:
    of_the_store = store.LIFECYCLE.keys()
    assert {each.name for each in fields(Posting)} - NOT_STORED == set(store.postings.columns.keys()) - of_the_store


def test_what_is_saved_is_read_back(opened: Store) -> None:
    opened.save([posting()])
    (row,) = rows(opened, store.postings)
    assert (row["posting_id"], row["title"], row["salary_min"]) == ("id1", "Paralegal", None)
    (duty,) = rows(opened, store.duties)
    assert (duty["duty"], duty["definitions"], duty["evidence"]) == (
        "Draft motions.",
        "paralegal.drafting law_clerk.research",
        "Draft; motions",
    )
    assert rows(opened, store.places) == [
        {
            "posting_id": "id1",
            "place_no": 1,
            "city": "Albany",
            "region": "NY",
            "country": "US",
            "place_text": "Albany, NY",
        }
    ]


def test_saving_again_replaces_all_but_first_seen(opened: Store) -> None:
    opened.save([posting()])
    opened.save([posting(title="Clerk", duties=[], places=[], first_seen="2026-02-02", last_seen="2026-02-02")])
    (row,) = rows(opened, store.postings)
    assert (row["title"], row["first_seen"], row["last_seen"]) == ("Clerk", "2026-01-01", "2026-02-02")
    assert rows(opened, store.duties) == rows(opened, store.places) == []


def test_the_same_id_twice_in_a_batch_keeps_the_last(opened: Store) -> None:
    opened.save([posting(title="A"), posting(title="B")])
    assert [row["title"] for row in rows(opened, store.postings)] == ["B"]


def test_a_batch_is_saved_whole_or_not_at_all(opened: Store) -> None:
    opened.save([posting(1)])
    with pytest.raises(StoreError, match="not written"):
        opened.save([posting(2), posting(3, source=None)])
    assert [row["posting_id"] for row in rows(opened, store.postings)] == ["id1"]


def test_writer_saves_when_the_batch_is_full_and_at_the_end(opened: Store) -> None:
    writer = Writer(opened, batch_size=3)
    for number in range(5):
        writer.add(posting(number))
    with opened.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(store.postings)) == 3
    writer.flush()
    assert len(rows(opened, store.postings)) == 5


def test_runs_and_rejections(opened: Store) -> None:
    run = {
        "run_id": "r1",
        "source": "s",
        "platform": "p",
        "started_at": "2026-01-01",
        "finished_at": "2026-01-01",
        "outcome": "ok",
        "detail": None,
        "n_found": 3,
        "n_kept": 1,
        "n_errors": 0,
    }
    opened.save_run(run, {"no legal work": 2})
    opened.save_run({**run, "run_id": "r2", "started_at": "2026-01-02", "outcome": "gone"}, {})
    assert opened.of_run("r1") == ([run], [{"run_id": "r1", "source": "s", "reason": "no legal work", "n": 2}])
    assert opened.last_runs()["s"]["outcome"] == "gone"


def test_rebuilding_takes_the_place_of_the_old_store_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "rolecall.db"
    with rebuilding(path) as writer:
        writer.add(posting(1))
    with pytest.raises(ZeroDivisionError), rebuilding(path) as writer:
        writer.add(posting(1 // 0))
    assert [row["posting_id"] for row in rows(open_store(str(path)), store.postings)] == ["id1"]
    assert [each.name for each in tmp_path.iterdir() if "new" in each.name] == []


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nosuch://x", "cannot be opened"),
        ("://", "unreadable address"),
        ("/proc/nowhere/x.db", "cannot be opened|No such file"),
    ],
)
def test_a_store_that_cannot_be_opened_is_named(address: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        open_store(address)


def test_a_store_that_must_exist(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file; crawl or tag first"):
        open_store(str(tmp_path / "none.db"), must_exist=True)


def test_no_password_in_messages() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("nosuch://user:secret@host/db")
    assert "secret" not in str(caught.value)


def test_a_posting_whose_detail_was_lost_replaces_none_that_has_a_text(opened: Store) -> None:
    opened.save([posting()])
    listed_only = {"text": None, "duties": [], "last_seen": "2026-01-02"}
    opened.save([posting(**listed_only), posting(2, **listed_only)])
    one, two = rows(opened, store.postings)
    assert (one["text"], one["last_seen"]) == ("Draft motions.", "2026-01-02")
    assert (two["text"], two["title"]) == (None, "Paralegal")
    assert len(rows(opened, store.duties)) == 1
