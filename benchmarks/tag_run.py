"""One whole ``rolecall tag``, phase by phase: ``python -m benchmarks.tag_run FILE --jobs 2``; ``--dask 2`` for workers.

Prints JSON: ads, seconds by the clock and of the processors (of this process and of its workers) for each phase, and
the peak memory of this process and of the largest worker.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

Phases = dict[str, dict[str, float]]


@contextmanager
def phase(name: str, phases: Phases) -> Iterator[None]:
    wall, cpu = perf_counter(), _cpu(RUSAGE_SELF)
    yield
    phases[name] = {"wall_s": perf_counter() - wall, "cpu_s": _cpu(RUSAGE_SELF) - cpu}


def _cpu(who: int) -> float:
    used = getrusage(who)
    return used.ru_utime + used.ru_stime


@contextmanager
def dask_workers(n: int) -> Iterator[str]:
    """Address of a scheduler on loopback with ``n`` workers, each a process."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=n, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


def measure(file: Path, jobs: int, scheduler: str | None, out: Path) -> tuple[int, Phases]:
    """Tag the file; the number of ads and how long each phase took."""
    phases: Phases = {}
    with phase("start", phases):
        from bulk import run as bulk_run
        from bulk.run import Bulk, tag_and_store, write_reports
        from bulk.workers import workers
        from pipelines.pay import pay_rules
        from store import open_store, rebuilding
    link: Any = bulk_run.link_duplicates

    def linked(*given: Any) -> int:
        with phase("link", phases):
            n: int = link(*given)
        return n

    bulk_run.link_duplicates = linked
    with workers(jobs, scheduler) as team:
        run = Bulk([file], out, team)
        with phase("tag, store and link", phases), rebuilding(out / "rolecall.db") as writer:
            stored = tag_and_store(run, writer.store)
        with phase("reports", phases):
            opened = open_store(str(out / "rolecall.db"))
            write_reports(run, opened, stored, pay_rules().annual_factor)
            opened.close()
    return sum(n_ads for _, n_ads in stored.parts), phases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--dask", type=int, default=0)
    given = parser.parse_args()
    began = perf_counter()
    with TemporaryDirectory(dir=given.file.parent) as folder:
        if given.dask:
            with dask_workers(given.dask) as address:
                began = perf_counter()
                n_ads, phases = measure(given.file, 1, address, Path(folder))
                ended = perf_counter()
        else:
            n_ads, phases = measure(given.file, given.jobs, None, Path(folder))
            ended = perf_counter()
    found = {
        "n_ads": n_ads,
        "wall_s": ended - began,
        "cpu_s": _cpu(RUSAGE_SELF),
        "workers_cpu_s": _cpu(RUSAGE_CHILDREN),
        "peak_mib": getrusage(RUSAGE_SELF).ru_maxrss / 1024,
        "worker_peak_mib": getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024,
        "phases": phases,
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
