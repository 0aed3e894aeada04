"""
Invitations to an account: a coordinator invites, the invited sets what they come in with (`security.md` A1, A5, H6).

Staff choose a password and an application of codes, or a passkey, on one page: the link is used up when all of it is
there, so that nobody is left half-way. A peer helper is in at once.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from locales import N_
from service import (
    access,
    access_attempts,
    audit,
    factors,
    mail_addresses,
    mailed_links,
    passkeys,
    passwords,
    post,
    provider_links,
)
from service.access_scope import scope
from service.account_names import name_of
from service.clock import Clock, RealClock
from service.errors import LinkNotValid, NotAcceptable, NotFound, TooManyInvitations
from service.hashes import hashed
from service.site import Actor, Site
from service.tables.access import Account, SignInLink
from service.tables.people import Party, PeerHelper, Professional
from service.tables.territory import Territory

REAL = RealClock()
INVITED = ("coordinator", "professional", "peer_helper")
AN_HOUR = 10
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Invited:
    """An invitation, shown once: the link to hand over, and whether a mail leaves as well."""

    name: str
    link: str
    is_mailed: bool


@dataclass(frozen=True)
class Joining:
    """What the page of an invitation shows."""

    name: str
    role: str
    email: str
    territory: str
    needs_factors: bool
    secret: str
    address: str


def invite(
    site: Site, actor: Actor, role: str, *, party_id: str = "", name: str = "", email: str = "", clock: Clock = REAL
) -> Invited:
    """
    Invite somebody of the territory, by the public id of a helper or professional, or by the name of a new one.

    Raises
    ------
    NotFound
        When the territory has nobody of this id.
    NotAcceptable
        When nobody is named, the address is not one, or they have an account already.
    TooManyInvitations
        When this account invited ten within the hour.
    """
    now = clock.now()
    if role not in INVITED:
        raise NotFound(N_("On n’invite pas dans ce rôle."))
    with site.db.begin() as tx:
        _hold_back(tx, actor, now)
        party = _party(tx, site, actor, role, party_id, name)
        account = tx.exec(select(Account).where(Account.role == role, Account.party_id == party)).first()
        if account is not None:
            raise NotAcceptable(N_("Cette personne a déjà un compte. Renouvelez plutôt son lien."), "party")
        account = Account(
            public_id=site.ids.new(),
            territory_id=actor.territory_id,
            role=role,
            party_id=party,
            language=actor.language,
        )
        tx.add(account)
        tx.flush()
        if email.strip():
            mail_addresses.put(tx, site, account, email)
        elif access.two_factors(site, role):
            raise NotAcceptable(N_("Il faut une adresse e-mail : elle sert à entrer."), "email")
        audit.note(tx, site, actor, "account.invited", "account", account.public_id)
        return _send(tx, site, actor, account, now)


def renew(site: Site, actor: Actor, account_id: str, *, clock: Clock = REAL) -> Invited:
    """
    A new invitation for an account of the territory; the one before ends, what they come in with stays until then.

    Raises
    ------
    NotFound
        When the territory has no such account, it is closed, or it is a person's, who gets a link of their own.
    TooManyInvitations
        When this account invited ten within the hour.
    """
    now = clock.now()
    with site.db.begin() as tx:
        _hold_back(tx, actor, now)
        account = tx.exec(select(Account).where(Account.public_id == account_id, scope(actor).of(Account))).first()
        if account is None or not account.active or account.role not in INVITED:
            raise NotFound(N_("Ce compte n’existe pas."))
        audit.note(tx, site, actor, "account.invited_again", "account", account.public_id)
        return _send(tx, site, actor, account, now)


def _hold_back(tx: Session, actor: Actor, now: datetime) -> None:
    mine = (
        SignInLink.made_by == actor.account_id,
        SignInLink.purpose == "invitation",
        col(SignInLink.made_at) > now - HOUR,
    )
    if actor.account_id is None:
        return
    count, first = tx.exec(select(func.count(), func.min(SignInLink.made_at)).where(*mine)).one()
    if count >= AN_HOUR:
        raise TooManyInvitations(max(1, math.ceil((first + HOUR - now).total_seconds())))


def _party(tx: Session, site: Site, actor: Actor, role: str, party_id: str, name: str) -> int:
    """Whose account it will be."""
    table = PeerHelper if role == "peer_helper" else Professional
    if party_id:
        here = (table.public_id == party_id, scope(actor).of(table))
        row = tx.exec(select(table).where(*here)).first()
        other = Professional if role == "peer_helper" else PeerHelper
        there = (other.public_id == party_id, scope(actor).of(other))
        if row is None and tx.exec(select(other.id).where(*there)).first() is not None:
            raise NotAcceptable(N_("Le rôle choisi n’est pas celui de cette personne."), "party")
        if row is None or row.status == "left":
            raise NotFound(N_("Cette personne n’existe pas."))
        if isinstance(row, Professional) and role == "coordinator" and "coordinator" not in row.roles:
            row.roles = [*row.roles, "coordinator"]
        return row.id
    if role == "peer_helper" or not name.strip():
        raise NotAcceptable(N_("Choisissez quelqu’un, ou écrivez un nom."), "name")
    return new_professional(tx, site, actor.territory_id or 0, name, ["coordinator"] if role == "coordinator" else [])


def new_professional(tx: Session, site: Site, territory_id: int, name: str, roles: list[str]) -> int:
    """Somebody new of the territory, under the next free reference."""
    territory = tx.get_one(Territory, territory_id)
    taken = set(tx.exec(select(Professional.ref).where(Professional.territory_id == territory_id)).all())
    numbers = (f"{territory.ref}-W{number:02d}" for number in range(1, len(taken) + 2))
    party = Party(kind="professional", territory_id=territory_id)
    tx.add(party)
    tx.flush()
    row = Professional(
        id=party.id or 0,
        public_id=site.ids.new(),
        ref=next(ref for ref in numbers if ref not in taken),
        territory_id=territory_id,
        display_name=name.strip()[:80],
        roles=roles,
    )
    tx.add(row)
    tx.flush()
    return row.id


def _send(tx: Session, site: Site, actor: Actor, account: Account, now: datetime) -> Invited:
    for earlier in tx.exec(
        select(SignInLink).where(
            SignInLink.account_id == account.id,
            SignInLink.purpose == "invitation",
            col(SignInLink.used_at).is_(None),
        )
    ).all():
        earlier.used_at = now
    token = new_invitation(tx, account, now, made_by=actor.account_id)
    link = access.address(site, "rejoindre", token)
    email = mail_addresses.of(tx, site, account)
    if email:
        post.send(tx, site, account, "invitation", {"link": link}, address=email, now=now)
    return Invited(name_of(tx, account), link, post.leaves(site, email))


def new_invitation(tx: Session, account: Account, now: datetime, *, made_by: int | None = None) -> str:
    """The token of a link to join by, for seven days."""
    token = secrets.token_urlsafe(32)
    link = SignInLink(
        account_id=account.id or 0,
        purpose="invitation",
        token_hash=hashed(token),
        made_by=made_by,
        made_at=now,
        expires_at=now + access.INVITATION_LIVES,
    )
    tx.add(link)
    return token


def joining(site: Site, token: str, *, clock: Clock = REAL) -> Joining:
    """
    What an invitation is for; looking changes nothing.

    Raises
    ------
    LinkNotValid
        When it is unknown, used or too old.
    """
    with site.db() as tx:
        found = access.find_link(tx, token, "invitation", clock.now())
        if found is None:
            raise LinkNotValid(N_("Ce lien ne marche plus."))
        account = found[1]
        territory = tx.get(Territory, account.territory_id) if account.territory_id is not None else None
        name, email = name_of(tx, account), mail_addresses.of(tx, site, account)
    secret = factors.proposed_secret(site, token)
    return Joining(
        name=name,
        role=account.role,
        email=email,
        territory=territory.name if territory is not None else "",
        needs_factors=account.role not in access.LINK_ROLES,
        secret=secret,
        address=factors.address(secret, email or name),
    )


def join(
    site: Site,
    token: str,
    password: str,
    code: str,
    came_from: str,
    *,
    email: str = "",
    browser: str = "",
    clock: Clock = REAL,
) -> tuple[str, Account, list[str]]:
    """
    Join with a password and the first code of the application: session, account, and ten codes for paper.

    `email` is asked of whoever was invited without one.

    Raises
    ------
    LinkNotValid
        When the invitation is unknown, used or too old.
    NotAcceptable
        When password or code cannot be taken; the invitation still works.
    TooManyTries
        When too many were tried.
    """
    now = clock.now()
    account = _invited(site, token, came_from, now)
    with site.db() as tx:
        words = mailed_links.words_around(tx, site, account)
    passwords.check(password, words)
    kept = passwords.hash_of(password)
    with site.db.begin() as tx:
        account = _joined(tx, site, token, now)
        if account.role in access.LINK_ROLES:
            raise LinkNotValid(N_("Ce lien ne marche plus."))
        if account.email_hash is None:
            mail_addresses.put(tx, site, account, email)
        account.password_hash = kept
        factors.enrol(tx, site, account, factors.proposed_secret(site, token), code, now)
        codes = factors.new_codes(tx, site, account)
        return access.begin_session(tx, site, account, browser, now), account, codes


def ask_for_passkey(site: Site, token: str, came_from: str, *, clock: Clock = REAL) -> str:
    """
    What the browser needs to make the passkey of an invited account.

    Raises
    ------
    LinkNotValid
        When the invitation is unknown, used or too old.
    """
    account = _invited(site, token, came_from, clock.now())
    return passkeys.ask_to_register(site, account.id or 0, "join", clock=clock)


def join_with_passkey(
    site: Site, token: str, credential: str, name: str, came_from: str, *, browser: str = "", clock: Clock = REAL
) -> tuple[str, Account]:
    """
    Join with a passkey, which is both factors: session and account.

    Raises
    ------
    LinkNotValid
        When the invitation is unknown, used or too old.
    NotAcceptable
        When the passkey does not answer what was asked; the invitation still works.
    """
    now = clock.now()
    _invited(site, token, came_from, now)
    with site.db.begin() as tx:
        account = _joined(tx, site, token, now)
        passkeys.register(tx, site, account, "join", credential, name, now)
        return access.begin_session(tx, site, account, browser, now), account


def join_as_helper(
    site: Site, token: str, came_from: str, *, browser: str = "", clock: Clock = REAL
) -> tuple[str, Account]:
    """
    A peer helper is in: session and account.

    Raises
    ------
    LinkNotValid
        When the invitation is unknown, used, too old, or somebody's who needs two factors.
    """
    now = clock.now()
    _invited(site, token, came_from, now)
    with site.db.begin() as tx:
        account = _joined(tx, site, token, now)
        if account.role not in access.LINK_ROLES:
            raise LinkNotValid(N_("Ce lien ne marche plus."))
        return access.begin_session(tx, site, account, browser, now), account


def _invited(site: Site, token: str, came_from: str, now: datetime) -> Account:
    access_attempts.take(site, "link", came_from, now)
    with site.db() as tx:
        found = access.find_link(tx, token, "invitation", now)
    if found is None:
        raise LinkNotValid(N_("Ce lien ne marche plus."))
    access_attempts.give_back(site, "link", came_from, now)
    return found[1]


def _joined(tx: Session, site: Site, token: str, now: datetime) -> Account:
    """The account, for the first who comes; whoever came in before by other means is out."""
    account = access.use_link(tx, token, "invitation", now)
    if account is None:
        raise LinkNotValid(N_("Ce lien ne marche plus."))
    return _begun_anew(tx, site, account, now)


def joined_by_link(tx: Session, site: Site, token_hash: str, now: datetime) -> Account:
    """
    The account of staff who come in by other means than ours, in the caller's transaction, which gives them a way in.

    Raises
    ------
    LinkNotValid
        When the invitation was used or ended meanwhile, or needs no two factors.
    """
    found = access.find_link_of(tx, token_hash, "invitation", now)
    if found is None or found[1].role in access.LINK_ROLES or not access.mark_used(tx, found[0], now):
        raise LinkNotValid(N_("Ce lien ne marche plus."))
    return _begun_anew(tx, site, found[1], now)


def _begun_anew(tx: Session, site: Site, account: Account, now: datetime) -> Account:
    """Nothing that opened this account before opens it now."""
    mailed_links.end_sessions(tx, account)
    # Whoever joins again has lost a phone or a password: what they had before opens nothing any more.
    had_keys = passkeys.forget_all(tx, account) > 0
    was_linked = provider_links.forget(tx, account)
    if account.password_hash is not None or had_keys or was_linked:
        post.send(tx, site, account, "factor_changed", {}, address=mail_addresses.of(tx, site, account), now=now)
    account.password_hash = None
    factors.forget(tx, account)
    actor = Actor(account.role, account.territory_id, account.id, account.party_id, account.language)
    audit.note(tx, site, actor, "account.joined", "account", account.public_id)
    return account
