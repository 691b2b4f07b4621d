"""The command line as a user runs it: help, messages, exit codes."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import PROJECT, rolecall
from test_store import posting

from store import open_store

AD = {
    "id": "x1",
    "title": "Litigation Paralegal",
    "salary": "$62,000 - $70,000",
    "location": "Albany, NY",
    "description": "Duties\n• Draft motions\n• Interview clients\n• Organize case files for trial",
}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["demo"],
        ["crawl"],
        ["tag"],
        ["report"],
        ["sources"],
        ["sources", "list"],
        ["sources", "check"],
        ["sources", "find"],
    ],
)
def test_help_of_every_command_explains_and_gives_an_example(command: list[str]) -> None:
    done = rolecall(*command, "--help")
    assert done.returncode == 0
    assert "Usage: rolecall" in done.stdout
    assert not command or "Example: rolecall" in done.stdout


def test_help_answers_at_once() -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        rolecall("--help")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.5


def test_version() -> None:
    assert rolecall("--version").stdout.startswith("rolecall 0.")


def test_tag(tmp_path: Path) -> None:
    ads = tmp_path / "ads.jsonl"
    ads.write_text(json.dumps(AD) + "\n" + json.dumps({"id": "x0"}) + "\n")
    done = rolecall("tag", ads, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    paralegal, empty = table(tmp_path / "out" / "postings.csv")
    assert (paralegal["posting_id"], paralegal["role"], paralegal["title_verdict"]) == ("x1", "paralegal", "matches")
    assert (paralegal["salary_min"], paralegal["salary_period"], paralegal["city"]) == ("62000", "year", "Albany")
    assert (empty["posting_id"], empty["role"], empty["salary_min"], empty["title_verdict"]) == (
        "x0",
        "none",
        "",
        "cannot tell",
    )
    assert [duty["duty"] for duty in table(tmp_path / "out" / "duties.csv")] == [
        "Draft motions",
        "Interview clients",
        "Organize case files for trial",
    ]
    assert "line 2: no description" in done.stderr
    assert str(tmp_path / "out" / "postings.csv") in done.stdout


def test_tag_twice_and_with_two_processes_gives_the_same_bytes(tmp_path: Path) -> None:
    ads = tmp_path / "ads.jsonl"
    ads.write_text(
        "".join(json.dumps({**AD, "id": str(number), "title": f"Paralegal {number}"}) + "\n" for number in range(150))
    )
    for folder, jobs in (("one", 1), ("two", 2), ("three", 1)):
        assert rolecall("tag", ads, "--out", tmp_path / folder, "--jobs", jobs).returncode == 0
    for name in (
        "postings.csv",
        "duties.csv",
        "places.csv",
        "salary_stats.csv",
        "location_stats.csv",
        "title_check.csv",
        "overview.svg",
    ):
        assert len({(tmp_path / folder / name).read_bytes() for folder in ("one", "two", "three")}) == 1, name


def test_what_cannot_be_read_is_said_and_the_rest_is_kept(tmp_path: Path) -> None:
    ads, latin = tmp_path / "ads.jsonl", tmp_path / "latin.csv"
    ads.write_bytes(
        json.dumps(AD).encode()
        + b"\n{broken\n"
        + json.dumps({**AD, "id": "big", "description": "Draft motions. " * 350_000}).encode()
        + b'\n{"id": "nul", "description": "Draft\\u0000 motions"}\n'
    )
    latin.write_bytes("id,title,description\nl1,Legal Secretary,Réponses aux appels\n".encode("latin-1"))
    done = rolecall("tag", ads, latin, tmp_path / "gone.csv", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert [row["posting_id"] for row in table(tmp_path / "out" / "postings.csv")] == ["x1", "big", "nul", "l1"]
    for message in (
        f"error: {ads} line 2: no JSON",
        f"warning: {latin}: not UTF-8",
        f"error: {tmp_path / 'gone.csv'}: no such file",
    ):
        assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tag", "none.jsonl", "--out", "out"], "error: none.jsonl: no such file"),
        (["tag", "ads.jsonl"], "error: Missing option '--out'"),
        (["report", "--store", "none.db", "--out", "out"], "error: store none.db: no such file; crawl or tag first"),
        (["crawl", "--sources", "none.toml"], "error: none.toml: no such file; write one"),
        (
            ["crawl", "--only", "nobody", "--sources", str(PROJECT / "sources.toml")],
            "error: --only nobody: no such source",
        ),
        (["sources", "check", "--sources", "none.toml"], "error: none.toml: no such file"),
        (
            ["sources", "check", "--only", "nobody", "--sources", str(PROJECT / "sources.toml")],
            "error: --only nobody: no such source",
        ),
        (["sources", "find", "ftp://files.example"], "error: ftp://files.example: no http or https address"),
        (["--log-level", "LOUD", "demo"], "error: --log-level LOUD: expected DEBUG"),
        (["tagg"], "error: No such command 'tagg'"),
        (["tag", "x.jsonl", "--out", "/proc/nowhere"], "error: "),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_code_2(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = rolecall(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failed_tag_run_leaves_the_last_good_reports(tmp_path: Path) -> None:
    ads = tmp_path / "ads.jsonl"
    ads.write_text(json.dumps(AD))
    rolecall("tag", ads, "--out", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")}
    ads.write_text("{broken")
    assert rolecall("tag", ads, "--out", tmp_path / "out").returncode == 2
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")} == before


def test_two_reports_of_a_store_are_the_same_bytes(tmp_path: Path) -> None:
    opened = open_store(str(tmp_path / "a.db"))
    opened.save([posting(1), posting(2)])
    for folder in ("one", "two"):
        assert rolecall("report", "--store", tmp_path / "a.db", "--out", tmp_path / folder).returncode == 0
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "postings.csv" in names
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)


def test_quiet_says_nothing_but_results(tmp_path: Path) -> None:
    ads = tmp_path / "ads.jsonl"
    ads.write_text(json.dumps(AD))
    assert rolecall("--quiet", "tag", ads, "--out", tmp_path / "out").stderr == ""


def test_sources_list_shows_the_boards() -> None:
    done = rolecall("sources", "list", "--store", "none.db")
    assert done.returncode == 0
    assert "greenhouse" in done.stdout
    assert "never" in done.stdout


def test_runs_as_a_module_from_another_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rolecall", "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
