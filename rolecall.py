"""The command line: the commands of ``commands`` under one name.

Exit codes: 0 done; 1 a source failed or something could not be read, the rest is kept and reported; 2 wrong usage or
input; those of ``check`` stand in its help.
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from commands import browse, check, crawl, reports, sources, tag, worker
from commands.common import DONE, WRONG, Options, WrongInputError
from scraper.errors import UserError

app = typer.Typer(
    name="rolecall",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Crawl legal job ads, tell which role their duties describe, and whether the title fits.",
)
for command, example in (
    (crawl.demo, "rolecall demo --out results/demo"),
    (crawl.crawl, "rolecall crawl --sources sources.toml --only NAME"),
    (worker.worker, "rolecall worker --redis redis://host/0 --store postgresql+psycopg://user@host/rolecall"),
    (tag.tag, "rolecall tag ads.jsonl --out results/tagged"),
    (reports.report, "rolecall report --store results/rolecall.db --out results --by region,remote"),
    (reports.prune, "rolecall prune --older-than 365d"),
    (reports.compare, "rolecall compare results/march.db results/april.db --out results/compared"),
    (check.check, 'rolecall check draft.txt --title "Legal Assistant"'),
    (check.serve, "rolecall serve --port 8000"),
    (browse.browse, "rolecall browse --store results/rolecall.db"),
):
    app.command(epilog=f"Example: {example}")(command)
app.add_typer(sources.app, name="sources")


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"rolecall {version('rolecall')}")
        except PackageNotFoundError:
            print("rolecall, not installed")
        raise typer.Exit


@app.callback()
def _set_options(
    context: typer.Context,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, no notes; errors and results only.")
    ] = False,
    log_level: Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING or ERROR.")] = "WARNING",
    log_format: Annotated[str, typer.Option("--log-format", help="text or json: one JSON object a line.")] = "text",
    log_file: Annotated[
        Path | None, typer.Option("--log-file", help="Add the log to this file instead of stderr.", dir_okay=False)
    ] = None,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise WrongInputError(f"--log-level {log_level}: expected DEBUG, INFO, WARNING or ERROR")
    if log_format not in ("text", "json"):
        raise WrongInputError(f"--log-format {log_format}: expected text or json")
    if log_file:
        log_file.open("a").close()  # one that cannot be written is told before anything is done
    Options.quiet, Options.log_level = quiet, log_level.upper()
    Options.log_format, Options.log_file = log_format, log_file
    Options.wrong = check.BAD_INPUT if context.invoked_subcommand == "check" else WRONG


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. Mistakes become one line on stderr, never a traceback."""
    try:
        code = app(argv, standalone_mode=False, prog_name="rolecall")
        return code if isinstance(code, int) else DONE
    except (UserError, typer.TyperException) as error:
        message = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        if message:
            print(f"error: {message}", file=sys.stderr)
        return Options.wrong
    except OSError as error:
        print(
            f"error: {error.filename or 'input/output'}: {error.strerror or error}; check the path and free space",
            file=sys.stderr,
        )
        return Options.wrong
    except (KeyboardInterrupt, typer.Abort):
        print("error: interrupted; what was read is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
