"""
Who gets where: each route of the program x each role x each relation to the record in its address (`security.md` C2).

Nothing here lists routes: a new one is met the day it is made, and fails here until it says what it is about.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from service.site import Site
from tests.service.access.every_route import records
from tests.service.access.every_route.cells import BESIDE_RECORDS, Route, routes
from tests.service.access.every_route.records import EVERYBODY, MAY_READ, PEOPLE, RELATED, Somebody
from tests.service.web.network import BASE, Browser, Network, make_site
from tests.service.web.servers import server

CALM = ("audit_entry", "web_session", "attempt", "sign_in_link", "half_sign_in", "passkey_challenge")
"""Tables that may change although nothing was done: who looked, who came in, who tried."""
ROUTES = sorted(routes(server(make_site())), key=str)
"""In one order, whatever process collects them: handlers with several paths hold them as a set."""
PLAIN = [one for one in ROUTES if one.method == "GET" and "{" not in one.path and one.rule.roles]
ABOUT_RECORDS = [
    one for one in ROUTES if "{" in one.path and one.rule.roles and not one.path.startswith(BESIDE_RECORDS)
]

OWN_FACTORS = (
    "/compte/adresse",
    "/compte/cles",
    "/compte/code-secret",
    "/compte/codes",
    "/compte/fournisseur",
    "/compte/mot-de-passe",
)
CALENDAR_ADDRESSES = tuple(
    f"{start}{end}"
    for start in ("/abonnement", "/reglages/calendriers/adresses")
    for end in ("/creer", "/{public_id}/changer")
)
NEEDS_PROOF = (*OWN_FACTORS, *CALENDAR_ADDRESSES, "/mes-donnees/copie")
"""Changes of mail or factor, export, calendar address: `security.md` A6, written down once more by hand."""


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(make_site())


@pytest.fixture(scope="module")
def made(network: Network) -> dict[str, records.Records]:
    return records.make(network)


@pytest.fixture(scope="module")
def people(network: Network, made: dict[str, records.Records]) -> dict[Somebody, Browser]:
    assert made
    return {one: network.signed_in(one.role, one.name or None) for one in EVERYBODY}


def digest(site: Site) -> str:
    """Of all that is held, but for what looking alone writes."""
    held = hashlib.sha256()
    with site.db.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if table.name not in CALM:
                held.update(repr(connection.execute(select(table)).all()).encode())
    return held.hexdigest()


def ask(client: Browser, route: Route, ids: dict[str, str]) -> Any:
    address = route.address(ids)
    if route.method == "GET":
        return client.read(address)
    if not hasattr(client, "own_seal"):
        client.own_seal = client.seal("/aide")
    return client.post(
        address,
        data=route.fields | {"csrf": client.own_seal},
        headers={"sec-fetch-site": "same-origin", "origin": BASE},
        follow_redirects=False,
    )


def test_every_route_about_a_record_says_which():
    assert [str(one) for one in ABOUT_RECORDS if one.kind is None] == []


@pytest.mark.parametrize("route", ABOUT_RECORDS, ids=str)
def test_nobody_gets_at_what_is_not_related_to_them(route, network, made, people):
    before = digest(network.site)
    surprises: dict[str, int] = {}
    for somebody, client in people.items():
        if somebody.role in route.rule.roles and somebody in RELATED[route.kind]:
            continue
        answer = ask(client, route, made["SER"].ids)
        expected = 404 if somebody.role in route.rule.roles else 403
        if answer.status_code != expected:
            surprises[str(somebody)] = answer.status_code

    assert surprises == {}
    assert digest(network.site) == before


@pytest.mark.parametrize("route", [one for one in ROUTES if one.rule.roles], ids=str)
def test_whoever_did_not_sign_in_is_asked_to(route, network, made):
    answer = ask(network.client(), route, made["SER"].ids)

    if route.path.startswith("/api/"):
        assert answer.status_code == 401
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/entrer")


def test_what_must_be_proved_anew_is_asked_for_on_every_such_route():
    asked = {one.path for one in ROUTES if one.rule.fresh}

    assert asked == {one.path for one in ROUTES if one.path.startswith(NEEDS_PROOF)}
    assert all(any(path.startswith(start) for path in asked) for start in NEEDS_PROOF)


@pytest.mark.parametrize("route", PLAIN, ids=str)
def test_a_page_is_for_the_roles_of_its_rule_and_tells_of_nobody_else(route, made, people):
    surprises: dict[str, object] = {}
    for somebody, client in people.items():
        answer = client.read(route.path)
        allowed = (200, 303, 409) if somebody.role in route.rule.roles else (403,)
        if answer.status_code not in allowed:
            surprises[str(somebody)] = answer.status_code
        if told := strangers(somebody, answer.text):
            surprises[f"{somebody} reads"] = told

    assert surprises == {}


@pytest.mark.parametrize("route", [one for one in ABOUT_RECORDS if one.method == "GET"], ids=str)
def test_a_page_about_a_record_tells_of_nobody_else_and_changes_nothing(route, network, made, people):
    before = digest(network.site)
    for somebody in RELATED[route.kind]:
        if somebody.role in route.rule.roles:
            answer = ask(people[somebody], route, made["SER"].ids)

            assert strangers(somebody, answer.text) == []
    assert digest(network.site) == before


def strangers(somebody: Somebody, page: str) -> list[str]:
    """Names that this page should not hold for them: those of another territory, of people they have no part in."""
    if somebody.territory != "SER":
        return [name for name in PEOPLE if re.search(rf"\b{name}\b(?! d’ailleurs)", page)]
    hidden = [name for name in PEOPLE if name not in MAY_READ.get(somebody, ())]
    return [name for name in (*hidden, "d’ailleurs") if re.search(rf"\b{name}\b", page)]
