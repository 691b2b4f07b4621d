"""``rolecall tag`` over chunks: the same bytes whoever works, whatever is killed, and however the files are cut."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import PROJECT, rolecall
from sqlalchemy import select
from test_warc_file import answer, record

import store
from bulk import run as bulk_run
from bulk.run import Bulk, tag_and_store, write_reports
from bulk.workers import Here, Pool, Workers, WorkersLostError, workers
from examples.boards_data import boards
from output.write import write_reports as write_reports_of_store
from pipelines.pay import pay_rules
from scraper.errors import UserError
from store import open_store, rebuilding

CHUNK_BYTES = 6_000
N_ADS = 60


def ads() -> list[dict[str, Any]]:
    """Ads of the example boards, among them copies, an id that stands twice, and rows without id, text or anything."""
    texts = [(ad.title, ad.body) for board in boards() for ad in board.ads]
    rows = [
        {
            "id": f"a{number}" if number % 4 else None,
            "title": texts[number % len(texts)][0],
            "description": texts[number % len(texts)][1] + (" Write to jo@firm.example." if number % 9 == 0 else ""),
            "company": f"Firm {number % 7}",
            "location": "Albany, NY" if number % 2 else "Chicago, IL",
            "salary": f"${40 + number},000 - ${50 + number},000 a year" if number % 3 else "",
        }
        for number in range(N_ADS - 3)
    ]
    return [*rows, {**rows[1], "id": "a2"}, {"id": "a1#2", "title": "x"}, {}]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The ads over three kinds of files, with a broken line, and a file that is not there."""
    folder = tmp_path_factory.mktemp("ads")
    rows = ads()
    lines = [json.dumps(row) for row in rows[:30]]
    (folder / "ads.jsonl").write_text("\n".join([*lines[:10], "{broken", *lines[10:]]))
    pd.DataFrame(rows[30:45]).to_csv(folder / "ads.csv", index=False)
    columns = {name: [row.get(name) for row in rows[45:]] for name in rows[0]}
    pq.write_table(pa.table(columns), folder / "more.parquet", row_group_size=8)
    return [folder / name for name in ("ads.jsonl", "ads.csv", "gone.csv", "more.parquet")]


@dataclass
class Done:
    """What a run left."""

    out: Path
    messages: list[str] = field(default_factory=list)

    @property
    def bytes(self) -> dict[str, bytes]:
        """Every report, and the rows of the store."""
        reports = {str(path.relative_to(self.out)): path.read_bytes() for path in files_under(self.out)}
        return {**reports, "store": repr(rows_of(self.out / "rolecall.db")).encode()}


def files_under(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "rolecall.db" not in path.name)


def rows_of(path: Path) -> list[Any]:
    opened = open_store(str(path))
    tables = (store.postings, store.duties, store.places, store.pay_candidates)
    with opened.engine.connect() as connection:
        return [connection.execute(select(table).order_by(*table.primary_key.columns)).all() for table in tables]


def tagged(files: list[Path], out: Path, team: Workers, told: Callable[[int], None] = lambda n_ads: None) -> Done:
    run = Bulk(files, out, team, chunk_bytes=CHUNK_BYTES, told=told)
    with rebuilding(out / "rolecall.db") as writer:
        stored = tag_and_store(run, writer.store)
    opened = open_store(str(out / "rolecall.db"))
    write_reports(run, opened, stored, pay_rules().annual_factor)
    opened.close()
    stored.kept.clear()
    return Done(out, run.problems.messages)


@pytest.fixture(scope="module", autouse=True)
def small_partitions() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bulk_run, "FINISHED_ADS", 16)
        yield


