"""salary_stats, location_stats and title_check against figures worked out by hand and by numpy."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from output.columns import LOCATION_STATS, PLACES, POSTINGS, SALARY_STATS, TITLE_CHECK
from output.frames import typed
from output.location_stats import location_stats
from output.salary_stats import annualisation_rule, article_figures, salary_stats
from output.terminal import summary_table
from output.title_check import title_check, verdict_counts

FACTOR = {"year": 1.0, "hour": 2080.0}
DEFAULTS: dict[str, Any] = {
    "source": "s",
    "title": "Paralegal",
    "company": "Firm",
    "role": "paralegal",
    "title_verdict": "matches",
    "title_role": "paralegal",
    "title_for": None,
    "title_against": None,
}


def postings(*rows: dict[str, Any]) -> pd.DataFrame:
    names = [*POSTINGS.names, "title_for", "title_against"]
    full = [
        {**dict.fromkeys(names), **DEFAULTS, "posting_id": str(number), "group_id": f"g{number}", **row}
        for number, row in enumerate(rows)
    ]
    return typed(pd.DataFrame(full, columns=names), POSTINGS, TITLE_CHECK)


def paid(low: float | None, high: float | None, currency: str = "USD", **row: Any) -> dict[str, Any]:
    return {"salary_year_min": low, "salary_year_max": high, "salary_currency": currency, **row}


def places(*rows: tuple[str, str | None, str | None, str | None]) -> pd.DataFrame:
    return typed(pd.DataFrame([(row[0], 1, *row[1:], None) for row in rows], columns=PLACES.names), PLACES)


def cell(stats: pd.DataFrame, **where: Any) -> dict[str, Any]:
    chosen = stats
    for name, value in where.items():
        chosen = chosen[chosen[name].isna() if value is None else (chosen[name] == value).fillna(False)]
    assert len(chosen) == 1, chosen
    return {str(key): value for key, value in chosen.iloc[0].items()}


def test_salary_cell_by_hand() -> None:
    rows = [paid(50_000, 60_000), paid(70_000, 90_000, company="Other"), paid(None, 64_000), {}]
    found = cell(salary_stats(postings(*rows), FACTOR), role="paralegal", currency="USD", cut="all")
    assert (found["postings"], found["with_pay"], found["employers"], found["disclosure_share"]) == (3, 3, 2, 0.75)
    assert (found["low_median"], found["mid_median"], found["high_median"]) == (60_000, 64_000, 64_000)
    assert (found["article_figure"], found["difference"]) == (59_200, 4_800)
    assert found["annualisation"] == "year x 1, hour x 2080"


def test_jobs_without_pay_have_a_row_without_currency() -> None:
    found = cell(salary_stats(postings({}, {}), FACTOR), currency=None, cut="all")
    assert (found["postings"], found["with_pay"]) == (2, 0)
    assert pd.isna(found["mid_median"])


def test_currencies_are_never_mixed() -> None:
    stats = salary_stats(postings(paid(50_000, 50_000), paid(30_000, 30_000, "GBP")), FACTOR)
    assert cell(stats, currency="USD", cut="all")["mid_median"] == 50_000
    assert cell(stats, currency="GBP", cut="all")["mid_median"] == 30_000
    assert pd.isna(cell(stats, currency="GBP", cut="all")["article_figure"])


def test_copies_of_a_job_count_once() -> None:
    stats = salary_stats(postings(paid(50_000, 50_000, group_id="g"), paid(50_000, 50_000, group_id="g")), FACTOR)
    assert cell(stats, currency="USD", cut="all")["postings"] == 1


def test_cuts_by_region_and_remote() -> None:
    rows = [
        paid(50_000, 50_000, country="US", region="NY", remote="hybrid"),
        paid(60_000, 60_000, country="US", region="NJ"),
    ]
    stats = salary_stats(postings(*rows), FACTOR)
    assert cell(stats, cut="region", value="US-NY")["mid_median"] == 50_000
    assert cell(stats, cut="remote", value="hybrid")["postings"] == 1
    assert cell(stats, cut="remote", value=None)["postings"] == 1


PAY = st.tuples(
    st.integers(20_000, 200_000),
    st.integers(0, 50_000),
    st.sampled_from(["paralegal", "law clerk", "none"]),
    st.sampled_from(["USD", "GBP"]),
)


@given(st.lists(PAY, min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_quantiles_equal_numpys_whatever_the_order_of_rows(rows: list[tuple[int, int, str, str]], random: Any) -> None:
    frame = postings(*(paid(low, low + width, currency, role=role) for low, width, role, currency in rows))
    stats = salary_stats(frame, FACTOR)
    shuffled = list(range(len(frame)))
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(stats, salary_stats(frame.iloc[shuffled], FACTOR))
    for role, currency in {(role, currency) for _, _, role, currency in rows}:
        mids = [low + width / 2 for low, width, *kind in rows if kind == [role, currency]]
        found = cell(stats, role=role, currency=currency, cut="all")
        assert found["postings"] == len(mids)
        expected = np.quantile(mids, [0.25, 0.5, 0.75])
        assert [found["mid_p25"], found["mid_median"], found["mid_p75"]] == pytest.approx(expected, abs=0.006)


def test_location_levels_and_split() -> None:
    frame = postings({}, {"role": "none"}, {})
    found = location_stats(
        frame, places(("0", "Albany", "NY", "US"), ("0", "Newark", "NJ", "US"), ("1", None, None, "GB"))
    )
    albany = cell(found, role="paralegal", level="city", city="Albany")
    assert (albany["postings"], albany["postings_split"], albany["share"]) == (1, 0.5, 0.5)
    usa = cell(found, role="paralegal", level="country", country="US")
    assert (usa["postings"], usa["postings_split"]) == (1, 1)
    assert cell(found, role="all", level="country", country="GB")["share"] == pytest.approx(1 / 3, abs=1e-4)
    assert cell(found, role="paralegal", level="country", country=None)["postings"] == 1


def test_a_job_posted_in_two_places_as_two_ads_counts_once_with_both() -> None:
    frame = postings({"group_id": "g"}, {"group_id": "g"})
    found = location_stats(frame, places(("0", "Albany", "NY", "US"), ("1", "Troy", "NY", "US")))
    assert cell(found, role="paralegal", level="region", region="NY")["postings"] == 1
    assert cell(found, role="paralegal", level="city", city="Troy")["postings_split"] == 0.5


def test_location_pay_is_in_dollars_only() -> None:
    frame = postings(paid(50_000, 60_000, remote="remote"), paid(30_000, 30_000, "GBP", remote="remote"))
    found = cell(location_stats(frame, places()), role="paralegal", level="remote", city="remote")
    assert (found["postings"], found["with_pay"], found["mid_median_usd"]) == (2, 1, 55_000)


@given(
    st.lists(
        st.tuples(st.sampled_from(["NY", "NJ", None]), st.sampled_from(["paralegal", "none"])), min_size=1, max_size=20
    )
)
def test_split_counts_sum_to_the_number_of_jobs(rows: list[tuple[str | None, str]]) -> None:
    frame = postings(*({"role": role} for _, role in rows))
    found = location_stats(
        frame, places(*((str(number), None, region, "US") for number, (region, _) in enumerate(rows)))
    )
    countries = found[(found["level"] == "country") & (found["role"] == "all")]
    assert countries["postings_split"].sum() == pytest.approx(len(rows))
    assert found["share"].between(0, 1).all()


def test_empty_frames_give_headers() -> None:
    assert list(salary_stats(postings(), FACTOR).columns) == SALARY_STATS.names
    assert list(location_stats(postings(), places()).columns) == LOCATION_STATS.names
    assert list(title_check(postings()).columns) == TITLE_CHECK.names
    assert summary_table(postings()).row_count == 8


def test_title_check_lists_the_titles_that_claim_a_role() -> None:
    found = title_check(postings({}, {"title_role": None}, {"title_verdict": "differs"}))
    assert list(found["posting_id"]) == ["0", "2"]


def test_verdict_counts_jobs() -> None:
    counts = verdict_counts(postings({}, {"title_verdict": "differs"}, {"group_id": "g0"}))
    assert (counts.at["paralegal", "matches"], counts.at["paralegal", "differs"]) == (1, 1)


def test_the_articles_figures() -> None:
    assert article_figures() == {"legal secretary": 41725, "paralegal": 59200, "legal assistant": 55644}


def test_the_rule_is_said_in_words() -> None:
    assert annualisation_rule({"year": 1, "two weeks": 26}) == "year x 1, two weeks x 26"
