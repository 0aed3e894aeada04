"""
Invitations by mail: what goes into a mail (iTIP, RFC 5546), and what comes back in one.

An entry is the one of the feed, with its UID and SEQUENCE; here it gets an organizer and exactly one attendee. Unlike a
feed, the DTSTAMP is the moment of the message (RFC 5546, 2.1.5): of two with the same SEQUENCE the later one counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast
from urllib.parse import quote, unquote

from icalendar import Calendar as Parsed
from icalendar import Component

from calendars.addresses import ADDRESS
from calendars.feed import PRODID, Event, Series, event_lines, folded, series_lines
from calendars.timezones import vtimezone

Method = Literal["REQUEST", "CANCEL"]
PartStat = Literal["NEEDS-ACTION", "ACCEPTED", "TENTATIVE"]

ORGANIZER_NAME = "Le Fil"
ROLE = "CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT"
MOST_BYTES = 256 * 1024
MOST_COMPONENTS = 20
LONGEST_VALUE = 998


@dataclass(frozen=True)
class Attendee:
    """
    The one whom the mail goes to.

    Parameters
    ----------
    answers
        Whether they are asked for an answer.
    said
        What they answered so far, as it is known.
    """

    address: str
    answers: bool
    said: PartStat = "NEEDS-ACTION"


@dataclass(frozen=True)
class Answer:
    """
    What a calendar sent back.

    Parameters
    ----------
    method
        REPLY, COUNTER or REFRESH.
    said
        PARTSTAT of the attendee, empty for a REFRESH.
    sequence
        Of the entry that they answer to.
    stamp
        When they answered: of two answers the later one counts.
    start, end
        Another time that a COUNTER proposes; None when it names none that has a zone.
    """

    method: str
    uid: str
    attendee: str
    said: str
    sequence: int
    stamp: datetime
    start: datetime | None = None
    end: datetime | None = None


class NoAnswer(ValueError):
    """It is not an answer to an invitation, or not one that can be read."""


def invitation(method: Method, entry: Event | Series, organizer: str, attendee: Attendee, made: datetime) -> bytes:
    """
    The calendar of one mail.

    A CANCEL always says STATUS:CANCELLED, also where only this attendee is no longer invited: RFC 5546 (3.2.5) would
    leave it out there, but who writes calendars does as we do, and some clients keep the entry without it.
    """
    for address in (organizer, attendee.address):
        if not ADDRESS.fullmatch(address):
            raise ValueError("not an address of a mail")
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    if isinstance(entry, Series):
        head += vtimezone(entry.zone)
        lines = series_lines(entry)
    else:
        lines = event_lines(entry)
    asks = "TRUE" if attendee.answers else "FALSE"
    people = [
        f"ORGANIZER;CN={ORGANIZER_NAME}:{_mailto(organizer)}",
        f"ATTENDEE;{ROLE};PARTSTAT={attendee.said};RSVP={asks}:{_mailto(attendee.address)}",
    ]
    stamp = f"DTSTAMP:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    body: list[str] = []
    for line in lines:
        if line.startswith("DTSTAMP:"):
            line = stamp
        elif line.startswith("STATUS:") and method == "CANCEL":
            line = "STATUS:CANCELLED"
        elif line.startswith("TRANSP:") and method == "CANCEL":
            line = "TRANSP:TRANSPARENT"
        body += [*people, line] if line == "END:VEVENT" else [line]
    return "".join(f"{folded(line)}\r\n" for line in [*head, *body, "END:VCALENDAR"]).encode()


def read_answer(content: bytes) -> Answer:
    """
    The answer in a calendar that came by mail.

    Rules of recurrence in it are never followed.

    Raises
    ------
    NoAnswer
        When it is none: another method, no entry or several, an attendee who is not one, no time of its own.
    """
    if len(content) > MOST_BYTES:
        raise NoAnswer("too large")
    try:
        return _read(cast("Any", Parsed.from_ical(content)))
    except NoAnswer:
        raise
    except Exception as error:  # the parser reads some values only when they are asked for
        raise NoAnswer("not a calendar") from error


def _read(calendar: Any) -> Answer:
    method = _text(calendar, "METHOD").upper()
    if sum(1 for _ in calendar.walk()) > MOST_COMPONENTS:
        raise NoAnswer("too many components")
    events = cast("list[Component]", calendar.walk("VEVENT"))
    if method not in ("REPLY", "COUNTER", "REFRESH"):
        raise NoAnswer("not an answer")
    uids = {_text(event, "UID") for event in events}
    if len(uids) != 1 or not all(uids):
        raise NoAnswer("one entry is expected")
    event = events[0]
    attendees = _attendees(event)
    if len(attendees) != 1:
        raise NoAnswer("one attendee is expected")
    address, said = attendees[0]
    stamp, start, end = (_moment(event, name) for name in ("DTSTAMP", "DTSTART", "DTEND"))
    if stamp is None:
        raise NoAnswer("no stamp")
    sequence = _text(event, "SEQUENCE") or "0"
    if not re.fullmatch(r"[0-9]{1,9}", sequence):
        raise NoAnswer("no sequence")
    both = method == "COUNTER" and start is not None and end is not None and start < end
    return Answer(
        method=method,
        uid=uids.pop(),
        attendee=address,
        said=said,
        sequence=int(sequence),
        stamp=stamp,
        start=start if both else None,
        end=end if both else None,
    )


def _attendees(event: Component) -> list[tuple[str, str]]:
    found: Any = event.get("ATTENDEE", [])
    rows = cast("list[Any]", found if isinstance(found, list) else [found])
    told: list[tuple[str, str]] = []
    for row in rows[:MOST_COMPONENTS]:
        address = unquote(str(row)[:LONGEST_VALUE])
        scheme, _, rest = address.partition(":")
        parameters: Any = getattr(row, "params", {})
        told.append((rest if scheme.lower() == "mailto" else address, str(parameters.get("PARTSTAT", "")).upper()))
    return told


def _moment(event: Component, name: str) -> datetime | None:
    """A point in time that has a zone, in UTC; None when there is no such one."""
    value: Any = getattr(event.get(name), "dt", None)
    if not isinstance(value, datetime) or value.tzinfo is None or not 1971 < value.year < 2190:
        return None
    return value.astimezone(UTC)


def _text(component: Component, name: str) -> str:
    value: Any = component.get(name, "")
    return str(value if not isinstance(value, list) else "").strip()[:LONGEST_VALUE]


def _mailto(address: str) -> str:
    return f"mailto:{quote(address, safe='@+!$*=-._~')}"
