"""When a source is not well, and what is told of it: real crawls, a real mail server and webhooks, all on loopback."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from conftest import PROJECT, Answer, Asked, Server, rolecall, serving
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from test_crawl import board, greenhouse, write_sources

from health.history import Run
from health.rules import RulesError, load_rules
from health.settings import Notify, NotifyError, load_notify
from health.watch import tell_turns
from pipelines.run_ledger import WATCHED
from rolecall import main
from store import Store, filled_fields, notices, open_store

NOW = datetime(2026, 1, 31, 4, tzinfo=UTC)
PATHS = {"webhook": "/hook/s3cret-of-webhook", "slack": "/services/s3cret-of-slack"}

#         night 1    6    11   16
NIGHTS = "ooo44e44oohheonnnnoonnop"
"""What the board does at night: as in test_lifecycle; ``n`` an error of the server."""

TURNS = {4: "gone", 9: None, 11: "changed-format", 14: None, 17: "network", 19: None}
"""Night -> failure class of the message that it brings, None for "ok again". Nights 6 and 13 show no ad: that is
suspect, and still not ok. Two nights of server errors, or one with an odd record, tell nothing."""

CRAWL_NIGHTS = """
import asyncio, os, sys
from scrapy.crawler import AsyncCrawlerProcess
from scraper.crawl import project_settings

address, base_url, n_nights = sys.argv[1], sys.argv[2], int(sys.argv[3])
process = AsyncCrawlerProcess(
    project_settings({"ROLECALL_STORE": address, "LOG_LEVEL": "ERROR", "DOWNLOAD_DELAY": 0, "RETRY_ENABLED": False})
)

async def crawl():
    for night in range(1, n_nights + 1):
        crawler = process.create_crawler("greenhouse")
        crawler.settings.set("ROLECALL_NOW", f"2026-01-{night:02}T03:00:00+00:00", priority="cmdline")
        await process.crawl(crawler, source="firm", board="firm", base_url=f"{base_url}/night-{night}")
    from twisted.internet import reactor
    reactor.stop()

asyncio.get_event_loop().create_task(crawl())
process.start(stop_after_crawl=False)
"""


class Inbox:
    """Takes every e-mail."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@contextmanager
