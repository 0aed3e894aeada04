"""The main job with the process that calculates beside it; the stories tell it without waiting for that process."""

from __future__ import annotations

import re

import pytest

from tests.browser.visitor import Visitor

VERIFIED = "Vérifié : aucune autre répartition ne sert mieux tout le monde."


@pytest.mark.usefixtures("calculating")
def test_a_calculation_is_followed_to_its_end(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/appariements")
    visitor.press("Recalculer les propositions")
    visitor.page.locator("#etat", has_text=VERIFIED).wait_for(timeout=120_000)

    assert visitor.page.url.partition("?")[0].rpartition("/")[0].endswith("/appariements")


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
