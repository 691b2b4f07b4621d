"""What several commands share: exit codes, options, and writing the reports.

Heavy imports stand inside the functions, so that ``rolecall --help`` answers at once.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scraper.errors import UserError

if TYPE_CHECKING:
    from output.write import Options as ReportOptions
    from scraper.files import Problems
    from scraper.sources import Source

DONE, PARTIAL, WRONG = 0, 1, 2
DEFAULT_STORE = "results/rolecall.db"
MAX_PROBLEMS_SHOWN = 20


class Options:
    """Options before the command."""

    quiet: bool = False
    log_level: str = "WARNING"
    log_format: str = "text"
    log_file: Path | None = None
    show_contacts: bool = False
    """Whether reports show e-mail addresses and phone numbers that stand in ads."""
    wrong: int = WRONG
    """Exit code for wrong usage or input of the command at hand."""


class WrongInputError(UserError):
    """The command cannot be carried out as given."""


Out = Annotated[Path, typer.Option("--out", help="Folder for the reports; made if absent.", file_okay=False)]
StoreOption = Annotated[str, typer.Option("--store", help="Store: path of an SQLite file or SQLAlchemy URL.")]
ShowContacts = Annotated[
    bool,
    typer.Option(
        "--show-contacts",
        help="Show e-mail addresses and phone numbers that stand in ads; they are masked otherwise.",
        callback=lambda wanted: setattr(Options, "show_contacts", wanted),
    ),
]
SourcesFile = Annotated[Path, typer.Option("--sources", help="File of sources.")]


def log_settings() -> dict[str, Any]:
    """Settings of the log as the options before the command say."""
    path = {"LOG_FILE": str(Options.log_file)} if Options.log_file else {}
    return {"LOG_LEVEL": Options.log_level, "ROLECALL_LOG_FORMAT": Options.log_format, "LOG_ENABLED": True, **path}


def quiet_log() -> dict[str, Any]:
    """Settings under which the log does not repeat what the command says, unless it was asked for."""
    return {**log_settings(), "LOG_LEVEL": "ERROR" if Options.log_level == "WARNING" else Options.log_level}


def load(path: Path) -> list[Source]:
    from scraper.sources import load_sources

    return load_sources(path)


def last_runs(address: str) -> dict[str, dict[str, Any]]:
    """Source -> its last run; empty where there is no store yet."""
    from store import StoreError, open_store

    try:
        store = open_store(address, must_exist=True)
    except StoreError:
        return {}
    return store.last_runs()


def link_copies(address: str) -> None:
    """Link the ads of the store that are one job, and say how many."""
    from pipelines.link_duplicates import link_duplicates
    from store import open_store

    store = open_store(address)
    n_linked = link_duplicates(store)
    store.close()
    tell_copies(n_linked)


def tell_copies(n_linked: int) -> None:
    """Say how many ads were linked with an earlier one."""
    from output.terminal import say

    if n_linked and not Options.quiet:
        say(f"{n_linked} ads are copies of others; statistics count each job once")


def write_all_reports(address: str, out: Path, options: ReportOptions | None = None) -> None:
    """Write every report and show the summary and the paths."""
    from output.terminal import show, show_paths, summary_table
    from output.write import Options as ReportOptions
    from output.write import write_reports
    from pipelines.pay import pay_rules
    from store import open_store

    store = open_store(address, must_exist=True)
    options = replace(options or ReportOptions(), show_contacts=Options.show_contacts)
    postings, paths = write_reports(store, out, pay_rules().annual_factor, options)
    store.close()
    show(summary_table(postings))
    show_paths(paths)


def tell(problems: Problems) -> None:
    from output.terminal import say

    for message in problems.messages[:MAX_PROBLEMS_SHOWN]:
        say(message)
    if len(problems.messages) > MAX_PROBLEMS_SHOWN:
        say(f"... and {len(problems.messages) - MAX_PROBLEMS_SHOWN} more")


def named(sources: list[Source], only: list[str], path: Path) -> list[Source]:
    """The sources of these names, all where there are none; raises WrongInputError for a name that is not there."""
    if unknown := sorted(set(only) - {source.name for source in sources}):
        raise WrongInputError(
            f"--only {', '.join(unknown)}: no such source in {path}; rolecall sources list shows them"
        )
    return [source for source in sources if not only or source.name in only]


def needing_redis(module: str) -> Any:
    """The module of ours, which works with Redis; raises WrongInputError where the library for it is not there."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "redis":
            raise
        raise WrongInputError("--redis: the redis library is not there; install rolecall[redis]") from None
