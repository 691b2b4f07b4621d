"""Files that are never half written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import time
from typing import IO

DAY_S = 24 * 60 * 60


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that takes the path's place when the block ends without error, and vanishes when it does not.

    What a killed process left half written goes after a day.
    """
    for left in path.parent.glob(f".{path.name}.*"):
        if left.stat().st_mtime < time() - DAY_S:
            left.unlink(missing_ok=True)
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        written = Path(file.name)
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException as error:
            written.unlink()
            if isinstance(error, OSError):
                error.filename = error.filename or str(path)  # a full disk does not say for which file
            raise
    written.chmod(0o644)
    written.replace(path)
