"""The queue of boards in Redis from which workers on many machines take their work.

What is taken is a host: whoever holds its lock crawls its boards one after another, as one process alone would, so
that the delay between two requests is kept. The lock is a lease: it ends by itself when its worker is not heard of any
more, and a board stays in the queue until it is done, so that the next worker begins it anew. Why a board and not
a request is the unit of work: docs/many_machines.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import from_url
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from scraper.errors import QueueBusyError, QueueError
from scraper.sources import Source

RUN = "rolecall:run"
COORDINATOR = "rolecall:coordinator"
HOST = "rolecall:host:"

KEPT_S = 7 * 24 * 3600
"""Seconds for which Redis keeps what a run left that did not come to its end."""

N_LOOKED_AT = 50
"""Hosts, drawn at random, that a worker with nothing to do tries to take at once."""

ANSWER_WITHIN_S = 10


@dataclass(frozen=True)
class Run:
    """The crawl that is under way."""

    run_id: str
    store: str
    """What the store is called that its ads are to go into."""

    def key(self, name: str) -> str:
        return f"rolecall:{self.run_id}:{name}"


@dataclass(eq=False)
class Claim:
    """A host that a worker has taken, with its lock."""

    run: Run
    host: str
    lock: Lock
    held_until: float
    """When the lease ends if it is not renewed, by this process's monotonic clock."""

    worker: str
    is_lost: bool = False
    """Whether others may have the host by now, or nobody wants its boards any more."""

    stopped_by: str | None = None
    """Why the whole crawl is to end, keeping what was read."""

    @property
    def todo(self) -> str:
        return self.run.key(f"todo:{self.host}")

    async def hold(self, seconds: float) -> None:
        """Keep the host for so long from now; raises LockError where it is not ours any more."""
        until = monotonic() + seconds
        await self.lock.extend(seconds, replace_ttl=True)
        self.held_until = until


@dataclass(frozen=True)
class Task:
    """A board to crawl."""

    text: str
    """The source as it stands in the queue."""

    n_tries: int
    """How many workers have begun it, this one included."""

    @property
    def source(self) -> Source:
        return Source.model_validate_json(self.text)

    @property
    def name(self) -> str:
        name: str = json.loads(self.text)["name"]
        return name


