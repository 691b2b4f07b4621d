import pytest
from spacy.language import Language

from taggers.build import build_nlp, read_ad
from taggers.definitions import definitions
from taggers.reading import DutyReading

IDS = {
    "legal_secretary": "communication document_preparation calendar_management client_support administrative_tasks",
    "paralegal": "research drafting case_management client_communication trial_preparation",
    "legal_assistant": "office_support",
    "law_clerk": "research writing_and_analysis advising_on_facts evidence",
    "legal_researcher": "collecting_information identifying_law summarising_and_updating discovery_responses",
    "compliance_officer": "adherence policy_monitoring misconduct",
    "case_manager": "case_files case_issues documentation client_questions billing_and_time",
}


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_nlp()


def read(nlp: Language, *duties: str) -> list[DutyReading]:
    text = "Responsibilities:\n" + "\n".join(f"• {duty}" for duty in duties)
    return read_ad(nlp, "", text).duties


def test_every_definition_others_rely_on_is_there() -> None:
    expected = [f"{role}.{duty}" for role, duties in IDS.items() for duty in duties.split()]
    assert [definition.id for definition in definitions()] == expected


def test_every_definition_has_words_of_its_own_and_a_source() -> None:
    assert all(definition.says and definition.section for definition in definitions())
    assert len({definition.says for definition in definitions()}) == 27


@pytest.mark.parametrize(
    ("duty", "first"),
    [
        ("Draft motions, complaints and pleadings for attorneys", "paralegal.drafting"),
        ("Proofread and format briefs and agreements for the partners", "legal_secretary.document_preparation"),
        ("Manage the partners' calendars and schedule depositions", "legal_secretary.calendar_management"),
        ("Photocopy, scan and fax documents", "legal_secretary.administrative_tasks"),
        ("Prepare trial notebooks and exhibits", "paralegal.trial_preparation"),
        ("Write bench memoranda and draft opinions for the judge", "law_clerk.writing_and_analysis"),
        ("Ensure that the bank complies with laws and regulations", "compliance_officer.adherence"),
        ("Investigate reports of misconduct and recommend corrective action", "compliance_officer.misconduct"),
        ("Enter billable time and send invoices to clients", "case_manager.billing_and_time"),
    ],
)
def test_first_definition(nlp: Language, duty: str, first: str) -> None:
    (found,) = read(nlp, duty)
    assert found.matches[0].definition == first


@pytest.mark.parametrize(
    "duty",
    [
        "Water the office plants",
        "Develop software for the network",
        "Supervise and evaluate a staff of five inspectors",
    ],
)
def test_no_definition(nlp: Language, duty: str) -> None:
    (found,) = read(nlp, duty)
    assert found.matches == []


def test_evidence_is_the_dutys_own_words_in_order(nlp: Language) -> None:
    (found,) = read(nlp, "Drafts pleadings and motions in the afternoon")
    evidence = found.matches[0].evidence
    assert "afternoon" not in " ".join(evidence)
    places = ["Drafts pleadings and motions in the afternoon".index(words) for words in evidence]
    assert places == sorted(places)
    assert places


def test_matches_are_best_first_and_scored_between_0_and_1(nlp: Language) -> None:
    for duty in read(nlp, "Draft letters, file papers with the court and answer the telephone", "Organize case files"):
        scores = [match.score for match in duty.matches]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)
