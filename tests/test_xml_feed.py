"""How feeds are parsed whatever they hold: entities, encodings, wrappings, and what is no XML."""

import gzip
import html
import time

import pytest
from scrapy.http import Response

from scraper.platforms import feed_fields
from scraper.platforms.board import UnexpectedFormatError
from scraper.platforms.xml_feed import Element, parse_xml
from scraper.spiders.neogov import NeogovSpider
from scraper.spiders.personio import PersonioSpider
from scraper.spiders.teamtailor import TeamtailorSpider

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [
 <!ENTITY a "aaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
 <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
 <!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
 <!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
 <!ENTITY f SYSTEM "file:///etc/passwd">
]>
<rss><channel><item a="&e;"><title>Clerk &e;&f;</title></item></channel></rss>"""


def read(body: str | bytes, headers: dict[str, str] | None = None) -> Element:
    as_bytes = body.encode() if isinstance(body, str) else body
    return parse_xml(Response("https://feeds.example/jobs", body=as_bytes, headers=headers))[0]


def title(body: str | bytes, headers: dict[str, str] | None = None) -> str | None:
    return read(body, headers).get("channel/item/title")


def feed(words: str, encoding: str | None = None) -> str:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    return f"{declaration}<rss><channel><item><title>{words}</title></item></channel></rss>"


def test_entities_of_a_dtd_are_neither_expanded_nor_fetched() -> None:
    started = time.perf_counter()
    found = title(BOMB) or ""
    assert found.startswith("Clerk")
    assert len(found) < 100
    assert "root:" not in found
    assert time.perf_counter() - started < 1


def test_a_dtd_that_hides_from_the_search_is_not_expanded_either() -> None:
    found = title(BOMB.replace("<!DOCTYPE lolz [", "<!DOCTYPE lolz [ <!-- don't -->")) or ""
    assert len(found) < 100
    assert "root:" not in found


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (feed("Café – Clerk", "utf-8").encode(), {}),
        (feed("Café – Clerk", "iso-8859-1").encode(), {}),
        (feed("Café – Clerk", "utf-16").encode(), {}),
        (feed("Café – Clerk", "utf-8").encode("cp1252"), {}),
        (feed("Café – Clerk", "iso-8859-1").encode("cp1252"), {}),
        (feed("Café – Clerk").encode("cp1252"), {"Content-Type": "text/xml; charset=windows-1252"}),
        (feed("Café – Clerk", "utf-16").encode("utf-16"), {}),
        (feed("Café – Clerk", "utf-16").encode("utf-16-le"), {}),
        (feed("Café – Clerk", "no-such-code").encode("utf-8-sig"), {}),
        (gzip.compress(feed("Café – Clerk", "utf-8").encode(), mtime=0), {}),
    ],
    ids=[
        "as declared",
        "utf-8 declared latin 1",
        "utf-8 declared utf-16",
        "windows declared utf-8",
        "windows declared latin 1",
        "by the header",
        "utf-16",
        "utf-16 without a mark",
        "a mark and an unknown name",
        "gzipped",
    ],
)
def test_characters_are_read_by_what_the_bytes_are(body: bytes, headers: dict[str, str]) -> None:
    assert title(body, headers) == "Café – Clerk"


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = feed("Büro für Rechtspflege, Straße §", "utf-8").encode().replace(b"Stra", b"Str\xffa")
    assert title(body) == "Büro für Rechtspflege, Str\ufffdaße §"


@pytest.mark.parametrize(
    "body",
    [
        "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + feed("Clerk & Co", "utf-8"),
        "\n\n" + feed("Clerk &amp; Co", "utf-8"),
        "ï»¿" + feed("Clerk &amp; Co", "utf-8"),
        feed("Clerk\x0b &amp;\x00 Co", "utf-8"),
        f'<string xmlns="https://x.example/">{html.escape(feed("Clerk &amp; Co"))}</string>',
        feed("<![CDATA[Clerk & Co]]>"),
    ],
    ids=["headers before it", "lines before it", "mark read twice", "control characters", "in a string", "cdata"],
)
def test_wrappings_and_forbidden_characters_are_taken_off(body: str) -> None:
    assert title(body) == "Clerk & Co"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!-- x --><!DOCTYPE html><html><body>Sorry</body></html>", "an HTML page"),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html><body/></html>', "an HTML page"),
        ("Service unavailable", "got none"),
        ("", "got none"),
        (b"\x1f\x8b\x08broken", "gzipped"),
    ],
)
def test_what_is_no_xml_is_said(body: str | bytes, words: str) -> None:
    with pytest.raises(UnexpectedFormatError, match=words):
        read(body)


def test_names_are_compared_without_namespace_case_and_dashes() -> None:
    root = read('<a xmlns:x="urn:x"><x:Job-Title kind="K">Clerk</x:Job-Title></a>')
    (found,) = root.all("jobtitle")
    assert (found.text, found.attribute("Kind")) == ("Clerk", "K")


def test_markup_inside_an_element_is_kept() -> None:
    root = read("<a><b>one <i class='x'>two</i><br/> &lt; three</b></a>")
    assert root.get("b") == 'one <i class="x">two</i><br> &lt; three'


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("&amp;lt;p&amp;gt;A &amp;amp;amp; B&amp;lt;/p&amp;gt;", "<p>A &amp; B</p>"),
        ("&lt;p&gt;A&lt;/p&gt;", "<p>A</p>"),
        ("<p>write &lt;b&gt; for bold</p>", "<p>write &lt;b&gt; for bold</p>"),
        ("fewer than &lt; 5 files", "fewer than &lt; 5 files"),
    ],
)
def test_bodies_are_unescaped_until_they_are_html(text: str, body: str) -> None:
    assert feed_fields.as_html(text) == body


def test_every_name_in_the_table_is_written_as_names_are_compared() -> None:
    lists = [*feed_fields.table()["field"].values(), *feed_fields.table()["text"].values()]
    lists += [feed_fields.table()[key] for key in ("item", "list", "frame", "aside", "called")]
    for listed in lists:
        assert len(listed) == len(set(listed))
        assert all(
            name == name.lower() and not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789/@") for name in listed
        )


@pytest.mark.parametrize(
    ("spider", "address", "found"),
    [
        (PersonioSpider, "https://brakel.jobs.personio.de/job/1", {"board": "brakel"}),
        (
            PersonioSpider,
            "https://brakel.jobs.personio.com/xml",
            {"board": "brakel", "base_url": "https://brakel.jobs.personio.com"},
        ),
        (TeamtailorSpider, "https://lindqvist.na.teamtailor.com/jobs/1-x", {"board": "lindqvist.na"}),
        (TeamtailorSpider, "https://app.teamtailor.com/companies", None),
        (NeogovSpider, "https://www.governmentjobs.com/careers/elmoreid/jobs/59?x=1", {"board": "elmoreid"}),
        (NeogovSpider, "https://www.governmentjobs.com/SearchEngine/JobsFeed?agency=elmoreid", {"board": "elmoreid"}),
        (
            NeogovSpider,
            "https://www.schooljobs.com/careers/elmoreid",
            {"board": "elmoreid", "base_url": "https://www.schooljobs.com"},
        ),
    ],
)
def test_public_addresses_are_recognised(spider: type, address: str, found: dict[str, str] | None) -> None:
    assert spider.recognise(address) == found  # type: ignore[attr-defined]
