"""Travel times by the formula."""

from __future__ import annotations

from matching.travel import Point, Travel

POINTS = [Point(50.61, 5.5), Point(50.583, 5.501), Point(50.61, 5.5), Point(50.7, 5.44), Point(50.612, 5.498)]


def test_all_ways_at_once_are_those_asked_one_by_one():
    formula = Travel(detour=1.4)
    found = formula.between(POINTS)

    assert found.keys() == formula.modes.keys()
    for mode, rows in found.items():
        assert rows == tuple(tuple(formula.minutes(mode, one, other) for other in POINTS) for one in POINTS)
