"""``report``, ``compare`` and ``prune``: what is made of a store."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from commands.common import (
    DEFAULT_STORE,
    DONE,
    Options,
    Out,
    ShowContacts,
    StoreOption,
    WrongInputError,
    write_all_reports,
)


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
    show_contacts: ShowContacts = False,
) -> int:
    """Write every report from the store."""
    from output.write import options_of

    names = [name.strip() for name in by.split(",") if name.strip()]
    write_all_reports(store, out, options_of(names, min_n, kind, candidates))
    return DONE


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
    if not Options.quiet:
        say(f"deleted {n_ads} ads and {n_runs} runs from {store}")
    return DONE


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
