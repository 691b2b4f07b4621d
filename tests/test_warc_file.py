import gzip
import json
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.warc_file import ArchivedJob, NotWarcError, WarcCounts, read_jobs


def ad(title: str) -> str:
    job = {"@type": "JobPosting", "title": title, "description": "<p>Draft motions.</p>", "datePosted": "2026-03-02"}
    return f'<html><script type="application/ld+json">{json.dumps(job)}</script></html>'


def record(kind: str, url: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-04T05:06:07Z\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def answer(body: bytes, head: str = "200 OK\r\nContent-Type: text/html") -> bytes:
    return f"HTTP/1.1 {head}\r\n\r\n".encode() + body


def archive(
    path: Path, pages: Iterable[str], *, head: str = "200 OK\r\nContent-Type: text/html", is_gzip: bool = True
) -> Path:
    """A WARC file with one response a page, requests between them as crawlers write them, gzipped by records."""
    squeeze = gzip.compress if is_gzip else bytes
    with path.open("wb") as file:
        file.write(squeeze(record("warcinfo", path.name, b"software: test\r\n")))
        for number, page in enumerate(pages, 1):
            url = f"https://www.firm.example/jobs/{number}"
            file.write(squeeze(record("request", url, b"GET / HTTP/1.1\r\nHost: www.firm.example\r\n\r\n")))
            file.write(squeeze(record("response", url, answer(page.encode(), head))))
    return path


def read(path: Path) -> tuple[list[ArchivedJob], WarcCounts]:
    counts = WarcCounts()
    return list(read_jobs(path, counts)), counts


@pytest.mark.parametrize("is_gzip", [True, False])
def test_jobs_come_with_page_and_time_of_the_fetch(tmp_path: Path, is_gzip: bool) -> None:
    path = archive(tmp_path / "a.warc.gz", [ad("Paralegal"), "<p>About us</p>", ad("Law Clerk")], is_gzip=is_gzip)
    (first, second), counts = read(path)
    assert (first.page, first.fetched_at) == ("https://www.firm.example/jobs/1", "2026-03-04T05:06:07Z")
    assert (first.fields["title"], second.fields["title"]) == ("Paralegal", "Law Clerk")
    assert (first.fields["last_seen"], first.fields["posted_on_raw"]) == ("2026-03-04T05:06:07Z", "2026-03-02")
    assert (counts.n_without, counts.n_broken, counts.loss) == (1, 0, None)


def test_a_file_gzipped_as_a_whole_is_read_like_one_gzipped_by_records(tmp_path: Path) -> None:
    plain = archive(tmp_path / "a.warc", [ad("Paralegal"), ad("Law Clerk")], is_gzip=False)
    whole = tmp_path / "whole.warc.gz"
    whole.write_bytes(gzip.compress(plain.read_bytes()))
    assert len(read(whole)[0]) == 2


def test_two_jobs_of_one_page_have_two_refs(tmp_path: Path) -> None:
    found, _ = read(archive(tmp_path / "a.warc.gz", [ad("Paralegal") + ad("Law Clerk")]))
    assert [one.ref.partition("#")[2] for one in found] == ["Paralegal", "Law Clerk"]


@pytest.mark.parametrize(
    "head",
    [
        "404 Not Found\r\nContent-Type: text/html",
        "301 Moved\r\nContent-Type: text/html",
        "200 OK\r\nContent-Type: image/png",
    ],
)
def test_errors_redirects_and_other_files_are_no_pages(tmp_path: Path, head: str) -> None:
    found, counts = read(archive(tmp_path / "a.warc.gz", [ad("x")], head=head))
    assert (found, counts.n_without) == ([], 0)


def test_a_chunked_and_gzipped_answer_in_latin_1_is_read(tmp_path: Path) -> None:
    page = '<script type="application/ld+json">{"@type": "JobPosting", "title": "Clerc d\'étude"}</script>'
    body = gzip.compress(page.encode("latin-1"))
    head = (
        "200 OK\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked"
    )
    block = answer(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), head)
    path = tmp_path / "a.warc"
    path.write_bytes(record("response", "<https://e.example/1>", block))
    (found,), _ = read(path)
    assert (found.page, found.fields["title"]) == ("https://e.example/1", "Clerc d'étude")


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_file_cut_off_gives_what_stands_before_its_end(tmp_path: Path, is_gzip: bool) -> None:
    path = archive(tmp_path / "a.warc.gz", [ad("Paralegal"), ad("Law Clerk" * 200)], is_gzip=is_gzip)
    path.write_bytes(path.read_bytes()[:-60])
    found, counts = read(path)
    assert [one.fields["title"] for one in found] == ["Paralegal"]
    assert counts.cut_off
    assert (counts.loss or "").startswith("the file is cut off: ")


def test_broken_records_are_counted_and_the_next_ones_read(tmp_path: Path) -> None:
    parts = [
        archive(tmp_path / f"{name}.warc", [ad(name)], is_gzip=False).read_bytes() for name in ("one", "two", "three")
    ]
    no_length = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://e.example/\r\n\r\nHTTP/1.1 200 OK\r\n"
    path = tmp_path / "all.warc"
    path.write_bytes(parts[0] + b"\x00garbage\nmore\n" + parts[1] + no_length + b"\r\n\r\nWARC/9.9\r\n\r\n" + parts[2])
    found, counts = read(path)
    assert [one.fields["title"] for one in found] == ["one", "two", "three"]
    assert counts.n_broken == 3
    assert (counts.loss or "").startswith("broken records skipped: 3, the first: no record begins with b'\\x00garbage")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04no archive", b"\x1f\x8b", gzip.compress(b"<html></html>", mtime=0)]
)
def test_a_file_without_records_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(content)
    with pytest.raises(NotWarcError, match=r"^no WARC record in it"):
        read(path)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small, large = (
        archive(tmp_path / f"{n}.warc.gz", (ad("x") + "<p>filler</p>" * 2000 for _ in range(n))) for n in (20, 400)
    )
    peaks = []
    for path in (small, small, large):
        tracemalloc.start()
        for _ in read_jobs(path, WarcCounts()):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 2 * peaks[1] + 1_000_000


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_bytes_in_the_middle_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = archive(tmp_path_factory.mktemp("any") / "a.warc", [ad("one"), ad("two")], is_gzip=False)
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=40))
    path.write_bytes(whole[:at] + noise + whole[at + data.draw(st.integers(0, 40)) :])
    try:
        found, _ = read(path)
    except NotWarcError:
        return
    assert len(found) <= 2
