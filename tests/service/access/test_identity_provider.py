"""The door of an identity provider: who comes in, what is refused, what a trip may be used for."""

from __future__ import annotations

import hmac
import json
import logging
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import ValidationError
from sqlmodel import select

from service import (
    access,
    accounts,
    invitations_to_join,
    passkeys,
    provider,
    provider_links,
    provider_tokens,
    provider_trips,
)
from service.access_attempts import TooManyTries
from service.cli_serve import main
from service.errors import NotAcceptable, SignInFailed
from service.hashes import hashed
from service.provider_tokens import Expected, TokenRefused
from service.provider_trips import Answer, Arrival
from service.settings import Settings
from service.tables.access import Account, Letter, ProviderLink, ProviderTrip, WebSession
from service.tables.work import AuditEntry
from tests import sites
from tests.identity_provider import (
    CLIENT,
    SECRET,
    SUBJECT,
    Bend,
    Claims,
    IdentityProvider,
    ec_key,
    identity_provider,
    rsa_key,
    signed,
)
from tests.service.access.builders import BASE, EMAIL, HERE, NOW, PASSWORD, House, at, words_of
from tests.service.web.network import make_site


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path_factory.mktemp("provider")) as made:
        yield made


@pytest.fixture
def cpas(running: IdentityProvider) -> Iterator[IdentityProvider]:
    """The provider, honest again after each test."""
    running.now = lambda: NOW
    yield running
    running.subject, running.bend = SUBJECT, None
    running.says.clear()
    running.broken.clear()


@pytest.fixture
def house(cpas: IdentityProvider) -> Iterator[House]:
    made = a_house(cpas)
    yield made
    sites.give_back(made.site.db)


def a_house(cpas: IdentityProvider, **other: str) -> House:
    return House(make_site(demo=False, base_url=BASE, **(cpas.settings | other)))


def linked(house: House, role: str = "coordinator", name: str | None = None, subject: str = SUBJECT) -> Account:
    """An account that the provider's identity opens."""
    account = house.account(role, name)
    with house.site.db.begin() as tx:
        issuer = house.site.settings.oidc_issuer
        tx.add(ProviderLink(account_id=account.id or 0, issuer=issuer, subject=subject, made_at=NOW))
    return account


def trip(house: House, cpas: IdentityProvider, purpose: str = "sign_in", **about: Any) -> tuple[str, Answer]:
    """The browser's secret, and what it brings back."""
    there = provider_trips.leave(house.site, purpose, HERE, clock=at(), **about)
    return there.browser, cpas.answer(there.address)


def come_in(house: House, cpas: IdentityProvider) -> Arrival:
    browser, answer = trip(house, cpas)
    return provider_trips.come_back(house.site, browser, answer, HERE, clock=at())


def refusal(house: House, browser: str, answer: Answer, **about: Any) -> str:
    """The sentence of a trip that opens nothing."""
    with pytest.raises(SignInFailed) as refused:
        provider_trips.come_back(house.site, browser, answer, HERE, **({"clock": at()} | about))
    return str(refused.value)


def sessions(house: House) -> int:
    with house.site.db() as tx:
        return len(tx.exec(select(WebSession)).all())


def test_whoever_is_linked_comes_in_with_a_new_session(house: House, cpas: IdentityProvider):
    account = linked(house)
    arrival = come_in(house, cpas)

    assert arrival.account.id == account.id
    assert house.is_in(arrival.session)
    with house.site.db() as tx:
        assert tx.exec(select(ProviderLink)).one().used_at == NOW
        assert tx.exec(select(AuditEntry).where(AuditEntry.action == "sign_in")).first() is not None


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


def without(name: str) -> Bend:
    return lambda _, claims: {key: value for key, value in claims.items() if key != name}


def but(**other: Any) -> Bend:
    return lambda _, claims: claims | other


def later(name: str, seconds: int) -> Bend:
    return lambda _, claims: claims | {name: claims[name] + seconds}


