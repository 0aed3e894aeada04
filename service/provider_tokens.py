"""
What an identity provider signed, checked before anything of it is believed (OpenID Connect Core 1.0, 3.1.3.7).

`joserfc` checks signature, form and times; what the token must say for us stands here.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import KeySet, import_key
from joserfc.jws import JWSRegistry

from service.hashes import hashed

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""Signatures by a key that the provider alone has: never `none`, never an HMAC (RFC 8725, 3.1)."""
KEY_TYPES = ("RSA", "EC", "OKP")
LEEWAY = timedelta(seconds=60)
SHORTEST_MODULUS = 342
"""Characters of 2048 bits in base64url; shorter keys of RSA sign nothing here."""
LONGEST_SUBJECT = 255


class TokenRefused(Exception):
    """A token that opens nothing; `code` says why, for the operator's log, and nothing of what stood in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Expected:
    """
    What a token must be the answer to.

    Parameters
    ----------
    nonce_hash
        SHA-256 of the word that was sent along.
    asked_at
        When its bearer left for the provider: no token is older.
    authenticated_after
        The provider must have seen its bearer prove who they are since then.
    """

    issuer: str
    client_id: str
    nonce_hash: str
    asked_at: datetime
    authenticated_after: datetime


@dataclass(frozen=True)
class Identity:
    """Somebody, as their provider knows them: the pair of issuer and subject, and nothing else, says who."""

    issuer: str
    subject: str
    authenticated_at: datetime
    acr: str
    amr: tuple[str, ...]


class _Signatures(JWSRegistry):
    """The listed signatures, without the library's warning that `EdDSA` has had a second name since RFC 9864."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


def checked(token: str, keys: list[Any], expected: Expected, now: datetime) -> Identity:
    """
    Whom a token speaks of.

    Raises
    ------
    TokenRefused
        SIGNATURE, CLAIMS, or the name of the first claim that is not as expected.
    """
    try:
        read = jwt.decode(token, _usable(keys), registry=_Signatures(strict_check_header=False))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TokenRefused("SIGNATURE") from error
    claims = read.claims
    try:
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": expected.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": expected.client_id},
            exp={"essential": True},
            iat={"essential": True},
            auth_time={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError, TypeError, OverflowError) as error:
        raise TokenRefused("CLAIMS") from error
    _addressed(claims, expected.client_id)
    if not isinstance(claims["nonce"], str) or not hmac.compare_digest(hashed(claims["nonce"]), expected.nonce_hash):
        raise TokenRefused("nonce")
    if _moment(claims, "iat") < expected.asked_at - LEEWAY:
        raise TokenRefused("iat")
    authenticated_at = _moment(claims, "auth_time")
    if not expected.authenticated_after - LEEWAY <= authenticated_at <= now + LEEWAY:
        raise TokenRefused("auth_time")
    if len(claims["sub"]) > LONGEST_SUBJECT or not claims["sub"].isprintable():
        raise TokenRefused("sub")
    amr = claims.get("amr")
    return Identity(
        issuer=expected.issuer,
        subject=claims["sub"],
        authenticated_at=min(authenticated_at, now),
        acr=str(claims.get("acr", "")),
        amr=tuple(one for one in amr if isinstance(one, str)) if isinstance(amr, list) else (),
    )


def _addressed(claims: dict[str, Any], client_id: str) -> None:
    """A token for several, or that was asked for by another, is no token for us."""
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != client_id:
        raise TokenRefused("azp")


def _moment(claims: dict[str, Any], name: str) -> datetime:
    seconds = claims[name]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TokenRefused(name)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenRefused(name) from error


def _usable(keys: list[Any]) -> KeySet:
    """Those of the provider's keys that sign; one that is not understood is passed over (RFC 7517, 5)."""
    found = KeySet([])
    for one in keys:
        if not isinstance(one, dict) or one.get("kty") not in KEY_TYPES or one.get("use", "sig") != "sig":
            continue
        if one["kty"] == "RSA" and len(str(one.get("n", "")).lstrip("A")) < SHORTEST_MODULUS:
            continue
        try:
            key = import_key(one)
            key.ensure_kid()
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        found.keys.append(key)
    return found
