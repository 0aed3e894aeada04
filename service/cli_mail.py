"""`lefil mail`: what a mail server hands over to Le Fil."""

from __future__ import annotations

import logging
import sys

import click
from sqlalchemy.exc import DBAPIError

from locales import N_
from service import mail_replies, process
from service.cli_faults import Fault
from service.cli_reader import language
from service.cli_site import opened
from service.clock import RealClock
from service.errors import Refused
from service.mail_reading import MOST_BYTES
from service.settings import Settings

log = logging.getLogger("lefil.mail")

KEEP_AND_BRING_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: Postfix, Exim and others try again later."""


@click.group("mail", help=N_("Reçoit les réponses aux invitations (docs/mail.md)."))
def mail_group() -> None:
    """`lefil mail` alone shows its help."""


@mail_group.command("receive", help=N_("Lit un e-mail sur l’entrée standard."))
@click.option("--to", "recipient", default="", metavar=N_("ADRESSE"), help=N_("L’adresse à laquelle il est arrivé."))
@language
def receive(recipient: str) -> None:
    settings = Settings()
    process.write_log(settings.log_level)
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with opened(settings) as site:
            mail_replies.receive(site, content, RealClock().now(), recipient)
    except (DBAPIError, OSError, Fault, Refused) as error:
        log.warning("a mail has to wait: %s", type(error).__name__)
        sys.exit(KEEP_AND_BRING_AGAIN)
