"""How many ads a second each part of the work takes, beside what one would use instead, in one process and one run.

    python -m benchmarks.parts --ads 1000 --rounds 5

Ads are generated, all different, and drawn anew for every round, so that no cache knows them. Prints the rows of the
table as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.generated import generate
from benchmarks.measured import Row, rate
from pipelines.chain import BATCH, Chain
from pipelines.clean_text import clean_text
from scraper.items import Posting, RawPlace

Texts = list[tuple[str, str, str]]
"""(title, text, company)"""


def postings(n: int, seed: int) -> list[Posting]:
    return [
        Posting(
            source="bench", platform="files", posting_id=f"{seed}-{ad.number}", row_no=ad.number, title=ad.title,
            company=ad.company, description=ad.body, places_raw=[RawPlace(text=f"{ad.city}, {ad.region}")],
            posted_on_raw=ad.posted_on,
        )
        for ad in generate(n, seed)
    ]  # fmt: skip


def texts(n: int, seed: int) -> Texts:
    return [(ad.title, clean_text(ad.body), ad.company) for ad in generate(n, seed)]


def side_by_side(
    n: int, n_rounds: int, sides: dict[str, Callable[[Any], Any]], given: Callable[[int], Any]
) -> list[Row]:
    """Rows of each side's rate and, for all but the first, the first's rate by theirs; the sides take turns."""
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for work in sides.values():
        work(given(10_000))  # what is loaded with the first ad
    for number in range(n_rounds):
        ads = given(number + 1)
        for name, work in sides.items():
            rates[name].append(rate(lambda: work(ads), n))  # noqa: B023  # called at once
    first = next(iter(sides))
    rows = [Row(name, "ads/s", [cpu for _, cpu in found], "of processor time") for name, found in rates.items()]
    ratios = [
        Row(
            f"{first} / {name}",
            "times",
            [ours[1] / theirs[1] for ours, theirs in zip(rates[first], found, strict=True)],
        )
        for name, found in rates.items()
        if name != first
    ]
    return [*rows, *ratios]


def tagging(n: int, n_rounds: int) -> list[Row]:
    """The taggers, beside stock tokenisation and beside the nearest definition by tf-idf."""
    import spacy

    from taggers.build import build_nlp, read_ads

    nlp, stock, nearest = build_nlp(), spacy.blank("en"), _nearest()
    sides: dict[str, Callable[[Texts], Any]] = {
        "tagger": lambda ads: list(read_ads(nlp, iter(ads))),
        "spacy.blank('en').pipe": lambda ads: list(stock.pipe(text for _, text, _ in ads)),
        "tf-idf nearest definition": lambda ads: [nearest(text) for _, text, _ in ads],
    }
    return side_by_side(n, n_rounds, sides, lambda seed: texts(n, seed))


def _nearest() -> Callable[[str], Any]:
    """The definition nearest to each line of an ad."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    from taggers.definitions import definitions

    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    known = words.fit_transform([each.says for each in definitions()]).T

    def nearest(text: str) -> Any:
        return (words.transform(text.split("\n")) @ known).toarray().argmax(axis=1)

    return nearest


def extraction(n: int, n_rounds: int) -> list[Row]:
    """Text of markup, beside what BeautifulSoup gives."""
    from bs4 import BeautifulSoup

    sides: dict[str, Callable[[list[str]], Any]] = {
        "text of HTML": lambda bodies: [clean_text(body) for body in bodies],
        "BeautifulSoup.get_text": lambda bodies: [BeautifulSoup(body, "lxml").get_text("\n") for body in bodies],
    }
    return side_by_side(n, n_rounds, sides, lambda seed: [ad.body for ad in generate(n, seed)])


def pipelines(n: int, n_rounds: int) -> list[Row]:
    """Every pipeline of ``rolecall tag``, one after another over the same ads."""
    chain = Chain()
    rates: dict[str, list[float]] = {}
    for number in range(n_rounds + 1):
        ads = postings(n, number)
        for pipeline in chain.pipelines:
            found = rate(lambda: _through(pipeline, ads), n)[1]  # noqa: B023  # called at once
            if number:  # the first round loads
                rates.setdefault(type(pipeline).__name__, []).append(found)
    return [Row(name, "ads/s", found, "of processor time") for name, found in rates.items()]


def _through(pipeline: Any, ads: list[Posting]) -> None:
    if hasattr(pipeline, "process_items"):
        for at in range(0, len(ads), BATCH):
            pipeline.process_items(ads[at : at + BATCH])
    else:
        for ad in ads:
            pipeline.process_item(ad)


def stores(n: int, n_rounds: int) -> list[Row]:
    """Saving tagged ads: into SQLite, in bulk as ``rolecall tag`` does, and into PostgreSQL where there is one."""
    from bulk.load import Loader
    from bulk.part import Read, part_of
    from store import open_store

    chain = Chain()
    rates: dict[str, list[float]] = {}
    postgres = os.environ.get("ROLECALL_BENCH_POSTGRES")
    for number in range(n_rounds):
        ads = [ad for at in range(0, n, BATCH) for ad in chain.process(postings(n, number)[at : at + BATCH])]
        part = part_of(ads, [Read("bench", n)], [], 0)
        with TemporaryDirectory() as folder:
            one, bulk = (open_store(f"{folder}/{name}.db") for name in ("one", "bulk"))
            works: dict[str, Callable[[], Any]] = {
                "SQLite, upserts of 50": lambda: _save(one, ads),  # noqa: B023  # called at once
                "SQLite, in bulk": lambda: Loader(bulk).add(part),  # noqa: B023
            }
            if postgres:
                works["PostgreSQL, upserts of 50"] = lambda: _save(open_store(postgres), ads)  # noqa: B023
            for name, work in works.items():
                rates.setdefault(name, []).append(rate(work, n)[0])
            one.close()
            bulk.close()
    return [Row(name, "ads/s", found, "of the clock") for name, found in rates.items()]


def _save(opened: Any, ads: list[Posting]) -> None:
    for at in range(0, len(ads), 50):
        opened.save(ads[at : at + 50])


MEASURES = {"tagging": tagging, "extraction": extraction, "pipelines": pipelines, "stores": stores}


def written(n: int, folder: Path, seed: int = 7) -> Path:
    """``n`` generated ads as JSON lines; made once."""
    path = folder / f"generated-{n}.jsonl"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        building = path.with_suffix(".new")
        with building.open("w", encoding="utf-8") as file:
            file.writelines(_lines(n, seed))
        building.replace(path)
    return path


def _lines(n: int, seed: int) -> Iterator[str]:
    for ad in generate(n, seed):
        row = {
            "id": f"g{ad.number}", "title": ad.title, "company": ad.company, "location": f"{ad.city}, {ad.region}",
            "posted_on": ad.posted_on, "description": ad.body,
        }  # fmt: skip
        yield json.dumps(row, ensure_ascii=False) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--ads", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rows = MEASURES[given.what](given.ads, given.rounds)
    sys.stdout.write(json.dumps([[row.what, row.unit, row.values, row.note] for row in rows]) + "\n")


if __name__ == "__main__":
    main()
