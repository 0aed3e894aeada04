"""The e-mail address of an account: sealed, and found by a keyed hash (`security.md` F4)."""

from __future__ import annotations

import re

from sqlmodel import Session, col, select

from locales import N_
from service.errors import NotAcceptable
from service.hashes import keyed, keyed_each, plain_address
from service.site import Site
from service.tables.access import Account

PURPOSE = "account-email"


def put(tx: Session, site: Site, account: Account, email: str) -> None:
    """
    Give an account its address.

    Raises
    ------
    NotAcceptable
        When it is none, or another account has it.
    """
    address = plain_address(email)
    if len(address) > 254 or not re.fullmatch(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+\.[^@\s<>\"(),:;]{2,}", address):
        raise NotAcceptable(N_("Cette adresse e-mail n’est pas complète."), "email")
    other = find(tx, site, address)
    if other is not None and other.id != account.id:
        raise NotAcceptable(N_("Cette adresse e-mail est déjà celle d’un autre compte."), "email")
    account.email_hash = keyed(site, PURPOSE, address)
    account.email_sealed = site.seals.seal_shared(tx, _place(account), email.strip())


def find(tx: Session, site: Site, email: str) -> Account | None:
    """The account with this address, open or closed."""
    hashes = keyed_each(site, PURPOSE, plain_address(email))
    return tx.exec(select(Account).where(col(Account.email_hash).in_(hashes))).first()


def of(tx: Session, site: Site, account: Account) -> str:
    """The address as it was written; empty when there is none."""
    return site.seals.open_shared(tx, _place(account), account.email_sealed) if account.email_sealed else ""


def guarded(site: Site, email: str) -> str:
    """By what tries on an address are counted, whether an account has it or not."""
    return keyed(site, "tries", plain_address(email))[:32]


def _place(account: Account) -> str:
    return f"account.email_sealed:{account.public_id}"
