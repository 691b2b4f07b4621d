"""The recruiter's page without a browser: what it answers, what it refuses, and what it keeps to itself."""

import io
import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
import schemathesis
from bs4 import BeautifulSoup
from conftest import DemoRun, Server, rolecall
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from output.check import CheckedDuty, Checker, Words
from output.check_input import ad_of_text
from output.web.app import COUNTED, Serving, make_app
from output.web.fetch import NotFetchedError, fetch_page
from output.web.guards import HEADERS, MAX_BODY_BYTES, QuietErrors, RateLimitMiddleware, is_foreign
from output.web.report import linked_report
from output.web.view import stretches
from scraper.items import Posting
from store import open_store

HERE = "http://127.0.0.1:8000"
AD = """Legal Secretary

• Draft motions and pleadings
• Interview clients
• Organize case files for trial
• Prepare exhibits"""


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(make_app(Serving(per_second=10_000)), base_url=HERE) as client:
        yield client


def form(ad: str = AD, **fields: str) -> dict[str, tuple[None, str]]:
    """Fields as the page's form sends them: one part each."""
    return {name: (None, value) for name, value in {"ad": ad, **fields}.items()}


def page(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "lxml")


def test_a_pasted_ad_gives_a_verdict_and_every_highlight_leads_to_its_definition_and_back(client: TestClient) -> None:
    answer = client.post("/check", files=form())
    assert answer.status_code == 200
    shown = page(answer.text)
    assert "does not fit" in shown.h1.get_text()  # type: ignore[union-attr]
    links = shown.select(".ad a.duty")
    assert len(links) == 4
    for link in links:
        duty = shown.select_one(str(link["href"]))
        assert duty is not None
        assert duty.select_one(f'a[href="#{link["id"]}"]')
        assert duty.strong
        assert link.b
    ad = shown.select_one(".ad")
    assert ad is not None
    for tag in ad.select(".tag"):
        tag.extract()
    assert ad.get_text() == AD.partition("\n\n")[2]


def test_the_ad_stands_in_the_form_again(client: TestClient) -> None:
    shown = page(client.post("/check", files=form(title="Paralegal")).text)
    assert shown.select_one("form.check textarea").get_text().strip() == AD  # type: ignore[union-attr]
    assert shown.select_one("#title")["value"] == "Paralegal"  # type: ignore[index]


def test_the_api_says_what_the_command_says(client: TestClient) -> None:
    answer = client.post("/api/check", json={"text": AD})
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(asdict(Checker().check(ad_of_text(AD)))))


def test_a_json_file_of_the_check(client: TestClient) -> None:
    answer = client.post("/check.json", files=form())
    assert answer.headers["content-disposition"] == 'attachment; filename="rolecall-check.json"'
    assert answer.json()["title_verdict"] == "differs"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("draft.txt", AD.encode()),
        ("draft.txt", AD.replace("•", "é").encode("latin-1")),
        ("page.html", f"<html><h1>Legal Secretary</h1><p>{AD.partition(chr(10))[2]}</p></html>".encode()),
        ("ads.csv", f'title,description\nLegal Secretary,"{AD}"\nOther,x\n'.encode()),
    ],
)
def test_a_file_is_read(client: TestClient, name: str, content: bytes) -> None:
    answer = client.post("/check", files={"ad": (None, ""), "file": (name, io.BytesIO(content))})
    assert answer.status_code == 200
    assert "“Legal Secretary”" in page(answer.text).h1.get_text()  # type: ignore[union-attr]
    assert ("The file holds 2 ads" in answer.text) is name.endswith(".csv")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("ad.pdf", b"%PDF-1.7", "PDF"),
        ("ad.docx", b"PK\x03\x04\0", "Word"),
        ("ad.bin", b"text", "unknown kind"),
        ("../../x.csv", b"a,b\n1,2\n", "no ad"),
        ("a\0b.txt", b"\0\0", "no text"),
    ],
)
def test_a_file_that_is_no_ad_is_a_visitors_mistake(client: TestClient, name: str, content: bytes, said: str) -> None:
    answer = client.post("/check", files={"file": (name, io.BytesIO(content))})
    assert answer.status_code == 400
    assert said in page(answer.text).select_one("[role=alert]").get_text()  # type: ignore[union-attr]


