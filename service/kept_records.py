"""
Records that the coordination keeps by form: found, compared, written, whatever their kind.

What differs from kind to kind is told by a `Kind`; the order is the same for all. A form that cannot be taken, that
somebody else has overtaken, or that may make a second record of the same, writes nothing and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from sqlmodel import Session, select

from locales import N_, Texts
from matching.travel import Point, great_circle_km
from service import audit, clock, network_themes
from service.access_scope import only_coordinator, scope
from service.errors import NotFound
from service.passwords import simplified
from service.sheets import Offered, Outcome, Said, Sheet, Twin, Value, differences, read
from service.site import Actor, Site
from service.tables.people import Party, Professional
from service.tables.territory import Neighbourhood, Organisation, Territory

ALIKE = 0.86
"""From this likeness on two names may be one, written differently."""
FARTHEST_KM = 40.0
"""Farther from the centre of a territory is a slip of the pen (section 11, COORDINATES_OUTSIDE_TERRITORY)."""
LANGUAGES = (
    *("fr", "nl", "de", "en", "ar", "tr", "it", "es", "pt", "ro", "pl", "ru", "uk", "sq", "fa", "ti"),
    *("am", "bg", "br", "cs", "el", "hr", "hu", "hy", "ka", "ku", "ln", "mk", "ps", "rw", "so", "sr", "sw"),
    *("ur", "vi", "wo", "zh"),
)
"""Spoken around here; whatever a record holds beside them can be kept."""


@dataclass(frozen=True)
class Desk:
    """One piece of the coordination's work: an open transaction and whose territory it is about."""

    tx: Session
    site: Site
    actor: Actor
    territory: Territory
    day: date
    language: str


@dataclass(frozen=True)
class Kind:
    """
    One kind of record.

    `code` names it in the log and in `party`, `letter` begins its numbers, `name` is the field with its name. `said`
    writes a record as a form does, `offer` what can be chosen, `check` finds faults beside those of single fields,
    `put` writes values into a row.
    """

    code: str
    table: type[Any]
    letter: str
    name: str
    sheet: Sheet
    said: Callable[[Desk, Any], dict[str, str | list[str]]]
    offer: Callable[[Desk, Any | None], dict[str, dict[str, str]]]
    check: Callable[[Desk, Any | None, Mapping[str, Value]], dict[str, str]]
    put: Callable[[Desk, Any, Mapping[str, Value]], None]


@dataclass(frozen=True)
class Blank:
    """A form as it is first shown; `revision` 0 is of a record that is still to be made."""

    public_id: str
    name: str
    revision: int
    said: Said
    offered: Offered


def desk(tx: Session, site: Site, actor: Actor, language: str = "fr") -> Desk:
    """
    Sit down to the work of a territory.

    Raises
    ------
    NotAllowed
        When the actor does not coordinate it.
    """
    territory = tx.get_one(Territory, only_coordinator(actor))
    return Desk(tx, site, actor, territory, clock.today(site.clock, territory.timezone), language)


def find(at: Desk, table: type[Any], public_id: str) -> Any:
    """
    A record of the territory.

    Raises
    ------
    NotFound
        When it has none of this id.
    """
    row = at.tx.exec(select(table).where(table.public_id == public_id, scope(at.actor).of(table))).first()
    if row is None:
        raise NotFound(N_("Cette fiche n’existe pas."))
    return row


def blank(site: Site, actor: Actor, kind: Kind, public_id: str | None, language: str) -> Blank:
    """The form of a record, or of a new one."""
    with site.db.begin() as tx:
        at = desk(tx, site, actor, language)
        row = find(at, kind.table, public_id) if public_id else None
        said = kind.said(at, row) if row is not None else {}
        return Blank(
            public_id=public_id or "",
            name=getattr(row, kind.name) if row is not None else "",
            revision=row.revision if row is not None else 0,
            said=said,
            offered=kind.offer(at, row),
        )


