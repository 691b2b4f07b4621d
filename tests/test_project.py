"""Rules that hold for all of the project: one direction, one name, one declaration."""

import ast
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import PROJECT
from scrapy.http import TextResponse
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.misc import load_object

from output.columns import DUTIES, PLACES, POSTINGS
from scraper import settings
from scraper.crawl import project_settings
from scraper.items import Duty, Place, Posting, RawPay, RawPlace, field_docs
from scraper.spiders import spider_class, spider_names

PACKAGES = {"bulk", "commands", "examples", "health", "output", "pipelines", "scraper", "store", "taggers", "rolecall"}

MAY_IMPORT = {
    "bulk": {"output", "pipelines", "scraper.errors", "scraper.files", "scraper.items", "scraper.pieces", "store"},
    "taggers": set(),
    "scraper": set(),
    "store": {"scraper.errors", "scraper.items"},
    "pipelines": {"scraper.door", "scraper.hosts", "scraper.items", "store", "taggers"},
    "health": {"pipelines.host", "scraper.errors", "scraper.probe", "store"},
    "output": {
        "examples.boards_data",
        "pipelines.chain",
        "pipelines.steps",
        "pipelines.tag_role",
        "scraper.crawl",
        "scraper.errors",
        "scraper.files",
        "scraper.items",
        "store",
        "taggers",
    },
    "examples": {"scraper.sources"},
}
"""Package -> what else of ours it may import. Data flows scraper -> pipelines (-> taggers) -> store -> output.

The recruiter's check, in output, reads an ad from a file or a page and puts it through the pipelines at once.
"""


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules_of(package: str) -> list[Path]:
    return sorted((PROJECT / package).rglob("*.py"))


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_run_one_way(package: str) -> None:
    for path in modules_of(package):
        ours = {name for name in imports_of(path) if name.partition(".")[0] in PACKAGES - {package}}
        allowed = MAY_IMPORT[package]
        wrong = {name for name in ours if not any(name == each or name.startswith(f"{each}.") for each in allowed)}
        wrong -= {each.partition(".")[0] for each in allowed}
        assert not wrong, f"{path.relative_to(PROJECT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("path", modules_of("taggers"), ids=lambda path: path.name)
def test_taggers_know_neither_scrapy_nor_pandas(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports_of(path)} & {"scrapy", "twisted", "pandas", "sqlalchemy"}


@pytest.mark.parametrize("name", spider_names())
def test_file_spider_and_class_share_a_name(name: str) -> None:
    spider = SpiderLoader.from_settings(project_settings({})).load(name)
    assert (spider.name, spider.__name__, spider.__module__) == (
        name,
        f"{name.title()}Spider",
        f"scraper.spiders.{name}",
    )
    assert spider.__doc__


@pytest.mark.parametrize("name", spider_names())
def test_every_spider_has_recorded_pages_each_with_its_reason(name: str) -> None:
    cases = sorted((PROJECT / "tests" / "pages" / name).glob("*/meta.json"))
    assert cases
    assert all('"why": "' in case.read_text() for case in cases)


def test_docs_name_every_spider_once_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (PROJECT / "docs" / "sources.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == spider_names()


def test_docs_name_every_key() -> None:
    text = (PROJECT / "docs" / "sources.md").read_text(encoding="utf-8")
    lines = {name: line for line in text.splitlines() if (name := line[3:].partition("`")[0]) in spider_names()}
    for name in spider_names():
        assert set(re.findall(r"ROLECALL_\w+", lines[name])) == set(spider_class(name).keys), name


def test_the_worked_example_of_the_docs_reads_its_board() -> None:
    text = (PROJECT / "docs" / "add_a_source.md").read_text(encoding="utf-8")
    board, meta = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL))
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    namespace: dict[str, Any] = {"__name__": "docket"}
    exec(code, namespace)
    spider = namespace["DocketSpider"](**meta["arguments"])
    (ad,) = spider.parse_start(TextResponse(meta["url"], body=json.dumps(board).encode(), encoding="utf-8"))
    assert (ad.title, ad.company, ad.pay_raw.low, ad.pay_raw.period) == ("Litigation Paralegal", "rowe", "31", "hour")
    assert spider.first_request().url == meta["url"]
    assert spider.recognise("https://docket.example/rowe") == {"board": "rowe"}


def test_every_pipeline_stands_in_a_file_of_its_name_in_running_order() -> None:
    for path, _ in sorted(settings.ITEM_PIPELINES.items(), key=lambda pair: pair[1]):
        pipeline = load_object(path)
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", pipeline.__name__.removesuffix("Pipeline")).lower()
        assert pipeline.__module__ == f"pipelines.{snake}"
        assert pipeline.__doc__


@pytest.mark.parametrize("cls", [Posting, Duty, Place, RawPay, RawPlace])
def test_every_field_is_documented_under_itself(cls: type) -> None:
    assert set(field_docs(cls)) == set(cls.__dataclass_fields__)  # type: ignore[attr-defined]


CONTRACT = {
    POSTINGS: (
        "posting_id, source, url, title, company, role, role_confidence, second_role, title_role, title_verdict, "
        "suggested_title, n_duties, n_matched_duties, salary_text, salary_min, salary_max, salary_period, "
        "salary_currency, salary_source, salary_year_min, salary_year_max, city, region, country, remote, "
        "posted_on, first_seen, last_seen"
    ),
    DUTIES: "posting_id, duty_no, duty, start, end, definitions, role, score, evidence",
    PLACES: "posting_id, place_no, city, region, country, place_text",
}


@pytest.mark.parametrize("table", CONTRACT, ids=lambda table: table.file)
def test_columns_that_others_rely_on_come_first_and_in_their_order(table: object) -> None:
    promised = CONTRACT[table].split(", ")  # type: ignore[index]
    assert table.names[: len(promised)] == promised  # type: ignore[attr-defined]


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.splitlines() if (path := PROJECT / name).is_file()]


def test_no_result_is_committed() -> None:
    assert not [
        path
        for path in tracked_files()
        if path.suffix in (".db", ".parquet") or "results" in path.relative_to(PROJECT).parts
    ]


def test_no_file_names_a_package_registry_or_a_folder_of_a_machine() -> None:
    forbidden = re.compile(
        "|".join(["py" + "pi\\.org", "python" + "hosted", "--index" + "-url", "/ro" + "ot/", "/ho" + "me/\\w"])
    )
    for path in tracked_files():
        assert not forbidden.search(path.read_text(encoding="utf-8", errors="replace")), path


def test_every_changed_default_of_scrapy_is_one_it_knows() -> None:
    from scrapy.settings import default_settings

    ours = {name for name in vars(settings) if name.isupper() and not name.startswith("ROLECALL")}
    assert not {name for name in ours if not hasattr(default_settings, name)} - {"BOT_NAME"}


def test_unsafe_defaults_are_off() -> None:
    applied = project_settings({})
    assert applied.getbool("ROBOTSTXT_OBEY")
    assert applied.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert not applied.getbool("TELNETCONSOLE_ENABLED")
    assert not applied.getbool("REMOTE_CONTROL_ENABLED")
    assert applied.getint("DOWNLOAD_MAXSIZE") == 16 * 1024 * 1024
    handlers = applied.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler is not None} == {"http", "https"}
