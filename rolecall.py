"""The command line. Each command reads its arguments, calls the packages and shows what came of it.

Exit codes: 0 done; 1 a source failed or something could not be read, the rest is kept and reported; 2 wrong usage or
input; those of ``check`` stand in its help. Heavy imports stand inside the commands, so that ``rolecall --help``
answers at once.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scraper.errors import UserError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from output.check_market import StoreMarket
    from output.run_manifest import RunManifest
    from output.write import Options as ReportOptions
    from scraper.files import Problems
    from scraper.items import Posting
    from scraper.sources import Source
    from store import Store

DONE, PARTIAL, WRONG = 0, 1, 2
FITS, DIFFERS, CANNOT_TELL, BAD_INPUT = 0, 1, 2, 3
"""Exit codes of ``check``."""
DEFAULT_STORE = "results/rolecall.db"
MAX_PROBLEMS_SHOWN = 20

app = typer.Typer(
    name="rolecall",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Crawl legal job ads, tell which role their duties describe, and whether the title fits.",
)
sources_app = typer.Typer(
    no_args_is_help=False, help="The boards in sources.toml, their state, and problems in the file."
)
app.add_typer(sources_app, name="sources")


class _Options:
    """Options before the command."""

    quiet: bool = False
    log_level: str = "WARNING"
    wrong: int = WRONG
    """Exit code for wrong usage or input of the command at hand."""


class WrongInputError(UserError):
    """The command cannot be carried out as given."""


Out = Annotated[Path, typer.Option("--out", help="Folder for the reports; made if absent.", file_okay=False)]
StoreOption = Annotated[str, typer.Option("--store", help="Store: path of an SQLite file or SQLAlchemy URL.")]
SourcesFile = Annotated[Path, typer.Option("--sources", help="File of sources.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"rolecall {version('rolecall')}")
        except PackageNotFoundError:
            print("rolecall, not installed")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, no notes; errors and results only.")
    ] = False,
    log_level: Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING or ERROR.")] = "WARNING",
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise WrongInputError(f"--log-level {log_level}: expected DEBUG, INFO, WARNING or ERROR")
    _Options.quiet, _Options.log_level = quiet, log_level.upper()
    _Options.wrong = BAD_INPUT if context.invoked_subcommand == "check" else WRONG


@app.command(epilog="Example: rolecall demo --out results/demo")
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


@app.command(epilog="Example: rolecall crawl --sources sources.toml --only NAME")
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
) -> int:
    """Crawl the boards in sources.toml, update the store and write every report.

    One crawl at a time writes a store: a second one ends at once, with exit code 2, or 0 under --due.
    """
    from store import BusyError, alone

    chosen = _chosen_sources(sources, only or [])
    try:
        with alone(store, out):
            if due:
                chosen = _due_sources(chosen, store)
            return _crawl(chosen, store, out, {}, max_minutes)
    except BusyError as error:
        if not due:
            raise
        print(f"note: {error}", file=sys.stderr)
        return DONE


@app.command(epilog="Example: rolecall tag ads.jsonl --out results/tagged")
def tag(
    files: Annotated[
        list[Path], typer.Argument(help="JSON lines, CSV or saved HTML pages; DATA_FORMAT.md names the columns.")
    ],
    out: Out,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes to work with.")] = 1,
) -> int:
    """Tag ads from files, without a crawl: a row in is a row out, in the same order."""
    from output.terminal import counting
    from pipelines.chain import process_all
    from scraper.files import Problems, read_files
    from store import rebuilding

    problems = Problems()
    with rebuilding(out / "rolecall.db") as writer, counting("Tagging ads", quiet=_Options.quiet) as counter:
        for posting in process_all(read_files(files, problems), jobs):
            writer.add(posting)
            counter.advance()
        _tell(problems)
        if not counter.n_done:
            raise WrongInputError(f"{', '.join(map(str, files))}: no ad could be read; see the messages above")
    _link(str(out / "rolecall.db"))
    _write_reports(str(out / "rolecall.db"), out)
    return PARTIAL if problems.n_lost else DONE


@app.command(epilog="Example: rolecall report --store results/rolecall.db --out results --by region,remote")
def report(
    out: Out,
    store: StoreOption = DEFAULT_STORE,
    by: Annotated[
        str, typer.Option("--by", help="Also cut jobs and pay by these columns of postings.csv: COLUMN[,COLUMN].")
    ] = "",
    min_n: Annotated[
        int, typer.Option("--min-n", min=1, help="With fewer paid jobs a cell keeps its counts and loses its figures.")
    ] = 5,
    kind: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    candidates: Annotated[
        bool, typer.Option("--candidates", help="Also cluster the duties that no definition covers; takes a while.")
    ] = False,
) -> int:
    """Write every report from the store."""
    from output.write import options_of

    names = [name.strip() for name in by.split(",") if name.strip()]
    _write_reports(store, out, options_of(names, min_n, kind, candidates))
    return DONE


@app.command(epilog="Example: rolecall prune --older-than 365d")
def prune(
    older_than: Annotated[
        str, typer.Option("--older-than", help="Delete ads last seen longer ago than this: 90d, 24h.")
    ],
    store: StoreOption = DEFAULT_STORE,
) -> int:
    """Delete ads last seen long ago, and runs as old, from the store; reports show it when written again."""
    from output.terminal import say
    from store import alone, open_store

    age = re.fullmatch(r"(\d{1,5})([hd])", older_than)
    if age is None:
        raise WrongInputError(f"--older-than {older_than}: expected a number and h or d, such as 365d")
    hours = int(age[1]) * (24 if age[2] == "d" else 1)
    opened = open_store(store, must_exist=True)
    with alone(store, Path(DEFAULT_STORE).parent):
        n_ads, n_runs = opened.prune((datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds"))
    opened.close()
    if not _Options.quiet:
        say(f"deleted {n_ads} ads and {n_runs} runs from {store}")
    return DONE


@app.command(epilog="Example: rolecall compare results/march.db results/april.db --out results/compared")
def compare(
    before: Annotated[str, typer.Argument(help="Store, or folder of reports, of the first period.")],
    after: Annotated[str, typer.Argument(help="Store, or folder of reports, of the second period.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for two tables as CSV.", file_okay=False)] = None,
) -> int:
    """Compare the jobs and pay of two periods by role, and list the ads that came, went or changed."""
    from output.compare import compared_ads, compared_roles, read_postings
    from output.terminal import compare_table, show, show_paths
    from output.write import write_comparison

    first, second = read_postings(before), read_postings(after)
    roles, ads = compared_roles(first, second), compared_ads(first, second)
    show(compare_table(roles, ads))
    if out is not None:
        show_paths(write_comparison(roles, ads, out))
    return DONE


@app.command(epilog='Example: rolecall check draft.txt --title "Legal Assistant"')
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
        _tell(problems)
    if as_json:
        for each in checks:
            print(json.dumps(asdict(each), ensure_ascii=False))
    elif len(checks) == 1:
        show_check(checks[0])
    elif checks:
        show_checks(checks)
    return BAD_INPUT if problems.n_lost or not checks else _check_code([each.fits for each in checks])


@app.command(epilog="Example: rolecall serve --port 8000")
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
) -> int:
    """Serve the recruiter's page and its JSON API, to this machine alone unless --host says otherwise."""
    from output.web.serve import listening, run

    opened = _store_for_pay(store)
    with listening(host, port) as (address, listener):
        if not _Options.quiet:
            print(f"Rolecall listens at {address}; stop it with Ctrl-C", file=sys.stderr, flush=True)
        run(listener, (host, *(allow_host or [])), opened, _annual_factor(), allow_fetch)
    return DONE


