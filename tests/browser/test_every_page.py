"""
Every page of every role, looked at in a real browser: axe, nothing sticks out, the content policy, one heading.

A pairwise part of languages, themes and widths runs with all other tests; `make screens` runs every combination and
writes its table.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from service.app import create_app
from service.site import Site
from service.web.doors import cookie_name
from service.web.speech import LANGUAGE_COOKIE, LANGUAGES
from tests.browser import atlas, served
from tests.browser.conftest import EVERY
from tests.browser.visitor import Visitor

ROLES = ("coordinator", "peer_helper", "professional", "person")
THEMES = ("clair", "sombre")
WIDTHS = (1280, 390, 320)
REACHED_OTHERWISE: dict[str, str] = {
    "/fin": "after « Quitter vite »",
    "/entrer": "asked of whoever did not sign in",
    "/entrer/{token}": "a link in a mail",
    "/entrer/courriel": "beside a demonstration",
    "/entrer/mot-de-passe": "beside a demonstration",
    "/entrer/second": "after a password",
    "/mot-de-passe/oublie": "beside a demonstration",
    "/mot-de-passe/nouveau/{token}": "a link in a mail",
    "/rejoindre/{token}": "a link in a mail",
    "/creer-le-reseau": "an empty database",
    "/compte/confirmer": "before a change of one's doors",
    "/compte/mot-de-passe": "beside a demonstration",
    "/compte/adresse": "beside a demonstration",
    "/compte/codes": "beside a demonstration",
    "/compte/cles": "beside a demonstration",
    "/appariements/etat-du-calcul": "a part of a page",
    "/appariements/calculs/{public_id}": "after a calculation was asked for",
    "/appariements/et-si/{run}": "after a question was asked",
    "/binomes/{pairing}/papier": "a proposal that waits for its answers",
    "/semaine/calculs/{run}": "after a calculation was asked for",
    "/semaine/replanifications/{run}": "after an absence was noted",
    "/semaine/replanifications/{run}/etat": "a part of a page",
    "/semaine/visites/{visit}/essai": "a part of a page",
    "/semaine/a-placer": "a visit to place",
    "/agenda/visites/{visit}/reporter": "a visit that did not take place",
    "/confirmer/{token}": "a link in a mail",
    "/demander/{token}": "a link that a partner was given",
    "/demander/{token}/{draft_id}/{step}": "a link that a partner was given",
    "/droits/{right}/effacer": "after a person asked for it",
    "/mes-demandes/{public_id}/corriger": "a request that is new",
    "/pairs-aidants/{helper}/coordonnees": "asked by a button",
    "/personnes/{person}/doublons/{other}": "two records that look alike",
    "/reglages/poids/essais/{run}": "after a trial was asked for",
    "/retards": "a visit that nobody left",
    "/calculs/{public_id}": "after a calculation was asked for",
    "/calculs/{public_id}/etat": "a part of a page",
    "/import/{public_id}": "after files were sent",
    "/mes-demandes/brouillons/{draft_id}/{step}": "after a request was begun",
}
"""Pages that no link of a calm day leads to, and what does; the other browser tests look at them."""


@dataclass(frozen=True)
class Screen:
    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


SCREENS = [Screen(*one) for one in itertools.product(LANGUAGES, THEMES, WIDTHS)]
PAIRS = [
    Screen(language, THEMES[(row + column) % len(THEMES)], width)
    for row, language in enumerate(LANGUAGES)
    for column, width in enumerate(WIDTHS)
]
"""Every language in every width, and both with either theme."""


@pytest.fixture(scope="module")
def calm(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on a day on which nothing changes."""
    with served.served(filled, tmp_path_factory.mktemp("calm")) as site:
        yield site


@pytest.fixture(scope="module")
def known(calm: Site) -> list[atlas.Template]:
    return atlas.templates(create_app(calm))


@pytest.fixture(scope="module")
def atlases(calm: Site, known: list[atlas.Template]) -> dict[str, atlas.Atlas]:
    return {role: atlas.explore(calm, role, known) for role in ROLES}


def test_every_page_is_reached_by_following_links(known: list[atlas.Template], atlases: dict[str, atlas.Atlas]):
    reached = {template for found in atlases.values() for template in (*found.pages, *found.ways)}
    pages = {one.path for one in known}

    assert sorted(pages - reached - set(REACHED_OTHERWISE)) == [], "no link leads there"
    assert sorted(set(REACHED_OTHERWISE) - pages) == [], "these pages are gone"


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_looks_right(role: str, calm: Site, atlases: dict[str, atlas.Atlas], chromium: Browser):
    every = os.environ.get(EVERY)
    pages = sorted(atlases[role].pages.items())
    looked: list[tuple[str, str, dict[str, bool]]] = []
    wrong: list[str] = []
    screens = SCREENS if every else PAIRS
    for turn, screen in enumerate(screens):
        # In the core each page meets one screen, and the screens take turns.
        due = pages if every else [one for place, one in enumerate(pages) if place % len(screens) == turn]
        if not due:
            continue
        with Visitor(chromium, calm, screen.width) as visitor:
            base = calm.settings.base_url
            cookies = {cookie_name(calm): atlases[role].cookie, LANGUAGE_COOKIE: screen.language, "theme": screen.theme}
            visitor.context.add_cookies(
                [{"name": name, "value": value, "url": base} for name, value in cookies.items()]
            )
            for template, address in due:
                visitor.open(address)
                found = {
                    "axe": _fault(visitor.passes_axe),
                    "width": _fault(visitor.fits),
                    "language and heading": _fault(visitor.reads_well, screen.language),
                    "content policy": "; ".join(visitor.complaints),
                }
                visitor.complaints.clear()
                wrong += [f"{screen} {address}: {fault}" for fault in found.values() if fault]
                looked.append((template, str(screen), {check: not fault for check, fault in found.items()}))
    if every:
        with (Path(every) / "pages.jsonl").open("a") as table:
            table.writelines(json.dumps([role, *one]) + "\n" for one in looked)

    assert wrong == []
    assert {template for template, *_ in looked} == set(atlases[role].pages)


def _fault(check: Callable[..., None], *facts: str) -> str:
    """What a check says against a page, or nothing."""
    try:
        check(*facts)
    except AssertionError as error:
        return str(error)
    return ""
