import pytest

from taggers.reading import DutyReading, Match, RoleReading
from taggers.titles import check_title, claimed_roles


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("Paralegal", ["paralegal"]),
        ("Sr. Para-legal (Litigation)", ["paralegal"]),
        ("LEGAL SECRETARY II", ["legal secretary"]),
        ("Litigation Secretary", ["legal secretary"]),
        ("Legal Administrative Assistant", ["legal assistant"]),
        ("Legal Assistant", ["legal assistant"]),
        ("Litigation Paralegal/Legal Secretary", ["paralegal", "legal secretary"]),
        ("Law Clerk to the Hon. A. Bell", ["law clerk"]),
        ("Legal Research Analyst", ["legal researcher"]),
        ("Chief Compliance Officer", ["compliance officer"]),
        ("Pre-Litigation Case Manager", ["case manager"]),
        ("Nurse Case Manager", []),
        ("Assistant District Attorney", []),
        ("Secretary to the General Counsel", ["legal secretary"]),
        ("Legal Assistant – District Attorney's Office", ["legal assistant"]),
        ("Court Clerk", []),
        ("Office Coordinator", []),
        ("", []),
    ],
)
def test_claims(title: str, roles: list[str]) -> None:
    assert claimed_roles(title) == roles


TEXT = "Draft motions. File briefs. Answer phones. Greet guests."


def duty(start: int, end: int, role: str) -> DutyReading:
    return DutyReading(start, end, [Match(f"{role.replace(' ', '_')}.x", role, 0.8, ("word",))])


DUTIES = [
    duty(0, 14, "paralegal"),
    duty(15, 27, "paralegal"),
    duty(28, 42, "legal assistant"),
    duty(43, 56, "legal assistant"),
]


@pytest.mark.parametrize(
    ("title", "role", "verdict"),
    [
        (
            "Paralegal",
            RoleReading("paralegal", 0.8, "legal assistant", {"paralegal": 0.7, "legal assistant": 0.3}),
            "matches",
        ),
        ("Paralegal/Legal Assistant", RoleReading("legal assistant", 0.8, None, {"legal assistant": 1.0}), "matches"),
        ("Legal Secretary", RoleReading("legal assistant", 0.8, None, {"legal assistant": 1.0}), "adjacent"),
        (
            "Legal Assistant",
            RoleReading("paralegal", 0.5, "legal assistant", {"paralegal": 0.52, "legal assistant": 0.48}),
            "adjacent",
        ),
        (
            "Legal Assistant",
            RoleReading("paralegal", 0.8, "legal assistant", {"paralegal": 0.8, "legal assistant": 0.2}),
            "differs",
        ),
        ("Law Clerk", RoleReading("none", 0.8), "differs"),
        ("Office Coordinator", RoleReading("paralegal", 0.8), "cannot tell"),
    ],
)
def test_verdicts(title: str, role: RoleReading, verdict: str) -> None:
    assert check_title(title, DUTIES, role, TEXT).verdict == verdict


def test_fewer_than_three_evidenced_duties_give_no_verdict() -> None:
    found = check_title("Paralegal", DUTIES[:2], RoleReading("paralegal", 0.8), TEXT)
    assert (found.claimed, found.verdict, found.suggestion) == ("paralegal", "cannot tell", None)


def test_a_differing_title_gets_a_suggestion_and_the_duties_for_and_against() -> None:
    role = RoleReading("legal assistant", 0.8, "paralegal", {"legal assistant": 0.8, "paralegal": 0.2})
    found = check_title("Paralegal", DUTIES, role, TEXT)
    assert (found.verdict, found.suggestion) == ("differs", "Legal Assistant")
    assert found.speaks_for == "Draft motions.; File briefs."
    assert found.speaks_against == "Answer phones.; Greet guests."


def test_no_suggestion_where_the_duties_describe_no_role() -> None:
    assert check_title("Law Clerk", DUTIES, RoleReading("none", 0.8), TEXT).suggestion is None
