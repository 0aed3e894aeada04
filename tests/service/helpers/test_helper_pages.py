"""The coordinator's pages of helpers: what they hold, what must never be there, and forms that lose nothing."""

from __future__ import annotations

import pytest
from sqlmodel import select

from service import helpers, kept_records
from service.helpers_kept import KIND
from service.tables.people import PeerHelper
from tests.service.helpers.builders import NADIA, claire, helper, noted, person
from tests.service.web.network import Network

LIST = "/pairs-aidants"


def test_the_list_says_loads_in_words_and_nothing_of_other_territories(network: Network):
    shown = network.signed_in("coordinator", "Claire").read(f"{LIST}?theme=housing&langue=fr").text
    shown = shown.replace("\u00a0", " ").replace("\u202f", " ")

    assert "Ana" in shown
    assert "0 sur 4" in shown
    assert "0 min sur 6 h" in shown
    assert "d’ailleurs" not in shown
    assert "style=" not in shown


def test_a_territory_without_helpers_is_told_how_to_begin(network: Network):
    with network.site.db.begin() as tx:
        for row in tx.exec(select(PeerHelper).where(PeerHelper.territory_id == network.territories["SER"])):
            row.territory_id = network.territories["OTH"]
            row.ref = f"MOVED-{row.ref}"
            tx.add(row)

    assert "Inviter un premier pair-aidant" in network.signed_in("coordinator", "Claire").read(LIST).text


def test_a_search_without_an_answer_says_so_and_is_said_back_harmless(network: Network):
    shown = network.signed_in("coordinator", "Claire").read(f"{LIST}?q=%22%3E%3Cscript%3E&etat=fou").text

    assert "Personne ne correspond" in shown
    assert "<script>" not in shown
    assert "&#34;&gt;&lt;script&gt;" in shown


def test_a_form_with_faults_keeps_what_was_typed(network: Network):
    client = network.signed_in("coordinator", "Claire")
    answer = client.fill(
        f"{LIST}/nouveau/enregistrer", f"{LIST}/nouveau", **(NADIA | {"weekly_hours": "beaucoup", "max_persons": ""})
    )

    assert answer.status_code == 422
    assert "Erreur" in answer.text.split("</title>")[0]
    for kept in ('value="Nadia"', 'value="beaucoup"', "Je connais le quartier.", 'value="04 123 45 67"'):
        assert kept in answer.text
    assert 'href="#weekly_hours"' in answer.text
    assert 'aria-describedby="weekly_hours-hint weekly_hours-wrong"' in answer.text


def test_a_helper_is_made_shown_and_changed_in_the_browser(network: Network):
    client = network.signed_in("coordinator", "Claire")
    made = client.fill(f"{LIST}/nouveau/enregistrer", f"{LIST}/nouveau", **NADIA)
    page = made.headers["location"].partition("?")[0]
    assert client.fill(f"{page}/etat", page, state="resting", revision="1").status_code == 303
    assert client.fill(f"{page}/supervision", page, day="2027-01-04", revision="2").status_code == 303
    assert client.fill(f"{page}/ne-pas-reunir", page, target=person(network).public_id).status_code == 303
    shown = client.read(page).text

    for told in ("Nadia", "En repos", "8,5", "Yann", "Supervision notée", "Je connais le quartier."):
        assert told in shown
    assert "04 123" not in shown, "phone and mail have a page of their own"
    assert "nadia@exemple" not in shown


def test_each_look_at_phone_and_mail_is_in_the_log(network: Network):
    client = network.signed_in("coordinator", "Claire")
    made = client.fill(f"{LIST}/nouveau/enregistrer", f"{LIST}/nouveau", **NADIA)
    page = made.headers["location"].partition("?")[0]
    shown = client.read(f"{page}/coordonnees").text

    assert "04 123 45 67" in shown
    assert noted(network, page.rpartition("/")[2]).count("contact_card.read") == 1


def test_a_stale_form_shows_both_versions(network: Network):
    client, row = network.signed_in("coordinator", "Claire"), helper(network)
    at = f"{LIST}/{row.public_id}"
    said = dict(kept_records.blank(network.site, claire(network), KIND, row.public_id, "fr").said)
    client.fill(f"{at}/enregistrer", f"{at}/modifier", **(said | {"revision": "1", "display_name": "Anna"}))
    answer = client.fill(f"{at}/enregistrer", f"{at}/modifier", **(said | {"revision": "1", "display_name": "Anita"}))

    assert answer.status_code == 409
    assert "Quelqu’un d’autre a changé cette fiche" in answer.text
    assert "<td>Anna</td><td>Anita</td>" in answer.text
    assert 'name="revision" value="2"' in answer.text


@pytest.mark.parametrize(
    ("part", "fields", "told"),
    [
        ("supervision", {"day": "demain", "revision": "1"}, "Donnez le jour de la supervision."),
        ("certificats", {"kind": "", "on": ""}, "Donnez le nom de la formation"),
        ("ne-pas-reunir", {"target": ""}, "Choisissez une personne ou un quartier."),
    ],
)
def test_a_small_form_that_cannot_be_taken_says_why_in_its_place(
    network: Network, part: str, fields: dict[str, str], told: str
):
    at = f"{LIST}/{helper(network).public_id}"
    answer = network.signed_in("coordinator", "Claire").fill(f"{at}/{part}", at, **fields)

    assert answer.status_code == 422
    assert told in answer.text
    assert f'id="{part}-wrong"' in answer.text
    assert f'aria-describedby="{part}-wrong" aria-invalid="true" autofocus' in answer.text


def test_unknown_fields_are_refused(network: Network):
    client = network.signed_in("coordinator", "Claire")

    assert client.fill(f"{LIST}/nouveau/enregistrer", f"{LIST}/nouveau", diagnosis="x").status_code == 400


def test_a_long_list_turns_its_pages_and_keeps_the_search(network: Network, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(helpers, "PAGE", 1)
    client = network.signed_in("coordinator", "Claire")
    first, second = client.read(f"{LIST}?theme=housing").text, client.read(f"{LIST}?theme=housing&page=2").text

    assert "Ana</a>" in first
    assert "Ana</a>" not in second
    assert "Bilal</a>" in second
    assert f'href="{LIST}?theme=housing&amp;page=2"' in first
    assert f'href="{LIST}?theme=housing&amp;page=1"' in second
    assert client.read(f"{LIST}?page=-1").status_code == client.read(f"{LIST}?page=%C2%B2").status_code == 200
