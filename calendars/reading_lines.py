"""
A foreign calendar from bytes to components and properties (RFC 5545, 3.1 and 3.4 to 3.6).

`icalendar` takes the content lines apart. Its parser of whole files is not used: it looks up zones in caches that live
as long as the process, takes a folder such as `Europe` for a zone, drops what it cannot read without a word, and takes
apart every line of every description. Here only the lines that say when somebody is taken are looked at.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from icalendar.parser import Contentline

MOST_BYTES = 10 << 20
MOST_COMPONENTS = 5000
"""Directly inside calendars; alarms and the seasons of a zone are parts of them."""
DEEPEST = 4
LONGEST_LINE = 1 << 20
"""Characters of a line that is looked at: 60,000 dates."""

_NAME = re.compile(r"\s*([A-Za-z0-9-]+)\s*[;:]")
_LOOKED_AT = frozenset(
    (
        "DTEND",
        "DTSTAMP",
        "DTSTART",
        "DURATION",
        "EXDATE",
        "EXRULE",
        "FREEBUSY",
        "METHOD",
        "RDATE",
        "RECURRENCE-ID",
        "RRULE",
        "SEQUENCE",
        "STATUS",
        "TRANSP",
        "TZID",
        "TZOFFSETFROM",
        "TZOFFSETTO",
        "UID",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-WR-TIMEZONE",
    )
)


class Unreadable(Exception):
    """
    A calendar that is refused as a whole.

    `code` says why. What stood in the file is told to nobody.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Property:
    """A content line taken apart: names of parameters in capitals, the value as it stands."""

    value: str
    parameters: dict[str, str]


@dataclass
class Component:
    """`VEVENT`, `VTIMEZONE`…, with what is looked at in it, in the order of the file."""

    name: str
    properties: dict[str, list[Property]] = field(default_factory=dict[str, list[Property]])
    parts: list[Component] = field(default_factory=list["Component"])

    def first(self, name: str) -> Property | None:
        found = self.properties.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """A value of few words, without blanks around it; empty when it is not there."""
        found = self.first(name)
        return found.value.strip() if found else ""

    def every(self, name: str) -> list[Property]:
        return self.properties.get(name, [])


def read_components(content: bytes) -> list[Component]:
    """
    The calendars of a file.

    Raises
    ------
    Unreadable
        TOO_LARGE, NOT_A_CALENDAR, BROKEN (it stops in the middle, or something inside ends that never began),
        TOO_MANY.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("TOO_LARGE")
    calendars: list[Component] = []
    inside: list[Component] = []
    count = 0
    for line in _lines(_text(content)):
        word = line.strip().upper() if line[:7].lstrip().upper().startswith(("BEGIN:", "END:")) else ""
        if not calendars and not inside and word != "BEGIN:VCALENDAR":
            raise Unreadable("NOT_A_CALENDAR")
        if word.startswith("BEGIN:"):
            component = Component(word.removeprefix("BEGIN:"))
            if (component.name == "VCALENDAR") == bool(inside) or len(inside) == DEEPEST:
                raise Unreadable("BROKEN")
            (inside[-1].parts if inside else calendars).append(component)
            count += len(inside) == 1
            if count > MOST_COMPONENTS:
                raise Unreadable("TOO_MANY")
            inside.append(component)
        elif word:
            if not inside or inside.pop().name != word.removeprefix("END:"):
                raise Unreadable("BROKEN")
        elif inside:
            _take(line, inside[-1])
    if not calendars:
        raise Unreadable("NOT_A_CALENDAR")
    if inside:
        raise Unreadable("BROKEN")
    return calendars


def _take(line: str, component: Component) -> None:
    found = _NAME.match(line)
    name = found[1].upper() if found else ""
    if name not in _LOOKED_AT:
        return
    if len(line) > LONGEST_LINE:
        raise Unreadable("TOO_MANY")
    try:
        _, parameters, value = Contentline(line).raw_parts()
    except ValueError as error:
        raise Unreadable("BROKEN") from error
    given = {
        key.upper(): ",".join(said) if isinstance(said, list) else said
        for key, said in cast("Mapping[str, str | list[str]]", parameters).items()
    }
    if "TZID" in given and ":" in value:  # a name with a colon (`tzone://Microsoft/Utc`) that nobody quoted
        rest, _, value = value.rpartition(":")
        given["TZID"] += f":{rest}"
    component.properties.setdefault(name, []).append(Property(value, given))


def _text(content: bytes) -> str:
    """Characters, with one kind of line end and without folds."""
    for mark, coding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"B\0E\0", "utf-16-le"),  # without a mark
        (b"\0B\0E", "utf-16-be"),
    ):
        if content.startswith(mark):
            text = content.decode(coding, errors="replace").removeprefix("\ufeff")
            content = text.encode(errors="replace")  # halves of a pair become question marks
            break
    content = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Before decoding: some programs fold inside a character.
    content = content.replace(b"\n ", b"").replace(b"\n\t", b"")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # Latin-1 as Windows writes it


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.split("\n") if line.strip())
