"""The shape of every component: it reads many ads at once, for numpy is slow on short arrays and quick on long ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc
from spacy.util import minibatch

BATCH_SIZE = 32
"""Ads read at once: alone each takes half as long again, beyond some dozens nothing is gained."""


@dataclass(frozen=True)
class BatchComponent:
    """A spaCy component made of a function that annotates several docs in place."""

    annotate: Callable[[Sequence[Doc]], None]

    def __call__(self, doc: Doc) -> Doc:
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH_SIZE) -> Iterator[Doc]:
        """Annotate a stream of docs, a batch at a time."""
        for docs in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            batch = list(docs)
            self.annotate(batch)
            yield from batch
