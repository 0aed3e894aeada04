"""First answer, then proof, and what-ifs before anything is sent, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from service.site import Site
from tests.browser.test_main_job import VERIFIED
from tests.browser.visitor import Visitor
from tests.service.web.calculating import Calculation

FIRST = "Première réponse. La vérification continue…"


def press(visitor: Visitor) -> Calculation:
    visitor.enter("coordinator")
    visitor.open("/appariements")
    visitor.press("Recalculer les propositions")
    visitor.page.locator("#etat", has_text="Calcul en cours…").wait_for()
    return Calculation(visitor.site)


def test_the_page_shows_the_first_answer_and_then_its_proof_by_itself(chromium: Browser, site: Site, width: int):
    with Visitor(chromium, site, width) as visitor:
        calculation = press(visitor)
        visitor.looks_right()
        calculation.tell_first()
        visitor.page.locator("#etat", has_text=FIRST).wait_for()
        expect(visitor.page.locator("#annonce")).to_have_text("Nouvelles propositions trouvées.")
        expect(visitor.page.locator(".conseq").first).to_contain_text("est encore en cours de calcul")
        visitor.looks_right()
        calculation.end()
        visitor.page.locator("#etat", has_text=VERIFIED).wait_for()
        expect(visitor.page.locator("#annonce")).to_have_text("Propositions recalculées et vérifiées.")
        expect(visitor.page.locator(".conseq").first).not_to_contain_text("est encore en cours de calcul")
        visitor.looks_right()


def test_whoever_is_busy_with_the_first_answer_is_not_disturbed_by_the_proof(chromium: Browser, site: Site):
    with Visitor(chromium, site, 1280) as visitor:
        calculation = press(visitor)
        calculation.tell_first()
        visitor.page.locator("#etat", has_text=FIRST).wait_for()
        visitor.page.get_by_text("Écarter…").first.click()
        visitor.page.get_by_label("Pas maintenant").first.check()
        calculation.end()
        visitor.page.get_by_role("link", name="Afficher la nouvelle réponse").wait_for()
        assert visitor.page.get_by_label("Pas maintenant").first.is_checked()
        visitor.looks_right()
        visitor.follow("Afficher la nouvelle réponse")
        assert "vérifiées" in visitor.said


def test_a_run_that_is_stopped_on_the_page_never_passes_for_proven(chromium: Browser, site: Site):
    with Visitor(chromium, site, 1280) as visitor:
        calculation = press(visitor)
        calculation.tell_first(status="optimal")
        visitor.page.locator("#etat", has_text="L’effet de chaque choix").wait_for()
        visitor.press("Arrêter")
        calculation.stopped(status="feasible")
        visitor.open("/appariements")
        expect(visitor.page.locator("#etat")).to_contain_text("Arrêté avant la preuve")
        expect(visitor.page.locator("#etat")).not_to_contain_text("Vérifié")
        visitor.looks_right()


def test_both_states_are_shown_without_a_script(chromium: Browser, site: Site):
    with Visitor(chromium, site, 390, java_script_enabled=False) as visitor:
        calculation = press(visitor)
        calculation.tell_first()
        visitor.page.locator("#etat", has_text=FIRST).wait_for()
        calculation.end()
        visitor.page.locator("#etat", has_text=VERIFIED).wait_for()


@pytest.mark.usefixtures("calculating")
def test_what_if_is_one_press_beside_a_suggestion(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/appariements")
    visitor.page.get_by_role("button", name=re.compile("^Et si je choisis")).first.click()
    visitor.page.get_by_role("heading", name="Pour qui cela change").wait_for()
    assert "Rien n’est envoyé ni enregistré." in visitor.page.locator("main").inner_text()
    visitor.looks_right()
    visitor.follow("Changer la question")
    visitor.looks_right()


@pytest.mark.usefixtures("calculating")
def test_the_newcomer_who_is_missing_is_tried_out(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/appariements")
    visitor.follow("Et si cette personne arrivait\u00a0?")
    visitor.looks_right()
    visitor.press("Voir ce que cela changerait")
    visitor.page.get_by_role("heading", name="Pour qui cela change").wait_for()
    assert "Aurait une proposition\u00a0: le nouveau pair-aidant." in visitor.page.locator("main").inner_text()
    visitor.looks_right()


def test_a_question_without_sense_comes_back_with_the_sentence_first(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/appariements/et-si")
    visitor.looks_right()
    visitor.press("Voir ce que cela changerait")
    assert "Dites ce que vous voulez essayer." in visitor.page.locator(".errsum").inner_text()
    assert visitor.page.evaluate("document.activeElement.className") == "errsum"
    assert visitor.page.title().startswith("Erreur\u00a0:")
    visitor.looks_right()
    assert "422" in visitor.complaints.pop()  # the browser notes that the form was refused


@pytest.mark.usefixtures("calculating")
def test_a_question_is_asked_by_keyboard_and_without_a_script(chromium: Browser, site: Site):
    with Visitor(chromium, site, 1280, java_script_enabled=False) as visitor:
        visitor.enter("coordinator")
        visitor.open("/appariements/et-si")
        chosen = visitor.page.get_by_label("Qui s’en va").first
        chosen.focus()
        chosen.select_option(label="Ioana")
        visitor.page.get_by_role("button", name="Voir ce que cela changerait").focus()
        visitor.page.keyboard.press("Enter")
        visitor.page.get_by_role("heading", name="Pour qui cela change").wait_for()
        assert "Ioana s’en va." in visitor.page.locator("main").inner_text()


@pytest.mark.parametrize("theme", ["clair", "sombre"])
def test_the_what_if_pages_have_enough_contrast_in_both_themes(visitor: Visitor, theme: str):
    visitor.enter("coordinator")
    visitor.open(f"/theme/{theme}?retour=/appariements/et-si")
    visitor.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    visitor.looks_right()
    visitor.open("/appariements")
    visitor.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    visitor.looks_right()
