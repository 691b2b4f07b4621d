"""The verdict on a title in one sentence, and how clear it is."""

from __future__ import annotations

from scraper.items import Posting
from taggers.reading import NO_ROLE, RoleReading
from taggers.titles import MIN_EVIDENCED_DUTIES

_FITS = {"matches": True, "adjacent": True, "differs": False}


def fits(posting: Posting) -> bool | None:
    """Whether the title fits; None where that cannot be told."""
    return _FITS.get(posting.title_verdict or "")


def margin_of(role: RoleReading) -> float | None:
    """Probability of the role less that of the next best; None where evidence was too thin to follow the shares."""
    ranked = list(role.shares.values())
    if len(ranked) < 2 or role.shares[role.role] < ranked[0]:
        return None
    return round(ranked[0] - ranked[1], 3)


def sentence_of(posting: Posting) -> str:
    """The verdict of a tagged posting in one sentence."""
    if not posting.text:
        return "Cannot tell whether the title fits: the ad has no text."
    if posting.title_verdict in _FITS:
        return f"{_VERDICTS[posting.title_verdict or '']}: {_compared(posting)}."
    return f"Cannot tell whether the title fits: {_why_not(posting)}."


_VERDICTS = {
    "matches": "The title fits",
    "adjacent": "The title nearly fits",
    "differs": "The title does not fit",
}


def _compared(posting: Posting) -> str:
    described = _described(posting)
    if posting.title_verdict == "matches":
        return f"{described}, as it claims"
    if posting.title_verdict == "adjacent" and not (posting.is_hybrid and posting.second_role == posting.title_role):
        return f"it claims a {posting.title_role}, and {described}, a neighbouring role"
    return f"it claims a {posting.title_role}, {'and' if posting.title_verdict == 'adjacent' else 'but'} {described}"


def _described(posting: Posting) -> str:
    sure = f"(probability {posting.role_confidence or 0:.2f})"
    if posting.role == NO_ROLE:
        return f"the duties describe none of the seven roles: {posting.role_reason}"
    if posting.is_hybrid:
        return f"the duties describe both a {posting.role} {sure} and a {posting.second_role}"
    return f"the duties describe a {posting.role} {sure}"


def _why_not(posting: Posting) -> str:
    if not posting.title:
        return f"the ad has no title; {_described(posting)}"
    if not posting.title_role:
        return f"“{posting.title}” claims none of the seven roles; {_described(posting)}"
    found = f"{posting.n_matched_duties or 0} of its {posting.n_duties or 0} duties belong to one of the roles"
    return f"{found}, and {MIN_EVIDENCED_DUTIES} are needed"
