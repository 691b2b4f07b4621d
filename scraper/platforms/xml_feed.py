"""Feeds in XML: RSS, Atom, and the many job feeds of no standard, read by the local names of their elements."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlsplit

from lxml import etree
from scrapy.http import Response
from scrapy.utils.gz import gunzip
from w3lib.encoding import http_content_type_encoding, read_bom, resolve_encoding

from scraper.items import Posting
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.paged import PagedSpider

MAX_UNZIPPED_BYTES = 64 * 1024 * 1024
"""A gzipped feed that is larger when unpacked is refused."""

JUNK_CHARS = 4096
"""How far into an answer its XML declaration is looked for: some servers print headers or warnings before it."""

_ILLEGAL = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_DECLARATION = re.compile(r"<\?xml\s[^>]*>")
_DOCTYPE = re.compile(r"""<!DOCTYPE[^\[<>]*(?:\[(?:[^\]"']|"[^"]*"|'[^']*')*+\]\s*)?>""", re.IGNORECASE)
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_CDATA_OR_AMPERSAND = re.compile(
    r"(<!\[CDATA\[.*?\]\]>)|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)(?:(\w+);)?", re.DOTALL
)
_CDATA_OR_VOID = re.compile(r"(<!\[CDATA\[.*?\]\]>)|<(br|hr|img|wbr)\b([^<>]*?)/?>", re.DOTALL | re.IGNORECASE)
_VOID_CLOSED = re.compile(r"</(?:br|hr|img|wbr)\s*>", re.IGNORECASE)
_NEXT_LINK = re.compile(r"""<([^<>]+)>\s*;[^,]*?\brel\s*=\s*["']?next\b""")


@dataclass(slots=True)
class Element:
    """An element by its local name, with all that stands in it; namespaces are forgotten."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[str | Element] = field(default_factory=list)
    """Characters and elements, in their order; not to be changed once the element has been searched."""

    _by_name: dict[str, list[Element]] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def children(self) -> list[Element]:
        return [part for part in self.parts if isinstance(part, Element)]

    @property
    def text(self) -> str:
        """A leaf's characters; the markup of an element that holds others."""
        if any(isinstance(part, Element) for part in self.parts):
            return "".join(_markup(part) for part in self.parts).strip()
        return "".join(part for part in self.parts if isinstance(part, str)).strip()

    def all(self, path: str) -> list[Element]:
        """The elements at a path of local names, such as ``locations/location``; case, ``-`` and ``_`` do not count."""
        found = [self]
        for step in path.split("/"):
            found = [child for one in found for child in one.named(same_name(step))]
        return found

    def named(self, name: str) -> list[Element]:
        """The children of this name, as :func:`same_name` has it."""
        if self._by_name is None:
            self._by_name = {}
            for child in self.children:
                self._by_name.setdefault(same_name(child.name), []).append(child)
        return self._by_name.get(name, [])

    def get(self, path: str) -> str | None:
        """The text of the first element at the path that is not empty."""
        return next((text for one in self.all(path) if (text := one.text)), None)

    def attribute(self, name: str) -> str | None:
        """The value of an attribute; case does not count."""
        return next((value for key, value in self.attributes.items() if same_name(key) == same_name(name)), None)

    def descendants(self) -> Iterator[Element]:
        """Every element below, in the order of the document."""
        for child in self.children:
            yield child
            yield from child.descendants()


@lru_cache(maxsize=4096)
def same_name(name: str) -> str:
    """The name by which elements are compared: lower case, letters and digits only."""
    return "".join(char for char in name.lower() if char.isalnum())


class XmlFeedSpider(PagedSpider):
    """A feed whose items hold whole ads: say what they are called (``item_names``) and what one is (``read_item``).

    The XML is read without DTDs, entities of its own and network. What is not well-formed is mended: stray ampersands,
    HTML entities, unclosed ``br``, wrong encodings, characters that XML forbids.
    """

    item_names: ClassVar[frozenset[str]] = frozenset({"item", "entry"})
    """Local names of the elements that are ads, as :func:`same_name` has them."""

    root_names: ClassVar[frozenset[str]] = frozenset({"rss", "rdf", "feed"})
    """Local names of the roots that may stand without any ad: an empty feed is no failure."""

    document: Element = Element("")
    """The page read last, as a whole."""

    def read_item(self, item: Element) -> Posting:
        """One item -> one posting."""
        raise NotImplementedError  # every spider says how

    def records(self, response: Response) -> list[Any]:
        root, is_whole = parse_xml(response)
        if not is_whole:
            self.fail("partial", response.url, "the XML breaks off before its end")
        self.document = root
        items = self.items_of(root)
        if not items and same_name(root.name) not in self.root_names:
            raise UnexpectedFormatError(f"expected a feed, got XML with the root <{root.name}> and no ad in it")
        return items

    def items_of(self, root: Element) -> list[Element]:
        """The ads below the root."""
        return list(topmost(root, self.item_names))

    def read_page(self, records: list[Any], response: Response) -> Iterable[Any]:
        for posting in self.guarded(records, self.read_item, response.url):
            if self.is_new(posting.posting_id) and self.wanted(posting.title):
                yield posting

    def next_request(self, response: Response, records: list[Any]) -> Iterable[Any]:
        """The page that the feed itself calls the next one."""
        href = self.next_href(response)
        address = response.urljoin(href.strip()) if href else None
        if address and _host(address) != _host(response.url):
            address = self.moved(address)
        if address and _host(address) == _host(response.url):
            yield self.request(address, self.parse_start)
        elif address:
            self.fail("partial", response.url, f"the next page is on another host: {address}")

    def next_href(self, response: Response) -> str | None:
        """Where the feed (Atom, RFC 5005) or the answer's ``Link`` header says that the next page is."""
        links = self.document.all("link") + self.document.all("channel/link")
        hrefs = [
            one.attributes["href"] for one in links if one.attributes.get("rel") == "next" and "href" in one.attributes
        ]
        header = _NEXT_LINK.search((response.headers.get("Link") or b"").decode("latin-1"))
        return hrefs[0] if hrefs else header[1] if header else None


def parse_xml(response: Response) -> tuple[Element, bool]:
    """(root, whether the document ends with it); raises UnexpectedFormatError saying what came instead of XML."""
    text = decoded(response)
    if _HTML.match(text):
        raise UnexpectedFormatError(f"expected XML, got an HTML page: {text.strip()[:60]!r}")
    text = _DOCTYPE.sub("", _DECLARATION.sub("", text, count=1), count=1)
    root = _tree(text, recover=False)
    root = root if root is not None else _tree(_mended(text), recover=True)
    if root is None:
        raise UnexpectedFormatError(f"expected XML, got none: {text.strip()[:60]!r}")
    if same_name(_local(root)) in ("html", "body"):
        raise UnexpectedFormatError("expected XML, got an HTML page")
    whole, is_whole = _unwrapped(root, text)
    return element_of(whole), is_whole


def decoded(response: Response) -> str:
    """The answer's characters, by what its bytes are rather than by what it says they are; from ``<?xml`` on."""
    body = response.body
    if body[:2] == b"\x1f\x8b":
        try:
            body = gunzip(body, max_size=MAX_UNZIPPED_BYTES)
        except (EOFError, OSError, ValueError) as error:
            raise UnexpectedFormatError(f"gzipped feed not readable: {error}") from None
    text = _characters(body, response).translate(_ILLEGAL).lstrip("\ufeff")
    start = text.find("<?xml", 0, JUNK_CHARS)
    return text[start:] if start > 0 else text.removeprefix("ï»¿").lstrip()


def element_of(node: etree._Element) -> Element:
    """The node and all in it, without comments and instructions."""
    made = Element(_local(node), {_local_name(str(key)): str(value) for key, value in node.attrib.items()})
    made.parts += [node.text] if node.text else []
    for child in node:
        if isinstance(child.tag, str):
            made.parts.append(element_of(child))
        made.parts += [child.tail] if child.tail else []
    return made


def topmost(root: Element, names: frozenset[str]) -> Iterator[Element]:
    """The outermost elements of these names below the root, in the document's order."""
    for child in root.children:
        if same_name(child.name) in names:
            yield child
        else:
            yield from topmost(child, names)


def _characters(body: bytes, response: Response) -> str:
    """Bytes that are UTF-8 are read as such whatever is declared, except where the declaration is of 7-bit codes."""
    encoding, mark = read_bom(body)
    declared = _DECLARED.search(body[:JUNK_CHARS])
    stated = resolve_encoding(declared[1].decode()) if declared else None
    if encoding and mark:
        return body[len(mark) :].decode(encoding, "replace")
    if body[:4] in (b"<\0?\0", b"\0<\0?"):
        return body.decode("utf-16-le" if body[:1] == b"<" else "utf-16-be", "replace")
    if not (stated or "").startswith(("iso2022", "hz", "utf-7")):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if stated in (None, "utf-8", "utf-16"):
        stated = http_content_type_encoding((response.headers.get("Content-Type") or b"").decode("latin-1"))
    if stated in (None, "utf-8"):
        text = body.decode("utf-8", "replace")
        n_wrong = text.count("\ufffd")
        if sum(not char.isascii() for char in text) >= 2 * n_wrong:  # UTF-8 with a few broken characters
            return text
        stated = None
    return body.decode(stated or "cp1252", "replace")


def _tree(text: str, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        encoding="utf-8", recover=recover, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _mended(text: str) -> str:
    """Ampersands and void HTML elements as XML has them; CDATA is left alone."""
    text = _CDATA_OR_AMPERSAND.sub(lambda match: match[1] or _entity(match[2]), text)
    if _VOID_CLOSED.search(text):  # a feed that closes them is broken in another way
        return text
    return _CDATA_OR_VOID.sub(lambda match: match[1] or f"<{match[2]}{match[3]}/>", text)


def _entity(name: str | None) -> str:
    """A named entity of HTML as its character; every other ampersand stands for itself."""
    if not name:
        return "&amp;"
    return html.escape(html.unescape(f"&{name};"))


def _unwrapped(root: etree._Element, text: str) -> tuple[etree._Element, bool]:
    """The root and whether it is whole; a document that some services send as the one string in another, by itself."""
    inner = (root.text or "").strip() if not len(root) else ""
    if (
        inner.startswith("<")
        and (tree := _tree(_DOCTYPE.sub("", _DECLARATION.sub("", inner)), recover=True)) is not None
    ):
        return tree, True
    ending = text.rstrip()[-300:]
    return root, bool(re.search(rf"(?:</(?:[\w.-]+:)?{re.escape(_local(root))}\s*>|/>)\s*(?:<!--.*?-->\s*)*$", ending))


def _host(address: str) -> str:
    return urlsplit(address).netloc.removeprefix("www.")


def _local(node: etree._Element) -> str:
    return _local_name(str(node.tag))


def _local_name(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _markup(part: str | Element) -> str:
    if isinstance(part, str):
        return html.escape(part, quote=False)
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in part.attributes.items())
    if not part.parts:
        return (
            f"<{part.name}{attributes}>"
            if part.name in ("br", "hr", "img", "wbr")
            else f"<{part.name}{attributes}></{part.name}>"
        )
    return f"<{part.name}{attributes}>{''.join(_markup(each) for each in part.parts)}</{part.name}>"
