"""Politeness against the servers' own clocks and counts: what the manifest says of a host is what the host saw."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from conftest import PROJECT, Answer, Asked, Server, serving
from test_crawl import greenhouse, rows

from scraper.hosts import Host
from scraper.politeness import Manners, PolitenessError, politeness
from store import KeptAnswer, count_request, keep_answer, kept_answer, open_store

CLOCKS_S = 0.06
"""How far the server's clock and ours may be apart: a request is on its way, and a new connection takes longer."""

CRAWL = """
import json, sys
from pathlib import Path
from output.run_manifest import RunManifest
from scraper.crawl import crawl_sources
from scraper.hosts import hosts_of
from scraper.sources import load_sources
from store import open_store

folder = Path(sys.argv[1])
manifest = RunManifest(folder / "runs", open_store(str(folder / "rolecall.db")))

def ended(source, crawler):
    manifest.add(source, crawler.stats.get_stats(), crawler.settings["ROLECALL_RUN_ID"], 0, hosts_of(crawler).table())

settings = {
    "ROLECALL_STORE": str(folder / "rolecall.db"),
    "LOG_LEVEL": "ERROR",
    "ITEM_PIPELINES": {"pipelines.store_postings.StorePostingsPipeline": 900},
    "SPIDER_MIDDLEWARES": {},
}
crawl_sources(load_sources(folder / "sources.toml"), settings, lambda source, event: None, ended)
print(manifest.path)
"""
"""A crawl without taggers and reports: ``test_manifest`` has one with them."""

RULES = """
[every_host]
delay_s = 0
longest_crawl_delay_s = 5
requests_a_day = 1000
failures_in_a_row = 4
cool_down_s = 900

[refused]
times = 2
first_wait_s = 0.05
longest_wait_s = 5
"""
TITLES = ("Paralegal", "Law Clerk")
BOARDS = {"slow": 3, "down": 4, "later": 2, "spent": 3, "tagged": 1, "dated": 1, "never": 2, "recovers": 2, "own": 2}
"""Host -> how many boards it has."""


def ads(status: int = 200, **headers: str) -> Answer:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, greenhouse(*TITLES).encode()


def recovering(asked: Asked) -> Answer:
    return ads(500) if asked.number <= 2 and "recovers-1" in asked.path else ads()


class Validating:
    """A board that answers 304 where its validator comes back; what it answers changes with the day."""

    def __init__(self, validator: str, condition: str, values: list[str]) -> None:
        self.validator, self.condition, self.values = validator, condition, values
        self.day = 0
        self.n_unchanged = 0
        self.is_broken = False

    def __call__(self, asked: Asked) -> Answer:
        if self.is_broken:
            return 500, {}, b"broken"
        value = self.values[self.day]
        if asked.headers.get(self.condition) == value:
            self.n_unchanged += 1
            return 304, {self.validator: value}, b""
        return ads(**{self.validator.replace("-", "_"): value, "Cache_Control": "max-age=3600"})


@dataclass
class Crawled:
    """Three crawls: two on one day, one on the next; on the last the tagged board fails."""

    servers: dict[str, Server]
    folder: Path
    tables: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    """Of each crawl: host -> its row of the manifest."""
    outcomes: list[dict[str, tuple[str, str]]] = field(default_factory=list)
    n_asked: list[dict[str, int]] = field(default_factory=list)
    seen: list[list[tuple[Any, ...]]] = field(default_factory=list)
    validating: dict[str, Validating] = field(default_factory=dict)

    def host(self, name: str, run: int = 0) -> dict[str, Any]:
        return self.tables[run][self.servers[name].base_url.removeprefix("http://")]

    def crawl(self, now: str) -> None:
        before = {name: len(server.asked) for name, server in self.servers.items()}
        rules = {"ROLECALL_NOW": now, "ROLECALL_POLITENESS": str(self.folder / "politeness.toml")}
        environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1", **rules}
        command = [sys.executable, "-c", CRAWL, str(self.folder)]
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        manifest = json.loads(Path(done.stdout.strip()).read_text())
        self.tables.append({row["host"]: row for row in manifest["hosts"]})
        self.outcomes.append({each["source"]: (each["outcome"], each["detail"] or "") for each in manifest["sources"]})
        self.n_asked.append({name: len(server.asked) - before[name] for name, server in self.servers.items()})
        self.seen.append(rows(self.folder, "select source, last_seen, n_missed from postings order by posting_id"))


