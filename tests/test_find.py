"""``rolecall sources find``: the platform and board behind an address or a page, over real HTTP on loopback."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import Server, rolecall
from scrapy.http import HtmlResponse

from scraper.find import Found, entry_of, entry_text, named_on, recognised
from scraper.sources import Source

GUID = "0a1b2c3d-0000-4a4a-8b8b-112233445566"
JOB = {"@type": "JobPosting", "title": "Paralegal", "description": "Draft motions.", "hiringOrganization": "Firm"}
JSON_LD = f'<script type="application/ld+json">{json.dumps(JOB)}</script>'


def find(url: str, folder: Path, **options: Any) -> Any:
    return rolecall("sources", "find", url, cwd=folder, **options)


def entry(stdout: str) -> dict[str, str]:
    """The printed entry, which must load."""
    (table,) = tomllib.loads(stdout)["source"]
    Source.model_validate(table)
    return dict(table)


@pytest.fixture
def page(server: Server) -> Any:
    """Answers ``/careers`` with the given HTML."""

    def answer(html: str, path: str = "/careers", **headers: str) -> str:
        server.answer(path, f"<html><body>{html}</body></html>", Content_Type="text/html", **headers)
        return f"{server.base_url}{path}"

    return answer


@pytest.mark.parametrize(
    ("address", "platform", "fields"),
    [
        ("https://boards.greenhouse.io/harrowfinch/jobs/4012", "greenhouse", {"board": "harrowfinch"}),
        ("https://boards.greenhouse.io/embed/job_board/js?for=harrowfinch", "greenhouse", {"board": "harrowfinch"}),
        (
            "https://jobs.eu.lever.co/rowe/0a1b",
            "lever",
            {"board": "rowe", "base_url": "https://api.eu.lever.co"},
        ),
        ("https://jobs.ashbyhq.com/Harrow%20Finch", "ashby", {"board": "Harrow Finch"}),
        ("https://rowe.wd5.myworkdayjobs.com/en-US/Careers", "workday", {"board": "rowe.wd5/Careers"}),
        ("https://careers-rowe.icims.com/jobs/intro", "icims", {"board": "careers-rowe"}),
        ("https://rowe.recruitee.com/o/paralegal", "recruitee", {"board": "rowe"}),
        (
            "https://jobs.rowe.example/api/offers",
            "recruitee",
            {"board": "jobs.rowe.example", "base_url": "https://jobs.rowe.example"},
        ),
        (
            "https://jobs.rowe.example/postings.json",
            "pinpoint",
            {"board": "jobs.rowe.example", "base_url": "https://jobs.rowe.example"},
        ),
        ("https://rowe.teamtailor.com/jobs", "teamtailor", {"board": "rowe"}),
        ("https://rowe.applytojob.com/apply/x1/Paralegal", "jazzhr", {"board": "rowe"}),
        ("https://ats.rippling.com/rowe-careers/jobs", "rippling", {"board": "rowe-careers"}),
        ("https://www.governmentjobs.com/careers/caldercounty", "neogov", {"board": "caldercounty"}),
        (f"https://recruiting.paylocity.com/Recruiting/Jobs/All/{GUID}/Rowe", "paylocity", {"board": GUID}),
        (f"https://recruiting.ultipro.com/ROW1000/JobBoard/{GUID}", "ukg", {"board": f"ROW1000/{GUID}"}),
    ],
)
def test_an_address_names_its_board(address: str, platform: str, fields: dict[str, str]) -> None:
    match = recognised(address)
    assert match is not None
    assert (match.platform, dict(match.fields)) == (platform, fields)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.org/careers",
        "https://api.adzuna.com/v1/api/jobs/us/search/1",  # a search over many employers is nobody's board
        "https://www.adzuna.co.uk/",
        "https://tt.teamtailor.com/y",
        "https://assets.workable.com/logo.png",
        "https://www.bamboohr.com/careers/",
        "https://jobs.lever.co/",
    ],
)
def test_an_address_that_names_none(address: str) -> None:
    assert recognised(address) is None


def test_no_request_where_the_address_says_it(tmp_path: Path) -> None:
    done = find("boards.greenhouse.io/harrowfinch", tmp_path)
    assert done.returncode == 0
    assert done.stdout == (
        '[[source]]\nname = "harrowfinch"\nplatform = "greenhouse"\nboard = "harrowfinch"\nevery = "24h"\n'
    )
    assert "greenhouse, recognised by its address" in done.stderr
    assert "next: rolecall sources check --only harrowfinch" in done.stderr


@pytest.mark.parametrize(
    ("html", "how"),
    [
        ('<a href="https://boards.greenhouse.io/harrowfinch">Open positions</a>', "a link"),
        ('<iframe src="//boards.greenhouse.io/embed/job_board?for=harrowfinch&amp;b=1"></iframe>', "a frame"),
    ],
)
def test_a_page_names_its_board(tmp_path: Path, server: Server, page: Any, html: str, how: str) -> None:
    done = find(page(html), tmp_path)
    assert entry(done.stdout)["platform"] == "greenhouse"
    assert entry(done.stdout)["board"] == "harrowfinch"
    assert how in done.stderr
    assert server.asked == ["/robots.txt", "/careers"]


def named(html: str) -> str | None:
    found = named_on(HtmlResponse("https://www.example.org/careers", body=html.encode(), encoding="utf-8"))
    return found[0].platform if found else None


@pytest.mark.parametrize(
    ("html", "how"),
    [
        ('<script src="https://boards.greenhouse.io/embed/job_board/js?for=harrowfinch"></script>', "a script"),
        ('<form action="https://boards.greenhouse.io/harrowfinch/search"></form>', "a form"),
        (
            '<script>var a = {"u": "https:\\/\\/boards-api.greenhouse.io\\/v1\\/boards\\/harrowfinch"}</script>',
            "an address in its markup",
        ),
    ],
)
def test_a_page_names_its_board_in_other_places(html: str, how: str) -> None:
    found = named_on(HtmlResponse("https://www.example.org/careers", body=html.encode(), encoding="utf-8"))
    assert found is not None
    assert (found[0].platform, dict(found[0].fields), found[1]) == ("greenhouse", {"board": "harrowfinch"}, how)


def test_what_a_page_embeds_goes_before_its_links_and_many_links_before_one() -> None:
    lever, ashby = '<a href="https://jobs.lever.co/rowe/%s">x</a>', '<a href="https://jobs.ashbyhq.com/rowe">x</a>'
    assert named(ashby + lever % 1 + lever % 2) == "lever"
    assert named(lever % 1 + lever % 2 + '<iframe src="https://rowe.breezy.hr/embed"></iframe>') == "breezy"
    assert named('<a href="https://www.adzuna.com/">More jobs</a><a href="mailto:x@example.org">x</a>') is None
    assert named('<a href="http://[broken">x</a><a href="https://jobs.lever.co/rowe">x</a>') == "lever"


def test_a_redirect_names_the_board_and_is_not_followed_there(tmp_path: Path, server: Server, page: Any) -> None:
    server.answer("/careers", "", status=301, Location="/work-with-us")
    page('<p>Moved</p><meta http-equiv="refresh" content="0; url=https://jobs.lever.co/rowe">', "/work-with-us")
    done = find(f"{server.base_url}/careers", tmp_path)
    assert entry(done.stdout)["platform"] == "lever"
    assert "by a redirect to https://jobs.lever.co/rowe" in done.stderr
    assert server.asked == ["/robots.txt", "/careers", "/work-with-us"]


def test_the_page_is_the_one_that_redirects_lead_to(tmp_path: Path, server: Server, page: Any) -> None:
    server.answer("/careers", "", status=302, Location="/jobs")
    url = page(JSON_LD, "/jobs")
    assert entry(find(f"{server.base_url}/careers", tmp_path).stdout)["url"] == url
    server.answer("/ring", "", status=302, Location="/ring")
    done = find(f"{server.base_url}/ring", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "more than 5 redirects" in done.stderr


def test_a_redirect_to_an_internal_address_is_refused(tmp_path: Path, server: Server) -> None:
    server.answer("/careers", "", status=302, Location="http://169.254.169.254/latest/meta-data")
    done = find(f"{server.base_url}/careers", tmp_path)
    assert done.returncode == 1
    assert "169.254.169.254 is not a public address" in done.stderr


def test_a_branded_page_is_known_by_what_it_loads(tmp_path: Path, page: Any) -> None:
    done = find(page('<script src="https://assets-aws.teamtailor-cdn.com/assets/careersite.js"></script>'), tmp_path)
    assert "teamtailor, recognised by what it loads" in done.stderr


def test_structured_data_on_the_page(tmp_path: Path, page: Any) -> None:
    url = page(JSON_LD)
    assert entry(find(url, tmp_path).stdout) == {"name": "127", "platform": "jobposting", "url": url, "every": "24h"}


def test_structured_data_on_a_linked_ad(tmp_path: Path, server: Server, page: Any) -> None:
    links = "".join(f'<a href="/jobs/{number}">Paralegal {number}</a>' for number in range(9))
    url = page(f"{links}<link rel='alternate' type='application/rss+xml' href='/jobs.rss'>")
    page("An ad without data", "/jobs/0")
    page(JSON_LD, "/jobs/2")  # /jobs/1 is gone
    done = find(url, tmp_path)
    assert entry(done.stdout) | {"name": ""} == {"name": "", "platform": "jobposting", "url": url, "every": "24h"}
    assert f"by JobPosting data on its link {server.base_url}/jobs/2" in done.stderr
    assert server.asked == ["/robots.txt", "/careers", "/jobs/0", "/jobs/1", "/jobs/2"]


def test_a_board_on_a_linked_page(tmp_path: Path, page: Any) -> None:
    url = page('<a href="/careers/openings">Current openings</a>')
    page('<iframe src="https://rowe.bamboohr.com/careers"></iframe>', "/careers/openings")
    assert entry(find(url, tmp_path).stdout)["platform"] == "bamboohr"


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="alternate" type="application/rss+xml" title="Vacancies" href="/feed.rss">',
        '<a href="/feed.rss">Jobs as RSS</a>',
    ],
)
def test_a_feed_of_jobs(tmp_path: Path, server: Server, page: Any, html: str) -> None:
    comments = '<link rel="alternate" type="application/rss+xml" title="Careers: comments" href="/careers/feed/">'
    done = find(page(comments + html), tmp_path)
    assert (entry(done.stdout)["platform"], entry(done.stdout)["url"]) == ("feed", f"{server.base_url}/feed.rss")


def test_a_feed_and_a_sitemap_are_what_they_are(tmp_path: Path, server: Server) -> None:
    rss = "<rss><channel><item><title>Paralegal</title><link>https://firm.example/1</link></item></channel></rss>"
    server.answer("/jobs.xml", f'<?xml version="1.0"?>{rss}', Content_Type="application/rss+xml")
    sitemap = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>x</loc></url></urlset>'
    server.answer("/sitemap.xml", sitemap, Content_Type="text/xml")
    assert entry(find(f"{server.base_url}/jobs.xml", tmp_path).stdout)["platform"] == "feed"
    assert entry(find(f"{server.base_url}/sitemap.xml", tmp_path).stdout)["platform"] == "jobposting"


def test_else_the_page(tmp_path: Path, server: Server, page: Any) -> None:
    url = page('<h1>Careers</h1><ul><li><a href="/jobs/paralegal">Paralegal</a></li></ul>')
    done = find(url, tmp_path)
    assert done.returncode == 0
    assert (entry(done.stdout)["platform"], entry(done.stdout)["url"]) == ("page", url)
    assert "rules find 1 ads or links to ads" in done.stderr
    empty = find(page('<div id="root"></div>', "/app"), tmp_path)
    assert "it may fill itself by JavaScript" in empty.stderr


def test_the_name_is_unique_and_a_known_board_is_said(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "rowe"\nplatform = "lever"\nboard = "rowe"\n\n'
        '[[source]]\nname = "rowe-2"\nplatform = "nosuch"\n'
    )
    other = find("https://boards.greenhouse.io/rowe", tmp_path)
    assert entry(other.stdout)["name"] == "rowe-3"
    same = find("https://jobs.lever.co/rowe", tmp_path)
    assert "already in sources.toml as 'rowe'" in same.stderr


@pytest.mark.parametrize(
    ("platform", "fields", "home", "name"),
    [
        ("workday", {"board": "rowe.wd5/Careers"}, "https://rowe.wd5.myworkdayjobs.com/Careers", "rowe"),
        ("teamtailor", {"board": "careers.rowe.example"}, "https://careers.rowe.example/jobs", "rowe"),
        ("icims", {"board": "careers-rowe"}, "https://careers-rowe.icims.com", "rowe"),
        (
            "paylocity",
            {"board": GUID},
            f"https://recruiting.paylocity.com/recruiting/jobs/All/{GUID}",
            "paylocity-0a1b2c3d",
        ),
        ("paylocity", {"board": GUID}, "https://www.rowe.example/careers", "rowe"),
        ("page", {"url": "https://www.rowe-finch.example/jobs"}, "https://www.rowe-finch.example/jobs", "rowe-finch"),
    ],
)
def test_names(platform: str, fields: dict[str, str], home: str, name: str) -> None:
    made = entry_of(Found(platform, fields, home, ""), [])
    assert made["name"] == name
    assert entry(entry_text(made)) == made


@pytest.mark.parametrize(
    "url", ["ftp://files.example/x", "http://", "https://exa mple.org", "file:///etc/passwd", "http://[::1"]
)
def test_no_web_address_is_wrong_input(tmp_path: Path, url: str) -> None:
    done = find(url, tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"error: {url}: no http or https address; give that of a career page\n"


def test_what_cannot_be_read_is_one_line(tmp_path: Path, server: Server) -> None:
    done = find(f"{server.base_url}/careers", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    url = f"{server.base_url}/careers"
    assert done.stderr == f"error: {url}: gone: HTTP status 404; check the address in a browser\n"


def test_loopback_and_robots_txt_are_heeded(tmp_path: Path, server: Server, page: Any) -> None:
    url = page(JSON_LD)
    refused = find(url, tmp_path, loopback=False)
    assert refused.returncode == 1
    assert "blocked: 127.0.0.1 is not a public address" in refused.stderr
    assert server.asked == []
    server.answer("/robots.txt", "User-agent: *\nDisallow: /\n", Content_Type="text/plain")
    assert "blocked: Forbidden by robots.txt" in find(url, tmp_path).stderr
    assert server.asked == ["/robots.txt"]
