"""A crawl by several workers with one Redis and one PostgreSQL: the store is what one process alone leaves."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import kill_crawl
import pytest
import services
from conftest import PROJECT, Answer, Asked, Server, ask
from redis import Redis
from test_kill import serving_all

from output.frames import read_frames
from scraper.shared_queue import HOST, Run, SharedQueue
from scraper.sources import Source
from store import open_store

N_BOARDS, N_ADS, N_LEGAL = 20, 100, 15
N_HOSTS = 16
DELAY_S = 1.0
LATE_S = 0.4
"""By so much may a request be noted too late, where a server and all its workers share a busy machine."""

HELD = "board7"
"""The board in the middle of which a worker is killed."""

DAYS = ("2026-01-01T03:00:00+00:00", "2026-01-02T03:00:00+00:00")
TABLES = ("postings", "duties", "places", "pay_candidates", "revisions", "runs", "rejections", "filled_fields")
DUTIES = ("Draft motions", "Interview clients", "Organize case files", "Prepare exhibits for trial", "File pleadings")


def advert(board: int, number: int, day: int) -> dict[str, Any]:
    """A record of Lever's, whose fields the other platform gets too; most ads of an employer are no legal work."""
    if number >= N_LEGAL:
        return {"id": f"ad-{number}", "text": "Warehouse Associate", "description": "Pack and ship orders."}
    mine = " ".join(f"matter{board}x{number}x{word}" for word in range(12))
    duties = DUTIES[number % 3 : number % 3 + 3] if day == 0 or number % 5 else DUTIES[:2]
    items = "".join(f"<li>{duty} for team {number}</li>" for duty in duties)
    pay = f"Pay: ${60 + number + day * (number % 2)},000 a year"
    text = f"<p>{mine}</p><p>Responsibilities:</p><ul>{items}</ul><p>{pay}</p>"
    return {"id": f"ad-{number}", "text": "Paralegal", "description": text, "categories": {"location": "Albany, NY"}}


def adverts(board: int, day: int) -> list[dict[str, Any]]:
    """Of every board two ads go and two come on the second day."""
    numbers = range(N_ADS) if day == 0 else (-2, -1, *range(2, N_ADS))
    return [advert(board, number, day) for number in numbers]


@dataclass
class Boards:
    """Twenty boards on sixteen hosts: what they show, and when they were asked."""

    servers: list[Server] = field(default_factory=lambda: [Server() for _ in range(N_HOSTS)])
    day: int = 0
    may_answer: Event = field(default_factory=Event)

    def server_of(self, board: int) -> Server:
        return self.servers[board % N_HOSTS]

    def prepare(self) -> None:
        self.may_answer.set()
        for board in range(N_BOARDS):
            path = f"/v0/postings/board{board}" if board % 2 else f"/v1/boards/board{board}/jobs"
            self.server_of(board).answering[path] = self.lever(board) if board % 2 else self.greenhouse(board)

    def lever(self, board: int) -> Callable[[Asked], Answer]:
        def answering(asked: Asked) -> Answer:
            match = re.search(r"skip=(\d+)", asked.path)
            assert match
            start = int(match[1])
            if f"board{board}" == HELD and start:
                self.may_answer.wait(60)
            return 200, {}, json.dumps(adverts(board, self.day)[start : start + 100]).encode()

        return answering

    def greenhouse(self, board: int) -> Callable[[Asked], Answer]:
        def record(ad: dict[str, Any]) -> dict[str, Any]:
            place = {"name": ad.get("categories", {}).get("location")}
            return {"id": ad["id"], "title": ad["text"], "content": ad["description"], "location": place}

        return lambda _: (200, {}, json.dumps({"jobs": [record(ad) for ad in adverts(board, self.day)]}).encode())

    def write_sources(self, path: Path) -> None:
        entry = '[[source]]\nname = "board{0}"\nplatform = "{1}"\nboard = "board{0}"\nbase_url = "{2}"\ndelay_s = {3}\n'
        told = [(n, "lever" if n % 2 else "greenhouse", self.server_of(n).base_url, DELAY_S) for n in range(N_BOARDS)]
        path.write_text("".join(entry.format(*each) for each in told))

    def forget(self) -> None:
        for server in self.servers:
            server.asked.clear()
            server.asked_at.clear()

    def n_asked(self, words: str) -> int:
        return sum(words in path for server in self.servers for path in server.asked)

    def gaps(self) -> list[tuple[float, str, str]]:
        """Seconds between each two requests to one host, by the server's clock, and what they were for; least first."""
        asked = [pairwise(zip(server.asked_at, server.asked, strict=True)) for server in self.servers]
        return sorted((after - before, first, second) for each in asked for (before, first), (after, second) in each)


