"""The learned tables: read once from ``data/model.npz``, applied with numpy alone.

``taggers.train`` makes them from the examples in ``data/voices`` and the words of ``data/concepts.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taggers.features import FeatureSpace, Floats, Ints, PieceFeatures, by_group
from taggers.words import Vocabulary

MODEL_FILE = "model.npz"


@dataclass(frozen=True)
class Head:
    """A linear classifier of pieces: one column an answer."""

    answers: tuple[str, ...]
    of_rows: Floats
    """(rows, answers), idf included"""
    of_concepts: Floats
    """(concepts, answers); no row where the head looks at words alone"""
    bias: Floats


@dataclass(frozen=True)
class Layer:
    """A linear classifier of a few dense figures."""

    answers: tuple[str, ...]
    weights: Floats
    """(figures, answers)"""
    bias: Floats

    def logits(self, figures: NDArray[Any]) -> Floats:
        """(rows, figures) -> (rows, answers)"""
        result: Floats = figures @ self.weights + self.bias
        return result


@dataclass(frozen=True, eq=False)
class Model:
    """All learned tables."""

    space: FeatureSpace
    squared_idf: Floats
    """Of each row of the table."""
    heads: dict[str, Head]
    layers: dict[str, Layer]

    def logits(self, features: PieceFeatures, *names: str) -> list[Floats]:
        """For each head named: (pieces, answers) log-odds. Heads asked together are worked out together."""
        of_rows, of_concepts, bias, cuts = _side_by_side(self, names)
        norm = self.norm(features)
        of_words = summed(of_rows, features.rows)
        logits = by_group(of_words, features.piece_of, features.n_pieces) / norm[:, None] + bias
        if len(of_concepts):
            logits += self.space.concepts(features) @ of_concepts
        return np.split(logits, cuts, axis=1)

    def norm(self, features: PieceFeatures) -> Floats:
        """The length that a piece's rows are divided by."""
        squares = summed(self.squared_idf, features.rows)
        norm: Floats = np.sqrt(np.maximum(by_group(squares, features.piece_of, features.n_pieces), 1e-6))
        return norm


def summed(table: NDArray[Any], rows: Ints) -> NDArray[Any]:
    """(words, N_SLOTS) rows of the table -> their sum for each word; most words have the first row alone."""
    total: NDArray[Any] = np.take(table, rows[:, 0], axis=0)
    for slot in range(1, rows.shape[1]):
        used = np.flatnonzero(rows[:, slot])
        total[used] += np.take(table, rows[used, slot], axis=0)
    return total


@lru_cache(maxsize=16)
def _side_by_side(model: Model, names: tuple[str, ...]) -> tuple[Floats, Floats, Floats, list[int]]:
    """The tables of several heads with their columns side by side, and where each but the first begins."""
    heads = [model.heads[name] for name in names]
    tables = [[getattr(head, part) for head in heads] for part in ("of_rows", "of_concepts", "bias")]
    of_rows, of_concepts, bias = (np.ascontiguousarray(np.concatenate(each, axis=-1)) for each in tables)
    return of_rows, of_concepts, bias, np.cumsum([len(head.bias) for head in heads])[:-1].tolist()


def probabilities(logits: NDArray[Any]) -> Floats:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


def sigmoid(logits: NDArray[Any]) -> Floats:
    """Log-odds -> probabilities, each for itself."""
    result: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return result


def to_arrays(model: Model) -> dict[str, NDArray[Any]]:
    """The model as named arrays, for ``numpy.savez``; weights in half precision."""
    space = model.space
    arrays: dict[str, NDArray[Any]] = {
        "words": np.array("\n".join(space.vocabulary.words)),
        "pairs": space.pairs,
        "squared_idf": model.squared_idf.astype(np.float16),
    }
    for name, head in model.heads.items():
        arrays |= {f"head/{name}/{key}": value for key, value in _as_arrays(head).items()}
    for name, layer in model.layers.items():
        arrays |= {f"layer/{name}/{key}": value for key, value in _as_arrays(layer).items()}
    return arrays


def _as_arrays(part: Head | Layer) -> dict[str, NDArray[Any]]:
    exact = isinstance(part, Layer)
    values = {key: value for key, value in vars(part).items() if key != "answers"}
    kind = np.float32 if exact else np.float16
    return {"answers": np.array("\n".join(part.answers))} | {key: value.astype(kind) for key, value in values.items()}


def from_arrays(arrays: Any) -> Model:
    """The inverse of ``to_arrays``."""
    space = FeatureSpace(Vocabulary(tuple(str(arrays["words"]).split("\n"))), arrays["pairs"])
    parts: dict[tuple[str, str], dict[str, Any]] = {}
    for key in arrays:
        if "/" in key:
            kind, name, attribute = key.split("/")
            parts.setdefault((kind, name), {})[attribute] = _restored(arrays[key])
    heads = {name: Head(**values) for (kind, name), values in parts.items() if kind == "head"}
    layers = {name: Layer(**values) for (kind, name), values in parts.items() if kind == "layer"}
    return Model(space, arrays["squared_idf"].astype(np.float32), heads, layers)


def _restored(array: NDArray[Any]) -> Any:
    return tuple(str(array).split("\n")) if array.dtype.kind == "U" else array.astype(np.float32)


_in_use: list[Model] = []


def load_model() -> Model:
    """The model that the tagger reads with: the shipped one, read once, unless another was put in its place."""
    if not _in_use:
        with (files("taggers") / "data" / MODEL_FILE).open("rb") as file:
            use_model(from_arrays(dict(np.load(file, allow_pickle=False))))
    return _in_use[0]


def use_model(model: Model) -> None:
    """Read with this model from now on; for evaluating one that was trained without some voices."""
    _in_use[:] = [model]
