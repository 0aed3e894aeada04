"""Linking an account, joining and proving who one is by an identity provider."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from service import access, invitations_to_join, passkeys, provider_links, provider_trips
from service.errors import NotAcceptable, SignInFailed
from service.tables.access import Letter, ProviderLink
from service.tables.work import AuditEntry
from tests.identity_provider import SUBJECT, IdentityProvider
from tests.service.access.builders import HERE, NOW, House, at
from tests.service.access.identity_provider.builders import but, come_in, later, linked, refusal, trip


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
