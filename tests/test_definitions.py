import pytest

from taggers.concepts import lemma, lexicon
from taggers.definitions import Signal, definitions, match_duty, parse_signal

IDS = {
    "legal_secretary": "communication document_preparation calendar_management client_support administrative_tasks",
    "paralegal": "research drafting case_management client_communication trial_preparation",
    "legal_assistant": "office_support",
    "law_clerk": "research writing_and_analysis advising_on_facts evidence",
    "legal_researcher": "collecting_information identifying_law summarising_and_updating discovery_responses",
    "compliance_officer": "adherence policy_monitoring misconduct",
    "case_manager": "case_files case_issues documentation client_questions billing_and_time",
}


def ids(duty: str) -> list[str]:
    return [match.definition for match in match_duty(duty.split())[0]]


def test_every_definition_others_rely_on_is_there() -> None:
    expected = [f"{role}.{duty}" for role, duties in IDS.items() for duty in duties.split()]
    assert [definition.id for definition in definitions()] == expected


def test_every_definition_has_words_of_its_own_and_a_source() -> None:
    assert all(definition.says and definition.section and definition.signals for definition in definitions())
    assert len({definition.says for definition in definitions()}) == 27


@pytest.mark.parametrize(
    ("duty", "first"),
    [
        ("Draft motions and pleadings for attorneys", "paralegal.drafting"),
        ("Answers phone calls and takes messages", "legal_secretary.communication"),
        ("Proofreads and formats legal documents", "legal_secretary.document_preparation"),
        ("Managing the partners' calendars", "legal_secretary.calendar_management"),
        ("Photocopy and scan", "legal_secretary.administrative_tasks"),
        ("Conduct legal research on Westlaw", "paralegal.research"),
        ("Organize case files and track deadlines", "paralegal.case_management"),
        ("Interview clients about their cases", "paralegal.client_communication"),
        ("Prepare trial notebooks and exhibits", "paralegal.trial_preparation"),
        ("Research law and precedents for the judge", "law_clerk.research"),
        ("Draft bench memoranda and opinions for the judge", "law_clerk.writing_and_analysis"),
        ("Ensure compliance with the regulations of the regulator", "compliance_officer.adherence"),
        ("Investigate misconduct and breaches of the code", "compliance_officer.misconduct"),
        ("Enter billable time and send invoices to clients", "case_manager.billing_and_time"),
    ],
)
def test_first_definition(duty: str, first: str) -> None:
    assert ids(duty)[0] == first


@pytest.mark.parametrize("duty", ["Water the plants", "Develop software for the network", "", "motions"])
def test_no_definition(duty: str) -> None:
    assert ids(duty) == []


def test_supervising_work_counts_less_than_doing_it() -> None:
    doing, _ = match_duty(["Draft", "the", "pleadings"])
    supervising, _ = match_duty(["Supervise", "staff", "who", "draft", "the", "pleadings"])
    assert not supervising or supervising[0].score < doing[0].score


def test_evidence_is_the_dutys_own_words_in_order() -> None:
    match = match_duty(["Carefully", "drafts", "long", "Motions", "daily"])[0][0]
    assert match.evidence == ("drafts", "Motions")
    assert 0 < match.score <= 1


def test_word_forms_count_as_their_lemma() -> None:
    assert [lemma(word) for word in ("Drafting", "files", "attorney's", "Westlaw")] == [
        "draft",
        "file",
        "attorney",
        "westlaw",
    ]


def test_phrases_and_single_words_are_both_mentioned() -> None:
    found = {(mention.concept, mention.start, mention.end) for mention in lexicon().mentions(["case", "file"])}
    assert ("case_file", 0, 2) in found


@pytest.mark.parametrize("written", ["draft", "draft > = 0.5", "draft > nowhere = 0.5", "draft = 2", ""])
def test_a_signal_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="signal"):
        parse_signal(written)


def test_a_signal() -> None:
    signal = parse_signal("draft > court_paper & lawyer !supervise = 0.9")
    assert signal == Signal("draft", "court_paper", True, ("lawyer",), ("supervise",), 0.9)
