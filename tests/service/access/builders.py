"""A real installation, not the demonstration: people who come in by passwords, codes, keys and paper."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pyotp.totp import TOTP
from sqlmodel import col, select

from service import access, invitations_to_join, own_keys
from service.clock import FixedClock
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.people import PeerHelper, Person, Professional
from tests.service.web.network import Browser, Network, make_site

BASE = "https://fil.example"
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
PASSWORD = "girafe violon tunnel citron"
NEW_PASSWORD = "cerise marteau brume kayak"
EMAIL = "claire@example.org"
HERE = "192.0.2.1"
TABLES = {"peer_helper": PeerHelper, "person": Person}


def at(**after: float) -> FixedClock:
    return FixedClock(NOW + timedelta(**after))


def code_at(secret: str, moment: datetime) -> str:
    return TOTP(secret).at(moment)


class Visitor(Browser):
    """A browser on the real address, whose cookies are locked to it."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.base_url = BASE

    def fill(self, address: str, page: str, **fields: Any) -> Any:
        return self.post(
            address,
            data={"csrf": self.seal(page)} | fields,
            headers={"sec-fetch-site": "same-origin", "origin": BASE},
            follow_redirects=False,
        )


@dataclass
class House:
    """The small network as a real installation."""

    site: Site = field(default_factory=lambda: make_site(demo=False, base_url=BASE))

    def __post_init__(self) -> None:
        self.network = Network(self.site)

    def visitor(self) -> Visitor:
        return Visitor(self.network.app)

    def account(self, role: str, name: str | None = None) -> Account:
        with self.site.db() as tx:
            found = select(Account).where(Account.role == role, Account.territory_id == self.network.territories["SER"])
            if name is not None:
                table = TABLES.get(role, Professional)
                called = table.pseudonym if table is Person else table.display_name  # type: ignore[union-attr]
                found = found.join(table, col(table.id) == Account.party_id).where(called == name)
            return tx.exec(found.order_by(col(Account.id))).first() or self.fail(role)

    def fail(self, role: str) -> Account:
        raise KeyError(role)

    def actor(self, role: str, name: str | None = None) -> Actor:
        account = self.account(role, name)
        return Actor(role, account.territory_id, account.id, account.party_id, account.language)

    def person_id(self, name: str) -> str:
        with self.site.db() as tx:
            return tx.exec(select(Person.public_id).where(Person.pseudonym == name)).one()

    def invitation(self, role: str = "coordinator", name: str | None = None) -> str:
        """The token of an invitation for somebody who is there already."""
        actor = self.actor("coordinator")
        renewed = invitations_to_join.renew(self.site, actor, self.account(role, name).public_id, clock=at())
        return renewed.link.rsplit("/", 1)[-1]

    def joined(
        self, role: str = "coordinator", name: str | None = None, *, email: str = EMAIL, minutes: float = -5
    ) -> Joined:
        """Staff who chose the password, with their application of codes and paper codes, `minutes` from `NOW`."""
        token = self.invitation(role, name)
        secret = invitations_to_join.joining(self.site, token, clock=at()).secret
        moment = NOW + timedelta(minutes=minutes)
        session, account, codes = invitations_to_join.join(
            self.site, token, PASSWORD, code_at(secret, moment), HERE, email=email, clock=FixedClock(moment)
        )
        return Joined(account, secret, codes, session)

    def really_joined(self, role: str = "coordinator", name: str | None = None, *, email: str = EMAIL) -> Joined:
        """The same by the real clock, for whoever then comes to the pages: three minutes ago."""
        now = datetime.now(UTC)
        actor = self.actor("coordinator")
        renewed = invitations_to_join.renew(self.site, actor, self.account(role, name).public_id)
        token = renewed.link.rsplit("/", 1)[-1]
        before = now - timedelta(minutes=3)
        secret = invitations_to_join.joining(self.site, token).secret
        session, account, codes = invitations_to_join.join(
            self.site, token, PASSWORD, code_at(secret, before), HERE, email=email, clock=FixedClock(before)
        )
        return Joined(account, secret, codes, session)

    def own(self, name: str = "Yann", kind: str = "code") -> str:
        """A person's new code or link."""
        made = own_keys.make(self.site, self.actor("coordinator"), self.person_id(name), kind, clock=at())
        return made.secret

    def is_in(self, session: str, **after: float) -> bool:
        return access.visitor(self.site, session, clock=at(**after)) is not None


@dataclass
class Joined:
    account: Account
    secret: str
    codes: list[str]
    session: str

    def code(self, **after: float) -> str:
        return code_at(self.secret, NOW + timedelta(**after))

    def code_now(self) -> str:
        return code_at(self.secret, datetime.now(UTC))


def words_of(answer: Any) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))
