"""Everything in one table: ``make bench`` (minutes), ``make bench FULL=1`` (hours, with a million ads).

    python -m benchmarks.bench --sizes 1000 10000 --rounds 3 --out results/bench

Writes ``bench.md`` and ``bench.json``. Every measurement runs in processes of its own; what is compared takes turns in
the same run. Rates are by the second of processor time where one process works, which other work on the machine
disturbs little, else by the clock, with the load beside it. ``ROLECALL_BENCH_POSTGRES`` names a PostgreSQL to measure
too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.measured import HERE, Results, Row, exponent, once
from benchmarks.parts import MEASURES, written

QUICK_SIZES, FULL_SIZES = [1_000, 3_000], [1_000, 10_000, 100_000, 1_000_000]


def parts(results: Results, n_ads: int, n_rounds: int) -> None:
    for name in MEASURES:
        rows = once("benchmarks.parts", name, "--ads", n_ads, "--rounds", n_rounds)
        results.add(*(Row(*row) for row in rows))


def crawl(results: Results, n_ads: int, n_rounds: int) -> None:
    """Against a bare Scrapy spider; the lines of the crawl's own benchmark stand in its output."""
    from benchmarks.boards import served
    from benchmarks.crawl import in_a_process

    runs: dict[str, list[Any]] = {"ours": [], "bare": []}
    with served(n_ads, 7) as boards:
        for _ in range(n_rounds):
            for name, done in runs.items():
                done.append(in_a_process(name, boards))
    for name, what in (("ours", "crawl, everything on"), ("bare", "crawl, bare Scrapy spider")):
        results.add(Row(what, "ads/s", [run["ads_s"] for run in runs[name]], f"{n_ads} ads, {_load()}"))
    ratios = [ours["ads_s"] / bare["ads_s"] for ours, bare in zip(runs["ours"], runs["bare"], strict=True)]
    results.add(Row("crawl / bare Scrapy", "times", ratios))


def reports(results: Results, n_ads: int) -> None:
    command = [sys.executable, "-m", "benchmarks.reports", str(n_ads)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True).stdout  # noqa: S603
    seconds = float(done.partition(": ")[2].split()[0])
    results.add(Row("reports of a store", "s", [seconds], done.partition(", ")[2].strip() + f", {n_ads} ads"))


def scaling(results: Results, sizes: list[int], folder: Path) -> None:
    """``rolecall tag --jobs 2`` over more and more ads."""
    runs = [once("benchmarks.tag_run", written(n, folder), "--jobs", 2) for n in sizes]
    for n, run in zip(sizes, runs, strict=True):
        phases = ", ".join(f"{name} {took['wall_s']:.1f} s" for name, took in run["phases"].items())
        results.add(
            Row(f"tag --jobs 2, {n:,} ads", "s", [run["wall_s"]], f"{phases}; {_load()}"),
            Row(f"tag --jobs 2, {n:,} ads, processor time", "s", [run["cpu_s"] + run["workers_cpu_s"]]),
            Row(f"peak memory, {n:,} ads", "MiB", [run["peak_mib"]], f"a worker {run['worker_peak_mib']:.0f} MiB"),
        )
    if len(sizes) > 1:
        cpu = [run["cpu_s"] + run["workers_cpu_s"] for run in runs]
        results.add(
            Row("exponent of processor time", "", [exponent(sizes, cpu)]),
            Row("exponent of time", "", [exponent(sizes, [run["wall_s"] for run in runs])]),
            Row("peak memory, most ads / fewest", "times", [runs[-1]["peak_mib"] / runs[0]["peak_mib"]]),
        )


def workers(results: Results, n_ads: int, n_rounds: int, folder: Path) -> None:
    """One process and two, one Dask worker and two."""
    file = written(n_ads, folder)
    for option, what in (("--jobs", "processes"), ("--dask", "Dask workers")):
        walls: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(n_rounds):
            for n in walls:
                walls[n].append(once("benchmarks.tag_run", file, option, n)["wall_s"])
        ratios = [one / two for one, two in zip(walls[1], walls[2], strict=True)]
        for n, found in walls.items():
            results.add(Row(f"tag, {n} {what}", "s", found, f"{n_ads:,} ads, {_load()}"))
        results.add(Row(f"tag, 2 {what} / 1", "times", ratios))


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="up to a million ads, five rounds")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--ads", type=int, default=500, help="of a round of what is compared")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", choices=["parts", "crawl", "reports", "scaling", "workers"], nargs="+")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "bench")
    given = parser.parse_args()
    sizes = given.sizes or (FULL_SIZES if given.full else QUICK_SIZES)
    n_rounds = given.rounds or (5 if given.full else 3)
    results = Results(given.out)
    works = {
        "parts": lambda: parts(results, given.ads, n_rounds),
        "crawl": lambda: crawl(results, 4 * given.ads, n_rounds),
        "reports": lambda: reports(results, 100_000 if given.full else 10_000),
        "scaling": lambda: scaling(results, sizes, given.out),
        "workers": lambda: workers(results, 10_000 if given.full else 2_000, n_rounds, given.out),
    }
    for name, work in works.items():
        if not given.only or name in given.only:
            work()
    sys.stdout.write(f"{given.out / 'bench.md'}\n")


if __name__ == "__main__":
    main()
