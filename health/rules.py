"""The thresholds of ``data/rules.toml``, or of a scheduler's own copy of it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scraper.errors import UserError

SHIPPED = Path(__file__).parent / "data" / "rules.toml"

UNKNOWN = "unknown"
"""Stands in ``failures`` for every class that it does not name."""


class RulesError(UserError):
    """The file of rules cannot be used; the message says where and what to do."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Counts(_Table):
    """How far the number of ads may be from what is usual."""

    n_runs: int = Field(ge=1)
    min_runs: int = Field(ge=1)
    min_usual: float = Field(ge=1)
    min_share: float = Field(ge=0, le=1)
    max_share: float = Field(gt=1)


class Coverage(_Table):
    """How many of the ads say something in a field: shares in [0, 1]."""

    min_ads: int = Field(ge=1)
    max_drop: float = Field(gt=0, le=1)
    least: dict[str, float]


class Rules(_Table):
    """When a source is not well."""

    failures: dict[str, int]
    """Failure class -> failed runs in a row from which on the source is not well; 0: never."""

    counts: Counts
    coverage: Coverage

    def n_failures(self, outcome: str) -> int:
        """Failed runs in a row from which on a source whose last run ended so is not well; 0: never."""
        return 0 if outcome == "ok" else self.failures.get(outcome, self.failures[UNKNOWN])


def load_rules(path: Path | None = None) -> Rules:
    """Read the shipped rules or a copy of them; raises RulesError naming table and key."""
    path = path or SHIPPED
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = Rules.model_validate(tables)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulesError(f"{path}: not readable as TOML: {error}; start from a copy of {SHIPPED}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RulesError(f"{path}: {where}: {first['msg']} (got {first['input']!r})") from None
    if UNKNOWN not in rules.failures:
        raise RulesError(f"{path}: failures: no {UNKNOWN!r}; say how classes are taken that it does not name")
    return rules
