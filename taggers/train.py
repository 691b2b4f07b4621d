"""Build ``data/model.npz`` from the examples in ``data/voices``: ``python -m taggers.train``.

Nothing but those files and the words of ``data/concepts.toml`` goes in, and the same files give the same model. What a
later step learns from an earlier one's answers it learns from answers about ads that the earlier one had not seen
(cross-fitting in N_FOLDS parts): otherwise it would trust them too much. The parts are drawn ad by ad and not voice by
voice: lawyers and other jobs stand in a few voices, and a step that has seen none of them teaches the next nothing.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from spacy.language import Language
from threadpoolctl import threadpool_limits

from taggers.definitions import DEFINED, definitions, gate_figures
from taggers.features import N_SLOTS, FeatureSpace, PieceFeatures, concept_words
from taggers.lines import Piece, pieces_of
from taggers.model import MODEL_FILE, Head, Layer, Model, to_arrays
from taggers.reading import Reading
from taggers.roles import OTHER_WORK, WORK, role_figures, says_who_is_sought
from taggers.sections import ANSWERS, HEADING, context_figures, log_probabilities, place
from taggers.voices import Ad, Line, example_ads, example_lines, voices
from taggers.words import ROLE_PAIRS, Words, build_vocabulary, make_tokenizing

MIN_TEXTS = 2
"""A word or pair of words in fewer examples is not learned."""

OF_DUTIES = ("definition", "work")
"""Heads that look at concepts too; the others read every line, which would cost too much."""

FEW_DUTIES = 4
"""The role is also learned from so many duties of every ad alone, drawn by chance: drafts and short ads say no more."""

N_DRAFTS = 2
"""How often they are drawn."""

OTHER_WORK_WEIGHT = 0.5
"""What an ad of other work counts for the role: the examples hold far more of them than boards of legal work do."""

N_FOLDS = 3
STRENGTH = {"section": 4.0, "definition": 6.0, "work": 6.0, "sought": 2.0}
"""Inverse of how strongly each head's weights are held back (scikit-learn's C)."""


@dataclass(frozen=True)
class Text:
    """An example's words, the pieces to learn from, and a label for each."""

    fold: int
    text: str
    words: Words
    pieces: list[Piece]
    labels: list[Any]


@dataclass
class Examples:
    """Everything there is to learn from, read once."""

    space: FeatureSpace
    lines: list[Text] = field(default_factory=list)
    """Single lines: section answers."""
    duties: list[Text] = field(default_factory=list)
    """Single duties, of lines and of ads: tuples of definition ids."""
    ads: list[tuple[Ad, Text]] = field(default_factory=list)
    """Ads in pieces: section answers."""


def train(names: Sequence[str]) -> Model:
    """The model that the examples of these voices teach.

    On one thread a process: more are slower on these tables, and add in another order, so that the last steps differ.
    """
    examples = read_examples(names)
    *partial_models, model = Parallel(n_jobs=2)(
        delayed(_on_one_thread)(examples, fold) for fold in (*range(N_FOLDS), None)
    )
    with threadpool_limits(limits=1, user_api="blas"):
        figures = Figures()
        for fold, heads in enumerate(partial_models):
            figures.add(examples, heads, fold)
        return Model(model.space, model.squared_idf, model.heads, figures.layers())


def _on_one_thread(examples: Examples, unseen: int | None) -> Model:
    with threadpool_limits(limits=1, user_api="blas"):
        return fit_heads(examples, unseen)


def read_examples(names: Sequence[str]) -> Examples:
    """Number the words of all examples and cut the ads into pieces."""
    lines = [line for name in names for line in example_lines(name)]
    ads = [ad for name in names for ad in example_ads(name)]
    space, nlp = _feature_space([*(line.text for line in lines), *(ad.text for ad in ads)])
    examples = Examples(space)

    def single(line: Line, label: Any) -> Text:
        words = space.vocabulary.words_of(nlp.make_doc(line.text))
        return Text(fold_of(line.text), line.text, words, [Piece(0, len(line.text), line.text, False, True)], [label])

    examples.lines = [single(line, line.kind) for line in lines]
    examples.duties = [single(line, line.definitions) for line in lines if line.kind == "duty"]
    in_ads = [(ad, line) for ad in ads for line in ad.lines if line.kind == "duty"]
    examples.duties += [replace(single(line, line.definitions), fold=fold_of(ad.text)) for ad, line in in_ads]
    for ad in ads:
        pieces = pieces_of(ad.text)
        labels = [_answer(ad.lines, piece) for piece in pieces]
        words = space.vocabulary.words_of(nlp.make_doc(ad.text))
        examples.ads.append((ad, Text(fold_of(ad.text), ad.text, words, pieces, labels)))
    return examples


