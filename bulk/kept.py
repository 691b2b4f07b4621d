"""Parts on disk while a run is under way: what a killed run has tagged is not tagged again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bulk.plan import Chunk
from output.write_file import replacing

FOLDER = ".tagging"


@dataclass(frozen=True)
class KeptParts:
    """The parts in a folder, each under a key of what it was made of: a part of anything else is never found."""

    folder: Path
    version: str
    """Of the code and data that tag."""
    now: str
    """The day of the run, which dates are read against."""

    def path(self, chunk: Chunk) -> Path:
        """Where the part of a chunk stands or will stand."""
        found = hashlib.blake2b(f"{self.version} {self.now}".encode(), digest_size=16)
        for piece in chunk.pieces:
            found.update(f"\n{piece.digest} {piece.path}".encode())
        found.update(f"\n{chunk.problems.messages}".encode())
        return self.folder / f"{found.hexdigest()}.part"

    def keep(self, path: Path, data: bytes) -> None:
        """Write a part, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(data)

    def clear(self) -> None:
        """The run is over."""
        shutil.rmtree(self.folder, ignore_errors=True)


def in_groups(paths: Iterable[tuple[Path, int]], n_ads: int) -> Iterator[tuple[list[Path], int]]:
    """Paths of parts, each with its number of ads, together to about ``n_ads``."""
    group: list[Path] = []
    n_here = 0
    for path, n in paths:
        group.append(path)
        n_here += n
        if n_here >= n_ads:
            yield group, n_here
            group, n_here = [], 0
    if group:
        yield group, n_here
