"""An absence from its note to the plan that goes on without it, in a real browser, at a desk and on the phone."""

from __future__ import annotations

import re

import pytest

from tests.browser.visitor import Visitor

AWAY = "Philippe"


@pytest.mark.usefixtures("calculating")
def test_an_absence_is_noted_and_the_plan_goes_on_with_few_changes(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/semaine/2027-01-11")
    visitor.follow("Noter une absence")
    visitor.looks_right()
    visitor.page.get_by_label("Qui est absent, ou quel lieu ferme").select_option(label=AWAY)
    visitor.page.get_by_label("Premier jour").fill("2027-01-12")
    visitor.press("Noter et voir ce que cela touche")
    assert "Absence notée." in visitor.said
    assert visitor.page.get_by_role("heading", name=f"Absence de {AWAY}").is_visible()
    visitor.looks_right()
    visitor.follow("Voir ce qui peut changer")
    plan = visitor.page.locator("section.card", has=visitor.page.locator("input[name=keep]")).first
    plan.wait_for()
    visitor.looks_right()
    assert "À prévenir\u00a0:" in plan.inner_text()
    boxes = plan.locator("input[name=keep]")
    assert boxes.count() >= 2
    boxes.last.uncheck()
    plan.get_by_role("button", name=re.compile("^Appliquer les changements cochés")).click()
    visitor.page.wait_for_load_state()

    assert "Changements appliqués." in visitor.said
    visitor.open("/binomes")
    told = visitor.page.locator("aside").last
    assert f"À dire à {AWAY}, sans dire pourquoi" in told.inner_text()
    visitor.looks_right()


def test_a_helper_says_that_they_are_away(visitor: Visitor):
    visitor.enter("peer_helper")
    visitor.page.get_by_role("link", name="Noter une absence").click()
    visitor.page.get_by_label("Premier jour").fill("2027-01-20")
    visitor.page.get_by_label("Dernier jour, s’il y en a plusieurs").fill("2027-01-18")
    visitor.looks_right()
    visitor.press("Prévenir la coordination")
    visitor.page.locator(".errsum").wait_for()
    visitor.looks_right()
    assert "422" in visitor.complaints.pop()  # the browser notes that the form was refused
    visitor.page.get_by_label("Dernier jour, s’il y en a plusieurs").fill("2027-01-22")
    visitor.press("Prévenir la coordination")

    assert "La coordination est prévenue." in visitor.said
    visitor.looks_right()
