"""The server on its port: bound before anything else is touched, stopped in order (`security.md` J11)."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import uvicorn

from locales import N_
from service import days, feed_bodies, mailing, other_calendar_turns, travel_sources
from service.app import create_app
from service.cli_faults import Fault
from service.site import Site
from service.worker import Worker

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 10
"""For requests under way when the server is asked to stop."""


def bind(host: str, port: int) -> socket.socket:
    """
    Take the port, and let callers wait on it until the server is ready.

    Raises
    ------
    Fault
        When another program has it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: only then does asyncio send small answers at once, instead of waiting 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # A port is free again at once after its server has ended; one that is served stays taken.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OverflowError as error:
        listener.close()
        raise Fault(N_("Le port %(port)s n’existe pas : choisissez entre 1 et 65535."), port=port) from error
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            sentence = N_("Le port %(port)s est déjà pris par un autre programme. Choisissez-en un autre (PORT=8123).")
        elif error.errno == errno.EACCES:
            sentence = N_("Le Fil n’a pas le droit d’écouter sur le port %(port)s. Choisissez-en un autre (PORT=8123).")
        else:
            sentence = N_("Le Fil ne peut pas écouter sur le port %(port)s.")
        raise Fault(sentence, port=port) from error
    return listener


@contextmanager
def working(site: Site) -> Iterator[Worker]:
    """
    A worker for the runs of this site while the block lasts; what is under way at its end is handed back.

    Whatever the settings name of travel times is taken over first.
    """
    travel_sources.take(site)
    worker = Worker(site.db, site.settings, bell=site.bell)
    worker.open()
    try:
        yield worker
    finally:
        worker.close()


def serve(site: Site, listener: socket.socket) -> None:
    """Answer until somebody stops the server."""
    config = uvicorn.Config(
        create_app(site),
        # The path may hold a secret: requests are noted by their route only (`security.md` F3).
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=False,
    )
    turns = (days, feed_bodies, other_calendar_turns, mailing)
    with ExitStack() as beside:
        for one in turns:
            beside.enter_context(one.watched(site))
        uvicorn.Server(config).run(sockets=[listener])


def stop_in_order() -> None:
    """Let a request to end run through every `finally`, as Ctrl-C does."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


def be_private() -> None:
    """Files made from here on belong to their owner alone."""
    os.umask(0o077)


def write_log(level: str) -> None:
    """One line for each entry on standard error: time, level, where, what; never what people wrote."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(
        stream=sys.stderr, level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