FORGED: dict[str, Bend] = {
    "no signature": lambda _, claims: by_hand({"alg": "none"}, claims, lambda _message: b""),
    "no signature, in capitals": lambda _, claims: by_hand({"alg": "NONE", "kid": "ec"}, claims, lambda _message: b""),
    "hmac by the public key": hmac_by_the_public_key,
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


def test_the_address_of_somebody_opens_nothing_without_a_link(house: House, cpas: IdentityProvider):
    house.joined()
    browser, answer = trip(house, cpas)
    cpas.bend = but(email=EMAIL, email_verified=True, preferred_username=EMAIL)

    assert refusal(house, browser, answer) == provider_trips.UNKNOWN


def test_unknown_and_closed_accounts_get_the_same_sentence(house: House, cpas: IdentityProvider):
    linked(house, "professional", "Paul")
    paul = house.account("professional", "Paul")
    accounts.set_active(house.site, house.actor("coordinator"), paul.public_id, active=False, clock=at())
    closed = refusal(house, *trip(house, cpas))
    cpas.subject = "nobody"

    assert refusal(house, *trip(house, cpas)) == closed == provider_trips.UNKNOWN


def test_the_same_subject_of_another_issuer_is_somebody_else(house: House, cpas: IdentityProvider):
    linked(house)
    with house.site.db.begin() as tx:
        tx.exec(select(ProviderLink)).one().issuer = "https://elsewhere.example"

    assert refusal(house, *trip(house, cpas)) == provider_trips.UNKNOWN


def test_an_answer_opens_once(house: House, cpas: IdentityProvider):
    linked(house)
    browser, answer = trip(house, cpas)
    provider_trips.come_back(house.site, browser, answer, HERE, clock=at())

    assert refusal(house, browser, answer) == provider_trips.LOST


def test_a_code_that_was_used_opens_nothing_on_another_trip(house: House, cpas: IdentityProvider):
    linked(house)
    browser, used = trip(house, cpas)
    provider_trips.come_back(house.site, browser, used, HERE, clock=at())
    again, answer = trip(house, cpas)

    assert refusal(house, again, replace(answer, code=used.code)) == provider_trips.REFUSED


def test_a_code_of_another_s_trip_opens_nothing(house: House, cpas: IdentityProvider):
    linked(house)
    _, stolen = trip(house, cpas)
    browser, answer = trip(house, cpas)

    assert refusal(house, browser, replace(answer, code=stolen.code)) == provider_trips.REFUSED


@pytest.mark.parametrize("given", ["", "a" * 43])
def test_a_trip_ends_in_the_browser_where_it_began(house: House, cpas: IdentityProvider, given: str):
    linked(house)
    browser, answer = trip(house, cpas)

    assert refusal(house, given, answer) == provider_trips.LOST
    assert refusal(house, browser, replace(answer, state="b" * 43)) == provider_trips.LOST
    assert provider_trips.come_back(house.site, browser, answer, HERE, clock=at()).session


@pytest.mark.parametrize(("seconds", "opens"), [(599, True), (600, False)])
def test_a_trip_lasts_ten_minutes(house: House, cpas: IdentityProvider, seconds: int, opens: bool):
    linked(house)
    browser, answer = trip(house, cpas)
    cpas.now = lambda: NOW + timedelta(seconds=seconds)

    if opens:
        assert provider_trips.come_back(house.site, browser, answer, HERE, clock=at(seconds=seconds)).session
    else:
        assert refusal(house, browser, answer, clock=at(seconds=seconds)) == provider_trips.LOST


def test_an_answer_in_the_name_of_another_provider_is_refused(house: House, cpas: IdentityProvider):
    linked(house)
    browser, answer = trip(house, cpas)

    assert refusal(house, browser, replace(answer, issuer="https://evil.example")) == provider_trips.REFUSED


def test_what_is_asked_holds_nothing_but_what_it_takes(house: House, cpas: IdentityProvider):
    there = provider_trips.leave(house.site, "sign_in", HERE, clock=at())
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.address).query).items()}
    with house.site.db() as tx:
        kept = tx.exec(select(ProviderTrip)).one()

    assert asked["redirect_uri"] == "https://fil.example/entrer/fournisseur/retour"
    assert (asked["scope"], asked["response_type"], asked["code_challenge_method"]) == ("openid", "code", "S256")
    assert SECRET not in there.address
    assert "client_secret" not in asked
    assert {len(asked[name]) for name in ("state", "nonce", "code_challenge")} == {43}
    held = repr(kept.model_dump())
    assert not any(secret in held for secret in (there.browser, asked["state"], asked["nonce"]))