def tell(servers: dict[str, Server]) -> dict[str, Validating]:
    """What each host answers."""
    servers["slow"].answer("/robots.txt", "User-agent: *\nCrawl-delay: 0.4\nDisallow: /v1/boards/slow-3/")
    servers["never"].answer("/robots.txt", "User-agent: *\nCrawl-delay: 600")
    validating = {
        "tagged": Validating("ETag", "If-None-Match", ['"a"', '"a"']),
        "dated": Validating(
            "Last-Modified", "If-Modified-Since", ["Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:00 GMT"]
        ),
    }
    special = {
        "down": lambda _: ads(500),
        "later": lambda _: ads(503, Retry_After="3600"),
        "recovers": recovering,
        **validating,
    }
    for name, n_boards in BOARDS.items():
        for number in range(1, n_boards + 1):
            answering = special.get(name, lambda _: ads())
            servers[name].answering[f"/v1/boards/{name}-{number}/jobs"] = answering
    return validating


def write_files(folder: Path, servers: dict[str, Server]) -> None:
    entries = [
        f'[[source]]\nname = "{name}-{number}"\nplatform = "greenhouse"\nboard = "{name}-{number}"\n'
        f'base_url = "{servers[name].base_url}"\n'
        for name, n_boards in BOARDS.items()
        for number in range(1, n_boards + 1)
    ]
    (folder / "sources.toml").write_text("\n".join(entries))
    hosts = {name: server.base_url.removeprefix("http://") for name, server in servers.items()}
    own = f'[host."{hosts["spent"]}"]\nrequests_a_day = 3\n[host."{hosts["own"]}"]\ndelay_s = 0.3\n'
    own += f'[host."{hosts["recovers"]}"]\nfailures_in_a_row = 2\ncool_down_s = 0.01\n'
    (folder / "politeness.toml").write_text(RULES + own)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("politeness")
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(Server())) for name in BOARDS}
        crawled = Crawled(servers, folder, validating=tell(servers))
        write_files(folder, servers)
        crawled.crawl("2026-01-01T03:00:00+00:00")
        crawled.crawl("2026-01-01T15:00:00+00:00")
        for each in crawled.validating.values():
            each.day = 1
        crawled.validating["tagged"].is_broken = True
        crawled.crawl("2026-01-02T03:00:00+00:00")
        yield crawled


def gaps(server: Server, n_asked: int) -> list[float]:
    """Seconds between the first requests, by the server's clock."""
    return [later - earlier for earlier, later in pairwise(server.asked_at[:n_asked])]


@pytest.mark.parametrize("name", BOARDS)
def test_the_table_counts_what_the_host_was_asked(crawled: Crawled, name: str) -> None:
    for run, n_asked in enumerate(crawled.n_asked):
        row = crawled.host(name, run) if n_asked[name] else {"requests": 0, "statuses": {}}
        assert row["requests"] == sum(row["statuses"].values()) == n_asked[name]


@pytest.mark.parametrize("name", [name for name in BOARDS if name not in ("never",)])
def test_the_least_delay_is_that_of_the_servers_clock(crawled: Crawled, name: str) -> None:
    seen, told = min(gaps(crawled.servers[name], crawled.n_asked[0][name])), crawled.host(name)["least_delay_s"]
    assert seen == pytest.approx(told, abs=CLOCKS_S)


