"""Real streets of a small town: over the river by the footpath, by the bridge, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from matching.travel import MODES
from matching.travel_table import Table
from service import street_child
from service.street_child import Deadline, NoStreets
from tests.town import (
    FAR_AWAY,
    ISLAND,
    ITS_OTHER_END,
    NORTH,
    NORTH_EAST,
    NORTH_WEST,
    SOUTH,
    SOUTH_EAST,
    SOUTH_WEST,
)

PLACES = (FAR_AWAY, SOUTH_WEST, SOUTH, SOUTH_EAST, NORTH_WEST, NORTH, NORTH_EAST, ISLAND, ITS_OTHER_END)


@pytest.fixture(scope="session")
def seconds(town: Path) -> dict[str, Table]:
    tables = {mode: Table(PLACES) for mode in ("walk", "bike", "car")}
    street_child.fill(town, tables, MODES, Deadline())
    return tables


def seconds_of(seconds: dict[str, Table], mode: str, origin: str, target: str) -> int:
    found = seconds[mode].get(origin, target)
    assert found is not None
    return found


def test_who_walks_takes_the_footpath(seconds: dict[str, Table]):
    """About 445 m at 4.5 km/h: six minutes."""
    assert 340 <= seconds_of(seconds, "walk", SOUTH, NORTH) <= 370


def test_a_car_goes_round_by_the_bridge(seconds: dict[str, Table]):
    by_the_bridge = sum(
        seconds_of(seconds, "car", *way) for way in ((NORTH, NORTH_EAST), (NORTH_EAST, SOUTH_EAST), (SOUTH_EAST, SOUTH))
    )

    assert seconds_of(seconds, "car", NORTH, SOUTH) == pytest.approx(by_the_bridge, abs=5)
    assert seconds_of(seconds, "car", NORTH, SOUTH) > 3 * seconds_of(seconds, "car", NORTH, NORTH_WEST)


def test_a_one_way_street_makes_the_way_back_longer(seconds: dict[str, Table]):
    there, back = (seconds_of(seconds, "car", *way) for way in ((SOUTH_WEST, NORTH_WEST), (NORTH_WEST, SOUTH_WEST)))

    assert back > 3 * there
    assert seconds["walk"].get(SOUTH_WEST, NORTH_WEST) == seconds["walk"].get(NORTH_WEST, SOUTH_WEST)


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
def test_no_street_leads_to_the_island_or_out_of_the_map(seconds: dict[str, Table], mode: str):
    table = seconds[mode]

    assert seconds_of(seconds, mode, ISLAND, ITS_OTHER_END) > 0
    for outside, inside in ((ISLAND, SOUTH), (FAR_AWAY, SOUTH), (FAR_AWAY, ISLAND)):
        assert (table.get(outside, inside), table.get(inside, outside)) == (None, None)
    assert all(table.unknown(place) == () for place in PLACES)


def test_only_the_ways_of_a_new_place_are_asked_for(town: Path, seconds: dict[str, Table]):
    known = [f"50.610,5.{500 + number}" for number in range(25)]
    walk = {"walk": Table(known)}
    street_child.fill(town, walk, MODES, Deadline())
    grown = {"walk": walk["walk"].over([*known, FAR_AWAY, NORTH])}
    asked: list[int] = []
    street_child.fill(town, grown, MODES, Deadline(), asked.append)

    assert asked == [1 * 26, 25 * 1]
    assert grown["walk"].get(NORTH, SOUTH) == seconds["walk"].get(NORTH, SOUTH)
    assert grown["walk"].get(SOUTH, NORTH) == seconds["walk"].get(SOUTH, NORTH)
    assert {grown["walk"].get(place, FAR_AWAY) for place in known} == {None}


def test_who_walks_more_slowly_takes_longer(town: Path, seconds: dict[str, Table]):
    slow = {"walk": Table((SOUTH, NORTH))}
    street_child.fill(town, slow, {**MODES, "walk": MODES["walk"].__class__(0, 3.0)}, Deadline())

    assert slow["walk"].get(SOUTH, NORTH) == pytest.approx(1.5 * seconds_of(seconds, "walk", SOUTH, NORTH), abs=2)


@pytest.mark.parametrize("allowed", [0.0, 0.001])
def test_streets_that_take_too_long_are_given_up(town: Path, allowed: float):
    tables = {"walk": Table((SOUTH, NORTH))}
    with pytest.raises(NoStreets):
        street_child.fill(town, tables, MODES, Deadline.within(allowed))

    assert tables["walk"].unknown(SOUTH) == (SOUTH, NORTH)


def test_a_program_that_fails_is_given_up(town: Path, tmp_path: Path):
    broken = shutil.copytree(town, tmp_path / "streets")
    shutil.rmtree(broken / street_child.TILES)
    tables = {"walk": Table((SOUTH, NORTH))}
    with pytest.raises(NoStreets):
        street_child.fill(broken, tables, MODES, Deadline())

    assert tables["walk"].unknown(SOUTH) == (SOUTH, NORTH)


def test_nothing_is_asked_when_all_is_known(town: Path, tmp_path: Path, seconds: dict[str, Table]):
    street_child.fill(tmp_path, seconds, MODES, Deadline.within(0))