@pytest.fixture(scope="module")
def alone(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The run of one process."""
    return tagged(files, tmp_path_factory.mktemp("alone"), Here())


def test_a_row_in_is_a_row_out_in_order_with_an_id_of_its_own(alone: Done) -> None:
    postings = pd.read_csv(alone.out / "postings.csv", keep_default_na=False)
    given = ads()
    assert postings["title"].tolist() == [row.get("title", "") for row in given]
    assert postings["posting_id"].is_unique
    called = dict(zip(range(N_ADS), postings["posting_id"], strict=True))
    assert [called[number] for number in (0, 1, 4, 28, 32, 48, 57, 58, 59)] == [
        "ads-1", "a1", "ads-5", "ads-29", "ads-3", "more-4", "a2#2", "a1#2", "more-15",
    ]  # fmt: skip


def test_what_was_wrong_is_told_in_the_order_of_the_files(alone: Done) -> None:
    found = [message.partition(": ")[2] for message in alone.messages if "no description" not in message]
    names = [Path(message.split(" ")[0].rstrip(":")).name for message in found]
    assert names == ["ads.jsonl", "gone.csv", "more.parquet"]
    assert "line 11: no JSON" in found[0]
    assert "id 'a2' stands on more than one row; this one is called 'a2#2'" in found[2]


def test_the_reports_are_those_of_the_store(alone: Done, tmp_path: Path) -> None:
    write_reports_of_store(open_store(str(alone.out / "rolecall.db")), tmp_path, pay_rules().annual_factor)
    theirs = {path.name: path.read_bytes() for path in files_under(tmp_path)}
    ours = alone.bytes
    assert {"postings.csv", "duties.csv", "pay_ledger.csv", "report.html", "salary_stats.csv"} <= theirs.keys()
    assert [name for name in theirs if ours[name] != theirs[name]] == []


def test_copies_are_linked_over_all_chunks(alone: Done) -> None:
    postings = pd.read_csv(alone.out / "postings.csv").set_index("posting_id")
    assert postings.loc["a1", "group_id"] == postings.loc["a2#2", "group_id"]
    assert postings["group_id"].nunique() < len(postings)


def test_partitions_hold_the_rows_of_the_csv(alone: Done) -> None:
    for name in ("postings", "duties", "places", "pay_ledger", "title_check"):
        parts = sorted((alone.out / "parquet" / name).iterdir())
        assert len(parts) > 2
        rows = pd.concat(map(pd.read_parquet, parts), ignore_index=True)
        assert len(rows) == len(pd.read_csv(alone.out / f"{name}.csv"))


def kill_one(pids: Callable[[], list[int]]) -> Callable[[int], None]:
    """Kills a worker when the first ads have come."""
    waiting = [None]

    def kill(n_ads: int) -> None:
        if waiting:
            waiting.pop()
            os.kill(pids()[0], signal.SIGKILL)

    return kill


def test_two_processes_one_of_them_killed_give_the_same_bytes(files: list[Path], alone: Done, tmp_path: Path) -> None:
    with workers(2) as team:
        assert isinstance(team, Pool)
        done = tagged(files, tmp_path, team, kill_one(lambda: list(team._pool._processes)))
    assert done.bytes == alone.bytes
    assert done.messages == alone.messages


@contextmanager
def dask_workers(n: int) -> Iterator[tuple[str, Callable[[], list[int]]]]:
    """(address, process ids of the workers) of a scheduler on loopback."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=n,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        env={"PYTHONPATH": str(PROJECT)},
        silence_logs=50,
    ) as cluster:
        yield cluster.scheduler_address, lambda: [nanny.pid for nanny in cluster.workers.values()]


def test_two_dask_workers_one_of_them_killed_give_the_same_bytes(
    files: list[Path], alone: Done, tmp_path: Path
) -> None:
    with dask_workers(2) as (address, pids), workers(scheduler=address) as team:
        done = tagged(files, tmp_path, team, kill_one(pids))
    assert done.bytes == alone.bytes
    assert done.messages == alone.messages


