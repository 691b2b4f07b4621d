"""Every fault of a server, each on a host of its own with a good board beside it, in one crawl over real HTTP."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple

import pytest
from conftest import PROJECT, Answer, Answering, Asked, Server, serving

from store import open_store

TIMEOUT_S = 2.0
MEBIBYTE = 1 << 20
MAX_GROWTH_MEBIBYTES = 150
"""How far a crawl's memory may grow beyond that of one without faults: several bodies are held at once."""
MAX_MEBIBYTES = 300
"""How much memory may be used by a crawl that does not load the taggers, which take most of what a whole one uses."""
NO_TAGGERS = {
    "ITEM_PIPELINES": {"pipelines.store_postings.StorePostingsPipeline": 900},
    "SPIDER_MIDDLEWARES": {},
    "KEEP_LEGAL_ENABLED": False,
}

DUTIES = "<ul><li>Draft motions</li><li>Interview clients</li><li>Organize case files for trial</li></ul>"
TITLES = ("Paralegal", "Legal Secretary", "Law Clerk")
ODD = "Paralegal – Café & Söhne (£30k)"
HTML = {"Content-Type": "text/html; charset=utf-8"}
CRAWL = """
import json, sys
from pathlib import Path
from scraper.crawl import crawl_sources
from scraper.sources import load_sources

print(crawl_sources(load_sources(Path(sys.argv[1])), json.loads(sys.argv[2]), lambda source, event: None))
# The kernel's ru_maxrss would begin with what the process had that this one was forked from.
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def json_answer(data: Any, status: int = 200, **headers: str) -> Answer:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(data).encode()


def greenhouse(*titles: str, content: str = DUTIES) -> Any:
    jobs = [
        {"id": number, "title": title, "location": {"name": "Albany, NY"}, "company_name": "Firm", "content": content}
        for number, title in enumerate(titles, 1)
    ]
    return {"jobs": jobs, "meta": {"total": len(jobs)}}


def lever(numbers: range, title: str = "Paralegal") -> Any:
    return [{"id": f"ad-{number}", "text": f"{title} {number}", "description": DUTIES} for number in numbers]


def head(*headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode()


class Board(NamedTuple):
    """A platform, and the path (without query) that a board of it is first asked for at; ``BOARD`` is its token."""

    platform: str
    path: str


GREENHOUSE, LEVER = Board("greenhouse", "/v1/boards/BOARD/jobs"), Board("lever", "/v0/postings/BOARD")
ASHBY = Board("ashby", "/posting-api/job-board/BOARD")
SMART = Board("smartrecruiters", "/v1/companies/BOARD/postings")
PERSONIO, SITE = Board("personio", "/xml"), Board("jobposting", "/careers")
WORKDAY = Board("workday", "/wday/cxs/BOARD/site/jobs")


@dataclass
class Fault:
    """A board with something wrong, and what the ledger should say of it."""

    board: Board
    outcome: str
    says: str
    first: Answering | Answer = (404, {}, b"not found")
    """What the board's first address answers."""
    more: dict[str, Answering | Answer] = field(default_factory=dict)
    """Path -> answer of its other addresses."""
    titles: list[str] = field(default_factory=list)
    at: str = ""
    """Beginning of the address that the ledger names, where it is not the board's."""
    beside: str = "ok"
    """Outcome of the good board on the same host."""
    n_asked: int | None = None
    """Requests for the board, without robots.txt and the board beside."""


def once_refused(asked: Asked) -> Answer:
    """Refused the first time, answered the second."""
    return json_answer({}, 429, Retry_After="1") if asked.number == 1 else json_answer(greenhouse(*TITLES))


def refused_until(asked: Asked) -> Answer:
    """Refused the first time, for more than one second."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    return json_answer({}, 503, Retry_After=date) if asked.number == 1 else json_answer(greenhouse(*TITLES))


def bomb() -> bytes:
    """A gibibyte of spaces, gzipped twice: a few kilobytes. Every block is the same, so only one is compressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * MEBIBYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    once = b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + block * 1024 + packer.flush() + bytes(8)
    return gzip.compress(once)


