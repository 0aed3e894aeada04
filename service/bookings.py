"""Who is taken when: a row for each party of a visit, in step with it (`domain.md` V2, V11; `security.md` J1)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from service import codes
from service.database import refusal
from service.tables.pairings import Booking, Visit
from service.tables.people import Party, Place


def book(tx: Session, *visits: Visit) -> None:
    """
    Take everybody whom these visits need, and let go of whoever they no longer need.

    Visits that change places are given together: all are let go before any is taken. A visit takes people and room
    only while it is planned or confirmed; afterwards its rows stay as they were, without weight.

    Raises
    ------
    DoubleBooking
        When somebody, or a room booked by one at a time, would be at two things at once.
    """
    tx.flush()
    public_ids = [visit.public_id for visit in visits]
    rooms = _rooms(tx, visits)
    held: dict[int, dict[int, Booking]] = {visit_id(visit): {} for visit in visits}
    for row in tx.exec(select(Booking).where(col(Booking.visit_id).in_(held))):
        held[row.visit_id][row.party_id] = row
        row.live = False
    tx.flush()
    wanted = sorted(
        ((party, visit_id(visit), visit) for visit in visits for party in parties(visit, rooms)), key=lambda w: w[:2]
    )
    # In one order for everybody, so that two who book at once wait for each other and never for ever (PostgreSQL).
    everybody = {party for party, *_ in wanted}
    tx.exec(
        select(Party.id).where(col(Party.id).in_(everybody)).order_by(col(Party.id)).with_for_update(key_share=True)
    )
    for party, of_visit, visit in wanted:
        row = held[of_visit].pop(party, None) or Booking(
            party_id=party, visit_id=of_visit, starts_at=visit.starts_at, ends_at=visit.ends_at
        )
        row.starts_at, row.ends_at = visit.starts_at, visit.ends_at
        row.live = visit.status in codes.LIVE_VISIT_STATES
        tx.add(row)
    for rows in held.values():
        for row in rows.values():
            tx.delete(row)
    try:
        tx.flush()
    except IntegrityError as error:
        refused = refusal(error)
        if refused is None:
            raise
        refused.facts["visits"] = public_ids
        raise refused from error


def parties(visit: Visit, rooms: Iterable[int]) -> list[int]:
    """Whom a visit takes: the person, those who go there, and the place when only one may book it."""
    needed = [visit.person_id, visit.peer_helper_id, visit.second_helper_id, visit.professional_id]
    if visit.place_id is not None and visit.place_id in rooms:
        needed.append(visit.place_id)
    return sorted({party for party in needed if party is not None})


def visit_id(visit: Visit) -> int:
    if visit.id is None:
        raise ValueError("a visit is written before it is booked")
    return visit.id


def _rooms(tx: Session, visits: Iterable[Visit]) -> set[int]:
    """Those of the visits' places that are booked by one at a time."""
    places = {visit.place_id for visit in visits if visit.place_id is not None}
    booked_alone = col(Place.kind).in_(codes.SINGLE_BOOKING_PLACES)
    return set(tx.exec(select(Place.id).where(col(Place.id).in_(places), booked_alone)))
