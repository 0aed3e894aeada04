"""A small network on the territory of Seraing: Nadia accompanies Dalia, Claire comes along to first visits."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, SQLModel

from service import feed_bodies
from service.clock import FixedClock
from service.database import Database
from service.ids import SeededIds
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.network import (
    Meeting,
    MeetingParticipant,
    NetworkMember,
    OpenSession,
    OpenSessionDay,
    OpenSessionHost,
    Situation,
)
from service.tables.pairings import Pairing, Visit
from service.tables.people import Absence, Consent, Party, PeerHelper, Person, Place, Professional
from service.tables.territory import PublicHoliday, Territory
from tests import sites

ZONE = "Europe/Brussels"
TODAY = date(2027, 1, 4)
WRITTEN = datetime(2027, 1, 2, 9, tzinfo=UTC)


def local(day: str, hour: int, minute: int = 0) -> datetime:
    """A moment in the territory's time."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(ZONE)).replace(
        hour=hour, minute=minute
    )


@dataclass
class Network:
    """The site and the numbers of who is in it."""

    site: Site
    territory: int = 0
    dalia: int = 0
    nadia: int = 0
    omar: int = 0
    claire: int = 0
    cafe: int = 0
    ward: int = 0
    pairing: int = 0

    def coordinator(self) -> Actor:
        return Actor("coordinator", self.territory)

    def helper(self) -> Actor:
        return Actor("peer_helper", self.territory, party_id=self.nadia)

    def add(self, *rows: SQLModel) -> None:
        with self.site.db.begin() as tx:
            tx.add_all(rows)

    def change(self, row: SQLModel) -> None:
        with self.site.db.begin() as tx:
            tx.merge(row)

    def on(self, day: date) -> Network:
        """The same network on another day."""
        return replace(self, site=replace(self.site, clock=FixedClock.at_eight(day, ZONE)))


def network(db: Database | None = None) -> Network:
    """On a database of its own, or on this one, which holds the schema and nothing else."""
    db = db or sites.copy_of(sites.schema())
    settings = Settings(base_url="https://fil.example")
    site = Site(db, FixedClock.at_eight(TODAY, ZONE), SeededIds(7), Seals(bytes(32)), settings)
    made = Network(site)
    with db.begin() as tx:
        _people(tx, made)
    return made


def read(site: Site, secret: str) -> bytes | None:
    """What an address shows; None when it is over."""
    seen = feed_bodies.body_of(site, feed_bodies.look(site, secret))
    return None if seen.body is None else gzip.decompress(seen.body)


def visit(of: Network, uid: str, day: str, hour: int, **changes: object) -> Visit:
    """An hour at Dalia's home, told to everybody and confirmed."""
    values: dict[str, object] = {
        "public_id": uid,
        "ref": uid,
        "territory_id": of.territory,
        "pairing_id": of.pairing,
        "person_id": of.dalia,
        "peer_helper_id": of.nadia,
        "kind": "regular",
        "starts_at": local(day, hour),
        "ends_at": local(day, hour + 1),
        "status": "confirmed",
        "published_at": WRITTEN,
        "uid": f"{uid}@fil.example",
        "created_at": WRITTEN,
        "changed_at": WRITTEN,
    }
    return Visit(**(values | changes))


def meeting(of: Network, ref: str, kind: str, day: str, hour: int, **changes: object) -> Meeting:
    values: dict[str, object] = {
        "public_id": ref,
        "ref": ref,
        "territory_id": of.territory,
        "kind": kind,
        "title": f"Titre {ref}",
        "place_id": of.cafe,
        "starts_at": local(day, hour),
        "ends_at": local(day, hour + 2),
        "uid": f"{ref}@fil.example",
        "changed_at": WRITTEN,
    }
    return Meeting(**(values | changes))


def open_session(of: Network, **changes: object) -> OpenSession:
    """Café Bavard, Tuesdays 16:30-19:00."""
    values: dict[str, object] = {
        "public_id": "s1",
        "ref": "SER-S01",
        "territory_id": of.territory,
        "place_id": of.cafe,
        "name": "Café Bavard",
        "weekday": 2,
        "start_minute": 990,
        "end_minute": 1140,
        "valid_from": date(2026, 9, 1),
        "valid_until": date(2027, 6, 30),
        "uid": "s1@fil.example",
        "changed_at": WRITTEN,
    }
    return OpenSession(**(values | changes))


def taking_part(of: Network, meeting_row: Meeting, *party_ids: int) -> None:
    of.add(*(MeetingParticipant(meeting_id=meeting_row.id or 0, party_id=party) for party in party_ids))