def chunked_without_end(size: int) -> Iterator[bytes]:
    """A body in chunks of one mebibyte that stops coming after so many of them, without the last chunk."""
    yield head("Transfer-Encoding: chunked")
    for _ in range(size):
        yield b"%x\r\n%b\r\n" % (MEBIBYTE, b" " * MEBIBYTE)


def dripping() -> Iterator[bytes]:
    yield head("Content-Length: 1000")
    for _ in range(40):
        yield b" "
        sleep(0.25)


def dripping_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for _ in range(40):
        yield b"X"
        sleep(0.25)


def flood_of_headers() -> Iterator[bytes]:
    """A gigabyte of header lines, and no body."""
    yield b"HTTP/1.1 200 OK\r\n"
    lines = b"".join(b"X-%d: %b\r\n" % (number, b"x" * 1000) for number in range(1000))
    for _ in range(1024):
        yield lines


def turning(asked: Asked) -> Answer:
    """Redirects to a second address, from there to a third, and back."""
    start, _, turn = asked.path.partition("&turn=")
    onward = {"": f"{start}&turn=1", "1": f"{start}&turn=2", "2": start}
    return 302, {"Location": onward[turn]}, b""


def turning_on(asked: Asked) -> Answer:
    """Redirects to ever new addresses."""
    return 302, {"Location": f"{asked.path}x"}, b""


def too_late(asked: Asked) -> Answer:
    sleep(TIMEOUT_S * 2)
    return json_answer(greenhouse("Paralegal"))


def lever_pages(n_ads: int) -> Answering:
    def page(asked: Asked) -> Answer:
        skip = int(asked.path.rpartition("skip=")[2].partition("&")[0])
        return json_answer(lever(range(skip, min(skip + 100, n_ads))))

    return page


def details(n_ads: int, detail: Answering) -> dict[str, Any]:
    """A SmartRecruiters list whose details answer so."""
    rows = [{"id": f"ad-{number}", "name": f"Paralegal {number}"} for number in range(n_ads)]
    first = json_answer({"content": rows, "totalFound": n_ads})
    return {"first": first, "more": {f"{SMART.path}/{row['id']}": detail for row in rows}}


def refused_below_28(asked: Asked) -> Answer:
    ref = asked.path.rpartition("/")[2]
    if int(ref.removeprefix("ad-")) < 28:  # the last ones of a list are asked for first
        return json_answer({}, 429, Retry_After="1")
    return json_answer({"id": ref, "jobAd": {"sections": {"jobDescription": {"title": "Duties", "text": DUTIES}}}})


def workday_page(asked: Asked) -> Answer:
    offset = json.loads(asked.body)["offset"]
    rows = [
        {"title": f"Paralegal {number}", "externalPath": f"/job/Albany/Paralegal-{number}_R{number}"}
        for number in range(offset, min(offset + 20, 45))
    ]
    return json_answer({"total": 45, "jobPostings": rows})


def workday_details(n_ads: int) -> dict[str, Answering | Answer]:
    detail = json_answer({"jobPostingInfo": {"jobDescription": DUTIES, "startDate": "2026-03-02"}})
    return {f"/wday/cxs/BOARD/site/job/Albany/Paralegal-{number}_R{number}": detail for number in range(n_ads)}


def with_deep_title(depth: int) -> bytes:
    title = b"[" * depth + b"]" * depth
    return b'{"jobs": [{"id": 1, "title": ' + title + b'}, {"id": 2, "title": "Law Clerk"}]}'


def odd_ads() -> Answer:
    return json_answer({"jobs": [{"id": 1}, None, 7, *greenhouse("Law Clerk")["jobs"]]})


def paralegals(numbers: range) -> list[str]:
    return [f"Paralegal {number}" for number in numbers]


def lol_feed() -> bytes:
    """Entities that would be a gigabyte of text, and one that would be a file of this machine."""
    more = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    dtd = f'<!DOCTYPE x [<!ENTITY e0 "lollollol">{more}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    return positions("</workzag-jobs>").replace(b"?>", b"?>" + dtd.encode(), 1).replace(b"Duties", b"&e8;&file;", 1)


def gzipped_sitemap() -> bytes:
    return gzip.compress(b"<urlset>" + b" " * 64 * MEBIBYTE + b"</urlset>")


