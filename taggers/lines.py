"""Cut an ad's text into pieces: lines, bullets, sentences and labels, also where the source lost its line breaks.

A piece is the smallest unit that is told duty from requirement. Pieces never overlap, stand in the text's order and
carry exact offsets; bullet marks and white space around them belong to none. The patterns begin with a set of
characters, so that the engine skips over everything else: the time is linear in the length of the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from taggers.patterns import AnyOf
from taggers.words import lemma

BULLETS = "•·¦▪■●○◦‣⁃∙➢➤►✓✔❖✅⚖▶➔→\uf0b7\uf0a7"
MAX_LABEL_CHARS = 45
MAX_NAME_CHARS = 30
LONG_CHARS = 160
"""Only pieces as long as this are looked at for lost line breaks."""

MIN_LOST = 2
"""So many lost line breaks in one piece; one alone is chance."""

MIN_DASHES = 4
"""So many " - " before capitals in one text are bullets, fewer are dashes."""

_BREAK = re.compile(
    rf"[\n\t.!?;:,§{BULLETS}]"
    r"(?:(?<=\n)([\n\s]*)"
    rf"|(?<=[{BULLETS}])(\s*)"
    r"|(?<=\t)(\s*)"
    r"|(?<=§)(?!\s*[\d§])(\s*)"
    r"|(?<=[.!?])[\"”’')]*[^\S\n]+(?=[\"“‘'(]?[A-Z\[])"
    r"|(?<=[.!])(?=[A-Z][a-z]+\s)"
    r"|(?<=[.;:,])[^\S\n]+(?:[-–*]\s*(?=[A-Z])|\(?\d{1,2}[.)]\s+(?=[A-Za-z])))"
)
_KINDS = ("", "line", "mark", "within", "mark")
"""Of a break at a line's end, a bullet, a tab and a bullet that before a figure is a section's sign: the groups of
``_BREAK``."""

_WIDE = re.compile(r"  (?: +|(?=[A-Z])|[-–—o]\s+(?=[A-Za-z]))")
_NUMBERED = re.compile(r"\b\d{1,2}\)\s+(?=[A-Z])")
_STARRED = re.compile(r"\s\*+\s*(?=[A-Z])")
_DASHED = re.compile(r"\s[-–—]\s+(?=[A-Z][a-z]+\s)")
_MARK = re.compile(
    rf"(?:[{BULLETS}]\ufe0f?|§(?!\s*[\d§])|[-–—*+]+(?=\s|[A-Z])|o(?=\t|\s{{2,}}))\s*|\(?(?:\d{{1,2}}|[a-zA-Z]|[ivx]{{1,4}})[.)]\s+"
)
_LOST = re.compile(r"[A-Z](?<=[a-z)\d] .)[a-z]+(?=,? [a-z])")
_GOES_ON = re.compile(
    r"\b(?:an?|and|as|at|between|by|for|from|his|her|in|into|its|of|on|or|our|per|the|their|to|under|upon|via|with|within|your"
    r"|[A-Z][\w’'-]*) $"
)
_AROUND_LABELS = f" \t*-–—{BULLETS}"
_LABEL_END = re.compile(r":(?=\s|$)")
_LABEL = re.compile(
    r"(?:^|(?<=[.;:!?)\]]\s)|(?<=[a-z.;)]))[A-Z][\w/&’'()-]*(?:[ ](?:and|of|to|the|&|/|or|for|[A-Z][\w/&’'()-]*)){0,5}$"
)
_ABBREVIATION = re.compile(
    r"\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Jr|Sr|St|No|Nos|vs|Inc|Ltd|Corp|Co|Dept|Div|Ave|approx|etc|e\.g|i\.e|U\.S|N\.Y|D\.C|Esq"
    r"|Ph\.D|J\.D|a\.m|p\.m|incl|min|max|Art|Sec|Rm|Fl|Bldg)\.$|(?:\A|(?<=[\n;:.(]))\s?\(?\d{1,2}\.$"
)


class Piece(NamedTuple):
    """A line, bullet, sentence or label of the text."""

    start: int
    """Offset of its first character."""
    end: int
    """Offset after its last character."""
    text: str
    """``ad[start:end]``."""
    marked: bool
    """Whether a bullet or number stands before it."""
    starts_line: bool
    """Whether it begins a line of the text."""


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text, in order."""
    found: list[Piece] = []
    start, marked, starts_line = 0, False, True
    for break_start, break_end, kind in _breaks(text):
        if break_start < start:
            continue  # inside a break of another kind
        _add(found, text, start, break_start, marked, starts_line)
        start, marked, starts_line = break_end, kind == "mark", kind == "line"
    _add(found, text, start, len(text), marked, starts_line)
    return found


def _breaks(text: str) -> list[tuple[int, int, str]]:
    """(start, end, kind) of every break between two pieces, in order; kind is ``line``, ``mark`` or ``within``."""
    found = [one for match in _BREAK.finditer(text) if (one := _break(text, match))]
    if "  " in text:
        found += [(*match.span(), "mark" if match[0].strip() else "within") for match in _WIDE.finditer(text)]
    for sign, pattern in (("1)", _NUMBERED), (" *", _STARRED)):
        if sign in text:
            found += [(*match.span(), "mark") for match in pattern.finditer(text)]
    if sum(text.count(f" {dash} ") for dash in "-–—") >= MIN_DASHES:
        dashes = [match.span() for match in _DASHED.finditer(text)]
        found += [(*span, "mark") for span in dashes if len(dashes) >= MIN_DASHES]
    found += _label_breaks(text)
    found.sort()
    return found


