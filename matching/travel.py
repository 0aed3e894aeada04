"""Road distance and travel time without any outside service (`domain.md`, section 6)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


@dataclass(frozen=True)
class Point:
    """WGS84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True)
class Mode:
    """A way to travel: minutes lost at each trip, and speed on the road in km/h."""

    overhead_minutes: int
    km_per_hour: float


MODES: Mapping[str, Mode] = {
    "walk": Mode(0, 4.5),
    "bike": Mode(3, 14.0),
    "bus": Mode(10, 18.0),
    "car": Mode(5, 30.0),
}


@dataclass(frozen=True)
class Travel:
    """The formula of section 6; a network may change its values."""

    detour: float = 1.3
    modes: Mapping[str, Mode] = field(default_factory=lambda: dict(MODES))

    def road_km(self, a: Point, b: Point) -> float:
        """Great circle times the detour."""
        return self.detour * great_circle_km(a, b)

    def minutes(self, mode: str, a: Point, b: Point) -> int:
        """Whole minutes, rounded up; 0 at the same spot."""
        return 0 if a == b else _lasts(self.modes[mode], self.road_km(a, b))

    def between(self, points: Sequence[Point]) -> dict[str, tuple[tuple[int, ...], ...]]:
        """`minutes` between all points, by mode; each road is measured once for all modes and both ways."""
        found = {mode: [[0] * len(points) for _ in points] for mode in self.modes}
        for row, one in enumerate(points):
            for column, other in enumerate(points[:row]):
                if one == other:
                    continue
                km = self.road_km(one, other)
                for mode, how in self.modes.items():
                    found[mode][row][column] = found[mode][column][row] = _lasts(how, km)
        return {mode: tuple(map(tuple, rows)) for mode, rows in found.items()}


def _lasts(how: Mode, km: float) -> int:
    # Rounding to 1e-9 keeps a product such as 12.000000000000002 from becoming 13.
    return math.ceil(round(how.overhead_minutes + 60 * km / how.km_per_hour, 9))


def great_circle_km(a: Point, b: Point) -> float:
    """Haversine formula."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