@sources_app.callback(invoke_without_command=True, epilog="Example: rolecall sources list --sources sources.toml")
def _sources(context: typer.Context) -> int | None:
    return list_sources() if context.invoked_subcommand is None else None


@sources_app.command("list", epilog="Example: rolecall sources list")
def list_sources(sources: SourcesFile = Path("sources.toml"), store: StoreOption = DEFAULT_STORE) -> int:
    """List the boards with the outcome of their last crawl."""
    from output.terminal import show, sources_table

    show(sources_table([source.model_dump() for source in _load(sources)], _last_runs(store)))
    return DONE


@sources_app.command("check", epilog="Example: rolecall sources check --only NAME")
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
    chosen = _named(valid, only or [], sources)
    if offline:
        probes = [probe_file(source) for source in chosen]
    else:
        with counting("Asking boards", total=len(chosen), quiet=_Options.quiet) as counter:
            probes = probe_sources(chosen, _quiet_log(), counter.advance)
    show(probes_table([asdict(probe) for probe in probes]))
    bad = [probe for probe in probes if probe.state not in GOOD]
    for probe in bad:
        say(f"error: source {probe.source}: {probe.state}: {probe.detail}; {ADVICE[probe.state]}")
    return WRONG if problems else PARTIAL if bad else DONE


