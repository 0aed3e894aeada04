"""Positions: present, the right way round, and in the territory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from matching.travel import Point, great_circle_km
from service.imports.files import FILES
from service.imports.findings import Findings
from service.imports.merged import Merged

FARTHEST_KM = 40.0
STAND_INS = {
    "persons": ("neighbourhood_id", "meeting_place_id"),
    "peer_helpers": ("neighbourhood_id",),
    "places": ("neighbourhood_id",),
}
"""Files whose rows must be somewhere, and the columns that stand in for a position."""


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


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else Point(lat, lon)


CHECKS: tuple[Callable[[Merged, Findings, date], None], ...] = (positions,)
