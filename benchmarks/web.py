"""``python -m benchmarks.web``: how soon the recruiter's page answers, and what it keeps in memory.

Starts ``rolecall serve``, sends ads of 500 words at 50 requests a second over loopback, then 1,000 more, each with
words of its own, and prints the answers' times and by how much the server's memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles

import httpx2

from examples.boards_data import boards

N_WORDS = 500


def ads() -> Iterator[str]:
    """Ads of N_WORDS words each, without end: the example boards' ads, joined, each with words of its own."""
    bodies = cycle([ad.body for board in boards() for ad in board.ads if ad.legal])
    number = 0
    while True:
        number += 1
        lines = [f"Paralegal\n\nThe Quix{number}ley and Zor{number}ando offices seek help.\n"]
        while sum(line.count(" ") + 1 for line in lines) < N_WORDS:
            lines += next(bodies).split("\n")
        yield "\n".join(lines)


@contextmanager
def served(store: str | None) -> Iterator[tuple[str, int]]:
    """(address, process id) of a server of its own."""
    command = [sys.executable, "-m", "rolecall", "serve", "--port", "0", *(["--store", store] if store else [])]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603  # our own command
        assert running.stderr
        found = re.search(r"http://\S+:\d+", running.stderr.readline())
        assert found
        try:
            yield found[0], running.pid
        finally:
            running.terminate()


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


async def ask(client: httpx2.AsyncClient, path: str, ad: str) -> float:
    """Seconds until the whole answer is there."""
    started = time.perf_counter()
    if path == "/check":
        answer = await client.post(path, files={"ad": (None, ad)})
    else:
        answer = await client.post(path, json={"text": ad})
    answer.raise_for_status()
    return time.perf_counter() - started


async def at_a_rate(address: str, path: str, per_second: float, seconds: float) -> list[float]:
    """Times of requests that start at even intervals, whether or not earlier ones have been answered."""
    async with httpx2.AsyncClient(base_url=address, timeout=30) as client:
        tasks = []
        started = time.perf_counter()
        for number, ad in enumerate(islice(ads(), int(per_second * seconds))):
            await asyncio.sleep(max(0.0, started + number / per_second - time.perf_counter()))
            tasks.append(asyncio.create_task(ask(client, path, ad)))
        return await asyncio.gather(*tasks)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-second", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--checks", type=int, default=1000)
    parser.add_argument("--store", help="store to compare pay with")
    chosen = parser.parse_args()
    with served(chosen.store) as (address, pid):
        asyncio.run(at_a_rate(address, "/check", chosen.per_second, 100 / chosen.per_second))
        for path in ("/api/check", "/check"):
            times = asyncio.run(at_a_rate(address, path, chosen.per_second, chosen.seconds))
            cuts = [1000 * each for each in quantiles(times, n=100)]
            print(f"{path}: {len(times)} at {chosen.per_second:g}/s: median {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms")
        before = memory_mb(pid)
        asyncio.run(at_a_rate(address, "/check", chosen.per_second, chosen.checks / chosen.per_second))
        grown = memory_mb(pid) - before
        print(f"memory: {before:.0f} MB, and {grown:+.1f} MB after {chosen.checks} more checks")


if __name__ == "__main__":
    main()
