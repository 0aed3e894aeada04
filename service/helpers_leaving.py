"""
Somebody leaves the network: first what that touches, and only when it is settled the leaving itself.

A pairing ends by a talk with the person, not as a side effect; so nobody who leaves takes several of them along in one
step. Whoever left does not come in any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select

from locales import N_
from service import accounts, audit, codes, lifecycles
from service.access_scope import scope
from service.database import check_revision
from service.errors import NotAllowed, StepNotAllowed
from service.kept_records import Desk, desk, find
from service.pairing_data import LAPSE_DAYS
from service.rows import by_id
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.network import OpenSession, OpenSessionHost, Situation
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import PeerHelper, Person, Professional

TABLES: dict[str, type[PeerHelper | Professional]] = {"peer_helper": PeerHelper, "professional": Professional}
OPEN_REQUESTS = ("received", "consent_pending", "waiting", "proposed")


@dataclass(frozen=True)
class Touched:
    """
    One thing that hangs on somebody: `kind` says what, `public_id` where it is settled.

    Kinds: `pairing`, `proposal` (there `public_id` is the person's), `visit`, `session`, `supervised`, `request`,
    `situation`. `start` is the hour of what has one, local.
    """

    kind: str
    public_id: str
    name: str
    start: datetime | None = None


@dataclass(frozen=True)
class Leaving:
    """
    What the page of a leaving shows: `blocking` must be settled first, `told` is good to know.

    `is_own` when somebody would leave by their own hand, or the territory would be without coordination.
    """

    public_id: str
    kind: str
    name: str
    status: str
    revision: int
    blocking: tuple[Touched, ...]
    told: tuple[Touched, ...]
    has_account: bool
    is_own: bool
    is_last: bool

    @property
    def may_leave(self) -> bool:
        return not self.blocking and not self.is_own and not self.is_last


def leaving(site: Site, actor: Actor, kind: str, public_id: str) -> Leaving:
    """What hangs on somebody who would leave."""
    with site.db() as tx:
        at = desk(tx, site, actor)
        return _leaving(at, kind, find(at, TABLES[kind], public_id))


def leave(site: Site, actor: Actor, kind: str, public_id: str, revision: int) -> bool:
    """
    Note that somebody has left, and is proposed to nobody; whether they had an account, which closes.

    Raises
    ------
    StepNotAllowed
        When something that hangs on them is not settled.
    NotAllowed
        When it is oneself, or nobody would coordinate any more.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, TABLES[kind], public_id)
        check_revision(row, revision)
        found = _leaving(at, kind, row)
        if found.is_own or found.is_last:
            raise NotAllowed(N_("Le réseau garde quelqu’un qui le coordonne."))
        lifecycles.step(kind, row.status, "left")
        if found.blocking:
            raise StepNotAllowed(N_("Il reste des choses à régler avant ce départ."))
        row.status = "left"
        tx.add(row)
        held = _accounts(at, row)
        for account in held:
            accounts.close_in(tx, site, actor, account)
        audit.note(tx, site, actor, f"{kind}.left", kind, row.public_id)
        return bool(held)


def come_back(site: Site, actor: Actor, public_id: str, revision: int) -> None:
    """A professional is there again; their account stays closed until it is opened."""
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, Professional, public_id)
        check_revision(row, revision)
        lifecycles.step("professional", row.status, "active")
        row.status = "active"
        tx.add(row)
        audit.note(tx, site, actor, "professional.active", "professional", row.public_id)


def _leaving(at: Desk, kind: str, row: PeerHelper | Professional) -> Leaving:
    blocking, told = _of_helper(at, row) if isinstance(row, PeerHelper) else _of_professional(at, row)
    held = _accounts(at, row)
    coordinates = any(one.role == "coordinator" for one in held)
    return Leaving(
        public_id=row.public_id,
        kind=kind,
        name=row.display_name,
        status=row.status,
        revision=row.revision,
        blocking=tuple(blocking),
        told=tuple(told),
        has_account=bool(held),
        is_own=at.actor.party_id == row.id,
        is_last=coordinates and not _others_coordinate(at, row),
    )


