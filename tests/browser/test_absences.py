"""A helper notes their own absence, in a real browser; story C4 tells what the coordinator makes of one."""

from __future__ import annotations

from tests.browser.visitor import Visitor


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
