"""The life of a pairing in a real browser, on a large screen and on a phone."""

from __future__ import annotations

from tests.browser.visitor import Visitor


def test_a_coordinator_pauses_a_pairing_and_ends_it(visitor: Visitor):
    visitor.enter("coordinator")
    visitor.open("/binomes")
    visitor.looks_right()
    visitor.page.get_by_role("link", name="Coquelicot et Luca").click()
    visitor.looks_right()
    visitor.page.get_by_text("Choisir les jours").click()
    visitor.press("Mettre en pause et annuler ces visites")
    assert "Pause notée" in visitor.said
    visitor.press("Reprendre aujourd’hui")
    assert "reprend" in visitor.said
    visitor.page.get_by_text("Choisir un motif").click()
    visitor.page.get_by_label("Les besoins ont changé").check()
    visitor.press("Terminer ce binôme")
    assert "Binôme terminé" in visitor.said
    visitor.looks_right()
    visitor.open("/binomes")
    assert "À dire à Luca, sans dire pourquoi" in visitor.page.locator("aside").last.inner_text()
    visitor.looks_right()


def test_a_helper_stops_after_reading_what_it_does(visitor: Visitor):
    visitor.enter("peer_helper", "SER-H10")
    visitor.open("/mes-binomes")
    visitor.looks_right()
    visitor.page.get_by_role("link", name="Arrêter… (Coquelicot)").click()
    visitor.looks_right()
    visitor.press("Arrêter avec Coquelicot")
    assert "C’est arrêté" in visitor.said
    assert "Coquelicot" not in visitor.page.locator("main").inner_text()