@pytest.fixture(scope="module")
def boards() -> Iterator[Boards]:
    told = Boards()
    with serving_all(told.servers):
        told.prepare()
        yield told


@dataclass
class Machines:
    """Starts commands, each in a process of its own that is forked from one which has read the taggers already."""

    folder: Path
    sources: Path
    environment: dict[str, str] = field(default_factory=dict)
    n_started: int = 0

    def start(self, target: Callable[..., None], *arguments: object) -> ForkServerProcess:
        processes = get_context("forkserver")
        processes.set_forkserver_preload(["kill_crawl"])
        process = processes.Process(target=target, args=(str(self.folder), self.environment, *arguments))
        process.start()
        return process

    def command(self, *arguments: object) -> ForkServerProcess:
        self.n_started += 1
        words = list(map(str, arguments))
        return self.start(kill_crawl.command, words, f"{self.n_started}-{words[0]}.log")

    def crawl(self, redis: str, store: str, *more: object) -> ForkServerProcess:
        told = ("--sources", self.sources, "--redis", redis, "--store", store, "--out", "out")
        return self.command("crawl", *told, *more)

    def worker(self, redis: str, store: str, *more: object) -> ForkServerProcess:
        return self.command("worker", "--redis", redis, "--store", store, "--hosts", 8, "--lease-s", 8, "--once", *more)

    def said(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def machines(tmp_path: Path, boards: Boards, monkeypatch: pytest.MonkeyPatch) -> Machines:
    # The process that the others are forked from does not take over sys.path (Python before 3.12.5).
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (PROJECT, PROJECT / "tests"))))
    boards.write_sources(tmp_path / "sources.toml")
    boards.forget()
    return Machines(tmp_path, tmp_path / "sources.toml")


@pytest.fixture
def redis(redis_address: str) -> Iterator[Redis]:
    client = Redis.from_url(redis_address, decode_responses=True)
    client.flushall()
    yield client
    client.close()


def ended(process: ForkServerProcess, within_s: float = 120) -> int | None:
    process.join(within_s)
    return process.exitcode


def wait_until(is_so: Callable[[], Any], what: str, within_s: float = 60) -> None:
    end = monotonic() + within_s
    while not is_so():
        assert monotonic() < end, what
        sleep(0.05)


@contextmanager
def ending(*processes: ForkServerProcess) -> Iterator[None]:
    """Kill what is left when the block ends."""
    try:
        yield
    finally:
        for process in processes:
            with suppress(ValueError):
                process.kill()
                process.join()