def positions(body: str) -> bytes:
    """Personio's XML with one whole position, and what follows it."""
    section = f"<jobDescription><name>Duties</name><value><![CDATA[{DUTIES}]]></value></jobDescription>"
    position = f"<position><id>7</id><name>Paralegal</name><jobDescriptions>{section}</jobDescriptions></position>"
    return f'<?xml version="1.0" encoding="UTF-8"?><workzag-jobs>{position}{body}'.encode()


JOB_PAGE = f"""<html><head><title>Jobs</title><script type="application/ld+json">
{json.dumps({"@type": "JobPosting", "title": ODD, "description": DUTIES}, ensure_ascii=False)}</script></head></html>"""


def odd_board(encoding: str, declared: str) -> Answer:
    text = json.dumps(greenhouse(ODD, content="Café £30k"), ensure_ascii=False)
    return 200, {"Content-Type": f"application/json; charset={declared}"}, text.encode(encoding)


def odd_page(encoding: str, declared: str) -> Answer:
    return 200, {"Content-Type": f"text/html; charset={declared}"}, JOB_PAGE.encode(encoding)


def in_full(body: bytes, **headers: str) -> Answer:
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, body


SLOW = {
    "late": Fault(GREENHOUSE, "network", f"took longer than {TIMEOUT_S} seconds", too_late, n_asked=3),
    "dripping-head": Fault(
        LEVER, "network", f"took longer than {TIMEOUT_S} seconds", lambda _: dripping_head(), n_asked=3
    ),
    "dripping": Fault(GREENHOUSE, "network", f"took longer than {TIMEOUT_S} seconds", lambda _: dripping()),
}
"""These are crawled by themselves, with a short timeout."""

