"""A real scrapyd on loopback: deploy the project of deploy/scrapyd, schedule a spider, collect from the store."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from conftest import PROJECT, Server
from test_crawl import board, greenhouse

DEPLOY = PROJECT / "deploy" / "scrapyd"
MAX_S = 60


def read_config(name: str) -> ConfigParser:
    config = ConfigParser()
    assert config.read(DEPLOY / name)
    return config


def call(scrapyd: str, name: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask scrapyd's API; with form fields by POST."""
    data = urlencode(form, doseq=True).encode() if form else None
    with urlopen(f"{scrapyd}/{name}", data, timeout=MAX_S) as answer:
        told: dict[str, Any] = json.load(answer)
    assert told["status"] == "ok", told
    return told


def wait_until_up(base_url: str, process: subprocess.Popen[bytes]) -> None:
    started = monotonic()
    while monotonic() - started < MAX_S:
        assert process.poll() is None
        try:
            call(base_url, "daemonstatus.json")
        except URLError:
            sleep(0.1)
        else:
            return
    raise TimeoutError("scrapyd does not answer")


@pytest.fixture
def scrapyd(tmp_path: Path) -> Iterator[str]:
    """Address of a scrapyd with the shipped configuration, but for its port and the time between looks at the queue."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    config = read_config("scrapyd.conf")
    config["scrapyd"].update(http_port=port, poll_interval="0.1")
    folder = tmp_path / "scrapyd"
    folder.mkdir()
    with (folder / "scrapyd.conf").open("w") as file:
        config.write(file)
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1", "ROLECALL_STORE": str(tmp_path / "rolecall.db")}
    environment["ROLECALL_NOTIFY_FILE"] = str(tmp_path / "told.jsonl")
    command = [str(Path(sys.executable).parent / "scrapyd")]
    with (
        (folder / "scrapyd.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as process,
    ):
        base_url = f"http://127.0.0.1:{port}"
        try:
            wait_until_up(base_url, process)
            yield base_url
        finally:
            process.terminate()


def deploy(base_url: str, folder: Path) -> None:
    """Build and upload the egg with scrapyd's own client, from a copy of the shipped project."""
    shutil.copytree(DEPLOY, folder)
    config = read_config("scrapy.cfg")
    config["deploy"]["url"] = base_url
    with (folder / "scrapy.cfg").open("w") as file:
        config.write(file)
    command = [str(Path(sys.executable).parent / "scrapyd-deploy"), "--version", "1"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=MAX_S)


def run_jobs(base_url: str, *jobs: dict[str, Any]) -> None:
    """Schedule jobs and wait until they have ended."""
    for job in jobs:
        settings = ["DOWNLOAD_DELAY=0", "LOG_LEVEL=WARNING"]
        call(base_url, "schedule.json", {"project": "rolecall", "setting": settings, **job})
    started = monotonic()
    while len(call(base_url, "listjobs.json?project=rolecall")["finished"]) < len(jobs):
        assert monotonic() - started < MAX_S
        sleep(0.1)


def test_deploy_schedule_run_collect(tmp_path: Path, scrapyd: str, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal", "Bus Driver", "Law Clerk"))
    deploy(scrapyd, tmp_path / "project")
    assert "greenhouse" in call(scrapyd, "listspiders.json?project=rolecall")["spiders"]
    job = {"spider": "greenhouse", "base_url": server.base_url}
    run_jobs(scrapyd, {**job, "board": "firm", "source": "firm"}, {**job, "board": "gone", "source": "gone"})
    store = sqlite3.connect(tmp_path / "rolecall.db")
    assert store.execute("select title, role from postings order by 1").fetchall() == [
        ("Law Clerk", "paralegal"),
        ("Paralegal", "paralegal"),
    ]
    assert store.execute("select source, outcome, n_found from runs order by 1").fetchall() == [
        ("firm", "ok", 3),
        ("gone", "gone", 0),
    ]
    store.close()
    (line,) = (tmp_path / "told.jsonl").read_text().splitlines()
    assert [turn["source"] for turn in json.loads(line)["failed"]] == ["gone"]
