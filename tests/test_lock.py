"""One crawl at a time writes a store, and a crawl ends when its time is up: real processes over real HTTP."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
import services
from conftest import PROJECT, Asked, Server, rolecall
from test_crawl import DUTIES, crawl, greenhouse, rows, write_sources
from test_faults import Answer

from store import BusyError, StoreError, alone

COMMAND = (
    sys.executable,
    "-m",
    "rolecall",
    "crawl",
    "--sources",
    "sources.toml",
    "--store",
    "rolecall.db",
    "--out",
    "out",
)


@contextmanager
def held_crawl(folder: Path, server: Server, may_end: Event) -> Iterator[subprocess.Popen[bytes]]:
    """A crawl in a process of its own, in the middle of which the board lets it wait."""

    def answering(_: Asked) -> Answer:
        may_end.wait(60)
        return 200, {}, greenhouse("Paralegal").encode()

    server.answering["/v1/boards/slow/jobs"] = answering
    write_sources(folder, server, "slow")
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1", "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(COMMAND, cwd=folder, env=environment, stderr=subprocess.DEVNULL) as process:
        while not any("slow" in path for path in server.asked):
            assert process.poll() is None
            sleep(0.05)
        try:
            yield process
        finally:
            may_end.set()
            process.kill() if process.poll() is None and process.wait(120) else None


def test_of_two_crawls_at_once_one_runs_and_the_other_says_so(tmp_path: Path, server: Server) -> None:
    may_end = Event()
    with held_crawl(tmp_path, server, may_end) as first:
        second = crawl(tmp_path, tmp_path / "sources.toml")
        due = crawl(tmp_path, tmp_path / "sources.toml", "--due")
        may_end.set()
        assert first.wait(120) == 0
    assert second.returncode == 2
    assert second.stderr.startswith("error: store ")
    assert "another crawl is under way; wait until it has ended" in second.stderr
    assert due.returncode == 0
    assert due.stderr.startswith("note: store ")
    assert rows(tmp_path, "select source, outcome from runs") == [("slow", "ok")]


def test_a_dead_process_holds_no_lock(tmp_path: Path, server: Server) -> None:
    may_end = Event()
    with held_crawl(tmp_path, server, may_end) as first:
        first.kill()
        first.wait(10)
        may_end.set()
        assert (tmp_path / "rolecall.db.lock").exists()
        assert crawl(tmp_path, tmp_path / "sources.toml").returncode == 0
    assert rows(tmp_path, "select title from postings") == [("Paralegal",)]


def test_the_lock_ends_with_its_block(tmp_path: Path) -> None:
    address = str(tmp_path / "new" / "rolecall.db")
    with alone(address, tmp_path), pytest.raises(BusyError), alone(f"sqlite:///{address}", tmp_path):
        pass
    with alone(address, tmp_path):
        assert not (tmp_path / "rolecall.lock").exists()


def test_the_lock_of_a_database_holds_on_every_machine(postgresql: services.PostgreSQL, tmp_path: Path) -> None:
    address, other = postgresql.new_database(), postgresql.new_database()
    told = address.replace("postgres@", "postgres:secret@")
    with alone(address, tmp_path / "one"), alone(other, tmp_path / "one"):
        with pytest.raises(BusyError, match="another crawl is under way") as caught, alone(told, tmp_path / "two"):
            pass
        assert "secret" not in str(caught.value)
    with alone(address, tmp_path):
        assert not list(tmp_path.iterdir())


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://user:secret@/none?host={tmp_path}"
    with pytest.raises(StoreError, match="cannot be opened") as caught, alone(address, tmp_path):
        pass
    assert "secret" not in str(caught.value)


def test_when_the_time_is_up_what_is_there_is_kept(tmp_path: Path, server: Server) -> None:
    def advert(number: int) -> Answer:
        job = f'{{"@type": "JobPosting", "title": "Paralegal {number}", "description": "{DUTIES}"}}'
        page = f'<script type="application/ld+json">{job}</script>'
        return 200, {"Content-Type": "text/html"}, page.encode()

    def late(_: Asked) -> Answer:
        sleep(12)
        return advert(2)

    links = '<a href="/jobs/1">one</a><a href="/jobs/2">two</a>' + '<a href="/jobs/3">three</a>'
    server.answer("/careers", links, Content_Type="text/html")
    server.answering |= {"/jobs/1": lambda _: advert(1), "/jobs/2": late, "/jobs/3": lambda _: advert(3)}
    server.answer("/v1/boards/after/jobs?content=true", greenhouse("Law Clerk"))
    site = f'[[source]]\nname = "site"\nplatform = "jobposting"\nurl = "{server.base_url}/careers"\ndelay_s = 0\n'
    sources = write_sources(tmp_path, server, "after")
    sources.write_text(site + sources.read_text())
    started = monotonic()
    done = crawl(tmp_path, sources, "--max-minutes", "0.1")
    assert done.returncode == 1
    assert monotonic() - started < 60
    assert rows(tmp_path, "select source, outcome from runs") == [("site", "partial")]
    assert "stopped: the time limit was reached" in done.stderr
    assert "error: source after: not started: the time limit was reached" in done.stderr
    titles = [title for (title,) in rows(tmp_path, "select title from postings order by 1")]
    assert len({"Paralegal 1", "Paralegal 3"} & set(titles)) == 1  # whichever was asked for before the slow one
    assert "Law Clerk" not in titles
    assert (tmp_path / "out" / "postings.csv").exists()


@pytest.mark.parametrize("file", ["rolecall.service", "crontab"])
def test_the_commands_of_deploy_run_as_they_stand(tmp_path: Path, server: Server, file: str) -> None:
    server.answer("/v1/boards/firm/jobs?content=true", greenhouse("Paralegal"))
    write_sources(tmp_path, server, "firm")
    lines = (PROJECT / "deploy" / file).read_text().splitlines()
    found = [re.search(r"/opt/rolecall/\.venv/bin/rolecall ([^>|]*)", line) for line in lines]
    commands = [match[1].replace("/etc/rolecall/", "").split() for match in found if match]
    assert [rolecall(*command, cwd=tmp_path).returncode for command in commands] == [0] * len(commands)
    assert rows(tmp_path, "select source, outcome from runs") == [("firm", "ok")]
    assert (tmp_path / "reports" / "postings.csv").exists()
