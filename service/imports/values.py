"""One cell: its text to a value and back, as each kind of column wants it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from calendars import timezones
from calendars.recurrence import read_rule
from locales import N_
from service.imports.columns import Column

Say = Callable[..., None]
"""Adds a finding on this cell: its code, then its facts."""

SIGN_LANGUAGES = frozenset({"sfb", "vgt", "fsl", "gsg", "dse", "bfi"})
"""French Belgian, Flemish, French, German, Dutch and British Sign Language, which babel's list lacks."""
LANGUAGES = frozenset(Locale("en").languages) | SIGN_LANGUAGES
ZONES = tuple(sorted(timezones.ZONES))
"""A territory has one of these clocks: feeds can tell no other."""

_LIVE = re.compile("'*[=+\\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20\uff5c\uff05]")
_ID = re.compile(r"\w[\w.\-]{0,63}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FRENCH_DATE = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_TIME = re.compile(r"([0-9]{1,2})(?:\s?[hH]\s?([0-9]{2})?|:([0-9]{2})(?::00)?)")
_PHONE = re.compile(r"\+[0-9 ()./\-]{6,}")
_UID = re.compile(r"[\w.@+\-]{1,200}")
_QUARTER = re.compile(r"[0-9]{4}-Q[1-4]")
_RRULE = re.compile(
    r"FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;(?:INTERVAL|COUNT|BYDAY|BYMONTH|BYMONTHDAY|UNTIL)=[0-9A-Z,\-]+)*"
)
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]|\u00e2\u20ac|\ufffd|\u00ef\u00bb\u00bf"
)
_TRUE, _FALSE = ("true", "vrai", "waar", "wahr"), ("false", "faux", "onwaar", "falsch")
FIRST_YEAR, LAST_YEAR = 1900, 2100


def neutralised(cell: str) -> str:
    """The cell as a spreadsheet may open it: no live formula (`security.md` H3)."""
    return f"'{cell}" if _LIVE.match(cell) else cell


def restored(cell: str) -> str:
    """What `neutralised` was given."""
    return cell[1:] if cell.startswith("'") and _LIVE.match(cell) else cell


def is_live(cell: str) -> bool:
    """A spreadsheet would take the cell for a formula."""
    return bool(_LIVE.match(cell)) and not cell.startswith("'")


def local_instant(day: date, minute: int, zone: ZoneInfo) -> datetime | None:
    """The UTC instant of a local time; None in the hour that spring skips. In autumn's double hour the first counts."""
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == local else None


