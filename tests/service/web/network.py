"""A small network of invented people, and a client for each of its roles."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session, select

from service import access
from service.clock import FixedClock
from service.database import Database
from service.ids import SystemIds
from service.sealing import Seals
from service.settings import Settings
from service.site import Site
from service.tables.access import Account
from service.tables.pairings import Pairing, Request
from service.tables.people import Availability, Consent, Party, PeerHelper, Person, Place, Professional
from service.tables.territory import Neighbourhood, Organisation, Territory, Theme
from tests import sites
from tests.service.web.servers import server

BASE = "http://127.0.0.1:8000"
MOMENT = datetime(2027, 1, 4, 7, 0, tzinfo=UTC)
TODAY = date(2027, 1, 4)


def make_site(**choices: Any) -> Site:
    """A site over SQLite in memory that holds the people, in demo mode unless told otherwise."""
    return _site_over(people().site.db, **choices)


def _site_over(source: Database, **choices: Any) -> Site:
    settings = Settings(**({"demo": True, "base_url": BASE, "database_url": sites.IN_MEMORY} | choices))
    db = sites.copy_of(source, settings.database_url)
    return Site(db, FixedClock(MOMENT), SystemIds(), Seals(b"k" * 32), settings)


@cache
def people() -> People:
    """Written once in this process, to be copied."""
    return People(_site_over(sites.schema()))


class People:
    """
    Two territories: in Seraing Claire coordinates; Ana and Bilal help; Rose, Yann and Zoe asked; Paul and Ines are
    professionals. Other people of another territory must never show.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ids: dict[str, str] = {}
        with site.db.begin() as tx:
            self._fill(tx)
        access.make_demo_accounts(site)

    def _fill(self, tx: Session) -> None:
        new = self.site.ids.new
        for ref, label in (("housing", "logement"), ("social", "liens sociaux")):
            tx.add(Theme(ref=ref, label_fr=label, label_nl=label, label_de=label, label_en=label))
        self.territories: dict[str, int] = {}
        for ref, name, zone in (("SER", "Seraing", "Europe/Brussels"), ("OTH", "Ailleurs", "Europe/Paris")):
            territory = Territory(
                public_id=new(),
                ref=ref,
                name=name,
                country="BE",
                timezone=zone,
                languages=["fr"],
                lat=50.6,
                lon=5.5,
                max_travel_km=20,
                demo=True,
            )
            tx.add(territory)
            tx.flush()
            assert territory.id is not None
            self.territories[ref] = territory.id
            self._people(tx, ref, territory.id)

    def _party(self, tx: Session, kind: str, territory: int) -> int:
        party = Party(kind=kind, territory_id=territory)
        tx.add(party)
        tx.flush()
        assert party.id is not None
        return party.id

    def _people(self, tx: Session, ref: str, territory: int) -> None:
        new = self.site.ids.new
        tail = "" if ref == "SER" else " d’ailleurs"
        area = Neighbourhood(
            public_id=new(), ref=f"{ref}-N1", territory_id=territory, name=f"Molinay{tail}", lat=50.6, lon=5.5
        )
        office = Organisation(
            public_id=new(), ref=f"{ref}-O1", territory_id=territory, name=f"CPAS{tail}", kind="cpas", sector="public"
        )
        tx.add_all([area, office])
        tx.flush()
        place = Place(
            id=self._party(tx, "place", territory),
            public_id=new(),
            ref=f"{ref}-L1",
            territory_id=territory,
            name=f"Maison du quartier{tail}",
            kind="open_place",
        )
        tx.add(place)
        professionals: dict[str, int] = {}
        for number, (name, roles) in enumerate(
            (("Claire", ["coordinator"]), ("Paul", ["referring"]), ("Ines", ["network"]))
        ):
            professionals[name] = self._party(tx, "professional", territory)
            tx.add(
                Professional(
                    id=professionals[name],
                    public_id=new(),
                    ref=f"{ref}-W0{number}",
                    territory_id=territory,
                    display_name=f"{name}{tail}",
                    organisation_id=office.id,
                    roles=roles,
                    languages=["fr"],
                )
            )
        tx.flush()
        for number, name in enumerate(("Ana", "Bilal")):
            helper = self._party(tx, "peer_helper", territory)
            tx.add(
                PeerHelper(
                    id=helper,
                    public_id=new(),
                    ref=f"{ref}-H0{number}",
                    territory_id=territory,
                    display_name=f"{name}{tail}",
                    gender="f",
                    age_band="35-44",
                    languages=["fr"],
                    themes=["housing", "social"],
                    contract="volunteer",
                    weekly_minutes_max=600,
                    max_persons=4,
                    max_visits_per_day=3,
                    max_travel_km=15,
                    transport="bus",
                    neighbourhood_id=area.id,
                    base_lat=50.6,
                    base_lon=5.5,
                    initial_training_completed_on=date(2026, 1, 1),
                    supervisor_id=professionals["Claire"],
                    last_supervision_on=date(2026, 12, 15),
                    status="active",
                )
            )
            self.ids[f"{ref}:{name}"] = str(helper)
            self._windows(tx, helper)
        tx.flush()
        for number, (name, status) in enumerate((("Rose", "received"), ("Yann", "waiting"), ("Zoe", "waiting"))):
            self._person(tx, ref, territory, f"{name}{tail}", number, status, area.id or 0, professionals)

    def _windows(self, tx: Session, owner: int) -> None:
        for weekday in (1, 2, 3, 4, 5):
            tx.add(
                Availability(
                    owner_id=owner, weekday=weekday, start_minute=540, end_minute=1020, valid_from=date(2026, 1, 1)
                )
            )

    def _person(
        self,
        tx: Session,
        ref: str,
        territory: int,
        name: str,
        number: int,
        status: str,
        area: int,
        pros: dict[str, int],
    ) -> None:
        new = self.site.ids.new
        person = self._party(tx, "person", territory)
        tx.add(
            Person(
                id=person,
                public_id=new(),
                ref=f"{ref}-P00{number}",
                territory_id=territory,
                pseudonym=name,
                languages=["fr"],
                neighbourhood_id=area,
                lat=50.601,
                lon=5.501,
                living_environment="home",
                contact_channel="phone",
                visit_frequency="weekly",
                visit_minutes=60,
                changed_at=MOMENT,
                status="consent_pending" if status == "received" else "waiting",
            )
        )
        tx.flush()
        self._windows(tx, person)
        tx.add(
            Consent(
                person_id=person,
                status="given",
                scope=["pairing"],
                given_on=date(2026, 12, 1),
                expires_on=date(2027, 12, 1),
                how="signed",
                recorded_at=MOMENT,
            )
        )
        request = Request(
            public_id=new(),
            ref=f"{ref}-R00{number}",
            territory_id=territory,
            received_on=date(2026, 12, 20),
            requested_by="professional",
            professional_id=pros["Paul"],
            person_id=person,
            themes=["housing"],
            urgency="soon",
            status=status,
        )
        tx.add(request)
        self.ids[f"{ref}:request:{name.split()[0]}"] = request.public_id
        self.ids[f"{ref}:{name.split()[0]}"] = str(person)


