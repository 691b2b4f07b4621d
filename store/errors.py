"""What can go wrong with a store, and its address without its password."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from scraper.errors import UserError


class StoreError(UserError):
    """The store cannot be opened or written; the message names it and says what to do."""


class BusyError(StoreError):
    """Another crawl is writing the store."""


def without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "with an unreadable address"


def cause_of(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
