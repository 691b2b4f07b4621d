"""The log as JSON lines, without secrets: a whole crawl at the lowest level, and single records."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Server, rolecall
from test_crawl import board, greenhouse, write_sources
from test_keyed import ADZUNA, SEARCH, paralegal

from rolecall import main
from scraper.log import FIELDS, JsonLineFormatter
from scraper.platforms.keyed import hide_in_log


def test_every_line_of_a_crawl_is_an_object_without_secrets(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal", "Bus Driver"))
    server.answer(SEARCH.format(1), json.dumps({"count": 2, "results": [paralegal(1)]}))
    server.answer(SEARCH.format(2), "down", status=403)
    server.answer("/hook/s3cret", "ok")
    entry = f'\n[[source]]\nname = "jobs"\nbase_url = "{server.base_url}"\ndelay_s = 0\n'
    entry += 'platform = "adzuna"\nboard = "us"\nquery = { results_per_page = "1" }\n'
    sources = write_sources(tmp_path, server, "firm", "gone", extra=entry)
    options = ("--quiet", "--log-level", "DEBUG", "--log-format", "json", "--log-file", "crawl.jsonl")
    command = ("crawl", "--sources", sources, "--store", "s.db", "--out", "out")
    hook = {"ROLECALL_NOTIFY_WEBHOOK": f"{server.base_url}/hook/s3cret"}
    done = rolecall(*options, *command, cwd=tmp_path, **ADZUNA, **hook)
    assert done.returncode == 1
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} == {"error"}
    text = (tmp_path / "crawl.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(set(line) <= set(FIELDS) for line in lines)
    assert {line["level"] for line in lines} >= {"DEBUG", "INFO", "WARNING"}
    assert {line.get("source") for line in lines} == {None, "firm", "gone", "jobs"}
    age = datetime.now(UTC) - datetime.fromisoformat(lines[0]["timestamp"])
    assert timedelta(0) < age < timedelta(minutes=5)
    assert "app_key=***" in text
    assert "/hook/s3cret" in server.asked
    assert not [secret for secret in (*ADZUNA.values(), "s3cret") if secret in text]


@pytest.fixture
def hiding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_EXAMPLE_KEY", "a b/c")
    monkeypatch.setattr(logging, "_logRecordFactory", logging.getLogRecordFactory())  # put back at the end
    hide_in_log(["ROLECALL_EXAMPLE_KEY"])


@pytest.mark.usefixtures("hiding")
def test_neither_a_traceback_nor_what_hangs_on_a_record_shows_a_key() -> None:
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Lines()
    handler.setFormatter(JsonLineFormatter())
    log = logging.getLogger("example")
    log.addHandler(handler)
    try:
        raise TimeoutError("https://api.example/?key=a%20b%2Fc")
    except TimeoutError:
        log.exception("lost %s", "a b/c", extra={"address": "https://api.example/?key=a b/c"})
    finally:
        log.removeHandler(handler)
    (told,) = map(json.loads, lines)
    assert told["message"] == "lost ***"
    assert told["exc_info"].endswith("TimeoutError: https://api.example/?key=***")
    assert "address" not in told
    assert (told["level"], told["logger"]) == ("ERROR", "example")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--log-format", "xml"], "error: --log-format xml: expected text or json"),
        (["--log-file", "no/such/folder.log"], "error: no/such/folder.log: No such file"),
    ],
)
def test_a_mistake_in_the_options_of_the_log_is_told_at_once(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*options, "crawl"]) == 2
    assert capsys.readouterr().err.startswith(message)
