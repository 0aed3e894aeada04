"""Who gets in: links, sessions, demo accounts (`security.md` A, B); always by the real clock (`settled.md` 1)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, delete, select, update

from locales import N_
from service import access_attempts, audit, duties, own_keys
from service.account_names import name_of
from service.clock import Clock, RealClock
from service.errors import LinkNotValid, NotFound
from service.hashes import hashed
from service.site import Actor, Site
from service.tables.access import Account, HalfSignIn, PasskeyChallenge, ProviderTrip, SignInLink, WebSession
from service.tables.pairings import Request, Visit
from service.tables.people import Party, PeerHelper, Person, Professional
from service.tables.territory import Territory

REAL = RealClock()
MAILED_LINK_LIVES = timedelta(minutes=10)
INVITATION_LIVES = timedelta(days=7)
LINK_ROLES = ("peer_helper", "person")
"""Who comes in by a link or a code alone: they see what is theirs and nobody else's (`settled.md` 8)."""
FRESH = timedelta(minutes=5)
RECENT = timedelta(hours=12)
"""How long ago somebody may have proved who they are before they change how they come in (`security.md` A6)."""
SESSION_LIVES: dict[str, tuple[timedelta, timedelta]] = {
    "peer_helper": (timedelta(hours=12), timedelta(days=7)),
    "person": (timedelta(hours=12), timedelta(days=7)),
}
"""Longest idle and longest in all; whoever is not listed sees other people's data and gets the staff's limits."""
STAFF_LIVES = (timedelta(minutes=30), timedelta(hours=12))
SEEN_EVERY = timedelta(seconds=60)
"""A visit to a page moves the idle limit at most once in this time, so that reading a page seldom writes."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who signed in, as one request sees them."""

    actor: Actor
    name: str
    territory_name: str
    zone: str
    is_fresh: bool = False
    """Whether they proved within the last minutes who they are."""
    is_recent: bool = False
    """Whether they proved it within twelve hours, as a contact card asks (`security.md` B1)."""


def two_factors(site: Site, role: str) -> bool:
    """Whether this role comes in by two factors; in demo mode everybody comes by a printed link (`settled.md` 4)."""
    return role not in LINK_ROLES and not site.settings.demo


def form_seal(site: Site, token: str) -> str:
    """The value that a form must bring back: an HMAC of the session's token (`settled.md` 23)."""
    return hmac.new(site.seals.derive("csrf"), token.encode(), "sha256").hexdigest()


