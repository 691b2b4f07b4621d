"""A crawl whose boards are crawled by workers: put into the queue here, and waited for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from scraper.crawl import TIME_LIMIT, by_host, new_run_id, project_settings
from scraper.shared_queue import Run, SharedQueue
from scraper.sources import FILE_PLATFORMS, Source

POLL_S = 0.5
LEASE_S = 30.0
"""Seconds after which another crawl may use the queue when this process is not heard of."""

LONELY_AFTER_S = 10.0
INTERRUPTED = "it was interrupted"

Done = Callable[[dict[str, Any]], None]
"""Told of every source that is done with, in whatever way: ``run_id``, ``source``, ``failed`` (why, or None),
``stats`` (Scrapy's counts), ``delay_s`` and ``hosts`` (what passed between the hosts and all workers so far)."""


def share_sources(
    sources: list[Source],
    address: str,
    store: str,
    done: Done,
    lonely: Callable[[], None],
    max_s: float | None = None,
) -> str:
    """Have workers crawl the sources; returns the run's id, under which the store's ``runs`` say how each went.

    address: of a Redis server; store: what the store is called that the ads go into; lonely: called once if no worker
    is heard of. Blocks until all sources are done with. After ``max_s`` seconds, or an interrupt, workers stop and
    keep what was read. Raises QueueError where Redis does not answer, QueueBusyError where it has another crawl.
    """
    run = Run(new_run_id(project_settings({})), store)
    crawl = _SharedCrawl(SharedQueue(address), run, sources, done, lonely)
    return asyncio.run(crawl.run_all(max_s))


class _SharedCrawl:
    """The crawl, seen from the process that started it."""

    def __init__(
        self, queue: SharedQueue, run: Run, sources: list[Source], done: Done, lonely: Callable[[], None]
    ) -> None:
        self.queue = queue
        self.run = run
        self.hosts = by_host([_absolute(source) for source in sources])
        self.waiting = {source.name for source in sources}
        self.done = done
        self.lonely = lonely
        self.stopped_by: str | None = None
        self.n_told = 0
        self.told: list[dict[str, Any]] = []

    async def run_all(self, max_s: float | None) -> str:
        await self.queue.check()
        lock = await self.queue.coordinate(LEASE_S)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop, INTERRUPTED)
        if max_s is not None:
            loop.call_later(max_s, self.stop, TIME_LIMIT)
        try:
            await self.queue.put(self.run, self.hosts)
            await self.wait(lock)
            await self.queue.clear(self.run, self.hosts)
            await lock.release()
        except LockError:
            self.give_up("failed: another crawl took over the queue; crawl it again")
        except (RedisError, OSError) as error:
            self.give_up(f"failed: redis {self.queue.name}: {error}; crawl it again")
        finally:
            await self.queue.close()
        return self.run.run_id

    def stop(self, reason: str) -> None:
        self.stopped_by = self.stopped_by or reason

    async def wait(self, lock: Lock) -> None:
        """Wait until every source is done with, or is not going to be."""
        lonely_at: float | None = monotonic() + LONELY_AFTER_S
        while self.waiting:
            await lock.extend(LEASE_S, replace_ttl=True)
            await self.hear()
            if await self.queue.run() != self.run:
                return self.give_up("failed: the queue in Redis is gone; crawl it again")
            if self.stopped_by:
                await self.queue.stop(self.run, self.stopped_by)
                if not await self.queue.under_way(self.run):
                    await self.hear()
                    return self.give_up(f"not started: {self.stopped_by}")
            if lonely_at is not None and monotonic() > lonely_at:
                lonely_at = None
                if not await self.queue.has_workers():
                    self.lonely()
            await asyncio.sleep(POLL_S if self.waiting else 0)
        return None

    async def hear(self) -> None:
        """Take in what workers said since the last time."""
        told = await self.queue.done_since(self.run, self.n_told)
        self.n_told += len(told)
        if told:
            self.told = await self.queue.hosts_told(self.run)
        for said in told:
            if said["source"] in self.waiting:  # two may have done it, the first of them as it ran out of time
                self.waiting.remove(said["source"])
                self.done({**said, "run_id": self.run.run_id, "hosts": self.told})

    def give_up(self, reason: str) -> None:
        """Nothing more is going to be heard of the sources that are waited for."""
        for name in sorted(self.waiting):
            said = {"run_id": self.run.run_id, "source": name, "failed": reason}
            self.done({**said, "stats": {}, "delay_s": 0.0, "hosts": self.told})
        self.waiting.clear()


def _absolute(source: Source) -> Source:
    """With the path of a file as every machine can read it that has the file at the same place."""
    if source.platform not in FILE_PLATFORMS or not source.url:
        return source
    return source.model_copy(update={"url": str(Path(source.url).resolve())})
