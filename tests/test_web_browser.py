"""The recruiter's page in a real browser: Debian's Chromium, driven by Playwright; skipped where there is none."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import PROJECT, DemoRun
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; scripts/install-system-packages")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
AD = """Legal Secretary

Duties
• Draft motions and pleadings for the partners
• Organize case files and keep the exhibit index
• Interview clients and prepare them for depositions
• Take and defend depositions
• Water the plants

We pay $60,000 to $70,000 a year. Location: New York, NY
"""
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def address(demo: DemoRun) -> Iterator[str]:
    """``rolecall serve`` in a process of its own, with the demo's store."""
    command = [sys.executable, "-m", "rolecall", "serve", "--port", "0", "--store", str(demo.folder / "demo.db")]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        found = re.search(r"http://\S+:\d+", running.stderr.readline())
        assert found
        try:
            yield found[0]
        finally:
            running.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The empty form; what the browser complains about fails the test."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append("a dialog"), dialog.dismiss()))
    page.goto("/")
    yield page
    context.close()
    assert complaints == []


def check(page: Page, ad: str = AD) -> None:
    page.get_by_label("Text of the ad").fill(ad)
    page.get_by_role("button", name="Check the title").click()
    page.wait_for_url("**/check")


def findings(page: Page) -> list[str]:
    """axe-core's serious findings, each with the first element it concerns."""
    violations = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in violations if each["impact"] in SERIOUS]


def is_in_view(page: Page, selector: str) -> bool:
    script = "element => { const box = element.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight; }"
    return bool(page.locator(selector).evaluate(script))


