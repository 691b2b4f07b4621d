"""salary_stats, location_stats and title_check against figures worked out by hand and by numpy."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output.article import article_figures
from output.cells import FIGURES
from output.columns import CUTS, LOCATION_STATS, PAY_LEDGER, PLACES, POSTINGS, SALARY_STATS, TITLE_CHECK
from output.duty_stats import duty_stats
from output.frames import typed, with_set_aside
from output.location_stats import location_stats
from output.medians import median_by_employer, median_interval, weighted_median
from output.salary_stats import annualisation_rule, salary_stats
from output.seniority import seniority_of
from output.terminal import summary_table
from output.title_check import title_check, title_matrix, verdict_counts

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


def test_a_cell_under_min_n_keeps_its_counts_and_loses_its_figures() -> None:
    rows = [paid(50_000, 60_000, company=f"Firm {number}") for number in range(4)]
    found = cell(salary_stats(postings(*rows), FACTOR), role="paralegal", cut="all")
    assert (found["postings"], found["with_pay"], found["employers"]) == (4, 4, 4)
    assert all(pd.isna(found[name]) for name in (*FIGURES, "difference"))
    assert found["article_figure"] == 59_200
    found = cell(salary_stats(postings(*rows, rows[0]), FACTOR), role="paralegal", cut="all")
    assert (found["mid_median"], found["mid_median_from"], found["difference"]) == (55_000, 55_000, -4_200)


def test_every_cut_counts_every_job_once() -> None:
    rows = [
        paid(
            50_000, 60_000, country="US", region="NY", city="Albany", sector="legal services", title="Senior Paralegal"
        ),
        paid(70_000, 80_000, country="GB", city="London", source="t", remote="hybrid"),
        {"sector": "other"},
    ]
    stats = salary_stats(postings(*rows), FACTOR, 1)
    assert stats.groupby("cut")["postings"].sum().to_dict() == dict.fromkeys(CUTS, 3)
    assert cell(stats, cut="city", value="US-NY Albany")["mid_median"] == 55_000
    assert cell(stats, cut="city", value="GB London")["mid_median"] == 75_000
    assert cell(stats, cut="seniority", value="senior")["postings"] == 1
    assert cell(stats, cut="source", value="t")["postings"] == 1
    assert cell(stats, cut="sector", value="other")["with_pay"] == 0


def test_the_articles_figure_stands_beside_its_cell_with_its_source() -> None:
    rows = [
        paid(60_000, 60_000, sector="federal government"),
        paid(50_000, 50_000, role="legal assistant", title="Executive Legal Assistant"),
        paid(40_000, 40_000, role="legal secretary"),
        paid(40_000, 40_000, "GBP", role="legal secretary"),
    ]
    stats = salary_stats(postings(*rows), FACTOR, 1)
    federal = cell(stats, role="paralegal", cut="sector", value="federal government")
    assert (federal["article_figure"], federal["article_measure"], federal["difference"]) == (72_320, "median", -12_320)
    assert "career outlook" in federal["article_source"]
    assert cell(stats, cut="seniority", value="executive")["article_figure"] == 53_442
    zippia = cell(stats, role="legal secretary", cut="all", currency="USD")
    assert zippia["article_figure"] == 41_725
    assert "Zippia" in zippia["article_source"]
    assert pd.isna(cell(stats, role="legal secretary", cut="all", currency="GBP")["article_figure"])


def test_pay_far_out_is_set_aside_with_its_reason() -> None:
    rows = [paid(50_000 + 500 * number, 60_000) for number in range(24)]
    frame = postings(*rows, paid(4_000, 4_000, group_id="g"), paid(4_000, 4_000, group_id="g"))
    found = cell(salary_stats(frame, FACTOR), cut="all")
    assert (found["with_pay"], found["outliers"]) == (25, 1)
    assert found["mid_median"] == np.median([(50_000 + 500 * number + 60_000) / 2 for number in range(24)])
    ledger = typed(
        pd.DataFrame(
            {"posting_id": ["0", "24", "25", "25"], "verdict": ["taken", "taken", "taken", "a bonus"]}
        ).reindex(columns=PAY_LEDGER.names),
        PAY_LEDGER,
    )
    reasons = with_set_aside(ledger, frame)["set_aside"]
    assert list(reasons.isna()) == [True, False, False, True]
    assert reasons[1] == reasons[2]
    assert reasons[1].endswith("USD a year, the range of paralegal jobs (n=25)")


def test_few_jobs_have_no_outliers() -> None:
    rows = [paid(50_000, 60_000)] * 5 + [paid(4_000, 4_000)]
    assert cell(salary_stats(postings(*rows), FACTOR), cut="all")["outliers"] == 0


def test_part_time_and_contract_are_counted_among_those_with_pay() -> None:
    rows = [paid(50_000, 60_000, is_part_time=True), paid(50_000, 60_000, is_contract=True), {"is_contract": True}]
    found = cell(salary_stats(postings(*rows), FACTOR), currency="USD", cut="all")
    assert (found["part_time"], found["contract"]) == (1, 1)


def test_salary_cell_by_hand() -> None:
    rows = [paid(50_000, 60_000), paid(70_000, 90_000, company="Other"), paid(None, 64_000), {}]
    found = cell(salary_stats(postings(*rows), FACTOR, 1), role="paralegal", currency="USD", cut="all")
    assert (found["postings"], found["with_pay"], found["employers"], found["disclosure_share"]) == (3, 3, 2, 0.75)
    assert (found["low_median"], found["mid_median"], found["high_median"]) == (60_000, 64_000, 64_000)
    assert (found["article_figure"], found["difference"]) == (59_200, 4_800)
    assert found["annualisation"] == "year x 1, hour x 2080"


def test_jobs_without_pay_have_a_row_without_currency() -> None:
    found = cell(salary_stats(postings({}, {}), FACTOR), currency=None, cut="all")
    assert (found["postings"], found["with_pay"]) == (2, 0)
    assert pd.isna(found["mid_median"])


def test_currencies_are_never_mixed() -> None:
    stats = salary_stats(postings(paid(50_000, 50_000), paid(30_000, 30_000, "GBP")), FACTOR, 1)
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
    stats = salary_stats(postings(*rows), FACTOR, 1)
    assert cell(stats, cut="region", value="US-NY")["mid_median"] == 50_000
    assert cell(stats, cut="remote", value="hybrid")["postings"] == 1
    assert cell(stats, cut="remote", value=None)["postings"] == 1


PAY = st.tuples(
    st.integers(20_000, 200_000),
    st.integers(0, 50_000),
    st.sampled_from(["paralegal", "law clerk", "none"]),
    st.sampled_from(["USD", "GBP"]),
)


@settings(max_examples=20)
@given(st.lists(PAY, min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_quantiles_equal_numpys_whatever_the_order_of_rows(rows: list[tuple[int, int, str, str]], random: Any) -> None:
    frame = postings(*(paid(low, low + width, currency, role=role) for low, width, role, currency in rows))
    stats = salary_stats(frame, FACTOR, 1)
    shuffled = list(range(len(frame)))
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(stats, salary_stats(frame.iloc[shuffled], FACTOR, 1))
    for role, currency in {(role, currency) for _, _, role, currency in rows}:
        mids = [low + width / 2 for low, width, *kind in rows if kind == [role, currency]]
        found = cell(stats, role=role, currency=currency, cut="all")
        assert found["postings"] == len(mids)
        used = [mid for mid in mids if found["outliers"] == 0 or not _is_far_out(mid, mids)]
        expected = np.quantile(used, [0.1, 0.25, 0.5, 0.75, 0.9])
        names = ["mid_p10", "mid_p25", "mid_median", "mid_p75", "mid_p90"]
        assert [found[name] for name in names] == pytest.approx(expected, abs=0.006)
        assert found["mid_median_from"] <= found["mid_median"] <= found["mid_median_to"]
        assert found["outliers"] == len(mids) - len(used)


def _is_far_out(mid: float, mids: list[float]) -> bool:
    """Tukey's outer fence on logarithms, worked out again."""
    low, high = np.quantile(np.log(mids), [0.25, 0.75])
    reach = 3 * max(high - low, 0.1)
    return not low - reach <= np.log(mid) <= high + reach


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


