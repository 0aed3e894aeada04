"""The peer helper's pages: one visit, its card, whom to call, the week on paper; and what nobody may find there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.service.agenda.a_visit import END, START, AVisit
from tests.service.web.network import Network

DAY = timedelta(days=1)
STREET = "Rue des Lilas 7"


def revision(visit: AVisit) -> str:
    return str(visit.row.revision)


def test_the_day_of_a_helper_from_arrival_to_a_word_and_back(network: Network):
    visit = AVisit(network)
    there = visit.browser(START)
    assert "Je suis là" in there.read("/agenda").text
    assert there.fill(f"{visit.address}/arrivee", visit.address, revision=revision(visit)).status_code == 303
    assert "Je pars" in there.read("/agenda").text
    assert there.fill(f"{visit.address}/depart", visit.address, revision=revision(visit)).status_code == 303
    after = visit.browser(END)
    assert "La visite a-t-elle eu lieu" in after.read("/agenda").text
    noted = after.fill(
        f"{visit.address}/noter", visit.address, revision=revision(visit), outcome="held", word="Bonne visite."
    )
    assert visit.row.status == "done"
    shown = after.read(str(noted.headers["location"])).text
    assert "Reprendre ce que j’ai noté" in shown
    assert "Bonne visite." not in shown
    after.fill(f"{visit.address}/noter/reprendre", visit.address, revision=revision(visit))

    assert visit.row.status == "confirmed"


def test_nobody_is_asked_whether_they_arrived_at_a_visit_that_is_noted(network: Network):
    visit = AVisit(network)
    after = visit.browser(END)
    after.fill(f"{visit.address}/noter", visit.address, revision=revision(visit), outcome="held")

    assert visit.row.status == "done"
    assert "Je suis là" not in after.read("/agenda").text


def test_a_stale_page_says_that_somebody_changed_the_visit(network: Network):
    visit = AVisit(network)
    answer = visit.browser(START).fill(f"{visit.address}/arrivee", visit.address, revision="999")

    assert answer.status_code == 409
    assert visit.row.checked_in_at is None


@pytest.mark.parametrize(
    "fields", [{"outcome": "nonsense"}, {"outcome": "held", "word": "a" * 281}, {"outcome": "held", "why": "x"}, {}]
)
def test_bad_input_notes_nothing(network: Network, fields: dict[str, str]):
    visit = AVisit(network)
    answer = visit.browser(END).fill(f"{visit.address}/noter", visit.address, revision=revision(visit), **fields)

    assert answer.status_code in (400, 409)
    assert visit.row.status == "confirmed"


@pytest.mark.parametrize(("days", "opens"), [(-8, False), (-7, True), (0, True), (1, True), (2, False)])
def test_the_card_opens_from_seven_days_before_to_the_day_after(network: Network, days: int, opens: bool):
    visit = AVisit(network)
    visit.give_card(address=STREET, phone="04 000 00 01")
    # Whoever comes in does so at the real hour: only the visit's day counts here.
    answer = visit.browser(START + days * DAY).read(f"{visit.address}/carte")

    assert (STREET in answer.text) == opens
    assert answer.status_code == (200 if opens else 403)
    assert visit.actions().count("read") == int(opens)
    assert STREET not in visit.browser(START + days * DAY).read(visit.address).text


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        ("coordinator", "Claire", 403),
        ("person", "Yann", 403),
        ("peer_helper", "Bilal", 404),
        ("professional", "Paul", 404),
    ],
)
def test_others_have_no_such_page(network: Network, role: str, name: str, status: int):
    visit = AVisit(network)
    visit.give_card(address=STREET)
    browser = visit.browser(START, role, name)

    for address in (visit.address, f"{visit.address}/carte"):
        answer = browser.read(address)
        assert answer.status_code == status
        assert STREET not in answer.text
        assert "Molinay" not in answer.text


def test_another_territory_shows_nowhere(network: Network):
    visit, other = AVisit(network), AVisit(network, "OTH")
    helper, coordinator = visit.browser(END + DAY), visit.browser(END + DAY, "coordinator", "Claire")

    assert helper.read(other.address).status_code == 404
    for browser, address in (
        (helper, "/agenda"),
        (helper, visit.address),
        (helper, "/agenda/papier"),
        (coordinator, "/retards"),
    ):
        assert "ailleurs" not in browser.read(address).text


def test_an_unpublished_visit_is_nobodys_page(network: Network):
    visit = AVisit(network, published_at=None)

    assert visit.browser(START).read(visit.address).status_code == 404


def test_the_week_on_paper_says_initials_and_no_name(network: Network):
    visit = AVisit(network)
    text = visit.browser(START - timedelta(hours=2)).read("/agenda/papier").text

    assert "Molinay" in text
    assert "Yann" not in text


def test_the_coordinator_sees_who_has_not_left_and_notes_that_they_were_reached(network: Network):
    visit = AVisit(network)
    claire = visit.browser(END + timedelta(minutes=30), "coordinator", "Claire")
    assert "Ana" in claire.read("/retards").text
    claire.fill(f"/retards/{visit.public_id}/jointe", "/retards", revision=revision(visit))

    assert "Personne n’est en retard" in claire.read("/retards").text


def test_numbers_of_the_country_stand_until_the_coordinator_writes_others(network: Network):
    claire, ana = network.signed_in("coordinator", "Claire"), network.signed_in("peer_helper", "Ana")
    assert re.findall(r'href="tel:(\d+)"', ana.read("/aide/parler").text) == ["112", "107", "080032123", "1733"]
    assert "/aide/parler" in ana.read("/aide").text
    said = {"seen": "0", "duty_name": "Claire", "duty_number": "04 000 00 00"}
    own = {"names": "Maison d’écoute", "numbers": "04 111 11 11", "whens": "Le soir"}
    assert claire.fill("/reglages/numeros/changer", "/reglages/numeros", **said, **own).status_code == 303
    shown = ana.read("/aide/parler").text
    assert re.findall(r'href="tel:(\d+)"', shown) == ["040000000", "041111111"]

    assert claire.fill("/reglages/numeros/changer", "/reglages/numeros", **said).status_code == 409


@pytest.mark.parametrize("fields", [{"duty_name": "Claire"}, {"duty_name": "Claire", "duty_number": "javascript:1"}])
def test_a_number_that_no_telephone_takes_is_refused_and_stays_in_the_form(network: Network, fields: dict[str, str]):
    claire = network.signed_in("coordinator", "Claire")
    lines = {"names": "Maison d’écoute", "numbers": "04 111 11 11", "whens": "Le soir"}
    answer = claire.fill("/reglages/numeros/changer", "/reglages/numeros", seen="0", **lines, **fields)

    assert answer.status_code == 422
    assert 'class="errsum' in answer.text
    assert "<title>Erreur :" in answer.text
    for one in (*fields.values(), "Maison d’écoute", "04 111 11 11"):
        assert f'value="{one}"' in answer.text
    assert "Maison d’écoute" not in claire.read("/reglages/numeros").text


def test_only_the_coordinator_writes_numbers(network: Network):
    assert network.signed_in("peer_helper", "Ana").read("/reglages/numeros").status_code == 403


def test_a_visit_is_put_off_to_a_moment_when_all_are_free(network: Network):
    visit = AVisit(network)
    ana = visit.browser(END)
    page = ana.read(f"{visit.address}/reporter").text
    slots = re.findall(r'name="slot" value="([^"]+)"', page)
    assert slots
    answer = ana.fill(
        f"{visit.address}/reporter/choisir", f"{visit.address}/reporter", revision=revision(visit), slot=slots[0]
    )

    assert answer.status_code == 303
    assert visit.row.status == "moved"
    shown = ana.read(str(answer.headers["location"])).text
    assert "Yann" in shown
    assert [row.known_start for row in visit.notices("visit_moved")] == [START]
    again = ana.fill(f"{visit.address}/reporter/choisir", visit.address, revision=revision(visit), slot=slots[0])
    assert again.status_code == 409
