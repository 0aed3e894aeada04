"""One record of each kind in each of two territories, and who is related to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from service import access, request_drafts
from service.site import Actor
from service.tables.access import Account, Letter, Passkey, Subscription, WebSession
from service.tables.calendars import OtherCalendar
from service.tables.duties import CoordinatorDuty
from service.tables.emergencies import EmergencyOpening
from service.tables.follow import PartnerLink
from service.tables.mail import MailReply, OutboxMessage
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Absence, PeerHelper, Person, Place, Professional
from service.tables.rights import RightRequest
from service.tables.territory import Neighbourhood, Organisation, Territory, Theme
from service.tables.work import ImportReport, Run
from tests.service.web.network import MOMENT, Network

FAR = MOMENT + timedelta(days=7)


@dataclass(frozen=True)
class Somebody:
    """An account by its role, its name and its territory."""

    role: str
    name: str
    territory: str = "SER"

    def __str__(self) -> str:
        return f"{self.role} {self.name}" if self.territory == "SER" else f"{self.role} of another territory"


CLAIRE = Somebody("coordinator", "Claire")
ANA, BILAL = Somebody("peer_helper", "Ana"), Somebody("peer_helper", "Bilal")
PAUL, INES = Somebody("professional", "Paul"), Somebody("professional", "Ines")
YANN, ZOE = Somebody("person", "Yann"), Somebody("person", "Zoe")
ELSEWHERE = tuple(
    Somebody(role, f"{name} d’ailleurs", "OTH")
    for role, name in (("coordinator", "Claire"), ("peer_helper", "Ana"), ("professional", "Paul"), ("person", "Yann"))
)
OTHERS = tuple(
    Somebody(role, "")
    for role in ("support_team", "hf_selector", "host", "supervisor", "partner_admin", "steering", "sysadmin")
)
"""Roles without a person, a helper or a professional behind them."""
EVERYBODY = (CLAIRE, ANA, BILAL, PAUL, INES, YANN, ZOE, *ELSEWHERE, *OTHERS)
PEOPLE = ("Rose", "Yann", "Zoe")
MAY_READ: dict[Somebody, tuple[str, ...]] = {
    CLAIRE: PEOPLE,
    PAUL: PEOPLE,
    ANA: ("Yann",),
    BILAL: ("Zoe",),
    YANN: ("Yann",),
    ZOE: ("Zoe",),
}
"""Whose pseudonyms somebody of Seraing meets on their pages; Paul asked for all three."""

RELATED: dict[str, tuple[Somebody, ...]] = {
    "request": (CLAIRE, PAUL, YANN),
    "person": (CLAIRE, YANN),
    "peer_helper": (CLAIRE, ANA),
    "professional": (CLAIRE, PAUL),
    "place": (CLAIRE,),
    "pairing": (CLAIRE, ANA, YANN),
    "proposal": (CLAIRE, BILAL, ZOE),
    "visit": (CLAIRE, ANA, PAUL, YANN),
    "absence": (CLAIRE, ANA),
    "organisation": (CLAIRE,),
    "coordinator_duty": (CLAIRE,),
    "request_draft": (PAUL,),
    "subscription": (CLAIRE, ANA),
    "partner_link": (CLAIRE,),
    "right_request": (CLAIRE, YANN),
    "emergency_opening": (CLAIRE, ELSEWHERE[0]),
    "other_calendar": (ANA,),
    "account": (CLAIRE,),
    "web_session": (ANA,),
    "passkey": (CLAIRE,),
    "letter": (CLAIRE,),
    "outbox_message": (CLAIRE,),
    "mail_reply": (CLAIRE,),
    "notice": (CLAIRE, ANA),
    "run": (CLAIRE,),
    "neighbourhood": (CLAIRE,),
    "theme": (CLAIRE,),
    "import_report": (CLAIRE,),
}
"""Who is related to the record of Seraing (`domain.md`, section 7); for everybody else it does not exist."""


TOLD_IN_EMERGENCIES = {
    "/urgences": ("professional-display_name", "territory-name"),
    "/urgences/ouvrir": ("territory-name",),
}
"""Who opened a record of one's own people and for which network (`security.md` C7), and which networks there are."""


@dataclass(frozen=True)
class Records:
    """Public ids of one territory's records, by kind."""

    ids: dict[str, str]


