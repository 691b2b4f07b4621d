"""trends.csv: jobs that came, closed and stood open, week by week, against counts worked out by hand."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_funnel import runs
from test_reports import cell, paid, postings

from output.trends import trends

WEEKS = ("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23")


def ad(first: str, closed_on: str | None = None, **row: Any) -> dict[str, Any]:
    """An ad first seen on a day, and closed on another."""
    at = f"{first}T09:00:00+00:00"
    return {"first_seen": at, "last_seen": at, "closed_on": closed_on, "platform": "p", **row}


def read(*days: str, source: str = "s", outcome: str = "ok") -> list[tuple[str, str, str, int, int]]:
    return [(f"{day}T08:00:00.5+00:00", source, outcome, 1, 1) for day in days]


def test_jobs_come_stand_open_and_close() -> None:
    frame = postings(
        ad("2026-03-02"),
        ad("2026-03-04", "2026-03-16"),
        ad("2026-03-10", "2026-03-13"),
        ad("2026-03-23", role="law clerk"),
    )
    found = trends(frame, runs(*read(*WEEKS)))
    of_all = found[found["role"] == "all"]
    assert of_all["week"].tolist() == list(WEEKS)
    assert of_all["came"].tolist() == [2, 1, 0, 1]
    assert of_all["closed"].tolist() == [0, 1, 1, 0]
    assert of_all["postings"].tolist() == [2, 2, 1, 2]
    assert of_all["came_with_source"].tolist() == [2, 0, 0, 0]
    assert of_all["sources_read"].tolist() == [1, 1, 1, 1]
    assert found.loc[found["role"] == "law clerk", "postings"].tolist() == [0, 0, 0, 1]


def test_a_job_on_two_boards_is_one_and_closes_with_its_last_ad() -> None:
    frame = postings(
        ad("2026-03-02", "2026-03-09", group_id="g"), ad("2026-03-10", group_id="g", source="t"), ad("2026-03-02")
    )
    found = trends(frame, runs(*read(*WEEKS), *read("2026-03-10", source="t")))
    of_all = found[found["role"] == "all"]
    assert of_all["postings"].tolist() == [2, 2, 2, 2]
    assert of_all["closed"].tolist() == [0, 0, 0, 0]
    assert of_all["sources_read"].tolist() == [1, 2, 1, 1]


def test_pay_is_the_median_of_the_open_jobs_in_dollars() -> None:
    pay = [paid(50_000 + 1_000 * n, 50_000 + 1_000 * n, **ad("2026-03-02")) for n in range(5)]
    frame = postings(*pay, paid(90_000, 90_000, "GBP", **ad("2026-03-02")), paid(80_000, 80_000, **ad("2026-03-09")))
    found = trends(frame, runs(*read(*WEEKS[:2])))
    first = cell(found, week="2026-03-02", role="paralegal")
    assert (first["with_pay"], first["mid_median_usd"]) == (5, 52_000)
    assert cell(found, week="2026-03-09", role="all")["mid_median_usd"] == 52_500
    assert trends(frame, runs(*read(*WEEKS[:2])), min_n=7)["mid_median_usd"].isna().all()


def test_a_week_without_any_run_has_its_row() -> None:
    found = trends(
        postings(ad("2026-03-02")), runs(*read("2026-03-02", "2026-03-23"), *read("2026-03-09", outcome="blocked"))
    )
    of_all = found[found["role"] == "all"]
    assert of_all["week"].tolist() == list(WEEKS)
    assert of_all["sources_read"].tolist() == [1, 0, 0, 1]


def test_ads_of_files_and_archives_have_no_week() -> None:
    archived = ad("2020-01-01", platform="warc")
    assert trends(postings({"source": "ads.csv"}, archived), runs()).empty
    assert trends(postings(), runs()).empty


DAYS = st.integers(0, 40).map(lambda n: (date(2026, 3, 2) + timedelta(days=n)).isoformat())
ADS = st.lists(
    st.tuples(DAYS, st.none() | DAYS, st.sampled_from(["paralegal", "law clerk", "none"]), st.integers(0, 12)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=12)
@given(ADS, st.randoms())
def test_what_stands_open_is_what_stood_and_came_less_what_closed(ads: list[Any], random: Any) -> None:
    given_rows = [
        ad(first, None if closed is None else max(first, closed), role=role, group_id=f"g{group}", company=f"c{group}")
        for first, closed, role, group in ads
    ]
    found = trends(postings(*given_rows), runs(*read(*WEEKS)))
    counted = ["postings", "came", "came_with_source", "closed", "with_pay"]
    parts = found[found["role"] != "all"].groupby("week")[counted].sum()
    of_all = found[found["role"] == "all"].set_index("week")
    pd.testing.assert_frame_equal(parts, of_all[counted])
    assert (of_all["postings"] == (of_all["came"] - of_all["closed"]).cumsum()).all()
    assert of_all["came"].sum() == len({group for *_, group in ads})
    assert (of_all["came_with_source"] <= of_all["came"]).all()
    random.shuffle(given_rows)
    shuffled = trends(postings(*given_rows), runs(*read(*WEEKS)))
    pd.testing.assert_frame_equal(of_all, shuffled[shuffled["role"] == "all"].set_index("week"))
