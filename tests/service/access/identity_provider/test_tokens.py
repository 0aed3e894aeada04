"""What an identity provider signed: which tokens are believed, and which are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from service import provider_tokens, provider_trips
from service.hashes import hashed
from service.provider_tokens import Expected, TokenRefused
from tests.identity_provider import CLIENT, SUBJECT, Claims, IdentityProvider, ec_key, rsa_key, signed
from tests.service.access.builders import NOW, House
from tests.service.access.identity_provider.builders import but, come_in, later, linked, refusal, sessions, trip
from tests.service.access.identity_provider.forged import FORGED, by_hand, short_key


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_each_signature_of_the_list_is_taken(house: House, cpas: IdentityProvider, alg: str):
    linked(house)
    ed = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    key: Any = {"ES256": ec_key(), "EdDSA": ed}.get(alg, rsa_key())

    def bend(_: IdentityProvider, claims: Claims) -> str:
        if alg == "EdDSA":
            return by_hand({"alg": alg, "kid": "ed"}, claims, ed.private_key.sign)  # type: ignore[union-attr]
        return signed(claims, key, alg=alg)

    cpas.bend = bend
    ours = cpas.keys()["keys"]
    cpas.broken["/keys"] = (200, json.dumps({"keys": [*ours, ed.as_dict(private=False)]}).encode())

    assert house.is_in(come_in(house, cpas).session)


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_a_forged_token_says_nobody_s_name(running: IdentityProvider, forged: str):
    running.now = lambda: NOW
    claims = running.claims({"nonce": "n"})
    sent = FORGED[forged](running, claims | {"nonce": "n"})
    expected = Expected(running.issuer, CLIENT, hashed("n"), NOW, NOW - provider_trips.AUTHENTICATED_WITHIN)

    assert provider_tokens.checked(signed(claims), running.keys()["keys"], expected, NOW).subject == SUBJECT
    with pytest.raises(TokenRefused):
        provider_tokens.checked(sent if isinstance(sent, str) else signed(sent), running.keys()["keys"], expected, NOW)


AT_THE_DOOR = (
    "no signature",
    "hmac by the public key",
    "a signature that is not of the list",
    "another key of the same name",
    "tampered",
    "another issuer",
    "another audience",
    "asked for by another",
    "expired",
    "from the future",
    "another nonce",
    "nobody",
    "proved yesterday",
)


def test_forged_tokens_of_a_provider_open_nothing(house: House, cpas: IdentityProvider):
    linked(house)
    before, said = sessions(house), set[str]()
    for forged in AT_THE_DOOR:
        browser, answer = trip(house, cpas)
        cpas.bend = FORGED[forged]
        said.add(refusal(house, browser, answer))

    assert said == {provider_trips.REFUSED}
    assert sessions(house) == before


def test_a_key_that_is_too_short_signs_nothing_even_when_the_provider_shows_it(house: House, cpas: IdentityProvider):
    linked(house)
    browser, answer = trip(house, cpas)
    key = short_key()
    cpas.bend = lambda _, claims: signed(claims, key)
    cpas.broken["/keys"] = (200, json.dumps({"keys": [key.as_dict(private=False)]}).encode())

    assert refusal(house, browser, answer) == provider_trips.REFUSED


@pytest.mark.parametrize("name", ["exp", "iat", "auth_time"])
def test_a_clock_may_be_a_minute_off(house: House, cpas: IdentityProvider, name: str):
    linked(house)
    cpas.bend = later(name, 59) if name != "exp" else (lambda _, claims: claims | {"exp": claims["iat"] - 59})

    assert house.is_in(come_in(house, cpas).session)


def test_one_audience_of_several_is_taken_when_this_service_asked(house: House, cpas: IdentityProvider):
    linked(house)
    cpas.bend = but(aud=[CLIENT, "another service"], azp=CLIENT)

    assert house.is_in(come_in(house, cpas).session)
