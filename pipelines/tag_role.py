"""The taggers, applied to postings: duties, definitions, role, title verdict and the facts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Self

from pipelines.host import Host
from scraper.items import Duty, Posting
from taggers.build import build_nlp, read_ads
from taggers.reading import Fact, Reading

if TYPE_CHECKING:
    import asyncio

    from spacy.language import Language

BATCH = 16
"""Ads tagged at once in a crawl: alone each takes half as long again; from 32 on, numpy's threads cost more than they
save, and everything else in the crawl stands still for longer."""

PAUSE_S = 0.05
"""When nothing has come for so long, a batch that is not full is tagged as it is."""

_UNSTATED = Fact("", "")


@cache
def shared_nlp() -> Language:
    """The taggers of this process: boards crawled side by side share them, and the words that they have learned."""
    return build_nlp()


class TagRolePipeline:
    """Fill ``duties``, ``role``, ``title_verdict`` and what belongs to them.

    In a crawl, ads wait for each other until a batch is full or no more come.
    """

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self._waiting: list[tuple[Posting, asyncio.Future[Posting]]] = []
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        return cls(shared_nlp())

    async def process_item(self, item: Posting) -> Posting:
        """Tag the posting together with those that come close behind it."""
        import asyncio  # here: where there is no crawl, there is no loop

        loop = asyncio.get_running_loop()
        tagged: asyncio.Future[Posting] = loop.create_future()
        self._waiting.append((item, tagged))
        if self._timer:
            self._timer.cancel()
        if len(self._waiting) >= BATCH:
            self._tag_waiting()
        else:
            self._timer = loop.call_later(PAUSE_S, self._tag_waiting)
        return await tagged

    def process_items(self, items: Sequence[Posting]) -> Sequence[Posting]:
        """Tag many postings at once, which is quicker than one by one."""
        ads = ((item.title or "", item.text or "", item.company or "") for item in items)
        for item, reading in zip(items, read_ads(self.nlp, ads), strict=True):
            _fill(item, reading)
        return items

    def _tag_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        try:
            self.process_items([item for item, _ in batch])
        except Exception:  # one by one: an ad that cannot be tagged does not take the others with it
            for item, tagged in batch:
                self._tag_alone(item, tagged)
        else:
            for item, tagged in batch:
                _resolve(tagged, item)

    def _tag_alone(self, item: Posting, tagged: asyncio.Future[Posting]) -> None:
        try:
            self.process_items([item])
        except Exception as error:
            if not tagged.done():
                tagged.set_exception(error)
        else:
            _resolve(tagged, item)


def _resolve(tagged: asyncio.Future[Posting], item: Posting) -> None:
    if not tagged.done():  # nobody waits any more where the crawl was broken off
        tagged.set_result(item)


def _fill(item: Posting, reading: Reading) -> None:
    item.duties = [
        Duty(
            start=duty.start,
            end=duty.end,
            definitions=[match.definition for match in duty.matches],
            role=duty.matches[0].role if duty.matches else None,
            score=duty.matches[0].score if duty.matches else None,
            evidence=list(duty.matches[0].evidence) if duty.matches else [],
        )
        for duty in reading.duties
    ]
    item.n_duties = len(item.duties)
    item.n_matched_duties = sum(bool(duty.definitions) for duty in item.duties)
    role, check = reading.role, reading.title_check
    item.role, item.role_confidence, item.second_role = role.role, role.confidence, role.second
    item.is_hybrid, item.role_reason = role.is_hybrid, role.reason
    item.title_role, item.title_verdict, item.suggested_title = check.claimed, check.verdict, check.suggestion
    item.title_for, item.title_against = check.speaks_for, check.speaks_against
    _fill_facts(item, reading.facts)


def _fill_facts(item: Posting, facts: dict[str, Fact]) -> None:
    education, experience, certification, sector = (
        facts.get(name, _UNSTATED) for name in ("education", "experience_years", "certification", "sector")
    )
    item.education, item.education_evidence = education.value or None, education.evidence or None
    item.experience_years = int(experience.value) if experience.value else None
    item.experience_evidence = experience.evidence or None
    item.certification, item.certification_evidence = certification.value or None, certification.evidence or None
    item.sector, item.sector_evidence = sector.value or None, sector.evidence or None
