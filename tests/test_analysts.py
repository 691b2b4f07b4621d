"""Every block of code in docs/analysts.md runs, in its order, on what the demo leaves."""

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import PROJECT, DemoRun, rolecall

BLOCKS = re.findall(
    r"```(python|sh)\n(.*?)```", (PROJECT / "docs" / "analysts.md").read_text(encoding="utf-8"), re.DOTALL
)


def run_python(code: str, names: dict[str, Any]) -> Any:
    """Run the block as a notebook does; the value of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    exec(compile(tree, "docs/analysts.md", "exec"), names)
    return eval(compile(ast.Expression(last.value), "docs/analysts.md", "eval"), names)


def test_the_blocks_run_in_their_order(demo: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "demo").symlink_to(demo.folder)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for language, code in BLOCKS:
        if language == "python":
            shown = run_python(code, names)
            assert isinstance(shown, pd.DataFrame | pd.Series)
            assert len(shown), code
            continue
        for line in code.strip().splitlines():
            done = rolecall(*shlex.split(line)[1:], cwd=tmp_path)
            assert done.returncode == 0, done.stderr


def test_every_file_of_reports_is_told_of() -> None:
    text = (PROJECT / "docs" / "analysts.md").read_text(encoding="utf-8")
    for name in (
        "salary_stats",
        "location_stats",
        "title_check",
        "title_matrix",
        "duty_stats",
        "funnel",
        "changes",
        "trends",
    ):
        assert f"`{name}.csv`" in text