ONE_FACTOR_ONLY = [but(amr=["pwd"]), without("amr"), but(amr="mfa"), but(acr="silver", amr=[])]


@pytest.mark.parametrize("bend", ONE_FACTOR_ONLY)
def test_one_factor_is_not_enough(cpas: IdentityProvider, bend: Bend):
    house = a_house(cpas, oidc_factors="amr:mfa, acr:gold")
    linked(house)
    browser, answer = trip(house, cpas)
    cpas.bend = bend

    assert refusal(house, browser, answer) == provider_trips.ONE_FACTOR


@pytest.mark.parametrize(
    ("factors", "bend"),
    [("acr:gold", but(acr="gold", amr=[])), ("provider", without("amr")), ("amr:otp, amr:hwk", but(amr=["hwk"]))],
)
def test_the_operator_says_what_tells_of_two_factors(cpas: IdentityProvider, factors: str, bend: Bend):
    house = a_house(cpas, oidc_factors=factors)
    linked(house)
    cpas.bend = bend

    assert house.is_in(come_in(house, cpas).session)
    assert cpas.asked[-1].get("acr_values") == ("gold" if factors == "acr:gold" else None)


def test_a_session_of_yesterday_evening_at_the_provider_is_no_fresh_proof(house: House, cpas: IdentityProvider):
    linked(house)
    cpas.bend = later("auth_time", -3600)
    seen = access.visitor(house.site, come_in(house, cpas).session, clock=at())

    assert seen is not None
    assert not seen.is_fresh
    assert seen.is_recent


def test_linking_ends_other_sessions_tells_its_owner_and_asks_the_provider_anew(house: House, cpas: IdentityProvider):
    claire = house.joined()
    actor = house.actor("coordinator")
    browser, answer = trip(house, cpas, "link", account_id=actor.account_id)
    provider_trips.come_back(
        house.site, browser, answer, HERE, actor=actor, session_token="here", is_fresh=True, clock=at()
    )

    assert cpas.asked[-1]["prompt"] == "login"
    assert not house.is_in(claire.session)
    with house.site.db() as tx:
        assert "factor_changed" in tx.exec(select(Letter.template)).all()
        assert tx.exec(select(AuditEntry).where(AuditEntry.action == "provider.linked")).first() is not None
    assert house.is_in(come_in(house, cpas).session)


def test_an_old_session_at_the_provider_links_nothing(house: House, cpas: IdentityProvider):
    actor = house.actor("coordinator")
    browser, answer = trip(house, cpas, "link", account_id=actor.account_id)
    cpas.bend = later("auth_time", -61)

    assert refusal(house, browser, answer, actor=actor, session_token="here", is_fresh=True) == provider_trips.REFUSED


def test_whoever_proved_who_they_are_too_long_ago_links_nothing(house: House, cpas: IdentityProvider):
    actor = house.actor("coordinator")
    browser, answer = trip(house, cpas, "link", account_id=actor.account_id)

    assert refusal(house, browser, answer, actor=actor, session_token="here") == provider_trips.TOO_LONG


def test_nobody_links_the_account_of_somebody_else(house: House, cpas: IdentityProvider):
    claire, paul = house.actor("coordinator"), house.actor("professional", "Paul")
    for whoever in (paul, None):
        browser, answer = trip(house, cpas, "link", account_id=claire.account_id)
        assert (
            refusal(house, browser, answer, actor=whoever, session_token="here", is_fresh=True) == provider_trips.LOST
        )

    with house.site.db() as tx:
        assert tx.exec(select(ProviderLink)).first() is None


def test_an_identity_opens_one_account(house: House, cpas: IdentityProvider):
    linked(house, "professional", "Paul")
    actor = house.actor("coordinator")
    browser, answer = trip(house, cpas, "link", account_id=actor.account_id)

    assert refusal(house, browser, answer, actor=actor, session_token="here", is_fresh=True) == provider_links.TAKEN


