"""``worker``: boards of a crawl that another process started, on this machine or another one."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.common import DONE, Options, StoreOption, log_settings, needing_redis


def worker(
    redis: Annotated[str, typer.Option("--redis", help="Address of the Redis database that the crawl was given.")],
    store: StoreOption,
    hosts: Annotated[int, typer.Option("--hosts", min=1, help="Hosts to crawl side by side.")] = 4,
    lease_s: Annotated[
        float,
        typer.Option("--lease-s", min=2, help="Seconds without a sign of this worker after which others take over."),
    ] = 60.0,
    once: Annotated[bool, typer.Option("--once", help="End with the crawl under way, or the next one.")] = False,
) -> int:
    """Crawl boards that `rolecall crawl --redis` has put into the queue, for as long as it runs.

    Ctrl-C or SIGTERM gives the boards back that are under way; a second one ends at once.
    """
    from output.terminal import say
    from store import called, open_store

    shared = needing_redis("scraper.worker")
    opened = open_store(store)  # a store that cannot be written is told before anything is taken

    def is_recorded(run_id: str, source: str) -> bool:
        return any(run["source"] == source for run in opened.of_run(run_id)[0])

    def watch(source: str, event: str) -> None:
        if not Options.quiet:
            say(f"{source}: {event}")

    settings = {"ROLECALL_STORE": store, **log_settings()}
    shared.work(redis, called(store), settings, is_recorded, watch, n_hosts=hosts, lease_s=lease_s, is_once=once)
    opened.close()
    return DONE
