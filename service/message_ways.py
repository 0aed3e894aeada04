"""How messages reach somebody: what they chose, and by which addresses it is possible."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from service import audit, codes, contact_cards, invitation_choices, rows, sms_carrier
from service.errors import NotAllowed
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.mail import MessagePreference
from service.tables.people import Party, PeerHelper, Person, Professional

ROLES = ("peer_helper", "professional", "person", "coordinator")


@dataclass(frozen=True)
class Way:
    """How a message reaches somebody: `email`, `sms`, or `none`; `address` is where, empty when there is nothing."""

    how: str
    address: str
    language: str
    reminders: bool = True

    def reaches(self, gateways: Collection[str]) -> bool:
        return bool(self.address) and self.how in gateways


@dataclass(frozen=True)
class Choice:
    """What somebody chose about messages, for their page; `ways` are those that can reach them."""

    way: str
    reminders: bool
    language: str
    ways: tuple[str, ...]


def choice(site: Site, actor: Actor) -> Choice:
    """What holds for the actor now."""
    party = _own_party(actor)
    with site.db() as tx:
        known = Known(tx, site, [party])
        way = known.way(party)
    return Choice(way.how, way.reminders, way.language, known.possible(party))


def choose(site: Site, actor: Actor, *, way: str, reminders: bool, language: str) -> None:
    """
    Get messages this way from now on.

    Raises
    ------
    NotAllowed
        When the actor is nobody who gets messages, or the way is none.
    """
    party = _own_party(actor)
    if way not in codes.MESSAGE_CHOICES or language not in codes.LANGS:
        raise NotAllowed
    with site.db.begin() as tx:
        row = tx.get(MessagePreference, party) or MessagePreference(
            party_id=party, territory_id=actor.territory_id or 0, way=way, changed_at=site.clock.now()
        )
        row.way, row.reminders, row.language, row.changed_at = way, reminders, language, site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "message.chosen", "party")


class Known:
    """How each of some people is reached, read at once."""

    def __init__(self, tx: Session, site: Site, parties: Collection[int]) -> None:
        self.parties = rows.by_id(tx, Party, parties)
        self._people = {
            **rows.by_id(tx, Person, parties),
            **rows.by_id(tx, PeerHelper, parties),
            **rows.by_id(tx, Professional, parties),
        }
        chosen = select(MessagePreference).where(col(MessagePreference.party_id).in_(parties))
        self._chosen = {row.party_id: row for row in tx.exec(chosen).all()}
        spoken = select(Account).where(col(Account.party_id).in_(parties), col(Account.active).is_(True))
        self._languages = {row.party_id: row.language for row in tx.exec(spoken).all()}
        self._mails = invitation_choices.addresses(tx, site, parties)
        self._numbers = {
            party: found
            for party, card in contact_cards.of(tx, site, parties).items()
            if (found := sms_carrier.number(card.get("phone", ""))) is not None
        }

    def public_id(self, party: int) -> str:
        return self._people[party].public_id

    def possible(self, party: int) -> tuple[str, ...]:
        """Ways that an address is known for."""
        return tuple(how for how, known in (("email", self._mails), ("sms", self._numbers)) if party in known)

    def way(self, party: int) -> Way:
        """The one they chose, a person's own channel, else the first that an address is known for."""
        row = self._chosen.get(party)
        how = row.way if row is not None else self._usual(party)
        address = {"email": self._mails, "sms": self._numbers}.get(how, {}).get(party, "")
        language = row.language if row is not None else self._languages.get(party, "fr")
        return Way(how, address, language, row is None or row.reminders)

    def _usual(self, party: int) -> str:
        somebody = self._people[party]
        if isinstance(somebody, Person):
            return somebody.contact_channel if somebody.contact_channel in ("email", "sms") else "none"
        return next(iter(self.possible(party)), "none")


def _own_party(actor: Actor) -> int:
    if actor.role not in ROLES or actor.party_id is None:
        raise NotAllowed
    return actor.party_id