REFUSALS = {
    "gone": Fault(GREENHOUSE, "gone", "HTTP status 404", n_asked=1),
    "gone-410": Fault(ASHBY, "gone", "HTTP status 410", json_answer({}, 410), n_asked=1),
    "forbidden": Fault(ASHBY, "blocked", "HTTP status 403", json_answer({}, 403), n_asked=1),
    "no-login": Fault(LEVER, "blocked", "HTTP status 401", json_answer({}, 401), n_asked=1),
    "forbidden-details": Fault(
        SMART, "partial", "blocked: ", **details(2, lambda _: json_answer({}, 403)), titles=paralegals(range(2))
    ),
    "throttled": Fault(LEVER, "throttled", "429, Retry-After: 1", json_answer({}, 429, Retry_After="1"), n_asked=3),
    "throttled-silently": Fault(LEVER, "throttled", "HTTP status 429", json_answer({}, 429), n_asked=3),
    "throttled-once": Fault(GREENHOUSE, "ok", "", once_refused, titles=[*TITLES]),
    "throttled-till": Fault(GREENHOUSE, "ok", "", refused_until, titles=[*TITLES]),
    "throttled-for-long": Fault(
        SMART,
        "throttled",
        "503, Retry-After: 3600",
        json_answer({}, 503, Retry_After="3600"),
        beside="throttled",
        n_asked=1,
    ),
    "throttled-details": Fault(
        SMART,
        "partial",
        "throttled: ",
        **details(30, refused_below_28),
        titles=paralegals(range(30)),
        n_asked=1 + 2 + 3,
    ),
}
UNFINISHED = {
    "broken": Fault(GREENHOUSE, "network", "HTTP status 500", json_answer({}, 500), n_asked=3),
    "bad-gateway": Fault(PERSONIO, "network", "HTTP status 502", (502, HTML, b"<h1>Bad Gateway</h1>")),
    "mute": Fault(LEVER, "network", "the connection broke", lambda _: []),
    "gibberish": Fault(LEVER, "network", "the connection broke", lambda _: [b"\0\1\2 no HTTP at all\r\n\r\n"]),
    "short": Fault(GREENHOUSE, "network", "broke off", lambda _: [head("Content-Length: 5000"), b'{"jobs": [']),
    "short-chunks": Fault(ASHBY, "network", "broke off before its end", lambda _: chunked_without_end(1)),
    "short-post": Fault(WORKDAY, "network", "broke off", lambda _: [head("Content-Length: 99"), b"{"]),
    "circle": Fault(GREENHOUSE, "network", "in a circle of 1", (302, {"Location": "?content=true"}, b""), n_asked=1),
    "wide-circle": Fault(LEVER, "network", "in a circle of 3", turning, n_asked=3),
    "inward": Fault(
        GREENHOUSE,
        "blocked",
        "169.254.169.254 is not a public address",
        (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""),
        at="http://169.254.169.254",
        n_asked=1,
    ),
    "to-a-file": Fault(
        GREENHOUSE, "network", "HTTP status 302", (302, {"Location": "file:///etc/passwd"}, b""), n_asked=1
    ),
    "spiral": Fault(ASHBY, "network", "max redirections reached", turning_on),
}
TOO_MUCH = {
    "huge": Fault(GREENHOUSE, "network", "larger than download max size", in_full(b" " * 20 * MEBIBYTE)),
    "huge-chunks": Fault(ASHBY, "network", "larger than DOWNLOAD_MAXSIZE", lambda _: chunked_without_end(1024)),
    "huge-promise": Fault(
        GREENHOUSE, "network", "larger than download max size", lambda _: [head(f"Content-Length: {1 << 30}"), b" "]
    ),
    "headers": Fault(GREENHOUSE, "network", "the connection broke", lambda _: flood_of_headers(), n_asked=3),
    "entities": Fault(PERSONIO, "ok", "", in_full(lol_feed()), titles=["Paralegal"]),
    "bomb-of-addresses": Fault(SITE, "changed-format", "not readable", in_full(gzipped_sitemap())),
    "bomb": Fault(GREENHOUSE, "network", "exceeded DOWNLOAD_MAXSIZE", in_full(bomb(), Content_Encoding="gzip, gzip")),
    "bomb-for-xml": Fault(
        PERSONIO, "network", "exceeded DOWNLOAD_MAXSIZE", in_full(bomb(), Content_Encoding="gzip, gzip")
    ),
    "deep": Fault(LEVER, "changed-format", "expected JSON", in_full(b"[" * 200_000 + b"]" * 200_000)),
    "deep-field": Fault(
        GREENHOUSE,
        "partial",
        "ad 1: TypeError: title should be text",
        in_full(with_deep_title(900)),
        titles=["Law Clerk"],
    ),
}
OTHERWISE = {
    "torn": Fault(GREENHOUSE, "changed-format", "no JSON", in_full(b'{"jobs": [{"id": 1, "title": "Para')),
    "torn-xml": Fault(PERSONIO, "partial", "breaks off", in_full(positions("<position>")), titles=["Paralegal"]),
    "page": Fault(ASHBY, "changed-format", "got an HTML page", (200, HTML, b"<html>Back soon</html>")),
    "page-for-xml": Fault(PERSONIO, "changed-format", "got an HTML page", (200, HTML, b"<html>Back soon</html>")),
    "empty-body": Fault(GREENHOUSE, "changed-format", "expected JSON", in_full(b"")),
    "empty-xml": Fault(PERSONIO, "changed-format", "expected XML", in_full(b"")),
    "other-shape": Fault(
        GREENHOUSE, "changed-format", "'jobs' should be a JSON list", json_answer({"jobs": {"1": {}}})
    ),
    "other-keys": Fault(WORKDAY, "changed-format", "no 'jobPostings'", json_answer({"items": []})),
    "an-object": Fault(LEVER, "changed-format", "should be a JSON list", json_answer({"ok": False})),
    "control": Fault(
        GREENHOUSE,
        "ok",
        "",
        json_answer(greenhouse("Para\x00legal\x1b[2J \x07\u202e\x85", "=Law Clerk")),
        titles=["Paralegal[2J", "=Law Clerk"],
    ),
    "odd-ads": Fault(GREENHOUSE, "partial", "ad 1: KeyError: 'title' (and 2 more)", odd_ads(), titles=["Law Clerk"]),
}
LETTERS = {
    "latin-1": Fault(GREENHOUSE, "ok", "", odd_board("cp1252", "utf-8"), titles=[ODD]),
    "latin-1-said": Fault(GREENHOUSE, "ok", "", odd_board("cp1252", "windows-1252"), titles=[ODD]),
    "utf-8": Fault(GREENHOUSE, "ok", "", odd_board("utf-8", "iso-8859-1"), titles=[ODD]),
    "utf-16": Fault(GREENHOUSE, "ok", "", odd_board("utf-16", "utf-8"), titles=[ODD]),
    "latin-1-page": Fault(SITE, "ok", "", odd_page("cp1252", "utf-8"), titles=[ODD]),
    "utf-8-page": Fault(SITE, "ok", "", odd_page("utf-8", "iso-8859-1"), titles=[ODD]),
}
NO_FAULT = {
    "none-open": Fault(GREENHOUSE, "empty", "", json_answer(greenhouse())),
    "none-open-xml": Fault(PERSONIO, "empty", "", in_full(b"<workzag-jobs></workzag-jobs>")),
    "three-pages": Fault(LEVER, "ok", "", lever_pages(230), titles=paralegals(range(230)), n_asked=3),
    "three-posts": Fault(
        WORKDAY, "ok", "", workday_page, workday_details(45), titles=paralegals(range(45)), n_asked=3 + 45
    ),
    "same-page-again": Fault(LEVER, "ok", "", json_answer(lever(range(100))), titles=paralegals(range(100)), n_asked=2),
}
QUICK = {**REFUSALS, **UNFINISHED, **TOO_MUCH, **OTHERWISE, **LETTERS, **NO_FAULT}
FAULTS = {**SLOW, **QUICK}


