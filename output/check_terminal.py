"""A check in the terminal: coloured by role there, plain in a pipe; many checks as a table, the worst first."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from textwrap import fill
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from output.check import Check, CheckedDuty
from output.check_words import (
    LAWYERS_SAYS,
    MISSING_SAYS,
    VERDICT_WORDS,
    duty_line,
    margin_line,
    market_line,
    pay_sentence,
)
from taggers.reading import NO_ROLE

WORST_FIRST = ("differs", "cannot tell", "adjacent", "matches")
PIPE_WIDTH = 120
INDENT = 5
"""Columns before the words behind a mark or number."""

VERDICT_STYLES = {
    "matches": "bold green",
    "adjacent": "bold green",
    "differs": "bold red",
    "cannot tell": "bold yellow",
}
ROLE_STYLES = {
    "legal secretary": "cyan",
    "paralegal": "blue",
    "legal assistant": "magenta",
    "law clerk": "yellow",
    "legal researcher": "green",
    "compliance officer": "red",
    "case manager": "bright_magenta",
}

HEADING = None
"""In place of a mark: the line is a heading."""


class Line(NamedTuple):
    """One line of the report, as long as it may be."""

    mark: str | None
    """Mark or number before the words."""
    words: str
    style: str = ""
    strong: tuple[tuple[int, int, str], ...] = ()
    """(start, end, style) of words that stand out."""


def show_check(check: Check) -> None:
    """Print one check in full to stdout."""
    if not sys.stdout.isatty():
        sys.stdout.write(plain_text(check))
        return
    console = Console()
    for line in check_lines(check):
        console.print(_styled(line) if line.mark is HEADING else _hanging(line.mark, _styled(line)))


def show_checks(checks: Iterable[Check]) -> None:
    """Print a table of checks to stdout."""
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH, color_system=None)
    console.print(checks_table(checks))


def plain_text(check: Check) -> str:
    """The check as it stands in a pipe."""
    return "".join(f"{in_pipe(line.mark, line.words)}\n" for line in check_lines(check))


def in_pipe(mark: str | None, words: str) -> str:
    """The words behind their mark, as wide as ``PIPE_WIDTH``; a heading as it is."""
    if mark is HEADING:
        return words
    indent = f"{mark:>{INDENT - 1}} "
    if len(indent) + len(words) <= PIPE_WIDTH and words.isprintable() and words.strip() == words != "":
        return indent + words  # as fill would give it, which takes far longer
    return fill(words, PIPE_WIDTH, initial_indent=indent, subsequent_indent=" " * INDENT, break_on_hyphens=False)


def _styled(line: Line) -> Text:
    words = Text(line.words, style=line.style)
    for start, end, style in line.strong:
        words.stylize(style, start, end)
    return words


def _hanging(mark: str, words: Text) -> Padding:
    """The words behind their mark; further lines below the first one's words."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right", width=INDENT - 1, no_wrap=True)
    table.add_column()
    table.add_row(mark, words)
    return Padding(table, 0)


def check_lines(check: Check) -> Iterator[Line]:
    """The lines of the report, from the verdict to the pay."""
    yield Line(HEADING, check.sentence, VERDICT_STYLES[check.title_verdict])
    yield from _facts(check)
    if check.duties:
        yield _heading(f"Duties: {check.n_duties} found, {check.n_matched_duties} of them belong to one of the roles")
    for duty in check.duties:
        yield from _duty(duty)
    if check.lawyers_duties:
        yield _heading("For a lawyer only?", "bold red")
        yield Line(", ".join(map(str, check.lawyers_duties)), LAWYERS_SAYS)
    if check.missing:
        yield _heading(MISSING_SAYS.format(role=check.title_role))
        yield from (Line("-", each.says) for each in check.missing)
    yield _heading("Pay")
    yield from (Line("-", line) for line in [pay_sentence(check), *map(market_line, check.market)])


def _facts(check: Check) -> Iterator[Line]:
    named = {
        "title": check.title or "–",
        "margin": margin_line(check),
        "could be": "; ".join(check.other_titles),
    }
    for name, value in named.items():
        if value:
            yield Line(HEADING, f"  {name + ':':<10}{value}")


def _heading(words: str, style: str = "bold") -> Line:
    return Line(HEADING, f"\n{words}", style)


def _duty(duty: CheckedDuty) -> Iterator[Line]:
    """The duty, its deciding words bold; then its definition and, for those who see no bold, the words again."""
    style = ROLE_STYLES.get(duty.role or "", "")
    strong = tuple((each.start - duty.start, each.end - duty.start, f"bold {style}") for each in duty.evidence)
    yield Line(str(duty.number), duty.duty.replace("\n", " "), strong=strong)
    yield Line("", duty_line(duty), style)
    if duty.says:
        yield Line("", duty.says, "italic")
    if duty.evidence:
        yield Line("", f"decided by: {'; '.join(each.words for each in duty.evidence)}", "dim")
    if duty.is_lawyers_own:
        yield Line("!", "a lawyer's own work", "bold red")


def worst_first(checks: Iterable[Check]) -> list[Check]:
    """Sorted by verdict, then by how sure the role is; the order given is kept among equals."""
    return sorted(checks, key=lambda check: (WORST_FIRST.index(check.title_verdict), -check.role_confidence))


def checks_table(checks: Iterable[Check]) -> Table:
    """One row an ad."""
    table = Table("title", "verdict", "duties describe")
    for name in ("probability", "duties"):
        table.add_column(name, justify="right")
    table.add_column("could be")
    table.add_column("ad", overflow="fold")
    for check in checks:
        table.add_row(*_cells(check))
    return table


def _cells(check: Check) -> list[Text]:
    flag = f" (! {len(check.lawyers_duties)} a lawyer's)" if check.lawyers_duties else ""
    return [
        Text(check.title or "–"),
        Text(VERDICT_WORDS[check.title_verdict], style=VERDICT_STYLES[check.title_verdict]),
        Text(check.role, style=ROLE_STYLES.get(check.role, "")),
        Text(f"{check.role_confidence:.2f}" if check.role != NO_ROLE else "–"),
        Text(f"{check.n_matched_duties}/{check.n_duties}{flag}"),
        Text(check.suggested_title or "; ".join(check.other_titles[:1])),
        Text(check.posting_id),
    ]
