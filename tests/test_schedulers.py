"""What docs/schedulers.md and deploy/ tell a scheduler to write is what the commands take."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from conftest import PROJECT

from health.rules import load_rules
from health.settings import PREFIX, SECRETS, Notify, load_notify
from output.run_manifest import source_entry
from pipelines.run_ledger import WATCHED
from rolecall import app

TEXT = (PROJECT / "docs" / "schedulers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
DEPLOYED = [(PROJECT / "deploy" / name).read_text(encoding="utf-8") for name in ("crontab", "rolecall.service")]


def commands() -> list[str]:
    """Every command line with ``rolecall`` in it, from its name on."""
    lines = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines()]
    lines += [line for text in DEPLOYED for line in text.splitlines() if "bin/rolecall" in line]
    found = [re.search(r"(?:^|&& |/bin/)rolecall (.*?)\s*(?:#|>>|$)", line) for line in lines]
    return [match[1] for match in found if match]


def test_there_are_commands_to_look_at() -> None:
    assert len(commands()) == 8


@pytest.mark.parametrize("line", commands())
def test_every_command_is_one(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    group = typer.main.get_group(app)
    context = group.make_context("rolecall", shlex.split(line))
    rest = [*context._protected_args, *context.args]
    while isinstance(group, typer.core.TyperGroup):
        name, command, rest = group.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(name, rest, parent=context)
        if not isinstance(command, typer.core.TyperGroup):
            return
        group, rest = command, [*context._protected_args, *context.args]


def test_the_table_of_notices_is_read_as_it_stands(tmp_path: Path) -> None:
    (block,) = (block for language, block in BLOCKS if language == "toml")
    (tmp_path / "sources.toml").write_text(block)
    (tmp_path / "rules.toml").write_bytes((PROJECT / "health" / "data" / "rules.toml").read_bytes())
    notify = load_notify(tmp_path / "sources.toml")
    assert notify.channels == ["file", "email"]
    assert set(re.findall(r"^(\w+) =", block, re.MULTILINE)) == Notify.model_fields.keys() - set(SECRETS)


def test_every_variable_is_told_of() -> None:
    assert set(re.findall(rf"`{PREFIX}(\w+)`", TEXT)) == {name.upper() for name in Notify.model_fields}


def test_every_failure_class_is_told_of_with_the_shipped_number_of_runs() -> None:
    failures = dict(load_rules().failures)
    assert failures.pop("unknown") == 1
    rows = re.findall(r"^\| `([\w-]+)` \|.*\| ([^|]*) \|$", TEXT, re.MULTILINE)
    told = {name: int(words.split()[0]) if words[0].isdigit() else 0 for name, words in rows if words.strip()}
    assert {name: n for name, n in told.items() if name in failures} == failures


def test_what_the_docs_name_of_a_manifest_is_in_it() -> None:
    (sentence,) = re.findall(r"`exit_code`, `errors`, and for every source\n(.*?); for every host", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", sentence)) <= source_entry("firm", None, {}, 1.0).keys()


def test_rules_name_fields_that_are_counted() -> None:
    assert load_rules().coverage.least.keys() <= set(WATCHED)


def test_the_crontab_has_two_lines_that_cron_can_read() -> None:
    lines = [line for line in DEPLOYED[0].splitlines() if line and not re.match(r"#|\w+=", line)]
    assert [bool(re.match(r"(?:[\d*/,-]+ ){5}\S", line)) for line in lines] == [True, True]
    assert not any("%" in line for line in lines)  # cron takes it for the end of the line
