"""Generated ads as boards of four platforms, served on loopback by a process of their own."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from benchmarks.generated import GeneratedAd, generate

PLATFORMS = (
    "greenhouse", "lever", "ashby", "smartrecruiters", "greenhouse",
    "lever", "ashby", "greenhouse", "lever", "smartrecruiters",
)  # fmt: skip
"""One board each; SmartRecruiters asks once more for every ad."""

PAGE_SIZE = 100


@dataclass
class Board:
    """One board on a host of its own."""

    name: str
    platform: str
    answers: dict[str, bytes] = field(default_factory=dict)
    start: str = ""
    base_url: str = ""


def make_boards(n_ads: int, seed: int) -> list[Board]:
    """The boards, each with a tenth of the ads."""
    ads = list(generate(n_ads, seed))
    boards = [Board(f"{platform}-{number}", platform) for number, platform in enumerate(PLATFORMS)]
    for number, board in enumerate(boards):
        _FILLED[board.platform](board, ads[number :: len(boards)])
    return boards


@contextmanager
def served(n_ads: int, seed: int) -> Iterator[list[Board]]:
    """The boards while the block runs, with their ``base_url``; their answers stay in the serving process."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, n_ads, seed), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, n_ads: int, seed: int) -> None:
    boards = make_boards(n_ads, seed)
    for board in boards:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(board.answers))
        board.base_url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
    pipe.send([Board(board.name, board.platform, {}, board.start, board.base_url) for board in boards])
    pipe.recv()  # never answered: the other end terminates this process


def _handler(answers: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one segment: else the network waits between them
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = answers.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


def _greenhouse(board: Board, ads: list[GeneratedAd]) -> None:
    board.start = f"/v1/boards/{board.name}/jobs?content=true"
    jobs = [
        {
            "id": ad.number,
            "title": ad.title,
            "absolute_url": f"https://boards.example/{board.name}/{ad.number}",
            "location": {"name": f"{ad.city}, {ad.region}"},
            "company_name": ad.company,
            "first_published": f"{ad.posted_on}T09:00:00-04:00",
            "content": html.escape(ad.body),
        }
        for ad in ads
    ]
    board.answers[board.start] = _json({"jobs": jobs, "meta": {"total": len(jobs)}})


def _lever(board: Board, ads: list[GeneratedAd]) -> None:
    address = f"/v0/postings/{board.name}?mode=json&skip={{}}&limit={PAGE_SIZE}"
    board.start = address.format(0)
    for skip in range(0, len(ads) + 1, PAGE_SIZE):
        page = [
            {
                "id": str(ad.number),
                "text": ad.title,
                "hostedUrl": f"https://jobs.example/{board.name}/{ad.number}",
                "categories": {"location": f"{ad.city}, {ad.region}", "commitment": "Full-time"},
                "country": ad.country,
                "createdAt": int(datetime.fromisoformat(ad.posted_on).replace(tzinfo=UTC).timestamp() * 1000),
                "description": ad.body,
            }
            for ad in ads[skip : skip + PAGE_SIZE]
        ]
        board.answers[address.format(skip)] = _json(page)


def _ashby(board: Board, ads: list[GeneratedAd]) -> None:
    board.start = f"/posting-api/job-board/{board.name}?includeCompensation=true"
    jobs = [
        {
            "id": str(ad.number),
            "title": ad.title,
            "jobUrl": f"https://jobs.example/{board.name}/{ad.number}",
            "location": f"{ad.city}, {ad.region}",
            "employmentType": "FullTime",
            "publishedAt": f"{ad.posted_on}T09:00:00.000+00:00",
            "isListed": True,
            "descriptionHtml": ad.body,
        }
        for ad in ads
    ]
    board.answers[board.start] = _json({"jobs": jobs, "apiVersion": "1"})


def _smartrecruiters(board: Board, ads: list[GeneratedAd]) -> None:
    address = f"/v1/companies/{board.name}/postings"
    board.start = f"{address}?limit={PAGE_SIZE}&offset=0"
    rows = [
        {
            "id": str(ad.number),
            "name": ad.title,
            "company": {"name": ad.company},
            "releasedDate": f"{ad.posted_on}T09:00:00.000Z",
            "location": {"city": ad.city, "region": ad.region, "country": ad.country.lower()},
        }
        for ad in ads
    ]
    for offset in range(0, len(rows) + 1, PAGE_SIZE):
        page = {"content": rows[offset : offset + PAGE_SIZE], "totalFound": len(rows)}
        board.answers[f"{address}?limit={PAGE_SIZE}&offset={offset}"] = _json(page)
    for row, ad in zip(rows, ads, strict=True):
        sections = {"jobDescription": {"title": "Job Description", "text": ad.body}}
        board.answers[f"{address}/{ad.number}"] = _json({**row, "jobAd": {"sections": sections}})


_FILLED = {
    "greenhouse": _greenhouse,
    "lever": _lever,
    "ashby": _ashby,
    "smartrecruiters": _smartrecruiters,
}


def _json(data: Any) -> bytes:
    return json.dumps(data).encode()
