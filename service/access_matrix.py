"""
Who reaches which records, as data: for each kind of record, the roles that reach some and by what relation.

`domain.md` 7 decides; `service/access_scope.py` asks this table and nothing else, `docs/access.md` shows it. Within
a relation a use case may allow less, never more. A role that is not named reaches none, and to whoever does not reach
a record it does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select

from service import codes
from service.site import Actor
from service.tables.access import Account, Letter, Subscription
from service.tables.calendars import OtherCalendar
from service.tables.duties import CoordinatorDuty
from service.tables.emergencies import EmergencyOpening
from service.tables.follow import PartnerLink, RequestMessage
from service.tables.mail import MailReply, OutboxMessage
from service.tables.network import Meeting
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Absence, Party, PeerHelper, Person, Place, Professional
from service.tables.requests import RequestDraft
from service.tables.rights import RightRequest
from service.tables.territory import Neighbourhood, Organisation, Theme
from service.tables.work import ImportReport, Run


@dataclass(frozen=True)
class Relation:
    """What ties an actor to a record: in words, as a condition on the record's row, and if they may act on it."""

    says: str
    holds: Callable[[Any, Actor], ColumnElement[bool]]
    changes: bool = True


def _goes_along(row: type[Visit], actor: Actor) -> ColumnElement[bool]:
    return or_(col(row.peer_helper_id) == actor.party_id, col(row.second_helper_id) == actor.party_id)


def _meant_for_asker(row: type[RequestMessage], actor: Actor) -> ColumnElement[bool]:
    asked = select(Request.id).where(ASKED.holds(Request, actor), col(Request.territory_id) == actor.territory_id)
    return col(row.for_professional) & col(row.request_id).in_(asked)


def _meant_for_helper(row: type[RequestMessage], actor: Actor) -> ColumnElement[bool]:
    going_on = select(Pairing.id).where(PAIRED.holds(Pairing, actor), col(Pairing.status).in_(codes.GOING_ON))
    return col(row.for_helper) & col(row.pairing_id).in_(going_on)


def _opened_here_or_by_them(row: type[EmergencyOpening], actor: Actor) -> ColumnElement[bool]:
    return or_(col(row.territory_id) == actor.territory_id, col(row.opened_by) == actor.account_id)


def within(row: Any, territory_id: int | None) -> ColumnElement[bool]:
    """The territory that each relation is held to: of the row itself, or of whom or what it hangs on."""
    if row is Theme:
        return col(Theme.own_of) == territory_id
    if row is ImportReport:
        return col(ImportReport.made_by).in_(select(Account.id).where(col(Account.territory_id) == territory_id))
    if row is Absence:
        return col(Absence.owner_id).in_(select(Party.id).where(col(Party.territory_id) == territory_id))
    if row is EmergencyOpening:
        # It leads from one territory to another; its relation names both ends.
        return true()
    return col(row.territory_id) == territory_id


HERE = Relation("all of their territory", lambda row, actor: true())
ADDED_HERE = Relation("those that their network added", lambda row, actor: true())
THEMSELF = Relation("their own record", lambda row, actor: col(row.id) == actor.party_id)
THEIRS = Relation("their own", lambda row, actor: col(row.owner_id) == actor.party_id)
TOLD = Relation("what they are told", lambda row, actor: col(row.party_id) == actor.party_id)
OPENED = Relation("of people of their territory, and those that they made", _opened_here_or_by_them)
CONCERNED = Relation("what is about them", lambda row, actor: col(row.person_id) == actor.party_id)
PAIRED = Relation("pairings with them", lambda row, actor: col(row.peer_helper_id) == actor.party_id)
GOES_ALONG = Relation("visits they go to", _goes_along)
ASKED = Relation("requests they made", lambda row, actor: col(row.professional_id) == actor.party_id)
JOINS = Relation("visits they join", lambda row, actor: col(row.professional_id) == actor.party_id, changes=False)
MEANT_FOR_ASKER = Relation("messages meant for them, of requests they made", _meant_for_asker)
MEANT_FOR_HELPER = Relation("messages meant for them, while the pairing goes on", _meant_for_helper)

MATRIX: Mapping[type[Any], Mapping[str, Relation]] = {
    Request: {"coordinator": HERE, "professional": ASKED, "person": CONCERNED},
    RequestDraft: {"professional": THEIRS},
    RequestMessage: {"coordinator": HERE, "professional": MEANT_FOR_ASKER, "peer_helper": MEANT_FOR_HELPER},
    Pairing: {"coordinator": HERE, "peer_helper": PAIRED, "person": CONCERNED},
    Visit: {"coordinator": HERE, "peer_helper": GOES_ALONG, "professional": JOINS, "person": CONCERNED},
    Person: {"coordinator": HERE, "person": THEMSELF},
    PeerHelper: {"coordinator": HERE, "peer_helper": THEMSELF},
    Professional: {"coordinator": HERE, "professional": THEMSELF},
    Absence: {"coordinator": HERE, "peer_helper": THEIRS},
    Notice: {"coordinator": HERE, "peer_helper": TOLD, "professional": TOLD, "person": TOLD},
    RightRequest: {"coordinator": HERE, "person": CONCERNED},
    EmergencyOpening: {"coordinator": OPENED},
    Subscription: {"coordinator": HERE, "peer_helper": THEIRS, "professional": THEIRS, "person": THEIRS},
    OtherCalendar: {"peer_helper": THEIRS, "professional": THEIRS},
    Place: {"coordinator": HERE},
    Meeting: {"coordinator": HERE},
    Organisation: {"coordinator": HERE},
    Neighbourhood: {"coordinator": HERE},
    Theme: {"coordinator": ADDED_HERE},
    PartnerLink: {"coordinator": HERE},
    Account: {"coordinator": HERE},
    Letter: {"coordinator": HERE},
    OutboxMessage: {"coordinator": HERE},
    MailReply: {"coordinator": HERE},
    Run: {"coordinator": HERE},
    CoordinatorDuty: {"coordinator": HERE},
    ImportReport: {"coordinator": HERE},
}
"""The kinds of records that are asked for one by one or in lists; records that hang on one follow it."""
