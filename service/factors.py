"""The second factor: codes of an application (TOTP, RFC 6238), and ten on paper for when the phone is lost."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import unicodedata
from datetime import datetime

from pyotp.totp import TOTP
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, delete, select, update

from locales import N_
from service.errors import NotAcceptable
from service.hashes import keyed, keyed_each
from service.own_keys import LETTERS, as_code
from service.site import Site
from service.tables.access import Account, Authenticator, RecoveryCode

ISSUER = "Le Fil"
STEP_SECONDS = 30
STEPS_AROUND = (0, -1, 1)
"""The clock of a phone may be half a minute off."""
RECOVERY_CODES = 10
RECOVERY_LENGTH = 12  # of 32 signs: 60 bits


def proposed_secret(site: Site, bound_to: str) -> str:
    """
    The secret that a page proposes, in base32: the same each time the page is shown, and stored only once confirmed.

    `bound_to` is a token that its reader holds and the database does not.
    """
    made = hmac.new(site.seals.derive("totp-proposed"), bound_to.encode(), "sha256").digest()
    return base64.b32encode(made[:20]).decode()


def address(secret: str, name: str) -> str:
    """What the square to scan holds."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def enrol(tx: Session, site: Site, account: Account, secret: str, code: str, now: datetime) -> None:
    """
    Keep the secret once its first code was typed; the application before it ends.

    Raises
    ------
    NotAcceptable
        When the code is not one of this secret.
    """
    step = _step(secret, code, now)
    if step is None:
        raise NotAcceptable(
            N_("Ce code n’est pas le bon. Attendez le suivant dans l’application, puis réessayez."), "code"
        )
    tx.exec(delete(Authenticator).where(col(Authenticator.account_id) == account.id))
    sealed = site.seals.seal_shared(tx, _place(account), secret)
    tx.add(Authenticator(account_id=account.id or 0, secret_sealed=sealed, made_at=now, last_step=step))
    tx.flush()


def use(tx: Session, site: Site, account: Account, given: str, now: datetime) -> bool:
    """Whether this is a code of the application or on paper; each works once."""
    kept = tx.get(Authenticator, account.id)
    if kept is not None:
        step = _step(site.seals.open_shared(tx, _place(account), kept.secret_sealed), given, now)
        if step is not None:
            unused: ColumnElement[bool] = or_(
                col(Authenticator.last_step).is_(None), col(Authenticator.last_step) < step
            )
            mine: ColumnElement[bool] = col(Authenticator.account_id) == account.id
            return tx.exec(update(Authenticator).where(mine, unused).values(last_step=step)).rowcount == 1
    hashes = keyed_each(site, "recovery-code", f"{account.public_id}:{as_code(given)}")
    unspent: ColumnElement[bool] = col(RecoveryCode.used_at).is_(None)
    this = (col(RecoveryCode.account_id) == account.id, col(RecoveryCode.code_hash).in_(hashes), unspent)
    return tx.exec(update(RecoveryCode).where(*this).values(used_at=now)).rowcount == 1


def forget(tx: Session, account: Account) -> None:
    """Application and paper codes of the account open nothing any more."""
    tx.exec(delete(Authenticator).where(col(Authenticator.account_id) == account.id))
    tx.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))


def has_application(tx: Session, account: Account) -> bool:
    return tx.get(Authenticator, account.id) is not None


def codes_left(tx: Session, account: Account) -> int:
    """How many codes on paper still work."""
    mine = (RecoveryCode.account_id == account.id, col(RecoveryCode.used_at).is_(None))
    return tx.exec(select(func.count()).select_from(RecoveryCode).where(*mine)).one()


def new_codes(tx: Session, site: Site, account: Account) -> list[str]:
    """Ten codes for paper, shown once; those before do not work any more."""
    tx.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    codes = ["".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        kept = keyed(site, "recovery-code", f"{account.public_id}:{code}")
        tx.add(RecoveryCode(account_id=account.id or 0, code_hash=kept))
    return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in codes]


def _step(secret: str, given: str, now: datetime) -> int | None:
    """The half minute that a code belongs to."""
    digits = re.sub(r"[\s\-.]", "", unicodedata.normalize("NFKC", given))
    current = int(now.timestamp()) // STEP_SECONDS
    maker = TOTP(secret)
    for around in STEPS_AROUND:
        if hmac.compare_digest(maker.generate_otp(current + around).encode(), digits.encode()):
            return current + around
    return None


def _place(account: Account) -> str:
    return f"authenticator.secret_sealed:{account.public_id}"
