"""report.html: what stands in it, that it loads nothing, and what a real browser makes of it."""

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import DemoRun
from lxml import html
from playwright.sync_api import Browser, ConsoleMessage, Request, sync_playwright
from test_store import posting

from output.report.charts import tile_map, tiles, trend_chart
from output.write import Options, write_reports
from pipelines.pay import pay_rules
from scraper.items import Place, Posting
from store import open_store

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed; scripts/install-system-packages"
)
SERIOUS = ("serious", "critical")


def job(number: int, **changes: Any) -> Posting:
    given = {"role": "paralegal", "title_role": "paralegal", "title_verdict": "matches", "group_id": f"g{number}",
             "company": f"Firm {number}", "region": "NY", "country": "US"}  # fmt: skip
    return posting(number, **{**given, **changes})


def paid(number: int, amount: float, currency: str = "USD", **changes: Any) -> Posting:
    pay = {"salary_year_min": amount, "salary_year_max": amount, "salary_currency": currency}
    return job(number, **{**pay, **changes})


def page_of(tmp_path: Path, *ads: Posting, min_n: int = 5) -> str:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save(ads)
    write_reports(opened, tmp_path / "out", pay_rules().annual_factor, Options(min_n=min_n))
    return (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def words(page: str) -> str:
    """What a reader without scripts sees."""
    body = html.fromstring(page).find("body")
    for script in body.iter("script"):
        script.text = ""
    return " ".join(" ".join(body.itertext()).split())


def test_the_page_shows_the_figures_of_the_tables(demo: DemoRun) -> None:
    page = words((demo.folder / "report.html").read_text(encoding="utf-8"))
    stats = pd.read_csv(demo.folder / "salary_stats.csv")
    shown = stats[(stats["cut"] == "all") & (stats["currency"] == "USD") & stats["mid_median"].notna()]
    assert len(shown)
    assert all(f"{median:,.0f}" in page for median in shown["mid_median"])
    matrix = pd.read_csv(demo.folder / "title_matrix.csv")
    assert f"{matrix['postings'].sum()} jobs" in page
    for name in ("59,200", "41,725", "55,644", "53,442", "hour x 2080"):
        assert name in page


def test_the_page_allows_its_own_style_and_script_alone(demo: DemoRun) -> None:
    page = (demo.folder / "report.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1]
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]


def test_the_page_names_no_other_file_and_repeats_no_id(demo: DemoRun) -> None:
    tree = html.parse(str(demo.folder / "report.html")).getroot()
    assert not tree.xpath("//@src | //link | //iframe | //object | //@style | //*[@onclick or @onload]")
    assert all(link.startswith(("#", "https://", "http://")) for link in tree.xpath("//@href"))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(tree.xpath("//nav//@href")) <= {f"#{each}" for each in ids}


def test_every_chart_has_words_that_stand_for_it(demo: DemoRun) -> None:
    tree = html.parse(str(demo.folder / "report.html")).getroot()
    charts = tree.xpath("//figure//*[@role='img']/@aria-label")
    assert len(charts) == 3
    said = re.compile(r"paralegal: \d+ jobs with pay, median [\d,]+ dollars, the article says 59,200")
    assert any(said.search(each) for each in charts)


def test_an_ads_words_are_shown_and_never_run(tmp_path: Path) -> None:
    wicked = {
        "title": '<script>alert("x")</script>',
        "company": "<img src=x onerror=alert(1)>",
        "title_verdict": "differs",
        "title_against": "Draft <b>motions</b>; File",
        "url": "javascript:alert(1)",
    }
    page = page_of(tmp_path, job(1, **wicked))
    tree = html.fromstring(page)
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//img | //section//b[text()='motions'] | //a[starts-with(@href, 'javascript')]")
    assert '<script>alert("x")</script>' in words(page)


def test_an_empty_store_says_so(tmp_path: Path) -> None:
    page = words(page_of(tmp_path))
    assert "The store holds no ad yet." in page
    assert "No ad states pay" in page
    assert "No source has been read yet." in page


def test_one_ad_without_pay(tmp_path: Path) -> None:
    page = words(page_of(tmp_path, job(1)))
    assert "0 of 1 jobs" in page


def test_one_employer_and_few_jobs_have_counts_and_no_figures(tmp_path: Path) -> None:
    page = page_of(tmp_path, *(paid(number, 60_000 + number, company="Firm") for number in range(4)))
    assert "60,0" not in words(page)
    stats = pd.read_csv(tmp_path / "out" / "salary_stats.csv")
    assert set(stats["employers"]) == {1}
    assert stats["mid_median"].isna().all()


def test_only_foreign_ads_have_no_state_and_their_own_currency(tmp_path: Path) -> None:
    place = [Place(city="London", country="GB")]
    ads = (paid(number, 30_000, "GBP", country="GB", region=None, places=place) for number in range(5))
    page = words(page_of(tmp_path, *ads))
    assert "paralegal GBP 30,000 5" in page
    assert "n = 0 jobs and places" in page


def test_the_same_store_gives_the_same_page(tmp_path: Path) -> None:
    ads = [paid(number, 50_000 + 1_000 * number) for number in range(8)]
    assert page_of(tmp_path / "one", *ads) == page_of(tmp_path / "two", *reversed(ads))


def test_a_trend_needs_several_weeks(tmp_path: Path) -> None:
    days = ("2026-03-02", "2026-03-09", "2026-03-17", "2026-03-18")
    ads = [job(number, first_seen=f"{day}T08:00:00+00:00") for number, day in enumerate(days)]
    page = words(page_of(tmp_path, *ads))
    assert "2026-03-09 2 1 0 0 2 0 – 0 2026-03-16 4 2 0 0 4 0 – 0" in page
    assert "Trend" not in words(page_of(tmp_path / "few", *ads[:2]))


def test_the_trend_has_its_words_with_n_and_a_gap_where_jobs_are_few(tmp_path: Path) -> None:
    days = ("2026-03-02", "2026-03-09", "2026-03-16")
    ads = [paid(n, 50_000 + 1_000 * n, first_seen=f"{days[n // 3]}T08:00:00+00:00") for n in range(9)]
    charts = html.fromstring(page_of(tmp_path, *ads)).xpath("//section[@aria-labelledby='trend']//*[@role='img']")
    jobs, pay = (chart.get("aria-label") for chart in charts)
    assert jobs == "Jobs open at the end of each week from 2026-03-02 to 2026-03-16. all: 3 to 9; paralegal: 3 to 9."
    assert pay.endswith("paralegal: 52,500 to 54,000, n=6 to 9.")
    one = trend_chart("x", trends_of("law clerk", [None, 5.0, None]), "mid_median_usd", "Pay", is_pay=True)
    assert one.says == "Pay from 2026-03-02 to 2026-03-16. law clerk: 5, n=6."
    none = trend_chart("x", trends_of("law clerk", [None] * 3), "mid_median_usd", "Pay", is_pay=True)
    assert none.says == "Pay from 2026-03-02 to 2026-03-16. too few jobs."


def trends_of(role: str, medians: list[float | None]) -> pd.DataFrame:
    weeks = ("2026-03-02", "2026-03-09", "2026-03-16")
    frame = pd.DataFrame({"week": weeks, "role": role, "mid_median_usd": medians, "with_pay": 6})
    return frame.astype({"mid_median_usd": "Float64"})


def test_an_ad_without_a_web_address_has_no_dead_link(tmp_path: Path) -> None:
    told = {"title_verdict": "differs", "title_against": "Fax"}
    tree = html.fromstring(
        page_of(tmp_path, job(1, url="https://a.example/1", **told), job(2, url="ftp://a/2", **told))
    )
    links = {link.get("data-posting"): link.get("href") for link in tree.xpath("//a[@data-posting]")}
    assert links == {"id1": "https://a.example/1", "id2": None}


def test_every_state_has_a_tile_of_its_own() -> None:
    assert len(tiles()) == 51
    assert len(set(tiles().values())) == 51


def test_a_tile_is_stronger_with_its_value_and_says_it() -> None:
    chart = tile_map("x", {"NY": 10, "CA": 1}, str, "Openings")
    assert chart.svg.count('class="shade7"') == chart.svg.count('class="shade1"') == 1
    assert chart.says == "Openings by US state: NY 10, CA 1."
    from_near = tile_map("x", {"NY": 10, "CA": 9, "TX": 9.5}, str, "Pay", lowest=9)
    assert [from_near.svg.count(f'class="shade{shade}"') for shade in (1, 4, 7)] == [1, 1, 1]
    assert "style=" not in chart.svg


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_whole_without_complaint(demo: DemoRun, browser: Browser, width: int, scheme: Any) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    told: list[str] = []
    asked: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        told.append(message.text)

    def note_request(request: Request) -> None:
        asked.append(request.url)

    page.on("console", note_message)
    page.on("request", note_request)
    page.goto((demo.folder / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert told == []
    assert len(asked) == 1
    page.close()


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_a_reader(demo: DemoRun, browser: Browser, scheme: Any) -> None:
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)  # the checker is a script of its own
    page.goto((demo.folder / "report.html").as_uri())
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS] == []
    page.close()


@needs_chromium
def test_a_table_sorts_by_a_press_with_the_unknown_last(demo: DemoRun, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((demo.folder / "report.html").as_uri())
    table = page.locator("table[data-sortable]").first
    heading = table.get_by_role("button", name="article")
    heading.click()
    cells = table.locator("tbody tr td:nth-child(2)")
    assert cells.first.inner_text() == "41,725"
    heading.click()
    assert cells.first.inner_text() == "73,050"
    assert table.locator("th[aria-sort=descending]").count() == 1
    page.close()