class Cells:
    """Reads and writes cells of a territory; `themes` are the codes known, `zone` its clock."""

    def __init__(self, themes: frozenset[str], zone: ZoneInfo) -> None:
        self.themes = themes
        self.zone = zone

    def read(self, column: Column, cell: str, say: Say) -> Any:
        """The value of a cell, None after a finding of severity error; `column.empty` when there is none."""
        cell = self._plain(column, cell, say)
        if not cell.strip():
            if column.filled:
                say("MISSING_VALUE")
            return column.empty
        reader = getattr(self, f"_read_{column.kind}")
        return reader(column, cell if column.kind == "text" else cell.strip(), say)

    def write(self, column: Column, value: Any) -> str:
        """The text of a value, as `read` takes it."""
        if value is None or value == "" or (isinstance(value, list | tuple) and not value):
            return ""
        writer = getattr(self, f"_write_{column.kind}", None)
        return str(value) if writer is None else writer(value)

    def _plain(self, column: Column, cell: str, say: Say) -> str:
        whole = restored(cell)
        is_number = column.name == "phone" and _PHONE.fullmatch(cell.strip())
        if column.kind == "text" and is_live(cell) and not is_number:
            say("FORMULA_INJECTION", value=_short(cell))
        if not whole.isascii() and _MOJIBAKE.search(whole):
            say("MOJIBAKE", value=_short(whole))
        return whole

    def _read_text(self, column: Column, cell: str, say: Say) -> str | None:
        if column.high is not None and len(cell) > column.high:
            return say("OUT_OF_RANGE", value=_short(cell), allowed=f"≤ {column.high:g}")
        return cell

    def _read_texts(self, column: Column, cell: str, say: Say) -> tuple[str, ...]:
        return _parts(cell)

    def _read_id(self, column: Column, cell: str, say: Say) -> str | None:
        # Ids become names of files and addresses: letters, figures, points and hyphens only.
        if not _ID.fullmatch(cell):
            return say("OUT_OF_RANGE", value=_short(cell), allowed=N_("lettres, chiffres, points et traits d’union"))
        return cell

    def _read_ref(self, column: Column, cell: str, say: Say) -> str:
        return cell

    def _read_refs(self, column: Column, cell: str, say: Say) -> tuple[str, ...]:
        return _parts(cell)

    def _read_members(self, column: Column, cell: str, say: Say) -> tuple[str, ...] | None:
        """`type:id` pairs."""
        parts = _parts(cell)
        for part in parts:
            if part.partition(":")[0] not in ("professional", "peer_helper", "person"):
                return say("UNKNOWN_CODE", value=_short(part), allowed="professional:, peer_helper:, person:")
        return parts

    def _read_signatures(self, column: Column, cell: str, say: Say) -> tuple[str, ...] | None:
        """`organisation:date` pairs."""
        parts = _parts(cell)
        for part in parts:
            if _day(part.partition(":")[2]) is None:
                return say("BAD_DATE", value=_short(part))
        return parts

    def _read_code(self, column: Column, cell: str, say: Say) -> str | None:
        found = column.also.get(cell, cell)
        if found not in column.codes:
            return say("UNKNOWN_CODE", value=_short(cell), allowed=", ".join(column.codes))
        return found

    def _read_codes(self, column: Column, cell: str, say: Say) -> tuple[str, ...]:
        parts = _parts(cell)
        for part in parts:
            if part not in column.codes:
                say(
                    "UNKNOWN_CODE",
                    severity="warning" if column.open_list else None,
                    value=_short(part),
                    allowed=", ".join(column.codes),
                )
        return parts

    def _read_theme(self, column: Column, cell: str, say: Say) -> str:
        if cell not in self.themes:
            say("UNKNOWN_THEME", value=_short(cell))
        return cell

    def _read_themes(self, column: Column, cell: str, say: Say) -> tuple[str, ...]:
        return tuple(self._read_theme(column, part, say) for part in _parts(cell))

    def _read_languages(self, column: Column, cell: str, say: Say) -> tuple[str, ...]:
        parts = _parts(cell)
        for part in parts:
            if part.partition("-")[0] not in LANGUAGES:
                say("UNKNOWN_LANGUAGE", value=_short(part))
        return parts

    def _read_zone(self, column: Column, cell: str, say: Say) -> str | None:
        if cell not in ZONES:
            return say("UNKNOWN_CODE", value=_short(cell), allowed=", ".join(ZONES))
        return cell

    def _read_bool(self, column: Column, cell: str, say: Say) -> bool | None:
        word = cell.casefold()
        if word not in _TRUE + _FALSE:
            return say("UNKNOWN_CODE", value=_short(cell), allowed="true, false")
        return word in _TRUE

    def _read_number(self, column: Column, cell: str, say: Say) -> float | None:
        if not _NUMBER.fullmatch(cell):
            return say("BAD_NUMBER", value=_short(cell))
        if "," in cell:
            say("DECIMAL_COMMA")
        value = float(cell.replace(",", "."))
        low, high = column.low, column.high
        if (low is not None and value < low) or (high is not None and value > high):
            allowed = "–".join(f"{end:g}" for end in (low, high) if end is not None)
            return say("OUT_OF_RANGE", value=_short(cell), allowed=allowed)
        return value

    def _read_int(self, column: Column, cell: str, say: Say) -> int | None:
        value = self._read_number(column, cell, say)
        if value is not None and value != int(value):
            return say("BAD_NUMBER", value=_short(cell))
        return None if value is None else int(value)

    def _read_hours(self, column: Column, cell: str, say: Say) -> int | None:
        """Hours in the file, minutes in the record."""
        value = self._read_number(column, cell, say)
        return None if value is None else round(value * 60)

    def _read_weekday(self, column: Column, cell: str, say: Say) -> int | None:
        return int(cell) if cell in tuple("1234567") else say("BAD_WEEKDAY", value=_short(cell))

    def _read_date(self, column: Column, cell: str, say: Say) -> date | None:
        cell = re.sub(r"[ T]00:00(:00)?$", "", cell)
        french = _FRENCH_DATE.fullmatch(cell)
        value = _day(cell)
        if value is None:
            return say("BAD_DATE", value=_short(cell))
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            return say("OUT_OF_RANGE", value=_short(cell), allowed=f"{FIRST_YEAR}–{LAST_YEAR}")
        if french:
            say("DATE_FORMAT")
            if value.day <= 12 and value.day != value.month:
                say("AMBIGUOUS_DATE", value=cell, read=value.isoformat())
        return value

    def _read_time(self, column: Column, cell: str, say: Say) -> int | None:
        found = _TIME.fullmatch(cell)
        if not found:
            return say("BAD_TIME", value=_short(cell))
        minute = int(found[1]) * 60 + int(found[2] or found[3] or 0)
        if int(found[2] or found[3] or 0) > 59 or minute > (1439 if column.high is None else column.high):
            return say("BAD_TIME", value=_short(cell))
        if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", cell):
            say("TIME_FORMAT")
        return minute

    def _read_moment(self, column: Column, cell: str, say: Say) -> datetime | None:
        """A local time of the territory."""
        day_part, _, hour_part = cell.replace("T", " ", 1).partition(" ")
        found = self._read_date(column, day_part, say)
        if found is None:
            return None
        minute = self._read_time(Column(column.name, "time", high=1440), hour_part.strip(), say)
        if minute is None:
            return None
        instant = local_instant(found, minute, self.zone)
        return instant if instant is not None else say("BAD_TIME", value=_short(cell))

    def _read_instant(self, column: Column, cell: str, say: Say) -> datetime | None:
        """A point in time with its zone, as an export writes it."""
        try:
            found = datetime.fromisoformat(cell)
        except ValueError:
            return say("BAD_DATE", value=_short(cell))
        if found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            return say("BAD_DATE", value=_short(cell))
        return found.astimezone(UTC)

    def _read_quarter(self, column: Column, cell: str, say: Say) -> str | None:
        return cell if _QUARTER.fullmatch(cell) else say("BAD_DATE", value=_short(cell))

    def _read_rrule(self, column: Column, cell: str, say: Say) -> str | None:
        allowed = "FREQ=DAILY, WEEKLY, MONTHLY, YEARLY"
        if len(cell) > 500 or not _RRULE.fullmatch(cell):
            return say("UNKNOWN_CODE", value=_short(cell), allowed=allowed)
        try:
            read_rule(cell)
        except ValueError:
            return say("UNKNOWN_CODE", value=_short(cell), allowed=allowed)
        return cell

    def _read_uid(self, column: Column, cell: str, say: Say) -> str | None:
        if not _UID.fullmatch(cell):
            return say("OUT_OF_RANGE", value=_short(cell), allowed=N_("lettres, chiffres, points et traits d’union"))
        return cell

    def _write_bool(self, value: bool) -> str:
        return "true" if value else "false"

    def _write_number(self, value: float) -> str:
        return format(Decimal(repr(value)).normalize(), "f")

    def _write_hours(self, value: int) -> str:
        return self._write_number(round(value / 60, 6))

    def _write_date(self, value: date) -> str:
        return value.isoformat()

    def _write_time(self, value: int) -> str:
        return f"{value // 60:02}:{value % 60:02}"

    def _write_moment(self, value: datetime) -> str:
        return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    def _write_instant(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat()

    def _write_list(self, value: tuple[str, ...] | list[str]) -> str:
        return "|".join(value)

    _write_refs = _write_members = _write_signatures = _write_codes = _write_themes = _write_languages = _write_list
    _write_texts = _write_list


def _day(text: str) -> date | None:
    found = _ISO_DATE.fullmatch(text)
    french = _FRENCH_DATE.fullmatch(text)
    if found:
        year, month, day = found.groups()
    elif french:
        day, month, year = french.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
