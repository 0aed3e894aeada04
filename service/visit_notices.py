"""
Who is to be told that a visit changed: those who knew of it, each what is new to them and how they are reached.

Whoever was told of an hour is to be told of the next one; once a visit is back where they know it, nothing is left to
say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service import notices
from service.notices import Reached
from service.site import Actor, Site
from service.tables.pairings import Notice, Pairing, Visit
from service.tables.people import Party, Person

OF_A_VISIT = ("visit_moved", "visit_joined", "visit_left", "visit_company")


@dataclass(frozen=True)
class Known:
    """What those concerned know of a visit before it changes: when, and who comes."""

    start: datetime
    parties: frozenset[int]


def parties_of(visit: Visit) -> tuple[int, ...]:
    """Whoever is at a visit: the person, the helper, who comes along."""
    everybody = (visit.person_id, visit.peer_helper_id, visit.professional_id, visit.second_helper_id)
    return tuple(party for party in everybody if party is not None)


def known(visit: Visit) -> Known:
    return Known(visit.starts_at, frozenset(parties_of(visit)))


def hearers(tx: Session, visit: Visit, parties: Iterable[int]) -> tuple[Reached, ...]:
    """Who of these would have to be told of a change, and how; nobody while nobody knows of the visit."""
    if visit.published_at is None:
        return ()
    pairing = tx.get_one(Pairing, visit.pairing_id)
    return tuple(notices.reached(tx, tx.get_one(Party, party), pairing) for party in dict.fromkeys(parties))


def tell_of_change(tx: Session, site: Site, actor: Actor, visit: Visit, before: Known) -> None:
    """Note whom to tell that a visit has another hour, or that others come to it."""
    if visit.published_at is None:
        return
    now = frozenset(parties_of(visit))
    for party in sorted((before.parties | now) - {actor.party_id}):
        _tell(tx, site, visit, party, before, now)
    _tell_of_company(tx, site, actor, visit, before)


def _tell(tx: Session, site: Site, visit: Visit, party: int, before: Known, now: frozenset[int]) -> None:
    untold = {row.code: row for row in _untold(tx, visit, party)}
    moved, joined, left = (untold.get(code) for code in ("visit_moved", "visit_joined", "visit_left"))
    start = next((one.known_start for one in (moved, left) if one is not None), None) or before.start
    if party not in now:
        _drop(tx, untold.values())
        if joined is None:
            _add(tx, site, visit, "visit_left", party, start)
        return
    if party not in before.parties and left is None:
        _add(tx, site, visit, "visit_joined", party)
        return
    _drop(tx, [one for one in (left, moved) if one is not None])
    if joined is None and start != visit.starts_at:
        _add(tx, site, visit, "visit_moved", party, start)


def _tell_of_company(tx: Session, site: Site, actor: Actor, visit: Visit, before: Known) -> None:
    """Person and helper hear of whoever comes along newly, as long as that one is still to hear of it."""
    along = [party for party in (visit.professional_id, visit.second_helper_id) if party is not None]
    is_new = any(row.code == "visit_joined" for party in along for row in _untold(tx, visit, party))
    is_new = is_new or (actor.party_id in along and actor.party_id not in before.parties)
    for party in (visit.person_id, visit.peer_helper_id):
        if is_new and party != actor.party_id:
            _add(tx, site, visit, "visit_company", party)
        elif not is_new:
            _drop(tx, [row for row in _untold(tx, visit, party) if row.code == "visit_company"])


def tell_of_cancelled(tx: Session, site: Site, actor: Actor, visit: Visit, *, pair: bool = True) -> None:
    """
    Tell whoever was to come to a visit that it is cancelled; those who never heard of it need not be told.

    `pair` False leaves out person and helper, who hear of more than this visit.
    """
    if visit.published_at is None:
        return
    for party in parties_of(visit):
        untold = {row.code: row for row in _untold(tx, visit, party)}
        _drop(tx, untold.values())
        heard = pair or party not in (visit.person_id, visit.peer_helper_id)
        if heard and party != actor.party_id and "visit_joined" not in untold:
            moved = untold.get("visit_moved")
            _add(tx, site, visit, "visit_cancelled", party, moved.known_start if moved is not None else None)


def tell_of_return(tx: Session, site: Site, actor: Actor, visit: Visit) -> None:
    """
    A cancelled visit stands again at its hour: whoever was not told yet of its end has nothing to hear.

    Whoever was told hears of it as of a visit at another hour: only the day and hour are said.
    """
    if visit.published_at is None:
        return
    for party in parties_of(visit):
        cancelled = tx.exec(
            select(Notice)
            .where(Notice.visit_id == visit.id, Notice.party_id == party, Notice.code == "visit_cancelled")
            .order_by(col(Notice.id).desc())
        ).first()
        if cancelled is not None and cancelled.told_at is None:
            _drop(tx, [cancelled])
        elif cancelled is not None and party != actor.party_id:
            _add(tx, site, visit, "visit_moved", party)


def _untold(tx: Session, visit: Visit, party: int) -> list[Notice]:
    return list(
        tx.exec(
            select(Notice).where(
                Notice.visit_id == visit.id,
                Notice.party_id == party,
                col(Notice.code).in_(OF_A_VISIT),
                col(Notice.told_at).is_(None),
            )
        )
    )


def _drop(tx: Session, rows: Iterable[Notice]) -> None:
    for row in rows:
        tx.delete(row)
    tx.flush()


def _add(tx: Session, site: Site, visit: Visit, code: str, party: int, start: datetime | None = None) -> None:
    person, pairing = tx.get_one(Person, visit.person_id), tx.get_one(Pairing, visit.pairing_id)
    notices.tell(tx, site, code, person, party=party, pairing=pairing, visit=visit, known_start=start)
