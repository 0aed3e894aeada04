"""A person is written down and changed by form: nothing is lost, nothing passes unsaid, others' changes are shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import col, select

from service.people_twins import Looks, likely, likeness
from service.tables.pairings import Request
from service.tables.people import Consent, Person
from service.tables.territory import Neighbourhood
from tests.service.people.builders import change, claire, log_of, person, sent
from tests.service.web.network import TODAY, Browser, Network

NEW = "/personnes/nouvelle"


@pytest.fixture
def client(network: Network) -> Browser:
    return network.signed_in("coordinator", "Claire")


@pytest.fixture
def area(network: Network) -> str:
    with network.site.db() as tx:
        return tx.exec(select(Neighbourhood.public_id).where(Neighbourhood.name == "Molinay")).one()


def somebody(area: str, **said: Any) -> dict[str, Any]:
    """What is needed at least, and what a test is about."""
    return {"pseudonym": "Merle", "first_language": "fr", "neighbourhood": area} | said


def lines_of(network: Network, row: Person) -> tuple[list[Request], list[Consent]]:
    with network.site.db() as tx:
        return (
            list(tx.exec(select(Request).where(Request.person_id == row.id).order_by(col(Request.id))).all()),
            list(tx.exec(select(Consent).where(Consent.person_id == row.id).order_by(col(Consent.id))).all()),
        )


def test_what_nobody_sees_in_copied_text_goes_and_what_turns_it_round_is_refused(
    network: Network, client: Browser, area: str
):
    assert sent(client, NEW, somebody(area, pseudonym="Mer\u202ele")).status_code == 400
    assert sent(client, NEW, somebody(area, pseudonym="\ufeffMer\u00adle\u200b")).status_code == 303

    assert person(network, "Merle").pseudonym == "Merle"


def test_a_new_person_with_consent_and_request_waits_at_once(network: Network, client: Browser, area: str):
    said = somebody(
        area, languages=["it", "fr"], agreed="yes", how="signed", wanted="yes", themes=["social"], urgency="urgent"
    )
    answer = sent(client, NEW, said)
    row = person(network, "Merle")
    requests, consents = lines_of(network, row)

    assert answer.headers["location"] == f"/personnes/{row.public_id}?fait=person_made"
    assert (row.ref, row.status, row.languages) == ("SER-P003", "waiting", ["fr", "it"])
    assert [(one.status, one.themes, one.urgency, one.requested_by) for one in requests] == [
        ("waiting", ["social"], "urgent", "person")
    ]
    assert [(one.status, one.scope, one.given_on) for one in consents] == [("given", ["pairing"], TODAY)]
    assert log_of(network, row.public_id) == ["person.made", "consent.given"]
    assert "Merle" in client.read("/appariements").text


def test_without_consent_the_request_waits_for_it(network: Network, client: Browser, area: str):
    sent(client, NEW, somebody(area, wanted="yes", themes=["social"]))
    row = person(network, "Merle")
    requests, consents = lines_of(network, row)

    assert row.status == "consent_pending"
    assert [one.status for one in requests] == ["consent_pending"]
    assert [one.status for one in consents] == ["pending"]
    assert "Merle" in client.read("/demandes").text


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"pseudonym": ""}, "pseudonym"),
        ({"pseudonym": "0470112233"}, "pseudonym"),
        ({"pseudonym": "merle@exemple.be"}, "pseudonym"),
        ({"pseudonym": "rosé"}, "pseudonym"),
        ({"pseudonym": "Jean Dupont"}, "pseudonym_sure"),
        ({"first_language": ""}, "first_language"),
        ({"languages": ["klingon"]}, "languages"),
        ({"neighbourhood": ""}, "neighbourhood"),
        ({"neighbourhood": "0" * 32}, "neighbourhood"),
        ({"street": "Rue Haute 12"}, "street"),
        ({"latitude": "50.6"}, "latitude"),
        ({"latitude": "nan", "longitude": "5,5"}, "latitude"),
        ({"minutes": "20"}, "minutes"),
        ({"minutes": "²"}, "minutes"),
        ({"living": "castle"}, "living"),
        ({"flags": ["dragon"]}, "flags"),
        ({"experiences": ["diagnosis"]}, "experiences"),
        ({"agreed": "yes"}, "how"),
        ({"wanted": "yes"}, "themes"),
        ({"wanted": "yes", "themes": ["social"], "wished_by": "2020-01-01"}, "wished_by"),
        ({"wanted": "yes", "themes": ["social"], "asked_by": "0" * 32}, "asked_by"),
    ],
)
def test_what_lacks_something_comes_back_whole(
    network: Network, client: Browser, area: str, said: dict[str, Any], field: str
):
    answer = sent(client, NEW, somebody(area) | said)

    assert answer.status_code == 422
    assert "<title>Erreur :" in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert f'id="{field}-wrong"' in answer.text
    with network.site.db() as tx:
        assert len(tx.exec(select(Person).where(Person.territory_id == network.territories["SER"])).all()) == 3


def test_a_field_that_nobody_knows_is_refused(client: Browser, area: str):
    assert sent(client, NEW, somebody(area, diagnosis="x")).status_code == 400


def test_what_looks_like_a_name_may_be_confirmed(network: Network, client: Browser, area: str):
    sent(client, NEW, somebody(area, pseudonym="Petit Merle", pseudonym_sure="yes"))

    assert person(network, "Petit Merle").status == "consent_pending"


def test_a_likely_duplicate_is_said_before_anything_is_kept(network: Network, client: Browser, area: str):
    answer = sent(client, NEW, somebody(area, pseudonym="Yan"))

    assert answer.status_code == 422
    assert person(network, "Yann").public_id in answer.text
    assert "ailleurs" not in answer.text
    assert 'value="Yan"' in answer.text

    assert sent(client, NEW, somebody(area, pseudonym="Yan", somebody_else="yes")).status_code == 303


def test_a_change_is_kept_and_logged(network: Network, client: Browser, area: str):
    yann = person(network, "Yann")
    said = somebody(area, pseudonym="Yann", latitude="50,60149", longitude="5.5", flags=["dog"], preference="only_f")
    answer = sent(client, f"/personnes/{yann.public_id}/modifier", said | {"revision": yann.revision})
    row = person(network, "Yann")

    assert answer.status_code == 303
    assert (row.lat, row.lon, row.environment_flags) == (50.601, 5.5, ["dog"])
    assert (row.gender_preference, row.preferred_gender) == ("required", "f")
    assert log_of(network, yann.public_id) == ["read", "person.changed"]


def test_of_two_who_edit_the_second_sees_both_versions_and_loses_nothing(network: Network, client: Browser, area: str):
    yann = person(network, "Yann")
    change(network, "Yann", visit_frequency="monthly")
    page = f"/personnes/{yann.public_id}/modifier"
    mine = somebody(area, pseudonym="Yann", frequency="fortnightly", latitude="50.601", longitude="5.501")
    answer = sent(client, page, mine | {"revision": yann.revision})

    assert answer.status_code == 409
    assert "Enregistré entre-temps : <b>Une fois par mois</b>" in answer.text
    assert '<option value="fortnightly" selected>' in answer.text
    assert person(network, "Yann").visit_frequency == "monthly"

    again = sent(client, page, mine | {"revision": person(network, "Yann").revision})
    assert again.status_code == 303
    assert person(network, "Yann").visit_frequency == "fortnightly"


def test_a_request_is_added_for_somebody_known(network: Network, client: Browser):
    change(network, "Zoe", status="consent_pending")
    zoe = person(network, "Zoe")
    with network.site.db.begin() as tx:
        row = tx.exec(select(Request).where(Request.person_id == zoe.id)).one()
        row.status, row.reason = "closed", "other_help_found"
        tx.add(row)
    page = f"/personnes/{zoe.public_id}/demande"

    assert sent(client, page, {"themes": []}).status_code == 422
    assert sent(client, page, {"themes": ["social"], "urgency": "soon"}).status_code == 303
    assert person(network, "Zoe").status == "waiting"
    assert client.fill(page, f"/personnes/{zoe.public_id}", themes=["social"]).status_code == 409


def looks(pseudonym: str, area: int | None = 1, age: str | None = None) -> Looks:
    return Looks(0, "", "", pseudonym, "waiting", area, age)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (looks("Mme Merle"), looks("MERLE"), ("same_name", "same_area")),
        (looks("Merle", None), looks("Mèrle", 2), ("same_name",)),
        (looks("Merle"), looks("Merles"), ("close_name", "same_area")),
        (looks("Merle"), looks("Marle"), ("close_name", "same_area")),
        (looks("Merle", 1), looks("Merles", 2), ()),
        (looks("Merle", 1, "18-24"), looks("Merles", 1, "75+"), ()),
        (looks("Merle 1"), looks("Merle 2"), ()),
        (looks("Merle"), looks("Pinson"), ()),
        (looks("12"), looks("12"), ()),
    ],
)
def test_likeness(one: Looks, other: Looks, alike: tuple[str, ...]):
    assert likeness(one, other) == alike


def test_likely_pairs_are_of_one_territory_and_can_be_known_as_two(network: Network, client: Browser):
    change(network, "Rose", pseudonym="Zoé")
    [pair] = likely(network.site, claire(network))
    first, second = pair.first.public_id, pair.second.public_id
    page = client.read("/personnes/doublons").text

    assert f"/personnes/{first}/doublons/{second}" in page
    assert "ailleurs" not in page
    client.fill(f"/personnes/{first}/doublons/{second}/deux", "/personnes/doublons")
    assert likely(network.site, claire(network)) == []
    client.fill(f"/personnes/{first}/doublons/{second}/deux", "/personnes/doublons", apart="no")
    assert len(likely(network.site, claire(network))) == 1


def test_two_of_ones_own_choice_lead_to_their_comparison(network: Network, client: Browser):
    yann, zoe = person(network, "Yann").public_id, person(network, "Zoe").public_id

    answer = client.read("/personnes/doublons?un=yann&autre=SER-P002")
    assert answer.headers["location"] == f"/personnes/{yann}/doublons/{zoe}"
    unknown = client.read("/personnes/doublons?un=yann&autre=Yann d’ailleurs").text
    assert "n’est pas trouvée" in unknown
    assert re.search(r'<input id="autre"[^>]* autofocus', unknown)
    assert "<title>Erreur :" in unknown
    assert "deux personnes différentes" in client.read("/personnes/doublons?un=yann&autre=Yann").text