@dataclass
class Crawled:
    """What the crawls of all faults left."""

    servers: dict[str, Server]
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    titles: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, str | None] = field(default_factory=dict)
    stderr: str = ""
    peak_mebibytes: int = 0

    def asked(self, name: str) -> list[tuple[float, str]]:
        """When the fault's board was asked for what."""
        told = self.servers[name]
        asked = zip(told.asked_at, told.asked, strict=True)
        return [(at, path) for at, path in asked if path != "/robots.txt" and "beside-" not in path]


def entry(name: str, board: Board, base_url: str) -> str:
    token = f"{name}/site" if board == WORKDAY else name
    address = f'url = "{base_url}{board.path}"' if board == SITE else f'board = "{token}"\nbase_url = "{base_url}"'
    return f'[[source]]\nname = "{name}"\nplatform = "{board.platform}"\n{address}\ndelay_s = 0\n'


def crawl(folder: Path, entries: list[str], timeout_s: float, **settings: Any) -> tuple[str, int, str]:
    """Crawl in a process of its own, with short waits; returns the run's id, the peak of memory in MiB and stderr."""
    sources = folder / "sources.toml"
    sources.write_text("\n".join(entries))
    overrides = {
        "ROLECALL_STORE": str(folder / "rolecall.db"),
        "LOG_LEVEL": "ERROR",
        "DOWNLOAD_TIMEOUT": timeout_s,
        "ROLECALL_RETRY_WAIT": 0.1,
        **settings,
    }
    command = [sys.executable, "-c", CRAWL, str(sources), json.dumps(overrides)]
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1"}
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    run_id, peak = done.stdout.split()
    return run_id, int(peak) // 1024, done.stderr


def tell(server: Server, name: str, fault: Fault) -> None:
    for path, answer in {fault.board.path: fault.first, **fault.more}.items():
        answering = answer if callable(answer) else lambda _, answer=answer: answer
        server.answering[path.replace("BOARD", name)] = answering
    server.answering[GREENHOUSE.path.replace("BOARD", f"beside-{name}")] = lambda _: json_answer(greenhouse(*TITLES))


