"""Accounts: those of a territory for its coordinator, and one's own: sessions, password, factors, address, language."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, select

from locales import N_
from service import (
    access,
    audit,
    codes,
    factors,
    mail_addresses,
    mailed_links,
    own_keys,
    passwords,
    post,
    provider_links,
)
from service.access_scope import scope
from service.account_names import name_of
from service.clock import Clock, RealClock
from service.errors import NotAcceptable, NotAllowed, NotFound
from service.hashes import hashed
from service.site import Actor, Site
from service.tables.access import Account, Letter, OwnKey, Passkey, ProviderLink, SignInLink, WebSession
from service.tables.people import PeerHelper, Person, Professional

REAL = RealClock()


@dataclass(frozen=True)
class AccountLine:
    """An account as the coordinator sees it; `state` is `invited`, `joined` or `closed`."""

    public_id: str
    name: str
    role: str
    state: str
    is_own: bool


@dataclass(frozen=True)
class PersonLine:
    """A person accompanied, and what they hold to come in with."""

    public_id: str
    pseudonym: str
    has_link: bool
    has_code: bool


@dataclass(frozen=True)
class Candidate:
    """Somebody of the territory without an account."""

    public_id: str
    name: str
    role: str


@dataclass(frozen=True)
class Directory:
    accounts: list[AccountLine]
    people: list[PersonLine]
    without: list[Candidate]


@dataclass(frozen=True)
class OwnSession:
    public_id: str
    browser: str
    made_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True)
class OwnAccount:
    """What one's own page shows."""

    email: str
    language: str
    has_password: bool
    has_application: bool
    codes_left: int
    has_pin: bool
    has_provider: bool


def directory(site: Site, actor: Actor) -> Directory:
    """Everybody of the territory who comes in, or could."""
    with site.db() as tx:
        rows = tx.exec(select(Account).where(scope(actor).of(Account)).order_by(Account.role, col(Account.id))).all()
        names = _names(tx, actor)
        ready = {row.id for row in rows if row.password_hash is not None}
        for held in (Passkey.account_id, ProviderLink.account_id):
            ready |= set(tx.exec(select(held).distinct()).all())
        joined = set(
            tx.exec(
                select(SignInLink.account_id).where(
                    SignInLink.purpose == "invitation", col(SignInLink.used_at).is_not(None)
                )
            ).all()
        ) | set(tx.exec(select(WebSession.account_id).distinct()).all())
        accounts = [
            AccountLine(
                row.public_id,
                names.get(row.party_id or 0, ""),
                row.role,
                _state(site, row, ready, joined),
                row.id == actor.account_id,
            )
            for row in rows
            if row.role != "person"
        ]
        with_account = {(row.role == "peer_helper", row.party_id) for row in rows if row.role != "person"}
        own = tx.exec(
            select(Account.party_id, OwnKey.kind)
            .join(OwnKey, col(OwnKey.account_id) == Account.id)
            .where(col(OwnKey.ended_at).is_(None), scope(actor).of(Account))
        ).all()
        people = tx.exec(
            select(Person).where(scope(actor).of(Person), Person.status != "closed").order_by(Person.pseudonym)
        ).all()
        return Directory(
            accounts,
            [
                PersonLine(row.public_id, row.pseudonym, (row.id, "link") in own, (row.id, "code") in own)
                for row in people
            ],
            _without(tx, actor, with_account),
        )


def _state(site: Site, row: Account, ready: set[int | None], joined: set[int]) -> str:
    if not row.active:
        return "closed"
    is_in = row.id in ready if access.two_factors(site, row.role) else row.id in joined or site.settings.demo
    return "joined" if is_in else "invited"


def _names(tx: Session, actor: Actor) -> dict[int, str]:
    found: dict[int, str] = {}
    for table in (PeerHelper, Professional):
        rows = tx.exec(select(table.id, table.display_name).where(scope(actor).of(table))).all()
        found.update(dict(rows))
    return found