def make(network: Network) -> dict[str, Records]:
    """The same records in both territories."""
    with network.site.db.begin() as tx:
        tx.add_all(
            Account(public_id=network.site.ids.new(), territory_id=network.territories["SER"], role=one.role)
            for one in OTHERS
        )
        made = {ref: _made(network, tx, ref) for ref in ("SER", "OTH")}
        for ref, other in (("SER", "OTH"), ("OTH", "SER")):
            made[ref]["emergency_opening"] = _opened_by_another(network, tx, ref, other)
        writers = {account.territory_id: account for account in tx.exec(select(Account).where(_asks_for_yann())).all()}
    for ref, ids in made.items():
        account = writers[network.territories[ref]]
        actor = Actor("professional", account.territory_id, account.id, account.party_id)
        ids["request_draft"] = request_drafts.start(network.site, actor)
    return {ref: Records(ids) for ref, ids in made.items()}


def _opened_by_another(network: Network, tx: Session, ref: str, other: str) -> str:
    """Two hours ago by the coordination of the other territory: it is closed again."""
    yann = tx.exec(
        select(Person).where(col(Person.pseudonym).startswith("Yann"), Person.territory_id == network.territories[ref])
    ).one()
    coordination = tx.exec(
        select(Account).where(Account.role == "coordinator", Account.territory_id == network.territories[other])
    ).first()
    row = EmergencyOpening(
        public_id=network.site.ids.new(),
        territory_id=yann.territory_id,
        person_id=yann.id,
        opened_by=coordination.id if coordination is not None else 0,
        reason="lost",
        opened_at=access.REAL.now() - timedelta(hours=2),
    )
    tx.add(row)
    tx.flush()
    return row.public_id


def actor_of(network: Network, one: Somebody) -> Actor:
    """Who they are to the use cases."""
    with network.site.db() as tx:
        accounts = tx.exec(
            select(Account).where(Account.role == one.role, Account.territory_id == network.territories[one.territory])
        ).all()
        parties = {
            party
            for table, shown in ((PeerHelper, "display_name"), (Professional, "display_name"), (Person, "pseudonym"))
            for party in tx.exec(select(table.id).where(getattr(table, shown) == one.name)).all()
        }
    account = next(account for account in accounts if not one.name or account.party_id in parties)
    return Actor(one.role, account.territory_id, account.id, account.party_id)


def _asks_for_yann() -> ColumnElement[bool]:
    return col(Account.party_id).in_(select(Request.professional_id)) & (col(Account.role) == "professional")


