"""The ad's body as clean text with its lines, bullets and headings; every other text field tidied."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import fields
from typing import Self

from resiliparse.extract.html2text import extract_plain_text

from pipelines.host import Host, Stats
from scraper.items import Posting

MAX_TEXT_CHARS = 200_000
"""Longest cleaned text kept; the longest real ads have a tenth of it."""

_TAG = re.compile(r"</?(?:[a-z][a-z0-9]*)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"<(?:p|br|div|ul|ol|li|h[1-6]|table|tr|section|article|body|pre|dl)\b", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&lt;/?(?:p|br|div|ul|ol|li|h[1-6]|strong|b|em|span|table|tr|td|a)\b", re.IGNORECASE)
_BARE_ITEM = re.compile(r"<li\b", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"\s+")
_UNWANTED = {code: None for code in range(32) if chr(code) not in "\t\n\r"}
_UNWANTED |= dict.fromkeys([0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_UNWANTED |= dict.fromkeys(range(0x80, 0xA0))
_UNWANTED |= dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SPACE_KINDS = dict.fromkeys((160, 5760, *range(8192, 8203), 8239, 8287, 12288), " ")
_MAY_BE_ODD = re.compile(r"[^\t\n\r\x20-\x7e]")
_TABLE = {**_UNWANTED, **_SPACE_KINDS, 0x2028: "\n", 0x2029: "\n", 0x85: "\n"}

_ODD = re.compile(f"[{''.join(map(re.escape, map(chr, _TABLE)))}\ud800-\udfff]")
"""What the table changes, and lone surrogates."""


def clean_text(value: str) -> str:
    """HTML or plain text -> text whose lines are the ad's lines.

    Bullets, nesting and headings become lines of their own; inline markup never breaks a line. Entity-escaped markup is
    unescaped first. Control characters, zero-width ones and those
    that turn the direction of writing are dropped, odd spaces become spaces, letters are NFC.
    """
    for _ in range(2):
        if not _ESCAPED_TAG.search(value) or _BLOCK_TAG.search(value):
            break
        value = html.unescape(value)
    text = _from_html(value) if _TAG.search(value) else html.unescape(value) if "&" in value else value
    return _tidy_lines(text)


def one_line(value: str) -> str | None:
    """A short field: entities decoded, white space collapsed; None when nothing is left."""
    decoded = html.unescape(value) if "&" in value else value
    return _SPACES.sub(" ", _without_odd_characters(decoded)).strip() or None


def _from_html(value: str) -> str:
    value = _without_odd_characters(value)
    if not _BLOCK_TAG.search(value):
        value = value.replace("\n", "<br>")  # plain text with a little inline markup: its line breaks count
    elif not re.search(r"<[uo]l\b", value, re.IGNORECASE) and _BARE_ITEM.search(value):
        value = f"<ul>{value}</ul>"
    return extract_plain_text(value, preserve_formatting=True, main_content=False, alt_texts=False)


def _without_odd_characters(value: str) -> str:
    if not _MAY_BE_ODD.search(value):
        return value
    if not _ODD.search(value) and unicodedata.is_normalized("NFC", value):
        return value
    encodable = value.encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", encodable).translate(_TABLE)


def _tidy_lines(text: str) -> str:
    text = _without_odd_characters(text).replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        text = text.replace("\\n", "\n")  # some boards escape line breaks twice
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip()


class CleanTextPipeline:
    """Fill ``text`` from ``description`` and tidy every one-line field.

    A text over MAX_TEXT_CHARS is cut there and counted in ``clean_text/cut``.
    """

    def __init__(self, stats: Stats) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Host) -> Self:
        return cls(crawler.stats)

    def process_item(self, item: Posting) -> Posting:
        text = clean_text(item.description or "")
        if len(text) > MAX_TEXT_CHARS:
            self.stats.inc_value("clean_text/cut")
            text = text[:MAX_TEXT_CHARS].rstrip()
        item.text = text or None
        item.description = None
        _tidy_fields(item)
        item.location_raw = " / ".join(filter(None, map(_in_one_line, item.places_raw))) or None
        return item


def _tidy_fields(item: object) -> None:
    """Tidy the one-line text fields of a posting and of its raw parts, in place."""
    for each in fields(item):  # type: ignore[arg-type]  # Posting, RawPlace, RawPay
        value = getattr(item, each.name)
        if each.name == "text" and isinstance(item, Posting):
            continue
        if isinstance(value, str):
            setattr(item, each.name, one_line(value))
        elif value is not None and each.name in ("places_raw", "pay_raw"):
            for part in value if isinstance(value, list) else [value]:
                _tidy_fields(part)


def _in_one_line(place: object) -> str:
    parts = (getattr(place, name) for name in ("text", "city", "region", "country"))
    return ", ".join(dict.fromkeys(part for part in parts if part))
