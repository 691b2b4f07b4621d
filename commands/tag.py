"""``tag``: ads from files, without a crawl."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.common import DONE, PARTIAL, Options, Out, WrongInputError, link_copies, tell, write_all_reports


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
    with rebuilding(out / "rolecall.db") as writer, counting("Tagging ads", quiet=Options.quiet) as counter:
        for posting in process_all(read_files(files, problems), jobs):
            writer.add(posting)
            counter.advance()
        tell(problems)
        if not counter.n_done:
            raise WrongInputError(f"{', '.join(map(str, files))}: no ad could be read; see the messages above")
    link_copies(str(out / "rolecall.db"))
    write_all_reports(str(out / "rolecall.db"), out)
    return PARTIAL if problems.n_lost else DONE
