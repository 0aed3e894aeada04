"""Tokens that open nothing."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.identity_provider import CLIENT, SUBJECT, Bend, Claims, IdentityProvider, rsa_key, signed
from tests.service.access.identity_provider.builders import but, later, without


def by_hand(header: Claims, claims: Claims, sign: Any) -> str:
    """A token that no library would make."""
    parts = [urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, claims)]
    message = b".".join(parts)
    return b".".join([message, urlsafe_b64encode(sign(message)).rstrip(b"=")]).decode()


def hmac_by_the_public_key(_: IdentityProvider, claims: Claims) -> str:
    """The key that everybody may read, taken for a shared secret."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = rsa_key().public_key.public_bytes(serialization.Encoding.PEM, form)
    return by_hand({"alg": "HS256", "kid": "rsa"}, claims, lambda message: hmac.digest(public, message, "sha256"))


def tampered(_: IdentityProvider, claims: Claims) -> str:
    head, body, signature = signed(claims | {"sub": "somebody"}).split(".")
    said = json.loads(urlsafe_b64decode(body + "=="))
    changed = urlsafe_b64encode(json.dumps(said | {"sub": SUBJECT}).encode()).rstrip(b"=").decode()
    return f"{head}.{changed}.{signature}"


def with_its_own_key(_: IdentityProvider, claims: Claims) -> str:
    """The header brings the key that it should be checked with."""
    own = ECKey.generate_key("P-256", {"kid": "own"})
    return signed(claims, own, jwk=own.as_dict(private=False), kid="own")


FORGED: dict[str, Bend] = {
    "no signature": lambda _, claims: by_hand({"alg": "none"}, claims, lambda _message: b""),
    "no signature, in capitals": lambda _, claims: by_hand({"alg": "NONE", "kid": "ec"}, claims, lambda _message: b""),
    "hmac by the public key": hmac_by_the_public_key,
    "a signature that is not of the list": lambda _, claims: jwt.encode(
        {"alg": "RS512", "kid": "rsa"}, claims, rsa_key(), algorithms=["RS512"]
    ),
    "another key of the same name": lambda _, claims: signed(claims, ECKey.generate_key("P-256", {"kid": "ec"})),
    "an unknown key": lambda _, claims: signed(claims, ECKey.generate_key("P-256", {"kid": "nobody's"})),
    "a key brought along": with_its_own_key,
    "a short key": lambda _, claims: signed(claims, short_key()),
    "tampered": tampered,
    "cut off": lambda _, claims: signed(claims)[:-4],
    "no token": lambda _, _claims: "-",
    "another issuer": but(iss="https://elsewhere.example"),
    "the issuer with a stroke": lambda one, claims: claims | {"iss": one.issuer + "/"},
    "no issuer": without("iss"),
    "another audience": but(aud="another service"),
    "no audience": without("aud"),
    "several audiences and nobody asked": but(aud=[CLIENT, "another service"]),
    "asked for by another": but(azp="another service"),
    "expired": lambda _, claims: claims | {"exp": claims["iat"] - 61},
    "without an end": without("exp"),
    "from the future": later("iat", 61),
    "not yet valid": lambda _, claims: claims | {"nbf": claims["iat"] + 61},
    "older than the question": later("iat", -61),
    "never issued": without("iat"),
    "a time that is none": but(iat=True),
    "another nonce": but(nonce="n" * 43),
    "no nonce": without("nonce"),
    "nobody": without("sub"),
    "an empty subject": but(sub=""),
    "a subject that is a number": but(sub=7),
    "proved yesterday": later("auth_time", -12 * 3600 - 61),
    "never proved": without("auth_time"),
    "proved tomorrow": later("auth_time", 61),
    "a critical header that nobody knows": lambda _, claims: by_hand(
        {"alg": "ES256", "kid": "ec", "crit": ["x"], "x": 1}, claims, lambda _message: b"0" * 64
    ),
}


def short_key() -> RSAKey:
    with pytest.warns(UserWarning, match="2048"):
        return RSAKey.generate_key(1024, {"kid": "short"})
