"""A visit of Ana and Yann in the small network, and the hour at which somebody looks at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from service import bookings
from service.clock import FixedClock
from service.site import Actor, Site
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import ContactCard, PeerHelper, Person
from service.tables.work import AuditEntry
from tests.service.web.network import MOMENT, Browser, Network
from tests.service.web.servers import server

START = MOMENT + timedelta(hours=3)
"""2027-01-04, 11 h there."""
END = START + timedelta(hours=1)


class AVisit:
    """A published visit of an hour, confirmed unless told otherwise."""

    def __init__(self, network: Network, territory: str = "SER", **fields: Any) -> None:
        self.network, self.tail = network, "" if territory == "SER" else " d’ailleurs"
        here = network.territories[territory]
        new = network.site.ids.new
        with network.site.db.begin() as tx:
            person = tx.exec(select(Person).where(Person.pseudonym == f"Yann{self.tail}")).one()
            helper = tx.exec(select(PeerHelper).where(PeerHelper.display_name == f"Ana{self.tail}")).one()
            pairing = Pairing(
                public_id=new(),
                ref=f"{territory}-A9",
                territory_id=here,
                person_id=person.id,
                peer_helper_id=helper.id,
                request_id=tx.exec(select(Request.id).where(Request.person_id == person.id)).one(),
                proposed_on=MOMENT.date() - timedelta(days=30),
                status=fields.pop("pairing", "active"),
                person_answer="accepted",
                helper_answer="accepted",
                changed_at=MOMENT,
            )
            tx.add(pairing)
            tx.flush()
            usual: dict[str, Any] = {
                "kind": "regular",
                "status": "confirmed",
                "helper_answer": "accepted",
                "starts_at": START,
                "published_at": MOMENT,
            }
            known = usual | fields
            public_id = new()
            visit = Visit(
                public_id=public_id,
                ref=f"{territory}-V9",
                uid=f"{public_id}@lefil",
                territory_id=here,
                pairing_id=pairing.id or 0,
                person_id=person.id,
                peer_helper_id=helper.id,
                ends_at=known["starts_at"] + timedelta(hours=1),
                created_at=MOMENT,
                changed_at=MOMENT,
                **known,
            )
            tx.add(visit)
            bookings.book(tx, visit)
            self.public_id, self.person_id = public_id, person.id
            self.helper = Actor("peer_helper", here, party_id=helper.id)
            self.person = Actor("person", here, party_id=person.id)
            self.coordinator = Actor("coordinator", here)

    def at(self, moment: datetime) -> Site:
        """The site at that hour."""
        return replace(self.network.site, clock=FixedClock(moment))

    @property
    def row(self) -> Visit:
        with self.network.site.db() as tx:
            return tx.exec(select(Visit).where(Visit.public_id == self.public_id)).one()

    @property
    def pairing(self) -> Pairing:
        with self.network.site.db() as tx:
            return tx.get_one(Pairing, self.row.pairing_id)

    @property
    def address(self) -> str:
        return f"/agenda/visites/{self.public_id}"

    def browser(self, moment: datetime, role: str = "peer_helper", name: str | None = "Ana") -> Browser:
        """Somebody who signed in, and looks at that hour."""
        there = Network.__new__(Network)
        there.__dict__.update(self.network.__dict__)
        there.site = self.at(moment)
        there.app = server(there.site)
        return there.signed_in(role, name)

    def actions(self) -> list[str]:
        with self.network.site.db() as tx:
            return list(tx.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all())

    def notices(self, code: str) -> list[Notice]:
        with self.network.site.db() as tx:
            return list(tx.exec(select(Notice).where(Notice.code == code)).all())

    def give_card(self, **told: str) -> None:
        with self.network.site.db.begin() as tx:
            place = f"contact_card.card_sealed:{self.person_id}"
            sealed = self.network.site.seals.seal(tx, self.person_id, place, told)
            tx.add(ContactCard(party_id=self.person_id, card_sealed=sealed))
