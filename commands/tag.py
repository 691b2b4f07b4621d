"""``tag``: ads from files, without a crawl."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.common import DONE, PARTIAL, Options, Out, ShowContacts, WrongInputError, tell, tell_copies


def tag(
    files: Annotated[
        list[Path],
        typer.Argument(help="JSON lines, CSV, Parquet, saved HTML pages or WARC; DATA_FORMAT.md names the columns."),
    ],
    out: Out,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes to work with.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Address of a Dask scheduler whose workers do the work.")
    ] = None,
    show_contacts: ShowContacts = False,
) -> int:
    """Tag ads from files, without a crawl: a row in is a row out, in the same order.

    What a killed run has tagged is not tagged again by the next one of the same day into the same folder.
    """
    from bulk.run import Bulk, tag_and_store, write_reports
    from bulk.workers import workers
    from output.terminal import counting, show, show_paths, summary_table
    from pipelines.pay import pay_rules
    from store import open_store, rebuilding

    path = out / "rolecall.db"
    with workers(jobs, scheduler) as team:
        with rebuilding(path) as writer, counting("Tagging ads", quiet=Options.quiet) as counter:
            run = Bulk(files, out, team, Options.show_contacts, told=lambda n: counter.advance(n=n))
            stored = tag_and_store(run, writer.store)
            tell(run.problems)
            if not counter.n_done:
                raise WrongInputError(f"{', '.join(map(str, files))}: no ad could be read; see the messages above")
        tell_copies(stored.n_linked)
        opened = open_store(str(path), must_exist=True)
        postings, paths = write_reports(run, opened, stored, pay_rules().annual_factor)
        opened.close()
    stored.kept.clear()
    show(summary_table(postings))
    show_paths(paths)
    return PARTIAL if run.problems.n_lost else DONE
