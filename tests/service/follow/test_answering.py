"""A question of the coordination stands on the page of whoever asked, and is answered there."""

from __future__ import annotations

from sqlmodel import select

from service import request_questions
from service.site import Actor
from service.tables.access import Account
from service.tables.pairings import Request
from tests.service.web.network import Network, make_site


def asked() -> tuple[Network, str]:
    network = Network(make_site())
    public_id = network.ids["SER:request:Rose"]
    with network.site.db() as tx:
        claire = tx.exec(
            select(Account).where(Account.role == "coordinator", Account.territory_id == network.territories["SER"])
        ).one()
        revision = tx.exec(select(Request.revision).where(Request.public_id == public_id)).one()
    actor = Actor("coordinator", claire.territory_id, claire.id, claire.party_id)
    request_questions.ask(network.site, actor, public_id, revision, ["place"], "Où peut-on se voir ?")
    return network, public_id


def test_the_question_is_read_and_answered_once():
    network, public_id = asked()
    paul = network.signed_in("professional", "Paul")
    page = f"/mes-demandes/{public_id}"

    assert "Où peut-on se voir" in paul.read(page).text
    assert paul.fill(f"{page}/repondre", page, text="À la maison du quartier").status_code == 303
    assert "Où peut-on se voir" not in paul.read(page).text
    assert paul.fill(f"{page}/repondre", page, text="Encore").status_code == 409


def test_what_cannot_be_taken_stays_in_the_field():
    network, public_id = asked()
    paul = network.signed_in("professional", "Paul")
    page = f"/mes-demandes/{public_id}"
    answer = paul.fill(f"{page}/repondre", page, text="Appelez le 0470 12 34 56")

    assert answer.status_code == 422
    assert "Appelez le 0470 12 34 56" in answer.text


def test_nobody_else_answers():
    network, public_id = asked()
    ines = network.signed_in("professional", "Ines")

    assert ines.fill(f"/mes-demandes/{public_id}/repondre", "/mes-demandes", text="Oui").status_code == 404