def test_a_crawl_delay_is_kept_between_all_boards_of_a_host(crawled: Crawled) -> None:
    row, n_asked = crawled.host("slow"), crawled.n_asked[0]["slow"]
    assert n_asked == 1 + 2
    assert min(gaps(crawled.servers["slow"], n_asked)) >= 0.4 - CLOCKS_S
    assert (row["robots"]["crawl_delay_s"], row["delay_asked_s"]) == (0.4, 0.4)
    assert row["least_delay_s"] >= 0.4


def test_a_hosts_own_delay_is_kept(crawled: Crawled) -> None:
    assert min(gaps(crawled.servers["own"], crawled.n_asked[0]["own"])) >= 0.3 - CLOCKS_S
    assert crawled.host("own")["delay_asked_s"] == 0.3


def test_robots_txt_is_read_once_a_run_and_its_decisions_are_counted(crawled: Crawled) -> None:
    assert crawled.servers["slow"].asked.count("/robots.txt") == 3
    robots = crawled.host("slow")["robots"]
    assert (robots["statuses"], robots["allowed"], robots["forbidden"]) == ({"200": 1}, 2, 1)
    assert crawled.outcomes[0]["slow-3"][0] == "blocked"


def test_a_longer_crawl_delay_than_one_can_wait_leaves_the_host_alone(crawled: Crawled) -> None:
    assert crawled.n_asked[0]["never"] == 1
    for name in ("never-1", "never-2"):
        outcome, detail = crawled.outcomes[0][name]
        assert outcome == "throttled"
        assert "wants 600 s between two requests, more than 5" in detail


def test_a_host_that_fails_in_a_row_is_left_alone(crawled: Crawled) -> None:
    assert crawled.n_asked[0]["down"] == 1 + 4
    assert {crawled.outcomes[0][f"down-{number}"][0] for number in (1, 2, 3, 4)} == {"network"}
    assert "4 requests in a row failed, the last with HTTP status 500" in crawled.outcomes[0]["down-4"][1]
    row = crawled.host("down")
    assert (row["breaker"], row["failures_in_a_row"]) == ("open", 4)
    assert row["not_sent"] >= 3


def test_a_host_that_recovers_after_its_cool_down_is_read(crawled: Crawled) -> None:
    assert [crawled.outcomes[0][f"recovers-{number}"][0] for number in (1, 2)] == ["ok", "ok"]
    assert crawled.host("recovers")["breaker"] == "closed"
    assert crawled.host("recovers")["statuses"]["500"] == 2


def test_a_host_that_wants_an_hour_gets_it_from_all_its_boards(crawled: Crawled) -> None:
    assert crawled.n_asked[0]["later"] == 1 + 1
    assert [crawled.outcomes[0][f"later-{number}"][0] for number in (1, 2)] == ["throttled", "throttled"]
    assert crawled.host("later")["left_alone"] == "it wants 3600 s to pass, more than 5"


def test_a_days_budget_counts_over_runs(crawled: Crawled) -> None:
    """Robots.txt and two boards; nothing more that day; the next day the same again."""
    assert [n_asked["spent"] for n_asked in crawled.n_asked] == [3, 0, 3]
    outcome, detail = crawled.outcomes[0]["spent-3"]
    assert outcome == "throttled"
    assert "the 3 requests that it may be asked in a day are used up" in detail
    assert [crawled.host("spent", run)["budget"]["left"] for run in (0, 1, 2)] == [0, 0, 0]
    assert crawled.host("own")["budget"] == {"requests_a_day": 1000, "left": 1000 - 3}
    assert crawled.host("own", 1)["budget"]["left"] == 1000 - 6


@pytest.mark.parametrize("name", ["tagged", "dated"])
def test_an_unchanged_board_counts_as_read_wholly(crawled: Crawled, name: str) -> None:
    assert crawled.validating[name].n_unchanged == 1
    assert [crawled.outcomes[run][f"{name}-1"][0] for run in (0, 1)] == ["ok", "ok"]
    assert crawled.host(name, 1)["conditional"] == {"asked": 1, "unchanged": 1}
    seen = [row[1:] for row in crawled.seen[1] if row[0] == f"{name}-1"]
    assert seen == [("2026-01-01T15:00:00+00:00", 0)] * len(TITLES)


