"""Links that go to an address on request: to come in, for peer helpers; to choose a new password, for staff."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlmodel import Session, col, delete, select

from locales import N_
from service import access, access_attempts, audit, mail_addresses, passwords, post
from service.account_names import name_of
from service.clock import Clock, RealClock
from service.errors import LinkNotValid, SignInFailed
from service.hashes import hashed
from service.own_keys import LETTERS, as_code
from service.site import Actor, Site
from service.tables.access import Account, HalfSignIn, SignInLink, WebSession
from service.tables.territory import Territory

REAL = RealClock()
CODE_LENGTH = 8


def ask_for_link(site: Site, email: str, device: str, came_from: str, *, clock: Clock = REAL) -> None:
    """
    Send a link, and a code that works only on the device that asked; nothing tells whether anybody has this address.

    `device` is a token that the browser keeps.

    Raises
    ------
    TooManyTries
        When too many were asked for.
    """
    now = clock.now()
    access_attempts.take(site, "mail", came_from, now, whom=mail_addresses.guarded(site, email))
    token = secrets.token_urlsafe(32)
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    with site.db.begin() as tx:
        account = mail_addresses.find(tx, site, email)
        if account is None or not account.active or account.role != "peer_helper":
            return
        link = SignInLink(
            account_id=account.id or 0,
            token_hash=hashed(token),
            code_hash=hashed(f"{device}:{code}"),
            device_hash=hashed(device),
            made_at=now,
            expires_at=now + access.MAILED_LINK_LIVES,
        )
        tx.add(link)
        values = {"link": access.address(site, "entrer", token), "code": f"{code[:4]}-{code[4:]}"}
        post.send(tx, site, account, "sign_in", values, address=mail_addresses.of(tx, site, account), now=now)


def enter_with_code(
    site: Site, device: str, code: str, came_from: str, *, browser: str = "", clock: Clock = REAL
) -> tuple[str, Account]:
    """
    Use the code of a link, on the device that asked for it: a new session's token, and whose it is.

    Raises
    ------
    SignInFailed
        When it is not the code, or it was used, is too old or belongs to another device.
    TooManyTries
        When this was tried too often.
    """
    now = clock.now()
    # Whose code it would be is not known from outside: the device stands for the account.
    whom = hashed(device)[:32]
    access_attempts.take(site, "mail_code", came_from, now, whom=whom)
    with site.db.begin() as tx:
        link = tx.exec(
            select(SignInLink).where(
                SignInLink.code_hash == hashed(f"{device}:{as_code(code)}"), SignInLink.purpose == "sign_in"
            )
        ).first()
        account = tx.get(Account, link.account_id) if link is not None else None
        alive = link is not None and link.expires_at is not None and now < link.expires_at
        if link is None or account is None or not account.active or not alive or not access.mark_used(tx, link, now):
            raise SignInFailed(N_("Ce code n’est pas le bon, ou il a plus de dix minutes."))
        session = access.begin_session(tx, site, account, browser, now)
    access_attempts.give_back(site, "mail_code", came_from, now, whom=whom)
    return session, account


def ask_for_reset(site: Site, email: str, came_from: str, *, clock: Clock = REAL) -> None:
    """
    Send a link to choose a new password; nothing tells whether anybody has this address.

    Raises
    ------
    TooManyTries
        When too many were asked for.
    """
    now = clock.now()
    access_attempts.take(site, "mail", came_from, now, whom=mail_addresses.guarded(site, email))
    token = secrets.token_urlsafe(32)
    with site.db.begin() as tx:
        account = mail_addresses.find(tx, site, email)
        if account is None or not account.active or account.password_hash is None:
            return
        link = SignInLink(
            account_id=account.id or 0,
            purpose="reset",
            token_hash=hashed(token),
            made_at=now,
            expires_at=now + access.MAILED_LINK_LIVES,
        )
        tx.add(link)
        values = {"link": access.address(site, "mot-de-passe/nouveau", token)}
        post.send(tx, site, account, "reset", values, address=mail_addresses.of(tx, site, account), now=now)


def reset_password(site: Site, token: str, password: str, came_from: str, *, clock: Clock = REAL) -> None:
    """
    Choose a new password by a link, once; the second factor stays, and every session of the account ends.

    Raises
    ------
    LinkNotValid
        When the link is unknown, used or too old.
    NotAcceptable
        When the password is one that others would try; the link still works.
    TooManyTries
        When this was tried too often.
    """
    now = clock.now()
    access_attempts.take(site, "link", came_from, now)
    with site.db() as tx:
        found = access.find_link(tx, token, "reset", now)
        if found is None:
            raise LinkNotValid(N_("Ce lien ne marche plus."))
        words = words_around(tx, site, found[1])
    access_attempts.give_back(site, "link", came_from, now)
    passwords.check(password, words)
    kept = passwords.hash_of(password)
    with site.db.begin() as tx:
        account = access.use_link(tx, token, "reset", now)
        if account is None:
            raise LinkNotValid(N_("Ce lien ne marche plus."))
        set_password(tx, site, account, kept, now)
        actor = Actor(account.role, account.territory_id, account.id, account.party_id, account.language)
        audit.note(tx, site, actor, "password.reset", "account", account.public_id)


def set_password(
    tx: Session, site: Site, account: Account, kept: str, now: datetime, *, stays: str | None = None
) -> None:
    """Keep a new password; other sessions, half-way sign-ins and links for a password end, and its owner is told."""
    account.password_hash = kept
    tx.add(account)
    end_sessions(tx, account, stays=stays)
    resets = (col(SignInLink.account_id) == account.id, col(SignInLink.purpose) == "reset")
    tx.exec(delete(SignInLink).where(*resets, col(SignInLink.used_at).is_(None)))
    post.send(tx, site, account, "password_changed", {}, address=mail_addresses.of(tx, site, account), now=now)


def end_sessions(tx: Session, account: Account, *, stays: str | None = None) -> None:
    """End every session of an account but the one of the token `stays`."""
    tx.exec(delete(HalfSignIn).where(col(HalfSignIn.account_id) == account.id))
    ended = delete(WebSession).where(col(WebSession.account_id) == account.id)
    tx.exec(ended if stays is None else ended.where(col(WebSession.token_hash) != hashed(stays)))


def words_around(tx: Session, site: Site, account: Account) -> list[str]:
    """What a password of this account may not be built on."""
    territory = tx.get(Territory, account.territory_id) if account.territory_id is not None else None
    email = mail_addresses.of(tx, site, account)
    return [name_of(tx, account), territory.name if territory is not None else "", *email.split("@")]
