"""The main job in a real browser, on a large screen and on a phone: every page passes axe and the content policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from service.site import Site
from tests.browser.visitor import Visitor

VERIFIED = "Vérifié : aucune autre répartition ne sert mieux tout le monde."


def test_a_coordinator_signs_in_reads_what_waits_today_and_leaves(visitor: Visitor):
    visitor.open("/entrer")
    visitor.looks_right()
    visitor.enter("coordinator")

    assert visitor.page.url.endswith("/aujourdhui?fait=entered")
    assert visitor.page.locator("h1").inner_text() == "Aujourd’hui"
    visitor.looks_right()
    visitor.looks_right()
    visitor.press("Déconnexion")
    assert "Vous êtes sorti" in visitor.said


def test_a_coordinator_proposes_and_both_say_yes(visitor: Visitor, chromium: Browser, site: Site, width: int):
    visitor.enter("coordinator")
    visitor.open("/appariements")
    visitor.looks_right()
    name = visitor.page.locator("#dm").inner_text().split(" ·")[0]
    helper = visitor.page.locator("#o1").inner_text().split("\n")[0].split("  ")[0]
    visitor.page.get_by_role("button", name=re.compile("^Proposer à")).first.click()
    assert "Proposition envoyée" in visitor.said
    visitor.looks_right()
    visitor.page.get_by_text(f"Noter la réponse de {name}").click()
    visitor.page.get_by_label("Oui", exact=True).first.check()
    visitor.press(f"Noter la réponse ({name})")
    assert "Réponse notée" in visitor.said
    assert helper
    visitor.looks_right()


def test_a_suggestion_is_set_aside_and_taken_back(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/appariements")
    visitor.page.get_by_text("Écarter…").first.click()
    visitor.page.get_by_label("Pas maintenant").first.check()
    visitor.press("Écarter ", exact=False)
    assert "Proposition écartée" in visitor.said
    visitor.page.get_by_text(re.compile("Pourquoi pas les autres")).click()
    visitor.press("Remettre dans la liste")
    assert "remise dans la liste" in visitor.said


@pytest.mark.usefixtures("calculating")
def test_a_calculation_is_followed_to_its_end(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/appariements")
    visitor.press("Recalculer les propositions")
    visitor.page.locator("#etat", has_text=VERIFIED).wait_for(timeout=120_000)

    assert visitor.page.url.partition("?")[0].rpartition("/")[0].endswith("/appariements")


@pytest.mark.usefixtures("calculating")
def test_everything_works_without_a_script(chromium: Browser, site: Site):
    with Visitor(chromium, site, 1280, java_script_enabled=False) as visitor:
        visitor.enter("coordinator")
        visitor.open("/appariements")
        visitor.page.get_by_role("button", name=re.compile("^Proposer à")).first.click()
        assert "Proposition envoyée" in visitor.said
        visitor.press("Recalculer les propositions")
        visitor.page.locator("#etat", has_text=VERIFIED).wait_for(timeout=120_000)


@pytest.mark.usefixtures("calculating")
def test_a_coordinator_plans_moves_and_publishes_a_week(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/semaine/2027-02-08")
    visitor.looks_right()
    visitor.press("Recalculer")
    visitor.page.wait_for_url(re.compile("/semaine/calculs/"), timeout=120_000)
    visitor.looks_right()
    visitor.press("Appliquer les changements cochés")
    assert "Changements appliqués" in visitor.said
    visitor.open("/semaine/2027-02-08")
    visitor.looks_right()

    shown = visitor.page.locator("td.sel .chip, td .chip").locator("visible=true").first
    address = shown.get_attribute("href")
    shown.click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.wait_for()
    visitor.looks_right()
    visitor.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert visitor.page.evaluate("document.activeElement.getAttribute('href')") == address

    shown.click()
    dialog.get_by_label("Fixer cette visite").check()
    dialog.get_by_role("button", name="Déplacer").click()
    visitor.page.wait_for_load_state()
    assert "Visite déplacée" in visitor.said
    assert "(fixée)" in visitor.page.locator(f'a.chip[href="{address}"]').first.inner_text()

    visitor.follow("Publier la semaine")
    visitor.looks_right()
    visitor.press("Publier")
    assert "Semaine publiée" in visitor.said


def test_a_visit_is_moved_on_a_plain_page_without_a_script(chromium: Browser, site: Site):
    with Visitor(chromium, site, 390, java_script_enabled=False) as visitor:
        visitor.enter("coordinator")
        visitor.open("/semaine/2027-01-11")
        visitor.page.locator(".chip").locator("visible=true").first.click()
        visitor.page.wait_for_load_state()
        assert "Déplacer la visite à" in visitor.page.locator("h1").inner_text()
        visitor.press("Déplacer")
        assert "Visite déplacée" in visitor.said
