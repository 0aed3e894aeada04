"""Where travel times come from besides the formula: the file and the streets that the operator names."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from sqlmodel import Session, col, select

from matching import travel_file, travel_streets
from matching.travel import Travel
from matching.travel_file import TravelFile, Unusable
from matching.travel_table import Table
from service import street_child
from service.cli_faults import Fault
from service.clock import today
from service.planning_places import Places
from service.planning_records import Horizon, Records
from service.site import Site
from service.street_child import Deadline, NoStreets, Streets
from service.tables.territory import Territory
from service.tables.travel import TravelMatrix
from service.travel_ways import Figures, formula_of
from service.travel_words import FAULTS

log = logging.getLogger("lefil.travel")

FILL_SECONDS = 20.0
"""How long whoever asks for a plan waits for ways that are not known yet; the next one goes on from there."""


def take(site: Site) -> None:
    """
    Take over what the settings name, when the server starts: all of it, or nothing changes.

    Raises
    ------
    Fault
        When the file has a line that cannot be used, or the folder is no network of streets.
    OSError
        When the file cannot be read.
    """
    path, folder = site.settings.travel_file, site.settings.routing_tiles
    content = Path(path).read_bytes() if path else b""
    streets = street_child.read_streets(Path(folder)) if folder else None
    stamp = sha256(content).hexdigest()
    with site.db() as tx:
        rows = tx.exec(select(TravelMatrix.stamp).where(TravelMatrix.source == "file"))
        is_new = bool(path) and set(rows) != {stamp}
    file = read_file(Path(path), content) if is_new else None
    with site.db.begin() as tx:
        if file is not None or not path:
            _forget(tx, "file")
        if streets is None:
            _forget(tx, "streets")
        for territory in tx.exec(select(Territory)):
            if file is not None:
                _keep(tx, territory, "file", stamp, _day_of(Path(path)), file.tables)
            if streets is not None:
                _begin_streets(tx, territory, streets)


def read_file(path: Path, content: bytes) -> TravelFile:
    """
    The tables of a file.

    Raises
    ------
    Fault
        The first line that cannot be used; `lefil routing check` tells all of them.
    """
    try:
        return travel_file.read(content)
    except Unusable as error:
        first = error.faults[0]
        raise Fault(
            FAULTS[first.code], name=path.name, line=first.line, column=first.column, value=first.value
        ) from error


def unknown_references(site: Site, file: TravelFile) -> Mapping[str, tuple[int, str]]:
    """References of a file that no place of any territory has, with the line and the column where each stands first."""
    known: set[str] = set()
    with site.db() as tx:
        for territory in tx.exec(select(Territory)):
            records = _records(tx, site, territory)
            known |= {row.ref for row in records.people.values()}
            known |= set(every_place(records).refs)
    return {ref: where for ref, where in file.seen.items() if ref not in known}


def every_place(records: Records) -> Places:
    """All places that a plan of the territory may need."""
    index = records.points
    for pairing in records.pairings:
        index.person(records.people[pairing.person_id])
    for helper in records.helpers.values():
        index.helper(helper)
    for professional in records.professionals.values():
        index.professional(professional)
    for number in records.places:
        index.place(number)
    return index


def fill(
    site: Site,
    territory_id: int,
    deadline: Deadline,
    after_block: Callable[[int], None] = lambda pairs: None,
) -> bool:
    """
    Work out on streets what is not known yet between the places of a territory, and forget places that are gone.

    No transaction is open meanwhile. False when a way stays unknown: streets are out of order or slow.
    """
    folder = Path(site.settings.routing_tiles)
    if not site.settings.routing_tiles:
        return True
    try:
        streets = street_child.read_streets(folder)
    except Fault:
        log.warning("no network of streets where LEFIL_ROUTING_TILES says")
        return False
    with site.db() as tx:
        territory = tx.get_one(Territory, territory_id)
        formula = formula_of(tx, territory)
        stamp = _stamp(streets, formula)
        keys = sorted({stop.key for stop in every_place(_records(tx, site, territory)).stops})
        before = _streets(tx, territory, stamp)
    tables = {mode: before.get(mode, Table(())).over(keys) for mode in travel_streets.PROFILES}
    if tables == before and not any(travel_streets.blocks(table) for table in tables.values()):
        return True
    whole = True
    try:
        street_child.fill(folder, tables, formula.modes, deadline, after_block)
    except (NoStreets, OSError) as error:
        log.warning("travel times on streets stay unknown: %s", error)
        whole = False
    with site.db.begin() as tx:
        _keep(tx, tx.get_one(Territory, territory_id), "streets", stamp, streets.dated, tables)
    return whole


def _records(tx: Session, site: Site, territory: Territory) -> Records:
    horizon = Horizon(today(site.clock, territory.timezone), 7, territory.timezone)
    return Records(tx, territory, horizon, site.clock.now())


def _begin_streets(tx: Session, territory: Territory, streets: Streets) -> None:
    """Name the map at once; its ways are worked out when somebody asks for a plan."""
    stamp = _stamp(streets, formula_of(tx, territory))
    if not _streets(tx, territory, stamp):
        _keep(tx, territory, "streets", stamp, streets.dated, {mode: Table(()) for mode in travel_streets.PROFILES})


def _streets(tx: Session, territory: Territory, stamp: str) -> dict[str, Table]:
    rows = tx.exec(
        select(TravelMatrix).where(
            TravelMatrix.territory_id == territory.id, TravelMatrix.source == "streets", TravelMatrix.stamp == stamp
        )
    )
    return {row.mode: msgspec.convert(row.figures, Figures).table() for row in rows}


def _keep(
    tx: Session, territory: Territory, source: str, stamp: str, dated_on: date, tables: Mapping[str, Table]
) -> None:
    old = tx.exec(select(TravelMatrix).where(TravelMatrix.territory_id == territory.id, TravelMatrix.source == source))
    rows = {row.mode: row for row in old}
    for mode, table in tables.items():
        row = rows.get(mode) or TravelMatrix(
            territory_id=territory.id or 0, source=source, mode=mode, stamp=stamp, dated_on=dated_on
        )
        row.stamp, row.dated_on = stamp, dated_on
        row.figures = msgspec.to_builtins(Figures.of(table))
        tx.add(row)


def _forget(tx: Session, source: str) -> None:
    for row in tx.exec(select(TravelMatrix).where(col(TravelMatrix.source) == source)):
        tx.delete(row)
    tx.flush()


def _stamp(streets: Streets, formula: Travel) -> str:
    """Another build, or another pace of those who walk or cycle, makes other times."""
    paces = (f"{mode} {formula.modes[mode].km_per_hour:g}" for mode in ("walk", "bike"))
    return ", ".join((streets.stamp, *paces))


def _day_of(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()
