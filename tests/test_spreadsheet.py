"""What a spreadsheet makes of the CSV files: every cell as pandas reads it, opened by a real LibreOffice."""

import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import DemoRun
from lxml import etree
from test_reports import postings

from output.columns import POSTINGS, TABLES, Column, Table
from output.write_table import with_formulas, write_table

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice Calc is not installed; scripts/install-system-packages"
)

AS_THE_DOCS_SAY = "CSV:44,34,76,1,,0,true,false"
"""Comma, double quote, UTF-8, from the first row; quoted fields are text, no special numbers: docs/analysts.md."""

NS = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
OFFICE, TABLE, TEXT = (f"{{{address}}}" for address in NS.values())

ODD = (
    "Šéf právní kanceláře – Zürich, Łódź, 日本, 😀",
    "007",
    "12345678901234567890",
    "1e10",
    "3/4",
    "5 %",
    "$5",
    "1,234.5",
    "TRUE",
    "2026-03-01",
    "10:30",
    "=1+1",
    "+44 20 7946 0000",
    "-1",
    "@SUM(A1)",
    "'=kept",
    "first line\nsecond line\n\nfourth line",
    'said "so", and; more',
    "two  spaces   and three",
    "tab\tinside",
    "Réviser les mémoires et les pièces. " * 40,
)
"""Text that a spreadsheet would like to make something else of; the last is longer than 1,000 characters."""


def shown_text(cell: Any) -> str:
    """The text of a cell; every paragraph is a line."""
    return "\n".join("".join(words(paragraph)) for paragraph in cell.iterfind("text:p", NS))


def words(node: Any) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        yield {f"{TEXT}s": " " * int(child.get(f"{TEXT}c", 1)), f"{TEXT}tab": "\t"}.get(child.tag, "")
        yield from words(child)
        yield child.tail or ""


def value(cell: Any) -> Any:
    """A cell's value by the type that the spreadsheet gave it; dates as ``("date", day)``."""
    kind = cell.get(f"{OFFICE}value-type")
    if kind is None:
        return None
    if kind == "float":
        return float(cell.get(f"{OFFICE}value"))
    if kind == "date":
        return "date", cell.get(f"{OFFICE}date-value")
    assert kind == "string", etree.tostring(cell)
    return shown_text(cell) or None


def opened_rows(path: Path) -> list[list[Any]]:
    """The sheet's rows, header first, without the empty cells behind the last."""
    tree = etree.parse(path, etree.XMLParser(huge_tree=True))
    assert not tree.xpath("//@table:formula", namespaces=NS)
    rows = []
    for row in tree.iterfind(".//table:table-row", NS):
        cells = [each for cell in row for each in [value(cell)] * int(cell.get(f"{TABLE}number-columns-repeated", 1))]
        if any(cell is not None for cell in cells):
            rows += [cells] * int(row.get(f"{TABLE}number-rows-repeated", 1))
    return rows


def expected(cell: Any, column: Column) -> Any:
    """What pandas read, as a spreadsheet should have it."""
    if pd.isna(cell):
        return None
    if column.kind in ("integer", "number"):
        return float(cell)
    return ("date", cell) if column.kind == "date" else str(cell)


def is_same(cell: Any, wanted: Any) -> bool:
    if isinstance(cell, float) and isinstance(wanted, float):
        return math.isclose(cell, wanted, rel_tol=1e-12)
    return bool(cell == wanted)


def read(path: Path, table: Table) -> pd.DataFrame:
    kinds = {column.name: "string" if column.kind == "boolean" else column.dtype for column in table.columns}
    return pd.read_csv(path, dtype=kinds)


def differences(path: Path, opened: Path, table: Table) -> list[tuple[int, str, Any, Any]]:
    """(row, column, what the spreadsheet has, what pandas reads) of every cell that differs."""
    header, *rows = opened_rows(opened)
    frame = read(path, table)
    assert [name for name in header if name] == table.names
    assert len(rows) == len(frame)
    found = []
    for number, (cells, wanted) in enumerate(zip(rows, frame.itertuples(index=False), strict=True)):
        for column, cell, each in zip(table.columns, [*cells, *[None] * len(header)], wanted, strict=False):
            if not is_same(cell, expected(each, column)):
                found.append((number, column.name, cell, each))
    return found


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Every odd text as title and as requisition, with dates, numbers and a boolean beside it."""
    return postings(
        *(
            {
                "posting_id": f"{number:03d}",
                "title": text,
                "requisition": text,
                "posted_on": f"2026-02-{number + 1:02d}",
                "first_seen": "2026-03-01T08:00:00+00:00",
                "salary_min": 31.57 + number,
                "is_part_time": bool(number % 2),
                "experience_years": number,
            }
            for number, text in enumerate(ODD)
        )
    )


@pytest.fixture(scope="module")
def folders(demo: DemoRun, odd: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(CSV files, the same opened by LibreOffice and saved as flat XML): those of the demo, and ``odd.csv``."""
    written, opened = tmp_path_factory.mktemp("written"), tmp_path_factory.mktemp("opened")
    write_table(odd, POSTINGS, written).rename(written / "odd.csv")
    for path in demo.folder.glob("*.csv"):
        (written / path.name).write_bytes(path.read_bytes())
    profile = tmp_path_factory.mktemp("profile").as_uri()
    command = [str(SOFFICE), f"-env:UserInstallation={profile}", "--headless", "--norestore",
               f"--infilter={AS_THE_DOCS_SAY}", "--convert-to", "fods", "--outdir", opened,
               *sorted(written.iterdir())]  # fmt: skip
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return written, opened


def test_every_cell_of_the_demo_is_what_pandas_reads(folders: tuple[Path, Path]) -> None:
    written, opened = folders
    tables = {table.file: table for table in TABLES}
    names = sorted(path.name for path in written.iterdir() if path.name != "odd.csv")
    assert {"postings.csv", "duties.csv", "salary_stats.csv", "changes.csv"} <= set(names)
    for name in names:
        assert differences(written / name, (opened / name).with_suffix(".fods"), tables[name]) == [], name


def test_odd_text_stays_text_and_dates_are_dates(folders: tuple[Path, Path], odd: pd.DataFrame) -> None:
    written, opened = folders
    assert differences(written / "odd.csv", opened / "odd.fods", POSTINGS) == []
    header, *rows = opened_rows(opened / "odd.fods")
    by_name = [dict(zip(header, row, strict=False)) for row in rows]
    shown = pd.DataFrame({"requisition": [row["requisition"] for row in by_name]}, dtype="string")
    assert with_formulas(shown)["requisition"].tolist() == list(ODD)
    assert {row["title"][0] for row in by_name if row["title"].lstrip("'")[0] in "=+-@"} == {"'"}
    assert by_name[0]["posted_on"] == ("date", "2026-02-01")
    assert [row["posting_id"] for row in by_name[:2]] == ["000", "001"]
    assert max(len(row["title"]) for row in by_name) > 1_000
    assert len(odd) == len(rows)
