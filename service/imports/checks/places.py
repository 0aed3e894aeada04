"""Positions: present, the right way round, and in the territory; regions: known to the calendar of holidays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from calendars.holidays import subdivision
from locales import N_
from matching.travel import Point, great_circle_km
from service.imports.files import FILES
from service.imports.findings import Findings
from service.imports.merged import Entry, Merged

FARTHEST_KM = 40.0
STAND_INS = {
    "persons": ("neighbourhood_id", "meeting_place_id"),
    "peer_helpers": ("neighbourhood_id",),
    "places": ("neighbourhood_id",),
}
"""Files whose rows must be somewhere, and the columns that stand in for a position."""


PART_OF_FRANCE = N_("un département ou une région, par exemple Moselle, Guadeloupe ou FR-974")
OWN_REGION = N_("la région ou la référence du territoire, ou une partie de la France qui a ses propres jours fériés")


def positions(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_COORDINATES, COORDINATES_SWAPPED, COORDINATES_OUTSIDE_TERRITORY."""
    centre = next((_point(entry.values["lat"], entry.values["lon"]) for entry in merged.all("territory")), None)
    for file in FILES:
        if not file.latitude:
            continue
        for entry in merged.sound(file.name, findings):
            if not entry.line:
                continue
            point = _point(entry.values[file.latitude], entry.values[file.longitude])
            if point is None:
                stand_ins = STAND_INS.get(file.name, ())
                half = entry.values[file.latitude] is not None or entry.values[file.longitude] is not None
                if stand_ins or half:
                    known = not half and any(entry.values[name] for name in stand_ins)
                    severity = "warning" if known else "error"
                    merged.say(findings, entry, file.latitude, "MISSING_COORDINATES", severity=severity)
            elif centre is not None and great_circle_km(centre, point) > FARTHEST_KM:
                turned = Point(point.lon, point.lat)
                if abs(turned.lat) <= 90 and great_circle_km(centre, turned) <= FARTHEST_KM:
                    merged.say(findings, entry, file.latitude, "COORDINATES_SWAPPED")
                else:
                    km = f"{great_circle_km(centre, point):.0f}"
                    merged.say(findings, entry, file.latitude, "COORDINATES_OUTSIDE_TERRITORY", km=km)


def regions(merged: Merged, findings: Findings, today: date) -> None:
    """UNKNOWN_CODE, as a warning: a region whose public holidays nobody knows."""
    territories = [entry for entry in merged.all("territory") if entry.values["country"]]
    for entry in territories:
        if subdivision(entry.values["country"], entry.values["region"] or "") is None:
            _unknown_region(merged, findings, entry, PART_OF_FRANCE)
    words = {str(entry.values[name]).casefold() for entry in territories for name in ("territory_id", "region")}
    for entry in merged.sound("public_holidays", findings):
        region = entry.values["region"]
        if region and region.casefold() not in words and not subdivision(entry.values["country"], region):
            _unknown_region(merged, findings, entry, OWN_REGION)


def _unknown_region(merged: Merged, findings: Findings, entry: Entry, allowed: str) -> None:
    value = entry.values["region"][:60]
    merged.say(findings, entry, "region", "UNKNOWN_CODE", severity="warning", value=value, allowed=allowed)


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else Point(lat, lon)


CHECKS: tuple[Callable[[Merged, Findings, date], None], ...] = (positions, regions)
