"""The channels, each a spidermon action: a file, a webhook, Slack, e-mail.

spidermon's own actions for e-mail and Slack are not used: they want an outdated module of Scrapy, an HTML mailer and a
bot's token, and know no turns.
"""

from __future__ import annotations

import json
import logging
import os
import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import urllib3
from spidermon import Action, SkipAction

from health.settings import Notify
from health.turns import Notice, record, turns_of
from store import Store, StoreError

logging.getLogger("urllib3").setLevel(logging.INFO)
"""It logs every address at the level DEBUG, and a webhook's address is a secret."""

TIMEOUT_S = 20.0
"""For a mail server or a webhook to take the message."""


class TellTurns(Action):  # type: ignore[misc]  # spidermon is shipped without types
    """Tells on one channel which sources have turned, and keeps in the store that it was told.

    What could not be told is told after the next run.
    """

    channel: ClassVar[str]

    def __init__(self, store: Store, notify: Notify, now: datetime) -> None:
        super().__init__()
        self.store = store
        self.notify = notify
        self.now = now
        self.problem: str | None = None
        """Why it could not be told, without addresses that are secrets."""

    def run_action(self) -> None:
        verdicts = verdicts_of(self.result)
        turns = turns_of(self.store, self.channel, verdicts, self.data.histories)
        if not turns:
            raise SkipAction("no source has turned")
        self.tell(Notice(self.store.name, turns))

    def tell(self, notice: Notice) -> None:
        """Hand the message over and keep that it was told, or keep the problem."""
        try:
            self.deliver(notice)
            record(self.store, self.channel, notice.turns, self.now.isoformat(timespec="seconds"))
        except (OSError, smtplib.SMTPException, urllib3.exceptions.HTTPError, DeliveryError, StoreError) as error:
            self.problem = f"{self.receiver}: {_words_of(error)}"

    @property
    def receiver(self) -> str:
        """Who takes the message, as it may be shown."""
        raise NotImplementedError

    def deliver(self, notice: Notice) -> None:
        """Hand the message over; raises OSError, a library's own error or DeliveryError where it is not taken."""
        raise NotImplementedError


class DeliveryError(Exception):
    """A receiver has refused a message."""


class TellFile(TellTurns):
    """A JSON line in a file."""

    channel = "file"

    @property
    def receiver(self) -> str:
        return str(self.notify.file)

    def deliver(self, notice: Notice) -> None:
        path = self.notify.file or Path(os.devnull)
        path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"told_at": self.now.isoformat(timespec="seconds"), **notice.as_json()}, ensure_ascii=False)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


class TellWebhook(TellTurns):
    """A JSON object by POST."""

    channel = "webhook"

    @property
    def receiver(self) -> str:
        return f"{self.channel} at {urlsplit(self.address).netloc.rpartition('@')[2]}"

    @property
    def address(self) -> str:
        return self.notify.webhook or ""

    def body(self, notice: Notice) -> Mapping[str, Any]:
        return notice.as_json()

    def deliver(self, notice: Notice) -> None:
        options: dict[str, Any] = {"timeout": TIMEOUT_S, "retries": False, "redirect": False}
        answer = urllib3.request("POST", self.address, json=self.body(notice), **options)
        if answer.status >= 300:
            raise DeliveryError(f"HTTP status {answer.status}")


class TellSlack(TellWebhook):
    """A message to an incoming webhook of Slack."""

    channel = "slack"

    @property
    def address(self) -> str:
        return self.notify.slack or ""

    def body(self, notice: Notice) -> Mapping[str, Any]:
        """Slack takes ``<...>`` for a link or a call to everybody, and a board's words may hold one."""
        text = f"{notice.subject}\n{notice.text}"
        return {"text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}


class TellEmail(TellTurns):
    """A plain e-mail."""

    channel = "email"

    @property
    def receiver(self) -> str:
        return f"e-mail through {self.notify.smtp}"

    def deliver(self, notice: Notice) -> None:
        host, _, port = self.notify.smtp.rpartition(":")
        context = ssl.create_default_context()
        is_tls = self.notify.smtp_security == "tls"
        made = smtplib.SMTP_SSL(host, int(port), timeout=TIMEOUT_S, context=context) if is_tls else None
        with made or smtplib.SMTP(host, int(port), timeout=TIMEOUT_S) as server:
            if self.notify.smtp_security == "starttls":
                server.starttls(context=context)
            if self.notify.smtp_user:
                server.login(self.notify.smtp_user, self.notify.smtp_password or "")
            server.send_message(self.message(notice))

    def message(self, notice: Notice) -> EmailMessage:
        sender = self.notify.email_from or ""
        message = EmailMessage()
        message["Subject"] = notice.subject
        message["From"] = sender
        message["To"] = ", ".join(self.notify.email_to)
        message["Date"] = format_datetime(self.now)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip(">") or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        return message


def actions_of(store: Store, notify: Notify, now: datetime) -> list[TellTurns]:
    """The channels that are used."""
    known: tuple[type[TellTurns], ...] = (TellFile, TellWebhook, TellSlack, TellEmail)
    return [action(store, notify, now) for action in known if action.channel in notify.channels]


def verdicts_of(result: Any) -> dict[str, list[str]]:
    """Source -> why it is not well, empty where it is well; without those of which nothing can be said.

    result: spidermon's result of the monitors. A failed rule decides; without one, a skipped rule leaves it open.
    """
    verdicts: dict[str, list[str]] = {}
    open_sources = set()
    for each in result.monitor_results:
        reasons = verdicts.setdefault(each.monitor.monitor_name, [])
        if each in result.monitors_failed_results:
            reasons.append(each.reason or each.error.splitlines()[-1])
        elif each.status == "SKIPPED":
            open_sources.add(each.monitor.monitor_name)
    return {name: reasons for name, reasons in verdicts.items() if reasons or name not in open_sources}


def _words_of(error: Exception) -> str:
    """What went wrong, without an address: libraries name it in full."""
    if isinstance(error, DeliveryError | StoreError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {error.smtp_code}"
    return type(error).__name__
