"""The application: its pages and its API. Nothing that a visitor sends is kept, logged or put into an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Form, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

import store
from examples.boards_data import boards
from output import check_words
from output.check import Check, Checker
from output.check_input import ad_of_text, ads_of_bytes
from output.check_market import StoreMarket
from output.check_terminal import plain_text
from output.web import view
from output.web.guards import (
    BodyLimitMiddleware,
    HeadersMiddleware,
    QuietErrors,
    RateLimitMiddleware,
    SameOriginMiddleware,
)
from output.web.report import linked_report
from output.web.stored import stored_posting
from scraper.errors import UserError
from scraper.files import Problems
from scraper.items import Posting, RawPlace

HERE = Path(__file__).parent
COUNTED = ("/check", "/api/", "/example/", "/posting/", "/report")
"""Paths that cost time."""

FIRST_AD = "Paralegal\n\nDraft motions.\nLocation: Albany, NY\nPay: $60,000 a year"
"""Checked before the first visitor comes, so that everything is loaded."""


_CHECK = TypeAdapter(Check)


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How the page is served."""

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]", "::1")
    """Names under which it may be asked for; others are a trick (DNS rebinding)."""

    opened: store.Store | None = None
    annual_factor: dict[str, float] = field(default_factory=dict)
    fetch: Callable[[str], bytes] | None = None
    """Fetches a page by its address, through the address guard; None: addresses are refused."""

    report: Path | None = None
    """The page that ``rolecall report`` wrote, shown at ``/report`` where it is there."""

    per_second: float = 100.0
    """Requests a second that one client may make."""


class Draft(BaseModel):
    """An ad to be checked."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", description="The ad as plain text, or a saved page's HTML.")
    title: str = Field("", description="Its title; empty: the first line of the text may be the title.")


@dataclass(frozen=True, slots=True)
class Given:
    """What the form was sent with, to be shown again."""

    ad: str = ""
    title: str = ""
    url: str = ""
    note: str = ""
    """What is odd about it."""


def make_app(serving: Serving) -> QuietErrors:
    """The ASGI application, wrapped so that no error's message is logged."""
    return QuietErrors(_Site(serving).app)


