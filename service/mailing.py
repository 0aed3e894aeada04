"""Mails are written and sent as they become due, by a thread of the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from service import beside, invitations, mail_replies, messages, outbox
from service.clock import RealClock
from service.mail_carrier import Carrier
from service.mail_server import MailServer, mail_server
from service.settings import Settings
from service.site import Site
from service.sms_carrier import SmsCarrier

LOOK_SECONDS = 5.0
"""Between two rounds."""
COMPARE_EVERY = timedelta(seconds=30)
"""What people should hear is compared with what they were told."""
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


def gateways(settings: Settings) -> frozenset[str]:
    """The ways that messages leave by here; a demonstration sends no SMS, since its numbers are invented."""
    sms = bool(settings.sms_command) and not settings.demo
    return frozenset(({"email"} if server_of(settings) is not None else set()) | ({"sms"} if sms else set()))


def turn(
    site: Site, now: Callable[[], datetime], watch: invitations.Watch | None = None, *, with_messages: bool = True
) -> int:
    """One round: write the invitations and messages that are due, send what is due; how many were sent."""
    server = server_of(site.settings)
    if server is not None:
        invitations.write_due(site, now(), watch)
    ways = gateways(site.settings)
    if ways and with_messages:
        messages.write_due(site, now(), ways)
    sent = 0
    if "sms" in ways:
        sent += outbox.send_due(site, SmsCarrier(site.settings.sms_command).send, now, kinds=outbox.SHORT_MESSAGES)
    if server is not None:
        carrier = Carrier(server, site.settings.smtp_ca_file)
        try:
            sent += outbox.send_due(site, carrier.send, now)
        finally:
            carrier.close()
    return sent


def forget(site: Site, now: datetime) -> None:
    """What was kept long enough goes (`security.md` G1)."""
    outbox.forget(site, now)
    mail_replies.forget(site, now)


def watched(site: Site) -> AbstractContextManager[None]:
    """While the block lasts, mails are written and sent as they become due."""
    clock, watch = RealClock(), invitations.Watch()
    forgotten: datetime | None = None
    compared: datetime | None = None

    def look(_: threading.Event) -> None:
        nonlocal forgotten, compared
        if forgotten is None or clock.now() - forgotten > FORGET_EVERY:
            forget(site, clock.now())
            forgotten = clock.now()
        due = compared is None or clock.now() - compared > COMPARE_EVERY
        turn(site, clock.now, watch, with_messages=due)
        compared = clock.now() if due else compared

    return beside.repeated("mail", look, LOOK_SECONDS)
