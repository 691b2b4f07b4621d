"""``demo`` and ``crawl``: ads from boards."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.common import (
    DEFAULT_STORE,
    DONE,
    PARTIAL,
    Options,
    Out,
    ShowContacts,
    SourcesFile,
    StoreOption,
    last_runs,
    link_copies,
    load,
    log_settings,
    named,
    needing_redis,
    write_all_reports,
)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from health.settings import Notify
    from output.run_manifest import RunManifest
    from scraper.sources import Source
    from store import Store


def demo(out: Out = Path("results/demo")) -> int:
    """Crawl the bundled example boards, served on loopback, with the real spiders, and write every report."""
    from examples.server import example_sources, serving
    from scraper.guard import ALLOW_LOOPBACK

    os.environ[ALLOW_LOOPBACK] = "1"
    store = out / "demo.db"
    for path in (store, Path(f"{store}-wal"), Path(f"{store}-shm")):
        path.unlink(missing_ok=True)
    with serving() as base_url:
        return _crawl(example_sources(base_url), str(store), out, {"DOWNLOAD_DELAY": 0, "HTTPPROXY_ENABLED": False})


def crawl(
    sources: SourcesFile = Path("sources.toml"),
    only: Annotated[list[str] | None, typer.Option("--only", help="Crawl only this source; may be repeated.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Crawl only sources whose interval `every` has passed.")] = False,
    store: StoreOption = DEFAULT_STORE,
    out: Out = Path("results"),
    max_minutes: Annotated[
        float | None,
        typer.Option("--max-minutes", min=0, help="Stop after so long: what was read is kept, the run is partial."),
    ] = None,
    redis: Annotated[
        str | None,
        typer.Option("--redis", help="Leave the boards to `rolecall worker` processes: address of a Redis database."),
    ] = None,
    show_contacts: ShowContacts = False,
) -> int:
    """Crawl the boards in sources.toml, update the store and write every report.

    One crawl at a time writes a store: a second one ends at once, with exit code 2, or 0 under --due.
    """
    from health.settings import load_notify
    from scraper.errors import QueueBusyError
    from store import BusyError, alone

    chosen = _chosen_sources(sources, only or [])
    notify = load_notify(sources)
    try:
        with alone(store, out):
            if due:
                chosen = _due_sources(chosen, store)
            return _crawl(chosen, store, out, {}, max_minutes, notify, redis)
    except (BusyError, QueueBusyError) as error:
        if not due:
            raise
        print(f"note: {error}", file=sys.stderr)
        return DONE


def _chosen_sources(path: Path, only: list[str]) -> list[Source]:
    return named(load(path), only, path)


def _due_sources(sources: list[Source], store: str) -> list[Source]:
    """Sources without interval, never crawled, or last crawled without failure longer ago than their interval."""
    from scraper.sources import is_due

    last = last_runs(store)
    return [source for source in sources if is_due(source, last.get(source.name))]


def _crawl(
    sources: list[Source],
    store: str,
    out: Path,
    overrides: dict[str, Any],
    max_minutes: float | None = None,
    notify: Notify | None = None,
    redis: str | None = None,
) -> int:
    """Crawl, report, and say how each source went."""
    from output.run_manifest import RunManifest
    from output.terminal import runs_table, say, show
    from store import open_store

    opened = open_store(store)  # a store that cannot be written is told before anything is fetched
    manifest = RunManifest(out / "runs", opened)
    settings = {"ROLECALL_STORE": store, **log_settings(), **overrides}
    fetch = partial(_fetch_shared, redis) if redis else _fetch
    run_id, lost = fetch(sources, settings, manifest, max_minutes) if sources else ("", {})
    runs, rejections = opened.of_run(run_id)
    show(runs_table(runs, rejections))
    lost |= _unrecorded(sources, runs, lost)
    bad = [run for run in runs if run["outcome"] not in ("ok", "empty")]
    lost |= {run["source"]: f"{run['detail']}; the other sources are complete" for run in bad}
    for source, reason in lost.items():
        say(f"error: source {source}: {reason}")
    untold = _tell_turns(opened, [run["source"] for run in runs], notify)
    link_copies(store)
    write_all_reports(store, out)
    code = PARTIAL if lost or untold else DONE
    if problem := manifest.finish(datetime.now(UTC).isoformat(timespec="microseconds"), code, lost):
        say(f"error: {manifest.path}: {problem.strerror}; check the path and free space")
        code = PARTIAL
    opened.close()
    return code


def _tell_turns(store: Store, names: list[str], notify: Notify | None) -> list[str]:
    """Tell which of the sources have turned from well to not well or back; returns what could not be told."""
    from health.watch import tell_turns
    from output.terminal import say

    untold = tell_turns(store, names, notify, datetime.now(UTC)) if notify else []
    for problem in untold:
        say(f"error: not told that sources have turned: {problem}; it is tried again after the next crawl")
    return untold


def _fetch(
    sources: list[Source], settings: dict[str, Any], manifest: RunManifest, max_minutes: float | None
) -> tuple[str, dict[str, str]]:
    """Crawl the sources: the run's id, and why sources failed or were not come to that have no row in the store."""
    from output.terminal import counting
    from scraper.crawl import crawl_sources
    from scraper.hosts import hosts_of

    lost: dict[str, str] = {}
    with counting("Reading ads", quiet=Options.quiet) as counter:

        def watch(source: str, event: str) -> None:
            if event == "found":
                counter.advance(f"of {source}")
            elif event.startswith(("failed", "not started")):
                lost[source] = event

        def ended(source: str, crawler: Crawler) -> None:
            said = crawler.settings
            delay_s, hosts = said.getfloat("DOWNLOAD_DELAY"), hosts_of(crawler).table()
            manifest.add(source, crawler.stats.get_stats(), said["ROLECALL_RUN_ID"], delay_s, hosts)

        max_s = None if max_minutes is None else max_minutes * 60
        return crawl_sources(sources, settings, watch, ended, max_s), lost


def _fetch_shared(
    redis: str, sources: list[Source], settings: dict[str, Any], manifest: RunManifest, max_minutes: float | None
) -> tuple[str, dict[str, str]]:
    """Like ``_fetch``, but workers crawl the sources."""
    from output.terminal import counting, say
    from store import called

    shared_crawl = needing_redis("scraper.shared_crawl")
    lost: dict[str, str] = {}
    with counting("Boards crawled", total=len(sources), quiet=Options.quiet) as counter:

        def done(said: dict[str, Any]) -> None:
            counter.advance(f"the last: {said['source']}")
            if said["failed"]:
                lost[said["source"]] = said["failed"]
            manifest.add(said["source"], said["stats"], said["run_id"], said["delay_s"], said["hosts"])

        def lonely() -> None:
            say(f"note: no worker has been heard of; start some: rolecall worker --redis {redis} --store ...")

        max_s = None if max_minutes is None else max_minutes * 60
        run_id = shared_crawl.share_sources(sources, redis, called(settings["ROLECALL_STORE"]), done, lonely, max_s)
        return run_id, lost


def _unrecorded(sources: list[Source], runs: list[dict[str, Any]], lost: dict[str, str]) -> dict[str, str]:
    """Sources whose run the store does not know although nothing was said of it, each with what to do."""
    known = {run["source"] for run in runs} | lost.keys()
    reason = "failed: its run is not in the store; see the messages above, then crawl it again"
    return {source.name: reason for source in sources if source.name not in known}
