"""Persons of the small network, and a coordinator who acts for it."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from service.site import Actor
from service.tables.people import PeerHelper, Person
from service.tables.work import AuditEntry
from tests.service.web.network import BASE, Browser, Network


def claire(network: Network, territory: str = "SER") -> Actor:
    """The coordinator of a territory."""
    return Actor("coordinator", network.territories[territory])


def person(network: Network, pseudonym: str) -> Person:
    with network.site.db() as tx:
        return tx.exec(select(Person).where(Person.pseudonym == pseudonym)).one()


def helper(network: Network, name: str) -> PeerHelper:
    with network.site.db() as tx:
        return tx.exec(select(PeerHelper).where(PeerHelper.display_name == name)).one()


def change(network: Network, who: str, /, **fields: Any) -> Person:
    with network.site.db.begin() as tx:
        row = tx.exec(select(Person).where(Person.pseudonym == who)).one()
        for name, value in fields.items():
            setattr(row, name, value)
        tx.add(row)
    return row


def log_of(network: Network, public_id: str) -> list[str]:
    """What the log says was done to a record, in order."""
    with network.site.db() as tx:
        entries = tx.exec(
            select(AuditEntry.action).where(AuditEntry.record_id == public_id).order_by(col(AuditEntry.id))
        )
        return list(entries.all())


def sent(client: Browser, page: str, fields: dict[str, Any]) -> Any:
    """The form of a page filled in and sent to the page itself."""
    return client.post(
        page,
        data={"csrf": client.seal(page)} | fields,
        headers={"sec-fetch-site": "same-origin", "origin": BASE},
        follow_redirects=False,
    )
