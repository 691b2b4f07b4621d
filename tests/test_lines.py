import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taggers.lines import pieces_of


def texts(text: str) -> list[str]:
    return [piece.text for piece in pieces_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Draft motions.\nFile briefs.", ["Draft motions.", "File briefs."]),
        ("• Draft motions • File briefs", ["Draft motions", "File briefs"]),
        (
            "Duties: Draft motions. - File briefs. - Answer calls.",
            ["Duties:", "Draft motions.", "File briefs.", "Answer calls."],
        ),
        ("Duties: -Draft motions. -File briefs.", ["Duties:", "Draft motions.", "File briefs."]),
        ("1. Draft motions. 2. File briefs.", ["Draft motions.", "File briefs."]),
        ("1) Draft motions\n2) File briefs", ["Draft motions", "File briefs"]),
        ("a. Draft motions\nb. File briefs", ["Draft motions", "File briefs"]),
        ("We are a firm. You will draft motions.", ["We are a firm.", "You will draft motions."]),
        (
            "Work for Mr. Smith at J. Doe, Inc. in the U.S. Courts.",
            ["Work for Mr. Smith at J. Doe, Inc. in the U.S. Courts."],
        ),
        ("Draft motions  File briefs   Answer calls", ["Draft motions", "File briefs", "Answer calls"]),
        ("Draft motions\tFile briefs", ["Draft motions", "File briefs"]),
        ("five years of experiencePay: $19", ["five years of experience", "Pay:", "$19"]),
        ("REQUIREMENTS: A diploma. Work Location: Albany", ["REQUIREMENTS:", "A diploma.", "Work Location:", "Albany"]),
        ("Litigation support: index exhibits", ["Litigation support: index exhibits"]),
        ("File briefs Minimum Qualifications Diploma", ["File briefs", "Minimum Qualifications", "Diploma"]),
        ("Charges under Civil Law §75 and § 12", ["Charges under Civil Law §75 and § 12"]),
        ("§ Draft motions § File briefs", ["Draft motions", "File briefs"]),
        ("•\n—\n•  ", []),
        ("", []),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


LOST = "Draft each pleading and motion that the attorneys of the litigation group ask for in writing "


@pytest.mark.parametrize(
    "words",
    [
        "and fetch copies from Court dockets and from Court records of every county in the state when needed",
        "for the Director of Legal Services and the Senior Staff of the district as well as their deputies",
    ],
)
def test_no_line_break_was_lost_behind_a_word_that_wants_another(words: str) -> None:
    assert texts(LOST + words) == [LOST + words]


def test_lost_line_breaks_are_found() -> None:
    following = ["Answer every call of the county clerk", "Prepare exhibits for the hearings of the month"]
    assert texts(" ".join([LOST.strip(), *following])) == [LOST.strip(), *following]


def test_a_bullet_and_a_number_mark_a_piece() -> None:
    assert [piece.marked for piece in pieces_of("Duties\n• Draft\n2. File\n- Scan\nOther")] == [
        False,
        True,
        True,
        True,
        False,
    ]


@given(st.text())
def test_pieces_are_exact_ordered_and_apart(text: str) -> None:
    end = 0
    for piece in pieces_of(text):
        assert text[piece.start : piece.end] == piece.text
        assert piece.start >= end
        assert piece.text.strip()
        end = piece.end


@given(st.text(alphabet=st.sampled_from("ab. •-\n\t1);:A")))
def test_every_letter_of_the_text_is_in_a_piece_or_a_list_mark(text: str) -> None:
    kept = sum(piece.text.count("b") for piece in pieces_of(text))
    marks = text.count("b)") + text.count("b.")  # "b." may be the number of a list item
    assert kept >= text.count("b") - marks


@pytest.mark.parametrize("unit", ["Draft motions. ", "• ", " - ", "a\t", "1. ", " ", "word ", ".A", ";"])
def test_time_is_linear(unit: str) -> None:
    def seconds(n_chars: int) -> float:
        text = unit * (n_chars // len(unit))
        started = time.perf_counter()
        pieces_of(text)
        return time.perf_counter() - started

    seconds(1000)
    assert seconds(1_000_000) < 40 * max(seconds(100_000), 0.005)


def test_line_breaks_lost_before_verbs_are_found_where_there_are_several() -> None:
    text = (
        "Obtain discovery and personnel files from the police and from other agencies Compile, index and redact "
        "sensitive documents for disclosure Draft subpoenas and protective orders Ability to work with a diverse staff"
    )
    assert [piece.partition(" ")[0] for piece in texts(text)] == ["Obtain", "Compile,", "Draft", "Ability"]
    assert texts("We meet at the Review Board. " + "Draft letters to the Review Board and others " * 4)[0].endswith(
        "Board."
    )
