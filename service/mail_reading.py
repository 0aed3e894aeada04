"""One mail that came back, read: to which invitations it belongs, and what it says. Nothing else of it is kept."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import msgspec

from calendars.invitations import NoAnswer, read_answer

MOST_BYTES = 1024 * 1024
MOST_PARTS = 50
MOST_TOKENS = 20
TOKEN = re.compile(r"\+([0-9a-f]{32})@")
RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative", "NEEDS-ACTION": "tentative"}


class Read(msgspec.Struct, frozen=True):
    """
    What a mail says.

    `mark` is the same for the same mail, however often it is delivered. `tokens` are the secrets in the addresses that
    it was sent to. `said` is a code of `codes.MAIL_ANSWERS`; the rest is of the calendar in it, empty without one.
    """

    mark: str
    tokens: tuple[str, ...] = ()
    said: str = "unreadable"
    uid: str = ""
    attendee: str = ""
    sequence: int = 0
    stamp: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None


def mark_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_mail(content: bytes, recipient: str = "", *, cut: bool = False) -> Read:
    """
    Read one mail as it came (RFC 5322).

    Parameters
    ----------
    recipient
        The address that it was delivered to, when the mail server tells it.
    cut
        Only its beginning is here: of such a mail no more is read than where it belongs.
    """
    mail = cast("EmailMessage", message_from_bytes(content, policy=default))
    own = " ".join(str(value) for value in mail.get_all("Message-ID", []))[:998].strip()
    places = [recipient, *(str(value) for name in RECIPIENTS for value in mail.get_all(name, []))]
    tokens = tuple(dict.fromkeys(TOKEN.findall(" ".join(places).lower())))[:MOST_TOKENS]
    mark = mark_of(own.encode("utf-8", "replace") if own else content)
    if cut:
        return Read(mark, tokens)
    parts = [part for _, part in zip(range(MOST_PARTS), mail.walk(), strict=False)]
    for part in parts:
        if part.get_content_type() in ("text/calendar", "application/ics") and not part.is_multipart():
            return _answered(mark, tokens, _bytes(part))
    if mail.get_content_type() == "multipart/report":
        reports = b" ".join(_told(part) for part in parts if part.get_content_type() == "message/delivery-status")
        failed = b"action: failed" in reports.lower()
        return Read(mark, tokens, "bounced" if failed else "automatic")
    if str(mail.get("Auto-Submitted", "no")).strip().lower() != "no":
        return Read(mark, tokens, "automatic")
    return Read(mark, tokens)


def _answered(mark: str, tokens: tuple[str, ...], calendar: bytes) -> Read:
    try:
        answer = read_answer(calendar)
    except NoAnswer:
        return Read(mark, tokens)
    said = {"COUNTER": "other_time", "REFRESH": "again"}.get(answer.method) or ANSWERS.get(answer.said, "unreadable")
    return Read(
        mark,
        tokens,
        said,
        answer.uid,
        answer.attendee,
        answer.sequence,
        answer.stamp,
        answer.start,
        answer.end,
    )


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _told(part: EmailMessage) -> bytes:
    """A delivery status is parsed as parts that hold headers only."""
    return part.as_bytes(policy=default)[:10_000]
