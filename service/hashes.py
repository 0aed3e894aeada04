"""What the database keeps of secrets: SHA-256 of long ones, a keyed hash of guessable ones (`security.md` A5)."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from service.site import Site


def hashed(token: str) -> str:
    """Of a token of 256 bits, or a paper code."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed(site: Site, purpose: str, value: str) -> str:
    """Of an e-mail address or a short code: without the key, which is not in the database, nobody can try them all."""
    return hmac.new(site.seals.derive(purpose), value.encode(), "sha256").hexdigest()


def keyed_each(site: Site, purpose: str, value: str) -> list[str]:
    """The same under the present key and the earlier ones, to look for."""
    keys = site.seals.derivations(purpose).values()
    return [hmac.new(key, value.encode(), "sha256").hexdigest() for key in keys]


def plain_address(email: str) -> str:
    """An e-mail address as it is compared: people write capitals where they like."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
