"""Keys of platforms: asked for, sent, and shown nowhere."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from conftest import Server, rolecall
from scrapy import Request
from scrapy.spiderloader import SpiderLoader

from scraper.crawl import project_settings
from scraper.platforms.board import BoardSpider
from scraper.platforms.keyed import hide_in_log, without_keys

ADZUNA = {"ROLECALL_ADZUNA_ID": "0a1b2c3d", "ROLECALL_ADZUNA_KEY": "5f1e9d77c0ffee5f1e9d77c0ffee0042"}
USAJOBS = {"ROLECALL_USAJOBS_EMAIL": "clerk@example.org", "ROLECALL_USAJOBS_KEY": "Zm9yIG5vYm9keQ=="}
SEARCH = (
    "/v1/api/jobs/us/search/{}?category=legal-jobs&results_per_page=1&app_id=0a1b2c3d&app_key="
    + ADZUNA["ROLECALL_ADZUNA_KEY"]
)


def spider(name: str, **arguments: Any) -> BoardSpider:
    made = SpiderLoader.from_settings(project_settings({})).load(name)(**arguments)
    assert isinstance(made, BoardSpider)
    return made


async def started(spider: BoardSpider) -> list[Any]:
    return [each async for each in spider.start()]


def paralegal(number: int) -> dict[str, Any]:
    text = "<p>Draft pleadings for two attorneys, index exhibits, interview witnesses and keep the calendar.</p>"
    return {
        "id": str(number),
        "title": "Paralegal",
        "description": text,
        "redirect_url": f"https://www.adzuna.com/details/{number}?utm_medium=api&utm_source=0a1b2c3d",
    }


def crawl(server: Server, folder: Path, entry: str, environment: dict[str, str]) -> str:
    """Everything that a crawl prints, logs at the lowest level and stores."""
    sources = folder / "sources.toml"
    sources.write_text(f'[[source]]\nname = "s"\nbase_url = "{server.base_url}"\ndelay_s = 0\n{entry}\n')
    command = ("--log-level", "DEBUG", "crawl", "--sources", sources, "--store", folder / "s.db", "--out", folder)
    done = rolecall(*command, cwd=folder, **environment)
    return done.stdout + done.stderr + "".join(path.read_text(errors="replace") for path in folder.glob("*.*"))


def test_a_key_in_the_address_is_sent_and_shown_nowhere(tmp_path: Path, server: Server) -> None:
    server.answer(SEARCH.format(1), json.dumps({"count": 2, "results": [paralegal(1)]}))
    server.answer(SEARCH.format(2), "down", status=503)
    entry = 'platform = "adzuna"\nboard = "us"\nquery = { results_per_page = "1" }'
    shown = crawl(server, tmp_path, entry, ADZUNA)
    assert SEARCH.format(1) in server.asked
    assert SEARCH.format(2) in server.asked
    assert "HTTP status 503" in shown
    assert "app_key=***" in shown
    assert "adzuna:us:1" in shown
    assert not [value for value in ADZUNA.values() if value in shown]


def test_a_key_in_the_headers_is_not_carried_elsewhere_by_a_redirect(tmp_path: Path, server: Server) -> None:
    asked = "/api/search?Page=1&JobCategoryCode=0950&ResultsPerPage=500&Fields=Full"
    server.answer(asked, "", status=302, Location="/elsewhere")
    shown = crawl(server, tmp_path, 'platform = "usajobs"\nquery = { JobCategoryCode = "0950" }', USAJOBS)
    assert asked in server.asked
    assert "/elsewhere" not in server.asked
    assert USAJOBS["ROLECALL_USAJOBS_EMAIL"] in server.user_agents
    assert "HTTP status 302" in shown
    assert not [value for value in USAJOBS.values() if value in shown]


def test_usajobs_has_its_key_in_a_header_of_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in USAJOBS.items():
        monkeypatch.setenv(name, value)
    (request,) = asyncio.run(started(spider("usajobs")))
    assert isinstance(request, Request)
    assert request.headers["Authorization-Key"] == USAJOBS["ROLECALL_USAJOBS_KEY"].encode()
    assert request.headers["User-Agent"] == USAJOBS["ROLECALL_USAJOBS_EMAIL"].encode()
    assert not [value for value in USAJOBS.values() if value in request.url]


@pytest.mark.parametrize(("name", "arguments"), [("adzuna", {"board": "us"}), ("usajobs", {})])
def test_without_its_key_a_platform_is_not_asked(
    name: str, arguments: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in (*ADZUNA, *USAJOBS):
        monkeypatch.delenv(variable, raising=False)
    made = spider(name, **arguments)
    assert asyncio.run(started(made)) == []
    ((kind, _, reason),) = made.failures
    assert kind == "key-missing"
    assert f"ROLECALL_{name.upper()}_KEY" in reason


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("https://www.adzuna.com/search?q=paralegal", "us"),
        ("https://www.adzuna.co.uk/", "gb"),
        ("https://www.adzuna.com.au/search", "au"),
        ("https://www.adzuna.ca", "ca"),
        ("https://api.adzuna.com/v1/api/jobs/nz/search/1", "nz"),
    ],
)
def test_adzuna_knows_a_country_by_its_site(address: str, country: str) -> None:
    assert type(spider("adzuna", board="us")).recognise(address) == {"board": country}


def test_keys_are_hidden_however_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_EXAMPLE_KEY", "a b/c")
    shown = without_keys("k=a b/c k=a+b%2Fc k=a%20b%2Fc k=abc", ["ROLECALL_EXAMPLE_KEY", "ROLECALL_UNSET"])
    assert shown == "k=*** k=*** k=*** k=abc"


def test_no_log_record_holds_a_key(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("ROLECALL_EXAMPLE_KEY", "a b/c")
    before = logging.getLogRecordFactory()
    hide_in_log(["ROLECALL_EXAMPLE_KEY"])
    log = logging.getLogger("example")
    try:
        log.warning("got %s after %d tries", Request("https://api.example/?key=a+b%2Fc"), 3)
        log.warning("got %(what)s", {"what": "a b/c"})
        try:
            raise TimeoutError("https://api.example/?key=a%20b%2Fc")
        except TimeoutError:
            log.exception("lost")
    finally:
        logging.setLogRecordFactory(before)
    assert "got <GET https://api.example/?key=***> after 3 tries" in caplog.text
    assert "got ***" in caplog.text
    assert "TimeoutError: https://api.example/?key=***" in caplog.text
