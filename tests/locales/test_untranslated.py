"""
All that Le Fil says, in a language of brackets: whatever stands outside of them is translated nowhere.

What may stand there is told in `data.py` alone; a text put together of pieces is found as well.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from locales import translator
from service.imports.files import FILES
from service.message_texts import Facts, message
from service.site import Site
from service.web import notice_words
from service.web.speech import LANGUAGE_COOKIE
from tests.browser import atlas, served, situations
from tests.browser.situations import ROLES, Situation
from tests.locales import brackets
from tests.locales.data import Data
from tests.service.access.every_route import records
from tests.service.access.every_route.cells import Route, routes
from tests.service.access.every_route.records import EVERYBODY, RELATED, Somebody
from tests.service.access.every_route.test_every_route import ask
from tests.service.web.network import Browser, Network, make_site
from tests.service.web.servers import server

ADDRESSES_OF_A_PAGE = 3
"""Looked at, of those that differ in what they are about."""
REACHED_OTHERWISE = {
    "/creer-le-reseau": "an empty database, below",
    "/appariements/calculs/{public_id}": "leads on to the suggestions",
    "/semaine/replanifications/{run}/etat": "leads on to the whole page",
    "/semaine/visites/{visit}/essai": "asked by the form of a visit, below",
}
IN_FILES = {"souvent"}.union(*({one.name, *one.codes} for file in FILES for one in file.columns))
"""Columns and codes, which the report on files says as the files have them."""


@pytest.fixture(scope="module", autouse=True)
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with brackets.spoken(tmp_path_factory.mktemp("catalogs")):
        yield


@pytest.fixture(scope="module")
def day(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Situation]]:
    """Seraing on a day on which a lot goes on."""
    made, situation = situations.busy(shared_folder)
    copy = tmp_path_factory.mktemp("untranslated") / "lefil.db"
    shutil.copy(made, copy)
    site = served.site_on(copy, 8000)
    yield site, situation
    site.db.close()


@pytest.fixture(scope="module")
def known(day: tuple[Site, Situation]) -> list[atlas.Template]:
    return atlas.templates(server(day[0]))


@pytest.fixture(scope="module")
def data(day: tuple[Site, Situation]) -> Data:
    return Data(day[0], [situations.DRAFTED])


class Findings:
    """What was found, and where it was met first."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.of_files = data.and_also(IN_FILES)
        self.outside: dict[str, str] = {}
        self.glued: dict[str, str] = {}

    def look(self, texts: Iterable[str], where: str) -> None:
        data = self.of_files if "/import/" in where else self.data
        for text in texts:
            for piece in brackets.outside(text):
                if left := data.left_of(piece):
                    self.outside.setdefault(left, where)
            if brackets.glued(text):
                self.glued.setdefault(text, where)

    def __str__(self) -> str:
        outside = [f"not translated at {where}: {text}" for text, where in self.outside.items()]
        return "\n".join([*outside, *(f"glued at {where}: {text}" for text, where in self.glued.items())])


@pytest.fixture(scope="module")
def reached() -> set[str]:
    """The templates of all pages that were looked at."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_translated(
    role: str, day: tuple[Site, Situation], known: list[atlas.Template], data: Data, reached: set[str]
):
    site, situation = day
    found = Findings(data)
    client = situations.entered(site, role, **{LANGUAGE_COOKIE: brackets.LANG}, **situation.cookies_of(role))

    def look(address: str) -> atlas.Look:
        answer = client.get(address, follow_redirects=False)
        if answer.status_code == 303:
            return atlas.Look(led_to=answer.headers["location"])
        if not answer.headers["content-type"].startswith("text/html"):
            return atlas.Look(is_page=False)
        found.look(brackets.said(answer.text), f"{role} {address}")
        return atlas.Look(links=tuple(map(html.unescape, re.findall(r'<a [^>]*?href="([^"]+)"', answer.text))))

    told = atlas.explore(
        role, site.settings.base_url, known, look, situation.begin[role], most=ADDRESSES_OF_A_PAGE
    )
    reached |= {*told.pages, *told.ways}

    assert str(found) == ""


def test_every_page_was_looked_at(known: list[atlas.Template], reached: set[str]):
    pages = {one.path for one in known}

    assert sorted(pages - reached - set(REACHED_OTHERWISE)) == [], "no link leads there"
    assert sorted(set(REACHED_OTHERWISE) - pages) == [], "these pages are gone"


@pytest.mark.skip
def test_the_first_page_of_an_empty_database_is_translated(data: Data):
    client = Browser(server(make_site_without_people()))
    client.cookies.set(LANGUAGE_COOKIE, brackets.LANG)
    found = Findings(data)
    found.look(brackets.said(client.get("/creer-le-reseau").text), "first")

    assert str(found) == ""


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(make_site())


def forms(network: Network) -> list[tuple[Route, Somebody]]:
    """Each form of the program, and somebody who may send it."""
    found: list[tuple[Route, Somebody]] = []
    for route in sorted(routes(network.app), key=str):
        if route.method != "POST" or route.path == "/sortir":
            continue
        may = [one for one in EVERYBODY if one.role in route.rule.roles and one.territory == "SER"]
        related = [one for one in may if route.kind is None or one in RELATED[route.kind]]
        if related:
            found.append((route, related[0]))
    return found


def test_what_is_refused_is_translated(network: Network):
    """Each form is sent with nothing in it, as if it was filled in, and once more, when it is too late."""
    ids = records.make(network)["SER"].ids
    found = Findings(Data(network.site))
    people: dict[Somebody, Browser] = {}
    statuses: set[int] = set()
    for route, somebody in forms(network):
        if somebody not in people:
            people[somebody] = network.signed_in(somebody.role, somebody.name or None)
            people[somebody].cookies.set(LANGUAGE_COOKIE, brackets.LANG)
        for fields in ({}, route.fields, route.fields):
            answer = ask(people[somebody], Route("POST", route.path, route.rule, route.kind, fields), ids)
            statuses.add(answer.status_code)
            if answer.headers.get("content-type", "").startswith("text/html"):
                found.look(brackets.said(answer.text), f"POST {route.path} {answer.status_code}")

    assert str(found) == ""
    assert statuses >= {200, 303, 400, 404, 409, 422}
