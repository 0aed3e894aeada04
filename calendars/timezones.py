"""
VTIMEZONE of the zones in use, as rules from 1970.

Our own, because `icalendar` writes every change of clock as an RDATE: Outlook ignores those and shows summer visits one
hour off. One STANDARD and one DAYLIGHT with an RRULE are what every client reads. The list is closed; a test holds it
against `zoneinfo` over 20 years, so a change of law turns it red.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Season:
    """
    One side of the year.

    Parameters
    ----------
    name
        TZNAME.
    offset
        Minutes east of UTC.
    since
        First change to it since 1970, local time before the change.
    rule
        RRULE of the changes; empty where the clock never changes.
    """

    name: str
    offset: int
    since: str = "19700101T000000"
    rule: str = ""


@dataclass(frozen=True)
class Zone:
    standard: Season
    summer: Season | None = None

    def lines(self, tzid: str) -> list[str]:
        """The component's content lines, unfolded."""
        found = ["BEGIN:VTIMEZONE", f"TZID:{tzid}"]
        if self.summer:
            found += _season("DAYLIGHT", self.summer, before=self.standard)
        found += _season("STANDARD", self.standard, before=self.summer or self.standard)
        return [*found, "END:VTIMEZONE"]


_SUMMER_EU = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"
_WINTER_EU = "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"
_CENTRAL_EUROPE = Zone(
    Season("CET", 60, "19701025T030000", _WINTER_EU),
    Season("CEST", 120, "19700329T020000", _SUMMER_EU),
)
ZONES = {
    "America/Cayenne": Zone(Season("-03", -180)),
    "America/Guadeloupe": Zone(Season("AST", -240)),
    "America/Marigot": Zone(Season("AST", -240)),
    "America/Martinique": Zone(Season("AST", -240)),
    "America/Miquelon": Zone(
        Season("-03", -180, "19701101T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
        Season("-02", -120, "19700308T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
    ),
    "America/St_Barthelemy": Zone(Season("AST", -240)),
    "Europe/Brussels": _CENTRAL_EUROPE,
    "Europe/Paris": _CENTRAL_EUROPE,
    "Indian/Mayotte": Zone(Season("EAT", 180)),
    "Indian/Reunion": Zone(Season("+04", 240)),
    "Pacific/Gambier": Zone(Season("-09", -540)),
    "Pacific/Marquesas": Zone(Season("-0930", -570)),
    "Pacific/Noumea": Zone(Season("+11", 660)),
    "Pacific/Tahiti": Zone(Season("-10", -600)),
    "Pacific/Wallis": Zone(Season("+12", 720)),
}
"""Belgium, France and the French overseas zones."""


def vtimezone(tzid: str) -> list[str]:
    """
    The content lines of a zone's VTIMEZONE.

    Raises
    ------
    ValueError
        When the zone is not on the list.
    """
    if tzid not in ZONES:
        raise ValueError(f"{tzid} is not among the zones of this service")
    return ZONES[tzid].lines(tzid)


def _season(kind: str, season: Season, *, before: Season) -> list[str]:
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{season.since}",
        *([f"RRULE:{season.rule}"] if season.rule else []),
        f"TZNAME:{season.name}",
        f"TZOFFSETFROM:{_offset(before.offset)}",
        f"TZOFFSETTO:{_offset(season.offset)}",
        f"END:{kind}",
    ]


def _offset(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"
