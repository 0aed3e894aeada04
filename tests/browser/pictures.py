"""
The pictures of the documentation: every main page of every role, on a desk and on a phone, light and dark.

``python -m tests.browser.pictures docs/screenshots`` makes all of them anew (`make pictures`): a real server with the
territory of Seraing on the demo's first Monday, in a real Chromium.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from service.app import create_app
from service.site import Site
from service.web.doors import cookie_name
from service.web.easy import READING_COOKIE
from tests.browser import atlas, served, situations
from tests.browser.conftest import WIDTHS
from tests.browser.visitor import Visitor
from tests.chromium import chromium

THEMES = ("clair", "sombre")
QUALITY = 70
"""Of WebP: letters stay sharp, and a picture weighs some 30 kB."""


def _asking(page: Page) -> None:
    page.get_by_role("button", name="Nouvelle demande").first.click()
    page.wait_for_load_state()


def _checking(page: Page) -> None:
    """A request filled in up to its last step."""
    _asking(page)
    page.get_by_label("Pseudonyme", exact=True).fill("Merle")
    page.get_by_label("Oui, elle l’a dit elle-même").check()
    page.get_by_label("Signé sur papier").check()
    _goes_on(page)
    page.locator("input[name=themes]").first.check()
    _goes_on(page)
    page.get_by_label("En semaine, le matin").check()
    page.get_by_text("Chez la personne").first.click()
    page.get_by_label("français").first.check()
    _goes_on(page)


def _goes_on(page: Page) -> None:
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_load_state()


def _easy(page: Page) -> None:
    """The easy version, which stays for this browser until the usual one is chosen again."""
    page.get_by_role("link", name="Version facile à lire").first.click()
    page.wait_for_load_state()


@dataclass(frozen=True)
class Shown:
    """A page by its template, and what somebody does there before the picture is taken."""

    template: str
    then: Callable[[Page], None] | None = None


MAIN: dict[str, dict[str, Shown]] = {
    "coordinator": {
        "aujourdhui": Shown("/aujourdhui"),
        "demandes": Shown("/demandes"),
        "demande": Shown("/demandes/{public_id}"),
        "appariements": Shown("/appariements"),
        "semaine": Shown("/semaine/{monday}"),
        "jour": Shown("/semaine/jour/{day}"),
        "deplacer": Shown("/semaine/visites/{visit}"),
        "publier": Shown("/semaine/{monday}/publier"),
        "binomes": Shown("/binomes"),
        "binome": Shown("/binomes/{pairing}"),
        "personnes": Shown("/personnes"),
        "personne": Shown("/personnes/{person}"),
        "pairs-aidants": Shown("/pairs-aidants"),
        "pair-aidant": Shown("/pairs-aidants/{helper}"),
        "disponibilites": Shown("/pairs-aidants/{owner}/disponibilites"),
        "absences": Shown("/absences"),
        "a-prevenir": Shown("/a-prevenir"),
        "import": Shown("/import"),
        "reglages": Shown("/reglages"),
        "poids": Shown("/reglages/poids"),
        "regles": Shown("/aide/regles"),
    },
    "peer_helper": {
        "agenda": Shown("/agenda"),
        "visite": Shown("/agenda/visites/{visit}"),
        "propositions": Shown("/propositions"),
        "mes-disponibilites": Shown("/mes-disponibilites"),
        "mes-limites": Shown("/mes-limites"),
        "mes-absences": Shown("/mes-absences"),
        "abonnement": Shown("/abonnement"),
        "parler": Shown("/aide/parler"),
    },
    "professional": {
        "mes-demandes": Shown("/mes-demandes"),
        "demander": Shown("/mes-demandes", _asking),
        "verifier": Shown("/mes-demandes", _checking),
        "suivi": Shown("/mes-demandes/{public_id}"),
    },
    "person": {
        "ma-page": Shown("/ma-page"),
        "ma-page-facile": Shown("/ma-page", _easy),
        "mes-rencontres": Shown("/agenda"),
        "mes-donnees": Shown("/mes-donnees"),
        "mon-accord": Shown("/mon-accord"),
    },
    "": {"entrer": Shown("/entrer")},
}
"""The main pages by role and name; with role "" nobody signed in."""


def file_name(name: str, width: str, theme: str) -> str:
    return f"{name}-{width}-{theme}.webp"


def every_file() -> Iterator[str]:
    """The names of all pictures."""
    for pages in MAIN.values():
        for name in pages:
            for width in WIDTHS:
                for theme in THEMES:
                    yield file_name(name, width, theme)


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch, chromium("--lang=fr") as browser:
        filled = Path(scratch) / "filled.db"
        served.fill(filled)
        with _calm(filled, Path(scratch)) as site:
            for role, pages in MAIN.items():
                _take(browser, site, role, pages, folder)


@contextmanager
def _calm(filled: Path, scratch: Path) -> Iterator[Site]:
    folder = scratch / "served"
    folder.mkdir()
    with served.served(filled, folder) as site:
        yield site


def _take(browser: Browser, site: Site, role: str, pages: dict[str, Shown], folder: Path) -> None:
    reader = situations.entered(site, role)
    found = atlas.explore(role, site.settings.base_url, atlas.templates(create_app(site)), reader.look)
    for width, pixels in WIDTHS.items():
        with Visitor(browser, site, pixels) as visitor:
            cookies = {cookie_name(site): str(reader.cookies.get(cookie_name(site)))} if role else {}
            for theme in THEMES:
                for name, value in {**cookies, "theme": theme}.items():
                    visitor.context.add_cookies([{"name": name, "value": value, "url": site.settings.base_url}])
                for name, shown in pages.items():
                    visitor.context.clear_cookies(name=READING_COOKIE)
                    visitor.open(found.pages[shown.template][0])
                    if shown.then is not None:
                        shown.then(visitor.page)
                    (folder / file_name(name, width, theme)).write_bytes(_picture(visitor.page))


def _picture(page: Page) -> bytes:
    page.evaluate("document.fonts.ready.then(() => true)")
    devtools = page.context.new_cdp_session(page)
    taken = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    devtools.detach()
    return base64.b64decode(taken["data"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
