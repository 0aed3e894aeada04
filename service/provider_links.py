"""
Which account somebody known to the identity provider has here: found by issuer and subject, by nothing else.

An address of mail is never compared: who may write one at the provider could come in as anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from locales import N_
from service import audit, mail_addresses, post, provider
from service.clock import Clock, RealClock
from service.errors import NotAcceptable, NotFound, SignInFailed
from service.mailed_links import end_sessions
from service.provider_tokens import Identity
from service.site import Actor, Site
from service.tables.access import Account, Authenticator, Passkey, ProviderLink

REAL = RealClock()
TAKEN = N_("Cette identité ouvre déjà un autre compte ici. Retirez-la d’abord de ce compte-là.")


@dataclass(frozen=True)
class Linked:
    """The link of one's own account, as its owner sees it."""

    made_at: datetime
    used_at: datetime | None
    is_usable: bool
    """Whether the operator's provider is still the one that was linked."""


def account_of(tx: Session, identity: Identity, now: datetime) -> Account | None:
    """The open account of somebody, noted as used."""
    link = tx.exec(
        select(ProviderLink).where(ProviderLink.issuer == identity.issuer, ProviderLink.subject == identity.subject)
    ).first()
    account = tx.get(Account, link.account_id) if link is not None else None
    if link is None or account is None or not account.active:
        return None
    link.used_at = now
    return account


def keep(tx: Session, account: Account, identity: Identity, now: datetime) -> None:
    """
    Link an account, in the caller's transaction; what it was linked to before opens it no more.

    Raises
    ------
    SignInFailed
        When somebody else's account is linked to this identity.
    """
    forget(tx, account)
    tx.add(ProviderLink(account_id=account.id or 0, issuer=identity.issuer, subject=identity.subject, made_at=now))
    try:
        tx.flush()
    except IntegrityError as error:
        raise SignInFailed(TAKEN) from error


def add(tx: Session, site: Site, actor: Actor, session_token: str, identity: Identity, now: datetime) -> None:
    """Link one's own account, in the caller's transaction; other sessions end, and its owner is told."""
    account = tx.get_one(Account, actor.account_id)
    keep(tx, account, identity, now)
    _told(tx, site, actor, account, session_token, "provider.linked", now)


def remove(site: Site, actor: Actor, session_token: str, *, clock: Clock = REAL) -> None:
    """
    End the link of one's own account.

    Raises
    ------
    NotFound
        When there is none.
    NotAcceptable
        When no other way in would be left.
    """
    now = clock.now()
    with site.db.begin() as tx:
        account = tx.get_one(Account, actor.account_id)
        has_passkey = tx.exec(select(Passkey.id).where(Passkey.account_id == account.id)).first() is not None
        has_password = account.password_hash is not None and tx.get(Authenticator, account.id) is not None
        if tx.get(ProviderLink, account.id) is None:
            raise NotFound(N_("Ce lien n’existe plus."))
        if not has_passkey and not has_password:
            raise NotAcceptable(N_("C’est votre seule manière d’entrer. Ajoutez d’abord une clé d’accès."), "provider")
        forget(tx, account)
        _told(tx, site, actor, account, session_token, "provider.unlinked", now)


def forget(tx: Session, account: Account) -> bool:
    """Whether the account was linked; now it is not."""
    return tx.exec(delete(ProviderLink).where(col(ProviderLink.account_id) == account.id)).rowcount == 1


def opens(tx: Session, site: Site, account: Account) -> bool:
    """Whether the account is linked to the provider that the operator names today."""
    link = tx.get(ProviderLink, account.id)
    named = provider.of(site)
    return link is not None and named is not None and link.issuer == named.issuer


def held(site: Site, actor: Actor) -> Linked | None:
    with site.db() as tx:
        link = tx.get(ProviderLink, actor.account_id)
        if link is None:
            return None
        return Linked(link.made_at, link.used_at, opens(tx, site, tx.get_one(Account, actor.account_id)))


def _told(
    tx: Session, site: Site, actor: Actor, account: Account, session_token: str, action: str, now: datetime
) -> None:
    end_sessions(tx, account, stays=session_token)
    post.send(tx, site, account, "factor_changed", {}, address=mail_addresses.of(tx, site, account), now=now)
    audit.note(tx, site, actor, action, "account", account.public_id)
