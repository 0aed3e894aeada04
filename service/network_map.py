"""The map of a network: its borders, drawn by the server, and the one address that tiles may come from."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlmodel import Session

from locales import N_
from service import network_settings
from service.access_scope import only_coordinator
from service.errors import NotAcceptable
from service.site import Actor, Site

TILES_SETTING, BORDERS_SETTING = "map_tiles", "map_borders"
MOST_BYTES = 1024 * 1024
MOST_POINTS = 4000
"""Of the drawing; a finer border is thinned out evenly."""
_TILES = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?/[A-Za-z0-9._~/@+=&?{}-]*")

Ring = tuple[tuple[float, float], ...]
"""Latitude and longitude of each point of a line."""


@dataclass(frozen=True)
class Tiles:
    """Where the pictures of a map come from, and whom to thank for them."""

    url: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Shown:
    tiles: Tiles
    tiles_mark: int
    borders: tuple[Ring, ...]
    borders_mark: int


def tiles_of(tx: Session, site: Site, territory_id: int | None) -> Tiles:
    """The network's own address, else the one of the installation; empty: the drawn map only."""
    found = _tiles(network_settings.last(tx, territory_id, TILES_SETTING).value)
    return found if found.url else Tiles(site.settings.tile_url)


def tiles(site: Site, actor: Actor) -> Tiles:
    with site.db() as tx:
        return tiles_of(tx, site, actor.territory_id)


def borders_of(tx: Session, territory_id: int | None) -> tuple[Ring, ...]:
    """The network's borders; none where it gave none."""
    listed = network_settings.last(tx, territory_id, BORDERS_SETTING).value.get("rings")
    if not isinstance(listed, list):
        return ()
    rings = cast("list[list[list[float]]]", listed)
    return tuple(tuple((point[0], point[1]) for point in ring) for ring in rings)


def shown(site: Site, actor: Actor) -> Shown:
    territory_id = only_coordinator(actor)
    with site.db() as tx:
        tiles = network_settings.last(tx, territory_id, TILES_SETTING)
        borders = network_settings.last(tx, territory_id, BORDERS_SETTING)
        return Shown(_tiles(tiles.value), tiles.mark, borders_of(tx, territory_id), borders.mark)


def choose_tiles(site: Site, actor: Actor, chosen: Tiles, seen: int) -> None:
    """
    Take map pictures from this address, or from none.

    Raises
    ------
    NotAcceptable
        When it is not an https address of one host with `{z}`, `{x}` and `{y}`.
    Outdated
        When somebody else decided in the meantime.
    """
    only_coordinator(actor)
    places = re.findall(r"\{(\w*)\}", chosen.url)
    if chosen.url and (
        not _TILES.fullmatch(chosen.url)
        or sorted(places) != ["x", "y", "z"]
        or chosen.url.count("{") != 3
        or chosen.url.count("}") != 3
        or "{" in chosen.url.split("/")[2]
        or len(chosen.url) > 300
    ):
        raise NotAcceptable(
            N_("L’adresse commence par https://, nomme un seul serveur et contient {z}, {x} et {y}."), "url"
        )
    if len(chosen.credit) > 120:
        raise NotAcceptable(N_("Raccourcissez ce texte : %(most)s signes au plus."), "credit", most=120)
    with site.db.begin() as tx:
        value = {"url": chosen.url, "credit": chosen.credit}
        network_settings.decide(tx, site, actor, TILES_SETTING, value, seen)


def take_borders(site: Site, actor: Actor, content: bytes, seen: int) -> None:
    """
    Draw these borders from now on.

    Raises
    ------
    NotAcceptable
        When the file is larger than 1 MiB, or not GeoJSON with lines or surfaces in degrees (RFC 7946).
    Outdated
        When somebody else decided in the meantime.
    """
    only_coordinator(actor)
    rings = read_borders(content)
    with site.db.begin() as tx:
        network_settings.decide(tx, site, actor, BORDERS_SETTING, {"rings": rings}, seen)


def drop_borders(site: Site, actor: Actor, seen: int) -> None:
    """Draw no borders any more."""
    with site.db.begin() as tx:
        network_settings.decide(tx, site, actor, BORDERS_SETTING, {"rings": []}, seen)


def read_borders(content: bytes) -> list[list[list[float]]]:
    """Lines of a GeoJSON file as latitude and longitude, thinned out to what a small drawing can show."""
    if len(content) > MOST_BYTES:
        raise NotAcceptable(N_("Ce fichier est trop grand : 1 Mio au plus."), "file")
    try:
        rings = [_ring(line) for line in _lines(json.loads(content))]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise NotAcceptable(
            N_("Ce fichier n’est pas un fichier GeoJSON avec des lignes ou des surfaces en degrés."), "file"
        ) from error
    rings = [ring for ring in rings if len(ring) > 1]
    if not rings:
        raise NotAcceptable(N_("Ce fichier ne contient ni ligne ni surface."), "file")
    step = math.ceil(sum(map(len, rings)) / MOST_POINTS)
    thin = [[*ring[:-1:step], ring[-1]] for ring in rings]
    # Many tiny islands cannot be thinned out: the longest lines stay.
    kept: list[list[list[float]]] = []
    for ring in sorted(thin, key=len, reverse=True):
        if sum(map(len, kept)) + len(ring) <= 2 * MOST_POINTS:
            kept.append(ring)
    return kept


def _lines(found: Any) -> Iterator[Any]:
    """The lines of a GeoJSON object, borders of surfaces among them."""
    kind = found["type"]
    if kind == "FeatureCollection":
        for one in found["features"]:
            yield from _lines(one)
    elif kind == "Feature":
        if found["geometry"] is not None:
            yield from _lines(found["geometry"])
    elif kind == "GeometryCollection":
        for one in found["geometries"]:
            yield from _lines(one)
    elif kind == "LineString":
        yield found["coordinates"]
    elif kind in ("Polygon", "MultiLineString"):
        yield from found["coordinates"]
    elif kind == "MultiPolygon":
        for one in found["coordinates"]:
            yield from one
    elif kind not in ("Point", "MultiPoint"):
        raise ValueError("no kind of GeoJSON")


def _ring(line: Any) -> list[list[float]]:
    ring: list[list[float]] = []
    for point in line:
        lon, lat = float(point[0]), float(point[1])
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError("not in degrees")
        ring.append([round(lat, 5), round(lon, 5)])
    return ring


def _tiles(value: Mapping[str, object]) -> Tiles:
    url, credit = value.get("url"), value.get("credit")
    return Tiles(url if isinstance(url, str) else "", credit if isinstance(credit, str) else "")