def _without(tx: Session, actor: Actor, taken: set[tuple[bool, int | None]]) -> list[Candidate]:
    found: list[Candidate] = []
    for table, role in ((PeerHelper, "peer_helper"), (Professional, "professional")):
        here = (scope(actor).of(table), table.status != "left")
        for row in tx.exec(select(table).where(*here).order_by(table.display_name)).all():
            if (role == "peer_helper", row.id) not in taken:
                found.append(Candidate(row.public_id, row.display_name, role))
    return found


def set_active(site: Site, actor: Actor, account_id: str, *, active: bool, clock: Clock = REAL) -> None:
    """
    Close an account of the territory, and all it comes in with ends at once; or open it again.

    Raises
    ------
    NotFound
        When the territory has no such account.
    NotAllowed
        When it is one's own: nobody locks themselves out by a slip.
    """
    with site.db.begin() as tx:
        account = tx.exec(select(Account).where(Account.public_id == account_id, scope(actor).of(Account))).first()
        if account is None:
            raise NotFound(N_("Ce compte n’existe pas."))
        if account.id == actor.account_id:
            raise NotAllowed(N_("C’est votre propre compte."))
        if not active:
            close_in(tx, site, actor, account, clock=clock)
            return
        account.active = True
        audit.note(tx, site, actor, "account.opened", "account", account.public_id)


def close_in(tx: Session, site: Site, actor: Actor, account: Account, *, clock: Clock = REAL) -> None:
    """Close an account in an open transaction: all it comes in with ends with it."""
    account.active = False
    mailed_links.end_sessions(tx, account)
    own_keys.end_all(tx, account, clock.now())
    unused = (col(SignInLink.account_id) == account.id, col(SignInLink.used_at).is_(None))
    tx.exec(delete(SignInLink).where(*unused))
    tx.exec(delete(Letter).where(col(Letter.account_id) == account.id, col(Letter.handed_at).is_(None)))
    audit.note(tx, site, actor, "account.closed", "account", account.public_id)


def own(site: Site, actor: Actor) -> OwnAccount:
    with site.db() as tx:
        account = tx.get_one(Account, actor.account_id)
        return OwnAccount(
            email=mail_addresses.of(tx, site, account),
            language=account.language,
            has_password=account.password_hash is not None,
            has_application=factors.has_application(tx, account),
            codes_left=factors.codes_left(tx, account),
            has_pin=account.pin_hash is not None,
            has_provider=provider_links.opens(tx, site, account),
        )


def own_sessions(site: Site, actor: Actor, token: str, *, clock: Clock = REAL) -> list[OwnSession]:
    """Where one is signed in, the last seen first."""
    now = clock.now()
    idle, _ = access.SESSION_LIVES.get(actor.role, access.STAFF_LIVES)
    with site.db() as tx:
        live = (
            WebSession.account_id == actor.account_id,
            col(WebSession.ends_at) > now,
            col(WebSession.seen_at) > now - idle,
        )
        rows = tx.exec(select(WebSession).where(*live).order_by(col(WebSession.seen_at).desc())).all()
        return [
            OwnSession(row.public_id, row.browser, row.made_at, row.seen_at, row.token_hash == hashed(token))
            for row in rows
        ]


def end_session(site: Site, actor: Actor, public_id: str) -> None:
    """
    End one session of one's own.

    Raises
    ------
    NotFound
        When there is none.
    """
    with site.db.begin() as tx:
        mine = (col(WebSession.public_id) == public_id, col(WebSession.account_id) == actor.account_id)
        if tx.exec(delete(WebSession).where(*mine)).rowcount == 0:
            raise NotFound(N_("Cette session est déjà terminée."))


def end_other_sessions(site: Site, actor: Actor, token: str) -> None:
    with site.db.begin() as tx:
        mailed_links.end_sessions(tx, tx.get_one(Account, actor.account_id), stays=token)


def choose_language(site: Site, actor: Actor, language: str) -> None:
    """The language of one's pages and messages."""
    if language not in codes.LANGS:
        raise NotFound(N_("Cette langue n’existe pas ici."))
    with site.db.begin() as tx:
        tx.get_one(Account, actor.account_id).language = language


