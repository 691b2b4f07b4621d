import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.ad_page import fields_of, read_page, words
from scraper.selected import cut_out

TEXT = "<p>" + "We seek a clerk who files pleadings and keeps the calendar of the court. " * 4 + "</p>"
URL = "https://www.firm.example/careers/"
JOB_ADDRESS = re.compile("career|job")


@pytest.mark.parametrize(
    ("markup", "field", "values"),
    [
        ("<p>Location: Albany, NY</p>", "location", ["Albany, NY"]),
        ("<p><b>Office Location(s) :</b> Albany, NY; Troy, NY</p>", "location", ["Albany, NY; Troy, NY"]),
        ("<h4>Locations</h4><ul><li>Albany</li><li>Troy</li></ul>", "location", ["Albany", "Troy"]),
        ("<p><strong>Location</strong></p><p>Albany, NY</p>", "location", ["Albany, NY"]),
        ("<div><span>Location</span><span>Remote</span></div>", "location", ["Remote"]),
        (
            "<table><tr><th>Salary</th><th>Location</th></tr><tr><td>$1</td><td>Troy</td></tr></table>",
            "location",
            ["Troy"],
        ),
        ("<tr><td>Department:</td><td>Law</td><td>Location:</td><td>Troy</td></tr>", "location", ["Troy"]),
        ("<p>Utica, NY</p>", "location", ["Utica, NY"]),
        ("<span class='jobLocation'>Utica</span>", "location", ["Utica"]),
        ("<p><b>Salary:</b> $20/hr <b>Hours:</b> 40</p>", "salary", ["$20/hr"]),
        ("<li>Pay Range<br>$50,000 - $60,000</li>", "salary", ["$50,000 - $60,000"]),
        ("<p>Vergütung: 50.000 EUR</p>", "salary", ["50.000 EUR"]),
        ("<p>Posted on May 3, 2026</p>", "posted_on", ["May 3, 2026"]),
        ("<p>Posted<!-- -->: <span>3 days ago</span></p>", "posted_on", ["3 days ago"]),
        ("<time datetime='2026-05-03'>May</time>", "posted_on", ["2026-05-03"]),
        ("<p>Apply by June 30</p>", "valid_through", ["June 30"]),
        ("<p>Requisition #: 2026-17</p>", "requisition", ["2026-17"]),
    ],
)
def test_a_value_is_found_behind_its_label(markup: str, field: str, values: list[str]) -> None:
    markup = f"<table>{markup}</table>" if markup.startswith("<tr") else markup
    assert read_page(f"<body><h1>Clerk</h1>{markup}{TEXT}</body>", URL).values.get(field) == values


@pytest.mark.parametrize(
    ("markup", "field"),
    [
        ("<p>Location:</p><p>Salary: $20</p>", "location"),
        ("<table><tr><td>Location</td><td></td></tr><tr><td>Salary</td><td>$2</td></tr></table>", "location"),
        ("<p>Our pay: fair to all, and reviewed each year in May by those who do the work itself.</p>", "salary"),
        ("<p>Posted on the door</p>", "posted_on"),
        ("<p>Reference: on request</p>", "requisition"),
        ("<footer>Location: Albany, NY</footer>", "location"),
        ("<ul><li>Albany, NY</li><li>Troy, NY</li></ul>", "location"),
        ("<p>Location: {{ job.location }}</p>", "location"),
    ],
)
def test_what_is_no_value_is_none(markup: str, field: str) -> None:
    assert field not in read_page(f"<body><h1>Clerk</h1>{markup}{TEXT}</body>", URL).values


@pytest.mark.parametrize(
    ("page", "listed", "title"),
    [
        ("<title>Law Clerk | Firm</title><h1>Law Clerk</h1>", None, "Law Clerk"),
        ("<title>Law Clerk | Firm</title><h1>Firm</h1>", None, "Law Clerk"),
        ("<title>Firm - Careers</title><h1>Careers</h1><h2>Law Clerk</h2>", None, "Law Clerk"),
        ("<title>Firm: Careers</title><h1>Careers</h1><p>x</p>", "Law Clerk", "Law Clerk"),
        ("<h1>Careers</h1><div class='job-title'>Law Clerk</div><h2>Contact us</h2>", None, "Law Clerk"),
        ("<h2>About the role</h2><h3>Law Clerk II</h3>", "Law Clerk II", "Law Clerk II"),
        ("<h2>Job description</h2>", None, None),
    ],
)
def test_title(page: str, listed: str | None, title: str | None) -> None:
    assert read_page(page + TEXT, URL, listed=listed).title == title


