"""A wheel built from the tree, in a virtual environment that holds nothing but it and what it declares."""

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from conftest import PROJECT
from packaging.requirements import Requirement


def declared(name: str, extras: frozenset[str] = frozenset()) -> Iterator[Distribution]:
    """What a distribution declares to need, and what that needs, without extras nobody asked for."""
    seen: set[str] = set()
    waiting = [(name, extras)]
    while waiting:
        current, wanted = waiting.pop()
        for line in distribution(current).requires or []:
            requirement = Requirement(line)
            marker = requirement.marker
            applies = marker is None or any(marker.evaluate({"extra": extra}) for extra in (*wanted, ""))
            if applies and requirement.name.lower() not in seen:
                seen.add(requirement.name.lower())
                waiting.append((requirement.name, frozenset(requirement.extras)))
                yield distribution(requirement.name)


def link(needed: Distribution, site_packages: Path) -> None:
    """Put a distribution's top-level files and folders, as installed here, into another environment."""
    here = Path(sysconfig.get_path("purelib"))
    tops = {Path(str(file)).parts[0] for file in needed.files or []} - {"..", "__pycache__"}
    for top in tops:
        target = site_packages / top
        if (here / top).exists() and not target.exists():
            target.symlink_to(here / top)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel installed by pip and the declared dependencies linked in, all offline."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--quiet",
        "--wheel-dir",
        folder,
        PROJECT,
    ]
    subprocess.run(list(map(str, build)), check=True, capture_output=True)
    venv.create(folder / "venv", with_pip=True)
    (wheel,) = folder.glob("rolecall-*.whl")
    install = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(list(map(str, install)), check=True, capture_output=True)
    (site_packages,) = (folder / "venv/lib").glob("python*/site-packages")
    for needed in declared("rolecall"):
        link(needed, site_packages)
    return folder / "venv"


def run(environment: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "ROLECALL", "VIRTUAL"))
    }
    command = [str(environment / "bin" / "rolecall"), *arguments]
    return subprocess.run(
        command, cwd=folder, env={**settings, "HOME": str(folder)}, capture_output=True, text=True, check=False
    )


def test_help_from_another_folder(environment: Path, tmp_path: Path) -> None:
    done = run(environment, tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


def test_demo_from_another_folder(environment: Path, tmp_path: Path) -> None:
    done = run(environment, tmp_path, "demo", "--out", "reports")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "reports" / "postings.csv").read_text().count("\n") > 40


def test_the_environment_holds_no_development_tool(environment: Path) -> None:
    (site_packages,) = (environment / "lib").glob("python*/site-packages")
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & {path.name for path in site_packages.iterdir()}