class SharedQueue:
    """The boards of one crawl in one database of a Redis server."""

    def __init__(self, address: str) -> None:
        try:
            self.redis: Any = from_url(address, decode_responses=True, socket_timeout=ANSWER_WITHIN_S)
        except ValueError as error:
            raise QueueError(f"--redis {address}: {error}") from None
        self.name = urlsplit(address)._replace(netloc=urlsplit(address).netloc.rpartition("@")[2]).geturl()

    async def check(self) -> None:
        """Raise QueueError where the server does not answer."""
        try:
            await self.redis.ping()
        except (RedisError, OSError) as error:
            raise QueueError(f"redis {self.name}: {error}; check the address, and that the server runs") from None

    async def close(self) -> None:
        await self.redis.aclose()

    # What the one process does that starts the crawl.

    async def coordinate(self, lease_s: float) -> Lock:
        """The lock of the one that puts boards into the queue; raises QueueBusyError where there is one already."""
        lock: Lock = self.redis.lock(COORDINATOR, timeout=lease_s)
        if not await lock.acquire(blocking=False):
            advice = f"wait until it has ended (a dead one counts for {lease_s:g} s), or take another database of Redis"
            raise QueueBusyError(f"redis {self.name}: another crawl is under way; {advice}")
        return lock

    async def put(self, run: Run, by_host: Mapping[str, list[Source]]) -> None:
        """Put the boards into the queue, in the place of those of an earlier run."""
        async with self.redis.pipeline(transaction=True) as pipe:
            for host, sources in by_host.items():
                todo = run.key(f"todo:{host}")
                pipe.rpush(todo, *(source.model_dump_json(exclude_none=True) for source in sources))
                pipe.expire(todo, KEPT_S)
            pipe.sadd(run.key("hosts"), *by_host)
            pipe.expire(run.key("hosts"), KEPT_S)
            pipe.set(RUN, json.dumps({"run_id": run.run_id, "store": run.store}), ex=KEPT_S)
            await pipe.execute()

    async def done_since(self, run: Run, n_known: int) -> list[dict[str, Any]]:
        """What workers said of the boards that they are done with, after the first ``n_known``."""
        return [json.loads(said) for said in await self.redis.lrange(run.key("done"), n_known, -1)]

    async def stop(self, run: Run, reason: str) -> None:
        """Have every worker stop, keeping what was read."""
        await self.redis.set(run.key("stop"), reason, ex=KEPT_S)

    async def under_way(self, run: Run) -> list[str]:
        """Sources that a living worker is crawling."""
        begun = await self.redis.hgetall(run.key("busy"))
        return [name for name, said in begun.items() if await self.redis.exists(HOST + json.loads(said)["host"])]

    async def has_workers(self) -> bool:
        """Whether any worker has been heard of."""
        return bool(await self.redis.exists("rolecall:alive"))

    async def hosts_told(self, run: Run) -> list[dict[str, Any]]:
        """What passed between the hosts and the workers, one row a worker and host."""
        told = await self.redis.hgetall(run.key("told"))
        rows = [{**row, "worker": worker} for worker, text in told.items() for row in json.loads(text)]
        return sorted(rows, key=lambda row: (row["host"], row["worker"]))

    async def clear(self, run: Run, hosts: Mapping[str, Any]) -> None:
        """Take the run out of the queue; workers that still crawl a board of it give it up."""
        if await self.run() == run:
            await self.redis.delete(RUN)
        names = ["hosts", "busy", "done", "tries", "told", "stop", *(f"todo:{host}" for host in hosts)]
        await self.redis.delete(*map(run.key, names))

    # What workers do.

    async def run(self) -> Run | None:
        """The crawl that is under way."""
        said = await self.redis.get(RUN)
        return Run(**json.loads(said)) if said else None

    async def claim(self, run: Run, lease_s: float, worker: str) -> Claim | None:
        """Take a host of which nobody else crawls a board; None where there is none, or where all is to end."""
        if await self.redis.exists(run.key("stop")):
            return None
        for host in await self.redis.srandmember(run.key("hosts"), N_LOOKED_AT):
            until = monotonic() + lease_s
            lock: Lock = self.redis.lock(HOST + host, timeout=lease_s, thread_local=False)
            if await lock.acquire(blocking=False):
                return Claim(run, host, lock, until, worker)
        return None

    async def next_task(self, claim: Claim) -> Task | None:
        """The host's next board, counted as begun; None where there is none, or all is to end."""
        text = await self.redis.lindex(claim.todo, 0)
        if text is None:
            await self.redis.srem(claim.run.key("hosts"), claim.host)
        if text is None or await self.redis.exists(claim.run.key("stop")):
            return None
        name = json.loads(text)["name"]
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(claim.run.key("tries"), name, 1)
            pipe.hset(claim.run.key("busy"), name, json.dumps({"host": claim.host, "worker": claim.worker}))
            pipe.expire(claim.run.key("tries"), KEPT_S)
            pipe.expire(claim.run.key("busy"), KEPT_S)
            n_tries, *_ = await pipe.execute()
        return Task(text, n_tries)

    async def done(self, claim: Claim, task: Task, said: dict[str, Any], hosts: list[dict[str, Any]]) -> None:
        """The board needs no worker any more; what is said of it goes to the one that started the crawl.

        hosts: what passed between the worker and each of its hosts in this run.
        """
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.lrem(claim.todo, 1, task.text)
            pipe.hdel(claim.run.key("busy"), task.name)
            pipe.rpush(claim.run.key("done"), json.dumps({"source": task.name, **said}))
            pipe.hset(claim.run.key("told"), claim.worker, json.dumps(hosts))
            pipe.expire(claim.run.key("done"), KEPT_S)
            pipe.expire(claim.run.key("told"), KEPT_S)
            await pipe.execute()

    async def give_back(self, claim: Claim, task: Task) -> None:
        """Leave the board to another worker; that it was begun is forgotten."""
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.hdel(claim.run.key("busy"), task.name)
            pipe.hincrby(claim.run.key("tries"), task.name, -1)
            await pipe.execute()

    async def keep(self, claim: Claim, seconds: float) -> None:
        """Renew the lease, and note in the claim whether the work is still wanted.

        While Redis does not answer, the work goes on until the lease has run out.
        """
        try:
            await claim.hold(seconds)
            claim.is_lost |= await self.run() != claim.run
            claim.stopped_by = await self.redis.get(claim.run.key("stop"))
        except LockError:
            claim.is_lost = True
        except (RedisError, OSError):
            claim.is_lost |= monotonic() > claim.held_until

    async def release(self, claim: Claim, delay_s: float) -> None:
        """Leave the host to others, once ``delay_s`` seconds have passed."""
        try:
            await (claim.hold(delay_s) if delay_s else claim.lock.release())
        except (LockError, RedisError, OSError):
            return  # it is not ours any more, or it ends by itself

    async def say_alive(self, seconds: float) -> None:
        """Let it be known that there is a worker."""
        await self.redis.set("rolecall:alive", 1, px=max(1, round(seconds * 1000)))