def save(
    site: Site,
    actor: Actor,
    kind: Kind,
    public_id: str | None,
    said: Said,
    *,
    revision: int = 0,
    sure: bool = False,
) -> Outcome:
    """
    Write what a form says into a record, or make a new one.

    Parameters
    ----------
    revision
        The one that the form was made from.
    sure
        That somebody looked at those who may be the same, and it is somebody else.

    Raises
    ------
    NotFound
        When the territory has no such record.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, kind.table, public_id) if public_id else None
        values, wrong = read(kind.sheet, said, kind.offer(at, row))
        wrong = kind.check(at, row, values) | wrong
        if row is not None and row.revision != revision:
            newer = differences(kind.sheet, kind.said(at, row), said)
            return Outcome(None if newer else public_id, differences=newer, revision=row.revision)
        if wrong:
            return Outcome(wrong=wrong, revision=revision)
        if not sure and (row is None or getattr(row, kind.name) != values[kind.name]):
            twins = _twins(at, kind, row, values)
            if twins:
                return Outcome(twins=twins, revision=revision)
        made = row if row is not None else _new(at, kind)
        kind.put(at, made, values)
        tx.add(made)
        tx.flush()
        audit.note(tx, site, actor, f"{kind.code}.{'edited' if row is not None else 'made'}", kind.code, made.public_id)
        return Outcome(made.public_id, revision=made.revision)


def _new(at: Desk, kind: Kind) -> Any:
    fields = {
        "public_id": at.site.ids.new(),
        "ref": next_ref(at, kind.table, kind.letter),
        "territory_id": at.territory.id,
    }
    if kind.code != "organisation":
        party = Party(kind=kind.code, territory_id=at.territory.id or 0)
        at.tx.add(party)
        at.tx.flush()
        fields["id"] = party.id
    return kind.table(**fields)


def next_ref(at: Desk, table: type[Any], letter: str) -> str:
    """The number after the highest, written as those before it: `SER-H12`."""
    held = at.tx.exec(select(table.ref).where(table.territory_id == at.territory.id).order_by(table.ref)).all()
    known = [(start, tail) for ref in held for start, mark, tail in [ref.rpartition(f"-{letter}")] if tail.isdecimal()]
    prefix = known[0][0] if known else at.territory.ref
    number = max((int(tail) for _, tail in known), default=0) + 1
    width = max((len(tail) for _, tail in known), default=2)
    taken = set(held)
    while (ref := f"{prefix}-{letter}{number:0{width}d}") in taken:
        number += 1
    return ref


def _twins(at: Desk, kind: Kind, row: Any | None, values: Mapping[str, Value]) -> tuple[Twin, ...]:
    """Records of the same kind with the same name, nearly the same, or the same address."""
    name, email = simplified(str(values[kind.name])), str(values.get("email") or "").casefold()
    has_email = kind.code != "peer_helper"  # theirs is sealed: nobody searches it
    found = at.tx.exec(select(kind.table).where(scope(at.actor).of(kind.table)).order_by(kind.table.ref)).all()
    return tuple(
        Twin(one.public_id, getattr(one, kind.name), kind.code)
        for one in found
        if (row is None or one.id != row.id)
        and (_alike(name, simplified(getattr(one, kind.name))) or (has_email and email and _email(one) == email))
    )[:5]


def _email(row: Any) -> str:
    return str(getattr(row, "email", "")).casefold()


def _alike(one: str, other: str) -> bool:
    return one == other or (len(one) > 4 and SequenceMatcher(None, one, other).ratio() >= ALIKE)


def in_territory(at: Desk, values: Mapping[str, Value], lat: str, lon: str) -> dict[str, str]:
    """Latitude and longitude go together, and lie near the territory."""
    north, east = values.get(lat), values.get(lon)
    if north is None and east is None:
        return {}
    if not isinstance(north, int | float) or not isinstance(east, int | float):
        return {lon if north is not None else lat: N_("Donnez la latitude et la longitude, ou aucune des deux.")}
    away = great_circle_km(Point(at.territory.lat, at.territory.lon), Point(float(north), float(east)))
    if away > FARTHEST_KM:
        return {lat: N_("Ce point est à plus de quarante kilomètres du centre du territoire.")}
    return {}


def not_ahead(at: Desk, values: Mapping[str, Value], *names: str) -> dict[str, str]:
    """Days on which something took place."""
    return {
        name: N_("Ce jour n’est pas encore venu.")
        for name in names
        if isinstance(day := values.get(name), date) and day > at.day
    }


def chosen(at: Desk, table: type[Any], public_id: Value) -> int | None:
    """The number of a record that was chosen by its public id; None when none was."""
    if not public_id:
        return None
    wanted = select(table.id).where(table.public_id == public_id, scope(at.actor).of(table))
    return at.tx.exec(wanted).one()


def public_id_of(at: Desk, table: type[Any], number: int | None) -> str:
    row = at.tx.get(table, number) if number is not None else None
    return row.public_id if row is not None else ""


def themes(at: Desk, held: list[str] | None = None) -> dict[str, str]:
    """Themes by code, in the reader's language, and those that a record holds without the network knowing them."""
    rows = network_themes.known(at.tx, at.territory.id)
    found = {row.ref: str(getattr(row, f"label_{at.language}")) for row in rows}
    return found | {code: code for code in held or () if code not in found}


def languages(at: Desk, held: list[str] | None = None) -> dict[str, str]:
    """Languages by tag: first the territory's own, then by name."""
    names = Texts(at.language).language_name
    first = list(dict.fromkeys([*at.territory.languages, *(held or ())]))
    others = sorted((tag for tag in LANGUAGES if tag not in first), key=lambda tag: simplified(names(tag)))
    return {tag: names(tag) for tag in (*first, *others)}


def areas(at: Desk) -> dict[str, str]:
    rows = at.tx.exec(select(Neighbourhood).where(scope(at.actor).of(Neighbourhood)).order_by(Neighbourhood.name)).all()
    return {row.public_id: row.name for row in rows}


def organisations(at: Desk) -> dict[str, str]:
    rows = at.tx.exec(select(Organisation).where(scope(at.actor).of(Organisation)).order_by(Organisation.name)).all()
    return {row.public_id: row.name for row in rows}


def supervisors(at: Desk, held: int | None = None) -> dict[str, str]:
    """Professionals who may supervise: first those whose role it is; whoever does now stays to be chosen."""
    rows = at.tx.exec(
        select(Professional).where(scope(at.actor).of(Professional)).order_by(Professional.display_name)
    ).all()
    rows = [row for row in rows if row.status == "active" or row.id == held]
    return {row.public_id: row.display_name for row in sorted(rows, key=lambda row: "supervisor" not in row.roles)}
