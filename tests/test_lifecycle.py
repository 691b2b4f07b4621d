"""The life of ads: thirty days of one board over real HTTP against what is true, and the rules one by one."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import PROJECT, Answer, Asked, Server, ask
from sqlalchemy import select

import store
from output.write import write_reports
from pipelines.lifecycle import Rules, end_run
from scraper.items import Posting
from store import Store, open_store

DUTIES = ("Draft motions", "Interview clients", "Organize case files for trial")
N_DAYS = 30

#           day 1    5    10   15   20   25   30
BOARD = "ooo4ootoeoossoopo3hoooeeeeoooo"
"""What the board does: ``o`` answers, ``p`` answers with a record that cannot be read, ``e`` shows no ad, ``s`` shows
two ads only; 404, 403, ``t`` JSON that breaks off, ``h`` a page instead of JSON."""

AGAIN = (2, 3, 6, 10, 11, 17, 26, 27)
"""Days on which the board is crawled a second time, an hour later: that closes nothing."""

OUTCOMES = (
    *("ok", "ok", "ok", "gone", "ok", "ok", "changed-format", "ok", "suspect", "ok"),
    *("ok", "suspect", "suspect", "ok", "ok", "partial", "ok", "blocked", "changed-format", "ok"),
    *("ok", "ok", "suspect", "suspect", "suspect", "empty", "ok", "ok", "ok", "ok"),
)

ADS = {
    **{f"stays-{number}": "1" * N_DAYS for number in range(1, 8)},
    "pay": "111111222222222222222222222222",
    "title": "111111111122222222221111111111",
    "place": "222222211111111111111111111111",
    "blurb": "111111111111111111122222222222",
    "duty": "111111111111111111112222222222",
    "late": "..............1111111111111111",
    "goes": "111111111.....................",
    "back": "11111......11111111111......11",
    "changed": "11111......22222222222222222222",
    "gap": "1111.111.11111111111.111111111",
    "missed": "11..1111111111111..11111111111",
    "flaps": "1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.",
    "shortly": "....1.........................",
}
"""Ad -> what the board has of it on each day: a version of its words, or nothing."""


class Life(NamedTuple):
    """A row of the lifecycle table; days are numbered from 1."""

    first_seen: int
    last_seen: int
    n_missed: int
    closed_on: int | None


TRUTH = {
    **{f"stays-{number}": Life(1, 30, 0, None) for number in range(1, 8)},
    **{name: Life(1, 30, 0, None) for name in ("pay", "title", "place", "blurb", "duty", "gap", "missed")},
    "late": Life(15, 30, 0, None),
    "goes": Life(1, 8, 2, 11),  # day 9 is suspect, 10 and 11 are without it
    "back": Life(1, 30, 0, None),
    "changed": Life(1, 30, 0, None),
    "flaps": Life(1, 29, 1, None),
    "shortly": Life(5, 5, 2, 8),  # day 7 is a failure, 6 and 8 are without it
}

CLOSED_AND_BACK = {
    "back": [("closed", 8), ("reopened", 14), ("closed", 27), ("reopened", 29)],
    "changed": [("closed", 8), ("reopened", 14), ("text", 14)],
    "flaps": [("closed", 8), ("reopened", 11), ("closed", 26), ("reopened", 27)],  # 7 and 23 to 25 say nothing
    "goes": [("closed", 11)],
    "shortly": [("closed", 8)],
}

CRAWL_DAYS = """
import asyncio, json, sys
from scrapy.crawler import AsyncCrawlerProcess
from scraper.crawl import project_settings
from sqlalchemy import create_engine, text

address, base_url, n_days, again = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
engine = create_engine(address)
process = AsyncCrawlerProcess(
    project_settings({"ROLECALL_STORE": address, "LOG_LEVEL": "CRITICAL", "DOWNLOAD_DELAY": 0, "RETRY_ENABLED": False})
)

async def crawl():
    for day in range(1, n_days + 1):
        for hour in (3, 4) if day in again else (3,):
            crawler = process.create_crawler("greenhouse")
            crawler.settings.set("ROLECALL_NOW", f"2026-01-{day:02}T{hour:02}:00:00+00:00", priority="cmdline")
            await process.crawl(crawler, source="firm", board="firm", base_url=f"{base_url}/day-{day}")
        names = "replace(posting_id, 'greenhouse:firm:', ''), first_seen, last_seen, n_missed, closed_on"
        with engine.connect() as connection:
            print(json.dumps([tuple(row) for row in connection.execute(text(f"select {names} from postings"))]))
    from twisted.internet import reactor
    reactor.stop()

