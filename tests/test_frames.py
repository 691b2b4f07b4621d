from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from test_store import posting

from output.columns import PLACES, POSTINGS, TABLES
from output.frames import one_row_a_job, read_frames, typed, with_midpoint
from scraper.items import Posting
from store import open_store


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_frames_have_the_declared_columns_types_and_order(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save([posting(2, source="b"), posting(1, source="c"), posting(3, source="a")])
    frames = read_frames(opened)
    assert list(frames.postings["posting_id"]) == ["id3", "id2", "id1"]
    assert list(frames.duties["posting_id"]) == ["id3", "id2", "id1"]
    assert str(frames.postings["salary_min"].dtype) == "Float64"
    assert set(POSTINGS.names) <= set(frames.postings.columns)


def test_rows_of_files_keep_their_order(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save([posting(9, row_no=1), posting(1, row_no=2), posting(5, row_no=3)])
    assert list(read_frames(opened).postings["posting_id"]) == ["id9", "id1", "id5"]


def test_an_empty_store_gives_empty_typed_frames(tmp_path: Path) -> None:
    frames = read_frames(open_store(str(tmp_path / "a.db")))
    assert len(frames.postings) == len(frames.duties) == len(frames.places) == 0
    assert list(frames.places.columns) == PLACES.names


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match=r"missing column\(s\) \['place_no', 'city'"):
        typed(frame(posting_id=["a"]), PLACES)


def test_one_row_a_job_keeps_the_first_of_a_group_and_rows_without() -> None:
    postings = frame(posting_id=["a", "b", "c", "d"], group_id=["g", "g", None, None])
    assert list(one_row_a_job(postings)["posting_id"]) == ["a", "c", "d"]


def test_midpoint_of_an_open_range_is_its_stated_end() -> None:
    postings = frame(salary_year_min=[50.0, 60.0, None, None], salary_year_max=[70.0, None, 40.0, None]).astype(
        "Float64"
    )
    expected = pd.Series([60.0, 60.0, 40.0, pd.NA], dtype="Float64", name="mid")
    assert_frame_equal(with_midpoint(postings)[["mid"]], expected.to_frame())


def test_no_two_columns_of_a_file_share_a_name_and_every_one_is_explained() -> None:
    for table in TABLES:
        assert len(set(table.names)) == len(table.names)
        assert set(table.key) <= set(table.names)
        assert all(len(column.says) > 10 for column in table.columns)


def test_postings_of_the_dataclass_default_to_unknown() -> None:
    assert Posting(source="s", platform="p", posting_id="1").salary_min is None