def test_location_quotient_by_hand() -> None:
    frame = postings({}, {}, {}, {"role": "none"}, {"role": "none"})
    where = ["NY", "NY", "NJ", "NY", "NJ"]
    stats = location_stats(frame, places(*((str(n), None, region, "US") for n, region in enumerate(where))))
    ny = cell(stats, role="paralegal", level="region", region="NY")
    assert ny["location_quotient"] == pytest.approx((2 / 3) / (3 / 5), abs=1e-4)
    assert pd.isna(cell(stats, role="all", level="region", region="NY")["location_quotient"])


def test_the_articles_states_are_marked_for_legal_secretaries_only() -> None:
    frame = postings({"role": "legal secretary"}, {}, {"role": "legal secretary"})
    stats = location_stats(
        frame, places(*((str(n), None, region, "US") for n, region in enumerate(["DC", "NJ", "NY"])))
    )
    said = stats[stats["article_says"].notna()]
    assert list(zip(said["role"], said["region"], strict=True)) == [("legal secretary", "DC")]


def test_location_pay_is_in_dollars_only() -> None:
    frame = postings(paid(50_000, 60_000, remote="remote"), paid(30_000, 30_000, "GBP", remote="remote"))
    found = cell(location_stats(frame, places(), 1), role="paralegal", level="remote", city="remote")
    assert (found["postings"], found["with_pay"], found["mid_median_usd"]) == (2, 1, 55_000)