def hosting(of: Network, session: OpenSession, day: str, host: int, status: str = "confirmed") -> OpenSessionHost:
    row = OpenSessionHost(
        open_session_id=session.id or 0, on=date.fromisoformat(day), host_id=host, status=status, changed_at=WRITTEN
    )
    of.add(row)
    return row


def called_off(of: Network, session: OpenSession, day: str, changed: datetime = WRITTEN) -> OpenSessionDay:
    """A day of a series that does not take place."""
    row = OpenSessionDay(
        open_session_id=session.id or 0, on=date.fromisoformat(day), status="cancelled", changed_at=changed
    )
    of.add(row)
    return row


def closed(of: Network, day: str) -> None:
    of.add(PublicHoliday(country="BE", day=date.fromisoformat(day), label="Férié"))


def away(of: Network, owner: int, first: str, last: str, part: tuple[int, int] = (0, 1440)) -> None:
    of.add(
        Absence(
            public_id=f"a{first}",
            owner_id=owner,
            first_day=date.fromisoformat(first),
            last_day=date.fromisoformat(last),
            start_minute=part[0],
            end_minute=part[1],
        )
    )


def situation(of: Network) -> int:
    """Dalia's situation; she agreed that Nadia is part of it."""
    row = Situation(
        public_id="t1",
        ref="SER-T001",
        territory_id=of.territory,
        person_id=of.dalia,
        coordinator_id=of.claire,
        opened_on=date(2026, 10, 1),
    )
    of.add(row)
    agreed = {"member_id": of.nadia, "kind": "peer_helper", "role": "pair-aidante", "person_agreed": True}
    of.add(NetworkMember(situation_id=row.id or 0, **agreed))
    return row.id or 0


def _people(tx: Session, made: Network) -> None:
    territory = Territory(
        public_id="t",
        ref="BE-SER",
        name="Seraing",
        country="BE",
        timezone=ZONE,
        languages=["fr"],
        lat=50.603,
        lon=5.508,
        max_travel_km=8,
        school_calendar="BE-FWB",
    )
    tx.add(territory)
    tx.flush()
    made.territory = territory.id or 0

    def party(kind: str) -> dict[str, object]:
        row = Party(kind=kind, territory_id=made.territory)
        tx.add(row)
        tx.flush()
        return {"id": row.id, "territory_id": made.territory, "public_id": f"p{row.id}"}

    person = Person(
        **party("person"),
        ref="SER-P001",
        pseudonym="Dalia",
        languages=["fr"],
        street="rue du Molinay",
        living_environment="home",
        contact_channel="phone",
        visit_frequency="weekly",
        visit_minutes=60,
        status="paired",
        changed_at=WRITTEN,
    )
    helpers = [
        PeerHelper(
            **party("peer_helper"),
            ref=ref,
            display_name=name,
            contract="employee",
            weekly_minutes_max=1200,
            max_persons=5,
            max_visits_per_day=4,
            max_travel_km=10,
            transport="bus",
            status="active",
        )
        for ref, name in (("SER-H01", "Nadia"), ("SER-H02", "Omar"))
    ]
    professional = Professional(**party("professional"), ref="SER-W01", display_name="Claire Maréchal")
    cafe = Place(
        **party("place"), ref="SER-L01", name="Café Bavard – place des Verriers", kind="open_place", street="rue Gony"
    )
    ward = Place(**party("place"), ref="SER-L09", name="Hall de l'unité psychiatrique", kind="ward")
    tx.add_all([person, *helpers, professional, cafe, ward])
    tx.flush()
    tx.add(
        Consent(
            person_id=person.id,
            status="given",
            scope=["pairing", "network"],
            given_on=date(2026, 8, 25),
            expires_on=date(2027, 8, 25),
            how="signed",
            recorded_at=WRITTEN,
        )
    )
    tx.flush()
    pairing = Pairing(
        public_id="b1",
        ref="SER-B001",
        territory_id=made.territory,
        person_id=person.id,
        peer_helper_id=helpers[0].id,
        status="active",
        proposed_on=date(2026, 9, 1),
        person_answer="accepted",
        helper_answer="accepted",
        changed_at=WRITTEN,
    )
    tx.add(pairing)
    tx.flush()
    made.dalia, made.nadia, made.omar, made.claire = person.id, helpers[0].id, helpers[1].id, professional.id
    made.cafe, made.ward, made.pairing = cafe.id, ward.id, pairing.id or 0
