"""Files -> chunks: what one process reads and tags at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scraper.pieces import ARCHIVES, PIECE_BYTES, Piece, Problems, UnreadableFileError, pieces_of


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pieces of files that follow each other, and what was found wrong with the files before them."""

    pieces: tuple[Piece, ...]
    problems: Problems = field(default_factory=Problems)


def chunks_of(paths: Iterable[Path], n_bytes: int = PIECE_BYTES) -> Iterator[Chunk]:
    """The chunks of all files in their order, each of about ``n_bytes`` where the files can be cut.

    A file that cannot be used is a problem of the chunk behind it; the last chunk may have no pieces.
    """
    problems = Problems()
    waiting: list[Piece] = []
    for path in paths:
        try:
            for piece in pieces_of(path, problems, n_bytes):
                waiting.append(piece)
                if sum(each.size for each in waiting) >= n_bytes or piece.kind in ARCHIVES:
                    yield Chunk(tuple(waiting), problems)
                    waiting, problems = [], Problems()
        except (OSError, UnreadableFileError) as error:
            if waiting:  # what was read of it goes first
                yield Chunk(tuple(waiting), problems)
                waiting, problems = [], Problems()
            problems.lose(str(error))
    yield Chunk(tuple(waiting), problems)