def content(address: str | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that tells of ads and runs, whole: which instant counts as now is given, so times are equal too."""
    return {table: sorted(ask(address, f"select * from {table}"), key=repr) for table in TABLES}


def reports_rows(address: str) -> list[str]:
    """The frames that every report is made of, in their order."""
    store = open_store(address)
    frames = read_frames(store)
    store.close()
    return [getattr(frames, each.name).to_csv() for each in fields(frames)]


def test_workers_leave_what_one_process_leaves(
    machines: Machines, boards: Boards, redis: Redis, redis_address: str, postgresql: services.PostgreSQL
) -> None:
    alone, shared = str(machines.folder / "alone.db"), postgresql.new_store()
    for day, n_workers in ((0, 2), (1, 4)):
        boards.day = day
        machines.environment = {"ROLECALL_NOW": DAYS[day]}
        assert ended(machines.start(kill_crawl.crawl_alone, str(machines.sources), alone)) == 0
        boards.forget()
        started = [machines.worker(redis_address, shared) for _ in range(n_workers)]
        crawl = machines.crawl(redis_address, shared)
        with ending(crawl, *started):
            if day == 1:
                killed = kill_in_the_middle(boards, redis, shared, started)
                started.remove(killed)
            assert ended(crawl) == 0, machines.said()
            assert [ended(worker, 20) for worker in started] == [0] * len(started), machines.said()
        assert boards.gaps()[0] > (DELAY_S - LATE_S,)
        assert content(shared) == content(alone)
        assert redis.keys("rolecall:2026*") == []
    assert len(content(shared)["postings"]) == N_BOARDS * (N_LEGAL + 2)
    assert reports_rows(shared) == reports_rows(alone)


def kill_in_the_middle(boards: Boards, redis: Redis, store: str, workers: list[ForkServerProcess]) -> ForkServerProcess:
    """Kill the worker that waits for the second page of a board, when half of the boards are done; returns it."""
    boards.may_answer.clear()
    key = f"rolecall:{DAYS[1].replace('+00:00', '.000000+00:00')}"
    wait_until(lambda: boards.n_asked(f"{HELD}?mode=json&skip=100"), "the board was not asked")
    wait_until(lambda: redis.llen(f"{key}:done") >= N_BOARDS // 2, "the other boards were not done")
    wait_until(lambda: redis.hexists(f"{key}:busy", HELD), "nobody crawls the board")
    worker = json.loads(str(redis.hget(f"{key}:busy", HELD)))["worker"]
    (process,) = (each for each in workers if each.pid == int(worker.split(":")[1]))
    process.kill()
    process.join()
    missed = f"select count(*) from postings where source = '{HELD}' and n_missed > 0"
    runs = f"select count(*) from runs where source = '{HELD}'"
    assert (ask(store, missed), ask(store, runs)) == ([(0,)], [(1,)])  # the first day's alone
    boards.may_answer.set()
    wait_until(lambda: boards.n_asked(f"{HELD}?mode=json&skip=100") >= 2, "the board was not begun anew")
    return process


def run_key(day: int, name: str) -> str:
    return f"rolecall:{DAYS[day].replace('+00:00', '.000000+00:00')}:{name}"


def one_board(machines: Machines, server: Server) -> None:
    """A source file with one board of one legal ad."""
    server.answer("/v0/postings/only?mode=json&skip=0&limit=100", json.dumps([advert(1, 1, 0)]))
    machines.sources.write_text(
        f'[[source]]\nname = "only"\nplatform = "lever"\nboard = "only"\nbase_url = "{server.base_url}"\ndelay_s = 0\n'
    )


def test_a_worker_that_is_told_to_end_gives_its_board_back(
    machines: Machines, server: Server, redis: Redis, redis_address: str
) -> None:
    one_board(machines, server)
    machines.environment = {"ROLECALL_NOW": DAYS[0]}
    store, may_answer = str(machines.folder / "shared.db"), Event()
    server.answering["/v0/postings/only"] = lambda _: (may_answer.wait(30) and (200, {}, b"[]")) or (500, {}, b"")
    answer = server.answers.pop("/v0/postings/only?mode=json&skip=0&limit=100")
    crawl, first = machines.crawl(redis_address, store), machines.worker(redis_address, store)
    with ending(crawl, first):
        wait_until(lambda: server.asked[-1:] == ["/v0/postings/only?mode=json&skip=0&limit=100"], "not asked")
        first.terminate()
        wait_until(lambda: "told to end" in machines.said(), "the worker has not heard")
        server.answers["/v0/postings/only?mode=json&skip=0&limit=100"] = answer
        may_answer.set()
        assert ended(first) == 0, machines.said()
        assert redis.hgetall(run_key(0, "tries")) == {"only": "0"}
        assert ask(store, "select count(*) from runs") == [(0,)]
        second = machines.worker(redis_address, store)
        with ending(second):
            assert (ended(crawl), ended(second)) == (0, 0), machines.said()
    assert ask(store, "select source, outcome, n_kept from runs") == [("only", "ok", 1)]


def test_a_board_that_ends_every_worker_is_left_alone(
    machines: Machines, server: Server, redis: Redis, redis_address: str
) -> None:
    one_board(machines, server)
    machines.environment = {"ROLECALL_NOW": DAYS[0]}
    store = str(machines.folder / "shared.db")
    redis.hset(run_key(0, "tries"), "only", 3)
    crawl, worker = machines.crawl(redis_address, store), machines.worker(redis_address, store)
    with ending(crawl, worker):
        assert (ended(crawl), ended(worker)) == (1, 0), machines.said()
    assert "error: source only: failed: 3 workers ended in the middle of it" in machines.said()
    assert server.asked == []


def test_what_goes_wrong_is_named(machines: Machines, redis: Redis, redis_address: str, server: Server) -> None:
    one_board(machines, server)
    nowhere = "redis://user:hunter2@127.0.0.1:1/0"
    lost = [machines.crawl(nowhere, "a.db"), machines.worker(nowhere, "b.db")]
    assert [ended(process) for process in lost] == [2, 2]
    late = machines.crawl(redis_address, "c.db", "--max-minutes", "0.01")
    assert ended(late) == 1
    crawl = machines.crawl(redis_address, "d.db")
    with ending(crawl):
        wait_until(lambda: redis.exists("rolecall:run"), "no run", 120)
        others = [machines.crawl(redis_address, "e.db"), machines.crawl(redis_address, "g.db", "--due")]
        assert [ended(process) for process in [*others, machines.worker(redis_address, "f.db")]] == [2, 0, 2]
    said = machines.said()
    assert said.count("error: redis redis://127.0.0.1:1/0: ") == 2
    assert "hunter2" not in said.replace(nowhere, "")
    assert "error: source only: not started: the time limit was reached" in said
    busy = re.findall(r"(error|note): redis redis://\S+: another crawl is under way; wait until it has ended", said)
    assert sorted(busy) == ["error", "note"]
    assert re.search(r"error: --store: the crawl .* writes sqlite \S+d.db, this worker sqlite \S+f.db", said)
    assert "Traceback" not in said


SOURCE = Source(name="only", platform="lever", board="only", base_url="http://127.0.0.1:9")
HELD_S = 0.3


def on_queue(address: str, steps: Callable[[SharedQueue, Run], Any]) -> None:
    """Carry out the steps on a queue with one board on one host."""

    async def carry_out() -> None:
        queue, run = SharedQueue(address), Run("r1", "sqlite x")
        await queue.put(run, {"host": [SOURCE]})
        await steps(queue, run)
        await queue.close()

    asyncio.run(carry_out())


def test_a_host_has_one_worker_until_its_lease_ends(redis: Redis, redis_address: str) -> None:
    async def steps(queue: SharedQueue, run: Run) -> None:
        first = await queue.claim(run, HELD_S, "one")
        assert first
        assert await queue.claim(run, HELD_S, "two") is None
        await queue.keep(first, HELD_S * 2)
        await asyncio.sleep(HELD_S * 1.5)
        assert await queue.claim(run, HELD_S, "two") is None
        await asyncio.sleep(HELD_S)
        second = await queue.claim(run, HELD_S, "two")
        assert second
        await queue.keep(first, 60)
        await queue.release(first, 60)
        assert (first.is_lost, second.is_lost) == (True, False)
        await queue.keep(second, HELD_S)
        assert not second.is_lost

    on_queue(redis_address, steps)


def test_a_host_that_is_released_rests_for_its_delay(redis: Redis, redis_address: str) -> None:
    async def steps(queue: SharedQueue, run: Run) -> None:
        claim = await queue.claim(run, 60, "one")
        assert claim
        await queue.release(claim, HELD_S)
        assert await queue.claim(run, 60, "two") is None
        await asyncio.sleep(HELD_S * 1.2)
        claim = await queue.claim(run, 60, "two")
        assert claim
        await queue.release(claim, 0)
        assert await queue.claim(run, 60, "three")

    on_queue(redis_address, steps)


def test_a_board_stays_in_the_queue_until_it_is_done(redis: Redis, redis_address: str) -> None:
    async def steps(queue: SharedQueue, run: Run) -> None:
        for n_tries in (1, 2):
            claim = await queue.claim(run, 60, "one")
            assert claim
            task = await queue.next_task(claim)
            assert task
            assert (task.source, task.n_tries) == (SOURCE, n_tries)
            assert await queue.under_way(run) == ["only"]
            redis.delete(HOST + "host")  # its worker is gone
            assert await queue.under_way(run) == []
        await queue.done(claim, task, {"failed": None}, [{"host": "host"}])
        await queue.done(claim, task, {"failed": None}, [{"host": "host"}])
        assert await queue.next_task(claim) is None
        assert await queue.claim(run, 60, "two") is None
        assert [said["source"] for said in await queue.done_since(run, 0)] == ["only", "only"]
        assert await queue.hosts_told(run) == [{"host": "host", "worker": "one"}]
        await queue.clear(run, {"host": []})
        assert redis.keys("*") == []

    on_queue(redis_address, steps)


def test_a_worker_gives_up_a_crawl_that_is_over_or_stopped(redis: Redis, redis_address: str) -> None:
    async def steps(queue: SharedQueue, run: Run) -> None:
        claim = await queue.claim(run, 60, "one")
        assert claim
        await queue.stop(run, "the time limit was reached")
        await queue.keep(claim, 60)
        assert (claim.stopped_by, claim.is_lost) == ("the time limit was reached", False)
        assert await queue.next_task(claim) is None
        await queue.put(Run("r2", run.store), {"host": [SOURCE]})
        await queue.keep(claim, 60)
        assert claim.is_lost
        assert await queue.claim(Run("r2", run.store), 60, "two") is None  # the host still has its worker

    on_queue(redis_address, steps)


def test_work_goes_on_without_redis_until_the_lease_has_run_out(redis_address: str, redis: Redis) -> None:
    async def steps(queue: SharedQueue, run: Run) -> None:
        claim = await queue.claim(run, HELD_S, "one")
        assert claim
        claim.lock.redis = SharedQueue("redis://127.0.0.1:1/0").redis
        claim.lock.lua_extend = claim.lock.redis.register_script(claim.lock.LUA_EXTEND_SCRIPT)
        claim.held_until += 60
        await queue.keep(claim, 60)
        assert not claim.is_lost
        claim.held_until -= 120
        await queue.keep(claim, 60)
        assert claim.is_lost

    on_queue(redis_address, steps)


def test_a_worker_that_stood_still_asks_nothing_more(
    machines: Machines, server: Server, redis: Redis, redis_address: str
) -> None:
    one_board(machines, server)
    machines.environment = {"ROLECALL_NOW": DAYS[0]}
    store = str(machines.folder / "shared.db")
    full = [advert(1, number, 0) for number in range(100)]
    server.answer("/v0/postings/only?mode=json&skip=0&limit=100", json.dumps(full))
    server.answer("/v0/postings/only?mode=json&skip=100&limit=100", "[]")
    machines.sources.write_text(machines.sources.read_text().replace("delay_s = 0", "delay_s = 2"))
    crawl, first = machines.crawl(redis_address, store), machines.worker(redis_address, store, "--lease-s", 2)
    with ending(crawl, first):
        wait_until(lambda: any("skip=0" in path for path in server.asked), "not asked")
        assert first.pid
        os.kill(first.pid, signal.SIGSTOP)  # it has a second page to ask for, two seconds later
        second = machines.worker(redis_address, store)
        with ending(second):
            wait_until(lambda: sum("skip=0" in path for path in server.asked) == 2, "nobody took over")
            os.kill(first.pid, signal.SIGCONT)
            assert [ended(each) for each in (crawl, first, second)] == [0, 0, 0], machines.said()
    assert sum("skip=100" in path for path in server.asked) == 1
    assert "only: given back" in machines.said()
    assert ask(store, "select outcome, n_found from runs") == [("ok", 100)]


def test_nothing_is_sent_to_a_host_that_may_be_anothers(machines: Machines, server: Server) -> None:
    one_board(machines, server)
    store = str(machines.folder / "alone.db")
    assert ended(machines.start(kill_crawl.crawl_anothers_host, str(machines.sources), store)) == 0
    assert server.asked == []
    assert ask(store, "select count(*) from runs") == [(0,)]
