"""Serve the example boards over HTTP on loopback, each in its platform's real format."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup

from examples.boards_data import Ad, Board, boards
from scraper.sources import Source

ADS_A_PAGE = 5
"""Ads on one page of a career site's listing."""

Answer = tuple[str, str]
"""(content type, body)"""

_LEVER_INTERVAL = {
    "year": "per-year-salary",
    "hour": "per-hour-wage",
    "month": "per-month-salary",
    "week": "per-week-salary",
}


@contextmanager
def serving() -> Iterator[str]:
    """Serve all boards on a random loopback port while the block runs; yields ``http://127.0.0.1:PORT``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def example_sources(base_url: str) -> list[Source]:
    """The sources that crawl the served boards."""
    return [_source(board, base_url) for board in boards()]


def _source(board: Board, base_url: str) -> Source:
    if board.platform == "jobposting":
        start = "sitemap.xml" if board.json_ld == "graph" else "careers"
        return Source(name=board.token, platform="jobposting", url=f"{base_url}/{board.token}/{start}")
    return Source(
        name=board.token, platform=board.platform, board=board.token, base_url=base_url, company=board.employer
    )


def answer(path: str, query: dict[str, list[str]], base_url: str) -> Answer | None:
    """The answer to one request, or None for an unknown address."""
    parts = path.strip("/").split("/")
    if path == "/robots.txt":
        return "text/plain", "User-agent: *\nDisallow: /admin/\n"
    for prefix, platform, reply in _ROUTES:
        if parts[: len(prefix)] == prefix and len(parts) > len(prefix):
            board = next((one for one in boards() if (one.platform, one.token) == (platform, parts[len(prefix)])), None)
            return reply(board, parts[len(prefix) + 1 :], query, base_url) if board else None
    return None


def _greenhouse(board: Board, rest: list[str], query: dict[str, list[str]], base_url: str) -> Answer | None:
    if rest != ["jobs"]:
        return None
    jobs = [_greenhouse_job(board, ad) for ad in board.ads]
    return "application/json", json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}})


def _greenhouse_job(board: Board, ad: Ad) -> dict[str, Any]:
    return {
        "id": int(ad.ref),
        "internal_job_id": int(ad.ref) + 900_000,
        "title": ad.title,
        "updated_at": f"{ad.posted_on}T16:20:00-05:00",
        "first_published": f"{ad.posted_on}T09:00:00-05:00",
        "requisition_id": ad.requisition,
        "location": {"name": " | ".join(ad.location)},
        "absolute_url": f"https://boards.greenhouse.example/{board.token}/jobs/{ad.ref}",
        "company_name": board.employer,
        "language": "en",
        "metadata": None,
        "departments": [],
        "offices": [],
        "content": html.escape(f'<div class="content-intro"><p>{html.escape(board.about)}</p></div>\n{ad.html}'),
    }


def _lever(board: Board, rest: list[str], query: dict[str, list[str]], base_url: str) -> Answer | None:
    skip, limit = (int(query.get(key, [default])[0]) for key, default in (("skip", "0"), ("limit", "100")))
    return "application/json", json.dumps([_lever_job(board, ad) for ad in board.ads[skip : skip + limit]])


def _lever_job(board: Board, ad: Ad) -> dict[str, Any]:
    opening, lists, closing = _in_lever_parts(ad.html)
    posted = datetime.fromisoformat(f"{ad.posted_on}T15:00:00").replace(tzinfo=UTC)
    job = {
        "id": ad.ref,
        "text": ad.title,
        "categories": {
            "commitment": ad.employment_type,
            "location": ad.location[0] if ad.location else None,
            "allLocations": ad.location,
        },
        "country": None,
        "workplaceType": {"onsite": "on-site"}.get(ad.workplace or "unspecified", ad.workplace or "unspecified"),
        "description": f"<div>{html.escape(board.about)}</div>{opening}",
        "lists": lists,
        "additional": closing,
        "hostedUrl": f"https://jobs.lever.example/{board.token}/{ad.ref}",
        "createdAt": int(posted.timestamp() * 1000),
    }
    if ad.pay:
        job["salaryRange"] = {
            **{key: ad.pay.get(key) for key in ("min", "max", "currency")},
            "interval": _LEVER_INTERVAL[ad.pay["period"]],
        }
    return job


def _in_lever_parts(body: str) -> tuple[str, list[dict[str, str]], str]:
    """Opening, headed lists, closing: Lever keeps each heading with its bullets apart from the running text."""
    opening: list[str] = []
    lists: list[dict[str, str]] = []
    closing: list[str] = []
    nodes = list(BeautifulSoup(body, "lxml").select("body > *"))
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        if following is not None and following.name in ("ul", "ol") and node.name not in ("ul", "ol"):
            lists.append({"text": node.get_text(" ", strip=True).rstrip(":"), "content": following.decode_contents()})
        elif not (node.name in ("ul", "ol") and lists and node.decode_contents() == lists[-1]["content"]):
            (closing if lists else opening).append(str(node))
    return "".join(opening), lists, "".join(closing)


def _careers(board: Board, rest: list[str], query: dict[str, list[str]], base_url: str) -> Answer | None:
    home = f"{base_url}/{board.token}"
    if rest == ["careers"]:
        return "text/html; charset=utf-8", _listing(board, int(query.get("page", ["1"])[0]), home)
    if rest == ["sitemap.xml"]:
        return "application/xml", _sitemap(board, home)
    ad = next((ad for ad in board.ads if rest == ["jobs", ad.ref]), None)
    return ("text/html; charset=utf-8", _ad_page(board, ad, home)) if ad else None


def _listing(board: Board, page: int, home: str) -> str:
    first = (page - 1) * ADS_A_PAGE
    cards = "".join(
        f'<li><a href="/{board.token}/jobs/{ad.ref}">{html.escape(ad.title)}</a></li>'
        for ad in board.ads[first : first + ADS_A_PAGE]
    )
    more = (
        f'<a rel="next" href="{home}/careers?page={page + 1}">Next page</a>'
        if first + ADS_A_PAGE < len(board.ads)
        else ""
    )
    return _page(f"Careers at {board.employer}", "", f"<ul>{cards}</ul>{more}")


def _sitemap(board: Board, home: str) -> str:
    entries = "".join(
        f"<url><loc>{home}/jobs/{ad.ref}</loc><lastmod>{ad.posted_on}</lastmod></url>" for ad in board.ads
    )
    about = f"<url><loc>{home}/about</loc></url>"
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="{namespace}">{about}{entries}</urlset>'


def _ad_page(board: Board, ad: Ad, home: str) -> str:
    written = json.dumps(_json_ld(board, ad)).replace("</", "<\\/")
    if board.json_ld == "raw newlines":
        written = written.replace("\\n", "\n")  # as some real sites do, which strict parsers refuse
    block = f'<script type="application/ld+json">{written}</script>'
    return _page(ad.title, block, ad.html)


def _page(title: str, head: str, body: str) -> str:
    shown = html.escape(title)
    return f"<html><head><title>{shown}</title>{head}</head><body><h1>{shown}</h1>{body}</body></html>"


def _json_ld(board: Board, ad: Ad) -> dict[str, Any]:
    employer = {"@type": "Organization", "@id": "#employer", "name": board.employer, "description": board.about}
    job = {
        "@type": "JobPosting",
        "title": ad.title,
        "description": ad.html,
        "datePosted": ad.posted_on,
        "validThrough": f"{ad.valid_through}T23:59" if ad.valid_through else None,
        "employmentType": ad.employment_type,
        "hiringOrganization": {"@id": "#employer"} if board.json_ld == "graph" else employer,
        "jobLocation": [{"@type": "Place", "address": _address(text)} for text in ad.location],
        "jobLocationType": "TELECOMMUTE" if ad.workplace == "remote" else None,
        "identifier": {"@type": "PropertyValue", "name": board.employer, "value": ad.requisition}
        if ad.requisition
        else None,
        "baseSalary": _base_salary(ad.pay),
    }
    job = {key: value for key, value in job.items() if value is not None}
    context = {"@context": "https://schema.org"}
    return {**context, "@graph": [employer, job]} if board.json_ld == "graph" else {**context, **job}


def _address(text: str) -> dict[str, str]:
    city, _, region = text.partition(", ")
    return {"@type": "PostalAddress", "addressLocality": city, "addressRegion": region}


def _base_salary(pay: dict[str, Any] | None) -> dict[str, Any] | None:
    if pay is None:
        return None
    amounts = {"minValue": pay.get("min"), "maxValue": pay.get("max"), "unitText": pay["period"].upper()}
    return {"@type": "MonetaryAmount", "currency": pay["currency"], "value": {"@type": "QuantitativeValue", **amounts}}


_Reply = Callable[[Board, list[str], dict[str, list[str]], str], Answer | None]
_ROUTES: list[tuple[list[str], str, _Reply]] = [
    (["v1", "boards"], "greenhouse", _greenhouse),
    (["v0", "postings"], "lever", _lever),
    ([], "jobposting", _careers),
]


class _Handler(BaseHTTPRequestHandler):
    """Answers GET with what ``answer`` says, 404 for the rest; logs nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the base class's name
        parts = urlsplit(self.path)
        reply = answer(parts.path, parse_qs(parts.query), f"http://{self.headers['Host']}")
        kind, body = reply or ("text/plain", "not found")
        data = body.encode()
        self.send_response(200 if reply else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # the base class's name
        return
