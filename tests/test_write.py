from pathlib import Path

import pytest
from test_store import posting

from output.data_format import DOCUMENT, rendered
from output.write import write_reports
from output.write_file import replacing
from pipelines.pay import pay_rules
from store import Store, open_store


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save(
        [
            posting(
                1,
                company='Évrard, "Sons"\n& Co',
                role="paralegal",
                title_verdict="matches",
                title_role="paralegal",
                group_id="g1",
            ),
            posting(2, role="none", title_verdict="cannot tell", group_id="g2"),
        ]
    )
    return opened


def written(opened: Store, folder: Path) -> dict[str, bytes]:
    _, paths = write_reports(opened, folder, pay_rules().annual_factor)
    return {path.name: path.read_bytes() for path in paths}


def test_the_same_store_gives_the_same_bytes(opened: Store, tmp_path: Path) -> None:
    first, second = written(opened, tmp_path / "one"), written(opened, tmp_path / "two")
    assert first == second
    assert set(first) == {
        "postings.csv",
        "duties.csv",
        "places.csv",
        "pay_ledger.csv",
        "salary_stats.csv",
        "location_stats.csv",
        "title_check.csv",
        "title_matrix.csv",
        "duty_stats.csv",
        "funnel.csv",
        "changes.csv",
        "trends.csv",
        "datapackage.json",
        "report.html",
        "overview.svg",
    }


def test_files_are_utf8_with_line_feeds_and_a_header(opened: Store, tmp_path: Path) -> None:
    data = written(opened, tmp_path / "out")["postings.csv"]
    assert data.startswith(b"posting_id,source,url,title,company,role,role_confidence,")
    assert b"\r" not in data
    assert '"Évrard, ""Sons""\n& Co"' in data.decode()


def test_an_empty_store_gives_every_file_with_its_header(tmp_path: Path) -> None:
    files = written(open_store(str(tmp_path / "empty.db")), tmp_path / "out")
    assert all(data.count(b"\n") == 1 for name, data in files.items() if name.endswith(".csv"))
    assert b"<svg" in files["overview.svg"]


def test_a_failed_write_leaves_the_last_good_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "postings.csv"
    path.write_text("good")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"half" * (1 // 0))
    assert path.read_text() == "good"
    assert list(tmp_path.iterdir()) == [path]


def test_the_document_says_what_the_declarations_say() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert rendered(document) == document, "run make data-format"
