"""Ads to be checked: a draft in plain text, a saved page, or any file that ``rolecall tag`` reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from scraper.errors import UserError
from scraper.files import Problems, read_files
from scraper.items import Posting
from taggers.titles import claimed_roles

TEXT_KINDS = (".txt", ".text", ".md", "")
ROW_KINDS = (".jsonl", ".ndjson", ".csv", ".parquet", ".html", ".htm", ".warc", ".gz")
"""Kinds that ``scraper.files`` reads."""

MAX_TITLE_WORDS = 12
MAX_TITLE_CHARS = 120

_LABELLED = re.compile(r"^(?:job |position |working )?(?:title|position|role)\s*:\s*(?P<title>\S.*)$", re.IGNORECASE)
_HEADING = re.compile(r"^(?:#+\s*|\*\*)(?P<title>[^*]+?)(?:\*\*|\s*#*)$")
_BULLET = re.compile(r"^(?:[•*\-–·]|\d+[.)])\s")
_PAGE = re.compile(r"^\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_NO_TEXT = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a Word or other packed file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
}


class NoAdError(UserError):
    """What was given cannot be read as an ad."""


def split_title(text: str) -> tuple[str | None, str]:
    """(title, the rest) of a draft; (None, the whole text) where its first line is no title.

    A title is a line ``Title: ...``, a heading, a short line before a blank one, or one that names a role.
    """
    lines = text.strip().split("\n")
    first = lines[0].strip()
    rest = "\n".join(lines[1:]).strip()
    if found := _LABELLED.match(first) or _HEADING.match(first):
        return found["title"].strip(), rest
    is_alone = len(lines) == 1 or not lines[1].strip()
    if _may_be_title(first) and (is_alone or claimed_roles(first)):
        return first, rest
    return None, text


def _may_be_title(line: str) -> bool:
    is_short = 0 < len(line) <= MAX_TITLE_CHARS and line.count(" ") < MAX_TITLE_WORDS
    return is_short and not _BULLET.match(line) and line[-1] not in ".:;,!?"


def ad_of_text(text: str, title: str | None = None, name: str = "draft") -> Posting:
    """A posting of a draft; the title is the one given, or else stands in the draft's first line."""
    found, rest = (title, text) if title else split_title(text)
    return Posting(source=name, platform="files", posting_id=name, title=found, description=rest or None)


def ads_of_bytes(data: bytes, name: str, title: str | None, problems: Problems) -> list[Posting]:
    """Ads of a file's content: a page or a table by its name or first words, else a draft.

    Raises NoAdError for what is no text, UnreadableFileError for a broken table.
    """
    text = text_of(data, name)
    kind = Path(name).suffix.lower()
    if kind in ROW_KINDS or (kind in TEXT_KINDS and _PAGE.match(text)):
        with TemporaryDirectory() as folder:  # read_files reads files; this one is gone before the check begins
            path = Path(folder) / (Path(name).name if kind in ROW_KINDS else f"{Path(name).name or 'page'}.html")
            path.write_bytes(data)
            return list(_rows_of(path, title, problems))
    if kind not in TEXT_KINDS:
        raise NoAdError(f"{name}: unknown kind of file {kind!r}; save it as .txt or .html")
    return [ad_of_text(text, title, Path(name).stem or "draft")]


def text_of(data: bytes, name: str) -> str:
    """The content as text: UTF-8, or Windows-1252 where it is none; raises NoAdError for other things than text."""
    kind = next((kind for start, kind in _NO_TEXT.items() if data.startswith(start)), None)
    if kind and Path(name).suffix.lower() not in ROW_KINDS:
        raise NoAdError(f"{name}: this is {kind}; save it as text, or copy its text")
    if b"\0" in data and Path(name).suffix.lower() not in ROW_KINDS:
        raise NoAdError(f"{name}: this is no text; save it as UTF-8 text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def ads_of_paths(paths: Iterable[Path], title: str | None, problems: Problems) -> Iterator[Posting]:
    """Ads of files and of the files in folders, in their order; what cannot be read is a problem, the rest goes on."""
    for path in paths:
        for file in _files_of(path, problems):
            yield from _ads_of_file(file, title, problems)


def _files_of(path: Path, problems: Problems) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.is_file() and _is_ad(each, path))
    if not found:
        problems.lose(f"{path}: no file of an ad in the folder; expected {' '.join((*TEXT_KINDS, *ROW_KINDS))}")
    return found


def _is_ad(file: Path, folder: Path) -> bool:
    """Whether a file of a folder is meant: of a known kind, with a suffix, and not hidden."""
    is_hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not is_hidden and bool(file.suffix) and file.suffix.lower() in (*TEXT_KINDS, *ROW_KINDS)


def _ads_of_file(path: Path, title: str | None, problems: Problems) -> Iterator[Posting]:
    if path.suffix.lower() in ROW_KINDS:
        yield from _rows_of(path, title, problems)
        return
    try:
        yield from ads_of_bytes(path.read_bytes(), str(path), title, problems)
    except OSError as error:
        problems.lose(f"{path}: {(error.strerror or str(error)).lower()}; check the path")
    except UserError as error:
        problems.lose(str(error))


def _rows_of(path: Path, title: str | None, problems: Problems) -> Iterator[Posting]:
    for posting in read_files([path], problems):
        posting.title = title or posting.title
        yield posting
