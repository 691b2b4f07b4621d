"""Whole crawls over real HTTP on loopback: good boards, bad ones, and both together."""

import csv
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import PROJECT, Server, rolecall

DUTIES = "<ul><li>Draft motions</li><li>Interview clients</li><li>Organize case files for trial</li></ul>"


def greenhouse(*titles: str) -> str:
    jobs = [
        {"id": number, "title": title, "location": {"name": "Albany, NY"}, "company_name": "Firm", "content": DUTIES}
        for number, title in enumerate(titles, 1)
    ]
    return json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}})


def board(name: str) -> str:
    return f"/v1/boards/{name}/jobs?content=true"


def write_sources(folder: Path, server: Server, *names: str, extra: str = "") -> Path:
    path = folder / "sources.toml"
    entries = [
        f'[[source]]\nname = "{name}"\nplatform = "greenhouse"\nboard = "{name}"\n'
        f'base_url = "{server.base_url}"\ndelay_s = 0\n'
        for name in names
    ]
    path.write_text("\n".join(entries) + extra)
    return path


def crawl(folder: Path, sources: Path, *more: str, **environment: Any) -> Any:
    return rolecall(
        "crawl",
        "--sources",
        sources,
        "--store",
        folder / "rolecall.db",
        "--out",
        folder / "out",
        *more,
        cwd=folder,
        **environment,
    )


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / "rolecall.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_good_boards_are_complete_and_each_bad_one_is_named(tmp_path: Path, server: Server) -> None:
    server.answer(board("good"), greenhouse("Paralegal", "Bus Driver", "Legal Secretary"))
    server.answer(board("empty"), greenhouse())
    server.answer(board("page"), "<html>Down for maintenance</html>", Content_Type="text/html")
    server.answer(board("torn"), greenhouse("Paralegal")[:40])
    server.answer(board("closed"), "no", status=403)
    server.answer(
        board("odd"), json.dumps({"jobs": [{"id": 1}, {"id": 2, "title": "Law Clerk", "content": DUTIES}, 7]})
    )
    sources = write_sources(tmp_path, server, "good", "empty", "gone", "page", "torn", "closed", "odd")
    done = crawl(tmp_path, sources)
    assert done.returncode == 1
    outcomes = dict(rows(tmp_path, "select source, outcome from runs"))
    assert outcomes == {
        "good": "ok",
        "empty": "empty",
        "gone": "gone",
        "page": "changed-format",
        "torn": "changed-format",
        "closed": "blocked",
        "odd": "partial",
    }
    assert rows(tmp_path, "select title from postings order by 1") == [
        ("Law Clerk",),
        ("Legal Secretary",),
        ("Paralegal",),
    ]
    assert rows(tmp_path, "select source, reason, n from rejections") == [("good", "title of another occupation", 1)]
    assert (
        f"error: source gone: gone: {server.base_url}/v1/boards/gone/jobs?content=true: HTTP status 404" in done.stderr
    )
    assert "error: source page: changed-format: " in done.stderr
    assert "expected JSON, got an HTML page" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_crawl_changes_no_row_but_last_seen(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal", "Law Clerk"))
    sources = write_sources(tmp_path, server, "firm")
    assert crawl(tmp_path, sources).returncode == 0
    everything = "select * from postings order by posting_id"
    columns = [column[1] for column in rows(tmp_path, "pragma table_info(postings)")]
    first, first_duties = rows(tmp_path, everything), rows(tmp_path, "select * from duties")
    assert crawl(tmp_path, sources).returncode == 0
    second = rows(tmp_path, everything)
    changed = {
        name
        for one, two in zip(first, second, strict=True)
        for name, a, b in zip(columns, one, two, strict=True)
        if a != b
    }
    assert changed == {"last_seen"}
    assert rows(tmp_path, "select * from duties") == first_duties


def test_a_board_that_fails_loses_nothing_already_stored(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal"))
    sources = write_sources(tmp_path, server, "firm")
    crawl(tmp_path, sources)
    server.answer(board("firm"), "down", status=404)
    assert crawl(tmp_path, sources).returncode == 1
    assert rows(tmp_path, "select title from postings") == [("Paralegal",)]
    with (tmp_path / "out" / "postings.csv").open() as file:
        assert [row["title"] for row in csv.DictReader(file)] == ["Paralegal"]


def test_robots_txt_is_obeyed(tmp_path: Path, server: Server) -> None:
    server.answer("/robots.txt", "User-agent: *\nDisallow: /v1/boards/private/\n", Content_Type="text/plain")
    server.answer(board("private"), greenhouse("Paralegal"))
    server.answer(board("open"), greenhouse("Paralegal"))
    crawl(tmp_path, write_sources(tmp_path, server, "private", "open"))
    assert dict(rows(tmp_path, "select source, outcome from runs")) == {"private": "blocked", "open": "ok"}
    assert board("private") not in server.asked


def test_robots_txt_that_answers_5xx_disallows_everything(tmp_path: Path, server: Server) -> None:
    server.answer("/robots.txt", "broken", status=501)
    server.answer(board("firm"), greenhouse("Paralegal"))
    crawl(tmp_path, write_sources(tmp_path, server, "firm"))
    assert board("firm") not in server.asked


def test_loopback_is_refused_unless_allowed(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal"))
    done = crawl(tmp_path, write_sources(tmp_path, server, "firm"), loopback=False)
    assert done.returncode == 1
    assert "127.0.0.1 is not a public address" in done.stderr
    assert server.asked == []


def test_a_redirect_to_an_internal_address_is_refused(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), "", status=302, Location="http://169.254.169.254/latest/meta-data")
    done = crawl(tmp_path, write_sources(tmp_path, server, "firm"))
    assert done.returncode == 1
    assert "169.254.169.254 is not a public address" in done.stderr


def test_a_body_over_16_mebibytes_is_refused(tmp_path: Path, server: Server) -> None:
    server.answer(board("huge"), b'{"jobs": [' + b" " * (17 * 1024 * 1024) + b"]}")
    server.answer(board("good"), greenhouse("Paralegal"))
    crawl(tmp_path, write_sources(tmp_path, server, "huge", "good"))
    assert dict(rows(tmp_path, "select source, outcome from runs"))["good"] == "ok"
    assert dict(rows(tmp_path, "select source, outcome from runs"))["huge"] == "network"


def test_pages_of_a_career_site_are_followed_to_the_last(tmp_path: Path, server: Server) -> None:
    for page in (1, 2, 3):
        following = f'<a rel="next" href="/careers?page={page % 3 + 1}">more</a>'  # the third leads back to the first
        server.answer(f"/careers?page={page}", f'<a href="/jobs/{page}">ad</a>{following}', Content_Type="text/html")
        job = {"@type": "JobPosting", "title": f"Paralegal {page}", "description": DUTIES, "hiringOrganization": "Firm"}
        server.answer(
            f"/jobs/{page}", f'<script type="application/ld+json">{json.dumps(job)}</script>', Content_Type="text/html"
        )
    entry = (
        f'[[source]]\nname = "site"\nplatform = "jobposting"\nurl = "{server.base_url}/careers?page=1"\ndelay_s = 0\n'
    )
    done = crawl(tmp_path, write_sources(tmp_path, server, extra=entry))
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path, "select title from postings order by 1") == [
        ("Paralegal 1",),
        ("Paralegal 2",),
        ("Paralegal 3",),
    ]
    assert len(server.asked) == len(set(server.asked))


def test_only_and_due(tmp_path: Path, server: Server) -> None:
    server.answer(board("one"), greenhouse("Paralegal"))
    server.answer(board("two"), greenhouse("Law Clerk"))
    sources = write_sources(tmp_path, server, "one", "two")
    sources.write_text(sources.read_text().replace("delay_s = 0", 'delay_s = 0\nevery = "1h"'))
    crawl(tmp_path, sources, "--only", "one")
    assert rows(tmp_path, "select source from runs") == [("one",)]
    crawl(tmp_path, sources, "--due")
    assert rows(tmp_path, "select source from runs order by started_at") == [("one",), ("two",)]
    assert crawl(tmp_path, sources, "--due").returncode == 0
    assert len(rows(tmp_path, "select * from runs")) == 2


def test_files_are_a_source_like_any_other(tmp_path: Path, server: Server) -> None:
    (tmp_path / "ads.jsonl").write_text(
        json.dumps({"id": "7", "title": "Law Clerk", "description": DUTIES}) + "\n{broken\n"
    )
    entry = '[[source]]\nname = "saved"\nplatform = "files"\nurl = "ads.jsonl"\n'
    assert crawl(tmp_path, write_sources(tmp_path, server, extra=entry)).returncode == 1
    assert rows(tmp_path, "select posting_id, source, role from postings") == [("saved:7", "saved", "paralegal")]
    assert rows(tmp_path, "select outcome from runs") == [("partial",)]


def test_a_spider_runs_natively(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal"))
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "greenhouse",
        "-a",
        "board=firm",
        "-a",
        f"base_url={server.base_url}",
        "-s",
        f"ROLECALL_STORE={tmp_path}/rolecall.db",
        "-s",
        "DOWNLOAD_DELAY=0",
    ]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path, "select posting_id, role from postings") == [("greenhouse:firm:1", "paralegal")]


def test_nobody_is_left_out_when_a_source_cannot_start(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal"))
    sources = write_sources(
        tmp_path, server, "firm", extra='[[source]]\nname = "nofile"\nplatform = "files"\nurl = "gone.csv"\n'
    )
    done = crawl(tmp_path, sources)
    assert done.returncode == 1
    assert dict(rows(tmp_path, "select source, outcome from runs")) == {"firm": "ok", "nofile": "gone"}


@pytest.mark.parametrize(
    ("contact", "shown"), [("crawler@firm.example", "(+crawler@firm.example)"), ("", "(+no contact set)")]
)
def test_the_user_agent_names_us_and_the_contact(tmp_path: Path, server: Server, contact: str, shown: str) -> None:
    server.answer(board("firm"), greenhouse("Paralegal"))
    crawl(tmp_path, write_sources(tmp_path, server, "firm"), ROLECALL_CONTACT=contact)
    (user_agent,) = server.user_agents
    assert user_agent.startswith("rolecall/")
    assert user_agent.endswith(shown)
