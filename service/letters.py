"""A mail as bytes: plain text, and beside it a calendar when it invites (RFC 6047, 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from calendars.addresses import mail_address

SENDER_NAME = "Le Fil"


@dataclass(frozen=True)
class Letter:
    """
    What goes to one recipient.

    Parameters
    ----------
    to
        Their address.
    sender
        The network's address, shown as the sender.
    answers_to
        Where answers go, and what does not arrive comes back to; usually the network's address with a secret.
    subject, text
        In the recipient's language; never more than date and hour (`settled.md` 21).
    calendar
        The body of an invitation and its METHOD; None for other mails.
    button
        Label and address of the one button of the mail's simple HTML; None for a mail in plain text only.
    """

    to: str
    sender: str
    answers_to: str
    subject: str
    text: str
    calendar: tuple[str, bytes] | None = None
    button: tuple[str, str] | None = None


def written(letter: Letter, message_id: str, at: datetime) -> bytes:
    """
    The whole mail in ASCII, the same at each try.

    The parts go as base64 or quoted-printable, so that no server on the way changes a line of the calendar.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _named(SENDER_NAME, letter.sender)
    mail["To"] = _named("", letter.to)
    if letter.answers_to != letter.sender:
        mail["Reply-To"] = _named(SENDER_NAME, letter.answers_to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="quoted-printable")
    if letter.button is not None:
        mail.add_alternative(_with_button(letter.text, *letter.button), subtype="html", cte="quoted-printable")
    if letter.calendar is not None:
        method, body = letter.calendar
        mail.add_alternative(body.decode(), subtype="calendar", cte="base64", params={"method": method})
    return mail.as_bytes()


def apart(text: str, link: str) -> str:
    """The text with its link, if it has one, as a paragraph of its own, so that it is seen, and touched whole."""
    if not link:
        return text
    before, found, after = text.partition(link)
    return "\n\n".join(part for part in (before.strip(), found, after.strip()) if part) + "\n"


def _named(name: str, address: str) -> Address:
    return Address(name, addr_spec=mail_address(address))


def _with_button(text: str, label: str, link: str) -> str:
    """The text as paragraphs, with a button in place of the paragraph that holds the link; nothing is loaded."""
    parts = [part for part in text.strip().split("\n\n") if link not in part]
    said = "".join(f"<p>{escape(part)}</p>" for part in parts)
    look = "display:inline-block;padding:12px 20px;border-radius:8px;background:#0F5560;color:#FFFFFF"
    return (
        '<!doctype html><html><body style="font-family:sans-serif;font-size:17px;line-height:1.5">'
        f'{said}<p><a href="{escape(link)}" style="{look}">{escape(label)}</a></p></body></html>'
    )
