"""The pages of a person's data: whole for them, closed to everybody else."""

from __future__ import annotations

from service import access
from tests.service.web.network import Browser, make_site
from tests.service.web.servers import server


def a_browser(role: str) -> Browser:
    site = make_site()
    browser = Browser(server(site))
    browser.enter(access.new_link(site, role))
    return browser


def test_a_person_reads_asks_and_takes_back_and_sees_nobody_else():
    with a_browser("person") as browser:
        page = browser.get("/mes-donnees")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert "d’ailleurs" not in page.text
        assert browser.fill("/mes-donnees/demander", "/mes-donnees", kind="erasure").status_code == 303
        assert "Reprendre ma demande" in browser.get("/mes-donnees").text
        assert browser.fill("/mes-donnees/demander", "/mes-donnees", kind="everything").status_code == 400
        assert browser.get("/droits").status_code == 403


def test_the_coordination_lists_requests_and_has_no_page_of_own_data():
    with a_browser("coordinator") as browser:
        assert "Aucune demande." in browser.get("/droits").text
        assert browser.get("/mes-donnees").status_code == 403
        assert browser.get(f"/droits/{'0' * 32}/effacer").status_code == 404
