"""``kill -9`` at random moments: after the next undisturbed run the store is what an undisturbed crawl leaves."""

from __future__ import annotations

import csv
import json
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import kill_crawl
import pytest
from conftest import PROJECT, Server, serving

from output.write_file import replacing

N_BOARDS, N_ADS, N_KILLS = 10, 50, 50
TIMES = {"first_seen", "last_seen"}
FILES = ("postings.csv", "duties.csv", "places.csv", "salary_stats.csv", "title_check.csv", "funnel.csv")
DUTIES = ("Draft motions", "Interview clients", "Organize case files", "Prepare exhibits for trial", "File pleadings")


def advert(board: int, number: int) -> dict[str, Any]:
    """An ad that no other is a copy of."""
    mine = " ".join(f"matter{board}x{number}x{word}" for word in range(12))
    duties = "".join(f"<li>{duty} for team {number}</li>" for duty in DUTIES[number % 3 : number % 3 + 3])
    return {
        "id": board * 1000 + number,
        "title": "Paralegal",
        "location": {"name": "Albany, NY"},
        "company_name": f"Firm {board}",
        "content": f"<p>{mine}</p><p>Responsibilities:</p><ul>{duties}</ul><p>Pay: ${60 + number},000 a year</p>",
    }


@pytest.fixture(scope="module")
def boards() -> Iterator[list[Server]]:
    """Ten hosts with a board of fifty ads each."""
    told = [Server() for _ in range(N_BOARDS)]
    with serving_all(told):
        for board, server in enumerate(told):
            jobs = [advert(board, number) for number in range(N_ADS)]
            server.answer(f"/v1/boards/board{board}/jobs?content=true", json.dumps({"jobs": jobs}))
        yield told


@contextmanager
def serving_all(servers: list[Server]) -> Iterator[None]:
    if not servers:
        yield
        return
    with serving(servers[0]), serving_all(servers[1:]):
        yield


def sources_file(folder: Path, boards: list[Server]) -> Path:
    path = folder / "sources.toml"
    entry = (
        '[[source]]\nname = "board{0}"\nplatform = "greenhouse"\nboard = "board{0}"\nbase_url = "{1}"\ndelay_s = 0\n'
    )
    path.write_text("".join(entry.format(number, server.base_url) for number, server in enumerate(boards)))
    return path


def start(processes: ForkServerContext, folder: Path, sources: Path) -> ForkServerProcess:
    """The whole command in a process of its own, forked from one that has read the taggers already."""
    process = processes.Process(target=kill_crawl.crawl, args=(str(folder), str(sources)))
    process.start()
    return process


def content(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that tells of ads, without times."""
    store = sqlite3.connect(path)
    found = {}
    for table in ("postings", "duties", "places", "pay_candidates", "revisions"):
        names = [column[1] for column in store.execute(f"pragma table_info({table})") if column[1] not in TIMES]
        columns = ", ".join(f'"{name}"' for name in names)
        found[table] = sorted(store.execute(f"select {columns} from {table}"), key=repr)
    assert store.execute("pragma integrity_check").fetchall() == [("ok",)]
    store.close()
    return found


class Reader(Thread):
    """Reads the reports all the time, and notes every one that is not whole."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.torn: list[str] = []
        self.n_rows: set[int] = set()
        """Rows of ``postings.csv`` whenever it was read."""
        self.n_read = 0
        self.done = Event()

    def run(self) -> None:
        while not self.done.wait(0.2):
            for name in FILES:
                self.read(name)
            for path in (self.folder / "runs").glob("*.json"):
                json.loads(path.read_text())

    def read(self, name: str) -> None:
        try:
            text = (self.folder / name).read_text()
        except FileNotFoundError:
            self.torn.append(f"{name} is not there")
            return
        rows = list(csv.reader(text.splitlines()))
        if not text.endswith("\n") or {len(row) for row in rows} != {len(rows[0])}:
            self.torn.append(f"{name} is torn")
        if name == "postings.csv":
            self.n_rows.add(len(rows) - 1)
        self.n_read += 1


@pytest.mark.timeout(600)
def test_fifty_kills_lose_nothing_double_nothing_and_tear_nothing(
    tmp_path: Path, boards: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The process that the others are forked from does not take over sys.path (Python before 3.12.5), and says nothing.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (PROJECT, PROJECT / "tests"))))
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["kill_crawl"])
    sources = sources_file(tmp_path, boards)
    undisturbed, full, empty = (tmp_path / name for name in ("undisturbed", "full", "empty"))
    whole_run(processes, undisturbed, sources)
    took = whole_run(processes, full, sources)
    moments = random.Random(6)
    reader = Reader(full / "out")
    reader.start()
    n_killed = killed_runs(processes, full, sources, took, moments)
    whole_run(processes, full, sources)
    reader.done.set()
    reader.join()
    n_killed += killed_runs(processes, empty, sources, took, moments)
    whole_run(processes, empty, sources)
    assert n_killed == N_KILLS
    assert (reader.torn, reader.n_rows) == ([], {N_BOARDS * N_ADS})
    assert reader.n_read > 10 * len(FILES)
    wanted = content(undisturbed / "rolecall.db")
    assert len(wanted["postings"]) == N_BOARDS * N_ADS
    assert content(full / "rolecall.db") == wanted
    assert content(empty / "rolecall.db") == wanted


def killed_runs(
    processes: ForkServerContext, folder: Path, sources: Path, longest_s: float, moments: random.Random
) -> int:
    """Crawl until half of N_KILLS crawls were killed under way, in twice as many tries; returns how many were.

    A crawl that ended before its moment tells that the machine has become quicker: later moments are sooner.
    """
    n_killed = 0
    for _ in range(N_KILLS):
        after_s = moments.uniform(0, longest_s)
        if killed_run(processes, folder, sources, after_s):
            n_killed += 1
        else:
            longest_s = max(after_s * 0.9, 0.2)
        if n_killed == N_KILLS // 2:
            break
    return n_killed


def killed_run(processes: ForkServerContext, folder: Path, sources: Path, after_s: float) -> bool:
    """Crawl and ``kill -9`` after so many seconds; whether it was still under way."""
    process = start(processes, folder, sources)
    process.join(after_s)
    is_under_way = process.is_alive()
    process.kill()
    process.join()
    return is_under_way


def whole_run(processes: ForkServerContext, folder: Path, sources: Path) -> float:
    """Crawl without disturbance; returns the seconds that it took."""
    started = monotonic()
    process = start(processes, folder, sources)
    process.join(120)
    assert process.exitcode == 0
    return monotonic() - started


def test_what_killed_processes_left_beside_the_reports_goes(tmp_path: Path) -> None:
    left, young = tmp_path / ".postings.csv.abc", tmp_path / ".postings.csv.def"
    left.write_text("half")
    young.write_text("half")
    os.utime(left, (0, 0))
    with replacing(tmp_path / "postings.csv") as file:
        file.write(b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".postings.csv.def", "postings.csv"]
