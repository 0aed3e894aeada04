"""
Who gets where: each route of the program x each role x each relation to the record in its address (`security.md` C2).

Nothing here lists routes: a new one is met the day it is made, and fails here until it says what it is about.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from service.access_matrix import MATRIX
from service.access_scope import scope
from service.site import Site
from service.tables.pairings import Pairing
from service.tables.territory import Theme
from service.web.route_records import RECORDS
from tests.service.access.every_route import records
from tests.service.access.every_route.cells import Route, routes
from tests.service.access.every_route.records import (
    ANA,
    CLAIRE,
    EVERYBODY,
    MAY_READ,
    PEOPLE,
    RELATED,
    TOLD_IN_EMERGENCIES,
    Somebody,
    actor_of,
)
from tests.service.web.network import BASE, Browser, Network, make_site
from tests.service.web.servers import server

CALM = ("audit_entry", "web_session", "attempt", "sign_in_link", "half_sign_in", "passkey_challenge")
"""Tables that may change although nothing was done: who looked, who came in, who tried."""
ROUTES = sorted(routes(server(make_site())), key=str)
"""In one order, whatever process collects them: handlers with several paths hold them as a set."""
PLAIN = [one for one in ROUTES if one.method == "GET" and "{" not in one.path and one.rule.roles]
ABOUT_RECORDS = [one for one in ROUTES if one.kind is not None]
READ_NO_FIELD = ("/sortir",)
"""Whoever wants to leave is let out, whatever else they send."""
WITH_FILES = {
    "/import/fichiers": (CLAIRE, {}, "files"),
    "/mon-autre-agenda/fichier": (ANA, {}, "file"),
    "/reglages/carte/limites": (CLAIRE, {"seen": "0"}, "file"),
}
"""Forms that bring a file: who sends it, with which fields, and what the file is called there."""
FORMS = [
    one
    for one in ROUTES
    if one.method == "POST"
    and one.path not in READ_NO_FIELD
    and not one.path.startswith("/api/")
    and ("{" not in one.path or one.kind is not None)
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
NEEDS_PROOF = (*OWN_FACTORS, *CALENDAR_ADDRESSES, "/mes-donnees/copie", "/urgences/ouvrir")
"""Changes of mail or factor, export, calendar address, break-glass: `security.md` A6, once more by hand."""


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
        raw = connection.connection.cursor()  # it is read twice in most tests here: as it is, without making values
        for name in SQLModel.metadata.tables:
            if name not in CALM:
                held.update(repr(raw.execute(f'SELECT * FROM "{name}"').fetchall()).encode())  # noqa: S608
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


@pytest.mark.parametrize("kind", RELATED)
def test_the_table_of_access_reaches_a_record_for_those_related_to_it_and_for_nobody_else(kind, network, made, people):
    """The table, asked about each account; `RELATED` was written by hand beside it."""
    table = Pairing if kind == "proposal" else next(one for one in RECORDS.values() if one.__tablename__ == kind)
    named = col(table.ref) == made["SER"].ids[kind] if table is Theme else table.public_id == made["SER"].ids[kind]
    with network.site.db() as tx:
        reached = [
            somebody
            for somebody in people
            if table in MATRIX and tx.exec(select(1).where(named, scope(actor_of(network, somebody)).of(table))).all()
        ]

    assert reached == ([one for one in people if one in RELATED[kind]] if table in MATRIX else [])


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


@pytest.mark.parametrize("route", FORMS, ids=str)
def test_a_field_that_a_form_does_not_have_is_refused_and_changes_nothing(route, network, made, people):
    """By whoever may send the form (`security.md` C5)."""
    may = [one for one in people if one.role in route.rule.roles and one.territory == "SER"]
    related = [one for one in may if route.kind is None or one in RELATED[route.kind]]
    before = digest(network.site)
    client = people[related[0]] if route.rule.roles else network.client()
    answer = ask(client, replace(route, fields=route.fields | {"unheard_of": "1"}), made["SER"].ids)

    assert answer.status_code == 400
    assert digest(network.site) == before


@pytest.mark.parametrize("path", WITH_FILES)
def test_a_field_beside_a_file_is_refused_as_well(path, network, people):
    somebody, fields, name = WITH_FILES[path]
    client = people[somebody]
    sent = fields | {"csrf": client.seal("/aide")}
    file = {name: ("persons.csv", b"\x00", "text/plain")}

    assert client.post(path, data=sent, files=file, follow_redirects=False).status_code != 400
    assert client.post(path, data=sent | {"unheard_of": "1"}, files=file, follow_redirects=False).status_code == 400


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
        said = answer.text
        if "professional-display_name" in TOLD_IN_EMERGENCIES.get(route.path, ()):
            said = said.replace("Claire d’ailleurs", "")
        if told := strangers(somebody, said):
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
