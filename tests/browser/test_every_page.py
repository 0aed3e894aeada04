"""
Every page of every role, looked at in a real browser: axe, what does not fit, and what else a machine can see.

With all other tests each page is opened once, in languages and themes by turns, and is made narrower where it stands.
`make screens` opens each page in every language and shows it in every theme and width; it writes `pages.jsonl`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from locales.pseudo import pseudo
from service.app import create_app
from service.site import Site
from service.web.doors import cookie_name
from service.web.speech import LANGUAGE_COOKIE, LANGUAGES
from tests.browser import atlas, served, situations
from tests.browser.conftest import EVERY
from tests.browser.situations import ROLES, Situation
from tests.browser.visitor import Visitor
from tests.locales import brackets

THEMES = {"clair": "light", "sombre": "dark"}
WIDTHS = (1280, 390, 320)
TURNS = (1280, 390)
"""Where a page is looked at when it is looked at once."""
PSEUDO = "pseudo"
"""The language that nobody speaks, whose texts are longer than those of any other; it takes the place of English."""
REACHED_OTHERWISE = {
    "/creer-le-reseau": "an empty database: `test_doors.py` looks at it",
    "/appariements/calculs/{public_id}": "leads on to the suggestions",
    "/appariements/etat-du-calcul": "a part of a page",
    "/calculs/{public_id}/etat": "a part of a page",
    "/semaine/replanifications/{run}/etat": "a part of a page",
    "/semaine/visites/{visit}/essai": "a part of a page",
    "/entrer/fournisseur/retour": "an identity provider: `test_identity_provider.py` looks at it",
    "/compte/fournisseur": "an identity provider: `test_identity_provider.py` looks at it",
}
"""What cannot be shown by itself."""
REFUSED = ("/nulle-part", "/demandes")
"""Where a role finds nothing, or may not look: the page says so with another status."""
ALL: dict[str, list[str]] = {}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""In the dark axe looks at colours alone: nothing else is different there, which a test below sees to."""


@dataclass
class Round:
    """What was seen of a role's pages, and what was wrong."""

    wrong: list[str] = field(default_factory=list[str])
    seen: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    titles: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])


@pytest.fixture(scope="module")
def day(busy: tuple[Path, Situation], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Situation]]:
    """A server on a day on which a lot goes on, and nothing changes."""
    with served.served(busy[0], tmp_path_factory.mktemp("every-page")) as site:
        yield site, busy[1]


@pytest.fixture(scope="module")
def known(day: tuple[Site, Situation]) -> list[atlas.Template]:
    return atlas.templates(create_app(day[0]))


class Walker:
    """Somebody of one role who goes from page to page."""

    def __init__(self, visitor: Visitor, role: str, known: list[atlas.Template]) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.role = role
        self.known = known
        self.round = Round()
        self.language = "fr"

    def speak(self, language: str) -> None:
        self.language = language
        base = self.visitor.site.settings.base_url
        cookie = {"name": LANGUAGE_COOKIE, "value": brackets.LANG if language == PSEUDO else language, "url": base}
        self.visitor.context.add_cookies([cookie])

    def open(self, address: str) -> None:
        answer = self.page.goto(self.visitor.site.settings.base_url + address)
        assert answer is not None
        came_to = self.page.url.removeprefix(self.visitor.site.settings.base_url)
        if came_to != address:
            self.round.wrong.append(f"{address} leads to {came_to}")
        if answer.status != 200:
            said = f"status of {answer.status}"
            self.visitor.complaints = [one for one in self.visitor.complaints if said not in one]
            if address not in REFUSED:
                self.round.wrong.append(f"{address} answers {answer.status}")

    def show(self, theme: str, width: int) -> None:
        self.page.emulate_media(color_scheme=THEMES[theme])  # pyright: ignore[reportArgumentType]
        self.page.set_viewport_size({"width": width, "height": 844 if width < 600 else 900})

    def look(self, address: str, width: int, axe: dict[str, dict[str, list[str]]]) -> None:
        """Look at the page in this width: what does not fit, and what axe says in each theme that it is asked for."""
        beyond = self.fit(width)
        for theme, asked in axe.items():
            self.show(theme, width)
            told = self.visitor.violations(**asked)
            self.round.seen.append(
                {
                    "page": atlas.template_of(self.known, address) or address,
                    "role": self.role or "nobody",
                    "language": self.language,
                    "theme": theme,
                    "width": width,
                    "axe": len(told),
                    "overflow": len(beyond),
                }
            )
            self.note(address, theme, width, told)
        self.note(address, next(iter(axe)), width, beyond)

    def fit(self, width: int) -> list[str]:
        self.page.set_viewport_size({"width": width, "height": 844 if width < 600 else 900})
        return self.visitor.inspected("fit")

    def inspect(self, address: str, theme: str, width: int) -> None:
        """What a machine can see besides, as the page is shown now."""
        told = self.visitor.inspected("built", "fields", "motion", "focus", "targets", on_phone=width < 600)
        html = self.page.locator("html").get_attribute("lang")
        spoken = brackets.LANG if self.language == PSEUDO else self.language
        if html != spoken:
            told.append(f"says that it is in {html}")
        template = atlas.template_of(self.known, address) or address
        before = self.round.titles.setdefault((self.language, self.page.title()), template)
        if before != template:
            told.append(f"has the title of {before}: {self.page.title()}")
        self.page.emulate_media(media="print")
        told += self.visitor.inspected("print")
        self.page.emulate_media(media="screen")
        self.note(address, theme, width, told)

    def note(self, address: str, theme: str, width: int, told: list[str]) -> None:
        where = f"{self.role or 'nobody'} {address} {self.language}-{theme}-{width}"
        self.round.wrong += [f"{where}: {one}" for one in [*told, *self.visitor.complaints]]
        self.visitor.complaints.clear()


