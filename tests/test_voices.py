import re
from itertools import combinations
from pathlib import Path

import pytest

from taggers import voices as module
from taggers.definitions import definitions
from taggers.reading import NO_ROLE, ROLES
from taggers.voices import NONE_KINDS, VoicesError, example_ads, example_lines, voices

IDS = {definition.id for definition in definitions()}


@pytest.mark.parametrize("voice", voices())
def test_every_label_is_known_and_every_line_says_something(voice: str) -> None:
    lines = [*example_lines(voice), *(line for ad in example_ads(voice) for line in ad.lines)]
    assert {one for line in lines for one in line.definitions} <= IDS
    assert all(line.kind == "duty" or not line.definitions for line in lines)
    assert all(line.text.strip() for line in lines)


@pytest.mark.parametrize("voice", voices())
def test_ads_are_labelled_consistently(voice: str) -> None:
    for ad in example_ads(voice):
        assert ad.role in ad.acceptable, ad.title
        assert (ad.none_kind in NONE_KINDS) == (ad.role == NO_ROLE), ad.title
        assert all(ad.text[line.start : line.end] == line.text for line in ad.lines)


@pytest.mark.parametrize("voice", voices())
def test_every_file_has_its_authors_note(voice: str) -> None:
    note = (Path(module.__file__).parent / "data" / "voices" / f"{voice}.md").read_text(encoding="utf-8")
    assert note.startswith("# Voice: ")
    assert re.search(r"^Author's note: .{80,}", note, re.MULTILINE)


def test_there_is_as_much_as_promised() -> None:
    lines = [line for voice in voices() for line in example_lines(voice)]
    ads = [ad for voice in voices() for ad in example_ads(voice)]
    assert len(lines) >= 3000
    assert len(ads) >= 300
    assert {ad.role for ad in ads} == {*ROLES, NO_ROLE}
    assert all(sum(one in line.definitions for line in lines) >= 50 for one in IDS)


def test_no_line_stands_twice() -> None:
    seen: dict[str, str] = {}
    for voice in voices():
        for line in example_lines(voice):
            words = re.sub(r"\W+", " ", line.text.lower()).strip()
            assert seen.setdefault(words, voice) == voice, f"{line.text!r} stands in {seen[words]} and {voice}"


def test_no_two_ads_are_the_same() -> None:
    ads = [ad for voice in voices() for ad in example_ads(voice)]
    assert not [(one.title, other.title) for one, other in combinations(ads, 2) if one.text == other.text]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("v.md", "## draughting\n- x", "v.md:1: heading 'draughting'"),
        ("v.ads.txt", "=== T\nrole: paralegal\n---\ndutty| x", "v.ads.txt:4: expected 'kind| text'"),
        ("v.ads.txt", "=== T\nrole: baker\n---\nduty| x", "v.ads.txt:1: 'T': unknown role"),
    ],
)
def test_mistakes_are_named_with_file_and_line(
    name: str, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text(text)
    monkeypatch.setattr(module, "_folder", lambda: tmp_path)
    example_lines.cache_clear()
    example_ads.cache_clear()
    with pytest.raises(VoicesError, match=re.escape(message)):
        example_lines("v") if name.endswith(".md") else example_ads("v")


def test_stretches_of_one_text_line_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ad = "=== T\nrole: none\nnone_kind: non_legal\n---\nabout| We bake.\n+duty| You knead;\n+duty| you bake.\npay| $1"
    (tmp_path / "joined.ads.txt").write_text(ad)
    monkeypatch.setattr(module, "_folder", lambda: tmp_path)
    (found,) = example_ads("joined")
    assert found.text == "We bake. You knead; you bake.\n$1"
    assert [line.kind for line in found.lines] == ["about", "duty", "duty", "pay"]
