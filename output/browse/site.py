"""The copy in Datasette: described by ``output/columns.py``, with the facets and questions of ``browse.toml``."""

from __future__ import annotations

import socket
import tomllib
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware

from output.browse.copy import columns_of, name_of
from output.columns import TABLES, Column
from output.datapackage import RIGHTS

DATABASE = "rolecall"
HOSTS = ("127.0.0.1", "localhost")
"""Names under which the pages may be asked for; others are a trick (DNS rebinding)."""

SEARCHED = {"postings": "postings_search", "duties": "duties_search"}
"""Table -> its full-text index."""

SETTINGS = {
    "facet_time_limit_ms": 2_000,
    "sql_time_limit_ms": 5_000,
    "truncate_cells_html": 300,
    "suggest_facets": False,
}


@cache
def told() -> dict[str, Any]:
    """The content of ``browse.toml``."""
    return tomllib.loads((files("output") / "browse" / "browse.toml").read_text(encoding="utf-8"))


def facets() -> dict[str, list[str]]:
    """Table -> columns whose values are counted beside it."""
    return {name: table["facets"] for name, table in told()["tables"].items()}


def metadata() -> dict[str, Any]:
    """Datasette's metadata: every table and column with its meaning and unit, facets, search, canned queries."""
    tables = {name_of(table): _described(table.rows, columns_of(table)) for table in TABLES}
    for name, table in told()["tables"].items():
        tables[name] |= table
    for name, index in SEARCHED.items():
        tables[name] |= {"fts_table": index, "fts_pk": "rowid"}
    tables["postings"]["label_column"] = "title"
    return {
        "title": told()["title"],
        "description": f"A copy of the store, made when rolecall browse was started. {RIGHTS}",
        "databases": {DATABASE: {"tables": tables, "queries": told()["queries"]}},
    }


def _described(rows: str, columns: tuple[Column, ...]) -> dict[str, Any]:
    return {"description": f"One row: {rows}.", "columns": {column.name: _meaning(column) for column in columns}}


def _meaning(column: Column) -> str:
    says = column.says.replace("``", "`").replace("\n", " ")
    unit = {"share": "a share in [0, 1]"}.get(column.unit, column.unit)
    return f"{says} Unit: {unit}." if unit else says


def make_app(copy: Path) -> TrustedHostMiddleware:
    """The ASGI application that shows the copy; it opens the file as one that nobody changes."""
    from datasette.app import Datasette

    shown = Datasette(immutables=[str(copy)], metadata=metadata(), settings=SETTINGS)
    return TrustedHostMiddleware(shown.app(), allowed_hosts=list(HOSTS), www_redirect=False)


def run(listener: socket.socket, copy: Path) -> None:
    """Answer until interrupted."""
    config = uvicorn.Config(make_app(copy), log_level="warning", access_log=False, server_header=False, ws="none")
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        uvicorn.Server(config).run(sockets=[listener])
