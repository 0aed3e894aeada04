"""
Sealing of contact cards and free text: AES-256-GCM under a data key for each party (`security.md` F4-F6).

Whose key: what a person lives or says lies under theirs (card, goals, wording of needs, notes of requests), a helper's
own words and card under the helper's, and what belongs to nobody (decisions of meetings, files waiting for import)
under the one key of the network. Data keys lie in the database, wrapped by the master key, which never does; a new
master key wraps them anew and leaves every sealed value as it is.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Session, col, select

from locales import N_
from service.database import Database
from service.errors import WrongDatabase
from service.tables.people import DataKey, NetworkKey
from service.tables.work import AuditEntry

NETWORK = "network"


@dataclass(frozen=True)
class Seals:
    """
    Seals and opens values.

    `place` names where the value stands (`table.column:row`), so that a sealed value moved elsewhere does not open.
    `earlier` are the master keys before this one: they open, and seal no more.
    """

    master: bytes = field(repr=False)
    earlier: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def key_id(self) -> str:
        """Which master key this is; it says nothing about the key."""
        return key_id(self.master)

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return _derive(self.master, purpose)

    def derivations(self, purpose: str) -> dict[str, bytes]:
        """The keys for one purpose under this master key and the earlier ones, by key id."""
        return {key_id(master): _derive(master, purpose) for master in (self.master, *self.earlier)}

    def seal(self, tx: Session, party_id: int, place: str, value: str | dict[str, Any]) -> bytes:
        """Seal text or a small mapping under the party's data key, which is made on first use."""
        row = tx.get(DataKey, party_id)
        if row is None:
            row = DataKey(party_id=party_id, key_id=self.key_id, wrapped=b"")
            self._make(row)
            tx.add(row)
            tx.flush()
        return _encrypt(self.unwrap(row), place, _to_bytes(value))

    def open(self, tx: Session, party_id: int, place: str, sealed: bytes) -> Any:
        """Open what `seal` made; ValueError when it was changed, moved, or its key erased."""
        row = tx.get(DataKey, party_id)
        if row is None:
            raise ValueError("the key of this value was erased")
        return json.loads(_decrypt(self.unwrap(row), place, sealed))

    def erase(self, tx: Session, party_id: int) -> None:
        """Make all that is sealed for the party unreadable, also in backups that hold the values without this key."""
        row = tx.get(DataKey, party_id)
        if row is not None:
            tx.delete(row)
            tx.flush()

    def seal_shared(self, tx: Session, place: str, value: str | dict[str, Any]) -> bytes:
        """Seal what belongs to nobody in particular under the key of the network."""
        row = tx.get(NetworkKey, NETWORK)
        if row is None:
            row = NetworkKey(name=NETWORK, key_id=self.key_id, wrapped=b"")
            self._make(row)
            tx.add(row)
            tx.flush()
        return _encrypt(self.unwrap(row), place, _to_bytes(value))

    def open_shared(self, tx: Session, place: str, sealed: bytes) -> Any:
        """Open what `seal_shared` made; ValueError when it was changed or moved."""
        row = tx.get(NetworkKey, NETWORK)
        if row is None:
            raise ValueError("the key of the network was erased")
        return json.loads(_decrypt(self.unwrap(row), place, sealed))

    def unwrap(self, row: DataKey | NetworkKey) -> bytes:
        """The data key itself; ValueError when it was wrapped by a master key that is not at hand, changed or moved."""
        wrap = self.derivations("data-keys").get(row.key_id)
        if wrap is None:
            raise ValueError(f"this data key is wrapped by another master key ({row.key_id})")
        return _decrypt(wrap, _place(row), row.wrapped)

    def rewrap(self, row: DataKey | NetworkKey) -> None:
        """Wrap a data key of an earlier master key under this one."""
        row.key_id, row.wrapped = self.key_id, _encrypt(self.derive("data-keys"), _place(row), self.unwrap(row))

    def _make(self, row: DataKey | NetworkKey) -> None:
        row.wrapped = _encrypt(self.derive("data-keys"), _place(row), AESGCM.generate_key(256))


def rotate(db: Database, seals: Seals, *, at_once: int = 200) -> int:
    """
    Wrap every data key under the present master key; the earlier ones are in `seals.earlier`.

    Each batch is a transaction of its own: stopped at any moment, everything stays readable with both keys at hand, and
    the next call goes on. Afterwards the earlier keys open nothing that is sealed.

    Returns
    -------
    The number of keys wrapped anew.
    """
    done = 0
    while True:
        with db.begin() as tx:
            old: list[DataKey | NetworkKey] = [
                *tx.exec(select(DataKey).where(col(DataKey.key_id) != seals.key_id).limit(at_once)),
                *tx.exec(select(NetworkKey).where(col(NetworkKey.key_id) != seals.key_id)),
            ]
            for row in old:
                seals.rewrap(row)
        done += len(old)
        if not old:
            return done


def check_master_key(tx: Session, seals: Seals) -> None:
    """
    Make sure that these are the master keys of this database, before anything more is sealed.

    Raises
    ------
    WrongDatabase
        When a key that the database names is not at hand.
    """
    if not keys_in_use(tx) <= seals.derivations("key-id").keys():
        raise WrongDatabase(
            N_(
                "La clé du service n’est pas celle de cette base de données. "
                "Indiquez la bonne clé (LEFIL_KEY_FILE). Rien n’a changé."
            )
        )


def keys_in_use(tx: Session) -> set[str]:
    """
    The ids of the master keys that the database needs; none when nobody has worked with it yet.

    Where nothing is sealed, the log says under which key it goes on: whatever is written has an entry there.
    """
    sealed = {*tx.exec(select(NetworkKey.key_id)), *tx.exec(select(DataKey.key_id).distinct())}
    if sealed:
        return sealed
    chain = tx.exec(select(AuditEntry.chain).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return set() if chain is None else {chain.partition(":")[0]}


def key_id(master: bytes) -> str:
    return _derive(master, "key-id")[:6].hex()


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, None, purpose.encode()).derive(master)


def _place(row: DataKey | NetworkKey) -> str:
    return f"data_key.wrapped:{row.party_id}" if isinstance(row, DataKey) else f"network_key.wrapped:{row.name}"


def _to_bytes(value: str | dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _encrypt(key: bytes, place: str, value: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, value, place.encode())


def _decrypt(key: bytes, place: str, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise ValueError("this sealed value does not open") from error
