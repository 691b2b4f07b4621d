import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.crawl import settings_of
from scraper.sources import Source, SourcesError, is_due, load_sources, read_sources
from scraper.spiders import spider_class

PAGE = '[[source]]\nname = "site"\nplatform = "page"\nurl = "https://site.example/jobs"\n'
GOOD = '[[source]]\nname = "firm"\nplatform = "greenhouse"\nboard = "firm"\n'


def load(tmp_path: Path, text: str) -> list[Source]:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return load_sources(path)


def test_reads_entries_in_order(tmp_path: Path) -> None:
    text = (
        GOOD
        + '[[source]]\nname = "site"\nplatform = "jobposting"\nurl = "https://site.example/careers"\nevery = "24h"\n'
    )
    assert [source.name for source in load(tmp_path, text)] == ["firm", "site"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[source]\n", r"sources\.toml: not readable as TOML: .*line 1"),
        ("", r"no \[\[source\]\] entry"),
        ('source = "x"', r"no \[\[source\]\] entry"),
        ('source = ["x"]', r"\[\[source\]\] 1 \(not a table\)"),
        (
            '[[source]]\nplatform = "greenhouse"\nboard = "x"\n',
            r"\[\[source\]\] 1 \(without a name\): name: Field required",
        ),
        (
            GOOD.replace("greenhouse", "greenhose"),
            r"\[\[source\]\] 1 \(firm\): .*unknown platform 'greenhose'; known are .*files, .*greenhouse",
        ),
        (GOOD.replace('board = "firm"', ""), r"\(firm\): .*board: platform 'greenhouse' needs it"),
        (GOOD.replace("board", "bord"), r"\(firm\): bord: Extra inputs are not permitted"),
        (GOOD.replace('"firm"', '"../../etc"'), r"name: String should match pattern"),
        (GOOD.replace('board = "firm"', 'board = "a/b"'), r"board: should match pattern"),
        (GOOD + 'every = "often"\n', r"every: String should match pattern"),
        (GOOD + 'base_url = "file:///etc/passwd"\n', r"base_url: 'file:///etc/passwd' is no http or https address"),
        (GOOD + 'only_titles = "("\n', r"only_titles: .*missing \), unterminated subpattern"),
        (
            PAGE + 'selectors = {titel = "h1"}\n',
            r"\(site\): selectors: unknown selector 'titel'; known are ad, link, next, title, text,",
        ),
        (PAGE + 'selectors = {title = "h1["}\n', r"selectors: title = 'h1\[' is no CSS selector: .*Expected"),
        (PAGE + 'selectors = {text = ""}\n', r"selectors: text = '' is no CSS selector"),
        (PAGE + 'selectors = {title = "h1:nosuch"}\n', r"selectors: title = 'h1:nosuch' is no CSS selector"),
        (PAGE + "selectors = {title = 1}\n", r"selectors\.title: .*valid string"),
        (
            '[[source]]\nname = "w"\nplatform = "warc"\nurl = "https://archive.example/a.warc.gz"\n',
            r"\(w\): url: warc reads a local file; download it first",
        ),
        (GOOD + GOOD, r"name: 'firm' stands at more than one"),
        ('[[source]]\nname = "s"\nplatform = "jobposting"\n', r"url: platform 'jobposting' needs it"),
    ],
)
def test_a_fault_is_named_with_entry_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourcesError, match=message):
        load(tmp_path, text)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match="no such file; write one"):
        load_sources(tmp_path / "sources.toml")


@pytest.mark.parametrize(("platform", "url"), [("files", "ads.csv"), ("warc", "crawl.warc.gz")])
def test_a_relative_file_is_beside_the_sources(tmp_path: Path, platform: str, url: str) -> None:
    (source,) = load(tmp_path, f'[[source]]\nname = "saved"\nplatform = "{platform}"\nurl = "{url}"\n')
    assert source.url == str(tmp_path / url)


def test_selectors_reach_the_spider(tmp_path: Path) -> None:
    (source,) = load(tmp_path, PAGE + 'selectors = {title = "h2::text", link = "ul.jobs > li:nth-child(n+2) a"}\n')
    assert source.spider_arguments()["selectors"] == {"title": "h2::text", "link": "ul.jobs > li:nth-child(n+2) a"}


@pytest.mark.parametrize(
    ("every", "age", "outcome", "due"),
    [
        (None, 0, "ok", True),
        ("2h", 1, "ok", False),
        ("2h", 3, "ok", True),
        ("2h", 1, "network", True),
        ("7d", 24 * 8, "empty", True),
    ],
)
def test_due(every: str | None, age: int, outcome: str, due: bool) -> None:
    source = Source(name="firm", platform="greenhouse", board="firm", every=every)
    started = (datetime.now(UTC) - timedelta(hours=age)).isoformat()
    assert is_due(source, {"started_at": started, "outcome": outcome}) is due


def test_a_source_never_crawled_is_due() -> None:
    assert is_due(Source(name="firm", platform="greenhouse", board="firm", every="7d"), None)


@pytest.mark.parametrize(("every", "gap_h"), [("30m", 0.25), ("24h", 12), ("7d", 84), (None, None)])
def test_the_misses_that_close_an_ad_lie_half_an_interval_apart(every: str | None, gap_h: float | None) -> None:
    source = Source(name="firm", platform="greenhouse", board="firm", every=every, delay_s=2)
    assert settings_of(source).get("ROLECALL_MISS_GAP_H") == gap_h
    assert settings_of(source)["DOWNLOAD_DELAY"] == 2


def test_a_file_with_several_faults_says_how_many_and_names_them_all(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(GOOD + GOOD + PAGE + PAGE.replace('"site"', '"other"').replace('"page"', '"pgae"'))
    with pytest.raises(SourcesError, match=r"'firm' stands at more than .*\(and 1 more: rolecall sources check lists"):
        load_sources(path)
    sources, problems = read_sources(path)
    assert [source.name for source in sources] == ["firm", "site"]
    assert len(problems) == 2


SHIPPED = load_sources(Path(__file__).parent.parent / "sources.toml")


def test_the_shipped_sources_are_distinct_boards() -> None:
    assert len(SHIPPED) > 250
    assert len({(one.platform, one.board, one.base_url, one.url) for one in SHIPPED}) == len(SHIPPED)


def test_the_shipped_sources_ask_public_hosts_and_no_key() -> None:
    for source in SHIPPED:
        spider = spider_class(source.platform)(**source.spider_arguments())
        assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", spider.host), source.name
        assert not spider.keys, source.name


def test_the_examples_in_comments_are_valid() -> None:
    """Sources that need a key are commented out; without the signs they must load."""
    text = (Path(__file__).parent.parent / "sources.toml").read_text(encoding="utf-8")
    tables = re.findall(r"^# \[\[source\]\]\n(?:# \w+ = .*\n)+", text, re.MULTILINE)
    found = [Source(**tomllib.loads(re.sub(r"^# ", "", table, flags=re.MULTILINE))["source"][0]) for table in tables]
    assert {source.platform for source in found} == {"adzuna", "arbeitnow", "remoteok", "usajobs"}