def test_only_its_owner_confirms_a_session(house: House, cpas: IdentityProvider):
    linked(house)
    session, actor = come_in(house, cpas).session, house.actor("coordinator")

    def confirm(subject: str) -> bool:
        browser, answer = trip(house, cpas, "confirm", account_id=actor.account_id)
        cpas.subject, cpas.now = subject, lambda: NOW + timedelta(minutes=6)
        about: Any = {"actor": actor, "session_token": session, "clock": at(minutes=6)}
        with suppress(SignInFailed):
            provider_trips.come_back(house.site, browser, answer, HERE, **about)
        seen = access.visitor(house.site, session, clock=at(minutes=6))
        return seen is not None and seen.is_fresh

    linked(house, "professional", "Paul", "Paul's subject")

    assert not confirm("Paul's subject")
    assert not confirm("nobody")
    assert confirm(SUBJECT)


def test_an_invitation_is_taken_up_once_and_takes_away_what_opened_before(house: House, cpas: IdentityProvider):
    claire = house.joined()
    token = house.invitation()
    browser, answer = trip(house, cpas, "join", invitation=token)
    other, second = trip(house, cpas, "join", invitation=token)
    arrival = provider_trips.come_back(house.site, browser, answer, HERE, clock=at())

    assert house.is_in(arrival.session)
    assert not house.is_in(claire.session)
    assert house.account("coordinator").password_hash is None
    assert refusal(house, other, second) == "Ce lien ne marche plus."
    again = invitations_to_join.joining(house.site, house.invitation(), clock=at())
    assert again.needs_factors


def test_a_refused_token_leaves_the_invitation_as_it_was(house: House, cpas: IdentityProvider):
    token = house.invitation()
    browser, answer = trip(house, cpas, "join", invitation=token)
    cpas.bend = but(nonce="another")

    assert refusal(house, browser, answer) == provider_trips.REFUSED
    assert invitations_to_join.joining(house.site, token, clock=at()).needs_factors


def test_a_renewed_invitation_takes_the_link_away(house: House, cpas: IdentityProvider):
    linked(house)
    house.joined()

    assert refusal(house, *trip(house, cpas)) == provider_trips.UNKNOWN


def test_the_last_way_in_cannot_be_removed(house: House):
    linked(house)
    actor = house.actor("coordinator")
    with pytest.raises(NotAcceptable):
        provider_links.remove(house.site, actor, "here", clock=at())
    claire = house.joined()
    linked(house)
    provider_links.remove(house.site, actor, "here", clock=at())

    assert provider_links.held(house.site, actor) is None
    assert not house.is_in(claire.session)
    assert passkeys.held(house.site, actor) == []


def test_whoever_failed_thirty_times_waits(house: House, cpas: IdentityProvider):
    for _ in range(30):
        refusal(house, "a", Answer("b"))
    with pytest.raises(TooManyTries):
        provider_trips.come_back(house.site, "a", Answer("b"), HERE, clock=at())


FAULTS: list[tuple[str, dict[str, tuple[int, bytes]], Claims]] = [
    ("the description fails", {"/.well-known/openid-configuration": (500, b"")}, {}),
    ("it says that it is another", {}, {"issuer": "https://evil.example"}),
    ("its token is asked for in clear", {}, {"token_endpoint": "http://localhost/token"}),
    ("its keys lie inside another network", {}, {"jwks_uri": "https://127.0.0.1:1/keys"}),
    ("its keys are too many", {"/keys": (200, b'{"keys": ["' + b"k" * 300_000 + b'"]}')}, {}),
    ("it leads elsewhere", {"/token": (302, b"")}, {}),
    ("it speaks another language", {"/token": (200, b"<html>")}, {}),
    ("it nests without end", {"/token": (200, b"[" * 100_000)}, {}),
]