def test_a_pasted_ad_gives_a_verdict(page: Page) -> None:
    check(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("“Legal Secretary” does not fit")
    expect(page.get_by_text("It could be called Paralegal")).to_be_visible()
    expect(page.get_by_role("heading", name="For a lawyer only?")).to_be_visible()
    expect(page.get_by_text("The ad states USD 60,000–70,000 a year.", exact=True).first).to_be_visible()
    assert page.locator(".ad a.duty").count() == 5
    assert page.url.endswith("/check")


def test_a_highlight_leads_to_its_definition_and_back(page: Page) -> None:
    check(page)
    page.locator(".ad a.duty").nth(1).click()
    assert page.url.endswith("/check#duty-2")
    assert is_in_view(page, "#duty-2")
    assert page.locator("#duty-2").evaluate("element => element.matches(':target')")
    page.locator("#duty-2 a.back").click()
    assert page.url.endswith("/check#text-2")
    assert is_in_view(page, "#text-2")


def test_highlights_differ_by_more_than_colour(page: Page) -> None:
    check(page)
    tags = page.locator(".ad .tag").all_inner_texts()
    assert [tag.split()[0] for tag in tags] == ["1", "2", "3", "4", "5"]
    assert tags[0] == "1 PL"
    script = "elements => elements.map(each => getComputedStyle(each).borderBottomStyle)"
    lines = page.locator(".ad a.duty").evaluate_all(script)
    assert lines[0] != lines[-1]
    weight = page.locator(".ad a.duty b").first.evaluate("each => getComputedStyle(each).fontWeight")
    assert int(weight) >= 600


def test_a_dropped_file_is_checked(page: Page) -> None:
    carried = page.evaluate_handle(
        """ad => { const carried = new DataTransfer();
        carried.items.add(new File([ad], "draft.txt", { type: "text/plain" })); return carried; }""",
        AD,
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": carried})
    expect(page.locator("body")).to_have_class("dropping")
    page.dispatch_event("body", "drop", {"dataTransfer": carried})
    page.wait_for_url("**/check")
    expect(page.get_by_role("heading", level=1)).to_contain_text("“Legal Secretary” does not fit")


def test_a_chosen_file_is_checked(page: Page, tmp_path: Path) -> None:
    draft = tmp_path / "draft.html"
    draft.write_text(f"<html><h1>Legal Secretary</h1><div>{AD.partition(chr(10))[2]}</div></html>")
    page.get_by_label("File with the ad").set_input_files(draft)
    page.get_by_role("button", name="Check the title").click()
    page.wait_for_url("**/check")
    expect(page.get_by_role("heading", level=1)).to_contain_text("does not fit")


def test_all_of_it_works_without_javascript(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        check(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("does not fit")
        expect(page.get_by_role("button", name="Copy as text")).to_be_hidden()
        page.locator(".ad a.duty").first.click()
        assert page.url.endswith("#duty-1")
        page.get_by_text("The result as text").click()
        expect(page.get_by_label("The result as text")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download as JSON").click()
        assert '"title_verdict":"differs"' in Path(download.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_a_telephone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.locator("button:visible").evaluate_all(
            "elements => elements.filter(each => each.offsetHeight < 40).map(each => each.textContent)"
        )
        assert small == []
        if page.url.endswith("/"):
            check(page)


def test_the_keyboard_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Title", exact=False).first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.insert_text(AD)
    page.keyboard.press("Tab")
    expect(page.get_by_label("File with the ad")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    page.locator(".ad a.duty").first.focus()
    outline = page.locator(".ad a.duty").first.evaluate("each => getComputedStyle(each).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#duty-1 a.back")).to_be_focused()


def test_an_ad_full_of_scripts_runs_none(page: Page) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)></textarea>'\"><b>"
    check(page, AD.replace("Legal Secretary", f"Legal Secretary {evil}").replace("motions", f"motions {evil}"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
    assert page.locator("main img, main script").count() == 0


def test_an_empty_ad_is_said_to_be_empty(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("button", name="Check the title").click()
        expect(page.get_by_role("alert")).to_contain_text("there was no text")


def test_an_ad_over_1_mb_is_refused_with_and_without_javascript(browser: Browser, address: str) -> None:
    for has_script in (True, False):
        with browser.new_context(base_url=address, java_script_enabled=has_script) as context:
            page = context.new_page()
            page.goto("/")
            page.get_by_label("Text of the ad").fill("x " * 550_000)
            page.get_by_role("button", name="Check the title").click()
            expect(page.get_by_text("rolecall check FILE")).to_be_visible()


def test_an_ad_of_almost_1_mb_is_checked(page: Page) -> None:
    page.set_default_timeout(60_000)
    check(page, AD + "We are a friendly firm. " * 40_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("“Legal Secretary”")


def test_the_report_is_copied_as_text(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    check(page)
    page.get_by_role("button", name="Copy as text").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "The title does not fit: it claims a legal secretary" in copied
    assert "decided by: " in copied


def test_print_shows_the_result_and_no_forms(page: Page) -> None:
    check(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("form.check")).to_be_hidden()
    expect(page.locator("#duty-5")).to_be_visible()
    assert page.pdf().startswith(b"%PDF")


def test_a_job_behind_the_pay_figures_is_shown_with_its_evidence(page: Page) -> None:
    check(page)
    page.locator('a[href^="/posting/"]').first.click()
    expect(page.get_by_role("heading", name="Facts and history")).to_be_visible()
    assert page.locator(".ad a.duty b").count() > 0
    assert findings(page) == []


def test_axe_has_no_serious_finding(page: Page) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/")
        assert findings(page) == []
        check(page)
        assert findings(page) == []
    page.goto("/")
    for number in range(page.locator(".examples a").count()):
        page.goto("/")
        page.locator(".examples a").nth(number).click()
        assert findings(page) == []


def test_the_report_leads_to_the_pages_of_its_ads(page: Page) -> None:
    page.goto("/report")
    page.get_by_role("button", name="confidence").click()  # its own script runs, and its style is applied
    link = page.locator("section[aria-labelledby=titles] tbody a").first
    title = link.inner_text()
    assert page.locator("th[aria-sort]").count() == 1
    assert page.evaluate("getComputedStyle(document.querySelector('.cards')).display") == "grid"
    link.click()
    expect(page).to_have_url(re.compile(r"/posting/\w+"))
    expect(page.locator("h1")).to_contain_text(title)
