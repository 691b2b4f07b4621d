"""``check`` and ``serve``: whether an ad's title fits its duties."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.common import DEFAULT_STORE, DONE, Options, WrongInputError, tell

if TYPE_CHECKING:
    from output.check_market import StoreMarket
    from scraper.files import Problems
    from scraper.items import Posting
    from store import Store

FITS, DIFFERS, CANNOT_TELL, BAD_INPUT = 0, 1, 2, 3
"""Exit codes of ``check``."""


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Drafts (.txt, .md), saved pages, files that tag reads, or folders of them; - reads stdin."
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The ad's title; else its first line.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object an ad and line; see DATA_FORMAT.md.")
    ] = False,
    store: Annotated[
        str | None, typer.Option("--store", help=f"Store to take pay figures from; {DEFAULT_STORE} if it is there.")
    ] = None,
) -> int:
    """Check whether an ad's title fits its duties, with the duties, definitions and words that decided.

    Several ads give a table, the worst first. Exit code 0: every title fits; 1: one does not; 2: for one it cannot be
    told; 3: something could not be read.
    """
    from output.check import Checker
    from output.check_terminal import show_check, show_checks, worst_first
    from scraper.files import Problems

    problems = Problems()
    ads = _ads_to_check(files or [Path("-")], title, problems)
    checks = worst_first(Checker(_market(store)).check_all(ads))
    if problems.messages:
        tell(problems)
    if as_json:
        for each in checks:
            print(json.dumps(asdict(each), ensure_ascii=False))
    elif len(checks) == 1:
        show_check(checks[0])
    elif checks:
        show_checks(checks)
    return BAD_INPUT if problems.n_lost or not checks else _check_code([each.fits for each in checks])


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen at; others than loopback are open to all.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at; 0: any free one.")] = 8000,
    store: Annotated[
        str | None, typer.Option("--store", help=f"Store to take pay figures from; {DEFAULT_STORE} if it is there.")
    ] = None,
    allow_fetch: Annotated[
        bool,
        typer.Option("--allow-fetch", help="Let visitors give the address of an ad; private addresses are refused."),
    ] = False,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="Another name under which the page is asked for.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Page that report wrote, shown at /report; report.html beside the store."),
    ] = None,
) -> int:
    """Serve the recruiter's page and its JSON API, to this machine alone unless --host says otherwise."""
    from output.web.serve import listening, run

    opened = _store_for_pay(store)
    with listening(host, port) as (address, listener):
        if not Options.quiet:
            print(f"Rolecall listens at {address}; stop it with Ctrl-C", file=sys.stderr, flush=True)
            if shown := _report(store, report):
                print(f"{shown} is at {address}/report", file=sys.stderr, flush=True)
        run(listener, (host, *(allow_host or [])), opened, _annual_factor(), allow_fetch, _report(store, report))
    return DONE


def _report(store: str | None, report: Path | None) -> Path | None:
    """The page to show: the one named, or the one beside the store; raises WrongInputError if the one named is not."""
    if report is not None and not report.is_file():
        raise WrongInputError(f"--report {report}: no such file; rolecall report writes it")
    beside = Path(store or DEFAULT_STORE).parent / "report.html"
    return report or (beside if beside.is_file() else None)


def _ads_to_check(files: list[Path], title: str | None, problems: Problems) -> Iterator[Posting]:
    """Ads of the files in their order; raises NoAdError where standard input is no text."""
    from output.check_input import ads_of_bytes, ads_of_paths

    for file in files:
        if str(file) != "-":
            yield from ads_of_paths([file], title, problems)
            continue
        if sys.stdin.isatty() and not Options.quiet:
            print("paste the ad, its title in the first line, and end with Ctrl-D", file=sys.stderr)
        yield from ads_of_bytes(sys.stdin.buffer.read(), "stdin", title, problems)


def _market(store: str | None) -> StoreMarket | None:
    """Pay figures of the store; of the default one only where it is there."""
    opened = _store_for_pay(store)
    if opened is None:
        return None
    from output.check_market import StoreMarket

    return StoreMarket(opened, _annual_factor())


def _store_for_pay(store: str | None) -> Store | None:
    if store is None and not Path(DEFAULT_STORE).is_file():
        return None
    from store import open_store

    return open_store(store or DEFAULT_STORE, must_exist=True)


def _annual_factor() -> dict[str, float]:
    from pipelines.pay import pay_rules

    return pay_rules().annual_factor


def _check_code(fits: list[bool | None]) -> int:
    return DIFFERS if False in fits else CANNOT_TELL if None in fits else FITS
