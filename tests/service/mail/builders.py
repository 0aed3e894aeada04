"""Nadia and Dalia of the feeds' network, with mail addresses, who chose to get invitations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from icalendar import Calendar, Component
from sqlmodel import select

from service import invitation_choices, mail_addresses, mail_replies, mailing
from service.clock import FixedClock
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.mail import Invitation, MailReply, OutboxMessage
from service.tables.pairings import Visit
from service.tables.people import ContactCard
from tests.service.feeds.builders import Network, network, visit
from tests.service.mail.postbox import Postbox, calendar_of

FROM = "agenda@fil.example"
NADIA, DALIA, CLAIRE = "nadia@mail.example", "dalia@mail.example", "claire@mail.example"
NOW = datetime(2027, 1, 4, 7, tzinfo=UTC)
CANARIES = ("Dalia", "Nadia", "Omar", "Claire", "Maréchal", "Molinay", "Café Bavard", "Verriers", "Gony", "Seraing")
"""Names, streets and places of the network: none of them may stand in a mail."""


@dataclass
class Post:
    """The network with a mail server, on a day that the test moves on by hand."""

    of: Network
    box: Postbox
    now: datetime = NOW

    @property
    def site(self) -> Site:
        settings = self.of.site.settings.model_copy(update={"smtp_url": self.box.url, "mail_from": FROM})
        return replace(self.of.site, settings=settings, clock=FixedClock(self.now))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def turn(self) -> int:
        """One round of the thread that writes and sends, without messages."""
        return mailing.turn(self.site, lambda: self.now, with_messages=False)

    def actor(self, party: int) -> Actor:
        roles = {self.of.nadia: "peer_helper", self.of.dalia: "person", self.of.claire: "professional"}
        return Actor(roles[party], self.of.territory, party_id=party)

    def choose(self, party: int, level: str = "minimal", language: str = "fr", *, active: bool = True) -> None:
        invitation_choices.choose(self.site, self.actor(party), active=active, level=level, language=language)

    def visit(self, uid: str = "v1", day: str = "2027-01-11", hour: int = 10, **changes: object) -> Visit:
        row = visit(self.of, uid, day, hour, **({"status": "planned"} | changes))
        self.of.add(row)
        return row

    def stored(self, uid: str = "v1") -> Visit:
        with self.site.db() as tx:
            return tx.exec(select(Visit).where(Visit.public_id == uid)).one()

    def change(self, uid: str = "v1", **changes: object) -> None:
        """A change as the use cases leave it behind: SEQUENCE raised, and an entry in the log is not needed."""
        with self.site.db.begin() as tx:
            row = tx.exec(select(Visit).where(Visit.public_id == uid)).one()
            for name, value in changes.items():
                setattr(row, name, value)
            row.sequence += 1
            row.changed_at = self.now
            tx.add(row)

    def outbox(self) -> list[OutboxMessage]:
        with self.site.db() as tx:
            return list(tx.exec(select(OutboxMessage).order_by(OutboxMessage.id)))

    def invitations(self) -> list[Invitation]:
        with self.site.db() as tx:
            return list(tx.exec(select(Invitation).order_by(Invitation.id)))

    def replies(self) -> list[MailReply]:
        with self.site.db() as tx:
            return list(tx.exec(select(MailReply).order_by(MailReply.id)))

    def receive(self, mail: bytes) -> str:
        return mail_replies.receive(self.site, mail, self.now)


def addresses(of: Network, parties: Iterable[tuple[int, str, str]]) -> None:
    """Accounts with mail addresses: (party, role, address)."""
    with of.site.db.begin() as tx:
        for party, role, address in parties:
            account = Account(public_id=f"a{party}", territory_id=of.territory, role=role, party_id=party)
            mail_addresses.put(tx, of.site, account, address)
            tx.add(account)


def a_post(box: Postbox) -> Post:
    """Nadia's address is in her account, Dalia's in her sealed card, Claire's with her account; nobody chose yet."""
    of = network()
    addresses(of, [(of.nadia, "peer_helper", NADIA), (of.claire, "professional", CLAIRE)])
    with of.site.db.begin() as tx:
        place = f"contact_card.card_sealed:{of.dalia}"
        tx.add(ContactCard(party_id=of.dalia, card_sealed=of.site.seals.seal(tx, of.dalia, place, {"email": DALIA})))
    return Post(of, box)


def event_of(mail: EmailMessage) -> Component:
    """The one entry of an invitation."""
    [event] = Calendar.from_ical(calendar_of(mail)).walk("VEVENT")
    return event


def method_of(mail: EmailMessage) -> str:
    return str(Calendar.from_ical(calendar_of(mail))["METHOD"])


def answer(
    mail: EmailMessage,
    said: str = "ACCEPTED",
    *,
    method: str = "REPLY",
    by: str = "",
    to: str = "",
    at: datetime = NOW,
    number: int = 1,
    uid: str = "",
    sequence: int | None = None,
    lines: tuple[str, ...] = (),
) -> bytes:
    """What a calendar sends back when somebody presses a button in an invitation."""
    event = event_of(mail)
    organizer = str(event["ORGANIZER"]).removeprefix("mailto:")
    attendee = by or str(event["ATTENDEE"]).removeprefix("mailto:")
    body = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//A calendar//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid or event['UID']}",
        f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
        f"ATTENDEE;PARTSTAT={said}:mailto:{attendee}",
        f"ORGANIZER:mailto:{organizer}",
        f"SEQUENCE:{event['SEQUENCE'] if sequence is None else sequence}",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    sent = EmailMessage(policy=SMTP)
    sent["From"], sent["To"] = attendee, to or organizer
    sent["Subject"] = "Re: invitation"
    sent["Message-ID"] = f"<answer-{number}@mail.example>"
    sent.set_content("Accepted.")
    sent.add_alternative("\r\n".join(body), subtype="calendar", params={"method": method})
    return sent.as_bytes()
