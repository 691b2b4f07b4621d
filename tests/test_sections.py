import pytest
from spacy.language import Language

from taggers.build import build_nlp, read_ad

AD = """Alder & Voss is a firm of forty lawyers in Duluth, founded in 1962.
WHAT YOU WILL DO
• Draft motions and discovery requests for the trial attorneys
• Keep the litigation calendar and chase deadlines
REQUIREMENTS
• Two years of litigation experience; ability to draft clear letters
BENEFITS
• Health insurance, 401(k) and three weeks of paid leave
TO APPLY:
• Send your resume and a cover letter to the office manager by Friday."""


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_nlp()


def kinds(nlp: Language, text: str) -> list[str]:
    return read_ad(nlp, "", text).kinds


def test_parts_of_an_ad_with_headings(nlp: Language) -> None:
    found = kinds(nlp, AD)
    assert found[:5] == ["about", "heading:duty", "duty", "duty", "heading:requirement"]
    assert [kind.removeprefix("heading:") for kind in found[5:]] == [
        "requirement",
        "benefit",
        "benefit",
        "apply",
        "apply",
    ]


def test_duties_are_found_without_headings_and_bullets(nlp: Language) -> None:
    text = (
        "We are a small injury firm. You will answer calls from clients, draft demand letters and organize "
        "medical records. Two years of experience required. Please send a resume."
    )
    assert kinds(nlp, text) == ["about", "duty", "requirement", "apply"]


def test_a_requirement_that_sounds_like_a_duty_is_none(nlp: Language) -> None:
    text = "Qualifications\n• Ability to draft pleadings and organize exhibits\n• Experience preparing trial binders"
    assert kinds(nlp, text)[1:] == ["requirement", "requirement"]


def test_every_piece_has_a_kind(nlp: Language) -> None:
    reading = read_ad(nlp, "", AD * 3)
    assert len(reading.kinds) == len(reading.pieces)
