"""The manifest of a run against what the server was asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import Any

from conftest import PROJECT, Asked, Server
from test_crawl import board, crawl, greenhouse, rows, write_sources
from test_faults import Answer

SECRET = "k3y-that-nobody-may-see"


def manifests(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((folder / "out" / "runs").glob("*.json"))]


def test_a_manifest_says_what_was_asked_and_what_came(tmp_path: Path, server: Server) -> None:
    def refusing_once(asked: Asked) -> Answer:
        if asked.number == 1:
            return 429, {"Retry-After": "1"}, b"later"
        return 200, {}, greenhouse("Paralegal").encode()

    server.answer("/robots.txt", "User-agent: *\nDisallow: /v1/boards/private/\n", Content_Type="text/plain")
    server.answer(board("firm"), greenhouse("Paralegal", "Bus Driver", "Law Clerk"))
    server.answering["/v1/boards/busy/jobs"] = refusing_once
    sources = write_sources(tmp_path, server, "firm", "busy", "private", "gone")
    done = crawl(tmp_path, sources, ROLECALL_NOW="2026-01-01T03:00:00+00:00")
    assert done.returncode == 1
    (path,) = (tmp_path / "out" / "runs").iterdir()
    assert path.name == "2026-01-01T03-00-00.000000+00-00.json"
    (told,) = manifests(tmp_path)
    assert (told["run_id"], told["exit_code"]) == ("2026-01-01T03:00:00.000000+00:00", 1)
    assert told["finished_at"]
    assert sorted(told["errors"]) == ["gone", "private"]
    of = {entry["source"]: entry for entry in told["sources"]}
    assert {name: (entry["outcome"], entry["failure"]) for name, entry in of.items()} == {
        "firm": ("ok", None),
        "busy": ("ok", None),
        "private": ("blocked", "blocked"),
        "gone": ("gone", "gone"),
    }
    assert of["firm"]["ads"] == {
        **{"found": 3, "legal": 2, "new": 2, "changed": 0, "reopened": 0, "closed": 0, "not_stored": 0}
    }
    assert sum(entry["requests"] for entry in of.values()) == len(server.asked)
    assert of["busy"]["statuses"] == {"200": 1, "429": 1}
    assert of["gone"]["statuses"] == {"404": 1}
    assert of["private"]["robots"]["forbidden"] == 1
    assert of["firm"]["robots"]["statuses"] == {"200": 1}
    politeness = of["busy"]["politeness"]
    assert (politeness["delay_s"], politeness["retry_after_honoured"], politeness["retry_after_s"]) == (0, 1, 1)
    assert of["firm"]["bytes_received"] > len(greenhouse("Paralegal"))
    (host,) = told["hosts"]
    assert (host["host"], host["requests"]) == (server.base_url.removeprefix("http://"), len(server.asked))
    assert (host["statuses"], host["retry_after_s"], host["robots"]["forbidden"]) == (
        {"200": 3, "404": 1, "429": 1},
        1,
        1,
    )
    assert of["firm"]["exit_reason"] == "finished"
    assert of["firm"]["seconds"] > 0


def test_what_changes_is_counted(tmp_path: Path, server: Server) -> None:
    sources = write_sources(tmp_path, server, "firm")
    boards = [("Paralegal", "Law Clerk"), ("Senior Paralegal",), ("Senior Paralegal",), ("Paralegal", "Law Clerk")]
    for day, titles in enumerate(boards, 1):
        server.answer(board("firm"), greenhouse(*titles))
        assert crawl(tmp_path, sources, ROLECALL_NOW=f"2026-01-{day:02}T03:00:00+00:00").returncode == 0
    counted = [told["sources"][0]["ads"] for told in manifests(tmp_path)]
    assert [(ads["new"], ads["changed"], ads["closed"], ads["reopened"]) for ads in counted] == [
        (2, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 1, 0, 1),
    ]
    assert rows(tmp_path, "select closed_on from postings") == [(None,), (None,)]


def test_a_run_that_was_killed_leaves_a_manifest_without_end(tmp_path: Path, server: Server) -> None:
    def never(_: Asked) -> Answer:
        sleep(20)
        return 200, {}, b"{}"

    server.answer(board("firm"), greenhouse("Paralegal"))
    server.answering["/v1/boards/slow/jobs"] = never
    write_sources(tmp_path, server, "firm", "slow")
    command = [sys.executable, "-m", "rolecall", "crawl", "--store", "rolecall.db", "--out", "out"]
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1", "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as process:
        while not any("slow" in path for path in server.asked):
            assert process.poll() is None
            sleep(0.05)
        process.send_signal(signal.SIGKILL)
    (told,) = manifests(tmp_path)
    assert told["finished_at"] is None
    assert [entry["source"] for entry in told["sources"]] == ["firm"]


def test_no_key_stands_in_a_manifest(tmp_path: Path, server: Server) -> None:
    entry = (
        f'[[source]]\nname = "jobs"\nplatform = "adzuna"\nboard = "us"\nbase_url = "{server.base_url}"\ndelay_s = 0\n'
    )
    keys = {
        "ADZUNA_APP_ID": SECRET,
        "ADZUNA_APP_KEY": SECRET,
        "ROLECALL_ADZUNA_ID": SECRET,
        "ROLECALL_ADZUNA_KEY": SECRET,
    }
    done = crawl(tmp_path, write_sources(tmp_path, server, extra=entry), **keys)
    assert done.returncode == 1
    assert any(SECRET in path for path in server.asked)
    assert all(SECRET not in path.read_text() for path in (tmp_path / "out" / "runs").iterdir())
    assert SECRET not in done.stderr + done.stdout
