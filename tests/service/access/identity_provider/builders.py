"""Somebody who goes to an identity provider and comes back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from service import provider_trips
from service.errors import SignInFailed
from service.provider_trips import Answer, Arrival
from service.tables.access import Account, ProviderLink, WebSession
from tests.identity_provider import SUBJECT, Bend, IdentityProvider
from tests.service.access.builders import BASE, HERE, NOW, House, at
from tests.service.web.network import make_site


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


def without(name: str) -> Bend:
    return lambda _, claims: {key: value for key, value in claims.items() if key != name}


def but(**other: Any) -> Bend:
    return lambda _, claims: claims | other


def later(name: str, seconds: int) -> Bend:
    return lambda _, claims: claims | {name: claims[name] + seconds}