@sources_app.command("find", epilog="Example: rolecall sources find https://www.example.org/careers")
def find_source(
    url: Annotated[str, typer.Argument(help="Address of a career page, a board or an ad.")],
    sources: SourcesFile = Path("sources.toml"),
) -> int:
    """Find the platform and board behind a career page; prints the entry to paste into sources.toml."""
    from output.terminal import say
    from scraper import find
    from scraper.sources import source_tables

    tables = source_tables(sources) if sources.exists() else []
    found, lost = find.find_source(url, _quiet_log())
    if found is None:
        say(f"error: {lost}")
        return PARTIAL
    entry = find.entry_of(found, [str(table.get("name")) for table in tables if isinstance(table, dict)])
    known = find.same_source(entry, tables)
    print(find.entry_text(entry))
    if not _Options.quiet:
        say(f"{url}: {found.platform}, recognised {found.how}")
        say(f"already in {sources} as {known!r}" if known else f"next: rolecall sources check --only {entry['name']}")
    return DONE


def _ads_to_check(files: list[Path], title: str | None, problems: Problems) -> Iterator[Posting]:
    """Ads of the files in their order; raises NoAdError where standard input is no text."""
    from output.check_input import ads_of_bytes, ads_of_paths

    for file in files:
        if str(file) != "-":
            yield from ads_of_paths([file], title, problems)
            continue
        if sys.stdin.isatty() and not _Options.quiet:
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


def _quiet_log() -> dict[str, Any]:
    """Settings under which the log does not repeat what the command says, unless it was asked for."""
    return {"LOG_LEVEL": "ERROR" if _Options.log_level == "WARNING" else _Options.log_level}


def _load(path: Path) -> list[Source]:
    from scraper.sources import load_sources

    return load_sources(path)


def _chosen_sources(path: Path, only: list[str]) -> list[Source]:
    return _named(_load(path), only, path)


def _named(sources: list[Source], only: list[str], path: Path) -> list[Source]:
    """The sources of these names, all where there are none; raises WrongInputError for a name that is not there."""
    if unknown := sorted(set(only) - {source.name for source in sources}):
        raise WrongInputError(
            f"--only {', '.join(unknown)}: no such source in {path}; rolecall sources list shows them"
        )
    return [source for source in sources if not only or source.name in only]


def _due_sources(sources: list[Source], store: str) -> list[Source]:
    """Sources without interval, never crawled, or last crawled without failure longer ago than their interval."""
    from scraper.sources import is_due

    last = _last_runs(store)
    return [source for source in sources if is_due(source, last.get(source.name))]


def _last_runs(address: str) -> dict[str, dict[str, Any]]:
    """Source -> its last run; empty where there is no store yet."""
    from store import StoreError, open_store

    try:
        store = open_store(address, must_exist=True)
    except StoreError:
        return {}
    return store.last_runs()


