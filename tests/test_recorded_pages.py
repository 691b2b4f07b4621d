"""Every spider against recorded pages of our own making: ``tests/pages/<spider>/<case>/``.

A case is ``meta.json`` (why the case exists, the spider's arguments), its pages, and ``expected.json`` (items,
requests, failures). One page, ``page.*``, is given to one callback (``url``, ``callback``, ``cb_kwargs`` in the meta).
Several pages are a conversation: ``answers`` in the meta lists them in any order, each with ``url`` (and ``method``,
``body``, ``status``, ``headers`` where they matter) and its ``file``; the spider runs from its first request until it
asks no more, and an address without an answer is 404. A missing ``expected.json`` fails; ``pytest --write-expected``
writes it, for a person to read.
"""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse, XmlResponse
from scrapy.spiderloader import SpiderLoader
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.crawl import project_settings
from scraper.items import Posting
from scraper.platforms.board import BoardSpider

PAGES = Path(__file__).parent / "pages"
CASES = sorted(path.parent for path in PAGES.glob("*/*/meta.json"))
RESPONSES = {".json": TextResponse, ".html": HtmlResponse, ".xml": XmlResponse, ".rss": XmlResponse}


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_empty(each) for key, each in value.items() if each not in (None, [], {})}
    return [without_empty(each) for each in value] if isinstance(value, list) else value


async def started(spider: BoardSpider) -> list[Any]:
    return [each async for each in spider.start()]


def made(request: Request, page: Path, **more: Any) -> Response:
    """The page as the response to the request."""
    kind = RESPONSES.get(page.suffix, Response)
    encoding = {} if kind is Response else {"encoding": "utf-8"}
    return kind(request.url, body=page.read_bytes(), request=request, **encoding, **more)


def answered(request: Request, answers: list[dict[str, Any]], case: Path) -> list[Any]:
    """What the spider makes of the answer to one request."""
    for answer in answers:
        body = answer.get("body")
        is_asked = answer["url"] == request.url and answer.get("method", "GET") == request.method
        if is_asked and (body is None or body == json.loads(request.body)):
            status, headers = answer.get("status", 200), answer.get("headers")
            response = made(request, case / answer["file"], status=status, headers=headers)
            break
    else:
        response = Response(request.url, status=404, request=request)
    if response.status < 400:
        return list(request.callback(response, **request.cb_kwargs))
    failure = Failure(HttpError(response))
    failure.request = request
    return list(request.errback(failure) or ())


def conversation(spider: BoardSpider, answers: list[dict[str, Any]], case: Path) -> list[Any]:
    """Everything that the spider yields until it asks no more, in the order of its requests."""
    waiting, found = asyncio.run(started(spider)), []
    while waiting:
        each = waiting.pop(0)
        found.append(each)
        if isinstance(each, Request):
            waiting += answered(each, answers, case)
    return found


def asked(request: Request) -> str:
    """A request in one line: the address, and method and body where they are not the usual."""
    return " ".join(
        filter(None, ["" if request.method == "GET" else request.method, request.url, request.body.decode()])
    )


def run(case: Path) -> dict[str, Any]:
    """What the spider makes of the page: postings, further requests, failures."""
    meta = json.loads((case / "meta.json").read_text())
    if "answers" in meta:
        spider = SpiderLoader.from_settings(project_settings({})).load(case.parent.name)(**meta["arguments"])
        assert isinstance(spider, BoardSpider)
        return told(conversation(spider, meta["answers"], case), spider)
    (page,) = case.glob("page.*")
    arguments = dict(meta["arguments"])
    if page.suffix in (".csv", ".warc"):
        arguments["url"] = str(page)
    spider = SpiderLoader.from_settings(project_settings({})).load(case.parent.name)(**arguments)
    assert isinstance(spider, BoardSpider)
    if page.suffix in (".csv", ".warc"):
        found = asyncio.run(started(spider))
    else:
        response = made(Request(meta["url"]), page)
        found = list(getattr(spider, meta.get("callback", "parse_start"))(response, **meta.get("cb_kwargs", {})))
    return told(found, spider)


def told(found: list[Any], spider: BoardSpider) -> dict[str, Any]:
    """What a spider yielded and noted, as ``expected.json`` has it."""
    return {
        "items": [without_empty(asdict(each)) for each in found if isinstance(each, Posting)],
        "requests": [asked(each) for each in found if isinstance(each, Request)],
        "failures": [[kind, reason.split(": {")[0]] for kind, _, reason in spider.failures],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_recorded_page(case: Path, request: pytest.FixtureRequest) -> None:
    expected = case / "expected.json"
    found = run(case)
    if request.config.getoption("--write-expected"):
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    assert expected.is_file(), f"{expected} is missing; run pytest --write-expected and read it against the page"
    assert found == json.loads(expected.read_text())


def test_lever_asks_for_the_next_page_only_while_new_ads_come() -> None:
    spider = SpiderLoader.from_settings(project_settings({})).load("lever")(board="clinic")
    full = json.dumps([{"id": f"0b8f7a52-{number:04}", "text": "Clerk"} for number in range(100)])

    def pages_after(skip: int) -> list[str]:
        url = f"https://api.lever.co/v0/postings/clinic?mode=json&skip={skip}&limit=100"
        response = TextResponse(url, body=full.encode(), encoding="utf-8")
        return [each.url for each in spider.parse_start(response) if isinstance(each, Request)]  # type: ignore[attr-defined]

    assert pages_after(0) == ["https://api.lever.co/v0/postings/clinic?mode=json&skip=100&limit=100"]
    assert pages_after(100) == []  # the same hundred again: the board ignores skip


def test_base_url_replaces_host_and_port_and_keeps_the_path() -> None:
    spider = SpiderLoader.from_settings(project_settings({})).load("greenhouse")(
        board="x", base_url="http://127.0.0.1:8000/mirror/"
    )
    assert isinstance(spider, BoardSpider)
    assert (
        spider.moved("https://boards-api.greenhouse.io/v1/boards/x/jobs?content=true")
        == "http://127.0.0.1:8000/mirror/v1/boards/x/jobs?content=true"
    )


@pytest.mark.parametrize(("name", "message"), [("greenhouse", "say which board"), ("jobposting", "say which url")])
def test_a_spider_without_its_board_says_how_to_name_one(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpiderLoader.from_settings(project_settings({})).load(name)()
