"""What lies in contact cards, opened for several people at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from service.site import Site
from service.tables.people import ContactCard, DataKey


def of(tx: Session, site: Site, parties: Collection[int]) -> dict[int, dict[str, str]]:
    """The cards of these people; one whose key was erased is left out."""
    # Held until the end: as long as they are, opening a card asks for no key of its own.
    keys = tx.exec(select(DataKey).where(col(DataKey.party_id).in_(parties))).all()
    found: dict[int, dict[str, str]] = {}
    for card in tx.exec(select(ContactCard).where(col(ContactCard.party_id).in_(parties))).all():
        try:
            told = site.seals.open(tx, card.party_id, place(card.party_id), card.card_sealed)
        except ValueError:
            continue
        found[card.party_id] = {str(name): str(value or "") for name, value in told.items()}
    del keys
    return found


def place(party: int) -> str:
    """What the sealed value is bound to; part of every card ever written, so it never changes."""
    return f"contact_card.card_sealed:{party}"
