"""``rolecall sources check`` over real HTTP on loopback: every state, one request a board, nothing stored."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Server, rolecall
from test_crawl import board, greenhouse, write_sources


def check(folder: Path, sources: Path, *more: str, **environment: str) -> Any:
    return rolecall("sources", "check", "--sources", sources, *more, cwd=folder, **environment)


def rows(table: str) -> dict[str, list[str]]:
    """Source -> its other columns."""
    found = [[cell.strip() for cell in line.split("│")[1:-1]] for line in table.splitlines() if line.startswith("│")]
    return {name: cells for name, *cells in found if name}


def entry(name: str, platform: str, server: Server, **fields: str) -> str:
    lines = {"name": name, "platform": platform, "base_url": server.base_url, **fields}
    return "\n[[source]]\ndelay_s = 0\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())


def details(*titles: str) -> str:
    content = [{"id": str(number), "uuid": str(number), "name": title} for number, title in enumerate(titles)]
    return json.dumps({"offset": 0, "limit": 100, "totalFound": len(content), "content": content})


def test_every_state_is_told_and_each_board_is_asked_once(tmp_path: Path, server: Server) -> None:
    server.answer("/robots.txt", "User-agent: *\nDisallow: /v1/boards/private/\n", Content_Type="text/plain")
    server.answer(board("good"), greenhouse("Paralegal", "Bus Driver"))
    server.answer(board("empty"), greenhouse())
    server.answer(board("closed"), "no", status=403)
    server.answer(board("private"), greenhouse("Paralegal"))
    server.answer(board("busy"), "slow down", status=429)
    server.answer(board("down"), "down", status=503)
    server.answer(board("page"), "<html>Moved</html>", Content_Type="text/html")
    server.answer(board("odd"), json.dumps({"jobs": [{"id": 1}, {"id": 2, "title": "Clerk", "content": "x"}, 7]}))
    listing = "/v1/companies/firm/postings?limit=100&offset=0"
    server.answer(listing, details("Paralegal", "Law Clerk", "Bus Driver"))
    names = ("good", "empty", "gone", "closed", "private", "busy", "down", "page", "odd")
    extra = entry("listing", "smartrecruiters", server, board="firm") + entry("keyed", "usajobs", server)
    done = check(tmp_path, write_sources(tmp_path, server, *names, extra=extra), ROLECALL_USAJOBS_KEY="")
    assert done.returncode == 1
    told = rows(done.stdout)
    assert {name: state for name, (_, state, _, _) in told.items()} == {
        "good": "answers",
        "empty": "empty",
        "gone": "gone",
        "closed": "blocked",
        "private": "blocked",
        "busy": "throttled",
        "down": "network",
        "page": "changed-format",
        "odd": "answers",
        "listing": "answers",
        "keyed": "key-missing",
    }
    assert told["good"] == ["greenhouse", "answers", "2 ads", ""]
    assert told["listing"] == ["smartrecruiters", "answers", "3 addresses", ""]
    assert told["odd"][2:] == ["1 ad", "but changed-format: ad 1: KeyError: 'title'"]
    asked = [path for path in server.asked if path != "/robots.txt"]
    assert sorted(asked) == sorted([*(board(name) for name in names if name != "private"), listing])
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]


def test_what_is_wrong_is_one_line_with_what_to_do(tmp_path: Path, server: Server) -> None:
    done = check(tmp_path, write_sources(tmp_path, server, "gone"))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: source gone: gone: {server.base_url}{board('gone')}: HTTP status 404; the board has moved or closed: "
        "rolecall sources find CAREER_PAGE may show where it is now"
    ]


def test_all_answer_or_are_empty(tmp_path: Path, server: Server) -> None:
    server.answer(board("good"), greenhouse("Paralegal"))
    server.answer(board("empty"), greenhouse())
    done = check(
        tmp_path, write_sources(tmp_path, server, "good", "empty", "gone"), "--only", "good", "--only", "empty"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert set(rows(done.stdout)) == {"good", "empty"}


def test_further_pages_are_seen_but_not_asked_for(tmp_path: Path, server: Server) -> None:
    first = "/careers"
    page = '<a href="/jobs/1">Paralegal</a><a href="/jobs/2">Law Clerk</a><a rel="next" href="/careers?page=2">more</a>'
    server.answer(first, page, Content_Type="text/html")
    sources = write_sources(tmp_path, server, extra=entry("site", "jobposting", server, url=server.base_url + first))
    assert rows(check(tmp_path, sources).stdout)["site"] == ["jobposting", "answers", "2 addresses, more pages", ""]
    assert server.asked == ["/robots.txt", first]


def test_a_page_that_only_points_at_another_is_followed(tmp_path: Path, server: Server) -> None:
    """A sitemap of sitemaps lists no ad itself; the first of them must."""
    sitemaps = "".join(f"<sitemap><loc>{server.base_url}/map{number}.xml</loc></sitemap>" for number in (1, 2))
    addresses = "".join(f"<url><loc>{server.base_url}/jobs/{number}</loc></url>" for number in (1, 2, 3))
    xmlns = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    server.answer("/map.xml", f"<sitemapindex {xmlns}>{sitemaps}</sitemapindex>", Content_Type="text/xml")
    server.answer("/map1.xml", f"<urlset {xmlns}>{addresses}</urlset>", Content_Type="text/xml")
    site = entry("site", "jobposting", server, url=server.base_url + "/map.xml")
    assert rows(check(tmp_path, write_sources(tmp_path, server, extra=site)).stdout)["site"][2] == "3 addresses"
    assert server.asked == ["/robots.txt", "/map.xml", "/map1.xml"]


def test_a_redirect_that_says_again_is_asked_again(tmp_path: Path, server: Server) -> None:
    """Workday answers bursts with redirects to the same place; four of them are no answer."""
    server.answer("/wday/cxs/acme/Site/jobs", "", status=303, Location="/wday/cxs/acme/Site/jobs")
    sources = write_sources(tmp_path, server, extra=entry("w", "workday", server, board="acme.wd1/Site"))
    assert rows(check(tmp_path, sources).stdout)["w"][1] == "throttled"


def test_files_are_looked_for_and_nothing_is_asked(tmp_path: Path, server: Server) -> None:
    (tmp_path / "ads.csv").write_text("id,title\n1,Paralegal\n")
    files = "".join(
        f'\n[[source]]\nname = "{name}"\nplatform = "{platform}"\nurl = "{url}"\n'
        for name, platform, url in (("here", "files", "ads.csv"), ("lost", "warc", "none.warc.gz"))
    )
    done = check(tmp_path, write_sources(tmp_path, server, extra=files))
    assert done.returncode == 1
    assert rows(done.stdout)["here"] == ["files", "valid", "", "file of 21 bytes"]
    assert rows(done.stdout)["lost"][1] == "gone"
    assert f"{tmp_path / 'none.warc.gz'}: no such file" in done.stderr
    assert server.asked == []


def test_offline_asks_nothing(tmp_path: Path, server: Server) -> None:
    done = check(tmp_path, write_sources(tmp_path, server, "one", "two"), "--offline")
    assert done.returncode == 0
    assert [state for _, state, _, _ in rows(done.stdout).values()] == ["valid", "valid"]
    assert server.asked == []


@pytest.mark.parametrize("offline", [True, False])
def test_all_faults_of_the_file_are_named_and_the_valid_boards_still_asked(
    tmp_path: Path, server: Server, offline: bool
) -> None:
    server.answer(board("good"), greenhouse("Paralegal"))
    faults = '\n[[source]]\nname = "x"\nplatform = "nosuch"\n\n[[source]]\nname = "y"\nplatform = "lever"\nbord = "y"\n'
    sources = write_sources(tmp_path, server, "good", "good", extra=faults)
    done = check(tmp_path, sources, *(["--offline"] if offline else []))
    assert done.returncode == 2
    for fault in (
        "[[source]] 3 (x): platform: unknown platform",
        "[[source]] 4 (y): bord:",
        "name: 'good' stands at more than",
    ):
        assert f"error: {sources}: {fault}" in done.stderr
    assert rows(done.stdout)["good"][1] == ("valid" if offline else "answers")


def test_loopback_is_refused_unless_allowed(tmp_path: Path, server: Server) -> None:
    sources = write_sources(tmp_path, server, "firm")
    done = rolecall("sources", "check", "--sources", sources, cwd=tmp_path, loopback=False)
    assert rows(done.stdout)["firm"][1] == "blocked"
    assert server.asked == []
