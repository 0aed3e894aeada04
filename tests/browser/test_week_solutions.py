"""Placing what is due, choosing a moment by hand and taking a move back, in a real browser."""

from __future__ import annotations

import re

from tests.browser.visitor import Visitor

WEEK = "/semaine/2027-01-11"


def cancel_one(visitor: Visitor) -> None:
    """A visit of the week falls away, so that it is to place again."""
    visitor.open(WEEK)
    href = visitor.page.locator(".chip").locator("visible=true").first.get_attribute("href")
    visitor.open(str(href))
    visitor.page.get_by_text("Autres actions").click()
    visitor.press("Annuler la visite")


def test_a_coordinator_chooses_a_solution_for_a_visit_to_place(visitor: Visitor):
    visitor.enter("coordinator")
    cancel_one(visitor)
    visitor.open(WEEK)
    visitor.looks_right()
    before = visitor.page.get_by_role("link", name=re.compile(r"^Voir les solutions \([1-9]")).count()
    assert before
    visitor.page.get_by_role("link", name=re.compile(r"^Voir les solutions \([1-9]")).first.click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.wait_for()
    assert dialog.get_by_role("heading").first.inner_text().startswith("Placer la visite à")
    assert not dialog.get_by_label("Jour", exact=True).is_visible()
    visitor.looks_right()
    dialog.get_by_role("button", name="Placer la visite").click()
    visitor.page.wait_for_load_state()

    assert "Visite placée." in visitor.said
    assert visitor.page.get_by_role("link", name=re.compile(r"^Voir les solutions \([1-9]")).count() < before


def test_a_visit_without_a_solution_says_why_and_what_could_help(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open(WEEK)
    visitor.page.get_by_role("link", name="Voir pourquoi").first.click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.wait_for()

    assert "Aucun moment ne respecte toutes les règles." in dialog.inner_text()
    assert dialog.get_by_label("Jour", exact=True).is_visible()
    visitor.looks_right()


def test_a_moment_chosen_by_hand_is_refused_with_its_rules_then_moved_and_taken_back(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open(WEEK)
    chip = visitor.page.locator(".chip").locator("visible=true").first
    address = chip.get_attribute("href")
    chip.click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_label("Choisir un autre moment").check()
    dialog.get_by_label("Jour", exact=True).fill("2027-01-12")
    dialog.get_by_label("Heure", exact=True).fill("21:00")
    visitor.looks_right()
    dialog.get_by_role("button", name="Déplacer").click()
    visitor.page.locator(".errsum").wait_for()
    assert "Cette visite est due le lundi 11 janvier." in visitor.page.locator(".errsum").inner_text()
    assert visitor.page.get_by_label("Heure", exact=True).input_value() == "21:00"
    visitor.looks_right()
    assert len(visitor.complaints) == 1
    assert "422" in visitor.complaints.pop()  # the browser notes that the form was refused

    visitor.page.locator("input[name=slot]").first.check()
    visitor.press("Déplacer")
    assert re.match(r"Visite déplacée au \w+ \d+", visitor.said)
    visitor.looks_right()
    visitor.press("Annuler le déplacement")
    assert "Visite remise où elle était." in visitor.said
    assert visitor.page.locator(f'a.chip[href="{address}"]').count()
