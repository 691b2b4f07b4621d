"""The robots.txt leak of Scrapy 2.14 to 2.19, and the answers that RFC 9309 reads otherwise than Scrapy."""

import json
import os
import subprocess
import sys

import pytest
from conftest import PROJECT, Server

CRAWL = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scraper.crawl import project_settings

base, middleware = sys.argv[1:]

class Many(Spider):
    name = "many"
    async def start(self):
        for number in range(16):
            yield Request(f"{base}/private/{number}")
        yield Request(f"{base}/public")
    def parse(self, response):
        pass

at_once = {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
nothing_kept = {"ITEM_PIPELINES": {}, "EXTENSIONS": {}, "HTTPCACHE_ENABLED": False}
overrides = {**at_once, **nothing_kept, "LOG_LEVEL": "ERROR", "RETRY_ENABLED": False}
settings = project_settings(overrides)
if middleware == "scrapy":
    settings.set("DOWNLOADER_MIDDLEWARES", {"scraper.guard.AddressGuardMiddleware": 40}, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl(Many)
process.start()
"""


def fetched(server: Server, middleware: str = "ours") -> list[str]:
    command = [sys.executable, "-c", CRAWL, server.base_url, middleware]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return sorted(path for path in server.asked if path != "/robots.txt")


def test_no_disallowed_page_is_fetched_with_sixteen_requests_waiting_for_one_new_host(server: Server) -> None:
    server.answer("/robots.txt", "User-agent: *\nDisallow: /private/\n", Content_Type="text/plain")
    server.answer("/public", "ok")
    assert fetched(server) == ["/public"]


def test_scrapys_own_middleware_still_leaks(server: Server) -> None:
    """When this fails, Scrapy has mended the leak and ``robot_parser`` can go from PoliteRobotsMiddleware."""
    server.answer("/robots.txt", "User-agent: *\nDisallow: /private/\n", Content_Type="text/plain")
    assert len(fetched(server, "scrapy")) > 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_robots_txt_disallows_everything(server: Server, status: int) -> None:
    server.answer("/robots.txt", "down", status=status)
    assert fetched(server) == []


def test_a_missing_robots_txt_allows_everything(server: Server) -> None:
    assert len(fetched(server)) == 17


def test_our_rules_are_read_under_our_name(server: Server) -> None:
    server.answer(
        "/robots.txt",
        "User-agent: rolecall\nDisallow: /private/\n\nUser-agent: *\nDisallow: /\n",
        Content_Type="text/plain",
    )
    assert fetched(server) == ["/public"]


def test_robots_txt_is_asked_for_once(server: Server) -> None:
    server.answer("/robots.txt", json.dumps({}), Content_Type="text/plain")
    fetched(server)
    assert server.asked.count("/robots.txt") == 1
