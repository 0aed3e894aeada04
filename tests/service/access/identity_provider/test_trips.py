"""There and back: what a trip may be used for, by whom and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from service import access, accounts, provider_trips
from service.access_attempts import TooManyTries
from service.provider_trips import Answer
from service.tables.access import ProviderLink, ProviderTrip
from service.tables.work import AuditEntry
from tests.identity_provider import SECRET, Bend, IdentityProvider
from tests.service.access.builders import EMAIL, HERE, NOW, House, at
from tests.service.access.identity_provider.builders import a_house, but, come_in, later, linked, refusal, trip, without


def test_whoever_is_linked_comes_in_with_a_new_session(house: House, cpas: IdentityProvider):
    account = linked(house)
    arrival = come_in(house, cpas)

    assert arrival.account.id == account.id
    assert house.is_in(arrival.session)
    with house.site.db() as tx:
        assert tx.exec(select(ProviderLink)).one().used_at == NOW
        assert tx.exec(select(AuditEntry).where(AuditEntry.action == "sign_in")).first() is not None


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


def test_whoever_failed_thirty_times_waits(house: House, cpas: IdentityProvider):
    for _ in range(30):
        refusal(house, "a", Answer("b"))
    with pytest.raises(TooManyTries):
        provider_trips.come_back(house.site, "a", Answer("b"), HERE, clock=at())