def _break(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    start, end = match.span()
    if match.lastindex:
        return start, end, _KINDS[match.lastindex]
    sign = text[start]
    is_marked = text[end - 1 : end] in "-–*)" or text[start:end].strip(" .;:,")[:1].isdigit()
    if not is_marked and sign in ".!?" and _ABBREVIATION.search(text, max(0, start - 6), start + 1):
        return None
    return start + 1, end, "mark" if is_marked else "within"


def _label_breaks(text: str) -> Iterator[tuple[int, int, str]]:
    """Before and behind labels such as "Work Location:" and "Minimum Qualifications" that lost their line break."""
    for match in _LABEL_END.finditer(text):
        line = text.rfind("\n", max(0, match.start() - MAX_LABEL_CHARS), match.start()) + 1
        label = _LABEL.search(text, max(line, match.start() - MAX_LABEL_CHARS), match.start())
        begins_line = line > 0 or match.start() <= MAX_LABEL_CHARS
        if label:
            yield label.start(), label.start(), "within"
            yield match.end(), match.end(), "within"
        elif begins_line and line_rules().label.fullmatch(text[line : match.start()].strip(_AROUND_LABELS)):
            yield match.end(), match.end(), "within"
    for match in line_rules().bare_label.finditer(text):
        yield match.start(), match.start(), "within"
        yield match.end(), match.end(), "within"


class LineRules(NamedTuple):
    """``data/lines.toml``, compiled."""

    label: re.Pattern[str]
    bare_label: re.Pattern[str]
    lead_in: re.Pattern[str]
    sure_lead_in: re.Pattern[str]
    may_be_sure: AnyOf
    """Without it a text has no ``sure_lead_in``."""
    catch_all: AnyOf
    """Matches whole lines."""
    verbs: frozenset[str]
    """Lemmas with which duties begin."""
    line_starts: frozenset[str]


@cache
def line_rules() -> LineRules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads((files("taggers") / "data" / "lines.toml").read_text(encoding="utf-8"))
    bare = "|".join(map(re.escape, data["label"]["without_colon"]))
    return LineRules(
        label=_any_of(data["label"]["with_colon"]),
        bare_label=re.compile(rf"(?:{bare})(?=\s+[A-Z0-9•])"),
        lead_in=_any_of(data["lead_in"]["patterns"]),
        sure_lead_in=_any_of(data["lead_in"]["sure"]),
        may_be_sure=AnyOf((f"^(?:{each})" for each in data["lead_in"]["sure"]), ignore_case=True),
        catch_all=AnyOf(data["catch_all"]["patterns"], whole=True, ignore_case=True),
        verbs=frozenset(data["duty_verb"]["words"].split()),
        line_starts=frozenset(data["line_start"]["words"].split()),
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


@lru_cache(maxsize=1 << 16)
def is_duty_verb(word: str) -> bool:
    """Whether duties begin with this word ("Drafts", "preparing")."""
    lower = word.lower()
    forms = {lower, lemma(lower)}
    if lower.endswith("ing"):  # some gerunds are nouns to the lemmatizer ("serving", "acting")
        forms |= {lower[:-3], f"{lower[:-3]}e"}
    return not forms.isdisjoint(line_rules().verbs)


@lru_cache(maxsize=1 << 16)
def _starts_line(word: str) -> bool:
    return word.lower() in line_rules().line_starts or is_duty_verb(word)


def _lost_breaks(words: str) -> list[int]:
    """Where a line break was lost before a capital: "... other agencies Compile, redact ..."; one alone is chance.

    No line ends with a word that wants another ("retrieve cases from Court dockets"), and behind a capital the word
    may be part of a name ("the Director of Legal Services").
    """
    found = [match.start() for match in _LOST.finditer(words) if _starts_line(match[0])]
    found = [at for at in found if not _GOES_ON.search(words, max(0, at - MAX_NAME_CHARS), at)]
    return found if len(found) >= MIN_LOST else []


def _add(found: list[Piece], text: str, start: int, end: int, marked: bool, starts_line: bool) -> None:
    """Add the stretch without the mark and the space around, unless nothing but punctuation is left."""
    words = text[start:end].lstrip()
    start, words = end - len(words), words.rstrip()
    if starts_line or marked:
        first = 0
        while mark := _MARK.match(words, first):
            first, marked = mark.end(), True
        words, start = words[first:], start + first
    if not words[:1].isalnum() and not any(map(str.isalnum, words)):
        return
    lost = _lost_breaks(words) if len(words) >= LONG_CHARS else ()
    if not lost:
        found.append(Piece(start, start + len(words), words, marked, starts_line))
        return
    for part_start, part_end in pairwise([0, *lost, len(words)]):
        part = words[part_start:part_end].rstrip()
        is_first = part_start == 0
        found.append(
            Piece(
                start + part_start, start + part_start + len(part), part, marked and is_first, starts_line and is_first
            )
        )
