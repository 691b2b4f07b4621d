"""How long the reports of a large store take, and how much memory: ``python -m benchmarks.reports 10000``.

The store is generated: postings that look tagged, with duties, places and pay drawn at random from a seed, among them
copies, other currencies, pay far out and ads without anything. Nothing is tagged, so only the reports are measured.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from scraper.items import Duty, PayCandidate, Place, Posting
from store import Store, open_store
from taggers.definitions import definitions
from taggers.reading import NO_ROLE, ROLES, VERDICTS

SEED = 20240220
N_EMPLOYERS, N_SOURCES, N_CITIES, N_DUTIES = 3_000, 280, 600, 9
STATES = ("NY", "CA", "TX", "FL", "IL", "MA", "NJ", "DC", "OH", "PA", "WA", "CO", "GA", "OR", "AZ", "NH")
IDS = [each.id for each in definitions()]
LEVELS = ("", "Senior ", "Junior ", "Executive ")
SECTORS = ("legal services", "finance and insurance", "local government", "state government", "federal government")
_TEXT = "Draft motions and pleadings in matter {n}; keep the docket of {n} cases, and answer clients within {n} days. "


def postings(n: int, seed: int = SEED) -> Iterator[Posting]:
    """``n`` postings as the tagger leaves them; the same seed gives the same ones."""
    random = Random(seed)  # noqa: S311  # not for secrets
    for number in range(n):
        yield posting(number, random)


def posting(number: int, random: Random) -> Posting:
    """One tagged posting."""
    role = random.choice((*ROLES, NO_ROLE))
    source = f"source-{random.randrange(N_SOURCES)}"
    place = Place(
        city=f"City {random.randrange(N_CITIES)}", region=random.choice(STATES), country="US", place_text="as written"
    )
    text = "".join(_TEXT.format(n=random.randrange(10_000)) for _ in range(N_DUTIES)) * 3
    made = Posting(
        source=source, platform="greenhouse", posting_id=f"greenhouse:{source}:{number}", text=text, role=role,
        url=f"https://board.example/{source}/{number}",
        title=f"{random.choice(LEVELS)}{role} {number % 50}",
        company=f"Employer {random.randrange(N_EMPLOYERS)}", role_confidence=round(random.random(), 3),
        title_role=random.choice((*ROLES, None)), title_verdict=random.choice(VERDICTS), sector=random.choice(SECTORS),
        city=place.city, region=place.region, country="US", remote=random.choice(("remote", "hybrid", "onsite", None)),
        group_id=f"g{number - (number % 20 == 7)}", places=[place], duties=list(_duties(random)),
        posted_on=f"2026-{1 + number % 9:02d}-{1 + number % 28:02d}", shingles=random.randbytes(512),
        first_seen=f"2026-0{1 + number % 9}-02T08:00:01+00:00", last_seen="2026-09-20T08:00:01+00:00",
        title_for="Draft motions; File pleadings", title_against="Answer the telephone; Order supplies",
    )  # fmt: skip
    made.n_duties = made.n_matched_duties = len(made.duties)
    _pay(made, random)
    return made


def _duties(random: Random) -> Iterator[Duty]:
    for number in range(N_DUTIES):
        found = random.sample(IDS, random.randrange(3))
        yield Duty(
            start=number * 90, end=number * 90 + 85, definitions=found, role=None, score=0.9, evidence=["docket"]
        )


def _pay(made: Posting, random: Random) -> None:
    """Pay in three of four ads, by the year, in dollars mostly."""
    if random.random() < 0.25:
        return
    low = round(random.lognormvariate(11, 0.25), -2) * (0.05 if random.random() < 0.002 else 1)
    made.salary_currency = random.choice(("USD", "USD", "USD", "USD", "GBP", "CAD"))
    made.salary_min = made.salary_year_min = low
    made.salary_max = made.salary_year_max = low * 1.2
    made.salary_period, made.salary_text, made.salary_source = "year", f"{low:.0f} to {low * 1.2:.0f}", "text"
    made.pay_candidates = [
        PayCandidate(words=made.salary_text, low=low, high=low * 1.2, currency=made.salary_currency, period="year",
                     period_inferred=False, source="text", verdict="taken")
    ]  # fmt: skip


def fill(opened: Store, n: int) -> None:
    """Save the postings and a run of each of their sources."""
    batch: list[Posting] = []
    for each in postings(n):
        batch.append(each)
        if len(batch) == 1_000:
            opened.save(batch)
            batch = []
    opened.save(batch)
    for number in range(N_SOURCES):
        run = {"run_id": "2026-09-20T08:00:00+00:00", "source": f"source-{number}", "platform": "greenhouse",
               "started_at": "2026-09-20T08:00:00+00:00", "finished_at": "2026-09-20T08:05:00+00:00", "outcome": "ok",
               "detail": None, "n_found": n, "n_kept": n, "n_errors": 0}  # fmt: skip
        opened.save_run(run, {})


def main(n: int) -> None:
    """Fill a store in a process of its own, so that its memory is not counted, and write the reports."""
    with TemporaryDirectory() as folder:
        store = Path(folder) / "rolecall.db"
        from multiprocessing import get_context

        filling = get_context("spawn").Process(target=_fill_at, args=(store, n))
        filling.start()
        filling.join()
        began = perf_counter()
        from output.write import write_reports
        from pipelines.pay import pay_rules

        _, paths = write_reports(open_store(str(store)), Path(folder) / "out", pay_rules().annual_factor)
        seconds = perf_counter() - began
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        written_mib = sum(path.stat().st_size for path in paths) / 2**20
    print(f"{n} postings: {seconds:.1f} s, peak {peak_mib:.0f} MiB, {len(paths)} files of {written_mib:.0f} MiB")


def _fill_at(path: Path, n: int) -> None:
    opened = open_store(str(path))
    fill(opened, n)
    opened.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
