"""A person's own pages on a phone: one thing at a time, easy to read, and nothing left on a shared phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from service.app import create_app
from service.site import Site
from tests.browser import atlas, situations
from tests.browser.visitor import Visitor

PROPOSED = "SER-P026"
VISITED = "SER-P013"
PAGES = ("/ma-page", "/ma-page/papier", "/propositions", "/mon-accord", "/mon-accord/retirer", "/mes-donnees")


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (390, "dark")])
@pytest.mark.parametrize("reading", ["courante", "facile"])
def test_the_own_pages_look_right(chromium: Browser, site: Site, width: int, theme: str, reading: str):
    with Visitor(chromium, site, width, color_scheme=theme) as visitor:
        visitor.enter("person", PROPOSED)
        visitor.open(f"/lecture/{reading}?retour=/ma-page")
        for path in (*PAGES, "/mes-donnees/papier"):
            visitor.open(path)
            visitor.looks_right()
        smallest = visitor.page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
        visitor.open("/ma-page")
        easy = visitor.page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
        assert smallest >= 17
        assert easy >= (18 if reading == "facile" else 17)


def test_another_moment_is_taken_and_the_meeting_cancelled(chromium: Browser, site: Site):
    with Visitor(chromium, site, 390) as visitor:
        visitor.enter("person", VISITED)
        visitor.page.get_by_role("link", name="Autre moment").click()
        visitor.looks_right()
        first = visitor.page.get_by_role("radio").first
        chosen = visitor.page.locator("label.choice").first.inner_text()
        first.check()
        visitor.press("Prendre ce moment")
        assert "On demande aux autres" in visitor.said
        assert chosen in visitor.page.locator("main").inner_text()
        visitor.page.get_by_text("Annuler cette rencontre").click()
        visitor.press("Annuler maintenant")
        assert "C’est annulé" in visitor.said


def test_leaving_quickly_shows_nothing_by_back_reload_or_cache(chromium: Browser, site: Site):
    """B2: the next one at a shared phone finds nothing by going back, reloading or opening an old address."""
    with Visitor(chromium, site, 390) as visitor:
        visitor.enter("person", VISITED)
        name = re.search(r"Bonjour (\S+)", visitor.page.locator("h1").inner_text())
        assert name is not None
        helper = "Philippe"
        for path in ("/mes-donnees", "/agenda", "/ma-page"):
            visitor.open(path)
        assert helper in visitor.page.locator("main").inner_text()
        visitor.press("Quitter vite")
        kept = visitor.page.evaluate(
            "caches.keys().then(k => [...k, ...Object.keys(localStorage), ...Object.keys(sessionStorage)])"
        )
        seen = [visitor.page.content()]
        for _ in range(4):
            visitor.page.go_back()
            seen.append(visitor.page.content())
        visitor.page.reload()
        seen.append(visitor.page.content())
        visitor.page.go_forward()
        seen.append(visitor.page.content())
        for path in ("/ma-page", "/mes-donnees", "/agenda"):
            visitor.open(path)
            seen.append(visitor.page.content())

    told = [page for page in seen if name[1] in page or helper in page]
    assert len(seen) == 10
    assert told == []
    assert kept == []


def test_leaving_quickly_stays_in_sight_however_far_one_reads(chromium: Browser, site: Site):
    with Visitor(chromium, site, 390) as visitor:
        visitor.enter("person", PROPOSED)
        visitor.page.mouse.wheel(0, 900)
        button = visitor.page.get_by_role("button", name="Quitter vite")
        visitor.page.wait_for_function("window.scrollY > 100")
        box = button.bounding_box()

    assert box is not None
    assert 0 <= box["y"] < 140


@pytest.mark.parametrize("role", ["peer_helper", "person"])
def test_no_page_is_wider_than_a_small_phone_with_text_twice_as_large(chromium: Browser, site: Site, role: str):
    wide: dict[str, int] = {}
    with Visitor(chromium, site, 320) as visitor:
        visitor.enter(role)
        reader = situations.entered(site, role)
        found = atlas.explore(role, site.settings.base_url, atlas.templates(create_app(site)), reader.look)
        for template, [address] in found.pages.items():
            visitor.open(address)
            visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")
            visitor.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            sticks_out = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if sticks_out > 0:
                wide[template] = sticks_out

    assert len(found.pages) > 12
    assert wide == {}


PAPERS = {"/ma-page/papier": "Ma page, à imprimer", "/mes-donnees/papier": "Mes données, à imprimer"}


@pytest.mark.parametrize("path", PAPERS)
def test_paper_is_printed_in_fourteen_points_and_its_title_tells_nothing(chromium: Browser, site: Site, path: str):
    with Visitor(chromium, site, 794) as visitor:
        visitor.enter("person", VISITED)
        visitor.open(path)
        visitor.page.emulate_media(media="print")
        sizes = visitor.page.evaluate(
            """[...document.querySelectorAll('.folded *')].filter(
                one => one.offsetParent && [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim())
            ).map(one => parseFloat(getComputedStyle(one).fontSize))"""
        )
        title = visitor.page.title()

    assert sizes
    assert min(sizes) >= 18.6
    assert title.startswith(PAPERS[path])
