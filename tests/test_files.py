import gzip
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
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
@given(
    st.binary(max_size=400),
    st.sampled_from(["ads.jsonl", "ads.csv", "ads.html", "ads.parquet", "ads.warc", "ads.csv.gz"]),
)
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    read(write(tmp_path_factory.mktemp("any") / name, data))


def parquet(path: Path, columns: dict[str, list[object]]) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=2)
    return path


def test_parquet_cells_of_any_type_are_read_as_text(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "ads.parquet",
        {
            "ID": [7, 8, None],
            "Title": ["Paralegal", b"Law Clerk\xff".decode("latin-1"), None],
            "description": [["Draft motions.", "File briefs."], None, []],
            "location": [{"city": "Albany", "state": "NY"}, None, None],
            "salary": [31.5, None, float("nan")],
            "posted_on": [date(2026, 5, 4), None, None],
            "extra": [object_id.encode() for object_id in "abc"],
        },
    )
    postings, problems = read(path)
    assert [posting.posting_id for posting in postings] == ["7", "8", "ads-3"]
    assert postings[0].description == '["Draft motions.", "File briefs."]'
    assert postings[0].places_raw == [RawPlace(text='{"city": "Albany", "state": "NY"}')]
    assert (postings[0].salary_raw, postings[0].posted_on_raw) == ("31.5", "2026-05-04")
    assert postings[2].title is None
    assert problems.n_lost == 0


def test_dates_that_python_cannot_hold_cost_nothing_but_themselves(tmp_path: Path) -> None:
    far = pa.array([9_223_372_036_854_775_000, 0], pa.int64()).cast(pa.timestamp("us"))
    path = tmp_path / "ads.parquet"
    pq.write_table(pa.table({"title": ["a", "b"], "posted_on": far, "salary": pa.array([b"\xff$1", b"$2"])}), path)
    postings, _ = read(path)
    assert [posting.title for posting in postings] == ["a", "b"]
    assert (postings[1].posted_on_raw or "").startswith("1970-01-01")
    assert postings[1].salary_raw == "$2"


@pytest.mark.parametrize("damage", ["no parquet", "cut", "hole"])
def test_a_broken_parquet_file_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    path = parquet(tmp_path / "ads.parquet", {"title": ["Paralegal"] * 50, "description": [f"x{n}" for n in range(50)]})
    whole = path.read_bytes()
    broken = {"no parquet": b"PAR1 no", "cut": whole[:-20], "hole": whole[:10] + b"\xff" * 200 + whole[210:]}
    _, problems = read(write(path, broken[damage]))
    assert problems.n_lost == 1
    assert f"error: {path}: not readable as Parquet: " in problems.messages[-1]


def test_parquet_without_the_columns_of_an_ad_says_which_it_has(tmp_path: Path) -> None:
    path = parquet(tmp_path / "other.parquet", {"name": ["x"], "price": [1]})
    with pytest.raises(UnreadableFileError, match=r"no column 'title' or 'description' .*\['name', 'price'\]"):
        list(read_file(path, Problems()))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ads.jsonl.gz", '{"title": "Paralegal", "description": "x"}\n'),
        ("ads.csv.gz", "title,description\nParalegal,x\n"),
    ],
)
def test_gzipped_tables_are_read_and_named_without_their_suffixes(tmp_path: Path, name: str, text: str) -> None:
    postings, problems = read(write(tmp_path / name, gzip.compress(text.encode())))
    assert [(posting.posting_id, posting.title) for posting in postings] == [("ads-1", "Paralegal")]
    assert problems.messages == []


@pytest.mark.parametrize("name", ["ads.jsonl.gz", "ads.csv.gz"])
def test_a_gzipped_table_that_is_cut_off_is_named(tmp_path: Path, name: str) -> None:
    rows = "title,description\n" + "".join(f'{{"title": "a{n}", "description": "{n * n}"}}\n' for n in range(20_000))
    postings, problems = read(write(tmp_path / name, gzip.compress(rows.encode())[:-2000]))
    assert postings
    assert "its compressed data are broken or cut off" in problems.messages[-1]
    for content in (b"", b"no gzip"):
        assert read(write(tmp_path / name, content))[0] == []


def test_a_warc_file_gives_the_jobs_on_its_pages(tmp_path: Path) -> None:
    job = {"@type": "JobPosting", "title": "Law Clerk", "description": "<p>Research law.</p>"}
    page = f'<script type="application/ld+json">{json.dumps(job)}</script>'
    pages = [archived("https://court.example/1", page), archived("https://court.example/about", "<p>About us</p>")]
    path = write(tmp_path / "crawl.warc", "".join(pages) + "WARC/1.0\r\n")
    (posting,), problems = read(path)
    assert (posting.posting_id, posting.source, posting.url) == ("crawl-1", "crawl", "https://court.example/1")
    assert (posting.title, posting.last_seen) == ("Law Clerk", "2026-03-04T05:06:07Z")
    assert f"warning: {path}: pages without JobPosting data are skipped: 1" in problems.messages[0]
    assert f"error: {path}: broken records skipped: 1" in problems.messages[1]


def archived(url: str, page: str) -> str:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}"
    return (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-04T05:06:07Z\r\n"
        f"Content-Length: {len(block)}\r\n\r\n{block}\r\n\r\n"
    )
