"""Seraing in January: who acts, and rows by their reference."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from sqlmodel import col, select

from matching.pairing.answer import Answer
from matching.pairing.instance import Instance
from service import access, pairing_data, pairings
from service.clock import FixedClock, RealClock
from service.imports import shipped
from service.pairing_board import Board, board
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request
from service.tables.people import PeerHelper, Person
from service.tables.territory import Territory
from service.tables.work import AuditEntry, Run
from tests.service import solving
from tests.service.web.calculating import Calculation
from tests.service.web.network import BASE, Browser
from tests.service.web.servers import server

TODAY = date(2027, 1, 4)


def said(page: str) -> str:
    """What a page says: its words, without marks and with ordinary spaces."""
    words = re.sub(r"<[^>]+>", " ", page.partition("<main")[2])
    return " ".join(html.unescape(words).split())


def load(site: Site, name: str) -> None:
    shipped.load(site, Actor("coordinator", None), name, today=TODAY)


@dataclass(frozen=True)
class Network:
    """One territory of a site, seen by its coordinator."""

    site: Site

    @property
    def territory(self) -> Territory:
        with self.site.db() as tx:
            return tx.exec(select(Territory)).one()

    @property
    def coordinator(self) -> Actor:
        return Actor("coordinator", self.territory.id)

    def on(self, day: date) -> Network:
        """The same network on another day."""
        return Network(replace(self.site, clock=FixedClock.at_eight(day, self.territory.timezone)))

    def on_clock_of(self, other: Network) -> Network:
        """This network on the day of another one."""
        return Network(replace(self.site, clock=other.site.clock))

    def row(self, table: Any, ref: str) -> Any:
        with self.site.db() as tx:
            return tx.exec(select(table).where(table.ref == ref)).one()

    def person(self, ref: str) -> Person:
        return self.row(Person, ref)

    def helper(self, ref: str) -> PeerHelper:
        return self.row(PeerHelper, ref)

    def request_of(self, ref: str) -> Request:
        with self.site.db() as tx:
            return tx.exec(select(Request).where(Request.person_id == self.person(ref).id)).one()

    def pairing(self, public_id: str) -> Pairing:
        with self.site.db() as tx:
            return tx.exec(select(Pairing).where(Pairing.public_id == public_id)).one()

    def as_person(self, ref: str) -> Actor:
        return Actor("person", self.territory.id, party_id=self.person(ref).id)

    def as_helper(self, ref: str) -> Actor:
        return Actor("peer_helper", self.territory.id, party_id=self.helper(ref).id)

    def change(self, table: Any, ref: str, **fields: Any) -> None:
        with self.site.db.begin() as tx:
            row = tx.exec(select(table).where(table.ref == ref)).one()
            for name, value in fields.items():
                setattr(row, name, value)
            tx.add(row)

    def add(self, *rows: Any) -> None:
        with self.site.db.begin() as tx:
            tx.add_all(rows)

    def all(self, table: Any) -> list[Any]:
        with self.site.db() as tx:
            return list(tx.exec(select(table)).all())

    def instance(self, day: date = TODAY) -> Instance:
        with self.site.db() as tx:
            records = pairing_data.read_records(tx, self.territory.id or 0, day)
            return pairing_data.instance_of_waiting(tx, records)

    def calculated(self) -> Answer:
        """Ask for the shortlists, and let the search answer as the child process does."""
        run_id = pairings.ask_for_shortlists(self.site, self.coordinator)
        with self.site.db.begin() as tx:
            run = tx.exec(select(Run).where(Run.public_id == run_id)).one()
            answer, _ = solving.paired(run.snapshot)
            run.status, run.result, run.ended_at = "done", msgspec.to_builtins(answer), RealClock().now()
            tx.add(run)
        return answer

    def browser(self, role: str = "coordinator") -> Browser:
        """Somebody of this role who signed in."""
        settings = self.site.settings.model_copy(update={"demo": True, "base_url": BASE})
        site = replace(self.site, settings=settings)
        access.make_demo_accounts(site)
        client = Browser(server(site))
        client.enter(access.new_link(site, role))
        return client

    def page(self, ref: str) -> str:
        """The coordinator's page of somebody who waits, as text without marks."""
        return said(self.browser().get(f"/appariements/{self.person(ref).public_id}").text)

    def ask(self) -> Calculation:
        """Ask for the shortlists, and take the calculation in hand."""
        pairings.ask_for_shortlists(self.site, self.coordinator)
        return Calculation(self.site)

    def board(self, ref: str | None = None) -> Board:
        return board(self.site, self.coordinator, self.person(ref).public_id if ref else None)

    def propose(self, person: str, helper: str) -> str:
        return pairings.propose(
            self.site, self.coordinator, self.person(person).public_id, self.helper(helper).public_id
        )

    def enter(self, pairing: str, side: str, said: str, how: str = "phone") -> str:
        return pairings.answer(self.site, self.coordinator, pairing, side, said, how)

    def actions(self) -> list[str]:
        with self.site.db() as tx:
            return list(tx.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all())
