import numpy as np

from taggers.features import FeatureSpace, by_group, join_words, means_by_group
from taggers.model import load_model
from taggers.words import Vocabulary, make_tokenizing

VOCABULARY = Vocabulary(("draft", "file", "motion", "the"))
DRAFT, FILE, MOTION, THE = (VOCABULARY.number(word) for word in VOCABULARY.words)


def space(*pairs: tuple[int, int]) -> FeatureSpace:
    keys = np.array(sorted(first * len(VOCABULARY) + second for first, second in pairs), np.int64)
    return FeatureSpace(VOCABULARY, keys)


def features(text: str, *bounds: tuple[int, int]):
    words = VOCABULARY.words_of(make_tokenizing(VOCABULARY.number).make_doc(text))
    starts, ends = np.array(bounds, np.int64).reshape(-1, 2).T
    return space((DRAFT, MOTION)).features(words, starts, ends)


def test_a_word_has_its_own_row_and_one_as_first_word() -> None:
    found = features("draft motion", (0, 12))
    n_words = len(VOCABULARY)
    assert found.rows[:, 0].tolist() == [1 + DRAFT, 1 + MOTION]
    assert found.rows[:, 1].tolist() == [1 + n_words + DRAFT, 0]


def test_known_neighbours_have_a_row() -> None:
    assert features("draft motion", (0, 12)).rows[1, 2] == 2 * len(VOCABULARY) + 1
    assert features("draft the motion", (0, 16)).rows[:, 2].tolist() == [0, 0, 0]


def test_no_pair_reaches_across_pieces_and_words_outside_are_left_out() -> None:
    found = features("draft motion the file", (0, 5), (6, 12))
    assert found.rows[:, 2].tolist() == [0, 0]
    assert found.piece_of.tolist() == [0, 1]


def test_no_pieces_at_all() -> None:
    found = features("draft motion")
    assert (len(found.rows), found.n_pieces) == (0, 0)


def test_groups_without_rows_have_zeros() -> None:
    values, groups = np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 2])
    assert by_group(values, groups, 4).tolist() == [[4.0], [0.0], [5.0], [0.0]]
    assert means_by_group(values, groups, 4).tolist() == [[2.0], [0.0], [5.0], [0.0]]


def test_texts_joined_score_as_each_does_alone() -> None:
    model = load_model()
    nlp = make_tokenizing(model.space.vocabulary.number)
    texts = ["Draft motions for the partners", "Answer the telephone", ""]
    words = [model.space.vocabulary.words_of(nlp.make_doc(text)) for text in texts]
    joined, offsets = join_words(words, list(map(len, texts)))

    def logits(of_words, starts, ends):
        return model.logits(model.space.features(of_words, np.array(starts), np.array(ends)), "definition")[0]

    together = logits(joined, offsets, offsets + np.array(list(map(len, texts))))
    alone = [logits(one, [0], [len(text)])[0] for one, text in zip(words, texts, strict=True)]
    np.testing.assert_allclose(together, np.stack(alone), rtol=1e-4, atol=1e-4)
