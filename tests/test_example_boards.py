"""The demo's invented boards against what their authors say of each ad; the taggers have learned from none of it."""

from collections import Counter

import pytest
from spacy.language import Language

from examples.boards_data import Ad, boards
from pipelines.clean_text import clean_text
from taggers.build import build_nlp, read_ad
from taggers.legal_work import legal_work
from taggers.reading import NO_ROLE, ROLES

ADS = [(board, ad) for board in boards() for ad in board.ads]
LEGAL = [(board, ad) for board, ad in ADS if ad.legal]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build_nlp()


def test_there_is_one_of_everything() -> None:
    roles = Counter(ad.expected_role for _, ad in ADS)
    assert len(ADS) >= 40
    assert all(roles[role] >= 3 for role in (*ROLES, NO_ROLE)), roles
    assert sum(ad.hybrid for _, ad in ADS) >= 3
    assert sum(ad.expected_verdict == "differs" for _, ad in ADS) >= 5
    assert sum(not ad.legal for _, ad in ADS) >= 5
    assert [ad.title for _, ad in ADS if ad.valid_through and ad.valid_through < "2026-10"]
    assert {board.platform for board in boards()} == {"greenhouse", "lever", "jobposting"}


def test_one_ad_stands_on_two_boards() -> None:
    bodies = Counter((ad.title, ad.body) for _, ad in ADS)
    assert [title for (title, _), n in bodies.items() if n > 1]


@pytest.mark.parametrize(("board", "ad"), ADS, ids=lambda value: getattr(value, "ref", getattr(value, "token", "")))
def test_the_authors_duties_are_the_ads_words(board: object, ad: Ad) -> None:
    plain = " ".join(clean_text(ad.html).split())
    assert [duty for duty in ad.duties if " ".join(duty.split()) not in plain] == []


def test_only_legal_work_is_kept() -> None:
    wrong = [
        (board.token, ad.title)
        for board, ad in ADS
        if legal_work().judge(ad.title, clean_text(ad.html), board.employer).is_legal != ad.legal
    ]
    assert wrong == []


def test_roles_and_verdicts_are_the_authors_but_for_few(nlp: Language) -> None:
    readings = [read_ad(nlp, ad.title, clean_text(ad.html), board.employer) for board, ad in LEGAL]
    pairs = list(zip(readings, (ad for _, ad in LEGAL), strict=True))
    right_role = sum(reading.role.role in ad.acceptable_roles for reading, ad in pairs)
    right_verdict = sum(reading.title_check.verdict == ad.expected_verdict for reading, ad in pairs)
    assert right_role >= 0.93 * len(pairs)
    assert right_verdict >= 0.9 * len(pairs)