def test_a_killed_run_is_taken_up_where_it_was(files: list[Path], alone: Done, tmp_path: Path) -> None:
    told: list[int] = []

    def stop(n_ads: int) -> None:
        told.append(n_ads)
        if len(told) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tagged(files, tmp_path, Here(), stop)
    assert not (tmp_path / "postings.csv").exists()
    counting = Counting()
    assert tagged(files, tmp_path, counting).bytes == alone.bytes
    n_chunks = len(counting.n_ads)
    assert counting.n_ads[:4] == [None] * 4
    assert None not in counting.n_ads[4:]
    assert n_chunks > 6
    assert not (tmp_path / ".tagging").exists()


class Counting(Here):
    """Works as ``Here``, and remembers what was tagged: None for a chunk that was known."""

    def __init__(self) -> None:
        self.n_ads: list[Any] = []

    def map(self, function: Any, tasks: Any) -> Iterator[Any]:
        for task in tasks:
            is_tagging = function.__name__ == "tag_chunk"
            (result,) = Here().map(function, [task])
            if is_tagging:
                self.n_ads.append(result and len(result))
            yield result


@pytest.mark.parametrize("changed", ["row", "day", "version"])
def test_parts_of_other_rows_days_or_versions_are_not_taken_up(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ads.jsonl"
    path.write_text('{"title": "Paralegal", "description": "Draft motions", "posted_on": "3 days ago"}\n')
    kept = bulk_run.KeptParts(tmp_path, "version", "2026-11-25")
    (before,) = map(kept.path, bulk_run.chunks_of([path]))
    if changed == "row":
        path.write_text(path.read_text().replace("motions", "briefs!"))
    other = {"row": {}, "day": {"now": "2026-11-26"}, "version": {"version": "other"}}[changed]
    (after,) = map(replace(kept, **other).path, bulk_run.chunks_of([path]))
    assert after != before


def test_the_version_is_that_of_the_code_and_the_data() -> None:
    from bulk import version

    paths = {path.name for path in (PROJECT / "taggers").rglob("*") if path.suffix in version.SUFFIXES}
    assert {"model.npz", "concepts.toml", "duties.py"} <= paths
    assert len(version.code_version()) == 32


def test_a_worker_of_another_version_is_told(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_run, "code_version", lambda: "another")
    with pytest.raises(UserError, match="another version of Rolecall"):
        tagged(files, tmp_path, Here())


def test_a_chunk_that_every_worker_dies_of_ends_the_run() -> None:
    with workers(2) as team, pytest.raises(WorkersLostError, match="--jobs 2: processes died 3 times"):
        list(team.map(os._exit, [(1,)]))


def test_parquet_and_warc_through_the_command(tmp_path: Path) -> None:
    job = {"@type": "JobPosting", "title": "Law Clerk", "description": "<p>Research the law for the judge.</p>"}
    html = f'<script type="application/ld+json">{json.dumps(job)}</script>'
    (tmp_path / "crawl.warc").write_bytes(record("response", "https://firm.example/1", answer(html.encode())))
    columns = {
        "title": ["Paralegal", None],
        "description": ["Draft motions and pleadings.", None],
        "salary": [60000, 1],
    }
    pq.write_table(pa.table(columns), tmp_path / "ads.parquet")
    done = rolecall("tag", tmp_path / "ads.parquet", tmp_path / "crawl.warc", "--out", tmp_path / "out", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    postings = pd.read_csv(tmp_path / "out" / "postings.csv", keep_default_na=False)
    assert postings["posting_id"].tolist() == ["ads-1", "ads-2", "crawl-1"]
    assert postings["title"].tolist() == ["Paralegal", "", "Law Clerk"]
    assert postings["url"].tolist()[2] == "https://firm.example/1"
    assert "ads.parquet row 2: no description" in done.stderr


def test_a_scheduler_that_is_not_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bulk.workers.CONNECT_S", 0.2)
    with (
        pytest.raises(UserError, match=r"--scheduler tcp://127.0.0.1:9: no scheduler answers"),
        workers(scheduler="tcp://127.0.0.1:9"),
    ):
        pass
