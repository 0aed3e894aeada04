"""Sealing of contact cards and free text: AES-256-GCM under a data key for each party (`security.md` F4-F6)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Session

from service.tables.people import DataKey


@dataclass(frozen=True)
class Seals:
    """
    Seals and opens values.

    `place` names where the value stands (`table.column:row`), so that a sealed value moved to another row does not open.
    """

    master: bytes = field(repr=False)
    key_id: str = "k1"

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return HKDF(SHA256(), 32, None, purpose.encode()).derive(self.master)

    def seal(self, tx: Session, party_id: int, place: str, value: str | dict[str, Any]) -> bytes:
        """Seal text or a small mapping under the party's data key, which is made on first use."""
        return _encrypt(self._data_key(tx, party_id), place, json.dumps(value, ensure_ascii=False).encode())

    def open(self, tx: Session, party_id: int, place: str, sealed: bytes) -> Any:
        """Open what `seal` made; ValueError when it was changed, moved, or its key erased."""
        return json.loads(_decrypt(self._data_key(tx, party_id, make=False), place, sealed))

    def _data_key(self, tx: Session, party_id: int, *, make: bool = True) -> bytes:
        wrap = self.derive("data-keys")
        row = tx.get(DataKey, party_id)
        if row is not None:
            return _decrypt(wrap, f"data_key.wrapped:{party_id}", row.wrapped)
        if not make:
            raise ValueError("the key of this value was erased")
        new = AESGCM.generate_key(256)
        tx.add(DataKey(party_id=party_id, key_id=self.key_id, wrapped=_encrypt(wrap, f"data_key.wrapped:{party_id}", new)))
        tx.flush()
        return new


def _encrypt(key: bytes, place: str, value: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, value, place.encode())


def _decrypt(key: bytes, place: str, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], place.encode())
    except Exception as error:
        raise ValueError("this sealed value does not open") from error
