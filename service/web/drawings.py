"""Drawings made by the server: the strip of a day, and the map of a day's rounds (no tile, no script, no style)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from markupsafe import Markup, escape

DAY_FROM, DAY_TO = 8 * 60, 20 * 60
MAP_WIDTH, MAP_HEIGHT, MARGIN = 338.0, 266.0, 34.0
LABEL_HEIGHT = 13.0
LETTER_WIDTH = 6.0


def strip(free: Sequence[tuple[int, int]], busy: Sequence[tuple[int, int]]) -> Markup:
    """8 h to 20 h as a line: pale where somebody is available, full where they are taken; minutes since midnight."""
    parts = [_bar("free", one) for one in free] + [_bar("busy", one) for one in busy]
    return Markup(  # noqa: S704  (numbers only)
        f'<svg class="avail" viewBox="0 0 {DAY_TO - DAY_FROM} 7" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false"><rect class="all" width="{DAY_TO - DAY_FROM}" height="7"/>{"".join(parts)}</svg>'
    )


def _bar(kind: str, span: tuple[int, int]) -> str:
    start, end = max(span[0], DAY_FROM), min(span[1], DAY_TO)
    return f'<rect class="{kind}" x="{start - DAY_FROM}" width="{end - start}" height="7"/>' if start < end else ""


HOURS_HEIGHT = 28


def hours(
    free: Sequence[tuple[int, int]],
    visits: Sequence[tuple[int, int]],
    others: Sequence[tuple[int, int]],
    ways: Sequence[tuple[int, int]],
) -> Markup:
    """
    8 h to 20 h of one helper, with a line at each hour; minutes since midnight. The list beside it says the same.

    Ways are hatched by the pattern `trajet`, which the page holds once (`hatching`).
    """
    parts = [_block("free", one, 0) for one in free] + [_block("way", one, 9) for one in ways]
    parts += [_block("other", one, 4) for one in others] + [_block("visit", one, 4) for one in visits]
    lines = "".join(f"M{minute} 0V{HOURS_HEIGHT}" for minute in range(60, DAY_TO - DAY_FROM, 60))
    return Markup(  # noqa: S704  (numbers only)
        f'<svg class="hours" viewBox="0 0 {DAY_TO - DAY_FROM} {HOURS_HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false"><rect class="all" width="{DAY_TO - DAY_FROM}" '
        f'height="{HOURS_HEIGHT}"/>{"".join(parts)}<path class="grid" d="{lines}"/></svg>'
    )


def _block(kind: str, span: tuple[int, int], inset: int) -> str:
    start, end = max(span[0], DAY_FROM), min(span[1], DAY_TO)
    if start >= end:
        return ""
    height = HOURS_HEIGHT - 2 * inset
    return f'<rect class="{kind}" x="{start - DAY_FROM}" y="{inset}" width="{end - start}" height="{height}"/>'


def hatching() -> Markup:
    """The pattern of ways, once on a page."""
    return Markup(
        '<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="trajet" '
        'width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0" class="hatch"/></pattern></defs></svg>'
    )


@dataclass(frozen=True)
class Area:
    """A neighbourhood on the map."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Stop:
    """One visit of a round; `label` says it in words, `href` leads to it."""

    lat: float
    lon: float
    number: int
    label: str
    href: str


@dataclass(frozen=True)
class Round:
    """Somebody's stops of a day in order, in their colour class."""

    color: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class _Frame:
    """From degrees to the drawing: as many kilometres up as across."""

    west: float
    north: float
    scale: float
    shrink: float
    left: float
    top: float

    @classmethod
    def around(cls, points: Sequence[tuple[float, float]]) -> _Frame:
        lats, lons = [lat for lat, _ in points] or [0.0], [lon for _, lon in points] or [0.0]
        shrink = cos(radians((min(lats) + max(lats)) / 2))
        across, up = (max(lons) - min(lons)) * shrink or 1e-6, (max(lats) - min(lats)) or 1e-6
        scale = min((MAP_WIDTH - 2 * MARGIN) / across, (MAP_HEIGHT - 2 * MARGIN) / up)
        return cls(
            min(lons),
            max(lats),
            scale,
            shrink,
            (MAP_WIDTH - across * scale) / 2,
            (MAP_HEIGHT - up * scale) / 2,
        )

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        return (
            round(self.left + (lon - self.west) * self.shrink * self.scale, 1),
            round(self.top + (self.north - lat) * self.scale, 1),
        )


