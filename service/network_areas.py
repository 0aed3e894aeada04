"""The neighbourhoods of a network: added, put right, taken off the lists; what is named already stays where it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, SQLModel, col, func, select

from locales import N_
from service import clock
from service.access_scope import only_coordinator, scope
from service.audit import note
from service.errors import NotAcceptable, NotFound, Outdated
from service.site import Actor, Site
from service.tables.territory import Neighbourhood, Territory

_POSTCODE = re.compile(r"[0-9A-Za-z -]{0,10}")
MOST = 500
"""Neighbourhoods of one network."""


@dataclass(frozen=True)
class Said:
    """What a form says of a neighbourhood; its middle in degrees."""

    name: str
    postcode: str
    locality: str
    lat: float
    lon: float


@dataclass(frozen=True)
class AreaView:
    """A neighbourhood and how many records name it."""

    public_id: str
    said: Said
    revision: int
    retired_on: date | None
    used: int


def areas(site: Site, actor: Actor) -> list[AreaView]:
    """Those of the territory by name, the ones taken off the lists last."""
    with site.db() as tx:
        only_coordinator(actor)
        rows = tx.exec(
            select(Neighbourhood).where(scope(actor).of(Neighbourhood)).order_by(col(Neighbourhood.name))
        ).all()
        used = _uses(tx, [row.id or 0 for row in rows])
    views = [_view(row, used.get(row.id or 0, 0)) for row in rows]
    return sorted(views, key=lambda one: one.retired_on is not None)


def one(site: Site, actor: Actor, public_id: str) -> AreaView:
    """
    Raises
    ------
    NotFound
        When the territory has no such neighbourhood.
    """
    with site.db() as tx:
        row = _own(tx, actor, public_id)
        return _view(row, _uses(tx, [row.id or 0]).get(row.id or 0, 0))


def offered(tx: Session, territory_id: int | None) -> list[Neighbourhood]:
    """Those that a form offers."""
    rows = select(Neighbourhood).where(
        col(Neighbourhood.territory_id) == territory_id, col(Neighbourhood.retired_on).is_(None)
    )
    return list(tx.exec(rows.order_by(col(Neighbourhood.name))).all())


def add(site: Site, actor: Actor, said: Said) -> str:
    """
    A neighbourhood more; its public id.

    Raises
    ------
    NotAcceptable
        When its name is missing or taken, or its middle is nowhere.
    """
    territory_id = only_coordinator(actor)
    with site.db.begin() as tx:
        _check(tx, actor, said)
        territory = tx.get_one(Territory, territory_id)
        refs = set(tx.exec(select(Neighbourhood.ref).where(scope(actor).of(Neighbourhood))))
        if len(refs) >= MOST:
            raise NotAcceptable(N_("Un réseau a 500 quartiers au plus."))
        number = next(number for number in range(1, MOST + 2) if f"{territory.ref}-N{number:02}" not in refs)
        row = Neighbourhood(
            public_id=site.ids.new(),
            ref=f"{territory.ref}-N{number:02}",
            territory_id=territory_id,
            name=said.name,
            postcode=said.postcode,
            locality=said.locality,
            lat=said.lat,
            lon=said.lon,
        )
        tx.add(row)
        note(tx, site, actor, "neighbourhood.added", "neighbourhood", row.public_id)
        return row.public_id


def change(site: Site, actor: Actor, public_id: str, said: Said, revision: int) -> None:
    """
    Put it right.

    Raises
    ------
    Outdated
        When somebody else changed it since it was shown.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = _shown(tx, actor, public_id, revision)
        _check(tx, actor, said, row)
        row.name, row.postcode, row.locality, row.lat, row.lon = (
            said.name,
            said.postcode,
            said.locality,
            said.lat,
            said.lon,
        )
        tx.add(row)
        note(tx, site, actor, "neighbourhood.changed", "neighbourhood", public_id)


def retire(site: Site, actor: Actor, public_id: str, revision: int) -> None:
    """Offer it no longer; whoever lives there still does."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = _shown(tx, actor, public_id, revision)
        if row.retired_on is None:
            row.retired_on = clock.today(site.clock, tx.get_one(Territory, row.territory_id).timezone)
            tx.add(row)
            note(tx, site, actor, "neighbourhood.retired", "neighbourhood", public_id)


def bring_back(site: Site, actor: Actor, public_id: str, revision: int) -> None:
    """Offer it again."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = _shown(tx, actor, public_id, revision)
        if row.retired_on is not None:
            row.retired_on = None
            tx.add(row)
            note(tx, site, actor, "neighbourhood.offered", "neighbourhood", public_id)


def _own(tx: Session, actor: Actor, public_id: str) -> Neighbourhood:
    found = tx.exec(
        select(Neighbourhood).where(scope(actor).of(Neighbourhood), col(Neighbourhood.public_id) == public_id)
    ).first()
    if found is None:
        raise NotFound(N_("Ce quartier n’existe pas."))
    return found


def _shown(tx: Session, actor: Actor, public_id: str, revision: int) -> Neighbourhood:
    row = _own(tx, actor, public_id)
    if row.revision != revision:
        raise Outdated(N_("Quelqu’un d’autre a changé ce quartier entre-temps."))
    return row


def _check(tx: Session, actor: Actor, said: Said, row: Neighbourhood | None = None) -> None:
    if not said.name or len(said.name) > 80:
        raise NotAcceptable(N_("Donnez un nom au quartier, de 80 signes au plus."), "name")
    if not _POSTCODE.fullmatch(said.postcode):
        raise NotAcceptable(N_("Ce code postal n’est pas lisible."), "postcode")
    if not (-90 <= said.lat <= 90 and -180 <= said.lon <= 180):
        raise NotAcceptable(N_("La latitude est entre -90 et 90, la longitude entre -180 et 180."), "lat")
    others = tx.exec(select(Neighbourhood).where(scope(actor).of(Neighbourhood))).all()
    if any(
        other.name.casefold() == said.name.casefold()
        and other.postcode == said.postcode
        and (row is None or other.id != row.id)
        for other in others
    ):
        raise NotAcceptable(N_("Un quartier porte déjà ce nom."), "name")


def _uses(tx: Session, numbers: list[int]) -> dict[int, int]:
    """How many rows of any table name each of them: one question a table, however many neighbourhoods there are."""
    counts: dict[int, int] = {}
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname == "neighbourhood.id" for key in column.foreign_keys):
                query = select(column, func.count()).where(column.in_(numbers)).group_by(column)
                for number, count in tx.exec(query).all():
                    counts[number] = counts.get(number, 0) + count
    return counts


def _view(row: Neighbourhood, used: int) -> AreaView:
    said = Said(row.name, row.postcode, row.locality, row.lat, row.lon)
    return AreaView(row.public_id, said, row.revision, row.retired_on, used)
