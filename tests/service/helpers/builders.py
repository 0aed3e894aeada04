"""What tests of helpers fill in and look up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from service.clock import FixedClock
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.people import PeerHelper, Person, Professional
from service.tables.work import AuditEntry
from tests.service.web.network import MOMENT, Network

NADIA: dict[str, Any] = {
    "display_name": "Nadia",
    "contract": "employee",
    "themes": ["housing"],
    "languages": ["fr", "ar"],
    "lived_experience": ["debt"],
    "own_words": "Je connais le quartier.",
    "weekly_hours": "19,5",
    "max_persons": "5",
    "max_visits_per_day": "3",
    "max_travel_km": "8,5",
    "transport": "car",
    "lone_visit_ok": "yes",
    "cannot_visit": ["dog"],
    "base_lat": "50,61",
    "base_lon": "5.504",
    "initial_training_completed_on": "2026-01-20",
    "phone": "04 123 45 67",
    "email": "nadia@exemple.example",
}


def helper(network: Network, name: str = "Ana") -> PeerHelper:
    with network.site.db() as tx:
        return tx.exec(select(PeerHelper).where(PeerHelper.display_name == name)).one()


def person(network: Network, name: str = "Yann") -> Person:
    with network.site.db() as tx:
        return tx.exec(select(Person).where(Person.pseudonym == name)).one()


def claire(network: Network, name: str = "Claire") -> Actor:
    """Somebody of the coordination."""
    with network.site.db() as tx:
        row = tx.exec(select(Professional).where(Professional.display_name == name)).one()
        account = tx.exec(select(Account).where(Account.party_id == row.id, Account.role == "coordinator")).one()
        return Actor("coordinator", row.territory_id, account.id, row.id)


def later(site: Site, days: int) -> Site:
    return replace(site, clock=FixedClock(MOMENT + timedelta(days=days)))


def noted(network: Network, public_id: str) -> list[str]:
    """What the log says was done to a record, in order."""
    with network.site.db() as tx:
        rows = tx.exec(select(AuditEntry).where(AuditEntry.record_id == public_id).order_by(col(AuditEntry.id)))
        return [row.action for row in rows]