def crawl_faults(folder: Path, faults: dict[str, Fault], timeout_s: float, crawled: Crawled) -> None:
    entries = []
    for name, fault in faults.items():
        base_url = crawled.servers[name].base_url
        entries += [entry(name, fault.board, base_url), entry(f"beside-{name}", GREENHOUSE, base_url)]
    run_id, peak, stderr = crawl(folder, entries, timeout_s)
    crawled.stderr += stderr
    crawled.peak_mebibytes = max(crawled.peak_mebibytes, peak)
    store = open_store(str(folder / "rolecall.db"))
    crawled.runs |= {run["source"]: run for run in store.of_run(run_id)[0]}
    store.close()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("faults")
    with ExitStack() as stack:
        crawled = Crawled({name: stack.enter_context(serving(Server())) for name in FAULTS})
        for name, fault in FAULTS.items():
            tell(crawled.servers[name], name, fault)
        crawl_faults(folder, SLOW, TIMEOUT_S, crawled)
        crawl_faults(folder, QUICK, 60, crawled)
        store = open_store(str(folder / "rolecall.db"))
        with store.engine.connect() as connection:
            for source, title, text in connection.exec_driver_sql("select source, title, text from postings"):
                crawled.titles.setdefault(source, []).append(title)
                crawled.texts[source] = text
        store.close()
        yield crawled


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_loses_nothing_else(crawled: Crawled, name: str) -> None:
    fault, run = FAULTS[name], crawled.runs[name]
    assert run["outcome"] == fault.outcome, run["detail"]
    assert fault.says in (run["detail"] or "")
    if fault.outcome in ("ok", "empty"):
        assert run["detail"] is None
    else:
        assert f": {fault.at or crawled.servers[name].base_url}/" in run["detail"]
    assert sorted(crawled.titles.get(name, [])) == sorted(fault.titles)
    assert crawled.runs[f"beside-{name}"]["outcome"] == fault.beside
    assert sorted(crawled.titles.get(f"beside-{name}", [])) == (sorted(TITLES) if fault.beside == "ok" else [])
    if fault.n_asked is not None:
        assert len(crawled.asked(name)) == fault.n_asked


def test_nothing_broke_in_the_crawl_itself(crawled: Crawled) -> None:
    assert len(crawled.runs) == 2 * len(FAULTS)
    assert "Traceback" not in crawled.stderr


@pytest.mark.parametrize("name", ["throttled", "throttled-once", "throttled-till"])
def test_requests_wait_as_long_as_the_server_says(crawled: Crawled, name: str) -> None:
    times = [at for at, _ in crawled.asked(name)]
    assert len(times) > 1
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))


@pytest.mark.parametrize("name", ["latin-1", "latin-1-said", "utf-8", "utf-16"])
def test_texts_have_their_letters_too(crawled: Crawled, name: str) -> None:
    assert crawled.texts[name] == "Café £30k"


def test_memory_stays_bounded(crawled: Crawled, tmp_path: Path, server: Server) -> None:
    assert len(bomb()) < 10_000
    tell(server, "good", Fault(GREENHOUSE, "ok", "", json_answer(greenhouse(*TITLES))))
    _, peak, _ = crawl(tmp_path, [entry("good", GREENHOUSE, server.base_url)], 60)
    assert crawled.peak_mebibytes < peak + MAX_GROWTH_MEBIBYTES
    entries = [entry(name, fault.board, crawled.servers[name].base_url) for name, fault in TOO_MUCH.items()]
    _, lean, _ = crawl(tmp_path, entries, 60, **NO_TAGGERS)
    assert lean < MAX_MEBIBYTES


def test_a_host_that_refuses_connections_is_a_failure_of_the_network(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        run_id, _, _ = crawl(tmp_path, [entry("down", GREENHOUSE, base_url)], 60)
    store = open_store(str(tmp_path / "rolecall.db"))
    (run,), _ = store.of_run(run_id)
    store.close()
    assert run["outcome"] == "network"


def test_an_interrupt_ends_a_wait(tmp_path: Path, server: Server) -> None:
    tell(server, "slow", Fault(GREENHOUSE, "partial", "", json_answer({}, 429, Retry_After="100")))
    sources = tmp_path / "sources.toml"
    sources.write_text(entry("slow", GREENHOUSE, server.base_url))
    settings = json.dumps({"ROLECALL_STORE": str(tmp_path / "rolecall.db"), "LOG_LEVEL": "ERROR"})
    command = [sys.executable, "-c", CRAWL, str(sources), settings]
    with subprocess.Popen(command, cwd=PROJECT, env={**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1"}) as process:
        while not any("slow" in path for path in server.asked):
            sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    store = open_store(str(tmp_path / "rolecall.db"))
    assert store.last_runs()["slow"]["outcome"] == "partial"
    store.close()