class _Site:
    """Routes and what they share."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.market = StoreMarket(serving.opened, serving.annual_factor) if serving.opened else None
        self.checker = Checker(self.market)
        self.checker.check(ad_of_text(FIRST_AD))
        self.templates = _templates()
        self.app = FastAPI(
            title="Rolecall: the recruiter's check",
            version=_version(),
            docs_url=None,  # the usual pages of descriptions load scripts from elsewhere
            redoc_url=None,
            middleware=[
                Middleware(HeadersMiddleware),
                Middleware(TrustedHostMiddleware, allowed_hosts=list(serving.hosts), www_redirect=False),
                Middleware(RateLimitMiddleware, per_second=serving.per_second, is_counted=COUNTED),
                Middleware(SameOriginMiddleware),
                Middleware(BodyLimitMiddleware),
            ],
        )
        self.app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
        self._add_pages()
        self.app.post("/api/check", summary="Check one ad", response_model=Check, tags=["check"])(self.api_check)
        self.app.exception_handler(UserError)(self.refuse)
        self.app.exception_handler(404)(self.missing)

    def _add_pages(self) -> None:
        pages: dict[str, Any] = {"include_in_schema": False, "response_class": HTMLResponse}
        self.app.get("/", **pages)(self.form)
        self.app.post("/check", **pages)(self.check)
        self.app.get("/check", **pages)(self.to_form)
        self.app.post("/check.json", include_in_schema=False)(self.download)
        self.app.get("/example/{token}/{ref}", **pages)(self.example)
        self.app.get("/posting/{posting_id:path}", **pages)(self.posting)
        self.app.get("/report", **pages)(self.report)

    def api_check(self, draft: Draft) -> Response:
        """The verdict on one ad with its duties, definitions and deciding words; an empty ad gives ``cannot tell``."""
        posting, _ = self._ad(draft.text.encode("utf-8", "ignore"), "draft", draft.title)
        return _json(self.checker.check(posting))

    def form(self, request: Request) -> Response:
        """The empty form."""
        return self._page(request, "form.html", given=Given())

    def to_form(self) -> Response:
        """A result has no address of its own: whoever opens or reloads it by address comes to the form."""
        return RedirectResponse("/", 303)

    def check(
        self,
        request: Request,
        ad: Annotated[str, Form()] = "",
        title: Annotated[str, Form()] = "",
        url: Annotated[str, Form()] = "",
        file: Annotated[UploadFile | None, Form()] = None,
    ) -> Response:
        """The result for a pasted ad, a file, or (where allowed) the page of an address."""
        if file is not None and file.filename:
            return self._checked(request, *self._ad(file.file.read(), file.filename, title))
        if url.strip():
            return self._checked(request, *self._ad(self._fetched(url.strip()), "page.html", title))
        if not ad.strip():
            given = Given(title=title, note="Paste an ad, or choose a file: there was no text to check.")
            return self._page(request, "form.html", 400, given=given)
        posting, note = self._ad(ad.encode("utf-8", "ignore"), "draft", title)
        return self._checked(request, posting, note, Given(ad, title))

    def download(self, ad: Annotated[str, Form()] = "", title: Annotated[str, Form()] = "") -> Response:
        """The check as a JSON file; the form sends the ad once more, since nothing was kept."""
        posting, _ = self._ad(ad.encode("utf-8", "ignore"), "draft", title)
        named = {"Content-Disposition": 'attachment; filename="rolecall-check.json"'}
        return _json(self.checker.check(posting), named)

    def example(self, request: Request, token: str, ref: str) -> Response:
        """The result for one of the invented ads."""
        for board in boards():
            for ad in board.ads:
                if (board.token, ad.ref) == (token, ref):
                    posting = ad_of_text(ad.html, ad.title)
                    posting.company = board.employer
                    posting.places_raw = [RawPlace(text=place) for place in ad.location]
                    return self._checked(request, posting)
        raise HTTPException(404)

    def posting(self, request: Request, posting_id: str) -> Response:
        """One posting of the store with its evidence."""
        found = stored_posting(self.serving.opened, posting_id) if self.serving.opened else None
        if found is None:
            raise HTTPException(404)
        cut = view.stretches(found.fields["text"] or "", found.duties)
        return self._page(
            request, "posting.html", stored=found, stretches=cut, duties=found.duties, legend=view.legend(found.duties)
        )

    def report(self) -> Response:
        """The report, whose ads lead to their pages here; its own policy allows its own style and script alone."""
        if self.serving.report is None or not self.serving.report.is_file():
            raise HTTPException(404)
        page, policy = linked_report(self.serving.report)
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    def _ad(self, data: bytes, name: str, title: str) -> tuple[Posting, str]:
        """(the first ad of the content, what is odd about it); raises UserError where there is none."""
        problems = Problems()
        ads = ads_of_bytes(data, name, title.strip() or None, problems)
        if not ads:
            raise UserError(
                "There is no ad in it: give its text, a saved page, or a table with a column title or description."
            )
        several = f"The file holds {len(ads)} ads; this is the first. rolecall check FILE shows them all."
        return ads[0], several if len(ads) > 1 else ""

    def _fetched(self, url: str) -> bytes:
        if self.serving.fetch is None:
            raise UserError("Addresses are not fetched here: save the page and drop the file, or paste its text.")
        return self.serving.fetch(url)

    def _checked(self, request: Request, posting: Posting, note: str = "", given: Given | None = None) -> Response:
        check = self.checker.check(posting)
        given = given or Given(check.text, check.title or "")
        comparable = self.market.comparable(check) if self.market else []
        return self._page(
            request,
            "check.html",
            check=check,
            given=given,
            note=note,
            comparable=comparable,
            stretches=view.stretches(check.text, check.duties),
            duties=check.duties,
            legend=view.legend(check.duties),
            shares=view.shares(check),
            report=plain_text(check),
        )

    def _page(self, request: Request, name: str, status: int = 200, **shown: Any) -> Response:
        shown |= {"may_fetch": self.serving.fetch is not None, "examples": example_links()}
        return self.templates.TemplateResponse(request, name, shown, status)

    def refuse(self, request: Request, error: Exception) -> Response:
        """A visitor's mistake: said in the form, or as the API's detail."""
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": str(error)}, 400)
        return self._page(request, "form.html", 400, given=Given(note=str(error)))

    def missing(self, request: Request, error: Exception) -> Response:
        """No such page, example or posting."""
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": "Not Found"}, 404)
        return self._page(request, "missing.html", 404)


@cache
def example_links() -> list[tuple[str, str]]:
    """(address, title and employer) of one invented ad a role, and of one whose title does not fit."""
    found: dict[str, tuple[str, str]] = {}
    for board in boards():
        for ad in board.ads:
            kind = "differs" if ad.expected_verdict == "differs" else ad.expected_role
            if ad.legal:
                found.setdefault(kind, (f"/example/{board.token}/{ad.ref}", f"{ad.title}, {board.employer}"))
    return list(found.values())


def _json(check: Check, headers: dict[str, str] | None = None) -> Response:
    """A check as it is; FastAPI would first validate what our own code made, for a quarter of the check's time."""
    return Response(_CHECK.dump_json(check), headers=headers, media_type="application/json")


def _templates() -> Jinja2Templates:
    templates = Jinja2Templates(directory=HERE / "templates")
    templates.env.globals |= {
        "looks": view.LOOKS,
        "bold": view.bold,
        "pay_sentence": check_words.pay_sentence,
        "market_line": check_words.market_line,
        "amount": check_words.amount,
        "margin_line": check_words.margin_line,
        "missing_says": check_words.MISSING_SAYS,
        "lawyers_says": check_words.LAWYERS_SAYS,
        "verdict_words": check_words.VERDICT_WORDS,
    }
    templates.env.trim_blocks = templates.env.lstrip_blocks = True
    return templates


def _version() -> str:
    try:
        return version("rolecall")
    except PackageNotFoundError:
        return "0"