@pytest.mark.parametrize(("broken", "says"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_provider_that_fails_opens_nothing_and_is_said_to_be_away(
    house: House, cpas: IdentityProvider, broken: dict[str, tuple[int, bytes]], says: Claims
):
    linked(house)
    browser, answer = trip(house, cpas)
    cpas.broken |= broken
    cpas.says |= says

    assert refusal(house, browser, answer) == provider_trips.AWAY


def test_a_certificate_that_nobody_knows_is_refused(cpas: IdentityProvider):
    house = a_house(cpas, oidc_ca_file="")
    with pytest.raises(SignInFailed) as refused:
        provider_trips.leave(house.site, "sign_in", HERE, clock=at())

    assert str(refused.value) == provider_trips.AWAY


def test_the_log_says_why_and_nothing_of_what_was_sent(
    house: House, cpas: IdentityProvider, caplog: pytest.LogCaptureFixture
):
    linked(house)
    browser, answer = trip(house, cpas)
    cpas.bend = but(aud="canary", email="canary@example.org")
    with caplog.at_level(logging.DEBUG):
        refusal(house, browser, answer)
        refusal(house, *trip(house, cpas)[:1], replace(trip(house, cpas)[1], code="", error="canary <b>"))

    assert "refused: CLAIMS" in caplog.text
    assert not any(word in caplog.text for word in ("canary", SUBJECT, SECRET, answer.code, answer.state))


@pytest.mark.parametrize(
    "other",
    [
        {"oidc_issuer": "http://localhost"},
        {"oidc_issuer": "https://cpas.example/?a=b"},
        {"oidc_client_id": ""},
        {"oidc_client_secret": ""},
        {"oidc_client_secret_file": "also.txt"},
        {"oidc_factors": "password"},
    ],
    ids=str,
)
def test_half_a_provider_is_no_setting(cpas: IdentityProvider, other: dict[str, str]):
    with pytest.raises(ValidationError):
        Settings(**(cpas.settings | other))  # type: ignore[arg-type]


def test_the_secret_may_lie_in_a_file(cpas: IdentityProvider, tmp_path: Path):
    kept = tmp_path / "secret"
    kept.write_text(SECRET + "\n", encoding="utf-8")
    house = a_house(cpas, oidc_client_secret="", oidc_client_secret_file=str(kept))
    linked(house)

    assert house.is_in(come_in(house, cpas).session)
    assert SECRET not in repr(house.site.settings) + repr(provider.of(house.site))


def test_the_server_does_not_start_without_the_secret(
    cpas: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    missing = {"oidc_client_secret": "", "oidc_client_secret_file": str(tmp_path / "missing")}
    for name, value in (cpas.settings | missing).items():
        monkeypatch.setenv(f"LEFIL_{name.upper()}", value)
    with pytest.raises(SystemExit) as ended:
        main(["serve"])

    assert ended.value.code == 1
    assert "LEFIL_OIDC_CLIENT_SECRET_FILE" in capsys.readouterr().err


def test_a_provider_may_want_the_secret_in_the_form(house: House, cpas: IdentityProvider):
    linked(house)
    cpas.says["token_endpoint_auth_methods_supported"] = ["client_secret_post"]

    assert house.is_in(come_in(house, cpas).session)


class TestPages:
    """By the pages, on the real clock."""

    def there(self, house: House, cpas: IdentityProvider, path: str, page: str, visitor: Any, **fields: str) -> Answer:
        """What comes back after the button `path` on `page`."""
        cpas.now = lambda: datetime.now(UTC)
        left = visitor.fill(path, page, **fields)
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', left.text)
        assert found is not None, left.text
        return cpas.answer(found[1].replace("&amp;", "&"))

    def back(self, visitor: Any, **sent: str) -> Any:
        """The page that the provider leads to, and its form."""
        arrived = visitor.get(provider.BACK, params=sent, headers={"sec-fetch-site": "cross-site"})
        fields = dict(re.findall(r'name="(state|code|error|iss)" value="([^"]*)"', arrived.text))
        if not fields:
            return arrived
        return visitor.fill("/entrer/fournisseur/terminer", "/entrer", **fields)

    def test_from_the_button_to_the_first_page(self, house: House, cpas: IdentityProvider):
        linked(house)
        visitor = house.visitor()
        with house.site.db() as tx:
            assert tx.exec(select(ProviderTrip)).first() is None
        answer = self.there(house, cpas, "/entrer/fournisseur", "/entrer", visitor)
        before = sessions(house)
        visitor.get(provider.BACK, params={"state": answer.state, "code": answer.code})
        assert sessions(house) == before
        done = self.back(visitor, state=answer.state, code=answer.code, iss=answer.issuer)

        assert done.headers["location"] == "/aujourdhui?fait=entered"
        assert "Claire" in visitor.read("/aujourdhui").text

    def test_each_way_of_failing_has_its_sentence_and_the_other_ways_in(self, house: House, cpas: IdentityProvider):
        linked(house)
        visitor = house.visitor()
        sent = self.there(house, cpas, "/entrer/fournisseur", "/entrer", visitor)
        denied = self.back(visitor, state=sent.state, error="access_denied")
        replayed = self.back(visitor, state=sent.state, code=sent.code)
        nothing = self.back(visitor, code=sent.code)
        cpas.broken["/.well-known/openid-configuration"] = (503, b"")
        away = visitor.fill("/entrer/fournisseur", "/entrer")

        for answer, sentence, status in (
            (denied, provider_trips.DENIED, 403),
            (replayed, provider_trips.LOST, 403),
            (nothing, provider_trips.LOST, 403),
            (away, provider_trips.AWAY, 503),
        ):
            assert answer.status_code == status
            assert sentence in words_of(answer)
            assert 'href="/entrer/mot-de-passe"' in answer.text

    def test_unknown_and_closed_look_the_same(self, house: House, cpas: IdentityProvider):
        linked(house, "professional", "Paul")
        paul = house.account("professional", "Paul")
        accounts.set_active(house.site, house.actor("coordinator"), paul.public_id, active=False)
        answers: list[Any] = []
        for subject in (SUBJECT, "nobody"):
            visitor = house.visitor()
            visitor.cookies.set("__Host-lefil-form", "the same", domain="fil.example")
            cpas.subject = subject
            sent = self.there(house, cpas, "/entrer/fournisseur", "/entrer", visitor)
            answers.append(self.back(visitor, state=sent.state, code=sent.code))

        assert answers[0].content == answers[1].content
        assert answers[0].status_code == answers[1].status_code == 403

    def test_an_account_is_linked_confirmed_and_set_free_by_its_owner(self, house: House, cpas: IdentityProvider):
        claire = house.really_joined()
        visitor = house.visitor()
        visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
        visitor.fill("/entrer/second/verifier", "/entrer/second", code=claire.code_now())
        sent = self.there(house, cpas, "/compte/fournisseur/lier", "/compte/fournisseur", visitor)
        linked_now = self.back(visitor, state=sent.state, code=sent.code)
        shown = words_of(visitor.read("/compte/fournisseur"))
        sent = self.there(
            house, cpas, "/compte/confirmer/fournisseur", "/compte/confirmer", visitor, back="/compte/cles"
        )
        confirmed = self.back(visitor, state=sent.state, code=sent.code)
        removed = visitor.fill("/compte/fournisseur/retirer", "/compte/fournisseur")

        assert linked_now.headers["location"] == "/compte/fournisseur?fait=provider_linked"
        assert "Votre identité liée" in shown
        assert confirmed.headers["location"] == "/compte/cles?fait=confirmed"
        assert removed.headers["location"] == "/compte/fournisseur?fait=provider_unlinked"
        assert "Aucune identité" in words_of(visitor.read("/compte/fournisseur"))

    def test_an_invitation_is_taken_up(self, house: House, cpas: IdentityProvider):
        renewed = invitations_to_join.renew(
            house.site, house.actor("coordinator"), house.account("professional", "Paul").public_id
        )
        token = renewed.link.rsplit("/", 1)[-1]
        visitor = house.visitor()
        sent = self.there(house, cpas, "/rejoindre/fournisseur", f"/rejoindre/{token}", visitor, token=token)
        done = self.back(visitor, state=sent.state, code=sent.code)

        assert done.headers["location"] == "/mes-demandes?fait=joined"

    def test_without_a_provider_nothing_of_it_is_shown(self):
        house = House()
        visitor = house.visitor()
        for path in ("/entrer", "/entrer/mot-de-passe", f"/rejoindre/{house.invitation()}"):
            assert "fournisseur" not in visitor.get(path).text
        assert visitor.read(provider.BACK + "?state=a&code=b").headers["location"] == "/entrer"
        assert visitor.fill("/entrer/fournisseur", "/entrer").status_code == 404
