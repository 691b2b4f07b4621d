"""Files of ads in pieces: whatever the size of the pieces, the same rows in the same order with the same messages."""

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import pieces
from scraper.files import read_piece
from scraper.items import Posting
from scraper.pieces import Problems, UnreadableFileError, pieces_of

WHOLE = 1 << 30
WORDS = st.text(st.sampled_from("ab \"',;\n\r\t|é\u2028"), max_size=12)


def read(path: Path, n_bytes: int) -> tuple[list[tuple[str | None, ...]], list[str], int]:
    """(rows, messages, pieces) of a file cut at so many bytes."""
    problems, rows, n_pieces = Problems(), [], 0
    try:
        for piece in pieces_of(path, problems, n_bytes):
            n_pieces += 1
            rows += [said(posting) for posting in read_piece(piece, problems)]
    except UnreadableFileError as error:
        problems.lose(str(error))
    return rows, problems.messages, n_pieces


def said(posting: Posting) -> tuple[str | None, ...]:
    return posting.ref, posting.title, posting.description, posting.source


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pieces")


@settings(max_examples=100, deadline=None)
@given(
    lines=st.lists(st.tuples(WORDS, WORDS), max_size=12),
    n_bytes=st.integers(1, 120),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    is_packed=st.booleans(),
)
def test_json_lines_cut_anywhere(
    folder: Path, lines: list[tuple[str, str]], n_bytes: int, encoding: str, is_packed: bool
) -> None:
    texts = [
        json.dumps({"title": title, "description": text}, ensure_ascii=False) if text != "a" else "{broken"
        for title, text in lines
    ]
    data = "\n".join([*texts, ""]).encode(encoding, "replace")
    path = written(folder, "ads.jsonl.gz" if is_packed else "ads.jsonl", data)
    rows, messages, _ = read(path, WHOLE)
    assert len(rows) == sum(text != "{broken" for text in texts)
    assert read(path, n_bytes)[:2] == (rows, messages)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=10),
    n_bytes=st.integers(1, 90),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
def test_csv_cut_anywhere(
    folder: Path, rows: list[tuple[str, ...]], n_bytes: int, delimiter: str, quoting: int, encoding: str
) -> None:
    file = io.StringIO()
    table = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    table.writerows([("id", "title", "description"), *rows])
    path = written(folder, "ads.csv", file.getvalue().encode(encoding, "replace"))
    whole = read(path, WHOLE)
    assert read(path, n_bytes)[:2] == whole[:2]


@settings(max_examples=150, deadline=None)
@given(body=st.text(st.sampled_from('ab",\n\r'), max_size=60), n_bytes=st.integers(1, 20))
def test_any_bytes_as_csv_cut_anywhere(folder: Path, body: str, n_bytes: int) -> None:
    path = written(folder, "any.csv", f"title,description\n{body}".encode())
    assert read(path, n_bytes)[:2] == read(path, WHOLE)[:2]


def test_a_lone_quote_does_not_shift_the_cuts(tmp_path: Path) -> None:
    body = 'title,description\nInches,a 5" monitor\nA,"Draft\nmotions"\nB,"File\nbriefs"\n'
    path = written(tmp_path, "ads.csv", body.encode())
    rows, messages, n_pieces = read(path, 1)
    assert [row[2] for row in rows] == ['a 5" monitor', "Draft\nmotions", "File\nbriefs"]
    assert (messages, n_pieces) == ([], 3)


@settings(max_examples=40, deadline=None)
@given(
    n_rows=st.integers(0, 25),
    group=st.integers(1, 30),
    limits=st.tuples(st.integers(1, 20), st.integers(1, 9)),
)
def test_parquet_cut_at_groups_and_within(folder: Path, n_rows: int, group: int, limits: tuple[int, int]) -> None:
    path = folder / "ads.parquet"
    columns = {"title": [f"Paralegal {n}" for n in range(n_rows)], "Salary": list(range(n_rows))}
    pq.write_table(pa.table({**columns, "other": [0] * n_rows}), path, row_group_size=group)
    whole = read(path, WHOLE)
    assert [row[1] for row in whole[0]] == columns["title"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pieces, "GROUP_ROWS", limits[0])
        patched.setattr(pieces, "BATCH_ROWS", limits[1])
        assert read(path, WHOLE)[:2] == whole[:2]


def test_a_broken_gzip_gives_what_stands_before_the_break(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"title": f"{n}", "description": f"{n}" * 50}) + "\n" for n in range(2_000))
    packed = gzip.compress(lines.encode(), 1)
    path = tmp_path / "ads.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    rows, messages, _ = read(path, 4_000)
    assert [row[1] for row in rows] == [f"{n}" for n in range(len(rows))]
    assert len(rows) > 500
    assert "the rows before that were read" in messages[-1]


def test_equal_pieces_have_equal_digests_and_others_not(tmp_path: Path) -> None:
    def digests(text: str) -> list[str]:
        path = written(tmp_path, "ads.jsonl", text.encode())
        return [piece.digest for piece in pieces_of(path, Problems(), 20)]

    one, two, three = (f'{{"title": "{name}", "a": 1}}\n' for name in ("A", "B", "C"))
    before = digests(one + two)
    assert digests(one + two + three)[:2] == before
    changed = digests(one + three)
    assert (changed[0] == before[0], changed[1] == before[1]) == (True, False)
