"""A pairing of Seraing on its way: its rows, its visits, and who speaks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import col, select

from service import bookings, notices, visit_outcomes
from service.site import Actor
from service.tables.pairings import Booking, Pairing, Visit
from service.tables.people import Consent, PeerHelper, Person
from tests.service.pairings.builders import Network

FIRST_MEETING = date(2027, 1, 12)
TRIAL_END = date(2027, 2, 9)
"""Four weeks after the first meeting."""


class Tandem:
    """A person and a helper of Seraing by reference, with the pairing between them."""

    def __init__(self, network: Network, person: str, helper: str, pairing: str) -> None:
        self.network, self.person_ref, self.helper_ref, self.public_id = network, person, helper, pairing

    @property
    def person(self) -> Actor:
        return self.network.as_person(self.person_ref)

    @property
    def helper(self) -> Actor:
        return self.network.as_helper(self.helper_ref)

    @property
    def coordinator(self) -> Actor:
        return self.network.coordinator

    @property
    def row(self) -> Pairing:
        return self.network.pairing(self.public_id)

    @property
    def person_row(self) -> Person:
        return self.network.person(self.person_ref)

    def actor(self, side: str) -> Actor:
        return self.person if side == "person" else self.helper

    def on(self, day: date) -> Tandem:
        """The same pairing on another day, at eight in the morning."""
        return Tandem(self.network.on(day), self.person_ref, self.helper_ref, self.public_id)

    def visit(self, day: date, hour: int = 10, **fields: Any) -> Visit:
        """A visit of an hour, told to everybody and booked; hours in UTC."""
        site, row = self.network.site, self.row
        start = datetime.combine(day, time(hour), UTC)
        new = site.ids.new()
        usual: dict[str, Any] = {"kind": "regular", "status": "planned", "published_at": site.clock.now()}
        visit = Visit(
            public_id=new,
            ref=f"SER-V-{new}",
            uid=f"{new}@lefil",
            territory_id=row.territory_id,
            pairing_id=row.id or 0,
            person_id=row.person_id,
            peer_helper_id=row.peer_helper_id,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            created_at=site.clock.now(),
            changed_at=site.clock.now(),
            **(usual | fields),
        )
        with site.db.begin() as tx:
            tx.add(visit)
            bookings.book(tx, visit)
        return visit

    def again(self, visit: Visit) -> Visit:
        with self.network.site.db() as tx:
            return tx.get_one(Visit, visit.id)

    def booked(self, visit: Visit) -> set[bool]:
        """Whether the visit still takes anybody."""
        with self.network.site.db() as tx:
            return set(tx.exec(select(Booking.live).where(Booking.visit_id == visit.id)).all())

    def held(self, day: date, **fields: Any) -> Visit:
        """A visit that took place that day, as its helper notes in the evening."""
        visit = self.visit(day, **fields)
        late = self.on(day + timedelta(days=1))
        visit_outcomes.note_held(late.network.site, self.helper, visit.public_id)
        return visit

    def told(self) -> set[tuple[str, str]]:
        """Whom of is still to be told what; the coordination is ""."""
        return {
            (one.to.who if one.to is not None else "", one.code)
            for one in notices.to_tell(self.network.site, self.coordinator)
        }


def accepted(network: Network, person: str = "SER-P034", helper: str = "SER-H10") -> Tandem:
    """Both said yes on the demonstration's first morning."""
    pairing = network.propose(person, helper)
    network.enter(pairing, "person", "accepted")
    network.enter(pairing, "peer_helper", "accepted")
    return Tandem(network, person, helper, pairing)


def in_trial(network: Network, person: str = "SER-P034", helper: str = "SER-H10", *, visits: int = 1) -> Tandem:
    """The joint first visit took place on 2027-01-12, and so many visits in all, a week apart."""
    pair = accepted(network, person, helper)
    pair.held(FIRST_MEETING, kind="first_joint")
    for week in range(1, visits):
        pair.held(FIRST_MEETING + timedelta(weeks=week))
    return pair


def live(network: Network, person: str) -> Tandem:
    """The pairing that a person of the shipped files has."""
    with network.site.db() as tx:
        row = tx.exec(
            select(Pairing).where(
                Pairing.person_id == network.person(person).id,
                col(Pairing.status).in_(("accepted", "trial", "active", "paused")),
            )
        ).one()
    helper = next(one for one in network.all(PeerHelper) if one.id == row.peer_helper_id)
    return Tandem(network, person, helper.ref, row.public_id)


def consents_of(network: Network, person: str) -> list[Consent]:
    """The person's consent history, the oldest first."""
    with network.site.db() as tx:
        wanted = select(Consent).where(Consent.person_id == network.person(person).id).order_by(col(Consent.id))
        return list(tx.exec(wanted).all())
