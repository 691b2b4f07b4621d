import pytest

from taggers.reading import NO_ROLE, ROLES, DutyReading, Match
from taggers.roles import OTHER_WORK, WORK, is_supported, role_of_shares


def shares(**given: float) -> dict[str, float]:
    found = dict.fromkeys(WORK, 0.0)
    return found | {name.replace("_", " ") if name not in WORK else name: value for name, value in given.items()}


def test_the_likeliest_role_wins_and_the_next_is_second() -> None:
    found = role_of_shares(shares(paralegal=0.6, law_clerk=0.3, other_legal=0.1))
    assert (found.role, found.confidence, found.second, found.reason) == ("paralegal", 0.6, "law clerk", None)


@pytest.mark.parametrize("work", OTHER_WORK)
def test_other_work_together_is_none_with_a_reason(work: str) -> None:
    found = role_of_shares(
        shares(**{work: 0.4, "paralegal": 0.35, "other_legal" if work == "attorney" else "attorney": 0.25})
    )
    assert (found.role, found.second) == (NO_ROLE, "paralegal")
    assert found.confidence == 0.65
    assert found.reason


def test_an_unlikely_second_is_not_named() -> None:
    assert role_of_shares(shares(paralegal=0.98, law_clerk=0.02)).second is None


def test_shares_are_of_all_roles_best_first() -> None:
    found = role_of_shares(shares(case_manager=0.7, paralegal=0.3)).shares
    assert set(found) == {*ROLES, NO_ROLE}
    assert list(found.values()) == sorted(found.values(), reverse=True)


@pytest.mark.parametrize(("second", "hybrid"), [(0.45, True), (0.2, False)])
def test_a_strong_second_makes_a_hybrid(second: float, hybrid: bool) -> None:
    assert role_of_shares(shares(paralegal=1 - second, legal_secretary=second)).is_hybrid is hybrid


def test_none_is_no_hybrid() -> None:
    assert not role_of_shares(shares(non_legal=0.52, paralegal=0.48)).is_hybrid


def test_a_role_needs_duties_of_its_own() -> None:
    own = DutyReading(0, 1, [Match("paralegal.drafting", "paralegal", 0.9)])
    none = DutyReading(2, 3)
    assert is_supported("paralegal", [own, none, none, none])
    assert not is_supported("paralegal", [own, none, none, none, none])
    assert not is_supported("law clerk", [own])
