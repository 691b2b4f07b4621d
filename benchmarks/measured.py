"""What was measured, on which machine, as a table."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

LIBRARIES = ("numpy", "pandas", "pyarrow", "Scrapy", "spacy", "scikit-learn", "SQLAlchemy", "distributed")
HERE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    unit: str
    values: list[float]
    note: str = ""

    def cells(self) -> list[str]:
        low, high = min(self.values), max(self.values)
        spread = f"{_figure(low)} to {_figure(high)}" if len(self.values) > 1 else ""
        return [self.what, _figure(median(self.values)), self.unit, spread, str(len(self.values)), self.note]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


@dataclass
class Results:
    """The rows so far; written again after each, so that a run that is broken off leaves what it has."""

    folder: Path
    rows: list[Row] = field(default_factory=list)

    def add(self, *rows: Row) -> None:
        for row in rows:
            self.rows.append(row)
            sys.stdout.write("  ".join(cell for cell in row.cells() if cell) + "\n")
            sys.stdout.flush()
        self.write()

    def write(self) -> None:
        """``bench.md`` for reading, ``bench.json`` for comparing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        head = ["what", "median", "unit", "spread", "rounds", "beside"]
        lines = [head, ["---"] * len(head), *(row.cells() for row in self.rows)]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        about = "\n".join(f"- {name}: {value}" for name, value in machine().items())
        (self.folder / "bench.md").write_text(f"{about}\n\n{table}\n", encoding="utf-8")
        content = {"machine": machine(), "rows": [asdict(row) for row in self.rows]}
        (self.folder / "bench.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def machine() -> dict[str, str]:
    """Processor, memory, load and versions."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return {
        "processor": f"{cpu[1] if cpu else platform.processor()}, {os.cpu_count()} cores",
        "memory": f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "",
        "load average": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "versions": ", ".join([f"Python {platform.python_version()}", *map(_named, LIBRARIES)]),
    }


def _named(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"{library} absent"


def rate(work: Callable[[], Any], n: int) -> tuple[float, float]:
    """(by the second of the clock, by the second of the processor) that ``n`` things take in ``work``."""
    wall, cpu = perf_counter(), process_time()
    work()
    return n / (perf_counter() - wall), n / max(process_time() - cpu, 1e-9)


def once(module: str, *arguments: object) -> Any:
    """What ``python -m module arguments`` prints as its last line, as JSON: nothing is warm in a new process."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = {**os.environ, "ROLECALL_ALLOW_LOOPBACK": "1"}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The ``b`` of ``value = a * size ** b`` that fits best."""
    import numpy as np

    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
