import pytest

from taggers.lines import Piece
from taggers.sections import heading_section, own_section, sectioned


def piece(text: str, *, marked: bool = False) -> Piece:
    return Piece(0, len(text), text, marked, True)


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Responsibilities", "duties"),
        ("ESSENTIAL DUTIES AND RESPONSIBILITIES:", "duties"),
        ("What you’ll do", "duties"),
        ("Duties include, but are not limited to:", "duties"),
        ("Qualifications", "requirements"),
        ("What you bring", "requirements"),
        ("Minimum Qual Requirements", "requirements"),
        ("Benefits", "benefits"),
        ("What we offer", "benefits"),
        ("Salary range", "pay"),
        ("About us", "about"),
        ("How to apply", "apply"),
        ("Hours/Schedule:", "apply"),
        ("Draft motions and briefs", None),
        ("Responsibilities include drafting motions.", None),
    ],
)
def test_headings(heading: str, section: str | None) -> None:
    assert heading_section(piece(heading)) == section


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("Three years of litigation experience", "requirements"),
        ("Ability to draft pleadings", "requirements"),
        ("Must be able to lift 20 pounds", "requirements"),
        ("Bachelor’s degree preferred", "requirements"),
        ("Health insurance and a 401(k) plan", "benefits"),
        ("We are a firm of forty lawyers", "about"),
        ("Alder LLP is an equal opportunity employer", "apply"),
        ("Other duties as assigned", "apply"),
        ("Draft motions, briefs and discovery requests", None),
        ("Answer the telephone and take messages", None),
    ],
)
def test_own_words(words: str, section: str | None) -> None:
    assert own_section(words) == section


def test_pieces_stand_under_the_last_heading() -> None:
    text = "Alder LLP.\nDuties\n• Draft motions\nRequirements\n• A diploma"
    assert [(one.piece.text, one.under) for one in sectioned(text)] == [
        ("Alder LLP.", "intro"),
        ("Duties", "duties"),
        ("Draft motions", "duties"),
        ("Requirements", "requirements"),
        ("A diploma", "requirements"),
    ]


def test_a_label_that_lost_its_line_break_is_cut_off() -> None:
    assert [one.piece.text for one in sectioned("• File briefs Work Location: Albany")] == [
        "File briefs",
        "Work Location:",
        "Albany",
    ]
