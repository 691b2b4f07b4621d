"""How long a refused request waits, and when a host is given up."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.statscollectors import MemoryStatsCollector

from scraper import hosts
from scraper.crawl import project_settings
from scraper.hosts import HostGivenUp
from scraper.retry import PatientRetryMiddleware, retry_after

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
URL = "http://board.example/jobs"


def answer(status: int = 429, wait: str | None = None) -> Response:
    return Response(URL, status=status, headers={"Retry-After": wait} if wait is not None else {})


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("30", 30),
        (" 5 ", 5),
        ("0", 0),
        ("Mon, 02 Mar 2026 09:30:20 GMT", 20),
        ("Monday, 02-Mar-26 09:31:00 GMT", 60),
        ("Mon, 02 Mar 2026 10:30:20 +0100", 3620 - 3600),
        ("Mon Mar  2 09:30:07 2026", 7),
        ("Mon, 02 Mar 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(said: str | None, seconds: float | None) -> None:
    assert retry_after(answer(wait=said), NOW) == seconds


@given(st.integers(0, 10**6))
def test_a_date_and_the_seconds_until_then_say_the_same(seconds: int) -> None:
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(answer(wait=date), NOW) == retry_after(answer(wait=str(seconds)), NOW) == seconds


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_whatever_stands_there_is_no_exception(said: str) -> None:
    wait = retry_after(Response(URL, headers={"Retry-After": said.encode("latin-1")}))
    assert wait is None or wait >= 0


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that the middleware would have slept; its clock goes on by them."""
    total: list[float] = []

    async def sleep(seconds: float) -> None:
        total.append(seconds)

    monkeypatch.setattr(hosts.asyncio, "sleep", sleep)
    monkeypatch.setattr(hosts, "monotonic", lambda: sum(total))
    return total


@pytest.fixture
def middleware() -> PatientRetryMiddleware:
    crawler = Crawler(Spider, project_settings({"RETRY_TIMES": 3}))
    crawler.stats = MemoryStatsCollector(crawler)
    crawler.spider = Spider.from_crawler(crawler, name="board")
    crawler.crawling = True
    return PatientRetryMiddleware.from_crawler(crawler)


def ask(middleware: PatientRetryMiddleware, *answers: Response | Exception, url: str = URL) -> Any:
    """The outcome of a request that gets these answers, the next one each time it is repeated."""
    request, outcome = Request(url), None
    for each in answers:
        middleware.process_request(request)
        if isinstance(each, Response):
            outcome = asyncio.run(middleware.process_response(request, each))
        else:
            outcome = asyncio.run(middleware.process_exception(request, each))
        if isinstance(outcome, Request):
            request = outcome
    return outcome


def counted(middleware: PatientRetryMiddleware, name: str) -> Any:
    return middleware.crawler.stats.get_value(name)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for_and_counted(
    middleware: PatientRetryMiddleware, slept: list[float], status: int
) -> None:
    assert isinstance(ask(middleware, answer(status, "7")), Request)
    assert sum(slept) == pytest.approx(7)
    assert (counted(middleware, "retry_after/honoured"), counted(middleware, "retry_after/seconds")) == (1, 7)


def test_a_date_is_waited_for(middleware: PatientRetryMiddleware, slept: list[float]) -> None:
    ask(middleware, answer(503, format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)))
    assert sum(slept) == pytest.approx(30, abs=2)


@pytest.mark.parametrize("failure", [answer(503), answer(429), answer(429, "0"), DownloadTimeoutError("late")])
def test_the_wait_doubles_where_the_server_does_not_say(
    middleware: PatientRetryMiddleware, slept: list[float], failure: Any
) -> None:
    waits = []
    for n_tries in (1, 2, 3):
        slept.clear()
        ask(middleware, *[failure] * n_tries)
        waits.append(sum(slept))
    assert 0.5 <= waits[0] <= 1.5
    assert 1.5 <= waits[1] <= 4.5
    assert 3.5 <= waits[2] <= 10.5
    assert counted(middleware, "retry_after/honoured") is None


def test_waits_vary(middleware: PatientRetryMiddleware, slept: list[float]) -> None:
    for _ in range(10):
        ask(middleware, answer(503))
    assert len(set(slept)) > 10


def test_a_wait_that_is_too_long_is_not_waited_for(middleware: PatientRetryMiddleware, slept: list[float]) -> None:
    refusal = answer(503, "121")
    assert ask(middleware, refusal) is refusal
    assert slept == []
    assert counted(middleware, "retry_after/too_long") == 1
    host = middleware.hosts.named("board.example")
    assert (host.breaker.current_state, host.breaker.reset_timeout) == ("open", 121)
    assert host.trouble == ("throttled", "it wants 121 s to pass, more than 120")
    assert middleware.hosts.named("other.example").breaker.current_state == "closed"


def test_a_host_that_goes_on_refusing_is_given_up(middleware: PatientRetryMiddleware, slept: list[float]) -> None:
    assert ask(middleware, *[answer(429, "1")] * 4).status == 429
    with pytest.raises(HostGivenUp, match="refused a request 4 times") as given_up:
        ask(middleware, answer(200))
    assert given_up.value.kind == "throttled"
    assert counted(middleware, "retry/host_given_up") == 1
    assert ask(middleware, answer(200), url="http://other.example/").status == 200


def test_what_is_not_to_be_repeated_does_not_wait(middleware: PatientRetryMiddleware, slept: list[float]) -> None:
    assert ask(middleware, answer(404, "30")).status == 404
    assert ask(middleware, ValueError("no network error")) is None
    assert slept == []


def test_a_crawl_that_is_stopped_does_not_wait_on(middleware: PatientRetryMiddleware, slept: list[float]) -> None:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        middleware.crawler.crawling = False

    hosts.asyncio.sleep = sleep  # type: ignore[assignment]  # put back by ``slept``
    ask(middleware, answer(429, "100"))
    assert slept == [1]
