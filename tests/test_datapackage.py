"""datapackage.json against the frictionless package, and cells that a spreadsheet must not run."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import DemoRun
from frictionless import Package
from hypothesis import given
from hypothesis import strategies as st
from test_store import posting

from output.columns import PLACES
from output.frames import typed
from output.write import Options, write_reports
from output.write_table import with_formulas, without_formulas, write_table
from pipelines.pay import pay_rules
from scraper.items import Place
from store import open_store


def problems(package: Path) -> list[str]:
    """What the frictionless package finds wrong."""
    report = Package.from_descriptor(str(package)).validate()
    return [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors] + [
        error.message for error in report.errors
    ]


def test_the_demos_package_validates(demo: DemoRun) -> None:
    assert problems(demo.folder / "datapackage.json") == []


def test_the_package_describes_every_table_with_its_run_and_sources(demo: DemoRun) -> None:
    package = json.loads((demo.folder / "datapackage.json").read_text())
    assert {resource["path"] for resource in package["resources"]} == {path.name for path in demo.folder.glob("*.csv")}
    assert {run["outcome"] for run in package["runs"]} == {"ok"}
    assert "hour x 2080" in package["annualisation"]
    assert any("harrow-finch (greenhouse" in source["title"] for source in package["sources"])
    duties = next(resource for resource in package["resources"] if resource["path"] == "duties.csv")
    assert duties["schema"]["foreignKeys"][0]["reference"] == {"resource": "postings", "fields": "posting_id"}


def test_a_wrong_cell_is_found(demo: DemoRun, tmp_path: Path) -> None:
    for path in [*demo.folder.glob("*.csv"), demo.folder / "datapackage.json"]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    matrix = tmp_path / "title_matrix.csv"
    matrix.write_text(matrix.read_text().replace('"paralegal",', '"pilot",', 1))
    assert any("pilot" in problem for problem in problems(tmp_path / "datapackage.json"))


PAID = {"salary_year_min": 50_000.0, "salary_year_max": 60_000.0, "salary_currency": "USD", "role": "paralegal"}
FOREIGN = {**PAID, "salary_currency": "GBP", "country": "GB", "places": [Place(city="London", country="GB")]}
EDGES: dict[str, list[dict[str, Any]]] = {
    "no ad": [],
    "one ad that says nothing": [
        {"role": "none", "title": None, "text": None, "places": [], "duties": [], "source": "s"}
    ],
    "no pay at all": [{"role": "paralegal"}] * 3,
    "one employer": [{**PAID, "company": "Firm"}] * 6,
    "only foreign ads": [FOREIGN] * 6,
}


@pytest.mark.parametrize("edge", EDGES)
def test_at_the_edges_every_file_is_valid(tmp_path: Path, edge: str) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save([posting(number, **{"group_id": f"g{number}", **ad}) for number, ad in enumerate(EDGES[edge])])
    write_reports(opened, tmp_path / "out", pay_rules().annual_factor)
    assert problems(tmp_path / "out" / "datapackage.json") == []
    stats = pd.read_csv(tmp_path / "out" / "salary_stats.csv")
    assert stats.loc[stats["cut"] == "all", "postings"].sum() == len(EDGES[edge])


def test_parquet_holds_the_same_rows_with_their_types(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save([posting(1, title="=1+1", salary_year_min=50_000.0, is_part_time=False, group_id="g")])
    _, paths = write_reports(opened, tmp_path / "out", pay_rules().annual_factor, Options(kind="parquet"))
    names = {path.name for path in paths}
    assert {"postings.parquet", "duties.parquet", "changes.parquet"} <= names
    assert not [name for name in names if name.endswith(".csv")]
    postings = pd.read_parquet(tmp_path / "out" / "postings.parquet")
    assert postings.loc[0, ["title", "salary_year_min", "is_part_time"]].tolist() == ["=1+1", 50_000.0, False]
    assert postings["salary_min"].dtype == "float64"
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text())
    assert {resource["format"] for resource in package["resources"]} == {"parquet"}


@pytest.mark.parametrize("cell", ["=1+1", "+44 20", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''-"])
def test_a_formula_gets_an_apostrophe(cell: str) -> None:
    frame = pd.DataFrame({"title": [cell]}, dtype="string")
    assert without_formulas(frame)["title"].tolist() == [f"'{cell}"]
    assert frame["title"].tolist() == [cell]


@given(st.lists(st.text(alphabet="'=+-@\t\r\nab é", max_size=6) | st.none(), max_size=8))
def test_no_cell_begins_a_formula_and_every_one_comes_back(cells: list[str | None]) -> None:
    frame = pd.DataFrame({"title": cells}, dtype="string")
    safe = without_formulas(frame)
    assert not any(cell[:1] in tuple("=+-@\t\r") for cell in safe["title"].dropna() if cell)
    assert with_formulas(safe).equals(frame)


def test_numbers_below_zero_stay_numbers(tmp_path: Path) -> None:
    frame = typed(pd.DataFrame([("-1", 1, "=x", None, None, None)], columns=PLACES.names), PLACES)
    path = write_table(frame, PLACES, tmp_path)
    assert path.read_text().splitlines()[1] == '"\'-1",1,"\'=x",,,'
