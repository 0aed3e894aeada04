"""
A person's own way in: a personal link, or a code on paper, made by the coordinator (`settled.md` 8).

Both work until they are renewed or ended, a year at most: whoever has little else keeps a piece of paper. They open
nothing but the person's own record. A PIN, when the person wants one, makes a lost paper worthless.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from locales import N_
from service import access_attempts, audit, passwords
from service.access_scope import scope
from service.clock import Clock, RealClock
from service.errors import LinkNotValid, NotAcceptable, NotFound
from service.hashes import hashed
from service.site import Actor, Site
from service.tables.access import Account, OwnKey
from service.tables.people import Person

REAL = RealClock()
LIVES = timedelta(days=365)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O and U: they are read as 1, 0 and V, and words cannot appear by chance."""
CODE_LENGTH = 16  # of 32 signs: 80 bits
GROUP = 4
READ_AS = str.maketrans("ILO", "110")


@dataclass(frozen=True)
class Made:
    """A new way in, shown once: the secret in readable groups, and the address that holds it."""

    account_id: str
    kind: str
    secret: str
    address: str
    name: str


def make(site: Site, actor: Actor, person_id: str, kind: str, *, clock: Clock = REAL) -> Made:
    """
    Give a person of the territory a new link or code; the one before ends at once.

    Raises
    ------
    NotFound
        When the territory has no such person, or their record is closed.
    """
    now = clock.now()
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) if kind == "code" else secrets.token_urlsafe(32)
    with site.db.begin() as tx:
        person = tx.exec(select(Person).where(scope(actor).of(Person), Person.public_id == person_id)).first()
        if person is None or person.status == "closed":
            raise NotFound(N_("Cette personne n’existe pas."))
        account = _account(tx, site, actor, person)
        _end(tx, account, kind, now)
        tx.add(
            OwnKey(
                account_id=account.id or 0,
                kind=kind,
                secret_hash=hashed(code),
                made_by=actor.account_id,
                made_at=now,
                expires_at=now + LIVES,
            )
        )
        audit.note(tx, site, actor, f"own_{kind}.made", "account", account.public_id)
        made = Made(account.public_id, kind, grouped(code) if kind == "code" else code, "", person.pseudonym)
    base = site.settings.base_url.rstrip("/")
    address = f"{base}/entrer/{code}" if kind == "link" else f"{base}/entrer"
    return Made(made.account_id, kind, made.secret, address, made.name)


def _account(tx: Session, site: Site, actor: Actor, person: Person) -> Account:
    account = tx.exec(select(Account).where(Account.role == "person", Account.party_id == person.id)).first()
    if account is None:
        account = Account(
            public_id=site.ids.new(),
            territory_id=person.territory_id,
            role="person",
            party_id=person.id,
            language=actor.language,
        )
        tx.add(account)
        tx.flush()
    if not account.active:
        raise NotFound(N_("Ce compte est fermé."))
    return account


def end(site: Site, actor: Actor, person_id: str, *, clock: Clock = REAL) -> None:
    """End link and code of a person: whoever found them does not come in any more."""
    now = clock.now()
    with site.db.begin() as tx:
        found = select(Account).join(Person, col(Person.id) == Account.party_id).where(Account.role == "person")
        here = found.where(scope(actor).of(Person), Person.public_id == person_id)
        account = tx.exec(here).first()
        if account is None:
            raise NotFound(N_("Cette personne n’existe pas."))
        end_all(tx, account, now)
        audit.note(tx, site, actor, "own_keys.ended", "account", account.public_id)


def end_all(tx: Session, account: Account, now: datetime) -> None:
    """Every way in that somebody holds on paper."""
    for kind in ("link", "code"):
        _end(tx, account, kind, now)


def _end(tx: Session, account: Account, kind: str, now: datetime) -> None:
    open_one: ColumnElement[bool] = col(OwnKey.ended_at).is_(None)
    this = (col(OwnKey.account_id) == account.id, col(OwnKey.kind) == kind, open_one)
    tx.exec(update(OwnKey).where(*this).values(ended_at=now))


def grouped(code: str) -> str:
    """Four and four, as people read aloud."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def as_code(given: str) -> str:
    """What somebody typed from paper, as it was made: any case, with or without groups, O for 0 and I for 1."""
    bare = re.sub(r"[\s\-–—.]", "", unicodedata.normalize("NFKC", given)).upper()
    return bare.translate(READ_AS)


def find(site: Site, given: str, now: datetime) -> OwnKey | None:
    """The link or code, while it lasts."""
    with site.db() as tx:
        live = (col(OwnKey.ended_at).is_(None), col(OwnKey.expires_at) > now)
        hashes = [hashed(given), hashed(as_code(given))]
        return tx.exec(select(OwnKey).where(*live, col(OwnKey.secret_hash).in_(hashes))).first()


def asks_for_pin(site: Site, given: str, *, clock: Clock = REAL) -> bool:
    """Whether the page of this link needs a field for a PIN."""
    key = find(site, given, clock.now())
    with site.db() as tx:
        account = tx.get(Account, key.account_id) if key is not None else None
        return account is not None and account.pin_hash is not None


def check_pin(site: Site, key: OwnKey, pin: str, came_from: str, now: datetime) -> None:
    """Refuse whoever holds the paper and not the PIN, where the person chose one."""
    with site.db() as tx:
        account = tx.get(Account, key.account_id)
    if account is None or account.pin_hash is None:
        return
    whom = str(account.id)
    access_attempts.take(site, "pin", came_from, now, whom=whom)
    if not passwords.verify(account.pin_hash, pin.strip()):
        raise LinkNotValid(N_("Ce lien ne marche plus."))
    access_attempts.give_back(site, "pin", came_from, now, whom=whom)


def use(tx: Session, key: OwnKey, now: datetime) -> Account | None:
    """Whose it is, unless it was ended while we looked; the day of the last use is kept."""
    live: ColumnElement[bool] = col(OwnKey.ended_at).is_(None)
    done = tx.exec(update(OwnKey).where(col(OwnKey.id) == key.id, live).values(used_on=now.date()))
    return tx.get(Account, key.account_id) if done.rowcount == 1 else None


def set_pin(site: Site, actor: Actor, pin: str, *, clock: Clock = REAL) -> None:
    """
    The person chooses a PIN of four to eight digits, or none when empty.

    Raises
    ------
    NotAcceptable
        When it is something else.
    """
    digits = unicodedata.normalize("NFKC", pin).replace(" ", "")
    if digits and not re.fullmatch(r"[0-9]{4,8}", digits):
        raise NotAcceptable(N_("Le code secret a de 4 à 8 chiffres."), "pin")
    if digits and len(set(digits)) == 1:
        raise NotAcceptable(N_("Choisissez des chiffres qui ne sont pas tous les mêmes."), "pin")
    kept = passwords.hash_of(digits) if digits else None
    with site.db.begin() as tx:
        account = tx.get(Account, actor.account_id)
        if account is None or account.role != "person":
            raise NotFound(N_("Ce compte n’existe pas."))
        account.pin_hash = kept
        audit.note(tx, site, actor, "pin.set" if kept else "pin.removed", "account", account.public_id)