asyncio.get_event_loop().create_task(crawl())
process.start(stop_after_crawl=False)
"""


def words_of(name: str, version: str) -> dict[str, Any]:
    """The board's record of an ad in one of its versions."""
    is_second = version == "2"
    duties = [*DUTIES[:2], "Prepare exhibits for trial"] if is_second and name == "duty" else DUTIES
    blurb = "<p>We moved.</p>" if is_second and name in ("blurb", "changed") else "<p>We are here.</p>"
    pay = {"min_cents": 6_500_000 if is_second and name == "pay" else 6_000_000, "max_cents": 7_000_000}
    return {
        "id": name,
        "title": "Senior Paralegal" if is_second and name == "title" else "Paralegal",
        "location": {"name": "Troy, NY" if is_second and name == "place" else "Albany, NY"},
        "company_name": "Firm",
        "content": f"{blurb}<p>What you will do:</p><ul>{''.join(f'<li>{duty}</li>' for duty in duties)}</ul>",
        "pay_input_ranges": [{**pay, "currency_type": "USD", "title": "Yearly pay"}],
    }


def shown_on(day: int) -> list[str]:
    """Ads that the board's answer of the day holds."""
    kind = BOARD[day - 1]
    there = [name for name, days in ADS.items() if days[day - 1] != "."]
    return {"o": there, "p": there, "s": there[:2], "t": there}.get(kind, [])


def answer_of(day: int) -> Answer:
    kind = BOARD[day - 1]
    if kind in "34":
        return {"3": 403, "4": 404}[kind], {}, b"no"
    if kind == "h":
        return 200, {"Content-Type": "text/html"}, b"<html>Down for maintenance</html>"
    records = [words_of(name, ADS[name][day - 1]) for name in shown_on(day)] + [{"id": "odd"}] * (kind == "p")
    body = json.dumps({"jobs": records}).encode()
    return 200, {}, body[:50] if kind == "t" else body


def true_lives(days: range) -> dict[str, Life]:
    """The lifecycle table after these days, worked out from what the board showed and how its answers are classed."""
    lives: dict[str, Life] = {}
    for day in days:
        shown = shown_on(day) if BOARD[day - 1] != "t" else []  # nothing can be read of an answer that breaks off
        for name in shown:
            lives[name] = Life(lives[name].first_seen if name in lives else day, day, 0, None)
        if OUTCOMES[day - 1] in ("ok", "empty"):
            for name, life in lives.items():
                if name not in shown and not life.closed_on:
                    n_missed = life.n_missed + 1
                    lives[name] = life._replace(n_missed=n_missed, closed_on=day if n_missed == 2 else None)
    return lives


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def month(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, list[dict[str, Life]]]:
    """The store after thirty days, and the lifecycle table after each of them."""
    from conftest import serving

    address = f"sqlite:///{tmp_path_factory.mktemp('month') / 'rolecall.db'}"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgresql").new_store()
    told = Server()
    for day in range(1, N_DAYS + 1):

        def answering(_: Asked, day: int = day) -> Answer:
            return answer_of(day)

        told.answering[f"/day-{day}/v1/boards/firm/jobs"] = answering
    with serving(told) as server:
        arguments = (address, server.base_url, str(N_DAYS), json.dumps(AGAIN))
        command = [sys.executable, "-c", CRAWL_DAYS, *arguments]
        environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1"}
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    return address, [tables_row(json.loads(line)) for line in done.stdout.splitlines()]


def tables_row(rows: list[list[Any]]) -> dict[str, Life]:
    return {
        name: Life(int(first[8:10]), int(last[8:10]), n_missed, int(closed[8:10]) if closed else None)
        for name, first, last, n_missed, closed in rows
    }


def test_every_day_is_classed(month: tuple[str, list[dict[str, Life]]]) -> None:
    query = "select outcome from runs where run_id like '%T03:%' order by run_id"
    assert tuple(outcome for (outcome,) in ask(month[0], query)) == OUTCOMES


def test_a_second_crawl_of_a_day_reads_its_board_wholly_too(month: tuple[str, list[dict[str, Life]]]) -> None:
    found = ask(month[0], "select run_id, outcome from runs where run_id like '%T04:%' order by run_id")
    assert [(int(run_id[8:10]), outcome) for run_id, outcome in found] == [
        (day, "empty" if day == 26 else "ok") for day in AGAIN
    ]


def test_the_lifecycle_table_is_true_after_every_day(month: tuple[str, list[dict[str, Life]]]) -> None:
    for day, lives in enumerate(month[1], 1):
        assert lives == true_lives(range(1, day + 1)), f"after day {day}"


