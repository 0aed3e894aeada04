"""What if: asked before anything is sent, answered beside today, and nothing of the record changes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import SQLModel, select

from service import errors, pairing_comparison, pairing_suppositions, runs
from service.pairing_comparison import ComparisonView
from service.pairing_suppositions import Newcomer, Wish
from service.tables.people import Consent, PeerHelper
from tests.service.pairings.builders import Network, said
from tests.service.web.calculating import Calculation
from tests.service.web.network import MOMENT

ONE, IOANA = "SER-P034", "SER-H11"
TURKISH = Newcomer(("tr",), ("social",), gender="f", moments=((2, 600, 960),), transport="car", km=50)


def ids(seraing: Network, person: str, helper: str) -> tuple[str, str]:
    return seraing.person(person).public_id, seraing.helper(helper).public_id


def ask(seraing: Network, **wish: Any) -> str:
    return pairing_suppositions.ask(seraing.site, seraing.coordinator, Wish(**wish))


def answered(seraing: Network, **wish: Any) -> ComparisonView:
    run = ask(seraing, **wish)
    Calculation(seraing.site).end()
    return pairing_comparison.comparison(seraing.site, seraing.coordinator, run)


def record(seraing: Network) -> dict[str, list[Any]]:
    with seraing.site.db() as tx:
        return {
            name: [tuple(row) for row in tx.connection().execute(select(table)).all()]
            for name, table in SQLModel.metadata.tables.items()
            if name != "run"
        }


def test_a_choice_is_compared_with_today_and_nothing_is_written(seraing: Network):
    seraing.calculated()
    before = record(seraing)
    found = answered(seraing, choose=(ids(seraing, "SER-P030", IOANA),))

    assert record(seraing) == before
    assert found.question == ("Ioana est proposé ou proposée à Granit.",)
    assert found.is_proven
    assert found.today is not None
    assert found.then is not None
    assert (found.today.served, found.then.served) == (23, 23)
    changed = {one.pseudonym: one.says for one in found.differences}
    assert changed["Granit"] == "Ioana au lieu d’Amina."


def test_a_newcomer_serves_somebody_whom_nobody_suits(seraing: Network):
    found = answered(seraing, newcomers=(TURKISH,))

    assert found.question == (
        "Arrive le nouveau pair-aidant, qui parle turc et accompagne sur\u00a0: Accompagnement social.",
    )
    assert [(one.before, one.after, one.says) for one in found.differences if one.person == person(seraing)] == [
        (None, "le nouveau pair-aidant", "Aurait une proposition\u00a0: le nouveau pair-aidant.")
    ]


def person(seraing: Network) -> str:
    return seraing.person("SER-P059").public_id


def test_whoever_a_leaving_helper_accompanies_waits_again(seraing: Network):
    found = answered(seraing, leave=(seraing.helper("SER-H02").public_id,))
    again = [one for one in found.differences if one.waits]

    assert again
    assert all(one.before == seraing.helper("SER-H02").display_name for one in again)
    assert found.then is not None
    assert found.today is not None
    assert found.then.people == found.today.people + len(again)


def test_other_weights_are_shown_in_words(seraing: Network):
    found = answered(seraing, weights={"travel": 100})

    assert found.question == ("Le critère «\u00a0Trajet\u00a0» compte 100.",)
    assert not found.refused


def test_a_choice_that_a_rule_forbids_is_refused_in_words(seraing: Network):
    found = answered(seraing, choose=(ids(seraing, ONE, "SER-H07"),))

    assert [one.rules for one in found.refused] == [("AVAILABILITY",)]
    assert found.refused[0].says.endswith("ce n’est pas possible\u00a0: Moments communs")
    assert found.today is None


@pytest.mark.parametrize(
    ("newcomer", "served"),
    [
        (Newcomer(("tr",), ("social",), gender="f", moments=()), 23),
        (Newcomer((), (), moments=((1, 540, 720),)), 23),
        (Newcomer(("tr",), ("social",), gender="f", moments=((2, 600, 960),), weekly_minutes=0), 23),
        (Newcomer(("tr",), ("social",), gender="f", moments=((2, 600, 960),), people=0), 23),
    ],
    ids=["no moment", "no language and no theme", "no hours", "no place"],
)
def test_a_newcomer_who_cannot_help_anybody_is_an_answer_too(seraing: Network, newcomer: Newcomer, served: int):
    found = answered(seraing, newcomers=(newcomer,))

    assert found.then is not None
    assert found.then.served == served


def test_everybody_leaves(seraing: Network):
    found = answered(seraing, leave=tuple(row.public_id for row in seraing.all(PeerHelper)))

    assert found.then is not None
    assert found.then.served == 0


def test_people_whose_consent_has_ended_since_are_no_longer_shown(seraing: Network):
    run = ask(seraing, newcomers=(TURKISH,))
    Calculation(seraing.site).end()
    consented = seraing.person("SER-P059").id
    with seraing.site.db.begin() as tx:
        tx.exec(select(Consent).where(Consent.person_id == consented)).one().ended_at = MOMENT
    found = pairing_comparison.comparison(seraing.site, seraing.coordinator, run)

    assert person(seraing) not in {one.person for one in found.differences}
    assert found.is_outdated


def test_what_was_asked_can_be_asked_again_with_a_change(seraing: Network):
    choice, gone = ids(seraing, "SER-P030", IOANA), seraing.helper("SER-H05").public_id
    wish = Wish((choice,), {"travel": 30.0}, (TURKISH,), (gone,))
    run = pairing_suppositions.ask(seraing.site, seraing.coordinator, wish)

    assert pairing_suppositions.wish_of(seraing.site, seraing.coordinator, run) == wish


def test_the_same_run_is_not_there_for_others(seraing: Network):
    run = ask(seraing, newcomers=(TURKISH,))
    for actor in (seraing.as_helper("SER-H10"), seraing.as_person(ONE)):
        with pytest.raises(errors.NotAllowed):
            pairing_comparison.comparison(seraing.site, actor, run)
        with pytest.raises(errors.NotAllowed):
            pairing_suppositions.ask(seraing.site, actor, Wish(newcomers=(TURKISH,)))
    with pytest.raises(errors.NotFound):
        runs.get(seraing.site, seraing.coordinator, run, "pairing")


def test_more_people_than_a_calculation_holds_are_refused(seraing: Network, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(runs.LARGEST, "people", 25)
    with pytest.raises(errors.RunRefused):
        ask(seraing, newcomers=(TURKISH,))


def test_the_page_offers_everybody_and_starts_from_the_middle_of_the_team(seraing: Network):
    text = seraing.browser().get("/appariements/et-si").text

    for words in ("Granit", "Amina", "turc", "Logement", "Je choisis quelqu’un pour une personne"):
        assert words in text
    assert 'name="people" value="4"' in text


def test_one_press_beside_a_suggestion_asks_and_shows_the_comparison(seraing: Network):
    seraing.calculated()
    client = seraing.browser()
    chosen, helper = ids(seraing, "SER-P030", IOANA)
    answer = client.fill("/appariements/et-si/demander", f"/appariements/{chosen}", person=chosen, helper=helper)
    waiting = said(client.get(answer.headers["location"]).text)
    Calculation(seraing.site).end()
    shown = said(client.get(answer.headers["location"]).text)

    assert "En attente" in waiting
    assert "Supposons Ioana est proposé ou proposée à Granit." in shown
    assert "Ioana au lieu d’Amina." in shown


def test_who_is_missing_is_asked_with_one_press(seraing: Network):
    seraing.calculated()
    client = seraing.browser()
    text = client.get("/appariements/et-si?manque=1").text

    assert 'name="newcomer" value="1" checked' in text
    assert 'name="languages" value="tr" checked' in text
    assert 'name="start" value="10:00"' in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Dites ce que vous voulez essayer."),
        ({"criterion": ["travel"], "weight": ["beaucoup"]}, "Le poids du critère « Trajet » n’est pas un nombre."),
        ({"criterion": ["travel"], "weight": ["-5"]}, "Le poids du critère « Trajet » doit être entre 0 et 1000."),
        ({"newcomer": "1", "hours": "nan"}, "« nan » n’est pas un nombre."),
        ({"newcomer": "1", "hours": "-1"}, "Les heures par semaine sont entre 0 et 168."),
        ({"newcomer": "1", "km": "-1"}, "La distance est entre 0 et 1000 km."),
        ({"newcomer": "1", "people": "-1"}, "Le nombre de personnes à la fois est entre 0 et 1000."),
        ({"newcomer": "1", "transport": "horse"}, "Ce moyen de transport n’est pas connu."),
        ({"newcomer": "1", "weekday": ["1"], "start": ["09:00"], "end": [""]}, "Un moment a un jour, un début et"),
        ({"newcomer": "1", "weekday": ["1"], "start": ["12:00"], "end": ["09:00"]}, "Un moment commence avant de"),
        ({"newcomer": "1", "weekday": ["9"], "start": ["09:00"], "end": ["12:00"]}, "Un moment commence avant de"),
        ({"leave": ["0" * 32]}, "Choisissez dans la liste qui s’en va."),
        ({"person": ["0" * 32], "helper": [""]}, "Choisissez à la fois une personne et un pair-aidant"),
    ],
)
def test_a_form_that_makes_no_sense_comes_back_with_a_sentence_and_what_was_typed(
    seraing: Network, fields: dict[str, Any], sentence: str
):
    answer = seraing.browser().fill("/appariements/et-si/demander", "/appariements/et-si", **fields)

    assert answer.status_code == 422
    assert sentence in said(answer.text)
    assert runs.last(seraing.site, seraing.coordinator, "what_if") is None


def test_the_same_person_chosen_twice_or_gone_as_well_is_refused(seraing: Network):
    choice = ids(seraing, "SER-P030", IOANA)
    for wish in (
        Wish(choose=(choice, (choice[0], seraing.helper("SER-H05").public_id))),
        Wish(choose=(choice,), leave=(choice[1],)),
        Wish(leave=(choice[1], choice[1])),
    ):
        with pytest.raises(errors.NotCalculable):
            pairing_suppositions.ask(seraing.site, seraing.coordinator, wish)
