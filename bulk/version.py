"""Which code and data tag: parts made by others are not taken up."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("bulk", "pipelines", "scraper", "store", "taggers")
SUFFIXES = (".py", ".toml", ".npz", ".json")


@cache
def code_version() -> str:
    """A hash of everything that decides what comes of an ad: our code and data, and the versions of the libraries."""
    found = hashlib.blake2b(digest_size=16)
    for name in PACKAGES:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        root = Path(spec.origin).parent
        for path in sorted(each for each in root.rglob("*") if each.suffix in SUFFIXES):
            found.update(f"{name}/{path.relative_to(root)}".encode() + path.read_bytes())
    found.update(_libraries().encode())
    return found.hexdigest()


def _libraries() -> str:
    """Names and versions of what the project needs without extras."""
    lines = [line for line in _requires() if "extra ==" not in line]
    names = [found[0] for line in lines if (found := re.match(r"[\w.-]+", line))]
    return " ".join(f"{name}={version(name)}" for name in names)


def _requires() -> list[str]:
    try:
        return requires("rolecall") or []
    except PackageNotFoundError:  # run from a plain checkout
        return []
