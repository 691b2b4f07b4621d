"""``sources``: the boards, their state, and problems in their file."""

from __future__ import annotations

from dataclasses import asdict
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
    last_runs,
    load,
    named,
    quiet_log,
)

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