def test_the_text_is_all_of_the_ad_and_nothing_around_it() -> None:
    page = f"""<nav>Menu</nav><div id=modal class="modal"><p>Send by e-mail</p></div><div class=main><div>{TEXT}</div>
    <div><h2>Skills</h2><ul><li class=x>Typing</li></ul><table><tr><td colspan=2>Day</td></tr></table></div>
    <div><a href=/a>One</a><a href=/b>Two</a></div></div><div><h3>Similar jobs</h3><p>Bailiff, Troy</p></div>
    <aside>News</aside><footer>Imprint</footer>"""
    body = read_page(page, URL).body or ""
    assert TEXT in body
    assert '<ul><li>Typing</li></ul><table><tr><td colspan="2">Day</td></tr></table>' in body
    for other in ("Menu", "e-mail", "One", "Bailiff", "News", "Imprint"):
        assert other not in body


def test_a_page_inside_a_form_or_a_dialog_is_kept() -> None:
    for tag in ("form", "div class=nav-content", "dialog open", "div class=modal", "header"):
        assert "pleadings" in (read_page(f"<body><{tag}>{TEXT}</{tag.split()[0]}></body>", URL).body or "")


@pytest.mark.parametrize(
    ("line", "is_closed"),
    [
        ("This position has been filled.", True),
        ("No longer accepting applications", True),
        ("Open until the position has been filled.", False),
        ("If the job is closed, write to us.", False),
    ],
)
def test_a_closed_ad_says_so(line: str, is_closed: bool) -> None:
    assert (read_page(f"<h1>Clerk</h1><p>{line}</p>{TEXT}", URL).closed is not None) is is_closed


def test_links_to_ads_are_those_that_look_like_jobs_or_are_made_like_them() -> None:
    rows = "".join(
        f"<tr><td><a class=j href='/ad/{n}'>{title}</a></td></tr>"
        for n, title in enumerate(["Paralegal", "Law Clerk", "Aktuar", "Zusteller"])
    )
    others = (
        "<a href='/careers/'>Jobs</a><a href='/login?x=job'>Clerk log in</a><a href='/ad/9'>2</a>"
        "<a href='/contact'>Write</a>"
    )
    found = read_page(f"<table>{rows}</table>{others}", URL, job_address=JOB_ADDRESS).links
    assert [link.title for link in found] == ["Paralegal", "Law Clerk", "Aktuar", "Zusteller"]


def test_ads_are_cut_at_paragraphs_that_begin_with_a_link() -> None:
    ads = ["<p><a href=/1>Clerk</a>, Troy. Files.</p>", "<p>More.</p>", "<p><a href=/2>Bailiff</a>, Utica.</p>"]
    page = f"<div><p>Jobs</p>{''.join(ads)}</div>"
    assert list(cut_out(page, "p > a:first-child")) == [
        '<p><a href="/1">Clerk</a>, Troy. Files.</p><p>More.</p>',
        '<p><a href="/2">Bailiff</a>, Utica.</p>',
    ]
    assert list(cut_out(page, "h6")) == list(cut_out(page, "a::text")) == []


def test_every_label_is_written_as_it_is_compared() -> None:
    assert all(label == " ".join(label.lower().replace(".", "").split()) for label in words().fields)


MARKUP = """<p> </p> <table> <tr> <td> <th> <dl> <dt> <dd> <b> </b> <h1> </h1> <a_href='http://['> </a> </div> <ul> <li>
<div_class=modal> Location : Albany,_NY Salary:_$1 Similar_jobs <br> <!--_x_--> <body> \0 position_has_been_filled"""


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(MARKUP.split()) | st.text(max_size=8)))
def test_no_page_raises(parts: list[str]) -> None:
    page = "".join(parts).replace("_", " ")
    found = read_page(page, URL, job_address=JOB_ADDRESS)
    fields_of(found.title, found.values, found.body)
    list(cut_out(page, "b, h1, dt"))