def test_a_page_nested_without_end_is_no_failure(client: TestClient) -> None:
    answer = client.post("/check", files=form("<html>" + "<div>" * 100_000))
    assert answer.status_code == 200
    assert "cannot tell" in page(answer.text).h1.get_text()  # type: ignore[union-attr]


def test_an_empty_ad_is_said_to_be_empty(client: TestClient) -> None:
    answer = client.post("/check", files=form("  \n"))
    assert answer.status_code == 400
    assert "no text" in answer.text
    assert client.post("/api/check", json={}).json()["title_verdict"] == "cannot tell"


def test_markup_in_an_ad_is_shown_as_text(client: TestClient) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    ads = [
        f"Legal Secretary {evil}\n\n• Draft motions {evil}\n• Interview clients\n• File pleadings\n</textarea>{evil}"
    ]
    ads += [f"<html><h1>{evil}</h1><p>{evil}<script>alert(1)</script></html>", f"{{{{7*7}}}} {evil}"]
    for ad in ads:
        answer = client.post("/check", files=form(ad, title=evil))
        shown = page(answer.text)
        assert [script.get("src") for script in shown.find_all("script")] == ["/static/page.js"]
        assert not shown.find_all("img")
        assert not [name for tag in shown.find_all(True) for name in tag.attrs if name.startswith("on")]
        assert "49" not in shown.h1.get_text()  # type: ignore[union-attr]


def test_no_page_has_inline_scripts_or_styles(client: TestClient) -> None:
    answers = [client.get("/"), client.post("/check", files=form()), client.get("/nowhere")]
    for answer in answers:
        shown = page(answer.text)
        assert not shown.select("[style], style, script:not([src])")
        assert not [name for tag in shown.find_all(True) for name in tag.attrs if name.startswith("on")]
        assert "http" not in " ".join(
            str(tag.get("src") or tag.get("href") or "") for tag in shown.select("link, script")
        )


def test_every_answer_has_the_headers(client: TestClient) -> None:
    refused = client.get("/", headers={"Host": "evil.example"})
    for answer in (client.get("/"), client.get("/static/page.css"), client.post("/check", files=form()), refused):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert client.post("/check", files=form()).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8000"])
def test_other_names_of_the_host_are_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400
    assert client.post("/api/check", json={"text": AD}, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_names_of_loopback_are_served(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, False),
        ({}, False),
    ],
)
def test_another_site_cannot_make_a_browser_check(
    client: TestClient, headers: dict[str, str], is_refused: bool
) -> None:
    for path, sent in (("/check", {"files": form()}), ("/api/check", {"json": {"text": AD}})):
        answer = client.post(path, headers=headers, **sent)  # type: ignore[arg-type]
        assert answer.status_code == (403 if is_refused else 200)
    assert (
        is_foreign({"host": "127.0.0.1:8000", **{name.lower(): value for name, value in headers.items()}}) is is_refused
    )


