"""Serve the page: one process, one listening socket."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn

from output.web.app import Serving, make_app
from output.web.fetch import fetch_page
from scraper.errors import UserError
from store import Store


class CannotListenError(UserError):
    """The address cannot be listened at."""


@contextmanager
def listening(host: str, port: int) -> Iterator[tuple[str, socket.socket]]:
    """(web address, listening socket) while the block runs; raises CannotListenError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise CannotListenError(f"{host}:{port}: {str(reason).lower()}; choose another --host or --port") from None
    with listener:
        # asyncio sets it only on sockets of which it knows that they are TCP: else each answer waits 40 ms for an ACK
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{listener.getsockname()[1]}", listener


def run(
    listener: socket.socket,
    hosts: tuple[str, ...],
    opened: Store | None,
    annual_factor: dict[str, float],
    may_fetch: bool,
    report: Path | None = None,
) -> None:
    """Answer until interrupted. hosts: names beside those of loopback under which the page may be asked for."""
    serving = Serving(
        hosts=(*Serving.hosts, *hosts),
        opened=opened,
        annual_factor=annual_factor,
        fetch=fetch_page if may_fetch else None,
        report=report,
    )
    app = make_app(serving)
    gc.collect()
    gc.freeze()  # what is loaded stays: looking through it for garbage would halt every answer for a tenth of a second
    # no access log: an address typed by hand may hold an ad's words
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, ws="none", lifespan="off")
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        uvicorn.Server(config).run(sockets=[listener])