class Network:
    """Those people on a site that `make_site` made, and whoever of them comes to its pages."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ids = dict(people().ids)
        self.territories = dict(people().territories)
        self.app = server(site)

    def propose(self, person: str, helper: str) -> str:
        """A proposal that waits for both answers; its public id."""
        with self.site.db.begin() as tx:
            pairing = Pairing(
                public_id=self.site.ids.new(),
                ref=f"SER-A-{person}",
                territory_id=self.territories["SER"],
                person_id=int(self.ids[f"SER:{person}"]),
                peer_helper_id=int(self.ids[f"SER:{helper}"]),
                request_id=tx.exec(
                    select(Request.id).where(Request.public_id == self.ids[f"SER:request:{person}"])
                ).one(),
                proposed_on=TODAY,
                changed_at=MOMENT,
            )
            tx.add(pairing)
            return pairing.public_id

    def client(self, **choices: Any) -> Browser:
        """Somebody who has not signed in."""
        return Browser(self.app, **choices)

    def signed_in(self, role: str, name: str | None = None) -> Browser:
        """Somebody of this role who used a link."""
        client = self.client()
        client.enter(access.new_link(self.site, role, self.ref(name) if name else None))
        return client

    def ref(self, name: str) -> str:
        with self.site.db() as tx:
            for table, shown in ((PeerHelper, "display_name"), (Professional, "display_name"), (Person, "pseudonym")):
                found = tx.exec(select(table).where(getattr(table, shown) == name)).first()
                if found is not None:
                    return found.ref
        raise KeyError(name)

    def accounts(self) -> list[Account]:
        with self.site.db() as tx:
            return list(tx.exec(select(Account)).all())


def as_searched(text: str) -> str:
    """The text as a browser searches it: the spaces that French sets beside its signs are spaces like others."""
    return re.sub("\u00a0(?=[?!:;»%])|(?<=«)\u00a0", " ", text)


class Browser(TestClient[Litestar]):
    """A client that sends what a browser sends: language, origin, the hidden field of the page it came from."""

    def __init__(self, app: Litestar, **choices: Any) -> None:
        super().__init__(app, base_url=BASE, raise_server_exceptions=False, **choices)
        self.headers.update({"accept": "text/html,application/xhtml+xml", "accept-language": "fr"})

    def request(self, *given: Any, **choices: Any) -> Any:
        answer = super().request(*given, **choices)
        kind = answer.headers.get("content-type", "")
        if kind.startswith(("text/html", "application/json", "application/problem+json")):
            answer._content = as_searched(answer.content.decode()).encode()
        return answer

    def read(self, address: str) -> Any:
        return self.get(address, follow_redirects=False)

    def seal(self, address: str) -> str:
        """The hidden field of the forms of a page."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(address).text)
        assert found is not None, f"no form on {address}"
        return found[1]

    def fill(self, address: str, page: str, **fields: Any) -> Any:
        """Fill in a form of `page` and send it."""
        return self.post(
            address,
            data={"csrf": self.seal(page)} | fields,
            headers={"sec-fetch-site": "same-origin", "origin": BASE},
            follow_redirects=False,
        )

    def enter(self, link: str) -> None:
        path = link.removeprefix(BASE)
        answer = self.fill("/session", path, token=path.rsplit("/", 1)[-1])
        assert answer.status_code == 303, answer.text
