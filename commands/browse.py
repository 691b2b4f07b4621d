"""``browse``: the store in Datasette."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from commands.common import DEFAULT_STORE, DONE, Options, StoreOption, WrongInputError


def browse(
    store: StoreOption = DEFAULT_STORE,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at; 0: any free one.")] = 8001,
) -> int:
    """Browse a copy of the store in Datasette, on this machine alone: tables, facets, search, questions, SQL.

    The store is only read; the copy stands in a temporary folder and goes when the command ends.
    """
    if find_spec("datasette") is None:
        raise WrongInputError("browse: Datasette is not installed; install rolecall with the extra browse")
    from output.browse.copy import write_copy
    from output.browse.site import DATABASE, facets, run
    from output.web.serve import listening
    from pipelines.pay import pay_rules
    from store import open_store

    opened = open_store(store, must_exist=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # else the copy would be left behind
    with listening("127.0.0.1", port) as (address, listener), TemporaryDirectory(prefix="rolecall-browse-") as folder:
        copy = Path(folder) / f"{DATABASE}.db"
        write_copy(opened, copy, pay_rules().annual_factor, facets())
        opened.close()
        if not Options.quiet:
            print(f"Rolecall shows a copy of {store} at {address}; stop it with Ctrl-C", file=sys.stderr, flush=True)
        run(listener, copy)
    return DONE