def mail_server(**options: Any) -> Iterator[tuple[Inbox, int]]:
    """A real SMTP server on loopback, and its port."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:  # the library tries the port that it was given
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


def answer_of(kind: str) -> Answer:
    titles = ("Paralegal", "Law Clerk", "Legal Secretary")
    answers: dict[str, Answer] = {
        "o": (200, {}, greenhouse(*titles).encode()),
        "e": (200, {}, greenhouse().encode()),
        "p": (200, {}, json.dumps({"jobs": [*json.loads(greenhouse(*titles))["jobs"], {"id": "odd"}]}).encode()),
        "4": (404, {}, b"no"),
        "h": (200, {"Content-Type": "text/html"}, b"<html>Down for maintenance</html>"),
        "n": (503, {}, b"down"),
    }
    return answers[kind]


class Told:
    """What came in on each channel."""

    def __init__(self, webhook: list[dict[str, Any]], slack: list[dict[str, Any]], folder: Path, inbox: Inbox) -> None:
        lines = (folder / "told.jsonl").read_text(encoding="utf-8").splitlines()
        self.webhook, self.slack, self.inbox = webhook, slack, inbox
        self.file = [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """All nights of one board, crawled in a process that tells on every channel."""
    folder = tmp_path_factory.mktemp("nights")
    received: dict[str, list[dict[str, Any]]] = {name: [] for name in PATHS}
    told = Server()
    for number, kind in enumerate(NIGHTS, 1):

        def board_of_night(_: Asked, kind: str = kind) -> Answer:
            return answer_of(kind)

        told.answering[f"/night-{number}/v1/boards/firm/jobs"] = board_of_night
    for name, path in PATHS.items():

        def receive(asked: Asked, name: str = name) -> Answer:
            assert asked.method == "POST"
            received[name].append(json.loads(asked.body))
            return 200, {}, b"ok"

        told.answering[path] = receive
    with serving(told) as server, mail_server() as (inbox, port):
        environment = {
            "ROLECALL_ALLOW_LOOPBACK": "1",
            **{f"ROLECALL_NOTIFY_{name.upper()}": server.base_url + path for name, path in PATHS.items()},
            "ROLECALL_NOTIFY_FILE": str(folder / "told.jsonl"),
            "ROLECALL_NOTIFY_EMAIL_TO": "night@example.org, day@example.org",
            "ROLECALL_NOTIFY_EMAIL_FROM": "Rolecall <rolecall@example.org>",
            "ROLECALL_NOTIFY_SMTP": f"127.0.0.1:{port}",
            "ROLECALL_NOTIFY_SMTP_SECURITY": "none",
        }
        command = [sys.executable, "-c", CRAWL_NIGHTS, str(folder / "s.db"), server.base_url, str(len(NIGHTS))]
        done = subprocess.run(command, cwd=PROJECT, env={**os.environ, **environment}, capture_output=True, check=True)
        assert done.stderr == b""
    return Told(received["webhook"], received["slack"], folder, inbox)


def turns_of(messages: list[dict[str, Any]]) -> dict[int, str | None]:
    """Night -> outcome of the source that failed, or None where it recovered; each message tells of one source."""
    found = {}
    for message in messages:
        (turn,) = message["failed"] + message["recovered"]
        assert turn["source"] == "firm"
        found[int(turn["since"][8:10])] = turn["outcome"] if message["failed"] else None
    assert len(found) == len(messages)
    return found


@pytest.mark.parametrize("channel", ["webhook", "file"])
def test_one_message_at_the_turn_and_one_at_recovery(nights: Told, channel: str) -> None:
    assert turns_of(getattr(nights, channel)) == TURNS


def test_the_message_says_why_since_when_and_what_to_do(nights: Told) -> None:
    failed, recovered = nights.webhook[:2]
    assert failed["subject"] == "Rolecall: 1 source not ok"
    (line,) = [line for line in failed["text"].splitlines() if line.startswith("- firm")]
    assert "gone: http://127.0.0.1:" in line
    assert "HTTP status 404" in line
    assert "the board has moved or closed" in line
    assert recovered["subject"] == "Rolecall: 1 source ok again"
    assert "- firm: ok, 3 ads; not ok since 2026-01-04T03:00:00" in recovered["text"]


def test_e_mails_come_at_every_turn_and_at_no_other_time(nights: Told) -> None:
    subjects = [message["Subject"] for message in nights.inbox.messages]
    words = {True: "Rolecall: 1 source ok again", False: "Rolecall: 1 source not ok"}
    assert subjects == [words[kind is None] for kind in TURNS.values()]
    first = nights.inbox.messages[0]
    assert (first["To"], first["From"]) == ("night@example.org, day@example.org", "Rolecall <rolecall@example.org>")
    assert first["Date"].datetime == datetime(2026, 1, 4, 3, tzinfo=UTC)
    assert first.get_content().replace("\r\n", "\n").strip() == nights.webhook[0]["text"]


def test_slack_gets_text_alone(nights: Told) -> None:
    assert [list(message) for message in nights.slack] == [["text"]] * len(TURNS)
    assert nights.slack[0]["text"].startswith("Rolecall: 1 source not ok\n")


# The rules, over stores of a few runs.


def save_runs(opened: Store, *runs: Run, source: str = "firm") -> None:
    """Runs of a source, the oldest first."""
    for run in runs:
        row = {"run_id": run.started_at, "source": source, "platform": "greenhouse", "finished_at": run.started_at}
        counts = {name: getattr(run, name) for name in ("started_at", "outcome", "detail", "n_found", "n_kept")}
        opened.save_run({**row, **counts, "n_errors": 0}, {})
        with opened.writing() as connection:
            for name, n in run.filled.items():
                key = {"run_id": run.started_at, "source": source, "field": name}
                connection.execute(filled_fields.insert(), {**key, "n": n})


def runs(*told: tuple[str, int, int, int]) -> list[Run]:
    """Runs of (outcome, ads, legal ads, legal ads with pay), a day apart."""
    return [
        Run(
            started_at=(NOW - timedelta(days=len(told) - number)).isoformat(),
            outcome=outcome,
            detail=None if outcome == "ok" else f"{outcome}: because",
            n_found=n_found,
            n_kept=n_kept,
            filled={"title": n_kept, "text": n_kept, "salary_text": n_paid},
        )
        for number, (outcome, n_found, n_kept, n_paid) in enumerate(told)
    ]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "rolecall.db"))
    yield store
    store.close()


def tell(opened: Store, folder: Path, *names: str, **fields: Any) -> list[dict[str, Any]]:
    """The messages so far, after the rules have been put to the sources."""
    path = folder / "told.jsonl"
    assert tell_turns(opened, list(names or ("firm",)), Notify(file=path, **fields), NOW) == []
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


USUAL = [("ok", 100, 20, 16)] * 3
REASONS: list[tuple[str, list[tuple[str, int, int, int]], list[str]]] = [
    ("as usual", [*USUAL, ("ok", 90, 18, 14)], []),
    ("a first run", [("ok", 3, 3, 3)], []),
    ("a failed first run", [("blocked", 0, 0, 0)], ["blocked: because"]),
    ("few ads", [*USUAL, ("ok", 39, 20, 16)], ["39 ads, usual are 100"]),
    ("few legal ads", [*USUAL, ("ok", 100, 7, 6)], ["7 legal ads, usual are 20"]),
    ("no ads", [*USUAL, ("empty", 0, 0, 0)], ["0 ads, usual are 100"]),
    ("many ads", [*USUAL, ("ok", 401, 20, 16)], ["401 ads, usual are 100"]),
    ("few ads where two runs say what is usual", [*USUAL[1:], ("ok", 39, 20, 16)], []),
    ("a small board", [*[("ok", 9, 9, 8)] * 3, ("ok", 1, 1, 1)], []),
    (
        "pay gone",
        [*USUAL, ("ok", 100, 20, 9)],
        ["salary_text filled in 45% of the legal ads, at least 50% are expected"],
    ),
    ("some pay gone", [*USUAL, ("ok", 100, 20, 10)], []),
    ("one night of server errors", [*USUAL, ("network", 0, 0, 0)], []),
    ("three nights of failures", [*USUAL, *[("network", 0, 0, 0)] * 3], ["network: because"]),
    ("a class that nobody foresaw", [*USUAL, ("on fire", 0, 0, 0)], ["on fire: because"]),
]


@pytest.mark.parametrize(("told", "reasons"), [case[1:] for case in REASONS], ids=[case[0] for case in REASONS])
def test_the_rules(opened: Store, tmp_path: Path, told: list[tuple[str, int, int, int]], reasons: list[str]) -> None:
    save_runs(opened, *runs(*told))
    assert [turn["reasons"] for message in tell(opened, tmp_path) for turn in message["failed"]] == (
        [reasons] if reasons else []
    )


def test_ads_without_text_are_told_of_a_new_source_too(opened: Store, tmp_path: Path) -> None:
    (run,) = runs(("ok", 10, 10, 0))
    save_runs(opened, Run(**{**vars(run), "filled": {"title": 10, "text": 5}}))
    (message,) = tell(opened, tmp_path)
    assert message["failed"][0]["reasons"] == ["text filled in 50% of the legal ads, at least 60% are expected"]


def test_a_failure_that_is_not_told_yet_is_no_recovery(opened: Store, tmp_path: Path) -> None:
    told = runs(*USUAL, ("ok", 39, 20, 16), ("network", 0, 0, 0), ("ok", 100, 20, 16))
    save_runs(opened, *told[:4])
    assert len(tell(opened, tmp_path)) == 1
    save_runs(opened, told[4])
    assert len(tell(opened, tmp_path)) == 1
    save_runs(opened, told[5])
    assert [len(message["recovered"]) for message in tell(opened, tmp_path)] == [0, 1]


def test_all_that_turned_in_a_run_is_one_message(opened: Store, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        save_runs(opened, *runs(("ok", 1, 1, 1), ("gone" if name < "c" else "ok", 0, 0, 0)), source=name)
    (message,) = tell(opened, tmp_path, "a", "b", "c", "never-crawled")
    assert [turn["source"] for turn in message["failed"]] == ["a", "b"]
    assert message["subject"] == "Rolecall: 2 sources not ok"


def test_own_rules(opened: Store, tmp_path: Path) -> None:
    shipped = (PROJECT / "health" / "data" / "rules.toml").read_text(encoding="utf-8")
    (tmp_path / "rules.toml").write_text(shipped.replace("gone = 1\n", "gone = 0\n"))
    save_runs(opened, *runs(*[("gone", 0, 0, 0)] * 5))
    assert tell(opened, tmp_path, rules=tmp_path / "rules.toml") == []
    assert len(tell(opened, tmp_path)) == 1


def test_a_boards_own_words_do_no_harm(opened: Store, server: Server) -> None:
    received: list[str] = []

    def receive(asked: Asked) -> Answer:
        received.append(json.loads(asked.body)["text"])
        return 200, {}, b"ok"

    server.answering["/slack"] = receive
    (run,) = runs(("gone", 0, 0, 0))
    said = "gone: <!channel> & \x1b[2J\r\nBcc: all@example.org\u202e" + "x" * 1000
    save_runs(opened, Run(**{**vars(run), "detail": said}))
    assert tell_turns(opened, ["firm"], Notify(slack=f"{server.base_url}/slack"), NOW) == []
    (text,) = received
    assert "&lt;!channel&gt; &amp; [2J Bcc: all@example.org xxx" in text
    assert len(text) < 700


# Channels that do not take a message.


def test_what_could_not_be_told_is_told_after_the_next_run_on_that_channel_alone(
    opened: Store, tmp_path: Path, server: Server
) -> None:
    path = PATHS["webhook"]
    save_runs(opened, *runs(("gone", 0, 0, 0)))
    notify = Notify(file=tmp_path / "told.jsonl", webhook=server.base_url + path)
    server.answer(path, "no", status=500)
    (problem,) = tell_turns(opened, ["firm"], notify, NOW)
    assert problem == f"webhook at {server.base_url.removeprefix('http://')}: HTTP status 500"
    server.answer(path, "moved", status=302, Location="/elsewhere")
    assert len(tell_turns(opened, ["firm"], notify, NOW)) == 1
    server.answer(path, "ok")
    assert [tell_turns(opened, ["firm"], notify, NOW) for _ in range(2)] == [[], []]
    assert server.asked == [path] * 3
    assert len((tmp_path / "told.jsonl").read_text().splitlines()) == 1
    with opened.engine.connect() as connection:
        assert {row.channel for row in connection.execute(notices.select())} == {"file", "webhook"}


def test_a_receiver_that_is_not_there_is_named_without_its_secret(opened: Store) -> None:
    with serving(Server()) as gone:
        address = f"{gone.base_url}/s3cret"
    save_runs(opened, *runs(("gone", 0, 0, 0)))
    mail = {"email_to": ["a@example.org"], "email_from": "b@example.org", "smtp": address.split("/")[2]}
    problems = tell_turns(opened, ["firm"], Notify(webhook=address, slack=address, **mail), NOW)
    assert [problem.partition(" at ")[0].partition(" through ")[0] for problem in problems] == [
        "webhook",
        "slack",
        "e-mail",
    ]
    assert problems[2].endswith("Connection refused")
    assert not any("s3cret" in problem for problem in problems)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(datetime.now(UTC) - timedelta(days=1))
    made = made.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    of_host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = made.add_extension(of_host, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    path.write_bytes(key.private_bytes(*pem) + signed.public_bytes(serialization.Encoding.PEM))
    return path


def test_e_mail_by_starttls_and_password(opened: Store, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def authenticate(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1] == LoginPassword(b"night", b"watch"), handled=False)

    options = {"tls_context": context, "require_starttls": True, "authenticator": authenticate, "auth_required": True}
    save_runs(opened, *runs(("gone", 0, 0, 0)))
    with mail_server(**options) as (inbox, port):
        mail = {"email_to": ["a@example.org"], "email_from": "b@example.org", "smtp": f"127.0.0.1:{port}"}
        right = Notify(**mail, smtp_user="night", smtp_password="watch")
        (untrusted,) = tell_turns(opened, ["firm"], right, NOW)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        (wrong,) = tell_turns(opened, ["firm"], right.model_copy(update={"smtp_password": "guess"}), NOW)
        assert tell_turns(opened, ["firm"], right, NOW) == []
    assert "certificate" in untrusted.lower()
    assert wrong == f"e-mail through 127.0.0.1:{port}: SMTPAuthenticationError: 535"
    assert len(inbox.messages) == 1


# Settings.


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("webhook = 'https://example.org/key'", "webhook: is a secret; put it into ROLECALL_NOTIFY_WEBHOOK instead"),
        ("smtp_password = 'x'", "smtp_password: is a secret"),
        ("fiel = 'told.jsonl'", "fiel: Extra inputs are not permitted"),
        ("email_to = ['a@example.org']", "email_from: say whom the e-mail comes from"),
        ("smtp = 'mail'", "smtp: String should match pattern"),
        ("smtp_security = 'some'", "smtp_security: Input should be 'none', 'starttls' or 'tls'"),
    ],
)
def test_a_mistake_in_the_table_is_named(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "sources.toml").write_text(f"[notify]\n{table}\n")
    with pytest.raises(NotifyError) as caught:
        load_notify(tmp_path / "sources.toml")
    assert f"{tmp_path / 'sources.toml'}: [notify]: " in str(caught.value)
    assert message in str(caught.value)


def test_secrets_come_from_the_environment_and_show_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_NOTIFY_SLACK", "hooks.example.org/s3cret")
    with pytest.raises(NotifyError, match="slack: String should match") as caught:
        load_notify()
    assert "s3cret" not in str(caught.value)


def test_a_password_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_NOTIFY_SMTP_USER", "night")
    monkeypatch.setenv("ROLECALL_NOTIFY_SMTP_SECURITY", "none")
    with pytest.raises(NotifyError, match="would send the password in the clear"):
        load_notify()


def test_own_rules_are_beside_the_sources_and_checked(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[notify]\nfile = "told.jsonl"\nrules = "rules.toml"\n')
    shipped = (PROJECT / "health" / "data" / "rules.toml").read_text(encoding="utf-8")
    (tmp_path / "rules.toml").write_text(shipped.replace("min_share = 0.4", "min_share = 4"))
    with pytest.raises(RulesError, match=r"rules\.toml: counts\.min_share: .*less than or equal to 1 \(got 4\)"):
        load_notify(tmp_path / "sources.toml")


def test_without_a_channel_nothing_is_looked_at(opened: Store) -> None:
    save_runs(opened, *runs(("gone", 0, 0, 0)))
    assert tell_turns(opened, ["firm"], load_notify(), NOW) == []
    with opened.engine.connect() as connection:
        assert connection.execute(notices.select()).all() == []


def test_a_channel_without_spidermon_is_told_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLECALL_NOTIFY_FILE", "told.jsonl")
    monkeypatch.setattr("health.settings.find_spec", lambda name: None)
    with pytest.raises(NotifyError, match=r"pip install 'rolecall\[notify\]', or name no channel"):
        load_notify()


def test_what_is_pruned_of_runs_is_pruned_of_their_fields(opened: Store) -> None:
    told = runs(*[("ok", 10, 10, 5)] * 4)
    save_runs(opened, *told)
    assert opened.prune(told[2].started_at) == (0, 2)
    with opened.engine.connect() as connection:
        kept = {row.run_id for row in connection.execute(filled_fields.select())}
    assert kept == {run.started_at for run in told[2:]}


def test_the_shipped_rules_know_every_failure_class() -> None:
    named = "empty gone blocked throttled changed-format network suspect partial key-missing unknown"
    assert set(load_rules().failures) == set(named.split())


# The command.


def test_a_crawl_tells_of_all_its_sources_together(tmp_path: Path, server: Server) -> None:
    server.answer(board("firm"), greenhouse("Paralegal"))
    server.answer(PATHS["webhook"], "no", status=500)
    sources = write_sources(tmp_path, server, "gone", "firm", "lost", extra='\n[notify]\nfile = "told.jsonl"\n')
    command = ("crawl", "--sources", sources, "--store", tmp_path / "s.db", "--out", tmp_path / "out")
    done = rolecall(*command, cwd=tmp_path, ROLECALL_NOTIFY_WEBHOOK=server.base_url + PATHS["webhook"])
    assert done.returncode == 1
    port = server.base_url.removeprefix("http://")
    assert f"error: not told that sources have turned: webhook at {port}: HTTP status 500; it is tried" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    (line,) = (tmp_path / "told.jsonl").read_text().splitlines()
    assert [turn["source"] for turn in json.loads(line)["failed"]] == ["gone", "lost"]
    assert server.asked.count(PATHS["webhook"]) == 1
    opened = open_store(str(tmp_path / "s.db"))
    with opened.engine.connect() as connection:
        counted = [row for row in connection.execute(filled_fields.select()).mappings() if row["source"] == "firm"]
    opened.close()
    silent = ("url", "posted_on", "salary_text")
    assert {row["field"]: row["n"] for row in counted} == {name: int(name not in silent) for name in WATCHED}


def test_a_test_message_on_every_channel(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["sources", "notify", "--store", "s.db"]
    Path("sources.toml").write_text("")
    assert main(command) == 2
    assert capsys.readouterr().err.startswith("error: sources.toml: no channel under [notify]")
    Path("sources.toml").write_text('[notify]\nfile = "told.jsonl"\n')
    monkeypatch.setenv("ROLECALL_NOTIFY_SLACK", f"{server.base_url}/nowhere")
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "error: not told: slack at 127.0.0.1:" in said
    assert "sent on 1 of 2: file, slack" in said
    (line,) = Path("told.jsonl").read_text().splitlines()
    assert json.loads(line)["subject"] == "Rolecall: a test, no source has turned"


def test_sources_check_names_a_mistake_under_notify(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = write_sources(tmp_path, server, "firm", extra="\n[notify]\nfiel = 'x'\n")
    assert main(["sources", "check", "--offline", "--sources", str(sources)]) == 2
    assert "[notify]: fiel: Extra inputs are not permitted" in capsys.readouterr().err