def test_the_lifecycle_table_is_what_a_reader_of_the_calendar_expects(
    month: tuple[str, list[dict[str, Life]]],
) -> None:
    assert month[1][-1] == TRUTH
    assert len(month[1]) == N_DAYS


def test_every_change_has_its_revision_and_nothing_else(month: tuple[str, list[dict[str, Life]]]) -> None:
    query = "select posting_id, change, seen_at, old, new from revisions order by posting_id, revision_no"
    found: dict[str, list[Any]] = {}
    values = {}
    for posting_id, change, seen_at, old, new in ask(month[0], query):
        name = posting_id.rpartition(":")[2]
        found.setdefault(name, []).append((change, int(seen_at[8:10])))
        values[name, change, int(seen_at[8:10])] = (old, new)
    changed = {
        "pay": [("pay", 8)],  # changed on day 7, when the answer broke off
        "title": [("title", 11), ("title", 21)],
        "place": [("place", 8)],
        "blurb": [("text", 20)],
        "duty": [("text", 21), ("duties", 21)],
    }
    assert found == {**changed, **CLOSED_AND_BACK}
    assert values["pay", "pay", 8] == ("60000-70000 USD year", "65000-70000 USD year")
    assert values["title", "title", 11] == ("Paralegal", "Senior Paralegal")
    assert values["place", "place", 8] == ("Troy, NY", "Albany, NY")
    assert values["blurb", "text", 20] == ("are here", "moved")
    assert values["duty", "duties", 21] == ("Organize case files for trial", "Prepare exhibits for trial")
    assert values["back", "reopened", 14] == ("2026-01-08", None)


def test_an_ad_that_changed_keeps_its_first_sight_and_its_last_words(month: tuple[str, list[dict[str, Life]]]) -> None:
    query = "select salary_min, first_seen from postings where posting_id = 'greenhouse:firm:pay'"
    assert ask(month[0], query) == [(65000.0, "2026-01-01T03:00:00+00:00")]


RULES = Rules(n_misses=2, min_gap=timedelta(hours=12), max_shrink=0.5, min_ads=10, max_suspect=3)


@pytest.mark.parametrize(
    ("n_found", "n_before", "n_suspect", "is_doubted"),
    [
        (0, 0, 0, False),  # was empty before
        (0, 1, 0, True),  # empty for the first time
        (0, 9, 1, False),  # a small board, empty a second time
        (0, 10, 1, True),  # a board that had many, empty a second time
        (0, 10, 3, False),  # it has said so often enough
        (5, 10, 0, False),  # half of it
        (4, 10, 0, True),  # less than half
        (4, 10, 2, True),
        (4, 10, 3, False),
        (1, 9, 0, False),  # too few to judge
        (90, 10, 0, False),
    ],
)
def test_when_a_board_is_doubted(n_found: int, n_before: int, n_suspect: int, is_doubted: bool) -> None:
    assert (RULES.doubt(n_found, n_before, n_suspect) is not None) == is_doubted


@pytest.fixture
def opened(store_address: str) -> Iterator[Store]:
    store = open_store(store_address)
    yield store
    store.close()


def posting(name: str, source: str = "firm", **fields: Any) -> Posting:
    return Posting(source=source, platform="greenhouse", posting_id=name, title="Paralegal", text="Draft.", **fields)


def run(opened: Store, day: int, shown: set[str], hour: int = 3, **fields: Any) -> int:
    at = f"2026-01-{day:02}T{hour:02}:00:00+00:00"
    row = {"run_id": at, "source": "firm", "platform": "greenhouse", "started_at": at, "finished_at": at}
    counts = {"detail": None, "n_found": 2, "n_kept": 2, "n_errors": 0}
    return end_run(opened, {**row, "outcome": "ok", **counts, **fields}, {}, shown, RULES)


def closed(opened: Store) -> set[str]:
    with opened.engine.connect() as connection:
        query = select(store.postings.c.posting_id).where(store.postings.c.closed_on.is_not(None))
        return set(connection.execute(query).scalars())


def test_only_ads_of_the_source_are_closed(opened: Store) -> None:
    opened.save([posting("a"), posting("b"), posting("c", source="other")])
    assert [run(opened, day, {"a"}) for day in (1, 2, 3)] == [0, 1, 0]
    assert closed(opened) == {"b"}


def test_two_misses_close_an_ad_only_when_they_lie_hours_apart(opened: Store) -> None:
    opened.save([posting("a"), posting("b")])
    hours = (3, 4, 9, 14)
    assert [run(opened, 1, {"b"}, hour) for hour in hours] == [0, 0, 0, 0]
    assert run(opened, 1, {"b"}, 15) == 1
    assert closed(opened) == {"a"}


