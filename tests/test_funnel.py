"""funnel.csv and changes.csv: every loss has a reason, every sum is exact."""

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
    found = changes(frame, runs((FIRST, "s", "ok", 1, 1), (SECOND, "s", "ok", 2, 2)))
    assert found[["run_id", "posting_id", "change"]].to_numpy().tolist() == [[SECOND, "1", "new"]]


def test_an_ad_is_not_seen_by_the_first_full_run_without_it() -> None:
    frame = postings(seen(FIRST, FIRST), seen(FIRST, THIRD))
    found = changes(frame, runs((FIRST, "s", "ok", 2, 2), (SECOND, "s", "partial", 1, 1), (THIRD, "s", "ok", 1, 1)))
    assert found[["run_id", "posting_id", "change"]].to_numpy().tolist() == [[THIRD, "0", "not seen"]]
    assert found["seen_at"][0].startswith("2026-03-01T08:00:00")


def test_a_board_that_did_not_answer_closes_no_ad() -> None:
    frame = postings(seen(FIRST, FIRST))
    assert changes(frame, runs((FIRST, "s", "ok", 1, 1), (SECOND, "s", "blocked", 0, 0))).empty


def test_ads_of_an_archive_are_counted_and_change_nothing() -> None:
    frame = postings(seen("2020-01-01T00:00:00", "2020-01-01T00:00:00"))
    of_archive = runs((FIRST, "s", "ok", 1, 1), (SECOND, "s", "ok", 1, 1)).assign(platform="warc")
    assert list(funnel(frame, of_archive, rejections())["n_left"].tail(2)) == [1, 1]
    assert changes(frame, of_archive).empty


def test_runs_and_reasons_are_read_from_the_store(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save([posting(1, first_seen=FIRST, last_seen=FIRST)])
    run = runs((FIRST, "s", "ok", 3, 1)).to_dict("records")[0]
    opened.save_run({str(key): value for key, value in run.items()}, {"neither title nor text": 2})
    frames = read_frames(opened)
    found = funnel(frames.postings, frames.runs, frames.rejections)
    assert list(found["n_left"]) == [3, 1, 1, 1, 1, 1]
