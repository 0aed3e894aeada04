"""An ordinary pairing with its consent, and visits for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from service import bookings
from service.site import Site
from service.tables.network import Situation
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Consent, Party, PeerHelper, Person, Place, Professional
from service.tables.territory import Territory

MONDAY = dt.date(2027, 1, 11)
EARLIER = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


@dataclass
class Tandem:
    """A person, a helper and what is around them."""

    site: Site
    territory_id: int
    person_id: int
    helper_id: int
    professional_id: int
    request_id: int
    pairing_id: int
    consent_id: int

    def visit(self, hour: float = 10, *, day: dt.date = MONDAY, minutes: int = 60, **fields: Any) -> Visit:
        """A visit, not written yet; hours in UTC."""
        start = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(hours=hour)
        fresh = self.site.ids.new()
        usual: dict[str, Any] = {
            "person_id": self.person_id,
            "peer_helper_id": self.helper_id,
            "kind": "regular",
            "status": "planned",
        }
        return Visit(
            public_id=fresh,
            ref=f"V-{fresh}",
            uid=f"{fresh}@lefil.example",
            territory_id=self.territory_id,
            pairing_id=self.pairing_id,
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=minutes),
            created_at=EARLIER,
            changed_at=EARLIER,
            **(usual | fields),
        )

    def planned_visit(self, hour: float = 10, **fields: Any) -> Visit:
        """A visit that is written and booked."""
        with self.site.db.begin() as tx:
            visit = self.visit(hour, **fields)
            tx.add(visit)
            bookings.book(tx, visit)
        return visit


def a_party(site: Site, tx: Session, kind: str, territory_id: int) -> int:
    party = Party(kind=kind, territory_id=territory_id)
    tx.add(party)
    tx.flush()
    assert party.id is not None
    return party.id


def a_territory(site: Site, ref: str = "BE-SER") -> int:
    with site.db.begin() as tx:
        territory = Territory(
            public_id=site.ids.new(),
            ref=ref,
            name="Seraing",
            country="BE",
            timezone="Europe/Brussels",
            languages=["fr", "nl"],
            lat=50.603,
            lon=5.508,
            max_travel_km=8,
        )
        tx.add(territory)
        tx.flush()
        assert territory.id is not None
        return territory.id


def a_person(site: Site, territory_id: int, pseudonym: str = "Hirondelle", **fields: Any) -> int:
    with site.db.begin() as tx:
        party = a_party(site, tx, "person", territory_id)
        usual: dict[str, Any] = {
            "languages": ["fr"],
            "living_environment": "home",
            "contact_channel": "sms",
            "visit_frequency": "weekly",
            "visit_minutes": 60,
            "status": "paired",
            "lat": 50.611,
            "lon": 5.51,
            "changed_at": EARLIER,
        }
        tx.add(
            Person(
                id=party,
                public_id=site.ids.new(),
                ref=f"SER-P{party:03}",
                territory_id=territory_id,
                pseudonym=pseudonym,
                **(usual | fields),
            )
        )
        return party


def a_helper(site: Site, territory_id: int, name: str = "Nadia", **fields: Any) -> int:
    with site.db.begin() as tx:
        party = a_party(site, tx, "peer_helper", territory_id)
        usual: dict[str, Any] = {
            "languages": ["fr"],
            "themes": ["social"],
            "contract": "employee",
            "weekly_minutes_max": 1200,
            "max_persons": 6,
            "max_visits_per_day": 3,
            "max_travel_km": 8,
            "transport": "car",
            "status": "active",
        }
        tx.add(
            PeerHelper(
                id=party,
                public_id=site.ids.new(),
                ref=f"SER-H{party:03}",
                territory_id=territory_id,
                display_name=name,
                **(usual | fields),
            )
        )
        return party


def a_professional(site: Site, territory_id: int) -> int:
    with site.db.begin() as tx:
        party = a_party(site, tx, "professional", territory_id)
        tx.add(
            Professional(
                id=party,
                public_id=site.ids.new(),
                ref=f"SER-W{party:03}",
                territory_id=territory_id,
                display_name="Karim O.",
                roles=["referring"],
            )
        )
        return party


def a_place(site: Site, territory_id: int, kind: str) -> int:
    with site.db.begin() as tx:
        party = a_party(site, tx, "place", territory_id)
        tx.add(
            Place(
                id=party,
                public_id=site.ids.new(),
                ref=f"SER-L{party:03}",
                territory_id=territory_id,
                name=kind,
                kind=kind,
            )
        )
        return party


def a_consent(site: Site, person_id: int, **fields: Any) -> int:
    """Given for a year; it ends the one before."""
    usual: dict[str, Any] = {
        "status": "given",
        "scope": ["pairing"],
        "given_on": dt.date(2026, 9, 1),
        "expires_on": dt.date(2027, 8, 31),
        "how": "signed",
        "recorded_at": EARLIER,
    }
    with site.db.begin() as tx:
        consent = Consent(person_id=person_id, **(usual | fields))
        tx.add(consent)
        tx.flush()
        assert consent.id is not None
        return consent.id


def a_pairing(site: Site, *, territory_id: int | None = None, pseudonym: str = "Hirondelle", **fields: Any) -> Tandem:
    """A person and a helper at the point `status` says, with consent and request."""
    territory = a_territory(site) if territory_id is None else territory_id
    person, helper = a_person(site, territory, pseudonym), a_helper(site, territory)
    professional, consent = a_professional(site, territory), a_consent(site, person)
    with site.db.begin() as tx:
        request = Request(
            public_id=site.ids.new(),
            ref=f"SER-R{person:03}",
            territory_id=territory,
            received_on=dt.date(2026, 9, 1),
            requested_by="person",
            person_id=person,
            themes=["social"],
            status="fulfilled",
        )
        tx.add(request)
        tx.flush()
        assert request.id is not None
        usual: dict[str, Any] = {
            "status": "active",
            "person_answer": "accepted",
            "helper_answer": "accepted",
            "proposed_on": dt.date(2026, 9, 10),
            "active_from": dt.date(2026, 10, 15),
            "changed_at": EARLIER,
        }
        pairing = Pairing(
            public_id=site.ids.new(),
            ref=f"SER-B{person:03}",
            territory_id=territory,
            person_id=person,
            peer_helper_id=helper,
            professional_id=professional,
            request_id=request.id,
            **(usual | fields),
        )
        tx.add(pairing)
        tx.flush()
        assert pairing.id is not None
        return Tandem(site, territory, person, helper, professional, request.id, pairing.id, consent)


def a_situation(site: Site, tandem: Tandem) -> int:
    with site.db.begin() as tx:
        situation = Situation(
            public_id=site.ids.new(),
            ref=f"SER-T{tandem.person_id:03}",
            territory_id=tandem.territory_id,
            person_id=tandem.person_id,
            coordinator_id=tandem.professional_id,
            opened_on=dt.date(2026, 10, 1),
        )
        tx.add(situation)
        tx.flush()
        assert situation.id is not None
        return situation.id
