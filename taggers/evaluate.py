"""How good the tagger is on labelled ads: ``python -m taggers.evaluate GOLD_DIR`` or ``--held-out VOICE``.

GOLD_DIR holds ``ads.jsonl`` (key, title, text, primary, acceptable) and ``duties.jsonl`` (key, duty, ids; ids null
where readers disagreed). ``--held-out`` trains on the other voices of ``data/voices`` and reads the invented ads of
the named ones. Every figure comes with the interval in which 95 of 100 resamplings of the ads put it, and beside
what three simple ways reach: always the commonest role, the role named in the title, the nearest definition by tf-idf.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from taggers.build import build_nlp, read_ads
from taggers.definitions import definitions, role_of
from taggers.model import use_model
from taggers.reading import NO_ROLE, ROLES, Reading
from taggers.titles import claimed_roles
from taggers.train import train
from taggers.voices import example_ads, voices

MIN_OVERLAP = 0.5
"""A duty found is a labelled one when they share half of the longer one's words."""

N_RESAMPLINGS = 1000
CONFIDENCE_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
MIN_SIMILARITY = 0.1
"""tf-idf baseline: a duty less similar than this to every definition is an instance of none."""

_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class LabelledAd:
    """An ad with what careful readers say of it."""

    title: str
    text: str
    role: str
    acceptable: tuple[str, ...]
    duties: list[tuple[str, tuple[str, ...] | None]]
    """Each duty's words with its definitions; None where readers disagreed."""


@dataclass(frozen=True)
class Answer:
    """What a way of tagging says of an ad."""

    role: str
    confidence: float
    verdict: str
    duties: list[tuple[str, tuple[str, ...]]]


@dataclass
class Tally:
    """Of each figure and ad: how often right, out of how many."""

    right: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    of: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, **counts: tuple[float, float]) -> None:
        """Take one ad's (right, of) for every figure."""
        for name, (right, of) in counts.items():
            self.right[name].append(right)
            self.of[name].append(of)

    def figure(self, name: str) -> tuple[float, float, float]:
        """The figure and its 95 % interval over resampled ads."""
        right, of = np.array(self.right[name]), np.array(self.of[name])
        drawn = np.random.default_rng(0).integers(0, len(of), (N_RESAMPLINGS, len(of)))
        ratios = right[drawn].sum(axis=1) / np.maximum(of[drawn].sum(axis=1), 1e-9)
        low, high = np.percentile(ratios, (2.5, 97.5))
        return float(right.sum() / max(of.sum(), 1e-9)), float(low), float(high)


def read_gold(folder: Path) -> list[LabelledAd]:
    """The labelled ads of a folder."""
    duties: dict[str, list[tuple[str, tuple[str, ...] | None]]] = defaultdict(list)
    for row in _rows(folder / "duties.jsonl"):
        duties[row["key"]].append((row["duty"], None if row["ids"] is None else tuple(row["ids"])))
    return [
        LabelledAd(
            row["title"],
            row["text"],
            _role(row["primary"]),
            tuple(map(_role, row["acceptable"])) or (_role(row["primary"]),),
            duties[row["key"]],
        )
        for row in _rows(folder / "ads.jsonl")
    ]


def read_voices(names: Iterable[str]) -> list[LabelledAd]:
    """The invented ads of our own voices."""
    return [
        LabelledAd(
            ad.title,
            ad.text,
            ad.role,
            ad.acceptable,
            [(line.text, line.definitions) for line in ad.lines if line.kind == "duty"],
        )
        for name in names
        for ad in example_ads(name)
    ]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _role(name: str) -> str:
    return name.replace("_", " ")


def tagged(ads: list[LabelledAd]) -> list[Answer]:
    """What the tagger says."""
    readings = read_ads(build_nlp(), ((ad.title, ad.text) for ad in ads))
    return [_answer(reading) for reading in readings]


def _answer(reading: Reading) -> Answer:
    duties = [
        (reading.text[duty.start : duty.end], tuple(match.definition for match in duty.matches))
        for duty in reading.duties
    ]
    return Answer(reading.role.role, reading.role.confidence, reading.title_check.verdict, duties)


def commonest(ads: list[LabelledAd]) -> list[Answer]:
    """Baseline: the commonest role for every ad."""
    role = Counter(ad.role for ad in ads).most_common(1)[0][0]
    return [Answer(role, 1.0, "cannot tell", []) for _ in ads]


def by_title(ads: list[LabelledAd]) -> list[Answer]:
    """Baseline: the role that the title names."""
    return [Answer((claimed_roles(ad.title) or [NO_ROLE])[0], 1.0, "cannot tell", []) for ad in ads]


def nearest_definition(ads: list[LabelledAd]) -> list[Answer]:
    """Baseline: each labelled duty's nearest definition by tf-idf; the role that most of them belong to."""
    table = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit([one.says for one in definitions()])
    known = table.transform([one.says for one in definitions()])

    def answer(ad: LabelledAd) -> Answer:
        near = (table.transform([duty for duty, _ in ad.duties] or [""]) @ known.T).toarray()
        found = [(definitions()[int(row.argmax())].id,) if row.max() >= MIN_SIMILARITY else () for row in near]
        roles = Counter(role_of(ids[0]) for ids in found if ids)
        role = roles.most_common(1)[0][0] if roles else NO_ROLE
        return Answer(role, 1.0, "cannot tell", [(duty, ids) for (duty, _), ids in zip(ad.duties, found, strict=False)])

    return [answer(ad) for ad in ads]


