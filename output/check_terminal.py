"""A check in the terminal: coloured by role there, plain in a pipe; many checks as a table, the worst first."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from textwrap import fill

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

Line = tuple[str | None, Text]
"""(mark or number before the words, the words)."""


def show_check(check: Check) -> None:
    """Print one check in full to stdout."""
    if not sys.stdout.isatty():
        sys.stdout.write(plain_text(check))
        return
    console = Console()
    for mark, words in check_lines(check):
        console.print(words if mark is HEADING else _hanging(mark, words))


def show_checks(checks: Iterable[Check]) -> None:
    """Print a table of checks to stdout."""
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH, color_system=None)
    console.print(checks_table(checks))


def plain_text(check: Check) -> str:
    """The check as it stands in a pipe."""
    return "".join(f"{_plain(mark, words)}\n" for mark, words in check_lines(check))


def _plain(mark: str | None, words: Text) -> str:
    if mark is HEADING:
        return words.plain
    return fill(
        words.plain,
        PIPE_WIDTH,
        initial_indent=f"{mark:>{INDENT - 1}} ",
        subsequent_indent=" " * INDENT,
        break_on_hyphens=False,
    )


def _hanging(mark: str, words: Text) -> Padding:
    """The words behind their mark; further lines below the first one's words."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(justify="right", width=INDENT - 1, no_wrap=True)
    table.add_column()
    table.add_row(mark, words)
    return Padding(table, 0)


def check_lines(check: Check) -> Iterator[Line]:
    """The lines of the report, from the verdict to the pay."""
    yield HEADING, Text(check.sentence, style=VERDICT_STYLES[check.title_verdict])
    yield from _facts(check)
    if check.duties:
        yield _heading(f"Duties: {check.n_duties} found, {check.n_matched_duties} of them belong to one of the roles")
    for duty in check.duties:
        yield from _duty(duty)
    if check.lawyers_duties:
        yield _heading("For a lawyer only?", "bold red")
        yield ", ".join(map(str, check.lawyers_duties)), Text(LAWYERS_SAYS)
    if check.missing:
        yield _heading(MISSING_SAYS.format(role=check.title_role))
        yield from (("-", Text(each.says)) for each in check.missing)
    yield _heading("Pay")
    yield from (("-", Text(line)) for line in [pay_sentence(check), *map(market_line, check.market)])


def _facts(check: Check) -> Iterator[Line]:
    named = {
        "title": check.title or "–",
        "margin": margin_line(check),
        "could be": "; ".join(check.other_titles),
    }
    for name, value in named.items():
        if value:
            yield HEADING, Text(f"  {name + ':':<10}{value}")


def _heading(words: str, style: str = "bold") -> Line:
    return HEADING, Text(f"\n{words}", style=style)


def _duty(duty: CheckedDuty) -> Iterator[Line]:
    """The duty, its deciding words bold; then its definition and, for those who see no bold, the words again."""
    style = ROLE_STYLES.get(duty.role or "", "")
    words = Text(duty.duty.replace("\n", " "))
    for each in duty.evidence:
        words.stylize(f"bold {style}", each.start - duty.start, each.end - duty.start)
    yield str(duty.number), words
    yield "", Text(duty_line(duty), style=style)
    if duty.says:
        yield "", Text(duty.says, style="italic")
    if duty.evidence:
        yield "", Text(f"decided by: {'; '.join(each.words for each in duty.evidence)}", style="dim")
    if duty.is_lawyers_own:
        yield "!", Text("a lawyer's own work", style="bold red")


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
