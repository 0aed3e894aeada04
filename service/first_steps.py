"""What a network that has just been created still needs before it can propose a first pair, in a good order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, exists, select

from service.tables.access import Account
from service.tables.pairings import Pairing, Request
from service.tables.people import Availability, PeerHelper, Professional
from service.tables.territory import Neighbourhood

STEPS = ("area", "helper", "hours", "partner", "account", "request", "decision", "proposal")
"""In the order in which a coordinator does them; each is done once it is there, by hand or by import."""


@dataclass(frozen=True)
class FirstStep:
    """`is_next` is the first that is not done."""

    code: str
    is_done: bool
    is_next: bool


def first_steps(tx: Session, territory_id: int) -> tuple[FirstStep, ...]:
    """The first steps of the territory, by one question to the database; none once a pair was ever proposed."""
    row = tx.execute(columns(*(_there(code, territory_id).label(code) for code in STEPS))).one()
    if row.proposal:
        return ()
    upcoming = next(code for code in STEPS if not getattr(row, code))
    return tuple(FirstStep(code, getattr(row, code), code == upcoming) for code in STEPS)


def _there(code: str, territory_id: int) -> ColumnElement[bool]:
    """Whether what the step asks for is there."""
    owned = select(Availability.id).join(PeerHelper, col(PeerHelper.id) == Availability.owner_id)
    staff = select(Professional.id).where(Professional.territory_id == territory_id)
    joined = select(func.count(col(Account.id))).where(Account.territory_id == territory_id)
    asked = select(Request.id).where(Request.territory_id == territory_id, Request.kind == "pairing")
    looks: dict[str, ColumnElement[bool]] = {
        "area": exists(select(Neighbourhood.id).where(Neighbourhood.territory_id == territory_id)),
        "helper": exists(select(PeerHelper.id).where(PeerHelper.territory_id == territory_id)),
        "hours": exists(owned.where(PeerHelper.territory_id == territory_id)),
        # The first coordinator is the only professional there is at the start.
        "partner": exists(staff.offset(1).limit(1)),
        "account": joined.scalar_subquery() > 1,
        "request": exists(asked),
        "decision": exists(asked.where(col(Request.status).in_(("waiting", "proposed", "fulfilled")))),
        "proposal": exists(select(Pairing.id).where(Pairing.territory_id == territory_id)),
    }
    return looks[code]
