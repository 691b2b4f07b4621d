"""E-mail addresses and phone numbers in the words of ads, masked unless they are asked for.

Ads name people to write to or to call, and what goes round as a table need not. A mask is as long as what it hides, so
that offsets into an ad's text stay true, and tells what it hides: ``xxxx.xxx@xxxxx.xxx``, ``(###) ###-####``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

from taggers.patterns import AnyOf

Span = tuple[int, int]
"""Offsets of the first character and behind the last."""

NO_WORDS = ("posting_id", "source", "url", "platform", "requisition", "ref", "group_id")
"""Columns of text in which no ad speaks: ids and addresses, which stay as they are."""

HOME = ("US",)
"""Whose numbers are known without their code; Canada's are written as those of the United States."""

WITH_NOUGHT = ("GB", "IE", "AU", "NZ", "ZA")
"""Whose numbers are known by beginning with 0."""

_AT, _DOT = r"(?:@| ?[\[(] ?at ?[\])] ?)", r"(?:\.| ?[\[(] ?dot ?[\])] ?)"
_EMAIL = re.compile(rf"(?<![\w.+'-])[\w.+%'-]{{1,64}}(?:{_AT}[\w-]+(?:{_DOT}[\w-]+)+)+", re.IGNORECASE)
_BETWEEN = " ().\\-/\u00a0\u2010-\u2015"
_PHONE = re.compile(
    rf"(?<![0-9$£€#.,])(?P<number>\+?\(?[0-9](?:[{_BETWEEN}]{{0,3}}[0-9]){{6,14}})(?![0-9%])"
    r"(?:,? ?(?:x|ext\.?|extension) ?[0-9]{1,6}\b)?",
    re.IGNORECASE,
)
_SAYS_PHONE = re.compile(
    r"(?<![^\W\d_])(?:tele?(?:phone)?|phone|call|fax|text|mobile|cell|whatsapp|dial)\b[^\n]{0,24}$", re.IGNORECASE
)
"""What stands before digits without any space or stroke between them: by themselves they are the number of anything."""

EMAIL, PHONE = 0, 1
_BETWEEN_RE2 = r" ().\-/\x{00a0}\x{2010}-\x{2015}"
_MAY_HOLD = AnyOf([r"[^\s@]@[^\s@]|[\[(] ?at ?[\])]", rf"[0-9](?:[{_BETWEEN_RE2}]{{0,3}}[0-9]){{6}}"], ignore_case=True)
"""``EMAIL`` and ``PHONE`` are among its numbers for every text with such a contact, and for few others."""


def may_hold_contacts(text: str) -> bool:
    """Whether the text is worth a look; line breaks part what stands on both sides."""
    return _MAY_HOLD.may_match(text)


def contacts(text: str) -> list[Span]:
    """Where e-mail addresses and phone numbers stand, in the order of the text; none overlaps another."""
    kinds = _MAY_HOLD.numbers(text)
    emails = [match.span() for match in _EMAIL.finditer(text)] if EMAIL in kinds else []
    phones = _phones(text) if PHONE in kinds else ()
    found: list[Span] = []
    for first, last in sorted([*emails, *phones]):
        if found and first < found[-1][1]:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def masked(text: str) -> str:
    """The text with its contacts masked; as long as before."""
    return masked_part(text, 0, contacts(text))


def masked_part(part: str, start: int, spans: list[Span]) -> str:
    """A part of a text that begins at offset ``start``, with what it has of the text's contacts masked."""
    for first, last in spans:
        first, last = max(first - start, 0), min(last - start, len(part))
        if first < last:
            part = part[:first] + _mask(part[first:last]) + part[last:]
    return part


def _mask(words: str) -> str:
    return "".join("#" if char.isdecimal() else "x" if char.isalnum() else char for char in words)


def _phones(text: str) -> Iterator[Span]:
    for match in _PHONE.finditer(text):
        number = match["number"]
        if not _is_grouped(number) and not _SAYS_PHONE.search(text, max(0, match.start() - 40), match.start()):
            continue
        countries = WITH_NOUGHT if number.lstrip("(").startswith("0") else HOME
        if any(_matches(number, country) for country in countries):
            yield match.start(), match.end()


def _is_grouped(number: str) -> bool:
    return not number.isdecimal()


def _matches(number: str, country: str) -> bool:
    """Whether the words are a number of the country, or of any with its code, in groups as it is written there."""
    return any(True for _ in PhoneNumberMatcher(number, country, leniency=Leniency.STRICT_GROUPING))