def day_map(
    areas: Sequence[Area],
    rounds: Sequence[Round],
    title: str,
    borders: Sequence[Sequence[tuple[float, float]]] = (),
) -> Markup:
    """
    A drawing of the territory with the rounds of one day; the list beside it says the same in words.

    `borders` are lines of latitudes and longitudes. Names of areas that would cover another name or a stop are left
    out: those with a stop nearby come first.
    """
    stops = [(stop.lat, stop.lon) for one in rounds for stop in one.stops]
    limits = [point for line in borders for point in line]
    visited = [(area.lat, area.lon) for area in areas] + stops
    frame = _Frame.around(visited + limits)
    placed = _spread([frame.place(lat, lon) for lat, lon in stops])
    parts = [f'<rect class="land" width="{MAP_WIDTH:g}" height="{MAP_HEIGHT:g}"/>']
    for line in borders:
        points = " L".join(f"{x:g},{y:g}" for x, y in (frame.place(lat, lon) for lat, lon in line))
        parts.append(f'<path class="border" d="M{points}"/>')
    parts += _area_marks(areas, frame, placed)
    number = 0
    for one in rounds:
        points = placed[number : number + len(one.stops)]
        if len(points) > 1:
            path = " L".join(f"{x:g},{y:g}" for x, y in points)
            parts.append(f'<path class="route {one.color}" d="M{path}"/>')
        number += len(one.stops)
    number = 0
    for one in rounds:
        for stop in one.stops:
            x, y = placed[number]
            parts.append(
                f'<a class="mk {one.color}" href="{escape(stop.href)}" data-dialog="" '
                f'data-point="{stop.lat:g},{stop.lon:g}" aria-label="{escape(stop.label)}">'
                f'<circle cx="{x:g}" cy="{y:g}" r="12"/><text x="{x:g}" y="{y + 0.5:g}">{stop.number}</text></a>'
            )
            number += 1
    return Markup(  # noqa: S704  (every text is escaped above)
        f'<svg class="fond" viewBox="0 0 {MAP_WIDTH:g} {MAP_HEIGHT:g}" role="group" data-bounds="{_bounds(visited)}" '
        f'aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _bounds(points: Sequence[tuple[float, float]]) -> str:
    """South, west, north, east; empty without a point."""
    if not points:
        return ""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    return f"{min(lats):g},{min(lons):g},{max(lats):g},{max(lons):g}"


def _spread(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stops that would lie on each other stand side by side, in the same order each time."""
    placed: list[tuple[float, float]] = []
    for x, y in points:
        moved = (x, y)
        for step in range(60):
            moved = (round(x + (step % 5) * 13.0 - (13.0 if step % 2 else 0.0), 1), round(y + (step // 5) * 13.0, 1))
            moved = moved if step else (x, y)
            if all((moved[0] - a) ** 2 + (moved[1] - b) ** 2 >= 23.0**2 for a, b in placed):
                break
        placed.append((min(max(moved[0], 14.0), MAP_WIDTH - 14.0), min(max(moved[1], 14.0), MAP_HEIGHT - 14.0)))
    return placed


def _area_marks(areas: Sequence[Area], frame: _Frame, stops: Sequence[tuple[float, float]]) -> list[str]:
    taken = [(x - 13, y - 13, x + 13, y + 13) for x, y in stops]

    def near(area: Area) -> float:
        x, y = frame.place(area.lat, area.lon)
        return min(((x - a) ** 2 + (y - b) ** 2 for a, b in stops), default=0.0)

    dots, names = [], []
    for area in sorted(areas, key=lambda area: (near(area), area.name)):
        x, y = frame.place(area.lat, area.lon)
        dots.append(f'<circle class="pdot" cx="{x:g}" cy="{y:g}" r="2.5"/>')
        half = len(area.name) * LETTER_WIDTH / 2
        for below in (17.0, -7.0, 30.0, -20.0):
            left = min(max(x, half + 2), MAP_WIDTH - half - 2)
            box = (left - half, y + below - 10, left + half, y + below - 10 + LABEL_HEIGHT)
            inside = box[1] >= 0 and box[3] <= MAP_HEIGHT
            if inside and not any(box[0] < c and a < box[2] and box[1] < d and b < box[3] for a, b, c, d in taken):
                taken.append(box)
                names.append(
                    f'<text class="plc" x="{left:g}" y="{y + below:g}" text-anchor="middle">{escape(area.name)}</text>'
                )
                break
    return dots + names


def bar(parts: Sequence[tuple[str, int]], longest: int) -> Markup:
    """
    A horizontal bar in parts, each with its class; `longest` is the figure that fills the whole width.

    The figures stand beside it as text: whoever does not see the bar misses nothing.
    """
    left, pieces = 0, list[str]()
    for kind, figure in parts:
        if figure:
            pieces.append(f'<rect class="{kind}" x="{left}" width="{figure}" height="10"/>')
            left += figure
    return Markup(  # noqa: S704  (numbers and our own classes only)
        f'<svg class="figure" viewBox="0 0 {max(longest, left, 1)} 10" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false">{"".join(pieces)}</svg>'
    )
