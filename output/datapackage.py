"""``datapackage.json``: what each file holds, for programs (Frictionless Data Package and Table Schema, version 1)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from output.article import PUBLISHED_ON, TITLE
from output.columns import DUTIES, PAY_LEDGER, PLACES, POSTINGS, SHARE, TITLE_CHECK, Column, Kind, Table
from output.write_file import replacing

FILE = "datapackage.json"

_TYPES: dict[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    "date": {"type": "date"},
    "instant": {"type": "datetime", "format": "any"},
}
_CHILDREN = (DUTIES, PLACES, PAY_LEDGER, TITLE_CHECK)
"""Tables whose ``posting_id`` stands in ``postings.csv``."""

LICENCES = [
    {
        "name": "CC-BY-4.0",
        "title": "Place names: GeoNames, CC BY 4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
    },
    {
        "name": "MIT",
        "title": "Role definitions, columns and figures: MIT",
        "path": "https://opensource.org/license/mit",
    },
]
RIGHTS = "The words of the ads belong to whoever published them; they are quoted here as evidence."


def write_datapackage(
    written: list[tuple[Table, Path]], postings: pd.DataFrame, runs: pd.DataFrame, annualisation: str, folder: Path
) -> Path:
    """Describe the tables written, with where their rows came from and by which rule pay was brought to a year."""
    package = {
        "profile": "data-package",
        "name": "rolecall-reports",
        "title": "Rolecall: legal job ads, the roles their duties describe, and their pay",
        "description": f"{RIGHTS} DATA_FORMAT.md of the project says what each figure counts.",
        "licenses": LICENCES,
        "sources": _sources(postings),
        "runs": _runs(runs),
        "annualisation": annualisation,
        "resources": [_resource(table, path) for table, path in written],
    }
    path = folder / FILE
    with replacing(path) as file:
        file.write(json.dumps(package, indent=2, ensure_ascii=False).encode() + b"\n")
    return path


def _sources(postings: pd.DataFrame) -> list[dict[str, str]]:
    counted = postings.groupby(["source", "platform"]).size().reset_index(name="n").to_dict("records")
    ours = [{"title": f"{row['source']} ({row['platform']}, {row['n']} postings)"} for row in counted]
    article = {"title": f"The article's figures and roles: {TITLE!r}, published {PUBLISHED_ON}"}
    return [*ours, article]


def _runs(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """The last run of each source."""
    last = runs.sort_values("started_at").drop_duplicates("source", keep="last").sort_values("source")
    rows = last[["source", "run_id", "started_at", "finished_at", "outcome"]].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _resource(table: Table, path: Path) -> dict[str, Any]:
    is_csv = path.suffix == ".csv"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    resource: dict[str, Any] = {
        "name": path.stem.replace("_", "-"),
        "path": path.name,
        "title": f"One row: {table.rows}",
        "profile": "tabular-data-resource" if is_csv else "data-resource",
        "format": path.suffix[1:],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
    }
    if is_csv:
        resource |= {"encoding": "utf-8", "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'}}
    return {**resource, "schema": _schema(table)}


def _schema(table: Table) -> dict[str, Any]:
    """Fields, missing values, keys; a key with a column that may be empty is only named, as ``rowsAreUniqueBy``."""
    schema: dict[str, Any] = {"fields": [_field(column, table) for column in table.columns], "missingValues": [""]}
    if all(name in ALWAYS_THERE for name in table.key):
        schema["primaryKey"] = list(table.key)
    else:
        schema["rowsAreUniqueBy"] = list(table.key)
    if table in _CHILDREN:
        parent = {"resource": POSTINGS.file.removesuffix(".csv"), "fields": "posting_id"}
        schema["foreignKeys"] = [{"fields": "posting_id", "reference": parent}]
    return schema


ALWAYS_THERE = {
    "posting_id",
    "duty_no",
    "place_no",
    "candidate_no",
    "definition",
    "title_role",
    "role",
    "row_no",
    "change_no",
    "week",
}
"""Columns that no row of a table that has them as key leaves empty."""


def _field(column: Column, table: Table) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, **_TYPES[column.kind], "description": column.says}
    constraints: dict[str, Any] = {}
    if column.values:
        constraints["enum"] = list(column.values)
    if column.unit == SHARE:
        constraints |= {"minimum": 0, "maximum": 1}
    elif column.kind == "integer":
        constraints["minimum"] = 0
    if column.name in table.key and column.name in ALWAYS_THERE:
        constraints["required"] = True
    return (
        field | ({"unit": column.unit} if column.unit else {}) | ({"constraints": constraints} if constraints else {})
    )