def tally(ads: list[LabelledAd], answers: list[Answer]) -> Tally:
    """Compare answers with labels, ad by ad."""
    result = Tally()
    for ad, answer in zip(ads, answers, strict=True):
        counts: Counter[str] = Counter()
        pairs = _pairs(ad, answer)
        for (_, ids), found in pairs:
            _count_duty(counts, ids, found)
        claimed = claimed_roles(ad.title)
        differs = bool(claimed) and not set(claimed) & set(ad.acceptable)
        result.add(
            role_lenient=(answer.role in ad.acceptable, 1),
            role_strict=(answer.role == ad.role, 1),
            law_office_or_not=((answer.role == NO_ROLE) == (ad.role == NO_ROLE), 1),
            duty_precision=(counts["found"], len(answer.duties) if ad.duties else 0),
            duty_recall=(counts["found"], len(ad.duties)),
            definition_any=(counts["any"], counts["defined"]),
            definition_first=(counts["first"], counts["defined"]),
            undefined_accepted=(counts["noise"], counts["undefined"]),
            title_verdict=(bool(claimed) and (answer.verdict == "differs") == differs, bool(claimed)),
        )
    return result


def _count_duty(counts: Counter[str], ids: tuple[str, ...] | None, found: tuple[str, ...] | None) -> None:
    if found is None:
        return
    counts["found"] += 1
    if ids:
        counts["defined"] += 1
        counts["any"] += bool(set(ids) & set(found))
        counts["first"] += bool(found) and found[0] in ids
    elif ids is not None:
        counts["undefined"] += 1
        counts["noise"] += bool(found)


def _pairs(ad: LabelledAd, answer: Answer) -> Iterator[tuple[tuple[str, Any], tuple[str, ...] | None]]:
    """Each labelled duty with the definitions of the duty found that is most like it, or None."""
    bags = [_bag(duty) for duty, _ in answer.duties]
    free = set(range(len(bags)))
    for labelled in ad.duties:
        bag = _bag(labelled[0])
        overlap, best = max(((_overlap(bag, bags[number]), number) for number in free), default=(0.0, -1))
        if overlap < MIN_OVERLAP:
            yield labelled, None
        else:
            free.discard(best)
            yield labelled, answer.duties[best][1]


def _bag(words: str) -> Counter[str]:
    return Counter(_WORD.findall(words.lower()))


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    return (one & other).total() / max(one.total(), other.total(), 1)


def report(ads: list[LabelledAd]) -> Iterator[str]:
    """The lines of the report."""
    ways: dict[str, Callable[[list[LabelledAd]], list[Answer]]] = {
        "tagger": tagged,
        "commonest role": commonest,
        "title keyword": by_title,
        "nearest definition": nearest_definition,
    }
    answers = {name: way(ads) for name, way in ways.items()}
    yield f"{len(ads)} ads, {sum(len(ad.duties) for ad in ads)} labelled duties"
    for name, of_way in answers.items():
        yield f"\n{name}"
        of_roles_only = name in ("commonest role", "title keyword")
        found = tally(ads, of_way)
        for figure in found.of:
            if figure.startswith("role") or figure.startswith("law") or not of_roles_only:
                value, low, high = found.figure(figure)
                yield f"  {figure:20} {value:.3f}  [{low:.3f}, {high:.3f}]"
    yield from _calibration(ads, answers["tagger"])
    yield from _confusion(ads, answers["tagger"])


def _calibration(ads: list[LabelledAd], answers: list[Answer]) -> Iterator[str]:
    yield "\nconfidence        ads  mean confidence  right (lenient)"
    for low, high in pairwise(CONFIDENCE_EDGES):
        inside = [(ad, one) for ad, one in zip(ads, answers, strict=True) if low <= one.confidence < high]
        if inside:
            mean = np.mean([one.confidence for _, one in inside])
            right = np.mean([one.role in ad.acceptable for ad, one in inside])
            yield f"  {low:.1f} to {min(high, 1):.1f}  {len(inside):6}  {mean:15.3f}  {right:15.3f}"


def _confusion(ads: list[LabelledAd], answers: list[Answer]) -> Iterator[str]:
    names = [*ROLES, NO_ROLE]
    counts = Counter((ad.role, one.role) for ad, one in zip(ads, answers, strict=True))
    yield "\nrow: what readers say; column: what the tagger says"
    yield " " * 20 + "".join(f"{name[:10]:>11}" for name in names)
    for name in names:
        yield f"{name:20}" + "".join(f"{counts[name, other] or '·':>11}" for other in names)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m taggers.evaluate", description="Figures against labelled ads.")
    parser.add_argument("gold", nargs="?", type=Path, help="folder with ads.jsonl and duties.jsonl")
    parser.add_argument("--held-out", nargs="+", metavar="VOICE", help="train without these voices, read their ads")
    options = parser.parse_args(argv)
    if options.held_out:
        if unknown := set(options.held_out) - set(voices()):
            parser.error(f"no such voice: {', '.join(sorted(unknown))}; known are {', '.join(voices())}")
        use_model(train([name for name in voices() if name not in options.held_out]))
        ads = read_voices(options.held_out)
    elif options.gold and (options.gold / "ads.jsonl").is_file():
        ads = read_gold(options.gold)
    else:
        parser.error("say a folder that holds ads.jsonl and duties.jsonl, or --held-out VOICE")
    for line in report(ads):
        print(line)


if __name__ == "__main__":
    main()
