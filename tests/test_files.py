import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.files import Problems, UnreadableFileError, posting_from_row, read_file, read_files
from scraper.items import Posting, RawPlace


def read(*paths: Path) -> tuple[list[Posting], Problems]:
    problems = Problems()
    return list(read_files(paths, problems)), problems


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_json_lines_come_out_in_order_with_their_own_ids(tmp_path: Path) -> None:
    rows = [
        {"id": "b", "title": "Paralegal", "description": "Draft motions.", "salary": "$1"},
        {"id": "a", "description": "x", "location": "Albany, NY"},
    ]
    postings, problems = read(write(tmp_path / "ads.jsonl", "\n".join(map(json.dumps, rows))))
    assert [posting.posting_id for posting in postings] == ["b", "a"]
    assert [posting.row_no for posting in postings] == [1, 2]
    assert postings[0].salary_raw == "$1"
    assert postings[1].places_raw == [RawPlace(text="Albany, NY")]
    assert problems.messages == []


def test_a_broken_line_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "ads.jsonl",
        '{"title": "A", "description": "x"}\n{broken\n[1]\n\n{"title": "B", "description": "y"}\n',
    )
    postings, problems = read(path)
    assert [posting.title for posting in postings] == ["A", "B"]
    assert problems.n_lost == 2
    assert f"{path} line 2: no JSON" in problems.messages[0]
    assert f"{path} line 3: expected a JSON object, got list" in problems.messages[1]


def test_a_row_without_text_is_kept_and_named(tmp_path: Path) -> None:
    path = write(tmp_path / "ads.jsonl", '{"title": "Paralegal"}\n{}\n')
    postings, problems = read(path)
    assert [(posting.title, posting.description) for posting in postings] == [("Paralegal", None), (None, None)]
    assert problems.n_lost == 0
    assert f"{path} line 1: no description" in problems.messages[0]


def test_latin_1_csv_is_read_and_said(tmp_path: Path) -> None:
    path = write(
        tmp_path / "ads.csv",
        "title;description;company\nParalegal;Rédige des mémoires;Cabinet Évrard\n".encode("latin-1"),
    )
    postings, problems = read(path)
    assert postings[0].company == "Cabinet Évrard"
    assert f"{path}: not UTF-8" in problems.messages[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_with_any_usual_delimiter_and_line_breaks_in_cells(tmp_path: Path, delimiter: str) -> None:
    text = f'id{delimiter}Title{delimiter}DESCRIPTION\n1{delimiter}Paralegal{delimiter}"Draft motions\nFile briefs"\n'
    postings, _ = read(write(tmp_path / "ads.csv", "\ufeff" + text))
    assert (postings[0].posting_id, postings[0].title, postings[0].description) == (
        "1",
        "Paralegal",
        "Draft motions\nFile briefs",
    )


def test_nul_bytes_and_long_cells_are_no_obstacle(tmp_path: Path) -> None:
    long = "Draft motions. " * 350_000
    postings, _ = read(write(tmp_path / "ads.csv", f'title,description\n"Para\0legal","{long}"\n'))
    assert (postings[0].title, len(postings[0].description or "")) == ("Paralegal", len(long) - 1)


def test_csv_without_the_columns_of_an_ad_says_which_it_has(tmp_path: Path) -> None:
    path = write(tmp_path / "other.csv", "name,price\nx,1\n")
    with pytest.raises(
        UnreadableFileError, match=r"no column 'title' or 'description' in the header; got \['name', 'price'\]"
    ):
        list(read_file(path, Problems()))


def test_a_saved_page_with_json_ld(tmp_path: Path) -> None:
    job = {
        "@type": "JobPosting",
        "title": "Law Clerk",
        "description": "<p>Research law.</p>",
        "hiringOrganization": {"name": "Court"},
    }
    path = write(
        tmp_path / "page.html", f'<title>x</title><script type="application/ld+json">{json.dumps(job)}</script>'
    )
    (posting,), _ = read(path)
    assert (posting.posting_id, posting.title, posting.company) == ("page", "Law Clerk", "Court")


def test_a_saved_page_without_structured_data_is_read_whole(tmp_path: Path) -> None:
    (posting,), _ = read(
        write(tmp_path / "page.htm", "<title>Jobs</title><h1>Legal Secretary</h1><ul><li>Answer phones</li></ul>")
    )
    assert posting.title == "Legal Secretary"
    assert "Answer phones" in (posting.description or "")


def test_the_same_id_twice_is_told_apart(tmp_path: Path) -> None:
    path = write(
        tmp_path / "ads.jsonl",
        '{"id": "1", "description": "a"}\n{"id": "1", "description": "b"}\n{"id": "1", "description": "c"}\n',
    )
    postings, problems = read(path)
    assert [posting.posting_id for posting in postings] == ["1", "1#2", "1#3"]
    assert "id '1' stands on more than one row" in problems.messages[0]


def test_row_numbers_count_on_over_files_and_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    one, two = (write(tmp_path / f"{name}.jsonl", '{"description": "a"}\n') for name in ("one", "two"))
    postings, problems = read(one, tmp_path / "gone.jsonl", write(tmp_path / "ads.docx", b"PK"), two)
    assert [(posting.row_no, posting.posting_id) for posting in postings] == [(1, "one-1"), (2, "two-1")]
    assert problems.n_lost == 2
    assert "gone.jsonl: no such file" in problems.messages[0]
    assert "unknown kind of file '.docx'" in problems.messages[1]


@given(st.dictionaries(st.text(max_size=12), st.none() | st.integers() | st.text() | st.lists(st.text())))
def test_any_row_is_a_posting(row: dict[str, object]) -> None:
    posting = posting_from_row(row, source="ads", row_no=3)
    assert posting.row_no == 3
    for value in (posting.title, posting.description, posting.company):
        assert value is None or (value.strip() == value and value.encode())


@settings(max_examples=50)
@given(st.binary(max_size=400), st.sampled_from(["ads.jsonl", "ads.csv", "ads.html"]))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    read(write(tmp_path_factory.mktemp("any") / name, data))
