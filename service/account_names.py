"""How accounts are called."""

from __future__ import annotations

from sqlmodel import Session

from service.tables.access import Account
from service.tables.people import PeerHelper, Person, Professional


def name_of(tx: Session, account: Account) -> str:
    """How the account is called on pages: a name, or a person's pseudonym."""
    if account.party_id is None:
        return ""
    if account.role == "person":
        person = tx.get(Person, account.party_id)
        return person.pseudonym if person is not None else ""
    table = PeerHelper if account.role == "peer_helper" else Professional
    row = tx.get(table, account.party_id)
    return row.display_name if row is not None else ""