def test_a_changed_board_is_read_again(crawled: Crawled) -> None:
    assert crawled.host("dated", 2)["conditional"] == {"asked": 1, "unchanged": 0}
    assert crawled.outcomes[2]["dated-1"][0] == "ok"


def test_a_kept_answer_never_stands_in_for_a_failure(crawled: Crawled) -> None:
    assert crawled.outcomes[2]["tagged-1"][0] == "network"
    assert {row[1] for row in crawled.seen[2] if row[0] == "tagged-1"} == {"2026-01-01T15:00:00+00:00"}


def test_no_address_stands_in_the_kept_answers(crawled: Crawled) -> None:
    with sqlite3.connect(crawled.folder / "rolecall.db") as connection:
        kept = connection.execute("select fingerprint, headers from http_cache").fetchall()
    assert len(kept) == 2
    assert all(b"/v1/boards" not in headers for _, headers in kept)


def test_boards_that_are_read_at_once_take_turns_at_a_host() -> None:
    host = Host("jobs.example", politeness().every_host)
    started = []

    async def ask() -> None:
        await host.turn(0.05, lambda: True)
        host.note_start(100, False)
        started.append(monotonic())

    async def ask_all() -> None:
        first = [asyncio.ensure_future(ask()) for _ in range(3)]
        await asyncio.sleep(0.07)  # one is through, one is waiting
        await asyncio.gather(*first, ask())

    asyncio.run(ask_all())
    assert min(later - earlier for earlier, later in pairwise(started)) >= 0.0499
    assert host.least_gap_s >= 0.05
    assert host.entry()["requests"] == 4


def test_the_shipped_file_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLECALL_POLITENESS", raising=False)
    assert politeness().of("jobs.example") == Manners(
        delay_s=1, longest_crawl_delay_s=120, requests_a_day=10_000, failures_in_a_row=9, cool_down_s=900
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("delay_s = 1", "Field required"),
        (RULES.replace("delay_s = 0\n", "delay_s = -1\n"), "delay_s: Input should be greater than or equal to 0"),
        (RULES + '[host."a.example"]\ndelay = 3\n', "delay: Extra inputs are not permitted"),
        ("delay_s =", "not readable as TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    monkeypatch.setenv("ROLECALL_POLITENESS", str(path))
    with pytest.raises(PolitenessError, match=says) as error:
        politeness()
    assert str(path) in str(error.value)


def test_every_kind_of_store_counts_keeps_and_prunes(store_address: str) -> None:
    opened = open_store(store_address)
    assert [count_request(opened, "a.example", "2026-01-01", 2) for _ in range(3)] == [1, 2, None]
    assert count_request(opened, "a.example", "2026-01-02", 2) == 1
    assert count_request(opened, "b.example:8080", "2026-01-01", 2) == 1
    for number, day in ((1, "2026-01-01"), (2, "2026-01-03")):
        keep_answer(opened, "old", KeptAnswer(b"ETag: 1", b"1"), "2026-01-01T03:00:00+00:00")
        keep_answer(opened, "young", KeptAnswer(b"ETag: x", bytes([number])), f"{day}T03:00:00+00:00")
    assert kept_answer(opened, "young") == KeptAnswer(b"ETag: x", b"\2")
    opened.prune("2026-01-02T00:00:00+00:00")
    assert (kept_answer(opened, "old"), kept_answer(opened, "none")) == (None, None)
    assert kept_answer(opened, "young") is not None
    assert count_request(opened, "a.example", "2026-01-01", 2) == 1
    assert count_request(opened, "a.example", "2026-01-02", 2) == 2
    opened.close()
