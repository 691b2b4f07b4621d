import pytest
from hypothesis import given
from hypothesis import strategies as st

from taggers.build import build_nlp, read_ad
from taggers.duties import begins_like_duty, find_duties, lead_length
from taggers.lines import pieces_of

NLP = build_nlp()


def duties(text: str) -> list[str]:
    return [text[duty.start : duty.end] for duty in read_ad(NLP, "", text).duties]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Duties\n• Draft motions\n• File briefs with the court",
            ["Draft motions", "File briefs with the court"],
            id="bullets under a heading",
        ),
        pytest.param(
            "Draft motions.\nFile briefs with courts.", ["Draft motions.", "File briefs with courts."], id="no headings"
        ),
        pytest.param(
            "The paralegal will draft motions and file briefs.", ["draft motions and file briefs."], id="role will"
        ),
        pytest.param("You will be responsible for drafting motions.", ["drafting motions."], id="responsible for"),
        pytest.param(
            "Duties include, but are not limited to: drafting motions; filing briefs; answering phones.",
            ["drafting motions", "filing briefs", "answering phones."],
            id="semicolons",
        ),
        pytest.param(
            "Duties\n• Reviewing each demand; and drafting the answers to it; and filing the errand",
            ["Reviewing each demand", "drafting the answers to it", "filing the errand"],
            id="semicolons before and",
        ),
        pytest.param(
            "Duties include typing long letters, answering the main phone, and ordering all supplies.",
            ["typing long letters", "answering the main phone", "ordering all supplies."],
            id="run of gerunds",
        ),
        pytest.param(
            "You will be responsible for serving as a contact for the courts; acting as a liaison; filing briefs.",
            ["serving as a contact for the courts", "acting as a liaison", "filing briefs."],
            id="gerunds that are nouns too",
        ),
        pytest.param(
            "Duties\nUnder Counsel, the paralegal will:\n• Draft motions\n• File briefs with the court",
            ["Draft motions", "File briefs with the court"],
            id="words that only lead in",
        ),
        pytest.param(
            "Duties\n• Draft motions. Check citations in them.\n• File",
            ["Draft motions. Check citations in them."],
            id="a bullet of two sentences, a bullet of one word",
        ),
        pytest.param(
            "Duties\n• Scan, copy and file documents, including exhibits, letters and forms",
            ["Scan, copy and file documents, including exhibits, letters and forms"],
            id="coordination is not cut",
        ),
        pytest.param(
            "DUTIES\n1. Types briefs for attorneys.\n2. Keeps the calendar.",
            ["Types briefs for attorneys.", "Keeps the calendar."],
            id="numbers",
        ),
        pytest.param(
            "Responsibilities\nDraft motions\nRequirements\nExperience drafting pleadings\nBenefits\nPaid leave",
            ["Draft motions"],
            id="other sections",
        ),
        pytest.param(
            "• Ability to draft pleadings\n• Three years of experience drafting motions",
            [],
            id="requirements by their words",
        ),
        pytest.param(
            "We handle disputes. Our lawyers draft motions.\nEqual opportunity employer.",
            [],
            id="the employer's own work",
        ),
        pytest.param("Duties\n• Other duties as assigned", [], id="catch-all"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_duties(text: str, expected: list[str]) -> None:
    assert duties(text) == expected


@pytest.mark.parametrize(
    "words",
    ["Draft motions", "Drafts motions", "Drafting motions", "Promptly answers calls", "Preparation of exhibits"],
)
def test_begins_like_a_duty(words: str) -> None:
    assert begins_like_duty(words)


@pytest.mark.parametrize("words", ["The firm", "Excellent benefits", "Friendly", "", "12 lawyers"])
def test_does_not_begin_like_a_duty(words: str) -> None:
    assert not begins_like_duty(words)


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("The clerk will also research law", "research law"),
        ("Responsible for filing", "filing"),
        ("Draft motions", "Draft motions"),
    ],
)
def test_the_lead_in_is_left_off(words: str, rest: str) -> None:
    assert words[lead_length(words) :] == rest


@given(st.text(alphabet=st.sampled_from("Duties:•; \n.abcDraft will the paralegal,ing-")))
def test_spans_are_inside_ordered_and_not_empty(text: str) -> None:
    end = 0
    for start, stop in find_duties(text, pieces_of(text), ["duty"] * len(pieces_of(text))):
        assert end <= start < stop <= len(text)
        end = stop
