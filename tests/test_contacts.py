"""E-mail addresses and phone numbers of ads: found, masked in place, and nowhere in what goes round."""

from __future__ import annotations

import json
import re
from pathlib import Path
from time import perf_counter

import pandas as pd
import pytest
from conftest import PROJECT, needs_shared, rolecall
from hypothesis import example, given
from hypothesis import strategies as st

from output.compare import read_postings
from output.contacts import contacts, masked, masked_part
from output.frames import read_duties
from output.web.stored import stored_posting
from store import open_store

EMAIL, PHONE, DESK = "jane.doe@firm.example", "(212) 555-0123", "646-555-0187"
SECRETS = (EMAIL, PHONE, DESK, "jane.doe", "555-01")
DUTIES = f"Draft motions and send them to {EMAIL}; organize case files. Answer calls at {DESK} and take messages."
AD = {
    "id": "ad-1",
    "title": f"Legal Assistant (call {PHONE})",
    "description": f"<p>Pay: $62,000 - $70,000.</p><p>Questions: {EMAIL}, {PHONE}.</p><ul>"
    + "".join(f"<li>{duty}</li>" for duty in (DUTIES, "Prepare exhibits for trial", "File pleadings with the court"))
    + "</ul>",
    "location": f"Albany, NY, tel {DESK}",
    "salary": f"$62,000 - $70,000 a year, ask {EMAIL}",
    "company": "Firm",
}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Write to jane.o'neil+jobs@firm.co.uk.", "Write to xxxx.x'xxxx+xxxx@xxxx.xx.xx."),
        ("j.doe [at] firm (dot) com", "x.xxx [xx] xxxx (xxx) xxx"),
        ("<jürgen@kanzlei-müller.de>", "<xxxxxx@xxxxxxx-xxxxxx.xx>"),
        ("Call (212) 555-0123 ext. 45", "Call (###) ###-#### xxx. ##"),
        ("212.555.0123 or 212 555 0123x7", "###.###.#### or ### ### ####x#"),
        ("1-800-555-0199", "#-###-###-####"),
        ("+1 212 555 0123, +44 (0)20 7946 0018", "+# ### ### ####, +## (#)## #### ####"),
        ("020 7946 0018; 07911 123456", "### #### ####; ##### ######"),
        ("Tel 02 9374 4000", "Tel ## #### ####"),
        ("+353 1 234 5678", "+### # ### ####"),
        ("phone: 2125550123", "phone: ##########"),
        ("646‑555‑0187", "###‑###‑####"),
    ],
)
def test_contacts_are_masked(words: str, shown: str) -> None:
    assert masked(words) == shown


@pytest.mark.parametrize(
    "words",
    [
        "$60,000 - $80,000", "$81250-92250", "81250-92250", "49961.0000", "125,000.00 – 149,000.00", "$2125550123",
        "Job ID 2125550123", "JVN #256-26-763401", "256-26-763401", "R-2024-555-0101", "009-24-0068", "#212-555-0123",
        "05/09/2023", "2024-05-12 2025-01-01", "12/7/2023 - 12/27/23", "2008/2012/2016/2019", "24/7/365",
        "NY 11101   35 Hrs.", "88-11 165 St", "9:00 - 5:00", "18 U.S.C. 1961-1968", "@rolecall", "a @ b", "sec. 7.2.1",
    ],
)  # fmt: skip
def test_pay_dates_and_ids_are_not(words: str) -> None:
    assert masked(words) == words


