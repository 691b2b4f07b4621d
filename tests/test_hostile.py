"""Boards that have no end, and names and keys that must lead nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import Server, rolecall
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse
from test_crawl import write_sources

from scraper.items import Posting
from scraper.platforms.board import BoardSpider
from scraper.spiders import jobposting, spider_class, spider_names
from scraper.spiders.jobposting import JobpostingSpider
from scraper.spiders.lever import LeverSpider

SECRET = "k3y-that-nobody-may-see"


def driven(spider: BoardSpider, answer: Callable[[Request], Response], limit: int) -> tuple[int, int]:
    """(pages asked for, ads found) until the spider is done; fails where it goes on beyond the limit."""
    waiting: list[Any] = [spider.first_request()]
    n_pages = n_ads = 0
    while waiting:
        request = waiting.pop()
        n_pages += 1
        assert n_pages <= limit, "no end"
        found: Iterable[Any] = request.callback(answer(request))
        for each in found:
            if isinstance(each, Posting):
                n_ads += 1
            else:
                waiting.append(each)
    return n_pages, n_ads


def test_a_board_whose_pages_never_end_is_cut_off_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(request: Request) -> Response:
        skip = int(request.url.rpartition("skip=")[2].partition("&")[0])
        ads = [{"id": f"ad-{skip + n}", "text": "Paralegal", "description": "x"} for n in range(100)]
        return TextResponse(request.url, body=json.dumps(ads).encode(), encoding="utf-8")

    monkeypatch.setattr(LeverSpider, "max_pages", 7)
    spider = LeverSpider(board="firm")
    assert driven(spider, page, 20) == (7, 700)
    assert [(kind, reason[:18]) for kind, _, reason in spider.failures] == [("partial", "more than 7 pages;")]


def test_a_trap_of_ever_new_links_is_left_after_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar: every page has a next one, and links to pages that look like ads and have more of them."""

    def page(request: Request) -> Response:
        links = "".join(f'<a href="{request.url}/jobs/{number}">Job</a>' for number in range(10))
        html = f'<html><link rel="next" href="{request.url}x"><body>{links}</body></html>'
        return HtmlResponse(request.url, body=html.encode(), encoding="utf-8")

    monkeypatch.setattr(jobposting, "MAX_FOLLOWED", 50)
    spider = JobpostingSpider(url="https://trap.example/careers")
    n_pages, n_ads = driven(spider, page, 60)
    assert (n_pages, n_ads) == (50, 0)
    assert [(kind, reason[:19]) for kind, _, reason in spider.failures] == [("partial", "more than 50 pages;")]


def test_a_trap_of_sitemaps_is_left_after_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(request: Request) -> Response:
        maps = "".join(f"<sitemap><loc>{request.url}{number}</loc></sitemap>" for number in range(3))
        return TextResponse(request.url, body=f"<sitemapindex>{maps}</sitemapindex>".encode(), encoding="utf-8")

    monkeypatch.setattr(jobposting, "MAX_FOLLOWED", 50)
    spider = JobpostingSpider(url="https://trap.example/sitemap")
    assert driven(spider, page, 60) == (51, 0)
    assert [kind for kind, _, _ in spider.failures] == ["partial"]


@pytest.mark.parametrize("name", spider_names())
def test_no_boards_name_leads_to_another_path_or_host(name: str) -> None:
    pattern = spider_class(name).board_pattern
    bad = ["../../etc/passwd", "..", "a/../b", "a/../../b", "/etc", "a?b=c", "a#b", "a%2fb", "a\\b", "a@b.example"]
    bad += ["a\nb", "a\0b", "a:80", "https://a.example", "", " ", "\u2025/x"]
    assert [each for each in bad if re.fullmatch(pattern, each)] == []


def test_a_key_stands_nowhere_even_in_the_fullest_log(tmp_path: Path, server: Server) -> None:
    """The board fails, is repeated and is kept under a validator, and everything is logged."""
    entry = f'[[source]]\nname = "jobs"\nplatform = "adzuna"\nboard = "us"\nbase_url = "{server.base_url}"\n'
    ad = {"id": "1", "title": "Paralegal", "description": "Draft motions", "redirect_url": "https://ads.example/1"}
    found = json.dumps({"results": [ad], "count": 1}).encode()
    server.answering["/v1/api/jobs/us/search/1"] = lambda asked: (
        (500, {}, b"no") if asked.number == 1 else (200, {"ETag": '"1"', "X-You-Sent": asked.path}, found)
    )
    keys = dict.fromkeys(("ROLECALL_ADZUNA_ID", "ROLECALL_ADZUNA_KEY"), SECRET)
    sources = write_sources(tmp_path, server, extra=f"{entry}delay_s = 0\n")
    store, out = tmp_path / "rolecall.db", tmp_path / "out"
    files = ("--sources", sources, "--store", store, "--out", out)
    done = rolecall("--log-level", "DEBUG", "crawl", *files, cwd=tmp_path, **keys)
    assert sum(SECRET in path for path in server.asked) == 2
    assert "DEBUG" in done.stderr
    assert "search/1" in done.stderr
    assert SECRET not in done.stderr + done.stdout
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 15
    assert [path.name for path in written if SECRET.encode() in path.read_bytes()] == []
