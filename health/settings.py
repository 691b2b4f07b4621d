"""Where it is told that a source turned: the table ``[notify]`` of sources.toml, and the environment."""

from __future__ import annotations

import os
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from health.rules import load_rules
from scraper.errors import UserError

SECRETS = ("webhook", "slack", "smtp_user", "smtp_password")
"""Fields that stand in the environment alone."""

PREFIX = "ROLECALL_NOTIFY_"


class NotifyError(UserError):
    """The channels cannot be used as given; the message says where and what to do."""


class Notify(BaseModel):
    """Channels and rules: each field as a key of ``[notify]``, or as ``ROLECALL_NOTIFY_<FIELD>`` in the environment.

    The environment comes first. A channel is used when it is named; without any, no rule is looked at.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    file: Path | None = None
    """JSON lines file that a line is added to at every turn."""

    webhook: str | None = Field(default=None, pattern=r"^https?://[^\s/]+")
    """Address that a JSON object is sent to. A secret, as the next three."""

    slack: str | None = Field(default=None, pattern=r"^https?://[^\s/]+")
    """Address of an incoming webhook of Slack, or of a service that takes the same."""

    smtp_user: str | None = None
    smtp_password: str | None = None

    email_to: tuple[str, ...] = ()
    """Receivers; separated by commas in the environment."""

    email_from: str | None = None
    smtp: str = Field(default="localhost:25", pattern=r"^[^\s:]+:\d{1,5}$")
    """Host and port of the mail server."""

    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    """How the connection to the mail server is encrypted."""

    rules: Path | None = None
    """Own copy of ``health/data/rules.toml``."""

    @field_validator("email_to", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [each.strip() for each in value.split(",")] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits_together(self) -> Notify:
        if self.email_to and not self.email_from:
            raise ValueError("email_from: say whom the e-mail comes from")
        if self.smtp_user and self.smtp_security == "none":
            raise ValueError("smtp_security: 'none' would send the password in the clear; use 'starttls' or 'tls'")
        return self

    @property
    def channels(self) -> list[str]:
        """Names of the channels that are used."""
        used = {"file": self.file, "webhook": self.webhook, "slack": self.slack, "email": self.email_to}
        return [name for name, value in used.items() if value]


def load_notify(path: Path | None = None) -> Notify:
    """Channels of a sources.toml and of the environment; raises NotifyError, or RulesError for own rules.

    A relative ``rules`` is beside the file, a relative ``file`` in the folder that the command runs in.
    """
    table = _table_of(path) if path else {}
    if secret := next((name for name in SECRETS if name in table), None):
        raise NotifyError(f"{path}: [notify]: {secret}: is a secret; put it into {PREFIX}{secret.upper()} instead")
    if path and isinstance(table.get("rules"), str):
        table["rules"] = path.parent / table["rules"]
    given = {name: os.environ.get(f"{PREFIX}{name.upper()}") for name in Notify.model_fields}
    try:
        notify = Notify.model_validate({**table, **{name: value for name, value in given.items() if value}})
    except ValidationError as error:
        raise NotifyError(f"{path or 'environment'}: [notify]: {'; '.join(map(_problem, error.errors()))}") from None
    if notify.channels:
        _require_spidermon()
        load_rules(notify.rules)
    return notify


def _table_of(path: Path) -> dict[str, Any]:
    """The table ``[notify]``; what else is wrong with the file is for ``scraper.sources`` to say."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("notify", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    if not isinstance(table, dict):
        raise NotifyError(f"{path}: notify: should be a table [notify]")
    return dict(table)


def _problem(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    what = error["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what


def _require_spidermon() -> None:
    if find_spec("spidermon") is None:
        raise NotifyError("[notify]: spidermon is not installed; pip install 'rolecall[notify]', or name no channel")
