"""The server on its port: bound before anything else is touched, stopped in order (`security.md` J11)."""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn

from locales import N_
from service import days, feed_bodies, mailing, other_calendar_turns, shredding
from service.app import create_app
from service.cli_faults import Fault
from service.site import Site

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


def serve(site: Site, listener: socket.socket) -> None:
    """Answer until somebody stops the server."""
    with answering(site) as server:
        # What the server is made of stays: to look for garbage among it made one answer in twenty wait, for 70 ms.
        gc.collect()
        gc.freeze()
        server.run(sockets=[listener])


@contextmanager
def answering(site: Site) -> Iterator[uvicorn.Server]:
    """The server, ready to run; while the block lasts, days turn and calendars are written beside it."""
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
    turns = (days, feed_bodies, other_calendar_turns, mailing, shredding)
    with ExitStack() as beside:
        for one in turns:
            beside.enter_context(one.watched(site))
        yield uvicorn.Server(config)
