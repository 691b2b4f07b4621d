import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from examples.boards_data import boards
from taggers.build import build_nlp, read_ad, read_ads
from taggers.reading import NO_ROLE, ROLES, VERDICTS

AD = """Alder LLP is a firm of forty lawyers.
What you will do
• Draft motions, briefs and discovery requests for attorneys
• Conduct legal research and check citations
• Organize case files and track court deadlines
• Prepare exhibits and trial notebooks
What you bring
• Three years of experience drafting pleadings
"""


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_nlp()


def test_reads_an_ad(nlp: Language) -> None:
    reading = read_ad(nlp, "Litigation Paralegal", AD)
    assert len(reading.duties) == 4
    assert reading.role.role == "paralegal"
    assert reading.title_check.verdict == "matches"


def test_every_duty_has_its_exact_words(nlp: Language) -> None:
    reading = read_ad(nlp, "", AD)
    assert AD[reading.duties[1].start : reading.duties[1].end] == "Conduct legal research and check citations"


def test_a_misleading_title_is_found_out(nlp: Language) -> None:
    check = read_ad(nlp, "Compliance Officer", AD).title_check
    assert (check.verdict, check.suggestion) == ("differs", "Paralegal")
    assert "Draft motions" in (check.speaks_against or "")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "•", "Paralegal wanted."])
def test_next_to_nothing_is_no_role_and_no_verdict(nlp: Language, text: str) -> None:
    reading = read_ad(nlp, "Paralegal", text)
    assert (reading.duties, reading.role.role, reading.title_check.verdict) == ([], NO_ROLE, "cannot tell")


def test_a_lawyer_is_none(nlp: Language) -> None:
    text = (
        "Responsibilities\n• Represent clients at trial and in hearings\n• Argue motions before the court\n"
        "• Advise clients and negotiate settlements\n• Supervise paralegals\n"
        "Requirements\n• J.D. and admission to the bar in good standing\n• Five years of practice"
    )
    assert read_ad(nlp, "", text).role.role == NO_ROLE


def test_the_role_does_not_come_from_its_name(nlp: Language) -> None:
    named = AD.replace("for attorneys", "for attorneys as a Legal Secretary").replace(
        "What you", "Legal Secretary: what you"
    )
    masked = named.replace("Legal Secretary", "[ROLE]")
    assert read_ad(nlp, "", named).role.role == read_ad(nlp, "", masked).role.role == "paralegal"


def test_reading_many_is_reading_each(nlp: Language) -> None:
    ads = [(ad.title, ad.body) for board in boards() for ad in board.ads]
    together = [reading.role for reading in read_ads(nlp, ads)]
    assert together == [read_ad(nlp, *ad).role for ad in ads]


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(max_size=60))
def test_any_text_is_read(nlp: Language, text: str, title: str) -> None:
    reading = read_ad(nlp, title, text)
    assert reading.role.role in (*ROLES, NO_ROLE)
    assert reading.title_check.verdict in VERDICTS
    assert 0 <= reading.role.confidence <= 1
    for duty in reading.duties:
        assert 0 <= duty.start < duty.end <= len(text)
        assert all(0 < match.score <= 1 for match in duty.matches)


@pytest.mark.parametrize(
    "hostile",
    [
        "Draft motions " * 14_000,
        "• " * 100_000,
        "a" * 200_000,
        "Draft motions. " * 13_000,
        "The paralegal will " * 11_000,
    ],
)
def test_a_text_of_the_longest_kept_size_takes_seconds(nlp: Language, hostile: str) -> None:
    started = time.perf_counter()
    read_ad(nlp, "Paralegal", hostile[:200_000])
    assert time.perf_counter() - started < 30
