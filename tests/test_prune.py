"""What is deleted, and what a full disk does to a store: real commands, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import PROJECT, Server, ask, rolecall
from test_crawl import board, crawl, greenhouse, rows, write_sources
from test_lifecycle import posting, run

from store import open_store


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")


def test_prune_deletes_old_ads_with_all_that_belongs_to_them(store_address: str, tmp_path: Path) -> None:
    opened = open_store(store_address)
    seen = {"first_seen": days_ago(500)}
    old = posting("old", **seen, last_seen=days_ago(400))
    old.text = "Words that nobody may keep."
    opened.save([old, posting("young", **seen, last_seen=days_ago(300)), posting("file")])
    for day in (1, 2):
        run(opened, day, {"young", "file"}, started_at=days_ago(402 - day))
    opened.close()
    done = rolecall("prune", "--older-than", "365d", "--store", store_address, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, f"deleted 1 ads and 1 runs from {store_address}\n")
    assert ask(store_address, "select posting_id from postings order by 1") == [("file",), ("young",)]
    assert ask(store_address, "select count(*) from revisions") == [(0,)]
    assert ask(store_address, "select run_id from runs") == [("2026-01-02T03:00:00+00:00",)]  # the last one stays
    if "://" not in store_address:
        assert b"Words that nobody may keep" not in Path(store_address).read_bytes()


@pytest.mark.parametrize("age", ["365", "d", "1y", "-3d", "999999d"])
def test_an_age_that_is_none_is_refused(tmp_path: Path, age: str) -> None:
    done = rolecall("prune", f"--older-than={age}", cwd=tmp_path)
    assert done.returncode == 2
    assert f"--older-than {age}: expected a number and h or d" in done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder on a disk of three megabytes where the tests may mount one, and what to set in the shell where not."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield folder, "" if is_mounted else "ulimit -f 2500;"
    if is_mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_named_and_leaves_store_and_reports_as_they_were(
    small_disk: tuple[Path, str], server: Server
) -> None:
    folder, limit = small_disk
    server.answer(board("firm"), greenhouse("Paralegal", "Law Clerk"))
    sources = write_sources(folder, server, "firm")
    assert crawl(folder, sources).returncode == 0
    reports = {path: path.read_bytes() for path in (folder / "out").iterdir() if path.is_file()}
    before = rows(folder, "select posting_id, title, text from postings order by 1")
    words = " ".join(f"word{number}" for number in range(2000))
    jobs = [{"id": n, "title": "Paralegal", "content": f"<p>{n} {words}</p>"} for n in range(1, 201)]
    server.answer(board("firm"), json.dumps({"jobs": jobs}))
    command = f"{limit} exec {sys.executable} -m rolecall crawl --store rolecall.db --out out"
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1", "PYTHONPATH": str(PROJECT)}
    full = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert full.returncode in (1, 2)
    assert "error: " in full.stderr
    assert "not written" in full.stderr
    assert "free disk space" in full.stderr
    assert "Traceback" not in full.stderr
    if not limit:  # the limit of the shell is by file, and small reports still fit
        assert {path: path.read_bytes() for path in reports} == reports
        assert "No space left on device; check the path and free space" in full.stderr
    assert rows(folder, "pragma integrity_check") == [("ok",)]
    assert len(rows(folder, "select * from postings")) < 200
    assert rows(folder, "select * from postings where closed_on is not null") == []
    assert {key for key, _, _ in before} <= {key for (key,) in rows(folder, "select posting_id from postings")}


def test_a_disk_that_was_full_and_is_not_any_more(tmp_path: Path, server: Server) -> None:
    jobs = [{"id": n, "title": "Paralegal", "content": f"<p>{n} {'word ' * 2000}</p>"} for n in range(1, 201)]
    server.answer(board("firm"), json.dumps({"jobs": jobs}))
    write_sources(tmp_path, server, "firm")
    command = f"{sys.executable} -m rolecall crawl --store rolecall.db --out out"
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1", "PYTHONPATH": str(PROJECT)}

    def shell(limit: str) -> subprocess.CompletedProcess[str]:
        told = ["sh", "-c", f"{limit} exec {command}"]
        return subprocess.run(
            told, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=False
        )

    full = shell("ulimit -f 2000;")
    assert full.returncode in (1, 2)
    assert "not written" in full.stderr
    assert len(rows(tmp_path, "select * from postings")) < 200
    assert shell("").returncode == 0
    assert len(rows(tmp_path, "select * from postings")) == 200
    assert rows(tmp_path, "pragma integrity_check") == [("ok",)]
