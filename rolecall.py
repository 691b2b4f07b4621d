"""The command line. Each command reads its arguments, calls the packages and shows what came of it.

Exit codes: 0 done; 1 a source failed or something could not be read, the rest is kept and reported; 2 wrong usage or
input. Heavy imports stand inside the commands, so that ``rolecall --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scraper.errors import UserError

if TYPE_CHECKING:
    from scraper.files import Problems
    from scraper.sources import Source

DONE, PARTIAL, WRONG = 0, 1, 2
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
) -> int:
    """Crawl the boards in sources.toml, update the store and write every report."""
    chosen = _chosen_sources(sources, only or [])
    if due:
        chosen = _due_sources(chosen, store)
    return _crawl(chosen, store, out, {})


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


@app.command(epilog="Example: rolecall report --store results/rolecall.db --out results")
def report(out: Out, store: StoreOption = DEFAULT_STORE) -> int:
    """Write every report from the store."""
    _write_reports(store, out)
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


def _crawl(sources: list[Source], store: str, out: Path, overrides: dict[str, Any]) -> int:
    """Crawl, report, and say how each source went."""
    from output.terminal import counting, runs_table, say, show
    from scraper.crawl import crawl_sources
    from store import open_store

    open_store(store).close()  # a store that cannot be written is told before anything is fetched
    failed: dict[str, str] = {}
    with counting("Reading ads", quiet=_Options.quiet) as counter:

        def watch(source: str, event: str) -> None:
            if event == "found":
                counter.advance(f"of {source}")
            elif event.startswith("failed"):
                failed[source] = event

        settings = {"ROLECALL_STORE": store, "LOG_LEVEL": _Options.log_level, "LOG_ENABLED": True, **overrides}
        run_id = crawl_sources(sources, settings, watch) if sources else ""
    runs, rejections = open_store(store).of_run(run_id)
    show(runs_table(runs, rejections))
    _link(store)
    _write_reports(store, out)
    for source, reason in failed.items():
        say(f"error: source {source}: {reason}; please report it")
    bad = [run for run in runs if run["outcome"] not in ("ok", "empty")]
    for run in bad:
        say(f"error: source {run['source']}: {run['detail']}; the other sources are complete")
    return PARTIAL if failed or bad or len(runs) < len(sources) else DONE


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


def _write_reports(address: str, out: Path) -> None:
    """Write every report and show the summary and the paths."""
    from output.terminal import show, show_paths, summary_table
    from output.write import write_reports
    from pipelines.pay import pay_rules
    from store import open_store

    store = open_store(address, must_exist=True)
    postings, paths = write_reports(store, out, pay_rules().annual_factor)
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
        return WRONG
    except OSError as error:
        print(
            f"error: {error.filename or 'input/output'}: {error.strerror or error}; check the path and free space",
            file=sys.stderr,
        )
        return WRONG
    except (KeyboardInterrupt, typer.Abort):
        print("error: interrupted; what was read is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