def new_link(
    site: Site, role: str, party_ref: str | None = None, *, lives: timedelta | None = None, clock: Clock = REAL
) -> str:
    """
    Make a sign-in link for an account of this role; without `party_ref`, the one who has most to see.

    In demo mode a link lives until it is used; otherwise ten minutes, or as long as `lives` says. A role that comes in
    by two factors gets a link to set them: it lets nobody in by itself.

    Raises
    ------
    NotFound
        When no active account has this role (and reference).
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    if lives is None and not site.settings.demo:
        lives = MAILED_LINK_LIVES
    with site.db.begin() as tx:
        account = _account(tx, role, party_ref)
        if account is None and two_factors(site, role):
            account = _first_account(tx, site, role, party_ref)
        if account is None:
            raise NotFound(N_("Aucun compte actif n’a ce rôle."), role=role, ref=party_ref)
        purpose = "invitation" if two_factors(site, role) else "sign_in"
        tx.add(
            SignInLink(
                account_id=account.id or 0,
                purpose=purpose,
                token_hash=hashed(token),
                made_at=now,
                expires_at=now + lives if lives is not None else None,
            )
        )
    return address(site, "rejoindre" if purpose == "invitation" else "entrer", token)


def _first_account(tx: Session, site: Site, role: str, party_ref: str | None) -> Account | None:
    """The account of somebody whom an import brought: they have none until they are let in for the first time."""
    found = select(Professional).where(Professional.status == "active").order_by(Professional.ref)
    if party_ref is not None:
        found = found.where(Professional.ref == party_ref)
    party = next((one for one in tx.exec(found).all() if (role == "coordinator") == ("coordinator" in one.roles)), None)
    if party is None or role not in ("coordinator", "professional"):
        return None
    taken = tx.exec(select(Account.id).where(Account.role == role, Account.party_id == party.id)).first()
    if taken is not None:
        return None
    account = Account(public_id=site.ids.new(), territory_id=party.territory_id, role=role, party_id=party.id)
    tx.add(account)
    tx.flush()
    return account


def address(site: Site, path: str, token: str) -> str:
    """Where a link leads: always under the configured address, whatever host was asked for."""
    return f"{site.settings.base_url.rstrip('/')}/{path}/{token}"


def _account(tx: Session, role: str, party_ref: str | None) -> Account | None:
    found = select(Account).where(Account.role == role, col(Account.active))
    table = {"peer_helper": PeerHelper, "person": Person}.get(role, Professional)
    if party_ref is not None:
        return tx.exec(found.join(table, col(table.id) == Account.party_id).where(table.ref == party_ref)).first()
    party = col(Account.party_id)
    visits = select(func.count()).where(
        col(Visit.status).in_(("planned", "confirmed")),
        or_(col(Visit.peer_helper_id) == party, col(Visit.person_id) == party, col(Visit.professional_id) == party),
    )
    asked = select(func.count()).where(or_(col(Request.professional_id) == party, col(Request.person_id) == party))
    busiest = (visits.scalar_subquery().desc(), asked.scalar_subquery().desc(), col(Account.id))
    return tx.exec(found.order_by(*busiest)).first()


def enter(
    site: Site, given: str, came_from: str, *, pin: str = "", browser: str = "", clock: Clock = REAL
) -> tuple[str, Account]:
    """
    Use a sign-in link, once, or a person's own link or paper code: a new session's token, and whose it is.

    Raises
    ------
    LinkNotValid
        When it is unknown, used, too old, or its PIN is not the right one; all look the same.
    TooManyTries
        When this address, this account, or all together, tried too often.
    """
    now = clock.now()
    access_attempts.take(site, "link", came_from, now)
    key = own_keys.find(site, given, now)
    if key is not None:
        own_keys.check_pin(site, key, pin, came_from, now)
    with site.db.begin() as tx:
        account = own_keys.use(tx, key, now) if key is not None else use_link(tx, given, "sign_in", now)
        if account is None or not account.active or two_factors(site, account.role):
            raise LinkNotValid(N_("Ce lien ne marche plus."))
        session = begin_session(tx, site, account, browser, now)
    access_attempts.give_back(site, "link", came_from, now)
    return session, account


def begin_session(
    tx: Session, site: Site, account: Account, browser: str, now: datetime, *, confirmed_at: datetime | None = None
) -> str:
    """
    A new session's token, whatever cookie came before; both factors were given where both are asked for.

    `confirmed_at` is when somebody else saw them prove who they are, if it was not now.
    """
    token = secrets.token_urlsafe(32)
    _, whole = SESSION_LIVES.get(account.role, STAFF_LIVES)
    audit.note(tx, site, _actor(account), "sign_in", "account", account.public_id)
    tx.add(
        WebSession(
            public_id=site.ids.new(),
            account_id=account.id or 0,
            token_hash=hashed(token),
            browser=browser,
            made_at=now,
            seen_at=now,
            confirmed_at=confirmed_at or now,
            ends_at=now + whole,
        )
    )
    return token


def find_link(tx: Session, token: str, purpose: str, now: datetime) -> tuple[SignInLink, Account] | None:
    """An unused link of this purpose whose account is open, and that account."""
    return find_link_of(tx, hashed(token), purpose, now)


def find_link_of(tx: Session, token_hash: str, purpose: str, now: datetime) -> tuple[SignInLink, Account] | None:
    """The same, by what the database keeps of its token."""
    link = tx.exec(
        select(SignInLink).where(
            SignInLink.token_hash == token_hash, SignInLink.purpose == purpose, col(SignInLink.used_at).is_(None)
        )
    ).first()
    if link is None or (link.expires_at is not None and link.expires_at <= now):
        return None
    account = tx.get(Account, link.account_id)
    return (link, account) if account is not None and account.active else None


def use_link(tx: Session, token: str, purpose: str, now: datetime) -> Account | None:
    """The account, for exactly one of those who come with the same link."""
    found = find_link(tx, token, purpose, now)
    if found is None:
        return None
    link, account = found
    return account if mark_used(tx, link, now) else None


def mark_used(tx: Session, link: SignInLink, now: datetime) -> bool:
    """True for the first one who comes."""
    unused: ColumnElement[bool] = col(SignInLink.used_at).is_(None)
    return tx.exec(update(SignInLink).where(col(SignInLink.id) == link.id, unused).values(used_at=now)).rowcount == 1


def visitor(site: Site, token: str, *, clock: Clock = REAL) -> Visitor | None:
    """Who comes with this session; None when it never was, ended, or its account was closed."""
    now = clock.now()
    with site.db() as tx:
        found = tx.exec(
            select(WebSession, Account, Territory)
            .join(Account, col(Account.id) == WebSession.account_id)
            .join(Territory, col(Territory.id) == Account.territory_id, isouter=True)
            .where(WebSession.token_hash == hashed(token), col(Account.active))
        ).first()
        if found is None:
            return None
        session, account = found[0], found[1]
        territory: Territory | None = found[2]
        idle, _ = SESSION_LIVES.get(account.role, STAFF_LIVES)
        if now >= session.ends_at or now - session.seen_at >= idle:
            return None
        name = name_of(tx, account)
    if now - session.seen_at >= SEEN_EVERY:
        with site.db.begin() as tx:
            # An update, not a merge: a session that was just ended by a log-out is not revived.
            tx.exec(update(WebSession).where(col(WebSession.id) == session.id).values(seen_at=now))
    return Visitor(
        actor=_actor(account),
        name=name,
        territory_name=territory.name if territory is not None else "",
        zone=territory.timezone if territory is not None else "Europe/Brussels",
        # In the demonstration nobody has a password to prove it with.
        is_fresh=site.settings.demo or now - session.confirmed_at < FRESH,
        is_recent=now - session.confirmed_at < RECENT,
    )


def coordinators(site: Site, actor: Actor) -> list[str]:
    """Names of those who coordinate the actor's territory: first who is on duty today."""
    return duties.names_in_order(site, actor)