def change_password(site: Site, actor: Actor, token: str, password: str, *, clock: Clock = REAL) -> str:
    """
    Choose a new password; other sessions end, this one goes on under the token returned.

    Raises
    ------
    NotAcceptable
        When it is one that others would try, or the account has no application of codes to go with it.
    """
    now = clock.now()
    with site.db() as tx:
        account = tx.get_one(Account, actor.account_id)
        words = mailed_links.words_around(tx, site, account)
        if not access.two_factors(site, account.role) or not factors.has_application(tx, account):
            raise NotAcceptable(N_("Ajoutez d’abord l’application de codes, qui va avec le mot de passe."), "password")
    passwords.check(password, words)
    kept = passwords.hash_of(password)
    with site.db.begin() as tx:
        account = tx.get_one(Account, actor.account_id)
        mailed_links.set_password(tx, site, account, kept, now, stays=token)
        audit.note(tx, site, actor, "password.changed", "account", account.public_id)
        return _renewed(tx, token)


def change_email(site: Site, actor: Actor, token: str, email: str, *, clock: Clock = REAL) -> str:
    """
    Change one's address; the old one is told, other sessions end, this one goes on under the token returned.

    Raises
    ------
    NotAcceptable
        When it is no address, or another account has it.
    """
    now = clock.now()
    with site.db.begin() as tx:
        account = tx.get_one(Account, actor.account_id)
        before = mail_addresses.of(tx, site, account)
        mail_addresses.put(tx, site, account, email)
        mailed_links.end_sessions(tx, account, stays=token)
        post.send(tx, site, account, "email_changed", {}, address=before, now=now)
        audit.note(tx, site, actor, "email.changed", "account", account.public_id)
        return _renewed(tx, token)


def proposed_application(site: Site, actor: Actor, token: str) -> tuple[str, str]:
    """The secret of a new application of codes, and the address that its square holds."""
    with site.db() as tx:
        account = tx.get_one(Account, actor.account_id)
        secret = factors.proposed_secret(site, token)
        return secret, factors.address(secret, mail_addresses.of(tx, site, account) or name_of(tx, account))


def set_application(site: Site, actor: Actor, token: str, code: str, *, clock: Clock = REAL) -> tuple[str, list[str]]:
    """
    Begin with a new application of codes; the one before ends. The session's new token, and ten codes for paper.

    Raises
    ------
    NotAcceptable
        When the code is not one of the secret proposed.
    """
    now = clock.now()
    with site.db.begin() as tx:
        account = tx.get_one(Account, actor.account_id)
        factors.enrol(tx, site, account, factors.proposed_secret(site, token), code, now)
        paper = factors.new_codes(tx, site, account)
        _factor_changed(tx, site, actor, account, token, "application.set", now)
        return _renewed(tx, token), paper


def renew_codes(site: Site, actor: Actor, token: str, *, clock: Clock = REAL) -> tuple[str, list[str]]:
    """Ten new codes for paper; those before do not work any more. The session's new token, and the codes."""
    now = clock.now()
    with site.db.begin() as tx:
        account = tx.get_one(Account, actor.account_id)
        if not factors.has_application(tx, account):
            raise NotFound(N_("Ces codes vont avec l’application de codes."))
        paper = factors.new_codes(tx, site, account)
        _factor_changed(tx, site, actor, account, token, "recovery_codes.renewed", now)
        return _renewed(tx, token), paper


def _factor_changed(
    tx: Session, site: Site, actor: Actor, account: Account, token: str, action: str, now: datetime
) -> None:
    mailed_links.end_sessions(tx, account, stays=token)
    post.send(tx, site, account, "factor_changed", {}, address=mail_addresses.of(tx, site, account), now=now)
    audit.note(tx, site, actor, action, "account", account.public_id)


def _renewed(tx: Session, token: str) -> str:
    """A new token for this session: whoever knew the old one is out as well."""
    new = secrets.token_urlsafe(32)
    session = tx.exec(select(WebSession).where(WebSession.token_hash == hashed(token))).first()
    if session is not None:
        session.token_hash = hashed(new)
    return new
