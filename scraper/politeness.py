"""How hosts are treated, as data: ``scraper/data/politeness.toml``, or the file that ``ROLECALL_POLITENESS`` names."""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scraper.errors import UserError

FILE = "ROLECALL_POLITENESS"


class PolitenessError(UserError):
    """The file cannot be used; the message says where and what to do."""


class Manners(BaseModel):
    """How one host is treated; the file says what each value means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delay_s: float = Field(ge=0, le=3600)
    longest_crawl_delay_s: float = Field(ge=0)
    requests_a_day: int = Field(ge=1)
    failures_in_a_row: int = Field(ge=1)
    cool_down_s: float = Field(gt=0)


class Refused(BaseModel):
    """How often and when a refused request is repeated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    times: int = Field(ge=0, le=10)
    first_wait_s: float = Field(ge=0)
    longest_wait_s: float = Field(ge=0)


class Politeness(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every_host: Manners
    refused: Refused
    host: dict[str, dict[str, float]] = {}
    """Host -> what it has of its own."""

    def of(self, host: str) -> Manners:
        """How this host, with its port if it has one, is treated."""
        return Manners.model_validate({**self.every_host.model_dump(), **self.host.get(host, {})})


def politeness() -> Politeness:
    """What the file says; raises PolitenessError naming the entry."""
    return _read(os.environ.get(FILE, ""))


@lru_cache(maxsize=4)
def _read(given: str) -> Politeness:
    path = Path(given) if given else files("scraper.data") / "politeness.toml"
    try:
        read = Politeness.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        for host in read.host:
            read.of(host)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PolitenessError(f"{path}: {where}: {first['msg']} (got {first['input']!r})") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolitenessError(f"{path}: not readable as TOML: {error}; see scraper/data/politeness.toml") from None
    return read
