"""``sources``: the boards, their state, and problems in their file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.common import (
    DEFAULT_STORE,
    DONE,
    PARTIAL,
    WRONG,
    Options,
    SourcesFile,
    StoreOption,
    WrongInputError,
    last_runs,
    load,
    named,
    quiet_log,
)
from scraper.errors import UserError

app = typer.Typer(no_args_is_help=False, help="The boards in sources.toml, their state, and problems in the file.")


@app.callback(invoke_without_command=True, epilog="Example: rolecall sources list --sources sources.toml")
def _sources(context: typer.Context) -> int | None:
    return list_sources() if context.invoked_subcommand is None else None


@app.command("list", epilog="Example: rolecall sources list")
def list_sources(sources: SourcesFile = Path("sources.toml"), store: StoreOption = DEFAULT_STORE) -> int:
    """List the boards with the outcome of their last crawl."""
    from output.terminal import show, sources_table

    show(sources_table([source.model_dump() for source in load(sources)], last_runs(store)))
    return DONE


@app.command("check", epilog="Example: rolecall sources check --only NAME")
def check_sources(
    sources: SourcesFile = Path("sources.toml"),
    only: Annotated[list[str] | None, typer.Option("--only", help="Ask only this source; may be repeated.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Check the file only; ask no board.")] = False,
) -> int:
    """Check every entry of the file, then ask each valid board once whether it answers. Nothing is stored."""
    from output.terminal import counting, probes_table, say, show
    from scraper.probe import ADVICE, GOOD, probe_file, probe_sources
    from scraper.sources import read_sources

    valid, problems = read_sources(sources)
    problems += _notify_problems(sources)
    for problem in problems:
        say(f"error: {problem}")
    chosen = named(valid, only or [], sources)
    if offline:
        probes = [probe_file(source) for source in chosen]
    else:
        with counting("Asking boards", total=len(chosen), quiet=Options.quiet) as counter:
            probes = probe_sources(chosen, quiet_log(), counter.advance)
    show(probes_table([asdict(probe) for probe in probes]))
    bad = [probe for probe in probes if probe.state not in GOOD]
    for probe in bad:
        say(f"error: source {probe.source}: {probe.state}: {probe.detail}; {ADVICE[probe.state]}")
    return WRONG if problems else PARTIAL if bad else DONE


def _notify_problems(sources: Path) -> list[str]:
    from health.settings import load_notify

    try:
        load_notify(sources)
    except UserError as error:
        return [str(error)]
    return []


@app.command("notify", epilog="Example: rolecall sources notify --sources sources.toml")
def try_notify(sources: SourcesFile = Path("sources.toml"), store: StoreOption = DEFAULT_STORE) -> int:
    """Send a test message on every channel of [notify] and of the environment."""
    from health.settings import load_notify
    from health.watch import tell_test
    from output.terminal import say
    from store import open_store

    notify = load_notify(sources)
    if not notify.channels:
        raise WrongInputError(f"{sources}: no channel under [notify], none in the environment; see docs/schedulers.md")
    opened = open_store(store)
    problems = tell_test(opened, notify, datetime.now(UTC))
    opened.close()
    for problem in problems:
        say(f"error: not told: {problem}")
    if not Options.quiet:
        say(f"sent on {len(notify.channels) - len(problems)} of {len(notify.channels)}: {', '.join(notify.channels)}")
    return PARTIAL if problems else DONE


@app.command("find", epilog="Example: rolecall sources find https://www.example.org/careers")
def find_source(
    url: Annotated[str, typer.Argument(help="Address of a career page, a board or an ad.")],
    sources: SourcesFile = Path("sources.toml"),
) -> int:
    """Find the platform and board behind a career page; prints the entry to paste into sources.toml."""
    from output.terminal import say
    from scraper import find
    from scraper.sources import source_tables

    tables = source_tables(sources) if sources.exists() else []
    found, lost = find.find_source(url, quiet_log())
    if found is None:
        say(f"error: {lost}")
        return PARTIAL
    entry = find.entry_of(found, [str(table.get("name")) for table in tables if isinstance(table, dict)])
    known = find.same_source(entry, tables)
    print(find.entry_text(entry))
    if not Options.quiet:
        say(f"{url}: {found.platform}, recognised {found.how}")
        say(f"already in {sources} as {known!r}" if known else f"next: rolecall sources check --only {entry['name']}")
    return DONE
