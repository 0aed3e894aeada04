"""What the page Appariements shows."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from service import errors, pairings
from service.pairing_board import board
from service.pairing_why_words import Block
from service.pairing_words import CRITERIA
from service.tables.people import PeerHelper
from tests.service.pairings.builders import Network


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_before_any_calculation_the_queue_is_there_without_suggestions(seraing: Network):
    seen = seraing.board()

    assert len(seen.queue) == 30
    assert {one.state for one in seen.queue} == {"not_calculated", "proposed"}
    assert seen.current == seen.queue[0]
    assert seen.offers == ()


def test_the_longest_wait_comes_first_and_those_with_a_proposal_last(seraing: Network):
    queue = seraing.board().queue
    waiting = [one for one in queue if one.state != "proposed"]

    assert [one.ref for one in queue[-4:]] == ["SER-P024", "SER-P025", "SER-P023", "SER-P026"]
    assert [one.days for one in waiting] == sorted((one.days for one in waiting), reverse=True)
    assert waiting[0].days == 240
    assert waiting[0].waits_long


def test_after_a_calculation_suggestions_stand_with_their_reasons(seraing: Network):
    seraing.calculated()
    seen = seraing.board("SER-P034")

    assert seen.current is not None
    assert (seen.current.state, seen.current.offers) == ("offered", 3)
    assert [(one.rank, one.name, one.says) for one in seen.offers] == [
        (1, "Luca", "Adaptée"),
        (2, "Philippe", "Adaptée"),
        (3, "Jonathan", "Adaptée"),
    ]
    best = seen.offers[0]
    assert plain(best.reason) == (
        "Vécu partagé : dépendance. Couvre 1 des 2 thèmes demandés. Un seul moment commun : mardi 10 h – 15 h."
    )
    assert best.consequence == "Les 22 autres demandes gardent une proposition."
    assert not seen.is_outdated


def test_every_criterion_has_a_line_and_their_points_make_the_score(seraing: Network):
    seraing.calculated()
    for offer in seraing.board("SER-P034").offers:
        assert [row.code for row in offer.rows] == list(CRITERIA)
        assert sum(row.points for row in offer.rows) == pytest.approx(offer.score, abs=0.05)
        assert all(0 <= row.bars <= 3 and row.fact and row.effect for row in offer.rows)


def test_a_preference_that_is_not_met_is_a_reserve(seraing: Network):
    seraing.calculated()
    offers = seraing.board("SER-P040").offers
    unmet = [one for one in offers if any(row.code == "gender_preferred" and row.value == 0 for row in one.rows)]

    assert unmet
    for one in unmet:
        assert one.verdict == "warn"
        assert one.reason.endswith("La personne préfère quelqu’un d’autre\u00a0: femme ou homme.")


def test_nobody_suits_is_said_with_what_blocks_and_what_would_help(seraing: Network):
    seraing.calculated()
    seen = seraing.board("SER-P059")

    assert seen.offers == ()
    assert seen.nobody is not None
    assert seen.nobody.blocks[0] == Block("LANGUAGE", "Langue", 13)
    assert seen.nobody.changes == ("Une pair-aidante qui parle turc.",)


def test_sensitive_reasons_are_one_sentence_and_cannot_be_set_aside(seraing: Network):
    seraing.calculated()
    thierry = next(one for one in seraing.board("SER-P029").left_out if one.helper_ref == "SER-H12")

    assert thierry.sentence == "Ne convient pas pour cette personne."
    assert thierry.overridable == ()


def test_helpers_left_out_say_why(seraing: Network):
    seraing.calculated()
    why = {one.name: (one.sentence, one.overridable) for one in seraing.board("SER-P034").left_out}

    assert why["Nadia"] == ("Possible aussi. D’autres viennent avant.", ())
    assert why["Amina"] == ("Aucun moment commun assez long.", ("AVAILABILITY",))
    assert why["Samuel"] == ("Ne prend pas de nouvelle personne en ce moment.", ())


def test_what_has_changed_since_takes_the_suggestion_away_and_is_said(seraing: Network):
    seraing.calculated()
    seraing.change(PeerHelper, "SER-H10", status="resting")
    seen = seraing.board("SER-P034")

    assert seen.is_outdated
    assert [one.name for one in seen.offers] == ["Philippe", "Jonathan"]
    assert any(one.name == "Luca" for one in seen.left_out)


def test_what_was_just_set_aside_is_put_back_from_where_it_is_said(seraing: Network):
    seraing.calculated()
    client = seraing.browser()
    person, helper = seraing.person("SER-P034").public_id, seraing.board("SER-P034").offers[0].helper
    here = f"/appariements/{person}"
    done = client.fill(f"{here}/ecarter", here, helper=helper, reason="not_now").headers["location"]
    undo = re.search(r'<form method="post" action="(\S+)" class="undo">', client.get(done).text)
    assert undo is not None
    client.fill(undo[1], done, helper=helper)

    assert 'class="undo"' not in client.get(done).text
    assert seraing.board("SER-P034").offers[0].helper == helper


def test_what_is_set_aside_can_be_found_again(seraing: Network):
    seraing.calculated()
    person, helper = seraing.person("SER-P034").public_id, seraing.helper("SER-H10").public_id
    pairings.set_aside(seraing.site, seraing.coordinator, person, helper, "not_now")
    luca = next(one for one in seraing.board("SER-P034").left_out if one.name == "Luca")

    assert luca.is_set_aside
    assert luca.sentence == "Écarté par la coordination."


def test_an_open_proposal_shows_both_answers_and_its_last_day(seraing: Network):
    seraing.calculated()
    seraing.propose("SER-P034", "SER-H10")
    seen = seraing.board("SER-P034")

    assert seen.offers == ()
    assert [(one.name, one.person_answer, one.helper_answer) for one in seen.proposals] == [
        ("Luca", "pending", "pending")
    ]
    assert (seen.proposals[0].lapses_on - seen.proposals[0].proposed_on).days == 14


def test_visits_by_two_are_said(seraing: Network):
    seraing.calculated()

    assert seraing.board("SER-P050").offers[0].note == "Les visites se font à deux."


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_page_is_made_in_every_language(seraing: Network, language: str):
    seraing.calculated()
    for ref in ("SER-P034", "SER-P058", "SER-P060"):
        assert board(seraing.site, seraing.coordinator, seraing.person(ref).public_id, language).current


def test_only_the_coordinator_sees_it(seraing: Network):
    for actor in (seraing.as_helper("SER-H10"), seraing.as_person("SER-P034")):
        with pytest.raises(errors.NotAllowed):
            board(seraing.site, actor)
    with pytest.raises(errors.NotFound):
        board(seraing.site, seraing.coordinator, "0" * 32)


def test_the_web_side_of_pairing_loads_no_solver():
    loaded = (
        "import sys, service.pairing_board, service.pairings; print('ortools' in sys.modules, 'numba' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert out.stdout.split() == ["False", "False"]