def leave(site: Site, token: str) -> None:
    """End a session: its row goes, so that no copy of the cookie works again."""
    with site.db.begin() as tx:
        whose = select(Account).join(WebSession).where(WebSession.token_hash == hashed(token))
        account = tx.exec(whose).first()
        if account is not None:
            audit.note(tx, site, _actor(account), "sign_out", "account", account.public_id)
        tx.exec(delete(WebSession).where(col(WebSession.token_hash) == hashed(token)))


def _actor(account: Account) -> Actor:
    return Actor(account.role, account.territory_id, account.id, account.party_id, account.language)


def sweep(site: Site, *, clock: Clock = REAL) -> None:
    """Erase what has ended: sessions past their end, links past their time by a day, old counters."""
    now = clock.now()
    with site.db.begin() as tx:
        tx.exec(delete(WebSession).where(col(WebSession.ends_at) <= now))
        tx.exec(delete(SignInLink).where(col(SignInLink.expires_at) <= now - timedelta(days=1)))
        tx.exec(delete(HalfSignIn).where(col(HalfSignIn.ends_at) <= now))
        tx.exec(delete(PasskeyChallenge).where(col(PasskeyChallenge.ends_at) <= now))
        tx.exec(delete(ProviderTrip).where(col(ProviderTrip.ends_at) <= now))
    access_attempts.sweep(site, now)


def make_demo_accounts(site: Site) -> int:
    """Give an account to everybody of the demo territories who has none yet; the number of new ones."""
    with site.db.begin() as tx:
        taken = {(role, party) for role, party in tx.exec(select(Account.role, Account.party_id)).all()}
        new: list[Account] = []
        for territory in tx.exec(select(Territory).order_by(col(Territory.id))).all():
            for role, party_id in _demo_parties(tx, territory.id or 0):
                if (role, party_id) not in taken:
                    new.append(
                        Account(
                            public_id=site.ids.new(),
                            territory_id=territory.id,
                            role=role,
                            party_id=party_id,
                            language=territory.default_language,
                        )
                    )
        tx.add_all(new)
    return len(new)


def _demo_parties(tx: Session, territory_id: int) -> list[tuple[str, int]]:
    here = col(Party.territory_id) == territory_id
    found: list[tuple[str, int]] = []
    for row in tx.exec(select(Professional).join(Party, col(Party.id) == Professional.id).where(here)).all():
        if row.status == "active":
            found.append(("coordinator" if "coordinator" in row.roles else "professional", row.id))
    helpers = select(PeerHelper).join(Party, col(Party.id) == PeerHelper.id).where(here, PeerHelper.status != "left")
    found += [("peer_helper", row.id) for row in tx.exec(helpers.order_by(PeerHelper.ref)).all()]
    people = select(Person).join(Party, col(Party.id) == Person.id).where(here, Person.status != "closed")
    found += [("person", row.id) for row in tx.exec(people.order_by(Person.ref)).all()]
    return found
