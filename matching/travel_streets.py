"""
What to ask of Valhalla, and what its answers mean: seconds on the streets and paths of a map.

Plain values in and out; who starts its programs is `service/street_child.py`. Public transport stays with the formula:
a map knows no timetable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from matching.travel import Mode
from matching.travel_table import NO_WAY, Table

PROFILES: Mapping[str, str] = {"walk": "pedestrian", "bike": "bicycle", "car": "auto"}
"""Profile of Valhalla by mode."""
NEAREST_STREET_METRES = 1000
"""Farther from every street of the map a place has no way."""
SEARCHES_AT_A_TIME = 25
"""So many sources to all targets are one request: work that is done stays done when the next one fails."""
MAX_PAIRS = 1_000_000
MAX_MATRIX_METRES = 500_000.0
"""Two places of one territory are never farther apart; a request with such a pair is refused as a whole."""
SNAPPING: Mapping[str, object] = {
    "radius": 0,
    "minimum_reachability": 50,
    "search_cutoff": NEAREST_STREET_METRES,
    "node_snap_tolerance": 5,
    "street_side_tolerance": 5,
    "street_side_max_distance": 1000,
    "heading_tolerance": 60,
    "mvt_min_zoom_road_class": [7, 7, 8, 11, 11, 12, 13, 14],
    "mvt_cache_min_zoom": 11,
}
"""How a place finds its street; Valhalla's own values but for the cutoff (its own is 35 km)."""
OTHER_LIMITS: Mapping[str, object] = {
    "isochrone": {
        "max_contours": 4,
        "max_time_contour": 120,
        "max_distance_contour": 200,
        "max_locations": 1,
        "max_distance": 25_000.0,
    },
    "trace": {
        "max_shape": 16_000,
        "max_distance": 200_000.0,
        "max_gps_accuracy": 100.0,
        "max_search_radius": 100.0,
        "max_alternates": 3,
        "max_alternates_shape": 100,
    },
    "skadi": {"max_shape": 750_000, "min_resample": 10.0},
    "max_exclude_locations": 50,
    "max_exclude_polygons_length": 10_000,
    "max_reachability": 100,
    "max_radius": 200,
    "max_alternates": 2,
}
"""Valhalla's own values: it does not start without them, and no matrix uses them."""


def building(tiles: str) -> dict[str, Any]:
    """The configuration with which `valhalla_build_tiles` turns a map into `tiles`."""
    return {"mjolnir": {"tile_dir": tiles, "data_processing": {"use_admin_db": False}}, "logging": {"type": ""}}


def routing(tiles: str) -> dict[str, Any]:
    """
    The configuration of `valhalla_service` for matrices.

    From one source to all targets a search as in Dijkstra is two orders of magnitude faster than Valhalla's search from
    both sides (`timedistancematrix` against `costmatrix`: figures in `docs/travel.md`). Connectivity is not looked at
    beforehand: an island would refuse the whole request instead of having no way.
    """
    limits: dict[str, Any] = {
        profile: {
            "max_distance": MAX_MATRIX_METRES,
            "max_locations": MAX_PAIRS,
            "max_matrix_distance": MAX_MATRIX_METRES,
            "max_matrix_location_pairs": MAX_PAIRS,
        }
        for profile in PROFILES.values()
    }
    return {
        "logging": {"type": ""},
        "mjolnir": {"tile_dir": tiles},
        "loki": {"actions": ["locate", "sources_to_targets"], "use_connectivity": False, "service_defaults": SNAPPING},
        "thor": {"source_to_target_algorithm": "timedistancematrix"},
        "meili": {"default": {"breakage_distance": 2000}},
        "service_limits": {**limits, **OTHER_LIMITS},
    }


def speeds(modes: Mapping[str, Mode]) -> dict[str, dict[str, float]]:
    """Those who walk or cycle go as fast as in the formula (`domain.md`, section 6); cars as the street allows."""
    return {
        "pedestrian": {"walking_speed": min(25.0, max(0.5, modes["walk"].km_per_hour))},
        "bicycle": {"cycling_speed": min(60.0, max(5.0, modes["bike"].km_per_hour))},
    }


def finding(mode: str, places: Sequence[str], options: Mapping[str, object]) -> bytes:
    """The request that asks which of these places have a street; places as `travel_table.key_of` writes them."""
    asked = {"locations": _locations(places), "costing": PROFILES[mode], "costing_options": options, "verbose": False}
    return json.dumps(asked).encode()


def take_found(table: Table, places: Sequence[str], answer: bytes) -> None:
    """
    Write into the table that no way leads to or from a place far from every street.

    Such a place must not be asked for afterwards: Valhalla 3.9 then ends, or tells the ways of another place.

    Raises
    ------
    ValueError
        When the answer is not one to this request.
    """
    try:
        said: list[dict[str, Any]] = json.loads(answer)
        for place, one in zip(places, said, strict=True):
            if not one.get("edges"):
                table.cut_off(place)
    except (AttributeError, TypeError, json.JSONDecodeError) as error:
        raise ValueError("not an answer of places") from error


def request(mode: str, sources: Sequence[str], targets: Sequence[str], options: Mapping[str, object]) -> bytes:
    """The request for one block."""
    asked = {
        "sources": _locations(sources),
        "targets": _locations(targets),
        "costing": PROFILES[mode],
        "costing_options": options,
        "verbose": False,
    }
    return json.dumps(asked).encode()


def take(table: Table, sources: Sequence[str], targets: Sequence[str], answer: bytes) -> None:
    """
    Write the seconds of a block into the table; what cannot be reached is `NO_WAY`.

    So is a way of 0 seconds between two places, which lie at the same spot of a street: the formula knows how far each
    is from the other.

    Raises
    ------
    ValueError
        When the answer is not one to this request.
    """
    try:
        said: Any = json.loads(answer)
        rows: list[list[float | None]] = said["sources_to_targets"]["durations"]
        for origin, row in zip(sources, rows, strict=True):
            for target, seconds in zip(targets, row, strict=True):
                found = 0 if origin == target else round(seconds or 0) or NO_WAY
                table.put(origin, target, min(found, NO_WAY))
    except (KeyError, TypeError, OverflowError, json.JSONDecodeError) as error:
        raise ValueError("not an answer of a matrix") from error


def blocks(table: Table) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What nobody has said yet, as requests of sources and their targets: whole rows first, then what rows lack."""
    wanted = {key: targets for key in table.keys if (targets := table.unknown(key))}
    whole = [key for key, targets in wanted.items() if 2 * len(targets) > len(table)]
    rest = [key for key in wanted if key not in set(whole)]
    lacking = {target for key in rest for target in wanted[key]}
    # To few targets Valhalla searches backwards from each: then all sources are one request.
    at_a_time = len(rest) if len(lacking) <= SEARCHES_AT_A_TIME else SEARCHES_AT_A_TIME
    found: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for rows, size in ((whole, SEARCHES_AT_A_TIME), (rest, at_a_time)):
        for first in range(0, len(rows), size or 1):
            sources = rows[first : first + size]
            targets = {target for key in sources for target in wanted[key]}
            found.append((tuple(sources), tuple(key for key in table.keys if key in targets)))
    return found


def _locations(places: Sequence[str]) -> list[dict[str, float]]:
    found: list[dict[str, float]] = []
    for place in places:
        lat, lon = place.split(",")
        found.append({"lat": float(lat), "lon": float(lon)})
    return found
