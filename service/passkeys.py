"""
Passkeys: a key of a phone, a computer or a stick, opened by its owner's finger, face or code (WebAuthn, level 3).

User verification is asked for each time, so that a passkey is both factors at once (`security.md` A1). What is to be
signed is kept as a hash, for one purpose, five minutes and one use.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from locales import N_
from service import access, access_attempts, audit, mail_addresses, post, provider_links, sign_ins
from service.account_names import name_of
from service.clock import Clock, RealClock
from service.errors import NotAcceptable, NotFound, SignInFailed
from service.hashes import hashed
from service.mailed_links import end_sessions
from service.site import Actor, Site
from service.tables.access import Account, Authenticator, Passkey, PasskeyChallenge

REAL = RealClock()
CHALLENGE_LIVES = timedelta(minutes=5)
MOST = 10
"""Passkeys of one account."""
NAME_LENGTH = 60


@dataclass(frozen=True)
class Held:
    """A passkey as its owner sees it."""

    public_id: str
    name: str
    made_at: datetime
    used_at: datetime | None


def home(site: Site) -> tuple[str, str]:
    """For whom passkeys are made: the host of the configured address, and its origin."""
    base = urlsplit(site.settings.base_url)
    return base.hostname or "", f"{base.scheme}://{base.netloc}"


def ask_to_register(site: Site, account_id: int, purpose: str, *, clock: Clock = REAL) -> str:
    """What the browser needs to make a passkey for this account, as JSON."""
    host, _ = home(site)
    challenge = _new_challenge(site, purpose, account_id, clock.now())
    with site.db() as tx:
        account = tx.get_one(Account, account_id)
        held = tx.exec(select(Passkey.credential_id).where(Passkey.account_id == account_id)).all()
        called = mail_addresses.of(tx, site, account) or name_of(tx, account)
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=host,
            rp_name="Le Fil",
            user_name=called,
            # Opaque: a passkey that is lost tells nothing but this.
            user_id=bytes.fromhex(account.public_id),
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in held],
        )
    )


def register(
    tx: Session, site: Site, account: Account, purpose: str, credential: str, name: str, now: datetime
) -> Passkey:
    """
    Keep a passkey that the browser made, in the caller's transaction.

    Raises
    ------
    NotAcceptable
        When it does not answer what was asked, or is held already.
    """
    host, origin = home(site)
    answered = _challenge_of(credential)
    refused = NotAcceptable(N_("Cette clé n’a pas pu être enregistrée. Recommencez."), "passkey")
    if not _use_challenge(tx, answered, purpose, account.id, now):
        raise refused
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=answered,
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise refused from error
    known = bytes_to_base64url(made.credential_id)
    count = tx.exec(select(func.count()).select_from(Passkey).where(Passkey.account_id == account.id)).one()
    if count >= MOST or tx.exec(select(Passkey.id).where(Passkey.credential_id == known)).first() is not None:
        raise refused
    passkey = Passkey(
        public_id=site.ids.new(),
        account_id=account.id or 0,
        credential_id=known,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=name.strip()[:NAME_LENGTH],
        made_at=now,
    )
    tx.add(passkey)
    tx.flush()
    return passkey


def ask_to_sign_in(site: Site, purpose: str = "sign_in", account_id: int | None = None, *, clock: Clock = REAL) -> str:
    """What the browser needs to use a passkey; it says by itself whose it is, so that no address is asked."""
    host, _ = home(site)
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=host,
            challenge=_new_challenge(site, purpose, account_id, clock.now()),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def enter(
    site: Site, credential: str, came_from: str, *, browser: str = "", clock: Clock = REAL
) -> tuple[str, Account]:
    """
    Come in by a passkey: a new session's token, and whose it is. Failed passwords do not stand in its way.

    Raises
    ------
    SignInFailed
        When the passkey is not known, or did not sign what was asked.
    TooManyTries
        When this was tried too often from this address.
    """
    now = clock.now()
    access_attempts.take(site, "passkey", came_from, now)
    with site.db.begin() as tx:
        account = _use(tx, site, credential, "sign_in", None, now)
        session = access.begin_session(tx, site, account, browser, now)
    access_attempts.give_back(site, "passkey", came_from, now)
    return session, account


def confirm(
    site: Site, actor: Actor, session_token: str, credential: str, came_from: str, *, clock: Clock = REAL
) -> None:
    """
    Prove again who one is, by a passkey of one's own.

    Raises
    ------
    SignInFailed
        When it is not.
    TooManyTries
        When this was tried too often from this address.
    """
    now = clock.now()
    access_attempts.take(site, "passkey", came_from, now)
    with site.db.begin() as tx:
        account = _use(tx, site, credential, "confirm", actor.account_id, now)
        if account.id != actor.account_id:
            raise _failed()
    access_attempts.give_back(site, "passkey", came_from, now)
    sign_ins.confirmed(site, actor, session_token, clock=clock)


def add(site: Site, actor: Actor, session_token: str, credential: str, name: str, *, clock: Clock = REAL) -> None:
    """
    Keep one more passkey of one's own; other sessions end, and its owner is told.

    Raises
    ------
    NotAcceptable
        When it does not answer what was asked.
    """
    now = clock.now()
    with site.db.begin() as tx:
        account = tx.get_one(Account, actor.account_id)
        passkey = register(tx, site, account, "register", credential, name, now)
        end_sessions(tx, account, stays=session_token)
        post.send(tx, site, account, "factor_changed", {}, address=mail_addresses.of(tx, site, account), now=now)
        audit.note(tx, site, actor, "passkey.added", "passkey", passkey.public_id)


def remove(site: Site, actor: Actor, session_token: str, public_id: str, *, clock: Clock = REAL) -> None:
    """
    Forget a passkey of one's own.

    Raises
    ------
    NotFound
        When there is no such passkey.
    NotAcceptable
        When no other way in would be left.
    """
    now = clock.now()
    with site.db.begin() as tx:
        account = tx.get_one(Account, actor.account_id)
        mine = tx.exec(select(Passkey).where(Passkey.account_id == account.id)).all()
        found = next((one for one in mine if one.public_id == public_id), None)
        if found is None:
            raise NotFound(N_("Cette clé n’existe plus."))
        other_way = account.password_hash is not None and tx.get(Authenticator, account.id) is not None
        if len(mine) == 1 and not other_way and not provider_links.opens(tx, site, account):
            raise NotAcceptable(
                N_("C’est votre seule manière d’entrer. Ajoutez d’abord une autre clé."),
                "passkey",
            )
        tx.delete(found)
        end_sessions(tx, account, stays=session_token)
        post.send(tx, site, account, "factor_changed", {}, address=mail_addresses.of(tx, site, account), now=now)
        audit.note(tx, site, actor, "passkey.removed", "passkey", public_id)


def forget_all(tx: Session, account: Account) -> int:
    """How many passkeys of the account are gone now."""
    return tx.exec(delete(Passkey).where(col(Passkey.account_id) == account.id)).rowcount


def held(site: Site, actor: Actor) -> list[Held]:
    with site.db() as tx:
        rows = tx.exec(select(Passkey).where(Passkey.account_id == actor.account_id).order_by(col(Passkey.id))).all()
        return [Held(one.public_id, one.name, one.made_at, one.used_at) for one in rows]


def _use(tx: Session, site: Site, credential: str, purpose: str, account_id: int | None, now: datetime) -> Account:
    host, origin = home(site)
    answered = _challenge_of(credential)
    known = str(_read(credential, lambda sent: sent["id"]))
    passkey = tx.exec(select(Passkey).where(Passkey.credential_id == known)).first()
    account = tx.get(Account, passkey.account_id) if passkey is not None else None
    if not _use_challenge(tx, answered, purpose, account_id, now):
        raise _failed()
    if passkey is None or account is None or not account.active:
        raise _failed()
    try:
        done = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=answered,
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _failed() from error
    passkey.sign_count, passkey.used_at = done.new_sign_count, now
    return account


def _failed() -> SignInFailed:
    return SignInFailed(N_("Cette clé n’a pas été reconnue. Réessayez, ou prenez votre mot de passe."))


def _new_challenge(site: Site, purpose: str, account_id: int | None, now: datetime) -> bytes:
    challenge = secrets.token_bytes(32)
    with site.db.begin() as tx:
        tx.add(
            PasskeyChallenge(
                challenge_hash=hashed(bytes_to_base64url(challenge)),
                purpose=purpose,
                account_id=account_id,
                ends_at=now + CHALLENGE_LIVES,
            )
        )
    return challenge


def _use_challenge(tx: Session, answered: bytes, purpose: str, account_id: int | None, now: datetime) -> bool:
    """True once, for what was asked for this purpose and account less than five minutes ago."""
    unused: ColumnElement[bool] = col(PasskeyChallenge.used_at).is_(None)
    whose: ColumnElement[bool] = col(PasskeyChallenge.account_id).is_not_distinct_from(account_id)
    this = (
        col(PasskeyChallenge.challenge_hash) == hashed(bytes_to_base64url(answered)),
        col(PasskeyChallenge.purpose) == purpose,
        col(PasskeyChallenge.ends_at) > now,
    )
    return tx.exec(update(PasskeyChallenge).where(*this, unused, whose).values(used_at=now)).rowcount == 1


def _challenge_of(credential: str) -> bytes:
    """What the browser says that it signed; it is worth something only once its hash was found."""

    def answered(sent: dict[str, Any]) -> bytes:
        client = json.loads(base64url_to_bytes(sent["response"]["clientDataJSON"]))
        return base64url_to_bytes(client["challenge"])

    return _read(credential, answered)


def _read(credential: str, what: Callable[[dict[str, Any]], Any]) -> Any:
    """
    A part of what the browser sent.

    Raises
    ------
    SignInFailed
        When it is not what browsers send.
    """
    try:
        return what(json.loads(credential))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed() from error