@settings(max_examples=25)
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


def test_title_matrix_counts_jobs_by_verdict() -> None:
    matrix = title_matrix(
        postings({}, {"role": "none", "title_verdict": "cannot tell"}, {"group_id": "g0"}, {"title_role": None})
    )
    claimed = cell(matrix, title_role="paralegal", role="paralegal")
    assert (claimed["postings"], claimed["share"], claimed["matches"]) == (1, 0.5, 1)
    assert cell(matrix, title_role="paralegal", role="none")["cannot_tell"] == 1
    assert matrix["postings"].sum() == 3


def test_duty_stats_by_hand() -> None:
    frame = postings({}, {}, {"role": "none"}, {"group_id": "g0"}, {})
    duties = pd.DataFrame(
        {
            "posting_id": ["0", "0", "1", "2", "3"],
            "definitions": [
                "paralegal.drafting law_clerk.research",
                "paralegal.drafting",
                "",
                "law_clerk.research",
                "paralegal.drafting",
            ],
        },
        dtype="string",
    )
    stats = duty_stats(frame, duties)
    drafting = cell(stats, definition="paralegal.drafting", role="paralegal")
    assert (drafting["duties"], drafting["postings"], drafting["postings_of_role"]) == (2, 1, 2)
    assert (drafting["share"], drafting["lift"]) == (0.5, 1.5)
    research = cell(stats, definition="law_clerk.research", role="all")
    assert (research["postings"], research["postings_of_role"]) == (2, 3)
    assert pd.isna(research["lift"])


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Sr. Litigation Paralegal", "senior"),
        ("Paralegal II", None),
        ("Senior Case Manager", "senior"),
        ("Compliance Manager", "manager"),
        ("Executive Legal Assistant", "executive"),
        ("Summer Law Clerk", "student"),
        ("International Paralegal", None),
        ("", None),
    ],
)
def test_seniority_is_what_the_title_states(title: str, level: str | None) -> None:
    assert seniority_of(title) == level


AMOUNTS = st.lists(st.integers(20_000, 200_000), min_size=1, max_size=40)


@settings(max_examples=30)
@given(AMOUNTS, st.randoms(use_true_random=False))
def test_the_interval_is_that_of_real_resamples_whatever_the_order(amounts: list[int], random: Any) -> None:
    values = np.array(amounts, dtype=float)
    low, high = median_interval(values)
    shuffled = values.copy()
    random.shuffle(shuffled)
    assert (low, high) == median_interval(shuffled)
    assert values.min() <= low <= np.median(values) <= high <= values.max()


@pytest.mark.parametrize("n", [1, 2, 5, 8, 31, 200])
def test_the_interval_agrees_with_one_of_plain_resampling(n: int) -> None:
    random = np.random.default_rng(n)
    values = random.normal(60_000, 10_000, n)
    medians = np.median(random.choice(values, (20_000, n)), axis=1)
    low, high = median_interval(values)
    ranked = np.sort(medians)
    for found, share in ((low, 0.025), (high, 0.975)):
        at_most, below = (
            np.searchsorted(ranked, found, "right") / 20_000,
            np.searchsorted(ranked, found, "left") / 20_000,
        )
        assert below - 0.012 <= share <= at_most + 0.012


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4)), min_size=1, max_size=12))
def test_a_weighted_median_is_that_of_repeated_values(pairs: list[tuple[int, int]]) -> None:
    values, weights = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    repeated = np.repeat(values, weights.astype(int))
    assert weighted_median(values, weights) == np.median(repeated)


def test_employers_weigh_the_same() -> None:
    mids, employers = np.array([50.0, 50, 50, 80, 90]), np.array([0, 0, 0, 1, 2])
    assert median_by_employer(mids, employers) == 80
    assert median_by_employer(mids, np.full(5, -1)) == 50


def test_verdict_counts_jobs() -> None:
    counts = verdict_counts(postings({}, {"title_verdict": "differs"}, {"group_id": "g0"}))
    assert (counts.at["paralegal", "matches"], counts.at["paralegal", "differs"]) == (1, 1)


def test_the_articles_figures() -> None:
    assert article_figures() == {"legal secretary": 41725, "paralegal": 59200, "legal assistant": 55644}


def test_the_rule_is_said_in_words() -> None:
    assert annualisation_rule({"year": 1, "two weeks": 26}) == "year x 1, two weeks x 26"
