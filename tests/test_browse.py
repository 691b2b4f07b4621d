"""The store in Datasette, started as a user starts it: pages, facets, search and questions, asked for on loopback."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pandas as pd
import pytest
from conftest import PROJECT, DemoRun
from test_store import posting

import commands.browse
import rolecall
from output.browse.copy import columns_of, name_of, write_copy
from output.browse.site import facets, metadata, told
from output.columns import POSTINGS, TABLES
from pipelines.pay import pay_rules
from store import add_revisions, open_store, revision

EMPTY_ON_THE_DEMO = {"latest_changes"}
"""The demo is one crawl; the question's own words say that it needs two."""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def address(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``rolecall browse`` in a process of its own: when it is ended the store is as it was and the copy is gone."""
    store, folder = demo.folder / "demo.db", tmp_path_factory.mktemp("copies")
    before = digest(store)
    command = [sys.executable, "-m", "rolecall", "browse", "--port", "0", "--store", str(store)]
    here = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(command, cwd=PROJECT, env=here, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        found = re.search(r"http://127\.0\.0\.1:\d+", running.stderr.readline())
        assert found
        assert list(folder.glob("rolecall-browse-*/rolecall.db"))
        try:
            yield found[0]
        finally:
            running.terminate()
    assert digest(store) == before
    assert not list(folder.iterdir())


def get(url: str, **headers: str) -> str:
    with urlopen(Request(url, headers=headers), timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def refused(url: str, **headers: str) -> int:
    """The status of an answer that is none."""
    with pytest.raises(HTTPError) as error:
        get(url, **headers)
    error.value.close()
    return error.value.code


def rows(url: str, **asked: str) -> Any:
    return json.loads(get(f"{url}.json?{urlencode({'_shape': 'array', **asked})}"))


def test_pages_say_what_rows_and_columns_mean(address: str) -> None:
    assert "the roles their duties describe" in get(address)
    page = get(f"{address}/rolecall/postings")
    for column in columns_of(POSTINGS):
        assert f"<dt>{column.name}</dt>" in page
    assert "Unit: salary_currency a year." in page
    assert "One row: one posting." in page


def test_the_postings_are_counted_by_role_verdict_state_and_source(address: str, demo: DemoRun) -> None:
    counted = json.loads(get(f"{address}/rolecall/postings.json"))["facet_results"]
    assert {"role", "title_verdict", "region", "source"} <= counted.keys()
    n_ads = len(pd.read_csv(demo.folder / "postings.csv"))
    assert sum(value["count"] for value in counted["role"]["results"]) == n_ads
    by_role = rows(f"{address}/rolecall/postings", role="law clerk")
    assert by_role
    assert {row["role"] for row in by_role} == {"law clerk"}


@pytest.mark.parametrize("name", told()["queries"])
def test_every_question_has_an_answer(address: str, name: str) -> None:
    answer = rows(f"{address}/rolecall/{name}")
    assert isinstance(answer, list), answer
    assert bool(answer) is (name not in EMPTY_ON_THE_DEMO)
    page = get(f"{address}/rolecall/{name}")
    assert told()["queries"][name]["title"].replace("'", "&#39;") in page


def test_a_question_takes_its_blanks(address: str) -> None:
    one = rows(f"{address}/rolecall/pay_by_cut", role="paralegal", cut="sector")
    assert {(row["role"], row["cut"]) for row in one} == {("paralegal", "sector")}
    assert {row["role"] for row in rows(f"{address}/rolecall/typical_duties", role="law clerk")} == {"law clerk"}


def test_titles_and_duties_are_searched_by_the_stems_of_words(address: str) -> None:
    by_duty = rows(f"{address}/rolecall/postings", _search="exhibiting")
    assert by_duty
    assert any("exhibit" not in row["title"].lower() for row in by_duty)
    assert all("exhibit" in row["text"].lower() for row in by_duty)
    by_title = rows(f"{address}/rolecall/postings", _search="clerk")
    assert any("Clerk" in row["title"] for row in by_title)
    duties = rows(f"{address}/rolecall/duties", _search="draft")
    assert duties
    assert all("draft" in row["duty"].lower() for row in duties)
    assert rows(f"{address}/rolecall/postings", _search="xylophone") == []


def test_nothing_can_be_written_and_no_other_name_is_answered(address: str) -> None:
    assert refused(f"{address}/rolecall.json?{urlencode({'sql': 'delete from postings'})}") == 400
    assert refused(address, Host="rebound.example") == 400


def test_every_table_and_column_has_its_meaning_once() -> None:
    shown = metadata()["databases"]["rolecall"]["tables"]
    for table in TABLES:
        assert shown[name_of(table)]["columns"].keys() == {column.name for column in columns_of(table)}
    for name, columns in facets().items():
        assert set(columns) <= shown[name]["columns"].keys()
    assert len(told()["queries"]) == 10


def test_the_copy_has_the_changes_and_masks_contacts(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    seen = {"first_seen": "2026-03-09T08:00:00+00:00", "last_seen": "2026-03-16T08:00:00+00:00"}
    opened.save([posting(1, text="Draft motions. Write to jo@firm.example.", **seen)])
    run = {"source": "s", "platform": "p", "outcome": "ok", "detail": None, "n_found": 1, "n_kept": 1, "n_errors": 0}
    for day in ("2026-03-02", "2026-03-09", "2026-03-16"):
        at = f"{day}T08:00:00+00:00"
        opened.save_run({**run, "run_id": at, "started_at": at, "finished_at": at}, {})
    with opened.writing() as connection:
        add_revisions(connection, [revision("id1", seen["last_seen"], "pay", "50000 USD", "60000 USD")])
    write_copy(opened, tmp_path / "copy.db", pay_rules().annual_factor, facets())
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        found = connection.execute(told()["queries"]["latest_changes"]["sql"]).fetchall()
        (text,) = connection.execute("select text from postings").fetchone()
    assert [(row[1], row[6], row[7]) for row in found] == [("pay", "50000 USD", "60000 USD"), ("new", None, None)]
    assert text == "Draft motions. Write to xx@xxxx.xxxxxxx."


def test_an_empty_store_can_be_browsed(tmp_path: Path) -> None:
    write_copy(open_store(str(tmp_path / "a.db")), tmp_path / "copy.db", pay_rules().annual_factor, facets())
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        for query in told()["queries"].values():
            assert connection.execute(query["sql"], {"role": "", "cut": "", "title_role": ""}).fetchall() == []


def test_without_datasette_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands.browse, "find_spec", lambda name: None)
    assert rolecall.main(["browse"]) == 2
    assert capsys.readouterr().err == (
        "error: browse: Datasette is not installed; install rolecall with the extra browse\n"
    )


def test_a_store_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rolecall.main(["browse", "--store", str(tmp_path / "none.db")]) == 2
    assert "no such file" in capsys.readouterr().err
