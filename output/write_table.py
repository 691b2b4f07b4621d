"""One table on disk, as CSV or Parquet: declared columns, the same bytes for the same rows, safe in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, Literal

import pandas as pd

from output.columns import Column, Table
from output.write_file import replacing

Format = Literal["csv", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "parquet")

N_DECIMALS = 6
"""Decimals of a number in CSV; a sum of thirds would have sixteen."""

FORMULA = r"'*[=+\-@\t\r]"
"""A text cell that begins so would be run as a formula, or be taken for one of ours that was made safe."""


def write_table(
    frames: pd.DataFrame | Iterable[pd.DataFrame], table: Table, folder: Path, kind: Format = "csv"
) -> Path:
    """Write the table's columns of one frame, or of several one after another; the path written.

    CSV: UTF-8, line feeds, a header always, text in quotes, cells made safe. Parquet: the declared types, cells as they
    are.
    """
    pieces = [frames] if isinstance(frames, pd.DataFrame) else frames
    path = folder / Path(table.file).with_suffix(f".{kind}")
    with replacing(path) as file:
        write_rows(pieces, table, file, kind)
    return path


def write_rows(pieces: Iterable[pd.DataFrame], table: Table, file: IO[bytes], kind: Format = "csv") -> None:
    """Write the table's columns of frames, one after another, into an open file."""
    if kind == "csv":
        _write_csv(pieces, table, file)
    else:
        _write_parquet(pieces, table, file)


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Text cells that begin as a formula does get an apostrophe in front; ``with_formulas`` takes it away again.

    A cell that begins with apostrophes and a formula gets one more, so that nothing is lost.
    """
    return _changed(frame, FORMULA, lambda cells: "'" + cells)


def with_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """The cells as they were before ``without_formulas``."""
    return _changed(frame, f"'{FORMULA}", lambda cells: cells.str.slice(1))


def _changed(frame: pd.DataFrame, pattern: str, change: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    """The frame with the text cells that match changed; the caller's frame stays."""
    changed = {}
    for name in frame.columns[frame.dtypes == "string"]:
        matches = frame[name].str.match(pattern).fillna(False)
        if matches.any():
            changed[name] = frame[name].mask(matches, change(frame[name]))
    return frame.assign(**changed)


def _write_csv(pieces: Iterable[pd.DataFrame], table: Table, file: IO[bytes]) -> None:
    """Text in quotes, all else without, so that a spreadsheet can tell the text 007 from a number."""
    import pyarrow as pa
    from pyarrow import csv

    schema = pa.schema([(column.name, _csv_type(column)) for column in table.columns])
    options = csv.WriteOptions(quoting_style="needed", quoting_header="none")
    with csv.CSVWriter(file, schema, write_options=options) as writer:
        for piece in pieces:
            safe = without_formulas(piece[table.names])
            columns = [_csv_cells(safe[column.name], column) for column in table.columns]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _csv_type(column: Column) -> Any:
    import pyarrow as pa

    return pa.date32() if column.kind == "date" else getattr(pa, _ARROW[column.dtype])()


def _csv_cells(cells: pd.Series, column: Column) -> Any:
    """The cells as an Arrow array; numbers lose the noise of their last digits."""
    import pyarrow as pa

    plain = cells.round(N_DECIMALS) if column.kind == "number" else cells
    return pa.Array.from_pandas(plain).cast(_csv_type(column))


def _write_parquet(pieces: Iterable[pd.DataFrame], table: Table, file: IO[bytes]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(column.name, getattr(pa, _ARROW[column.dtype])()) for column in table.columns])
    with parquet.ParquetWriter(file, schema) as writer:
        for piece in pieces:
            writer.write_table(pa.Table.from_pandas(piece[table.names], schema=schema, preserve_index=False))


_ARROW = {"string": "string", "Int64": "int64", "Float64": "float64", "boolean": "bool_"}