def _made(network: Network, tx: Session, ref: str) -> dict[str, str]:
    here = tx.exec(select(Territory).where(Territory.ref == ref)).one().id or 0
    tail = "" if ref == "SER" else " d’ailleurs"
    new = network.site.ids.new
    ids: dict[str, str] = {}

    def one(table: type[Any], name: str) -> Any:
        shown = table.pseudonym if table is Person else table.display_name
        return tx.exec(select(table).where(shown == f"{name}{tail}", table.territory_id == here)).one()

    def add(kind: str, row: Any) -> Any:
        tx.add(row)
        tx.flush()
        ids[kind] = row.public_id
        return row

    ana, yann, paul, claire = (
        one(PeerHelper, "Ana"),
        one(Person, "Yann"),
        one(Professional, "Paul"),
        one(Professional, "Claire"),
    )
    request = tx.exec(select(Request).where(Request.person_id == yann.id)).one()
    ids["request"], ids["person"] = request.public_id, yann.public_id
    ids["peer_helper"], ids["professional"] = ana.public_id, paul.public_id
    ids["place"] = tx.exec(select(Place).where(Place.territory_id == here)).one().public_id
    accounts = {
        account.party_id: account for account in tx.exec(select(Account).where(Account.territory_id == here)).all()
    }
    ids["account"] = accounts[ana.id].public_id
    for kind, table in (("organisation", Organisation), ("place", Place)):
        ids[kind] = tx.exec(select(table).where(table.territory_id == here)).one().public_id
    add(
        "coordinator_duty",
        CoordinatorDuty(
            public_id=new(),
            territory_id=here,
            account_id=accounts[claire.id].id,
            deputy_id=accounts[paul.id].id,
            first_day=date(2027, 3, 1),
            last_day=date(2027, 3, 5),
            made_at=MOMENT,
        ),
    )
    yes = {"person_answer": "accepted", "helper_answer": "accepted"}
    common = {"territory_id": here, "person_id": yann.id, "peer_helper_id": ana.id, "changed_at": MOMENT}
    pairing = add(
        "pairing",
        Pairing(
            public_id=new(),
            ref=f"{ref}-A1",
            request_id=request.id,
            proposed_on=date(2026, 12, 28),
            status="accepted",
            **common,
            **yes,
        ),
    )
    visit = add(
        "visit",
        Visit(
            public_id=new(),
            ref=f"{ref}-V1",
            pairing_id=pairing.id,
            kind="first_joint",
            starts_at=FAR,
            ends_at=FAR + timedelta(hours=1),
            professional_id=paul.id,
            published_at=MOMENT,
            created_at=MOMENT,
            uid=f"{ref}-visit@lefil",
            **common,
        ),
    )
    zoe, bilal = one(Person, "Zoe"), one(PeerHelper, "Bilal")
    beside = {"territory_id": here, "person_id": zoe.id, "peer_helper_id": bilal.id, "changed_at": MOMENT}
    add("proposal", Pairing(public_id=new(), ref=f"{ref}-A2", proposed_on=date(2027, 1, 4), **beside))
    absence = Absence(public_id=new(), owner_id=ana.id, first_day=date(2027, 2, 1), last_day=date(2027, 2, 2))
    add("absence", absence)
    add(
        "partner_link",
        PartnerLink(
            public_id=new(),
            territory_id=here,
            organisation_id=paul.organisation_id,
            professional_id=paul.id,
            token_hash=new(),
            made_at=MOMENT,
            expires_at=FAR,
        ),
    )
    add(
        "subscription",
        Subscription(
            public_id=new(),
            territory_id=here,
            kind="own",
            owner_id=ana.id,
            secret_hash=new(),
            created_at=MOMENT,
            changed_at=MOMENT,
        ),
    )
    add(
        "right_request",
        RightRequest(public_id=new(), territory_id=here, person_id=yann.id, kind="erasure", asked_at=MOMENT),
    )
    add(
        "other_calendar",
        OtherCalendar(
            public_id=new(), territory_id=here, owner_id=ana.id, source="file", read_at=MOMENT, changed_at=MOMENT
        ),
    )
    account = accounts[ana.id].id
    add(
        "web_session",
        WebSession(
            public_id=new(),
            account_id=account,
            token_hash=new(),
            made_at=MOMENT,
            seen_at=MOMENT,
            confirmed_at=MOMENT,
            ends_at=FAR,
        ),
    )
    add("letter", Letter(public_id=new(), territory_id=here, account_id=account, template="invitation", made_at=MOMENT))
    add(
        "outbox_message",
        OutboxMessage(
            public_id=new(),
            territory_id=here,
            party_id=ana.id,
            kind="invitation",
            thread=new(),
            message_id=new(),
            state="failed",
            reason="refused",
            made_at=MOMENT,
            next_try_at=MOMENT,
        ),
    )
    add(
        "mail_reply",
        MailReply(
            public_id=new(),
            message_hash=new(),
            territory_id=here,
            party_id=ana.id,
            said="bounced",
            outcome="to_read",
            at=MOMENT,
        ),
    )
    add(
        "notice",
        Notice(
            public_id=new(),
            territory_id=here,
            party_id=ana.id,
            code="visit_moved",
            person_id=yann.id,
            pairing_id=pairing.id,
            visit_id=visit.id,
            at=MOMENT,
        ),
    )
    area = tx.exec(select(Neighbourhood).where(Neighbourhood.territory_id == here)).one()
    ids["neighbourhood"], ids["theme"] = area.public_id, f"own_{ref.lower()}"
    labels = {f"label_{tag}": f"thème{tail}" for tag in ("fr", "nl", "de", "en")}
    tx.add(Theme(ref=ids["theme"], extension=True, own_of=here, **labels))
    mine = accounts[claire.id].id
    add(
        "passkey",
        Passkey(public_id=new(), account_id=mine, credential_id=new(), public_key="key", made_at=MOMENT),
    )
    add("run", Run(public_id=new(), territory_id=here, kind="pairing", status="failed", asked_by=mine, asked_at=MOMENT))
    report = new()
    files = network.site.seals.seal_shared(tx, f"import_report.files_sealed:{report}", {})
    add("import_report", ImportReport(public_id=report, made_at=MOMENT, made_by=mine, files_sealed=files))
    return ids