def test_an_ad_that_comes_back_between_is_missed_anew(opened: Store) -> None:
    opened.save([posting("a"), posting("b")])
    run(opened, 1, {"b"})
    run(opened, 2, {"a", "b"})
    assert [run(opened, 3, {"b"}, hour) for hour in (3, 4)] == [0, 0]
    opened.save([posting("a")])
    assert [run(opened, 4, {"b"}, hour) for hour in (3, 14, 15)] == [0, 0, 1]


@pytest.mark.parametrize("outcome", ["partial", "network", "gone", "blocked", "throttled", "changed-format"])
def test_a_board_that_did_not_answer_wholly_closes_nothing(opened: Store, outcome: str) -> None:
    opened.save([posting("a")])
    assert [run(opened, day, set(), outcome=outcome) for day in range(1, 6)] == [0] * 5
    assert closed(opened) == set()


def test_an_ad_that_is_shown_but_rejected_is_not_missed(opened: Store) -> None:
    opened.save([posting("a"), posting("b")])
    for day, shown in enumerate(({"b"}, {"a", "b"}, {"b"}, {"a", "b"}), 1):
        run(opened, day, shown)
    assert closed(opened) == set()


def test_an_archive_closes_nothing(opened: Store) -> None:
    opened.save([posting("a")])
    assert [run(opened, day, set(), platform="warc") for day in (1, 2, 3)] == [0] * 3


def test_a_run_that_cannot_be_recorded_closes_nothing(opened: Store) -> None:
    opened.save([posting("a"), posting("b")])
    run(opened, 1, {"a"})
    with pytest.raises(store.StoreError, match="not written"):
        run(opened, 2, {"a"}, n_kept=None)
    assert closed(opened) == set()
    assert len(opened.of_run("2026-01-02T03:00:00+00:00")[0]) == 0


def test_a_lost_detail_page_reopens_without_touching_the_words(opened: Store) -> None:
    opened.save([posting("a")])
    for day in (1, 2):
        run(opened, day, set())
    bare = Posting(source="firm", platform="greenhouse", posting_id="a", title="Paralegal", last_seen="2026-01-03")
    assert opened.save([bare]).n_reopened == 1
    with opened.engine.connect() as connection:
        (row,) = connection.execute(select(store.postings)).mappings()
    assert (row["text"], row["closed_on"], row["n_missed"]) == ("Draft.", None, 0)


def test_what_a_newer_rolecall_reads_out_of_the_same_words_is_no_change(opened: Store) -> None:
    opened.save([posting("a", salary_min=60_000.0)])
    assert opened.save([posting("a", salary_min=65_000.0)]).n_changed == 0


def test_a_store_of_an_earlier_version_gets_its_columns(store_address: str) -> None:
    opened = open_store(store_address)
    opened.save([posting("a")])
    opened.close()
    for column in store.LIFECYCLE:
        ask(store_address, f"alter table postings drop column {column}")
    ask(store_address, "drop table revisions")
    opened = open_store(store_address)
    assert opened.save([posting("a")]) == store.Saved(0, 0, 0)
    assert [run(opened, day, set()) for day in (1, 2)] == [0, 1]
    opened.close()


def test_statistics_leave_closed_ads_out_and_postings_csv_says_when_they_closed(opened: Store, tmp_path: Path) -> None:
    pay = {"salary_year_min": 60_000.0, "salary_year_max": 70_000.0, "salary_currency": "USD", "group_id": "one"}
    told = {"role": "paralegal", "title_role": "paralegal", "title_verdict": "matches", **pay}
    opened.save([posting("a", **told), posting("b", **{**told, "salary_year_max": 90_000.0})])
    for day in (1, 2):
        run(opened, day, {"b"})
    write_reports(opened, tmp_path / "out", {})
    opened.close()
    assert [(row["posting_id"], row["closed_on"]) for row in read_csv(tmp_path / "out" / "postings.csv")] == [
        ("a", "2026-01-02"),
        ("b", ""),
    ]
    (salary,) = (row for row in read_csv(tmp_path / "out" / "salary_stats.csv") if row["cut"] == "all")
    assert (salary["postings"], salary["high_median"]) == ("1", "")  # five are needed for a figure
    assert [row["posting_id"] for row in read_csv(tmp_path / "out" / "title_check.csv")] == ["b"]
    (matrix,) = read_csv(tmp_path / "out" / "title_matrix.csv")
    assert matrix["postings"] == "1"


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
