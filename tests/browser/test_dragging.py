"""Dragging a visit to another day of its row, in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.test_week_solutions import WEEK
from tests.browser.visitor import Visitor


@pytest.mark.parametrize("width", [1280])  # on a telephone one day is shown at a time
def test_a_visit_dragged_to_a_day_hears_what_is_against_it_and_opens_there_when_dropped(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open(WEEK)
    page = visitor.page
    chip = page.locator("td[data-day='2027-01-11'] .chip").first
    chip.scroll_into_view_if_needed()
    cell = chip.locator("xpath=ancestor::tr").locator("td[data-day='2027-01-12']")
    chip.hover()
    page.mouse.down()
    box = cell.bounding_box()
    assert box is not None
    for step in (1, 2, 3):
        page.mouse.move(box["x"] + box["width"] / 2 + step, box["y"] + box["height"] / 2, steps=3)
    page.locator("#essai :is(li, p)").first.wait_for()
    said = page.locator("#essai").inner_text()
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()

    assert said
    assert dialog.get_by_label("Jour", exact=True).input_value() == "2027-01-12"
    assert dialog.get_by_label("Choisir un autre moment").is_checked()
    dialog.get_by_label("Heure", exact=True).fill("21:00")
    dialog.get_by_label("Heure", exact=True).blur()
    dialog.locator(".against li").first.wait_for()
    assert page.url.endswith(WEEK)
