"""The manifest of a run: one JSON file that says of every source what was asked, what came, and what was waited for.

It is written again whenever a source has ended, so a run that was killed leaves one without ``finished_at``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from output.write_file import replacing
from store import Store

OK = ("ok", "empty")
"""Outcomes that are no failure."""

Stats = Mapping[str, Any]
"""What Scrapy counted in the crawl of one source, by its names."""


class RunManifest:
    """The manifest of the run that is under way, ``FOLDER/<run_id>.json`` with ``-`` for each ``:``."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store
        self.problem: OSError | None = None
        """Why the file could not be written the last time, if it could not; the crawl goes on."""
        self._content: dict[str, Any] = {"run_id": None, "store": store.name, "finished_at": None, "exit_code": None}
        self._sources: dict[str, dict[str, Any]] = {}

    def add(self, source: str, stats: Stats, run_id: str, delay_s: float, hosts: list[dict[str, Any]]) -> None:
        """A source's crawl has ended: ``delay_s`` seconds were kept between two requests to its host.

        hosts: what has passed between each host of the run and us so far, by host.
        """
        self._content |= {"run_id": run_id, "hosts": hosts}
        row = next((row for row in self.store.of_run(run_id)[0] if row["source"] == source), None)
        self._sources[source] = source_entry(source, row, stats, delay_s)
        self._write()

    def finish(self, finished_at: str, exit_code: int, lost: Mapping[str, str]) -> OSError | None:
        """The run has ended; returns why the manifest could not be written, if it could not.

        lost: source -> what went wrong with it, those that were not come to among them.
        """
        self._content |= {"finished_at": finished_at, "exit_code": exit_code, "errors": dict(sorted(lost.items()))}
        if self._content["run_id"]:
            self._write()
        return self.problem

    @property
    def path(self) -> Path:
        """Where the manifest stands."""
        return self.folder / f"{self._content['run_id'].replace(':', '-')}.json"

    def _write(self) -> None:
        content = {**self._content, "sources": [self._sources[name] for name in sorted(self._sources)]}
        content["hosts"] = content.pop("hosts")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(self.path) as file:
                file.write(json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n")
            self.problem = None
        except OSError as error:
            self.problem = error


def source_entry(source: str, row: Mapping[str, Any] | None, stats: Stats, delay_s: float) -> dict[str, Any]:
    """The manifest's entry of one source; row: its row of ``runs``, None where the store could not be written."""
    row = row or {"outcome": "not recorded", "detail": "the store's `runs` has no row of it"}
    return {
        "source": source,
        "platform": row.get("platform"),
        "outcome": row["outcome"],
        "failure": None if row["outcome"] in OK else row["outcome"],
        "detail": row["detail"],
        "exit_reason": stats.get("finish_reason"),
        "started_at": row.get("started_at"),
        "finished_at": row.get("finished_at"),
        "seconds": round(stats.get("elapsed_time_seconds", 0.0), 3),
        "ads": _ads(row, stats),
        "requests": stats.get("downloader/request_count", 0),
        "statuses": _counts(stats, "downloader/response_status_count/"),
        "errors": _counts(stats, "downloader/exception_type_count/"),
        "bytes_sent": stats.get("downloader/request_bytes", 0),
        "bytes_received": stats.get("downloader/response_bytes", 0),
        "robots": _robots(stats),
        "politeness": _politeness(stats, delay_s),
    }


def _ads(row: Mapping[str, Any], stats: Stats) -> dict[str, Any]:
    happened = {name: stats.get(f"ads/{name}", 0) for name in ("new", "changed", "reopened", "closed", "not_stored")}
    return {"found": row.get("n_found"), "legal": row.get("n_kept"), **happened}


def _robots(stats: Stats) -> dict[str, Any]:
    return {
        "statuses": _counts(stats, "robotstxt/response_status_count/"),
        "unreachable": sum(_counts(stats, "robotstxt/exception_count/").values()),
        "forbidden": stats.get("robotstxt/forbidden", 0),
    }


def _politeness(stats: Stats, delay_s: float) -> dict[str, Any]:
    return {
        "delay_s": delay_s,
        "retries": stats.get("retry/count", 0),
        "waited_s": stats.get("retry/waited_ms", 0) / 1000,
        "retry_after_honoured": stats.get("retry_after/honoured", 0),
        "retry_after_s": stats.get("retry_after/seconds", 0),
        "retry_after_too_long": stats.get("retry_after/too_long", 0),
        "requests_not_sent": stats.get("retry/host_given_up", 0),
    }


def _counts(stats: Stats, prefix: str) -> dict[str, int]:
    """What was counted under names of this beginning, by the rest of the name."""
    return {name.removeprefix(prefix): n for name, n in sorted(stats.items()) if name.startswith(prefix)}
