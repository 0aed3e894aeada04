"""The door of an identity provider by its pages, on the real clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlmodel import select

from service import accounts, invitations_to_join, provider, provider_trips
from service.provider_trips import Answer
from service.tables.access import ProviderTrip
from tests.identity_provider import SUBJECT, IdentityProvider
from tests.service.access.builders import EMAIL, PASSWORD, House, words_of
from tests.service.access.identity_provider.builders import linked, sessions


def there(house: House, cpas: IdentityProvider, path: str, page: str, visitor: Any, **fields: str) -> Answer:
    """What comes back after the button `path` on `page`."""
    cpas.now = lambda: datetime.now(UTC)
    left = visitor.fill(path, page, **fields)
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', left.text)
    assert found is not None, left.text
    return cpas.answer(found[1].replace("&amp;", "&"))


def back(visitor: Any, **sent: str) -> Any:
    """The page that the provider leads to, and its form."""
    arrived = visitor.get(provider.BACK, params=sent, headers={"sec-fetch-site": "cross-site"})
    fields = dict(re.findall(r'name="(state|code|error|iss)" value="([^"]*)"', arrived.text))
    if not fields:
        return arrived
    return visitor.fill("/entrer/fournisseur/terminer", "/entrer", **fields)


def test_from_the_button_to_the_first_page(house: House, cpas: IdentityProvider):
    linked(house)
    visitor = house.visitor()
    with house.site.db() as tx:
        assert tx.exec(select(ProviderTrip)).first() is None
    answer = there(house, cpas, "/entrer/fournisseur", "/entrer", visitor)
    before = sessions(house)
    visitor.get(provider.BACK, params={"state": answer.state, "code": answer.code})
    assert sessions(house) == before
    done = back(visitor, state=answer.state, code=answer.code, iss=answer.issuer)

    assert done.headers["location"] == "/aujourdhui?fait=entered"
    assert "Claire" in visitor.read("/aujourdhui").text


def test_each_way_of_failing_has_its_sentence_and_the_other_ways_in(house: House, cpas: IdentityProvider):
    linked(house)
    visitor = house.visitor()
    sent = there(house, cpas, "/entrer/fournisseur", "/entrer", visitor)
    denied = back(visitor, state=sent.state, error="access_denied")
    replayed = back(visitor, state=sent.state, code=sent.code)
    nothing = back(visitor, code=sent.code)
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


def test_unknown_and_closed_look_the_same(house: House, cpas: IdentityProvider):
    linked(house, "professional", "Paul")
    paul = house.account("professional", "Paul")
    accounts.set_active(house.site, house.actor("coordinator"), paul.public_id, active=False)
    answers: list[Any] = []
    for subject in (SUBJECT, "nobody"):
        visitor = house.visitor()
        visitor.cookies.set("__Host-lefil-form", "the same", domain="fil.example")
        cpas.subject = subject
        sent = there(house, cpas, "/entrer/fournisseur", "/entrer", visitor)
        answers.append(back(visitor, state=sent.state, code=sent.code))

    assert answers[0].content == answers[1].content
    assert answers[0].status_code == answers[1].status_code == 403


def test_an_account_is_linked_confirmed_and_set_free_by_its_owner(house: House, cpas: IdentityProvider):
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
    visitor.fill("/entrer/second/verifier", "/entrer/second", code=claire.code_now())
    sent = there(house, cpas, "/compte/fournisseur/lier", "/compte/fournisseur", visitor)
    linked_now = back(visitor, state=sent.state, code=sent.code)
    shown = words_of(visitor.read("/compte/fournisseur"))
    sent = there(house, cpas, "/compte/confirmer/fournisseur", "/compte/confirmer", visitor, back="/compte/cles")
    confirmed = back(visitor, state=sent.state, code=sent.code)
    removed = visitor.fill("/compte/fournisseur/retirer", "/compte/fournisseur")

    assert linked_now.headers["location"] == "/compte/fournisseur?fait=provider_linked"
    assert "Votre identité liée" in shown
    assert confirmed.headers["location"] == "/compte/cles?fait=confirmed"
    assert removed.headers["location"] == "/compte/fournisseur?fait=provider_unlinked"
    assert "Aucune identité" in words_of(visitor.read("/compte/fournisseur"))


def test_an_invitation_is_taken_up(house: House, cpas: IdentityProvider):
    renewed = invitations_to_join.renew(
        house.site, house.actor("coordinator"), house.account("professional", "Paul").public_id
    )
    token = renewed.link.rsplit("/", 1)[-1]
    visitor = house.visitor()
    sent = there(house, cpas, "/rejoindre/fournisseur", f"/rejoindre/{token}", visitor, token=token)
    done = back(visitor, state=sent.state, code=sent.code)

    assert done.headers["location"] == "/mes-demandes?fait=joined"


def test_without_a_provider_nothing_of_it_is_shown():
    house = House()
    visitor = house.visitor()
    for path in ("/entrer", "/entrer/mot-de-passe", f"/rejoindre/{house.invitation()}"):
        assert "fournisseur" not in visitor.get(path).text
    assert visitor.read(provider.BACK + "?state=a&code=b").headers["location"] == "/entrer"
    assert visitor.fill("/entrer/fournisseur", "/entrer").status_code == 404