@contextmanager
def walking(chromium: Browser, day: tuple[Site, Situation], role: str, known: list[atlas.Template]) -> Iterator[Walker]:
    site, situation = day
    cookies = situation.cookies_of(role)
    if role:
        cookies = {cookie_name(site): str(situations.entered(site, role).cookies.get(cookie_name(site)))}
    with Visitor(chromium, site, WIDTHS[0], reduced_motion="reduce") as visitor:
        base = site.settings.base_url
        visitor.context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        yield Walker(visitor, role, known)


@pytest.fixture(scope="module")
def atlases(day: tuple[Site, Situation], known: list[atlas.Template]) -> dict[str, atlas.Atlas]:
    """The pages of each role, found without a browser."""
    site, situation = day
    found: dict[str, atlas.Atlas] = {}
    for role in ROLES:
        reader = situations.entered(site, role, **situation.cookies_of(role))
        begin = [one for one in situation.begin[role] if atlas.template_of(known, one) not in REACHED_OTHERWISE]
        pages = [one for one in known if one.path not in REACHED_OTHERWISE]
        found[role] = atlas.explore(role, site.settings.base_url, pages, reader.look, begin)
    return found


def test_every_page_is_reached(known: list[atlas.Template], atlases: dict[str, atlas.Atlas]):
    reached = {template for found in atlases.values() for template in (*found.pages, *found.ways)}
    pages = {one.path for one in known}

    assert sorted(pages - reached - set(REACHED_OTHERWISE)) == [], "no link leads there"
    assert sorted(set(REACHED_OTHERWISE) - pages) == [], "these pages are gone"


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_looks_right(
    role: str,
    chromium: Browser,
    day: tuple[Site, Situation],
    known: list[atlas.Template],
    atlases: dict[str, atlas.Atlas],
    tmp_path: Path,
):
    with walking(chromium, day, role, known) as walker:
        if folder := os.environ.get(EVERY):
            in_every_way(walker, atlases, tmp_path)
            with (Path(folder) / "pages.jsonl").open("a") as table:
                table.writelines(json.dumps(one) + "\n" for one in walker.round.seen)
        else:
            once(walker, atlases, tmp_path)

    assert walker.round.wrong == []


def once(walker: Walker, atlases: dict[str, atlas.Atlas], folder: Path) -> None:
    """Each page in one language; a page that several roles have is looked at as the first of them has it."""
    before = {template for other in ROLES[: ROLES.index(walker.role)] for template in atlases[other].pages}
    due = [found for template, found in sorted(atlases[walker.role].pages.items()) if template not in before]
    languages, themes = ("fr", "nl", "de", PSEUDO), tuple(THEMES)
    with brackets.spoken(folder / "catalogs", pseudo):
        for turn, address in enumerate(address for found in due for address in found):
            theme, width = themes[turn // 4 % 2], TURNS[turn // 2 % 2]
            walker.speak(languages[turn % 4])
            walker.show(theme, width)
            walker.open(address)
            walker.look(address, width, {theme: ALL})
            walker.inspect(address, theme, width)
            for other in WIDTHS:
                if other != width:
                    walker.note(address, theme, other, walker.fit(other))


def in_every_way(walker: Walker, atlases: dict[str, atlas.Atlas], folder: Path) -> None:
    """Each page in every language, theme and width, and how it fits in the language that is longer than all."""
    addresses = [address for found in atlases[walker.role].pages.values() for address in found]
    for language in LANGUAGES:
        walker.speak(language)
        for address in addresses:
            walker.show("clair", WIDTHS[0])
            walker.open(address)
            for width in WIDTHS:
                walker.look(address, width, {"clair": ALL, "sombre": COLOURS})
                if language == "fr":
                    walker.inspect(address, "sombre", width)
    with brackets.spoken(folder / "catalogs", pseudo):
        walker.speak(PSEUDO)
        for address in addresses:
            walker.open(address)
            for width in WIDTHS:
                walker.note(address, "clair", width, walker.fit(width))


def test_the_dark_changes_colours_alone_and_is_the_same_by_choice_and_by_device():
    style = (Path(__file__).parents[2] / "service" / "static" / "fil.css").read_text("utf-8")
    device, choice = (
        [
            (where.strip(), "".join(how.split()).strip(";"))
            for where, how in re.findall(kind + r"([^{]*)\{([^}]*)\}", style)
        ]
        for kind in (r":root:not\(\[data-theme=clair\]\)", r":root\[data-theme=sombre\]")
    )
    declared = {one for _, how in choice for one in how.split(";")}

    assert device == choice
    assert {one for one in declared if not re.fullmatch(r"(--[\w-]+|stroke|fill):#[0-9A-F]{6}", one)} == {
        "color-scheme:dark"
    }
