"""Custom cuts, and two periods side by side."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import rolecall
from test_reports import cell, paid, postings
from test_store import posting

from output.compare import NotComparableError, compared_ads, compared_roles, read_postings
from output.custom_cut import UnknownColumnError, custom_cut, cut_table
from output.write import Options, WrongOptionError, options_of, write_reports
from pipelines.pay import pay_rules
from store import StoreError, open_store


def test_a_cut_by_two_columns_by_hand() -> None:
    frame = postings(
        paid(50_000, 60_000, remote="hybrid", platform="lever"),
        paid(70_000, 90_000, remote="hybrid", platform="lever", company="Other"),
        {"remote": "hybrid", "platform": "lever"},
        paid(40_000, 40_000),
    )
    table = cut_table(["platform", "remote"])
    assert table.file == "by_platform_remote.csv"
    found = cell(custom_cut(frame, table, 1), platform="lever", remote="hybrid", currency="USD")
    assert (found["postings"], found["postings_of_cell"], found["disclosure_share"]) == (2, 3, pytest.approx(0.6667))
    assert found["mid_median"] == np.median([55_000, 80_000])
    assert cell(custom_cut(frame, table, 1), platform=None, remote=None)["mid_median"] == 40_000


def test_a_cut_by_seniority_or_a_column_that_is_counted_too() -> None:
    frame = postings(paid(50_000, 60_000, title="Senior Paralegal"), {})
    assert set(custom_cut(frame, cut_table(["seniority"]), 1)["seniority"].dropna()) == {"senior"}
    assert custom_cut(frame, cut_table(["company", "company"]), 1)["postings"].sum() == 2


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(UnknownColumnError, match="--by stat: no such column"):
        cut_table(["stat"])
    with pytest.raises(WrongOptionError, match="--format xls: expected csv or parquet"):
        options_of([], 5, "xls", False)


def test_two_periods_by_role() -> None:
    before = postings(*(paid(50_000, 60_000) for _ in range(5)), paid(1, 1, "GBP"))
    after = postings(*(paid(60_000, 70_000) for _ in range(6)), {"role": "law clerk"})
    found = compared_roles(before, after)
    usd = cell(found, role="paralegal", currency="USD")
    assert (usd["postings_before"], usd["postings_after"], usd["postings_difference"]) == (5, 6, 1)
    assert (usd["mid_median_before"], usd["mid_median_difference"]) == (55_000, 10_000)
    assert cell(found, role="paralegal", currency="GBP")["postings_after"] == 0
    assert cell(found, role="law clerk")["postings_before"] == 0


def test_ads_that_came_went_or_changed() -> None:
    before = postings({}, {"posting_id": "gone"}, {"posting_id": "same"})
    after = postings({"role": "law clerk", "salary_year_min": 50_000.0}, {"posting_id": "new"}, {"posting_id": "same"})
    found = compared_ads(before, after).fillna("")[["posting_id", "change", "column", "before", "after"]]
    assert found.to_numpy().tolist() == [
        ["0", "changed", "role", "paralegal", "law clerk"],
        ["0", "changed", "salary_year_min", "", "50000.0"],
        ["gone", "gone", "", "", ""],
        ["new", "new", "", "", ""],
    ]


def store_of(path: Path, *ads: Any) -> Path:
    opened = open_store(str(path))
    opened.save(ads)
    opened.close()
    return path


def test_a_folder_of_reports_reads_as_its_store(tmp_path: Path) -> None:
    store = store_of(
        tmp_path / "a.db", posting(1, role="paralegal", group_id="g", title="=Paralegal", is_part_time=True)
    )
    write_reports(open_store(str(store)), tmp_path / "out", pay_rules().annual_factor)
    of_store, of_folder = read_postings(str(store)), read_postings(str(tmp_path / "out"))
    pd.testing.assert_frame_equal(of_store[of_folder.columns], of_folder)
    assert compared_ads(of_store, of_folder).empty


def test_sides_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotComparableError, match=r"postings\.csv: no such file"):
        read_postings(str(tmp_path))
    with pytest.raises(StoreError, match="no such file"):
        read_postings(str(tmp_path / "none.db"))


def test_the_commands(tmp_path: Path) -> None:
    first = store_of(tmp_path / "a.db", posting(1, role="paralegal", group_id="g"))
    second = store_of(tmp_path / "b.db", posting(2, role="paralegal", group_id="h"))
    done = rolecall("compare", first, second, "--out", tmp_path / "compared")
    assert done.returncode == 0, done.stderr
    assert "1 new, 1 gone, 0 changed" in done.stdout
    assert (tmp_path / "compared" / "compared_ads.csv").is_file()
    done = rolecall("report", "--store", first, "--out", tmp_path / "cut", "--by", "role,remote", "--min-n", "1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cut" / "by_role_remote.csv").is_file()
    done = rolecall("report", "--store", first, "--out", tmp_path / "cut", "--by", "rle")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: --by rle: no such column")


def test_candidates_are_clusters_of_several_jobs(tmp_path: Path) -> None:
    from output.duty_candidates import duty_candidates, uncovered_duties

    said = ("Water the plants in the {} lobby", "Drive the {} partner to court", "Order the {} lunch for the firm")
    places = ("north", "south", "east", "west", "upper", "lower", "old", "new", "first", "last")
    duties = pd.DataFrame(
        [(str(number), text.format(place), "") for number, place in enumerate(places) for text in said]
        + [("0", "Draft motions", "paralegal.drafting"), ("none", "Water the plants", "")],
        columns=["posting_id", "duty", "definitions"],
    ).astype("string")
    frame = postings(*({"company": f"Firm {number}"} for number in range(10)))
    uncovered = uncovered_duties(frame, duties)
    assert len(uncovered) == 30
    found = duty_candidates(uncovered)
    assert found["duties"].sum() == 30
    assert any("plants" in terms for terms in found["terms"])
    assert (found["postings"] >= 3).all()
    pd.testing.assert_frame_equal(found, duty_candidates(uncovered))


def test_a_report_with_everything(tmp_path: Path) -> None:
    store = store_of(tmp_path / "a.db", posting(1, role="paralegal", group_id="g"))
    options = Options(by=("role",), with_candidates=True)
    _, paths = write_reports(open_store(str(store)), tmp_path / "out", pay_rules().annual_factor, options)
    assert {"by_role.csv", "duty_candidates.csv"} <= {path.name for path in paths}


def test_an_ad_that_was_closed_is_gone(tmp_path: Path) -> None:
    open_one, closed_one = posting(1, role="paralegal", group_id="g"), posting(2, role="paralegal", group_id="h")
    store_of(tmp_path / "a.db", open_one, closed_one)
    after = open_store(str(store_of(tmp_path / "b.db", open_one, closed_one)))
    with after.engine.begin() as connection:
        connection.exec_driver_sql("update postings set closed_on = '2026-01-09' where posting_id = 'id2'")
    after.close()
    found = compared_ads(read_postings(str(tmp_path / "a.db")), read_postings(str(tmp_path / "b.db")))
    assert found[["posting_id", "change"]].to_numpy().tolist() == [["id2", "gone"]]
