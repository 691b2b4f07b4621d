"""The taggers, applied to a posting: duties, definitions, role and title verdict."""

from __future__ import annotations

from typing import Self

from spacy.language import Language

from pipelines.host import Host
from scraper.items import Duty, Posting
from taggers.build import build_nlp, read_ad


class TagRolePipeline:
    """Fill ``duties``, ``role``, ``title_verdict`` and what belongs to them."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        return cls(build_nlp())

    def process_item(self, item: Posting) -> Posting:
        reading = read_ad(self.nlp, item.title or "", item.text or "")
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
        item.role = reading.role.role
        item.role_confidence = reading.role.confidence
        item.second_role = reading.role.second
        item.title_role = reading.title_check.claimed
        item.title_verdict = reading.title_check.verdict
        item.suggested_title = reading.title_check.suggestion
        item.title_for = reading.title_check.speaks_for
        item.title_against = reading.title_check.speaks_against
        return item
