"""What a worker does first: a chunk is read and tagged, and becomes a part."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache
from itertools import islice
from threading import Lock

from bulk.part import Part, Read, part_of
from bulk.plan import Chunk
from bulk.version import code_version
from pipelines.chain import BATCH, Chain
from scraper.errors import UserError
from scraper.files import read_piece
from scraper.items import Posting
from scraper.pieces import Piece, Problems, UnreadableFileError

_one_at_a_time = Lock()
"""The taggers of a process are for one thread."""


def tag_chunk(chunk: Chunk, version: str, now: str) -> bytes:
    """Read and tag a chunk; the part's bytes.

    version: ``code_version()`` of who asks; raises UserError where the worker runs another. now: the instant that
    counts as now (ISO 8601), the same for all chunks.
    """
    if code_version() != version:
        raise UserError("a worker runs another version of Rolecall or of its data; install the same one everywhere")
    with _one_at_a_time:
        return _part(chunk, _chain(now)).to_bytes()


@cache
def _chain(now: str) -> Chain:
    """The pipelines of this process, made with its first chunk."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)  # processes side by side share the machine, and sums come out the same on any
    chain = Chain({"ROLECALL_NOW": now})
    gc.collect()
    gc.freeze()  # what the taggers know stays: the collector need not look at it again
    return chain


def _part(chunk: Chunk, chain: Chain) -> Part:
    problems = chunk.problems
    reads: list[Read] = []
    tagged: list[Posting] = []
    waiting = (posting for piece in chunk.pieces for posting in _read(piece, problems, reads))
    while batch := list(islice(waiting, BATCH)):
        tagged += chain.process(batch)
    return part_of(tagged, reads, problems.messages, problems.n_lost)


def _read(piece: Piece, problems: Problems, reads: list[Read]) -> Iterator[Posting]:
    n_rows = 0
    try:
        for posting in read_piece(piece, problems):
            n_rows += 1
            yield posting
    except (OSError, UnreadableFileError) as error:
        problems.lose(str(error))
    reads.append(Read(str(piece.path), n_rows))
