"""``python -m output.data_format``: write the tables of DATA_FORMAT.md from the declarations that write the files."""

from __future__ import annotations

import re
from pathlib import Path

from output.columns import TABLES, Table

DOCUMENT = Path(__file__).parent.parent / "DATA_FORMAT.md"
_SLOT = re.compile(r"(?P<begin><!-- columns of (?P<file>[\w.]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def rendered(document: str) -> str:
    """The document with the table of every file between its marks."""
    by_file = {table.file: table for table in TABLES}
    return _SLOT.sub(lambda match: f"{match['begin']}{markdown(by_file[match['file']])}{match['end']}", document)


def markdown(table: Table) -> str:
    """One file's columns as a Markdown table."""
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [f"One row: {table.rows}. Key: {key}.", "", "| column | type | meaning |", "|---|---|---|"]
    lines += [f"| `{column.name}` | {column.kind} | {column.says.replace('``', '`')} |" for column in table.columns]
    return "\n" + "\n".join(lines) + "\n\n"


if __name__ == "__main__":
    DOCUMENT.write_text(rendered(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    print(DOCUMENT)
