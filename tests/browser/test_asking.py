"""P1: a professional asks for an accompaniment in four steps, on every screen, with a script and without."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from service.site import Site
from tests.browser.visitor import Visitor


@pytest.mark.parametrize(("width", "script"), [(1280, True), (390, False), (320, True)])
def test_p1_a_professional_asks_and_the_coordination_sees_it(chromium: Browser, site: Site, width: int, script: bool):
    with Visitor(chromium, site, width, java_script_enabled=script) as visitor:
        page = visitor.page

        def looked_at(name: str) -> None:
            if script:
                visitor.looks_right()
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)

        visitor.enter("professional")
        visitor.open("/theme/sombre?retour=/mes-demandes" if width == 320 else "/mes-demandes")
        visitor.press("Nouvelle demande")
        page.get_by_label("Pseudonyme", exact=True).fill("Merle")
        visitor.press("Continuer")
        assert page.title().startswith("Erreur\u00a0:")
        looked_at("wrong")
        assert page.get_by_label("Pseudonyme", exact=True).input_value() == "Merle"
        page.get_by_label("Oui, elle l’a dit elle-même").check()
        page.get_by_label("Signé sur papier").check()
        looked_at("step1")
        visitor.press("Continuer")
        page.locator("input[name=themes]").first.check()
        looked_at("step2")
        visitor.press("Enregistrer et finir plus tard")
        assert "Brouillon gardé" in visitor.said
        looked_at("drafts")
        visitor.follow("Continuer")
        visitor.press("Continuer")
        page.get_by_label("En semaine, le matin").check()
        page.get_by_label(re.compile("^Chez la personne")).check()
        page.get_by_label("français").check()
        looked_at("step3")
        visitor.press("Continuer")
        assert page.locator("h1").inner_text() == "Vérifiez avant d’envoyer"
        looked_at("step4")
        visitor.press("Envoyer la demande")
        assert "Demande envoyée" in visitor.said
        looked_at("sent")
        visitor.follow("Merle")
        assert "Prochaine étape" in page.locator("main").inner_text()
        looked_at("followed")
        visitor.follow("Écrire à la coordination")
        looked_at("messages")
        # The one complaint that is right: the browser says that the first answer was 422.
        visitor.complaints[:] = [one for one in visitor.complaints if "status of 422" not in one]
    with Visitor(chromium, site, width, java_script_enabled=script) as visitor:
        visitor.enter("coordinator")
        visitor.open("/demandes")
        assert visitor.page.get_by_role("heading", name=re.compile("^Merle")).is_visible()