def test_a_body_over_the_limit_is_refused_whether_its_length_is_told_or_not(client: TestClient) -> None:
    big = "x " * (MAX_BODY_BYTES // 2)
    answer = client.post("/check", files=form(big))
    assert answer.status_code == 413
    assert "rolecall check FILE" in answer.text

    def parts() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert client.post("/api/check", content=parts(), headers={"Content-Type": "application/json"}).status_code == 413


def test_the_longest_ad_is_read(client: TestClient) -> None:
    started = time.perf_counter()
    answer = client.post("/check", files=form(AD + "\n- Answer the phones." * 47_000))
    assert answer.status_code == 200
    assert time.perf_counter() - started < 20


def test_too_many_requests_are_refused() -> None:
    with TestClient(make_app(Serving(per_second=3)), base_url=HERE) as client:
        codes = [client.post("/api/check", json={}).status_code for _ in range(6)]
        assert codes[:3] == [200, 200, 200]
        assert 429 in codes
        assert client.get("/static/page.css").status_code == 200
        time.sleep(0.5)
        assert client.post("/api/check", json={}).status_code == 200


def test_buckets_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("output.web.guards.MAX_CLIENTS", 10)
    limit = RateLimitMiddleware(lambda *_: None, 1, COUNTED)  # type: ignore[arg-type]
    assert all(limit._takes(str(number)) for number in range(50))
    assert len(limit._buckets) == 10
    assert not limit._takes("49")


def test_an_address_is_not_fetched_unless_allowed(client: TestClient, server: Server) -> None:
    answer = client.post("/check", files=form("", url=f"{server.base_url}/ad"))
    assert answer.status_code == 400
    assert "not fetched here" in answer.text
    assert server.asked == []
    assert client.post("/api/check", json={"url": server.base_url}).status_code == 422


def test_an_allowed_address_goes_through_the_address_guard(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLECALL_ALLOW_LOOPBACK", raising=False)
    with TestClient(make_app(Serving(fetch=fetch_page)), base_url=HERE) as client:
        for url in (f"{server.base_url}/ad", "file:///etc/passwd", "ftp://127.0.0.1/", "http://[::1]/", "nonsense"):
            answer = client.post("/check", files=form("", url=url))
            assert answer.status_code == 400, url
    assert server.asked == []


def test_an_allowed_address_is_fetched_and_its_redirects_are_guarded(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLECALL_ALLOW_LOOPBACK", "1")
    server.answer("/ad", f"<h1>Legal Secretary</h1><p>{AD.partition(chr(10))[2]}</p>", Content_Type="text/html")
    server.answer("/away", "", 302, Location="http://169.254.169.254/latest/")
    with TestClient(make_app(Serving(fetch=fetch_page)), base_url=HERE) as client:
        assert "“Legal Secretary”" in client.post("/check", files=form("", url=f"{server.base_url}/ad")).text
    with pytest.raises(NotFetchedError, match="not a public address"):
        fetch_page(f"{server.base_url}/away")
    server.answer("/robots.txt", "User-agent: *\nDisallow: /", Content_Type="text/plain")
    with pytest.raises(NotFetchedError, match="robots"):
        fetch_page(f"{server.base_url}/ad")


def test_a_result_has_no_address(client: TestClient) -> None:
    answer = client.get("/check", params={"ad": "secret words"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "secret" not in client.get("/", params={"ad": "secret words"}).text


def test_no_words_of_an_ad_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise ValueError("secret words")

    with caplog.at_level(logging.DEBUG):
        TestClient(make_app(Serving()), base_url=HERE).post("/check", files=form("secret words"))
        import anyio

        anyio.run(QuietErrors(broken), {}, None, None)
    assert "ValueError in" in caplog.text
    assert "secret" not in caplog.text


def test_examples_and_their_links(client: TestClient) -> None:
    links = page(client.get("/").text).select(".examples a")
    assert len(links) >= 8
    verdicts = set()
    for link in links:
        answer = client.get(str(link["href"]))
        assert answer.status_code == 200
        verdicts.add(page(answer.text).select_one(".verdict")["class"][-1])  # type: ignore[index]
    assert {"matches", "differs"} <= verdicts
    assert client.get("/example/nobody/1").status_code == 404


def test_a_posting_of_the_store_with_its_evidence(demo: DemoRun) -> None:
    opened = open_store(str(demo.folder / "demo.db"))
    with TestClient(make_app(Serving(opened=opened, annual_factor={"year": 1.0})), base_url=HERE) as client:
        answer = client.get("/posting/greenhouse:harrow-finch:4021187")
        shown = page(answer.text)
        assert answer.status_code == 200
        assert len(shown.select(".ad a.duty")) == 8
        assert shown.select_one(".ad a.duty b")
        assert "First seen" in answer.text
        assert client.get("/posting/nobody").status_code == 404
        result = page(client.post("/check", files=form(f"{AD}\nWe pay $60,000 a year. Location: New York, NY")).text)
        (link, *_) = result.select('a[href^="/posting/"]')
        assert client.get(str(link["href"])).status_code == 200
        assert "(n=" in result.get_text()
    opened.close()


def test_a_postings_history_tells_what_changed(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    for day, title in ((1, "Paralegal"), (2, "Senior Paralegal")):
        seen = f"2026-11-0{day}T08:00:00+00:00"
        ad = Posting(source="s", platform="files", posting_id="x/1 é", title=title, first_seen=seen, last_seen=seen)
        opened.save([ad])
    with TestClient(make_app(Serving(opened=opened, annual_factor={"year": 1.0})), base_url=HERE) as client:
        answer = client.get("/posting/x%2F1%20%C3%A9")
        assert answer.status_code == 200
        assert "title: “Paralegal” became “Senior Paralegal”" in answer.text
    opened.close()


def test_without_a_store_there_is_no_posting(client: TestClient) -> None:
    assert client.get("/posting/greenhouse:harrow-finch:4021187").status_code == 404
    assert "nothing to compare with" in client.post("/check", files=form()).text


def duty_at(number: int, start: int, end: int, words: tuple[int, int] | None) -> CheckedDuty:
    evidence = [Words(start=words[0], end=words[1], words="")] if words else []
    told = {"duty": "", "role": None, "definition": None, "section": None, "says": None, "score": None}
    return CheckedDuty(
        number=number, start=start, end=end, definitions=[], evidence=evidence, is_lawyers_own=False, **told
    )


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 4), max_size=5))
def test_stretches_are_the_whole_text_and_begin_each_duty_once(edges: list[tuple[int, int, int, int]]) -> None:
    text = "".join(chr(97 + number % 26) for number in range(30))
    duties = []
    for number, (one, other, a, b) in enumerate(edges, 1):
        start, end = sorted((one, other))
        inside = sorted(min(max(each, start), end) for each in (a, b))
        if start < end:
            duties.append(duty_at(number, start, end, (inside[0], inside[1]) if inside[0] < inside[1] else None))
    cut = stretches(text, duties)
    assert "".join(run.words for each in cut for run in each.runs) == text
    assert sorted(number for each in cut for number in each.begins) == [duty.number for duty in duties]


schema = schemathesis.openapi.from_asgi("/openapi.json", make_app(Serving(hosts=("*",), per_second=10_000)))


@schema.parametrize()
@hypothesis_settings(max_examples=60, deadline=None, derandomize=True)
def test_the_api_never_fails(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=(schemathesis.checks.not_a_server_error,))


def test_serve_listens_on_loopback_and_ends_politely(tmp_path: object) -> None:
    command = [sys.executable, "-m", "rolecall", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        address = re.search(r"http://127\.0\.0\.1:\d+", running.stderr.readline())
        assert address
        import httpx2

        for _ in range(100):
            try:
                assert httpx2.get(address[0]).status_code == 200
                break
            except httpx2.ConnectError:
                time.sleep(0.1)
        running.send_signal(2)
        assert running.wait(20) == 0
        assert running.stderr.read() == ""


def test_a_port_in_use_is_one_line(server: Server) -> None:
    done = rolecall("serve", "--port", server.base_url.rpartition(":")[2])
    assert done.returncode == 2
    assert re.fullmatch(
        r"error: 127\.0\.0\.1:\d+: address already in use; choose another --host or --port\n", done.stderr
    )


def test_a_report_that_is_not_there_is_missing(client: TestClient) -> None:
    assert client.get("/report").status_code == 404


def test_every_ad_of_the_report_is_linked_whatever_its_id(tmp_path: Path) -> None:
    wicked = 'a"><script>/../é'
    path = tmp_path / "report.html"
    path.write_text(
        f'<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;">'
        f'<a data-posting="{escape(wicked)}" href="https://a.example/1">One</a> <a data-posting="2">Two</a>',
        encoding="utf-8",
    )
    shown, policy = linked_report(path)
    assert [link["href"] for link in page(shown).select("a")] == [f"/posting/{quote(wicked)}", "/posting/2"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"
