"""Who gets invitations by mail: what each chose about them, and where they go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from calendars.addresses import NotAnAddress, mail_address
from service import audit, codes, contact_cards, mail_addresses
from service.errors import NotAllowed
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.mail import MailPreference
from service.tables.people import Professional

ROLES = ("peer_helper", "professional", "person")


@dataclass(frozen=True)
class Choice:
    """
    Whether and how somebody gets invitations, for their page.

    `address` is where they go, with most of it left out; empty when none is known.
    """

    active: bool
    level: str
    language: str
    address: str


def choose(site: Site, actor: Actor, *, active: bool, level: str, language: str) -> None:
    """
    Get invitations by mail from now on, or no more.

    Raises
    ------
    NotAllowed
        When the actor has no calendar of their own.
    """
    party = _own_party(actor)
    if level not in codes.INVITATION_LEVELS or language not in codes.LANGS:
        raise NotAllowed
    with site.db.begin() as tx:
        row = tx.get(MailPreference, party)
        if row is None:
            row = MailPreference(
                party_id=party, territory_id=actor.territory_id or 0, changed_at=site.clock.now(), active=False
            )
        row.active, row.level, row.language, row.changed_at = active, level, language, site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "mail.chosen" if active else "mail.stopped", "party")


def choice(site: Site, actor: Actor) -> Choice:
    """What the actor chose; off until they did."""
    party = _own_party(actor)
    with site.db() as tx:
        row = tx.get(MailPreference, party)
        address = _masked(address_of(tx, site, party))
    if row is None:
        return Choice(active=False, level=codes.INVITATION_LEVELS[0], language=actor.language, address=address)
    return Choice(row.active, row.level, row.language, address)


def chosen_by(site: Site, territory_id: int) -> tuple[int, int]:
    """How many people of a territory chose mails, and of how many no address is known."""
    with site.db() as tx:
        rows = tx.exec(
            select(MailPreference.party_id).where(
                MailPreference.territory_id == territory_id, col(MailPreference.active).is_(True)
            )
        ).all()
        return len(rows), sum(address_of(tx, site, party) is None for party in rows)


def address_of(tx: Session, site: Site, party_id: int) -> str | None:
    """Where mails to somebody go: the address of their account, else of their card, else a professional's own."""
    return addresses(tx, site, [party_id]).get(party_id)


def addresses(tx: Session, site: Site, parties: Collection[int]) -> dict[int, str]:
    """The same for several people at once; those of whom no address is known are left out."""
    told: dict[int, list[str]] = {party: [] for party in parties}
    accounts = select(Account).where(col(Account.party_id).in_(parties), col(Account.active).is_(True))
    for account in tx.exec(accounts.order_by(col(Account.id))).all():
        told[account.party_id or 0].append(mail_addresses.of(tx, site, account))
    for party, card in contact_cards.of(tx, site, parties).items():
        told[party].append(card.get("email", ""))
    for professional in tx.exec(select(Professional).where(col(Professional.id).in_(parties))).all():
        told[professional.id].append(professional.email)
    found: dict[int, str] = {}
    for party, given in told.items():
        for address in given:
            try:
                found[party] = mail_address(address)
            except NotAnAddress:
                continue
            break
    return found


def _masked(address: str | None) -> str:
    if address is None:
        return ""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"


def _own_party(actor: Actor) -> int:
    if actor.role not in ROLES or actor.party_id is None:
        raise NotAllowed
    return actor.party_id
