"""funnel.csv and changes.csv: every loss has a reason, every sum is exact."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reports import postings
from test_store import posting

from output.changes import changes
from output.columns import STEPS
from output.frames import read_frames
from output.funnel import COPY, FAILED, SAME_ID, funnel
from pipelines.lifecycle import Rules, end_run
from store import metadata, open_store

FIRST, SECOND, THIRD = "2026-03-01T08:00:00.5+00:00", "2026-03-02T08:00:00.5+00:00", "2026-03-03T08:00:00.5+00:00"
RUN = {"platform": "p", "detail": None, "n_errors": 0, "outcome": "ok"}


def runs(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    """(run_id, source, outcome, n_found, n_kept); a run starts at the instant it is named for."""
    names = list(metadata.tables["runs"].columns.keys())
    full = [
        {**RUN, "run_id": run, "started_at": run, "finished_at": run, "source": source, "outcome": outcome,
         "n_found": n_found, "n_kept": n_kept}
        for run, source, outcome, n_found, n_kept in rows
    ]  # fmt: skip
    return pd.DataFrame(full, columns=names)


def rejections(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["run_id", "source", "reason", "n"])


def revisions(*rows: tuple[str, int, str, str, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["posting_id", "revision_no", "seen_at", "change", "old", "new"])


def seen(first: str, last: str, **row: Any) -> dict[str, Any]:
    return {"first_seen": first[:19] + "+00:00", "last_seen": last[:19] + "+00:00", **row}


def test_each_step_says_what_it_lost_and_why() -> None:
    frame = postings(seen(FIRST, FIRST, group_id="g"), seen(FIRST, FIRST, group_id="g"), seen(FIRST, FIRST))
    found = funnel(
        frame,
        runs((FIRST, "s", "partial", 9, 4)),
        rejections((FIRST, "s", "title of another occupation", 3), (FIRST, "s", "closed before the crawl", 1)),
    )
    assert list(zip(found["step"], found["reason"].fillna("-"), found["n_lost"], found["n_left"], strict=True)) == [
        ("fetched", "-", 0, 9),
        ("read", FAILED, 1, 8),
        ("open", "closed before the crawl", 1, 7),
        ("legal", "title of another occupation", 3, 4),
        ("stored", SAME_ID, 1, 3),
        ("distinct", COPY, 1, 2),
    ]


def test_only_the_last_run_of_a_source_says_what_is_counted() -> None:
    found = funnel(
        postings(seen(FIRST, SECOND)), runs((FIRST, "s", "ok", 1, 1), (SECOND, "s", "ok", 1, 1)), rejections()
    )
    assert list(found[found["run_id"] == FIRST]["step"]) == ["fetched", "read", "open", "legal"]
    assert list(found[found["run_id"] == SECOND]["step"]) == list(STEPS)


def test_ads_of_files_have_rows_without_run() -> None:
    found = funnel(postings({"source": "ads.csv"}, {"source": "ads.csv", "group_id": "g0"}), runs(), rejections())
    assert found["run_id"].isna().all()
    assert list(found["n_left"]) == [2, 2, 1]


ADS = st.lists(st.tuples(st.sampled_from("st"), st.integers(0, 6)), max_size=15)


@settings(max_examples=30)
@given(ADS, st.integers(0, 4), st.integers(0, 4))
def test_what_is_left_of_one_row_comes_into_the_next_and_the_last_are_the_jobs(
    ads: list[tuple[str, int]], n_closed: int, n_failed: int
) -> None:
    frame = postings(*(seen(FIRST, FIRST, source=source, group_id=f"g{group}") for source, group in ads))
    n_kept = {name: sum(source == name for source, _ in ads) for name in "st"}
    found = funnel(
        frame,
        runs(*((FIRST, name, "ok", n + n_closed + n_failed, n) for name, n in n_kept.items())),
        rejections(*((FIRST, name, "closed before the crawl", n_closed) for name in "st" if n_closed)),
    )
    for _, of_source in found.groupby("source"):
        assert list(of_source["n_in"][1:]) == list(of_source["n_left"][:-1])
        assert (of_source["n_in"] - of_source["n_lost"] == of_source["n_left"]).all()
    last = found.drop_duplicates("source", keep="last")
    assert last["n_left"].sum() == len({group for _, group in ads})


def test_new_ads_are_those_of_a_later_run_than_the_first() -> None:
    frame = postings(seen(FIRST, SECOND), seen(SECOND, SECOND), {"source": "ads.csv"})
    found = changes(frame, runs((FIRST, "s", "ok", 1, 1), (SECOND, "s", "ok", 2, 2)), revisions())
    assert found[["run_id", "posting_id", "change"]].to_numpy().tolist() == [[SECOND, "1", "new"]]


def test_a_change_stands_with_the_run_that_saw_it_and_with_what_was_there_before() -> None:
    frame = postings(seen(FIRST, THIRD), seen(FIRST, FIRST, closed_on="2026-03-03"))
    of_three = runs(*((run, "s", "ok", 2, 2) for run in (FIRST, SECOND, THIRD)))
    told = revisions(
        ("0", 1, SECOND[:19] + "+00:00", "pay", "50000 USD year", "60000 USD year"),
        ("0", 2, THIRD[:19] + "+00:00", "duties", "Fax", ""),
        ("1", 1, THIRD, "closed", None, "2026-03-03"),
        ("gone", 1, THIRD, "title", "a", "b"),
    )
    found = changes(frame, of_three, told).fillna("")
    columns = ["run_id", "posting_id", "change_no", "change", "before", "after", "title"]
    assert found[columns].to_numpy().tolist() == [
        [SECOND, "0", 1, "pay", "50000 USD year", "60000 USD year", "Paralegal"],
        [THIRD, "0", 2, "duties", "Fax", "", "Paralegal"],
        [THIRD, "1", 1, "closed", "", "2026-03-03", "Paralegal"],
    ]


def test_a_change_seen_by_a_run_that_was_pruned_has_no_run() -> None:
    found = changes(
        postings(seen(FIRST, THIRD)), runs((THIRD, "s", "ok", 1, 1)), revisions(("0", 1, FIRST, "title", "a", "b"))
    )
    assert found["run_id"].isna().tolist() == [True]


def test_what_happens_to_an_ad_of_a_real_store_is_told_in_its_order(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    rules = Rules(n_misses=2, min_gap=timedelta(0), max_shrink=1.0, min_ads=99, max_suspect=1)
    titles = ("Paralegal", "Senior Paralegal", None, None, "Senior Paralegal")
    for day, title in enumerate(titles, 1):
        at = f"2026-03-{day:02d}T08:00:00.5+00:00"
        sight = {"first_seen": at[:19] + "+00:00", "last_seen": at[:19] + "+00:00"}
        shown = [posting(1, title=title, **sight)] if title else []
        opened.save(shown)
        run = {**RUN, "run_id": at, "started_at": at, "finished_at": at, "source": "s", "n_found": 9, "n_kept": 9}
        end_run(opened, run, {}, {each.posting_id for each in shown}, rules)
    frames = read_frames(opened)
    found = changes(frames.postings, frames.runs, frames.revisions).fillna("")
    assert found[["run_id", "change", "before", "after"]].to_numpy().tolist() == [
        ["2026-03-02T08:00:00.5+00:00", "title", "Paralegal", "Senior Paralegal"],
        ["2026-03-04T08:00:00.5+00:00", "closed", "", "2026-03-04"],
        ["2026-03-05T08:00:00.5+00:00", "reopened", "2026-03-04", ""],
    ]


def test_ads_of_an_archive_are_counted_and_change_nothing() -> None:
    frame = postings(seen("2020-01-01T00:00:00", "2020-01-01T00:00:00"))
    of_archive = runs((FIRST, "s", "ok", 1, 1), (SECOND, "s", "ok", 1, 1)).assign(platform="warc")
    assert list(funnel(frame, of_archive, rejections())["n_left"].tail(2)) == [1, 1]
    assert changes(frame, of_archive, revisions(("0", 1, SECOND, "title", "a", "b"))).empty


def test_runs_and_reasons_are_read_from_the_store(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save([posting(1, first_seen=FIRST, last_seen=FIRST)])
    run = runs((FIRST, "s", "ok", 3, 1)).to_dict("records")[0]
    opened.save_run({str(key): value for key, value in run.items()}, {"neither title nor text": 2})
    frames = read_frames(opened)
    found = funnel(frames.postings, frames.runs, frames.rejections)
    assert list(found["n_left"]) == [3, 1, 1, 1, 1, 1]