def _feature_space(texts: list[str]) -> tuple[FeatureSpace, Language]:
    plain = make_tokenizing(lambda word: 0)
    spoken = [[token.text for token in plain.make_doc(text)] for text in texts]
    named = {word for firsts, seconds in ROLE_PAIRS for word in (*firsts, *seconds)}
    phrases = [phrase for each in concept_words().values() for phrase in each if len(phrase) <= 2]
    vocabulary = build_vocabulary(spoken, MIN_TEXTS, [*named, *(word for phrase in phrases for word in phrase)])
    nlp = make_tokenizing(vocabulary.number)
    numbers = [vocabulary.words_of(nlp.make_doc(text)).numbers for text in texts]
    keys = FeatureSpace(vocabulary, np.zeros(0, np.int64)).keys
    pairs = _frequent(keys(each[:-1], each[1:]) for each in numbers)
    in_phrases = [
        int(keys(*(np.array([vocabulary.number(word)]) for word in phrase))[0])
        for phrase in phrases
        if len(phrase) == 2
    ]
    pairs = np.unique(np.concatenate([pairs, np.array(in_phrases, np.int64)]))
    return FeatureSpace(vocabulary, pairs), nlp


def _frequent(keys: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    counts = Counter(int(key) for each in keys for key in np.unique(each))
    return np.array(sorted(key for key, n in counts.items() if n >= MIN_TEXTS), np.int64)


def _answer(lines: list[Line], piece: Piece) -> str:
    """The section answer of a piece of an ad: that of the line it shares most with; a heading opens what follows it."""
    number, line = max(enumerate(lines), key=lambda pair: min(pair[1].end, piece.end) - max(pair[1].start, piece.start))
    if line.kind != "heading":
        return line.kind
    following = (after.kind for after in lines[number:] if after.kind != "heading")
    return HEADING + next(following, "apply")


def fit_heads(examples: Examples, unseen: int | None) -> Model:
    """The heads, learned from all texts but those of the unseen fold; no layers."""
    section = [text for text in [*examples.lines, *(text for _, text in examples.ads)] if text.fold != unseen]
    stacked = _stack(examples.space, section)
    squared_idf = _squared_idf(stacked, examples.space.n_rows)
    fit = partial(_fit_head, examples.space, squared_idf)
    duties = [text for text in examples.duties if text.fold != unseen]
    ads = [(ad, text) for ad, text in examples.ads if text.fold != unseen]
    ids = [definition.id for definition in definitions()]
    defined = np.array([[one in text.labels[0] for one in ids] + [bool(text.labels[0])] for text in duties], int)
    heads = {
        "section": fit("section", stacked, [label for text in section for label in text.labels], ANSWERS),
        "definition": fit("definition", _stack(examples.space, duties), defined, (*ids, DEFINED)),
    }
    for name, wanted in (("work", _is_labelled_duty), ("sought", says_who_is_sought)):
        texts = [_only(text, wanted) for _, text in ads]
        labels = [work_of(ad) for (ad, _), text in zip(ads, texts, strict=True) for _ in text.pieces]
        heads[name] = fit(name, _stack(examples.space, texts), labels, WORK)
    return Model(examples.space, squared_idf, heads, {})


def fold_of(text: str) -> int:
    """The fold of a text, by its content: the same wherever it stands."""
    return crc32(text.encode()) % N_FOLDS


def _is_duty(line: Line) -> bool:
    return line.kind == "duty"


def _is_labelled_duty(piece: Piece, label: str) -> bool:
    return label == "duty"


def work_of(ad: Ad) -> str:
    """The ad's kind of work: one of WORK."""
    return ad.none_kind or ad.role


def _only(text: Text, wanted: Callable[[Piece, str], bool]) -> Text:
    chosen = [(piece, label) for piece, label in zip(text.pieces, text.labels, strict=True) if wanted(piece, label)]
    return Text(text.fold, text.text, text.words, [piece for piece, _ in chosen], [label for _, label in chosen])


def _stack(space: FeatureSpace, texts: list[Text]) -> PieceFeatures:
    """The features of all texts' pieces, one after the other."""
    readings = [Reading(text=text.text, words=text.words) for text in texts]
    return space.features(*place(readings, [text.pieces for text in texts]))


def _squared_idf(features: PieceFeatures, n_rows: int) -> NDArray[np.float32]:
    """Squared inverse document frequency of every row; 0 for the empty row."""
    seen = np.unique(np.stack([np.repeat(features.piece_of, N_SLOTS), features.rows.ravel()]), axis=1)[1]
    idf = 1 + np.log((1 + features.n_pieces) / (1 + np.bincount(seen, minlength=n_rows)))
    idf[0] = 0
    rounded: NDArray[np.float32] = np.square(idf).astype(np.float16).astype(np.float32)
    return rounded


def _fit_head(
    space: FeatureSpace, squared_idf: NDArray[np.float32], name: str, features: PieceFeatures, labels: Any, answers: Any
) -> Head:
    table = _table(space, squared_idf, features, with_concepts=name in OF_DUTIES)
    if name == "definition":
        fitted = OneVsRestClassifier(LogisticRegression(C=STRENGTH[name], solver="liblinear"))
        fitted.fit(table, labels)
        weights = np.vstack([one.coef_[0] for one in fitted.estimators_]).T
        bias = np.array([one.intercept_[0] for one in fitted.estimators_])
    else:
        fitted = LogisticRegression(C=STRENGTH[name], max_iter=300, tol=1e-3).fit(table, labels)
        weights, bias = _in_order(fitted, answers)
    of_rows, of_concepts = np.split(weights.astype(np.float32), [space.n_rows])
    return Head(tuple(answers), of_rows * np.sqrt(squared_idf)[:, None], of_concepts, bias.astype(np.float32))


def _in_order(fitted: Any, answers: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights and bias with a column for each answer; one that no example has is never given."""
    places = [list(fitted.classes_).index(answer) if answer in fitted.classes_ else None for answer in answers]
    n_figures = fitted.coef_.shape[1]
    weights = np.stack([np.zeros(n_figures) if place is None else fitted.coef_[place] for place in places], axis=1)
    return weights, np.array([-30.0 if place is None else fitted.intercept_[place] for place in places])


def _table(
    space: FeatureSpace, squared_idf: NDArray[np.float32], features: PieceFeatures, *, with_concepts: bool
) -> csr_matrix:
    """What ``Model.logits`` multiplies with the weights, as one sparse matrix."""
    model = Model(space, squared_idf, {}, {})
    values = np.sqrt(squared_idf)[features.rows] / model.norm(features)[features.piece_of][:, None]
    places = (np.repeat(features.piece_of, N_SLOTS), features.rows.ravel())
    lexical = csr_matrix((values.ravel(), places), shape=(features.n_pieces, space.n_rows))
    concepts = space.concepts(features) if with_concepts else np.zeros((features.n_pieces, 0))
    return hstack([lexical, csr_matrix(concepts)], format="csr")


def _sought(heads: Model, readings: list[Reading]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """What the pieces that say who is sought speak for, and the reading of each."""
    others = [
        [piece for piece, kind in zip(reading.pieces, reading.kinds, strict=True) if says_who_is_sought(piece, kind)]
        for reading in readings
    ]
    (sought,) = heads.logits(heads.space.features(*place(readings, others)), "sought")
    return sought, np.repeat(np.arange(len(readings)), [len(each) for each in others])


@dataclass
class Figures:
    """What the layers learn from: figures of texts that the heads had not seen."""

    rows: dict[str, list[NDArray[Any]]] = field(default_factory=lambda: {"section": [], "gate": [], "role": []})
    labels: dict[str, list[Any]] = field(default_factory=lambda: {"section": [], "gate": [], "role": []})

    def add(self, examples: Examples, heads: Model, fold: int) -> None:
        """Take the figures of the fold's ads, which the heads have not seen."""
        chosen = [(ad, text) for ad, text in examples.ads if text.fold == fold and any(map(_is_duty, ad.lines))]
        ads = [ad for ad, _ in chosen]
        readings = [
            Reading(text=text.text, words=text.words, pieces=text.pieces, kinds=text.labels) for _, text in chosen
        ]
        self._add_sections(heads, readings)
        self._add_duties(heads, ads, readings, np.random.default_rng(fold))

    def _add_sections(self, heads: Model, readings: list[Reading]) -> None:
        stretches = [reading.pieces for reading in readings]
        logs = log_probabilities(*heads.logits(heads.space.features(*place(readings, stretches)), "section"))
        pieces = [piece for reading in readings for piece in reading.pieces]
        kinds = [kind for reading in readings for kind in reading.kinds]
        self._add("section", context_figures(logs, pieces, [len(each) for each in stretches]), kinds)

    def _add_duties(self, heads: Model, ads: list[Ad], readings: list[Reading], chance: np.random.Generator) -> None:
        duties = [list(filter(_is_duty, ad.lines)) for ad in ads]
        by_definition, work = heads.logits(heads.space.features(*place(readings, duties)), "definition", "work")
        ad_of = np.repeat(np.arange(len(ads)), [len(each) for each in duties])
        is_defined = [bool(line.definitions) for each in duties for line in each]
        self._add("gate", gate_figures(by_definition, work, ad_of, len(ads)), is_defined)
        rest = _sought(heads, readings)
        self._add("role", role_figures((by_definition, work, ad_of), rest, len(ads)), map(work_of, ads))
        for _ in range(N_DRAFTS):
            few = np.concatenate([chance.permutation(len(each)) < FEW_DUTIES for each in duties])
            of_few = (by_definition[few], work[few], ad_of[few])
            self._add("role", role_figures(of_few, (rest[0][:0], rest[1][:0]), len(ads)), map(work_of, ads))

    def _add(self, name: str, rows: NDArray[Any], labels: Iterable[Any]) -> None:
        self.rows[name].append(rows)
        self.labels[name].extend(labels)

    def layers(self) -> dict[str, Layer]:
        """The layers fitted to all figures taken."""
        answers = {"section": ANSWERS, "gate": (DEFINED,), "role": WORK}
        strength = {"section": 1.0, "gate": 0.3, "role": 0.05}
        return {
            name: _fit_layer(np.vstack(self.rows[name]), self.labels[name], answers[name], strength[name])
            for name in answers
        }


def _fit_layer(rows: NDArray[Any], labels: list[Any], answers: Sequence[str], strength: float) -> Layer:
    weight = dict.fromkeys(labels, 1.0) | dict.fromkeys(set(labels) & set(OTHER_WORK), OTHER_WORK_WEIGHT)
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    fitted = LogisticRegression(C=strength, max_iter=5000, tol=1e-6, class_weight=weight).fit(
        (rows - middle) / spread, labels
    )
    if len(answers) == 1:
        weights, bias = fitted.coef_.T, fitted.intercept_
    else:
        weights, bias = _in_order(fitted, answers)
    weights = weights / spread[:, None]
    return Layer(tuple(answers), weights.astype(np.float32), (bias - middle @ weights).astype(np.float32))


def write_model(model: Model, path: Path) -> None:
    """Write the model as a compressed file of arrays."""
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **to_arrays(model))


def main(argv: Sequence[str] | None = None) -> None:
    """Train on all voices and write the model."""
    parser = argparse.ArgumentParser(prog="python -m taggers.train", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / MODEL_FILE)
    parser.add_argument("--without", action="append", default=[], metavar="VOICE", help="hold a voice out")
    options = parser.parse_args(argv)
    write_model(train([name for name in voices() if name not in options.without]), options.out)


if __name__ == "__main__":
    main()