def _crawl(
    sources: list[Source], store: str, out: Path, overrides: dict[str, Any], max_minutes: float | None = None
) -> int:
    """Crawl, report, and say how each source went."""
    from output.run_manifest import RunManifest
    from output.terminal import runs_table, say, show
    from store import open_store

    opened = open_store(store)  # a store that cannot be written is told before anything is fetched
    manifest = RunManifest(out / "runs", opened)
    settings = {"ROLECALL_STORE": store, "LOG_LEVEL": _Options.log_level, "LOG_ENABLED": True, **overrides}
    run_id, lost = _fetch(sources, settings, manifest, max_minutes) if sources else ("", {})
    runs, rejections = opened.of_run(run_id)
    show(runs_table(runs, rejections))
    lost |= _unrecorded(sources, runs, lost)
    bad = [run for run in runs if run["outcome"] not in ("ok", "empty")]
    lost |= {run["source"]: f"{run['detail']}; the other sources are complete" for run in bad}
    for source, reason in lost.items():
        say(f"error: source {source}: {reason}")
    _link(store)
    _write_reports(store, out)
    code = PARTIAL if lost else DONE
    if problem := manifest.finish(datetime.now(UTC).isoformat(timespec="microseconds"), code, lost):
        say(f"error: {manifest.path}: {problem.strerror}; check the path and free space")
        code = PARTIAL
    opened.close()
    return code


def _fetch(
    sources: list[Source], settings: dict[str, Any], manifest: RunManifest, max_minutes: float | None
) -> tuple[str, dict[str, str]]:
    """Crawl the sources: the run's id, and why sources failed or were not come to that have no row in the store."""
    from output.terminal import counting
    from scraper.crawl import crawl_sources

    lost: dict[str, str] = {}
    with counting("Reading ads", quiet=_Options.quiet) as counter:

        def watch(source: str, event: str) -> None:
            if event == "found":
                counter.advance(f"of {source}")
            elif event.startswith(("failed", "not started")):
                lost[source] = event

        def ended(source: str, crawler: Crawler) -> None:
            said = crawler.settings
            manifest.add(source, crawler.stats.get_stats(), said["ROLECALL_RUN_ID"], said.getfloat("DOWNLOAD_DELAY"))

        max_s = None if max_minutes is None else max_minutes * 60
        return crawl_sources(sources, settings, watch, ended, max_s), lost


def _unrecorded(sources: list[Source], runs: list[dict[str, Any]], lost: dict[str, str]) -> dict[str, str]:
    """Sources whose run the store does not know although nothing was said of it, each with what to do."""
    known = {run["source"] for run in runs} | lost.keys()
    reason = "failed: its run is not in the store; see the messages above, then crawl it again"
    return {source.name: reason for source in sources if source.name not in known}


def _link(address: str) -> None:
    """Link the ads of the store that are one job, and say how many."""
    from output.terminal import say
    from pipelines.link_duplicates import link_duplicates
    from store import open_store

    store = open_store(address)
    n_linked = link_duplicates(store)
    store.close()
    if n_linked and not _Options.quiet:
        say(f"{n_linked} ads are copies of others; statistics count each job once")


def _write_reports(address: str, out: Path, options: ReportOptions | None = None) -> None:
    """Write every report and show the summary and the paths."""
    from output.terminal import show, show_paths, summary_table
    from output.write import write_reports
    from pipelines.pay import pay_rules
    from store import open_store

    store = open_store(address, must_exist=True)
    postings, paths = write_reports(store, out, pay_rules().annual_factor, options)
    store.close()
    show(summary_table(postings))
    show_paths(paths)


def _tell(problems: Problems) -> None:
    from output.terminal import say

    for message in problems.messages[:MAX_PROBLEMS_SHOWN]:
        say(message)
    if len(problems.messages) > MAX_PROBLEMS_SHOWN:
        say(f"... and {len(problems.messages) - MAX_PROBLEMS_SHOWN} more")


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. Mistakes become one line on stderr, never a traceback."""
    try:
        code = app(argv, standalone_mode=False, prog_name="rolecall")
        return code if isinstance(code, int) else DONE
    except (UserError, typer.TyperException) as error:
        message = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        if message:
            print(f"error: {message}", file=sys.stderr)
        return _Options.wrong
    except OSError as error:
        print(
            f"error: {error.filename or 'input/output'}: {error.strerror or error}; check the path and free space",
            file=sys.stderr,
        )
        return _Options.wrong
    except (KeyboardInterrupt, typer.Abort):
        print("error: interrupted; what was read is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
