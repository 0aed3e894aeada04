"""The small network with a mail server that nobody asks, and what happens to Yann's request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

from sqlmodel import SQLModel, col, select

from service import mail_addresses
from service.clock import FixedClock
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.mail import OutboxMessage
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import Availability, PeerHelper, Person, Professional
from tests.service.web.network import MOMENT, TODAY, Network

NOW = datetime(2027, 1, 4, 7, tzinfo=UTC)


class Follow(Network):
    """Paul asked for Rose, Yann and Zoe; `yann` is the public id of his request for Yann."""

    @property
    def yann(self) -> str:
        return self.ids["SER:request:Yann"]

    def site_at(self, **later: float) -> Site:
        return replace(self.site, clock=FixedClock(MOMENT + timedelta(**later)))

    def actor(self, role: str, name: str) -> Actor:
        table: Any = PeerHelper if role == "peer_helper" else Professional
        with self.site.db() as tx:
            row = tx.exec(select(table).where(table.display_name == name)).one()
            account = tx.exec(select(Account).where(Account.party_id == row.id, Account.role == role)).one()
            return Actor(role, row.territory_id, account.id, row.id)

    def give_mail(self, *names: str) -> None:
        """An address for the accounts of these people: their name in small letters."""
        with self.site.db.begin() as tx:
            for name in names:
                for table in (PeerHelper, Professional):
                    row = tx.exec(select(table).where(table.display_name == name)).first()
                    for account in tx.exec(select(Account).where(Account.party_id == row.id)) if row else ():
                        mail_addresses.put(tx, self.site, account, f"{name.lower()}@mail.example")
                        tx.add(account)

    def accept(self, **changes: Any) -> str:
        """Yann and Ana both said yes; the pairing's public id."""
        public_id = self.propose("Yann", "Ana")
        with self.site.db.begin() as tx:
            row = tx.exec(select(Pairing).where(Pairing.public_id == public_id)).one()
            row.status = row.person_answer = row.helper_answer = "accepted"
            row.person_answer_on = row.helper_answer_on = TODAY
            for name, value in changes.items():
                setattr(row, name, value)
            request = tx.exec(select(Request).where(Request.public_id == self.yann)).one()
            request.status = "fulfilled"
            tx.get_one(Person, row.person_id).status = "paired"
            tx.add_all((row, request))
        return public_id

    def change(self, table: type[SQLModel], public_id: str, **changes: Any) -> None:
        with self.site.db.begin() as tx:
            row: Any = tx.exec(select(table).where(table.public_id == public_id)).one()  # type: ignore[attr-defined]
            for name, value in changes.items():
                setattr(row, name, value)
            tx.add(row)

    def one(self, table: type[SQLModel], public_id: str) -> Any:
        with self.site.db() as tx:
            return tx.exec(select(table).where(table.public_id == public_id)).one()  # type: ignore[attr-defined]

    def free(self, name: str, weekday: int, start: int, end: int) -> None:
        """A window of a professional, in hours."""
        with self.site.db.begin() as tx:
            owner = tx.exec(select(Professional).where(Professional.display_name == name)).one()
            tx.add(
                Availability(
                    owner_id=owner.id, weekday=weekday, start_minute=start * 60, end_minute=end * 60, valid_from=TODAY
                )
            )

    def first_visit(self, pairing: str, kind: str = "first_joint", **changes: Any) -> str:
        """A joint first visit on Thursday 7 January, 10 o'clock, that was told."""
        start = datetime(2027, 1, 7, 9, tzinfo=UTC)
        with self.site.db.begin() as tx:
            row = tx.exec(select(Pairing).where(Pairing.public_id == pairing)).one()
            paul = tx.exec(select(Professional).where(Professional.display_name == "Paul")).one()
            visit = Visit(
                public_id=self.site.ids.new(),
                ref="SER-V1",
                territory_id=row.territory_id,
                pairing_id=row.id or 0,
                person_id=row.person_id,
                peer_helper_id=row.peer_helper_id,
                kind=kind,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                professional_id=paul.id,
                published_at=MOMENT,
                created_at=MOMENT,
                changed_at=MOMENT,
                uid="first@lefil",
                **changes,
            )
            tx.add(visit)
            return visit.public_id

    def mails(self) -> list[tuple[str, str, str]]:
        """To whom, subject and text of what waits to leave, in order."""
        with self.site.db() as tx:
            rows = tx.exec(
                select(OutboxMessage).where(OutboxMessage.state == "waiting").order_by(col(OutboxMessage.id))
            )
            found: list[tuple[str, str, str]] = []
            for row in rows:
                place = f"outbox_message.content_sealed:{row.public_id}"
                sealed = self.site.seals.open_shared(tx, place, row.content_sealed or b"")
                mail: Any = message_from_bytes(sealed["content"].encode("ascii"), policy=default)
                found.append((str(mail["To"]), str(mail["Subject"]), mail.get_body(("plain",)).get_content()))
            return found
