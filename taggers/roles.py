"""The role that an ad's duties describe.

A learned step weighs what the duties are instances of, what kind of work their words sound like, and whom the other
lines seek (a lawyer's ad asks for admission to the bar). Words that name a role are masked before anything is read, so
that the role comes from the duties. Where evidence is thin the answer is ``none``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from taggers.component import BatchComponent
from taggers.features import Floats, Ints, by_group, means_by_group
from taggers.lines import Piece
from taggers.model import Model, load_model, probabilities, sigmoid
from taggers.reading import NO_ROLE, ROLES, DutyReading, Reading, RoleReading, reading_of

OTHER_WORK = ("attorney", "other_legal", "non_legal")
WORK = (*ROLES, *OTHER_WORK)
"""Kinds of work: the article's roles, and what is none of them."""

REASONS = {
    "attorney": "a lawyer's own work",
    "other_legal": "legal work outside the seven roles",
    "non_legal": "work outside law offices",
}
MIN_DUTIES = 2
"""With fewer duties there is too little to tell."""

MIN_SUPPORT = 0.25
"""A role needs this share of the duties among its own definitions; with less the evidence is too thin."""

MIN_SECOND = 0.05
"""A second role needs this probability to be named."""

SOUGHT_PARTS = ("requirement", "about")
"""Parts of an ad that say who is sought."""

MIN_SOUGHT_WORDS = 4


def role_figures(of_duties: tuple[Floats, Floats, Ints], of_rest: tuple[Floats, Ints], n_ads: int) -> Floats:
    """(ads, figures) by which the role is decided.

    of_duties: (duties, definitions and "defined") log-odds, (duties, WORK) log-odds, and the ad of each duty.
    of_rest: (other pieces, WORK) log-odds and the ad of each piece; perhaps no piece at all.
    """
    by_definition, work, ad_of_duty = of_duties
    sought, ad_of_other = of_rest
    defined = sigmoid(by_definition)
    n_duties, n_others = (np.bincount(each, minlength=n_ads) for each in (ad_of_duty, ad_of_other))
    of_others = means_by_group(np.log(probabilities(sought) + 1e-4), ad_of_other, n_ads)
    of_others[n_others == 0] = np.log(1 / len(WORK))
    return np.column_stack(
        [
            means_by_group(defined, ad_of_duty, n_ads),
            by_group(defined, ad_of_duty, n_ads, np.maximum),
            means_by_group(np.log(probabilities(work) + 1e-4), ad_of_duty, n_ads),
            of_others,
            np.log1p(n_duties),
            n_others > 0,
        ]
    )


def role_of_shares(shares_of_work: dict[str, float]) -> RoleReading:
    """The likeliest role; ``none`` has the probability of all work outside the seven."""
    shares = {role: shares_of_work[role] for role in ROLES}
    shares[NO_ROLE] = sum(shares_of_work[work] for work in OTHER_WORK)
    ranked = sorted(shares, key=lambda role: -shares[role])
    second = next((role for role in ranked[1:] if role != NO_ROLE and shares[role] >= MIN_SECOND), None)
    reason = REASONS[max(OTHER_WORK, key=lambda work: shares_of_work[work])] if ranked[0] == NO_ROLE else None
    rounded = {role: round(shares[role], 3) for role in ranked}
    return RoleReading(ranked[0], rounded[ranked[0]], second, rounded, reason)


def says_who_is_sought(piece: Piece, kind: str) -> bool:
    """Whether a piece may say whom the ad seeks; a lone label such as "Duties:" says nothing."""
    return kind in SOUGHT_PARTS and piece.text.count(" ") + 1 >= MIN_SOUGHT_WORDS


def is_supported(role: str, duties: Sequence[DutyReading]) -> bool:
    """Whether enough of the duties are instances of one of the role's definitions."""
    supporting = sum(any(match.role == role for match in duty.matches) for duty in duties)
    return supporting >= MIN_SUPPORT * len(duties)


def _abstained(found: RoleReading) -> RoleReading:
    reason = f"few of the duties are those of a {found.role}"
    return replace(found, role=NO_ROLE, confidence=found.shares[NO_ROLE], second=found.role, reason=reason)


def decide_roles(model: Model, readings: Sequence[Reading]) -> None:
    """Fill ``role`` of readings whose duties have been matched; with too few duties it is ``none``."""
    for reading in readings:
        reading.role = RoleReading(reason="too few duties")
    told = [reading for reading in readings if len(reading.duties) >= MIN_DUTIES]
    if not told:
        return
    of_duties = (
        np.concatenate([reading.by_definition for reading in told]),
        np.concatenate([reading.work for reading in told]),
        np.repeat(np.arange(len(told)), [len(reading.duties) for reading in told]),
    )
    chosen = [[*map(says_who_is_sought, reading.pieces, reading.kinds)] for reading in told]
    of_rest = (
        np.concatenate([reading.sought[each] for reading, each in zip(told, chosen, strict=True)]),
        np.repeat(np.arange(len(told)), [sum(each) for each in chosen]),
    )
    figures = role_figures(of_duties, of_rest, len(told))
    layer = model.layers["role"]
    for reading, shares in zip(told, probabilities(layer.logits(figures)).tolist(), strict=True):
        found = role_of_shares(dict(zip(layer.answers, shares, strict=True)))
        reading.role = found if found.role == NO_ROLE or is_supported(found.role, reading.duties) else _abstained(found)


def name_roles(docs: Sequence[Doc]) -> None:
    """Decide which role the duties describe."""
    decide_roles(load_model(), [reading_of(doc) for doc in docs])


@Language.factory("rolecall_role", assigns=["doc._.reading"], requires=["doc._.reading"])
def make_role(nlp: Language, name: str) -> BatchComponent:
    """The component that names the role."""
    return BatchComponent(name_roles)
