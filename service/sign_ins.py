"""
Two factors, one after the other: the session begins with the second (`security.md` A1, A3, A4).

Known and unknown addresses cost the same work and get the same answer.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlmodel import col, delete, select, update

from locales import N_
from service import access, access_attempts, audit, factors, mail_addresses, passwords
from service.clock import Clock, RealClock
from service.errors import SignInFailed
from service.hashes import hashed
from service.site import Actor, Site
from service.tables.access import Account, HalfSignIn, WebSession

REAL = RealClock()
HALF_LIVES = timedelta(minutes=5)
"""Between the password and the second factor."""


def with_password(site: Site, email: str, password: str, came_from: str, *, clock: Clock = REAL) -> str:
    """
    The token of a half-way sign-in: it opens nothing but the question for the second factor.

    Raises
    ------
    SignInFailed
        When address and password do not belong together.
    TooManyTries
        When this was tried too often.
    """
    now = clock.now()
    whom = mail_addresses.guarded(site, email)
    access_attempts.take(site, "password", came_from, now, whom=whom)
    with site.db() as tx:
        account = mail_addresses.find(tx, site, email)
    usable = account is not None and account.active and access.two_factors(site, account.role)
    right = passwords.verify(account.password_hash if account is not None and usable else None, password)
    if account is None or not right:
        raise SignInFailed(N_("L’adresse ou le mot de passe n’est pas le bon."))
    access_attempts.give_back(site, "password", came_from, now, whom=whom)
    # With today's parameters, if they changed since it was chosen.
    renewed = passwords.hash_of(password) if passwords.is_outdated(str(account.password_hash)) else None
    token = secrets.token_urlsafe(32)
    with site.db.begin() as tx:
        if renewed is not None:
            same = (col(Account.id) == account.id, col(Account.password_hash) == account.password_hash)
            tx.exec(update(Account).where(*same).values(password_hash=renewed))
        half = HalfSignIn(account_id=account.id or 0, token_hash=hashed(token), made_at=now, ends_at=now + HALF_LIVES)
        tx.add(half)
    return token


def with_code(
    site: Site, half_token: str, code: str, came_from: str, *, browser: str = "", clock: Clock = REAL
) -> tuple[str, Account]:
    """
    The second factor: a code of the application, or one on paper; a new session's token, and whose it is.

    Raises
    ------
    SignInFailed
        When the code is not the right one, or was used.
    TooManyTries
        When this was tried too often.
    """
    now = clock.now()
    account_id = half_way(site, half_token, clock=clock)
    if account_id is None:
        raise SignInFailed(N_("C’était trop long. Recommencez avec votre mot de passe."), again=True)
    whom = str(account_id)
    access_attempts.take(site, "code", came_from, now, whom=whom)
    with site.db.begin() as tx:
        # First the half-way row: of many who come with it, one goes on.
        gone = tx.exec(delete(HalfSignIn).where(col(HalfSignIn.token_hash) == hashed(half_token))).rowcount
        account = tx.get(Account, account_id)
        right = gone == 1 and account is not None and account.active and factors.use(tx, site, account, code, now)
        if account is None or not right:
            raise SignInFailed(N_("Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant."))
        session = access.begin_session(tx, site, account, browser, now)
    access_attempts.give_back(site, "code", came_from, now, whom=whom)
    return session, account


def half_way(site: Site, half_token: str, *, clock: Clock = REAL) -> int | None:
    """The account whose password was right a moment ago."""
    with site.db() as tx:
        half = tx.exec(select(HalfSignIn).where(HalfSignIn.token_hash == hashed(half_token))).first()
        account = tx.get(Account, half.account_id) if half is not None else None
        if half is None or account is None or not account.active or clock.now() >= half.ends_at:
            return None
        return account.id


def confirm_with_password(
    site: Site, actor: Actor, session_token: str, password: str, came_from: str, *, clock: Clock = REAL
) -> None:
    """
    Prove again who one is, within a session: for five minutes, factors may then be changed.

    Raises
    ------
    SignInFailed
        When it is not the password.
    TooManyTries
        When this was tried too often.
    """
    now = clock.now()
    whom = str(actor.account_id)
    access_attempts.take(site, "confirm", came_from, now, whom=whom)
    with site.db() as tx:
        account = tx.get(Account, actor.account_id)
    if not passwords.verify(account.password_hash if account is not None else None, password):
        raise SignInFailed(N_("Ce mot de passe n’est pas le bon."))
    access_attempts.give_back(site, "confirm", came_from, now, whom=whom)
    confirmed(site, actor, session_token, clock=clock)


def confirmed(site: Site, actor: Actor, session_token: str, *, clock: Clock = REAL) -> None:
    """The owner of this session has just proved who they are."""
    with site.db.begin() as tx:
        mine = (col(WebSession.token_hash) == hashed(session_token), col(WebSession.account_id) == actor.account_id)
        tx.exec(update(WebSession).where(*mine).values(confirmed_at=clock.now()))
        audit.note(tx, site, actor, "session.confirmed", "account", _public_id(tx.get(Account, actor.account_id)))


def _public_id(account: Account | None) -> str:
    return account.public_id if account is not None else ""
