import pytest

from taggers.words import NUMBER, SILENT, UNKNOWN, Vocabulary, build_vocabulary, lemma, make_tokenizing

VOCABULARY = Vocabulary(("administrative", "assistant", "case", "draft", "for", "legal", "manage", "manager", "motion"))


def words(text: str) -> list[str]:
    nlp = make_tokenizing(VOCABULARY.number)
    names = ["", "?", "#", *VOCABULARY.words]
    return [names[number] for number in VOCABULARY.words_of(nlp.make_doc(text)).numbers]


def test_word_forms_count_as_their_lemma() -> None:
    assert [lemma(word) for word in ("Drafting", "files", "attorney's", "Westlaw")] == [
        "draft",
        "file",
        "attorney",
        "westlaw",
    ]


def test_words_are_numbered_by_lemma_figures_and_strangers_alike() -> None:
    assert words("Drafted 12 motions for Zorp!") == ["draft", "#", "motion", "for", "?"]
    assert [VOCABULARY.number(word) for word in ("•", "2026", "Zorp")] == [SILENT, NUMBER, UNKNOWN]


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("Draft for the paralegal", "Draft for the "),
        ("Draft for Legal Assistants", "Draft for "),
        ("Draft for the [ROLE]", "Draft for the "),
        ("Case Manager draft motions", "draft motions"),
    ],
)
def test_names_of_roles_are_silent(text: str, same_as: str) -> None:
    assert words(text) == words(same_as)


def test_words_of_a_role_stand_where_they_name_none() -> None:
    assert words("manage case draft; legal motion") == ["manage", "case", "draft", "legal", "motion"]


def test_offsets_point_at_the_words() -> None:
    text = "• Draft, for\nmotions"
    found = VOCABULARY.words_of(make_tokenizing(VOCABULARY.number).make_doc(text))
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == ["Draft", "for", "motions"]


@pytest.mark.parametrize("text", ["", " \n\n", "a.b,c--d", "don’t e-file “x”", "\u2028•\ufeff\U0001f680 AbcDef"])
def test_tokens_are_the_text(text: str) -> None:
    assert make_tokenizing(VOCABULARY.number).make_doc(text).text == text


def test_a_vocabulary_keeps_words_of_enough_texts() -> None:
    found = build_vocabulary([["Draft", "motions"], ["drafts", "x1"], ["paralegal", "paralegals"]], 2, ["court"])
    assert found.words == ("court", "draft")
