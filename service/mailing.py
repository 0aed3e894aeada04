"""Mails are written and sent as they become due, by a thread of the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from service import beside, invitations, mail_replies, outbox
from service.clock import RealClock
from service.mail_carrier import Carrier
from service.mail_server import MailServer, mail_server
from service.settings import Settings
from service.site import Site

LOOK_SECONDS = 5.0
"""Between two rounds."""
FORGET_EVERY = timedelta(hours=1)


def server_of(settings: Settings) -> MailServer | None:
    """
    The server that mails go to; None where no mail is sent.

    A demonstration sends to this machine only: its addresses are invented.
    """
    if not settings.smtp_url or not settings.mail_from:
        return None
    server = mail_server(settings.smtp_url)
    return server if server.is_here or not settings.demo else None


def turn(site: Site, now: Callable[[], datetime], watch: invitations.Watch | None = None) -> int:
    """One round: write the invitations that are due, send what is due; how many mails were sent."""
    server = server_of(site.settings)
    if server is None:
        return 0
    invitations.write_due(site, now(), watch)
    carrier = Carrier(server, site.settings.smtp_ca_file)
    try:
        return outbox.send_due(site, carrier.send, now)
    finally:
        carrier.close()


def forget(site: Site, now: datetime) -> None:
    """What was kept long enough goes (`security.md` G1)."""
    outbox.forget(site, now)
    mail_replies.forget(site, now)


def watched(site: Site) -> AbstractContextManager[None]:
    """While the block lasts, mails are written and sent as they become due."""
    clock, watch = RealClock(), invitations.Watch()
    forgotten: datetime | None = None

    def look(_: threading.Event) -> None:
        nonlocal forgotten
        if forgotten is None or clock.now() - forgotten > FORGET_EVERY:
            forget(site, clock.now())
            forgotten = clock.now()
        turn(site, clock.now, watch)

    return beside.repeated("mail", look, LOOK_SECONDS)
