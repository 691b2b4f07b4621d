"""A process that crawls boards of a shared queue, hosts side by side, the boards of one host one after another."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any
from uuid import uuid4

from pydantic import ValidationError
from redis.exceptions import RedisError
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from scraper.crawl import SourceCrawls, project_settings
from scraper.errors import QueueError
from scraper.hosts import Hosts
from scraper.items import GIVEN_BACK, STOPPED_BY
from scraper.politeness import politeness
from scraper.shared_queue import Claim, Run, SharedQueue, Task

MAX_TRIES = 3
"""Workers that may end in the middle of a board before it is left alone."""

POLL_S = 0.25

logger = logging.getLogger(__name__)

IsRecorded = Callable[[str, str], bool]
"""Told (run id, source): whether the store has the run's row of that source."""

Watch = Callable[[str, str], None]
"""Told (source name, event): ``started``, ``finished``, ``failed: reason`` or ``given back``."""


def work(
    address: str,
    store: str,
    overrides: dict[str, Any],
    is_recorded: IsRecorded,
    watch: Watch,
    *,
    n_hosts: int,
    lease_s: float,
    is_once: bool,
) -> None:
    """Crawl boards of the queue at the address of a Redis server; blocks until it is told to end (SIGTERM, SIGINT).

    store: what the store is called that the ads go into; a crawl into another one raises QueueError. lease_s: seconds
    after which others take the boards over when this process is not heard of. is_once: end with the crawl that is under
    way, or that comes next. A first signal gives the boards back that are under way, a second one ends at once. To be
    called once in a process.
    """
    process = AsyncCrawlerProcess(project_settings(overrides))
    worker = _Worker(process, SharedQueue(address), store, is_recorded, watch, n_hosts, lease_s)
    loop = asyncio.get_event_loop()
    task = loop.create_task(worker.run(is_once))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, worker.leave)
    process.start(stop_after_crawl=False, install_signal_handlers=False)
    task.result()


