"""How many ads a second one process reads pay and places of: ``python -m benchmarks.pay_and_place FILE``.

FILE: ads as ``rolecall tag`` reads them; distinct, multi-line ones, for repeated texts overstate the speed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from pipelines.chain import Chain
from pipelines.locate import LocatePipeline
from pipelines.parse_pay import ParsePayPipeline
from pipelines.places import read_line
from scraper.files import Problems, read_file
from scraper.items import Posting

N_ROUNDS = 5


def cleaned(path: Path) -> list[Posting]:
    """The ads of the file with their cleaned texts."""
    clean, *_ = Chain().pipelines
    postings: list[Posting] = [clean.process_item(posting) for posting in read_file(path, Problems())]
    return postings


def seconds(postings: list[Posting]) -> float:
    """One pass over all ads, no place remembered from an earlier one."""
    pipelines = (LocatePipeline(), ParsePayPipeline())
    read_line.cache_clear()
    started = time.perf_counter()
    for posting in postings:
        for pipeline in pipelines:
            pipeline.process_item(posting)
    return time.perf_counter() - started


def main() -> None:
    """Print the median of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    postings = cleaned(parser.parse_args().file)
    seconds(postings[:50])  # the gazetteer is loaded
    rates = sorted(len(postings) / seconds(postings) for _ in range(N_ROUNDS))
    print(f"{len(postings)} ads: {statistics.median(rates):,.0f} a second ({rates[0]:,.0f} to {rates[-1]:,.0f})")


if __name__ == "__main__":
    main()