PIECES = st.one_of(
    st.sampled_from([EMAIL, PHONE, DESK, "tel 2125550123", "+44 20 7946 0018", "a@b.cd", "x [at] y.com", "\n", ". "]),
    st.text(max_size=12),
    st.text("0123456789 -.()+@", max_size=16),
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_mask_is_as_long_as_what_it_hides_and_hides_it_once(text: str) -> None:
    shown = masked(text)
    assert len(shown) == len(text)
    assert masked(shown) == shown
    places = contacts(text)
    assert all(first < last <= len(text) for first, last in places)
    assert places == sorted(places)
    kept = [char for at, char in enumerate(text) if not any(first <= at < last for first, last in places)]
    assert kept == [char for at, char in enumerate(shown) if not any(first <= at < last for first, last in places)]


@given(st.lists(PIECES, max_size=8).map("".join), st.data())
@example(f"a {PHONE} b", None)
def test_any_part_of_a_text_is_that_part_of_the_masked_text(text: str, data: st.DataObject | None) -> None:
    start = data.draw(st.integers(0, len(text))) if data else 5
    end = data.draw(st.integers(start, len(text))) if data else 9
    assert masked_part(text[start:end], start, contacts(text)) == masked(text)[start:end]


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from([EMAIL, PHONE, DESK]))
def test_a_contact_is_found_whatever_stands_around_it(before: str, after: str, contact: str) -> None:
    assert contact not in masked(f"{before}\n{contact}\n{after}")


@needs_shared
def test_real_ads_lose_no_figure_and_are_masked_fast() -> None:
    """The labelled ads have their contacts taken out already: whatever is masked there is something else."""
    path = PROJECT.parent / "shared" / "gold" / "ads.jsonl"
    texts = [" ".join(map(str, json.loads(line).values())) for line in path.read_text().splitlines()]
    started = perf_counter()
    found = [text[first:last] for text in texts for first, last in contacts(text)]
    assert found == []
    assert perf_counter() - started < 0.5 * max(1, len(texts) / 500)


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ad with contacts everywhere, tagged; its store and reports with and without them."""
    folder = tmp_path_factory.mktemp("contacts")
    (folder / "ads.jsonl").write_text(json.dumps(AD) + "\n")
    assert rolecall("tag", folder / "ads.jsonl", "--out", folder, cwd=folder).returncode == 0
    store = ("--store", folder / "rolecall.db")
    assert rolecall("report", *store, "--out", folder / "parquet", "--format", "parquet", cwd=folder).returncode == 0
    assert rolecall("report", *store, "--out", folder / "shown", "--show-contacts", cwd=folder).returncode == 0
    return folder


def test_no_report_shows_a_contact(tagged: Path) -> None:
    files = [path for path in tagged.glob("*.*") if path.suffix in (".csv", ".html", ".json", ".svg")]
    assert len(files) > 10
    for path in files:
        assert not [secret for secret in SECRETS if secret in path.read_text()], path.name
    for path in (tagged / "parquet").glob("*.parquet"):
        cells = pd.read_parquet(path).to_csv()
        assert not [secret for secret in SECRETS if secret in cells], path.name
    duties = pd.read_csv(tagged / "duties.csv")
    assert duties["duty"].str.contains("xxxx.xxx@xxxx.xxxxxxx", regex=False).any()


def test_they_are_shown_to_who_asks(tagged: Path) -> None:
    shown = (tagged / "shown" / "duties.csv").read_text()
    assert EMAIL in shown
    assert DESK in shown
    assert PHONE in (tagged / "shown" / "postings.csv").read_text()


def test_a_duty_is_still_its_stretch_of_the_masked_text(tagged: Path) -> None:
    opened = open_store(str(tagged / "rolecall.db"))
    (found,) = [stored_posting(opened, "ad-1")]
    duties = pd.concat(read_duties(opened))
    opened.close()
    assert found is not None
    text = found.fields["text"]
    assert len(duties) == len(found.duties) > 2
    for row, duty in zip(duties.to_dict("records"), found.duties, strict=True):
        assert row["duty"] == text[row["start"] : row["end"]] == duty.duty
        assert all(words in row["duty"] for words in str(row["evidence"]).split("; "))
        assert [text[each.start : each.end] for each in duty.evidence] == [each.words for each in duty.evidence]


def test_the_page_of_a_stored_ad_shows_none(tagged: Path) -> None:
    opened = open_store(str(tagged / "rolecall.db"))
    found = repr(stored_posting(opened, "ad-1"))
    opened.close()
    assert not [secret for secret in SECRETS if secret in found]
    assert "$62,000 - $70,000" in found


def test_a_comparison_shows_none(tagged: Path) -> None:
    for side in (tagged / "rolecall.db", tagged / "shown"):
        assert not re.search("|".join(map(re.escape, SECRETS)), read_postings(str(side)).to_csv())
