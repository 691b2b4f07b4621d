"""Which sources have turned since it was last told on a channel: from well to not well, or back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from health.history import History
from scraper.probe import ADVICE
from store import Store, notices

WELL, FAILED = "ok", "failed"
"""States of a source; one of which nothing was told yet counts as well."""

MAX_CHARS = 300
"""Of a reason: it may hold a board's own words."""


@dataclass(frozen=True)
class Turn:
    """A source whose state is not the one that was last told."""

    source: str
    state: str
    outcome: str
    """Outcome of its last run."""

    reasons: list[str]
    """What makes it not well."""

    since: str
    """Start of the run that turned it, ISO 8601."""

    failed_since: str | None
    """For a source that is well again: since when it was told not to be."""

    n_ads: int
    """Ads that its board shows."""

    def line(self) -> str:
        """The turn in words."""
        if self.state == WELL:
            return f"{self.source}: {self.outcome}, {self.n_ads} ads; not ok since {self.failed_since}"
        advice = ADVICE.get(self.outcome)
        return f"{self.source}: {'; '.join(self.reasons)}" + (f" ({advice})" if advice else "")


@dataclass(frozen=True)
class Notice:
    """What is told on a channel: all that turned in a run, in one message."""

    store: str
    turns: list[Turn]

    @property
    def failed(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.state == FAILED]

    @property
    def recovered(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.state == WELL]

    @property
    def subject(self) -> str:
        """One line without a board's own words."""
        parts = ((self.failed, "not ok"), (self.recovered, "ok again"))
        told = ", ".join(f"{_count(turns)} {words}" for turns, words in parts if turns)
        return f"Rolecall: {told or 'a test, no source has turned'}"

    @property
    def text(self) -> str:
        """The whole message in words."""
        parts = (("Not ok any more:", self.failed), ("Ok again:", self.recovered))
        blocks = ["\n".join([head, *(f"- {turn.line()}" for turn in turns)]) for head, turns in parts if turns]
        return "\n\n".join([*blocks, f"Store: {self.store}. The next message comes when a source turns."])

    def as_json(self) -> dict[str, Any]:
        """The message for programs."""
        told = {"failed": self.failed, "recovered": self.recovered}
        turns = {name: [asdict(turn) for turn in turns] for name, turns in told.items()}
        return {"subject": self.subject, "store": self.store, **turns, "text": self.text}


def turns_of(
    store: Store, channel: str, verdicts: Mapping[str, list[str]], histories: Mapping[str, History]
) -> list[Turn]:
    """Sources whose state is not the one last told on the channel.

    verdicts: source -> what makes it not well, empty for a source that is well; sources of which nothing can be said
    are not in it.
    """
    with store.engine.connect() as connection:
        rows = connection.execute(select(notices).where(notices.c.channel == channel)).mappings()
        told = {row["source"]: (row["state"], row["since"]) for row in rows}
    turns = []
    for name, reasons in verdicts.items():
        state = FAILED if reasons else WELL
        was, since = told.get(name, (WELL, None))
        if state != was:
            last = histories[name].last
            shown = [_tidy(reason) for reason in reasons]
            turns.append(Turn(name, state, last.outcome, shown, last.started_at, since, last.n_found))
    return turns


def record(store: Store, channel: str, turns: Iterable[Turn], told_at: str) -> None:
    """Keep in the store that the turns were told on the channel at an instant (ISO 8601)."""
    with store.writing() as connection:
        for turn in turns:
            is_it = (notices.c.source == turn.source) & (notices.c.channel == channel)
            connection.execute(delete(notices).where(is_it))
            row = {"source": turn.source, "channel": channel, "state": turn.state, "since": turn.since}
            connection.execute(insert(notices), {**row, "told_at": told_at})


def _count(turns: list[Turn]) -> str:
    return f"{len(turns)} source{'' if len(turns) == 1 else 's'}"


def _tidy(words: str) -> str:
    """On one line, without control characters, cut."""
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", words).strip()
    return line if len(line) <= MAX_CHARS else f"{line[:MAX_CHARS]}..."
