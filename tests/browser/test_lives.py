"""A helper stops a pairing, in a real browser; story C5 tells its other ends."""

from __future__ import annotations

from tests.browser.visitor import Visitor


def test_a_helper_stops_after_reading_what_it_does(visitor: Visitor):
    visitor.enter("peer_helper", "SER-H10")
    visitor.open("/mes-binomes")
    visitor.looks_right()
    visitor.page.get_by_role("link", name="Arrêter… (Coquelicot)").click()
    visitor.looks_right()
    visitor.press("Arrêter avec Coquelicot")
    assert "C’est arrêté" in visitor.said
    assert "Coquelicot" not in visitor.page.locator("main").inner_text()
