"""« Mon autre agenda » in a real browser, and what the coordinator's week shows of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.other_calendar_rows import SETTING
from service.site import Site
from service.tables.territory import NetworkSetting
from tests.browser import served
from tests.browser.visitor import Visitor

FIRST = datetime(2027, 1, 11, 6, tzinfo=UTC)


def agenda() -> bytes:
    """Taken from early in the morning to late in the evening, on each day of a week."""
    lines = ["BEGIN:VCALENDAR"]
    for day in range(7):
        start = FIRST + timedelta(days=day)
        lines += ["BEGIN:VEVENT", f"UID:{day}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT14H"]
        lines += ["SUMMARY:CANARY", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


@pytest.fixture(autouse=True)
def switched_on(site: Site) -> None:
    with site.db.begin() as tx:
        territory = served.coordinator(site).territory_id or 0
        value: dict[str, object] = {"on": True}
        tx.add(NetworkSetting(territory_id=territory, name=SETTING, value=value, changed_at=site.clock.now()))


def test_a_helper_sends_a_file_and_the_week_shows_only_that_they_are_taken(visitor: Visitor):
    visitor.enter("peer_helper")
    visitor.follow("Tenir compte de mon autre agenda")
    visitor.looks_right()
    visitor.page.get_by_text("Où trouver cette adresse ?").click()
    visitor.page.get_by_label("Adresse au format iCal").fill("https://127.0.0.1/agenda.ics")
    visitor.press("Lire cet agenda")
    visitor.page.locator(".errsum").wait_for()
    assert "422" in visitor.complaints.pop()  # the browser notes that the form was refused
    visitor.looks_right()
    assert visitor.page.get_by_label("Adresse au format iCal").input_value() == ""
    file = {"name": "agenda.ics", "mimeType": "text/calendar", "buffer": agenda()}
    visitor.page.get_by_label("Fichier .ics, 10 Mio au plus").set_input_files(files=[file])
    visitor.press("Envoyer ce fichier")
    assert "Agenda lu." in visitor.said
    assert visitor.page.get_by_text("7 moments pris dans les 4 semaines à venir.").is_visible()
    visitor.looks_right()
    visitor.context.clear_cookies()
    visitor.enter("coordinator")
    visitor.open("/semaine/2027-01-11")
    visitor.looks_right()

    assert "Occupé (son agenda)" in visitor.page.content()
    assert "CANARY" not in visitor.page.content()


def test_an_agenda_is_taken_back(visitor: Visitor):
    visitor.enter("peer_helper")
    visitor.open("/mon-autre-agenda")
    file = {"name": "agenda.ics", "mimeType": "text/calendar", "buffer": agenda()}
    visitor.page.get_by_label("Fichier .ics, 10 Mio au plus").set_input_files(files=[file])
    visitor.press("Envoyer ce fichier")
    visitor.press("Enlever")

    assert "Agenda enlevé." in visitor.said
    assert not visitor.page.get_by_role("heading", name="Ce qui est lu").is_visible()
