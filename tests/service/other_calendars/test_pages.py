"""« Mon autre agenda »: what it says, what it asks, and what it never shows again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select

from service.other_calendar_rows import SETTING
from service.other_calendar_words import WHY
from service.tables.calendars import OtherCalendar
from service.tables.territory import NetworkSetting
from tests.service.other_calendars.builders import TUESDAY_NINE, URL, agenda
from tests.service.other_calendars.outside import NAME, Internet
from tests.service.web.network import BASE, MOMENT, Browser, Network, make_site

HERE = "/mon-autre-agenda"


@pytest.fixture
def network(web: Internet) -> Iterator[Network]:
    """Where the internet is the one of the tests."""
    made = Network(make_site())
    made.app.state.outside = web.outside()
    switch(made, on=True)
    yield made
    made.site.db.close()


def switch(network: Network, *, on: bool) -> None:
    with network.site.db.begin() as tx:
        value: dict[str, object] = {"on": on}
        tx.add(NetworkSetting(territory_id=network.territories["SER"], name=SETTING, value=value, changed_at=MOMENT))


def number(network: Network) -> str:
    with network.site.db() as tx:
        return tx.exec(select(OtherCalendar.public_id)).one()


def send(client: Browser, content: bytes) -> Any:
    return client.post(
        f"{HERE}/fichier",
        data={"csrf": client.seal(HERE)},
        files={"file": ("agenda.ics", content, "text/calendar")},
        headers={"sec-fetch-site": "same-origin", "origin": BASE},
        follow_redirects=False,
    )


@pytest.mark.parametrize("role", ["peer_helper", "professional"])
def test_an_address_is_given_and_the_page_says_how_many_moments_are_taken(network: Network, web: Internet, role: str):
    client = network.signed_in(role)
    web.says(agenda(TUESDAY_NINE, TUESDAY_NINE.replace(day=6)))
    answer = client.fill(f"{HERE}/adresse", HERE, url=URL)
    page = client.read(answer.headers["location"]).text

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?fait=agenda_added")
    assert "2 moments pris dans les 4 semaines à venir" in page
    assert NAME in page
    assert "tres-secret" not in page
    assert "CANARY" not in page
    assert "Jamais les titres" in page


def test_an_address_that_does_not_read_is_told_beside_its_field_and_not_echoed(network: Network, web: Internet):
    client = network.signed_in("peer_helper")
    web.says(b"<html>CANARY</html>", "403 Forbidden")
    answer = client.fill(f"{HERE}/adresse", HERE, url=URL)

    assert answer.status_code == 422
    assert "<title>Erreur :" in answer.text
    assert WHY["url"]["SIGN_IN"] in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "tres-secret" not in answer.text
    assert "CANARY" not in answer.text
    assert "Ce qui est lu" not in answer.text


@pytest.mark.parametrize("address", ["", "x" * 4001, "https://agenda.example.org/\u202egnp.ics"])
def test_what_is_no_line_of_text_is_not_taken(network: Network, web: Internet, address: str):
    client = network.signed_in("peer_helper")

    assert client.fill(f"{HERE}/adresse", HERE, url=address).status_code in (400, 422)
    assert web.resolved == []


def test_a_file_is_given(network: Network):
    client = network.signed_in("peer_helper")
    answer = send(client, agenda(TUESDAY_NINE))
    page = client.read(HERE).text

    assert answer.status_code == 303
    assert "1 moment pris dans les 4 semaines à venir" in page
    assert "Ce fichier compte jusqu’au" in page
    assert "Relire maintenant" not in page


def test_a_file_that_is_none_is_told_beside_its_field(network: Network):
    answer = send(network.signed_in("peer_helper"), b"%PDF-1.7")

    assert answer.status_code == 422
    assert WHY["file"]["NOT_A_CALENDAR"].replace("'", "&#39;") in answer.text
    assert 'id="file-wrong"' in answer.text


def test_a_file_of_twelve_mebibytes_is_not_taken_in(network: Network):
    assert send(network.signed_in("peer_helper"), b"x" * (12 << 20)).status_code == 413


def test_a_broken_agenda_says_since_when_why_and_what_next(network: Network, web: Internet):
    client = network.signed_in("peer_helper")
    client.fill(f"{HERE}/adresse", HERE, url=URL)
    web.says(b"", "404 Not Found")
    again = client.fill(f"{HERE}/{number(network)}/relire", HERE)
    page = client.read(HERE).text

    assert (again.status_code, again.headers["location"]) == (303, HERE)
    assert "Ne se lit plus depuis : lundi 4 janvier, 8\xa0h" in page
    assert WHY["url"]["GONE"] in page
    assert "Ce qui a été lu avant compte toujours." in page
    assert re.search(r"Prochain essai : lundi 4 janvier, (8\xa0h\xa05\d|9\xa0h)", page)


def test_taken_back_it_is_gone(network: Network):
    client = network.signed_in("peer_helper")
    send(client, agenda(TUESDAY_NINE))
    answer = client.fill(f"{HERE}/{number(network)}/enlever", HERE)

    assert answer.headers["location"] == f"{HERE}?fait=agenda_removed"
    assert "Ce qui est lu" not in client.read(HERE).text


def test_switched_off_the_page_says_so_and_still_lets_take_back(network: Network, web: Internet):
    client = network.signed_in("peer_helper")
    send(client, agenda(TUESDAY_NINE))
    seal = client.seal(HERE)
    switch(network, on=False)
    page = client.read(HERE).text
    asked = client.post(f"{HERE}/adresse", data={"csrf": seal, "url": URL}, follow_redirects=False)

    assert "n’a pas ouvert cette possibilité" in page
    assert 'name="url"' not in page
    assert 'name="file"' not in page
    assert "/enlever" in page
    assert (asked.status_code, web.resolved) == (409, [])


def test_the_agenda_of_somebody_else_is_not_there(network: Network):
    send(network.signed_in("peer_helper", "Ana"), agenda(TUESDAY_NINE))
    other, pro = network.signed_in("peer_helper", "Bilal"), network.signed_in("professional")

    for client in (other, pro):
        assert "Ce qui est lu" not in client.read(HERE).text
        for step in ("relire", "enlever"):
            assert client.fill(f"{HERE}/{number(network)}/{step}", HERE).status_code == 404


@pytest.mark.parametrize("role", ["person", "coordinator"])
def test_nobody_but_helpers_and_professionals_has_the_page(network: Network, role: str):
    client = network.signed_in(role)

    assert client.read(HERE).status_code == 403
    if role == "person":
        assert HERE not in client.read("/abonnement").text + client.read("/agenda").text


@pytest.mark.parametrize("page", ["/abonnement", "/agenda"])
def test_a_line_leads_there(network: Network, page: str):
    assert f'href="{HERE}"' in network.signed_in("peer_helper").read(page).text


def test_forms_of_another_site_are_refused(network: Network, web: Internet):
    client = network.signed_in("peer_helper")
    answer = client.post(f"{HERE}/adresse", data={"url": URL}, follow_redirects=False)

    assert (answer.status_code, web.resolved) == (403, [])