class _Worker(SourceCrawls):
    """The worker inside the running event loop."""

    def __init__(
        self,
        process: AsyncCrawlerProcess,
        queue: SharedQueue,
        store: str,
        is_recorded: IsRecorded,
        watch: Watch,
        n_hosts: int,
        lease_s: float,
    ) -> None:
        super().__init__(process, self.note, lambda name, crawler: None)
        self.queue = queue
        self.store = store
        self.is_recorded = is_recorded
        self.tell = watch
        self.free_hosts = asyncio.Semaphore(n_hosts)
        self.lease_s = lease_s
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.run_of_hosts: Run | None = None
        self.claims: set[Claim] = set()
        """Hosts whose boards are being crawled; one twice where it was lost and taken again."""
        self.crawlers: dict[Claim, Crawler] = {}
        self.failed: dict[str, str] = {}
        self.is_leaving = False

    def note(self, source: str, event: str) -> None:
        """What the crawl of a source says on its way."""
        if event.startswith("failed"):
            self.failed[source] = event
        if event != "found":
            self.tell(source, event)

    async def run(self, is_once: bool) -> None:
        """Take work until told to leave."""
        from twisted.internet import reactor  # installed by the process, so not before

        beats = asyncio.ensure_future(self.beat())
        try:
            await self.queue.check()
            await self.take_work(is_once)
        finally:
            beats.cancel()
            await self.queue.close()
            reactor.stop()  # type: ignore[misc]  # declared as a bare callable

    async def take_work(self, is_once: bool) -> None:
        tasks: set[asyncio.Task[None]] = set()
        seen: Run | None = None
        while not self.is_leaving:
            run = await self.run_under_way()
            if is_once and seen and run != seen:
                break
            seen = run or seen
            if run and (claim := await self.claim(run)):
                task = asyncio.create_task(self.crawl_claim(claim))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(POLL_S)  # also after a host was taken: other workers want some too
        await asyncio.gather(*tasks)

    async def run_under_way(self) -> Run | None:
        """The crawl that is under way, None while Redis does not answer; raises QueueError for one of another store."""
        try:
            run = await self.queue.run()
        except (RedisError, OSError):
            return None
        if run and run.store != self.store:
            where = f"the crawl under way at redis {self.queue.name} writes {run.store}"
            raise QueueError(f"--store: {where}, this worker {self.store}; give both the same store")
        return run

    async def claim(self, run: Run) -> Claim | None:
        """A host to crawl, where this worker may take one more and there is one."""
        if self.free_hosts.locked():
            return None
        try:
            claim = await self.queue.claim(run, self.lease_s, self.name)
        except (RedisError, OSError):
            return None
        if claim:
            self.claims.add(claim)
            self.meet_hosts(run)
            self.hosts.ours_until[claim.host] = claim.held_until
            await self.free_hosts.acquire()
        return claim

    def meet_hosts(self, run: Run) -> None:
        """Every run begins with hosts of which nothing is known, as one process alone does."""
        if run != self.run_of_hosts:
            self.run_of_hosts, self.hosts = run, Hosts(politeness())

    async def crawl_claim(self, claim: Claim) -> None:
        """Crawl the boards of a host until there is none, or the host is lost."""
        try:
            while not (claim.is_lost or self.is_leaving) and (task := await self.queue.next_task(claim)):
                await self.crawl_task(claim, task)
        except Exception as error:  # the board stays in the queue, and whoever takes it sees whether it is recorded
            logger.error("%s: %s: %s", claim.host, type(error).__name__, error)
        finally:
            self.claims.discard(claim)
            self.crawlers.pop(claim, None)
            self.free_hosts.release()
            await self.queue.release(claim, self.delay_of(claim))

    async def crawl_task(self, claim: Claim, task: Task) -> None:
        if task.n_tries > MAX_TRIES:
            self.failed[task.name] = f"failed: {MAX_TRIES} workers ended in the middle of it"
        elif task.n_tries == 1 or not self.is_recorded(claim.run.run_id, task.name):
            await self.crawl_board(claim, task)
        crawler = self.crawlers.pop(claim, None)
        if crawler is None or not crawler.stats.get_value(GIVEN_BACK):
            hosts = self.hosts.table() if claim.run == self.run_of_hosts else []
            await self.queue.done(claim, task, self.said_of(task, crawler), hosts)
            return
        self.failed.pop(task.name, None)
        self.tell(task.name, "given back")
        if self.is_leaving and not claim.is_lost:
            await self.queue.give_back(claim, task)
        claim.is_lost = True

    async def crawl_board(self, claim: Claim, task: Task) -> None:
        try:
            source = task.source
        except ValidationError as error:
            self.failed[task.name] = f"failed: another version of Rolecall put it into the queue: {error}"
            return
        crawler = self.crawler_of(source)
        crawler.settings.set("ROLECALL_RUN_ID", claim.run.run_id, priority="cmdline")
        self.crawlers[claim] = crawler
        await self.keep(claim)  # for as long as this source wants between two requests
        await self.crawl_with(crawler, source)

    def said_of(self, task: Task, crawler: Crawler | None) -> dict[str, Any]:
        """What the one that started the crawl is told of a board."""
        stats = crawler.stats.get_stats() if crawler else {}
        plain = {key: value for key, value in stats.items() if isinstance(value, str | int | float)}
        delay_s = crawler.settings.getfloat("DOWNLOAD_DELAY") if crawler else 0.0
        return {"stats": plain, "delay_s": delay_s, "failed": self.failed.pop(task.name, None)}

    async def beat(self) -> None:
        """Renew the leases, and stop what is not wanted any more."""
        while True:
            await asyncio.sleep(min(1.0, self.lease_s / 6))
            self.stop_unwanted()  # first those whose lease ran out while this process was held up
            with suppress(RedisError, OSError):
                await self.queue.say_alive(self.lease_s)
            await asyncio.gather(*map(self.keep, self.claims))
            self.stop_unwanted()

    async def keep(self, claim: Claim) -> None:
        """Renew a lease: it outlasts this worker by the host's delay at least."""
        await self.queue.keep(claim, self.lease_s + self.delay_of(claim))
        self.hosts.ours_until[claim.host] = claim.held_until

    def delay_of(self, claim: Claim) -> float:
        """Seconds that are to pass between two requests to the host, as far as is known."""
        crawler = self.crawlers.get(claim)
        asked = crawler.settings.getfloat("DOWNLOAD_DELAY") if crawler else 0.0
        host = self.hosts.named(claim.host)
        return max(host.delay_s, host.crawl_delay_s or 0.0, host.own_delay_s, asked)

    def stop_unwanted(self) -> None:
        """Stop the crawls that are to be given back, and those that the whole crawl ends with."""
        for claim, crawler in self.crawlers.items():
            if not (crawler.engine and crawler.engine.running):
                continue
            claim.is_lost |= monotonic() > claim.held_until
            if claim.is_lost or self.is_leaving:
                crawler.stats.set_value(GIVEN_BACK, True)
            elif claim.stopped_by:
                crawler.stats.set_value(STOPPED_BY, claim.stopped_by)
            else:
                continue
            self.stopping.add(asyncio.ensure_future(crawler.stop_async()))

    def leave(self) -> None:
        """Give back what is under way and end; the next signal ends the process at once."""
        logger.warning("told to end: the boards under way are given back")
        self.is_leaving = True
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_event_loop().remove_signal_handler(number)
        self.stop_unwanted()