def _of_helper(at: Desk, row: PeerHelper) -> tuple[list[Touched], list[Touched]]:
    day = at.day.toordinal()
    live = [
        one
        for one in at.tx.exec(
            select(Pairing)
            .where(Pairing.peer_helper_id == row.id, col(Pairing.status).in_(codes.LIVE_PAIRING_STATES))
            .order_by(Pairing.ref)
        ).all()
        # A proposal that has lapsed holds nobody (`settled.md` 12).
        if one.status != "proposed" or day < one.proposed_on.toordinal() + LAPSE_DAYS
    ]
    visits = _visits(at, or_(col(Visit.peer_helper_id) == row.id, col(Visit.second_helper_id) == row.id))
    own = {one.id for one in live}
    # Those of live pairings go with them; what is left is a last meeting, or one as the second person.
    alone = [one for one in visits if one.pairing_id not in own or one.second_helper_id == row.id]
    people = by_id(at.tx, Person, [*(one.person_id for one in live), *(one.person_id for one in alone)])
    blocking = [
        Touched("proposal", people[one.person_id].public_id, people[one.person_id].pseudonym)
        if one.status == "proposed"
        else Touched("pairing", one.public_id, people[one.person_id].pseudonym)
        for one in live
    ]
    blocking += [_visit(at, one, people) for one in alone]
    return blocking, _sessions(at, row.id)


def _of_professional(at: Desk, row: Professional) -> tuple[list[Touched], list[Touched]]:
    supervised = at.tx.exec(
        select(PeerHelper)
        .where(PeerHelper.supervisor_id == row.id, PeerHelper.status != "left")
        .order_by(PeerHelper.display_name)
    ).all()
    visits = _visits(at, col(Visit.professional_id) == row.id)
    requests = at.tx.exec(
        select(Request)
        .where(Request.professional_id == row.id, col(Request.status).in_(OPEN_REQUESTS))
        .order_by(Request.ref)
    ).all()
    situations = at.tx.exec(
        select(Situation)
        .where(Situation.coordinator_id == row.id, Situation.status != "closed")
        .order_by(Situation.ref)
    ).all()
    people = by_id(at.tx, Person, (one.person_id for one in (*visits, *requests, *situations)))
    blocking = [Touched("supervised", one.public_id, one.display_name) for one in supervised]
    blocking += [_visit(at, one, people) for one in visits]
    told = [Touched("request", one.public_id, people[one.person_id].pseudonym) for one in requests]
    told += [Touched("situation", one.public_id, people[one.person_id].pseudonym) for one in situations]
    return blocking, told + _sessions(at, row.id)


def _visits(at: Desk, concerned: Any) -> list[Visit]:
    return list(
        at.tx.exec(
            select(Visit)
            .where(
                concerned,
                scope(at.actor).of(Visit),
                col(Visit.status).in_(codes.LIVE_VISIT_STATES),
                col(Visit.starts_at) > at.site.clock.now(),
            )
            .order_by(col(Visit.starts_at))
        ).all()
    )


def _visit(at: Desk, row: Visit, people: dict[int, Person]) -> Touched:
    start = row.starts_at.astimezone(ZoneInfo(at.territory.timezone))
    return Touched("visit", row.public_id, people[row.person_id].pseudonym, start)


def _sessions(at: Desk, party: int) -> list[Touched]:
    """Slots as host: holes in the rota, which stay visible there."""
    rows = at.tx.exec(
        select(OpenSessionHost, OpenSession)
        .join(OpenSession, col(OpenSession.id) == OpenSessionHost.open_session_id)
        .where(OpenSessionHost.host_id == party, col(OpenSessionHost.on) >= at.day)
        .order_by(col(OpenSessionHost.on))
    ).all()
    zone = ZoneInfo(at.territory.timezone)
    return [
        Touched(
            "session",
            series.public_id,
            series.name,
            datetime.combine(slot.on, datetime.min.time(), zone).replace(
                hour=series.start_minute // 60, minute=series.start_minute % 60
            ),
        )
        for slot, series in rows
    ]


def _accounts(at: Desk, row: PeerHelper | Professional) -> list[Account]:
    held = at.tx.exec(select(Account).where(Account.party_id == row.id, col(Account.active))).all()
    return [one for one in held if one.role != "person"]


def _others_coordinate(at: Desk, row: PeerHelper | Professional) -> bool:
    others = select(Account.id).where(
        Account.role == "coordinator",
        scope(at.actor).of(Account),
        col(Account.active),
        col(Account.party_id) != row.id,
    )
    return at.tx.exec(others).first() is not None
