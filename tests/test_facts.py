import pytest
from hypothesis import given
from hypothesis import strategies as st

from taggers.build import build_nlp, read_ad
from taggers.facts import certifications_of, education_of, experience_of, sector_of


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("High school diploma or GED", "high school"),
        ("Associate's degree in paralegal studies", "associate"),
        ("Bachelor’s degree from an accredited college", "bachelor"),
        ("A baccalaureate degree, or a high school diploma and four years of experience", "high school"),
        ("High school diploma required; bachelor's degree preferred", "high school"),
        ("Bachelor's degree required; J.D. a plus", "bachelor"),
        ("J.D. and admission to the bar", "law school"),
        ("Second-year law student in good standing", "law school"),
        ("Bachelor's degree preferred", "bachelor"),
        ("LLB or equivalent", "bachelor"),
    ],
)
def test_education(line: str, level: str) -> None:
    found = education_of([line])
    assert found is not None
    assert found.value == level
    assert found.evidence in line


@pytest.mark.parametrize("line", ["Fast typing", "A degree of patience", ""])
def test_no_education(line: str) -> None:
    assert education_of([line]) is None


@pytest.mark.parametrize(
    ("line", "years"),
    [
        ("Two years of litigation experience", "2"),
        ("3+ years’ experience in a law firm", "3"),
        ("2-4 years of experience as a paralegal", "2"),
        ("At least five (5) years working in compliance", "5"),
        ("Minimum 1 yr experience", "1"),
        ("Two years of experience; five years of experience preferred", "2"),
        ("Experience of at least six years", "6"),
    ],
)
def test_experience(line: str, years: str) -> None:
    found = experience_of([line])
    assert found is not None
    assert found.value == years


@pytest.mark.parametrize("line", ["Must be 18 years of age", "Our firm of 40 years", "No experience needed"])
def test_no_experience(line: str) -> None:
    assert experience_of([line]) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("NALA certification preferred", "NALA CP"),
        ("Paralegal certificate required", "paralegal certificate"),
        ("Notary public a plus", "notary"),
        ("CAMS designation", "CAMS"),
    ],
)
def test_certification(line: str, name: str) -> None:
    found = certifications_of([line])
    assert found is not None
    assert found.value == name


@pytest.mark.parametrize(
    ("company", "about", "sector"),
    [
        ("Northgate Bank", "", "finance and insurance"),
        ("Harrow & Finch LLP", "", "legal services"),
        ("Calder County", "", "local government"),
        ("", "The Attorney General’s office enforces the law.", "state government"),
        ("U.S. Attorney's Office", "", "federal government"),
        ("Maple Bakery", "We bake bread.", "other"),
        ("", "A two-lawyer firm in Duluth.", "legal services"),
    ],
)
def test_sector(company: str, about: str, sector: str) -> None:
    found = sector_of(company, about)
    assert found is not None
    assert found.value == sector


def test_nothing_known_of_the_employer_is_no_sector() -> None:
    assert sector_of("", "") is None


def test_facts_come_from_the_lines_that_seek_somebody() -> None:
    text = (
        "Alder LLP has served clients for 40 years of experience in trials.\nDuties\n• Draft motions and briefs\n"
        "• File papers with the court\nRequirements\n• Three years of litigation experience\n• Associate's degree"
    )
    facts = read_ad(build_nlp(), "Paralegal", text, "Alder LLP").facts
    assert {name: fact.value for name, fact in facts.items()} == {
        "education": "associate",
        "experience_years": "3",
        "sector": "legal services",
    }


@given(st.lists(st.text(), max_size=4))
def test_any_lines_are_read(lines: list[str]) -> None:
    for fact in (education_of(lines), experience_of(lines), certifications_of(lines)):
        assert fact is None or fact.value
