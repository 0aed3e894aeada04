"""Small maps of their own, as extracts that Valhalla builds from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

MAP_DAY = datetime(2026, 11, 2, 12, tzinfo=UTC)

SOUTH_WEST, SOUTH, SOUTH_EAST = "50.610,5.500", "50.610,5.504", "50.610,5.520"
NORTH_WEST, NORTH, NORTH_EAST = "50.614,5.500", "50.614,5.504", "50.614,5.520"
ISLAND, ITS_OTHER_END = "50.630,5.551", "50.630,5.553"
FAR_AWAY = "51.000,6.000"
"""Far from every street of the town."""

TOWN: tuple[tuple[Mapping[str, str], tuple[str, ...]], ...] = (
    ({"highway": "residential"}, (SOUTH_WEST, SOUTH, SOUTH_EAST)),
    ({"highway": "residential"}, (NORTH_WEST, NORTH, NORTH_EAST)),
    ({"highway": "secondary", "bridge": "yes"}, (SOUTH_EAST, NORTH_EAST)),
    ({"highway": "footway", "bridge": "yes"}, (SOUTH, NORTH)),
    ({"highway": "residential", "oneway": "yes"}, (SOUTH_WEST, NORTH_WEST)),
    ({"highway": "residential"}, (ISLAND, ITS_OTHER_END)),
)
"""
A river runs between south and north: cars cross it by the bridge in the east, or northwards by the one-way street in
the west; a footpath crosses it in the middle. No street leads to the island.
"""


def write_map(path: Path, streets: Iterable[tuple[Mapping[str, str], tuple[str, ...]]] = TOWN) -> Path:
    """An extract with these streets, each by its tags and the points that it joins."""
    ways = list(streets)
    ids = {point: number for number, point in enumerate(dict.fromkeys(p for _, points in ways for p in points), 1)}
    with osmium.SimpleWriter(str(path)) as writer:
        for point, number in ids.items():
            lat, lon = map(float, point.split(","))
            writer.add_node(Node(id=number, version=1, location=(lon, lat)))
        for number, (tags, points) in enumerate(ways, 1):
            writer.add_way(Way(id=number, version=1, tags=dict(tags), nodes=[ids[point] for point in points]))
    os.utime(path, (MAP_DAY.timestamp(), MAP_DAY.timestamp()))
    return path
