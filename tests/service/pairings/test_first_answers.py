"""First answer, then proof: what the coordinator reads in each state, and that no ended search passes for proven."""

from __future__ import annotations

import msgspec
import pytest

from matching.pairing.answer import Aims, Answer
from service import pairing_board, pairings, runs
from service.pairing_known import could_improve
from service.tables.people import PeerHelper
from tests.service.pairings.builders import Network

PROVEN = "Vérifié : aucune autre répartition ne sert mieux tout le monde."
FIRST = "Première réponse. La vérification continue…"
ONE = "SER-P034"


def code(seraing: Network) -> str:
    return pairing_board.state(seraing.site, seraing.coordinator).code


def test_before_anything_was_asked_nothing_is_said(seraing: Network):
    assert code(seraing) == "none"
    assert PROVEN not in seraing.page(ONE)


def test_while_nothing_is_found_the_page_says_that_it_works(seraing: Network):
    seraing.ask()
    text = seraing.page(ONE)

    assert code(seraing) == "running"
    assert "Calcul en cours… Les anciennes propositions restent visibles." in text
    assert "Arrêter" in text


def test_the_first_answer_is_shown_as_such_with_its_suggestions(seraing: Network):
    seraing.ask().tell_first()
    board = seraing.board(ONE)
    text = seraing.page(ONE)

    assert board.state.code == "first"
    assert len(board.offers) == 3
    assert FIRST in text
    assert PROVEN not in text
    assert "L’effet sur les autres demandes est encore en cours de calcul." in board.offers[0].consequence


def test_once_it_is_proven_the_rest_is_announced(seraing: Network):
    seraing.ask().tell_first(status="optimal")
    text = seraing.page(ONE)

    assert code(seraing) == "checked"
    assert f"{PROVEN} L’effet de chaque choix sur les autres demandes est encore en cours de calcul." in text


def test_at_its_end_the_answer_is_proven_with_what_each_choice_costs(seraing: Network):
    calculation = seraing.ask()
    calculation.tell_first()
    calculation.end()
    board = seraing.board(ONE)

    assert board.state.code == "proven"
    assert PROVEN in seraing.page(ONE)
    assert board.offers[0].consequence == "Les 22 autres demandes gardent une proposition."


@pytest.mark.parametrize("status", ["feasible", "optimal"])
@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("failed", "crashed"),
        ("failed", "error"),
        ("failed", "too_long"),
        ("failed", "rule_broken"),
        ("cancelled", "stopped"),
    ],
)
def test_a_run_that_ends_badly_after_its_first_answer_never_passes_for_proven(
    seraing: Network, end: str, reason: str, status: str
):
    calculation = seraing.ask()
    calculation.tell_first(status=status)
    calculation.fail(end, reason)
    text = seraing.page(ONE)

    assert code(seraing) == "unproven"
    assert PROVEN not in text
    assert "Arrêté avant la preuve : meilleure réponse trouvée ; elle pourrait être améliorée" in text
    assert runs.REASONS[reason].split(".")[0] in text
    assert len(seraing.board(ONE).offers) == 3


@pytest.mark.parametrize("by", ["person", "time"])
def test_a_run_that_was_stopped_says_how_much_better_it_could_be_at_most(seraing: Network, by: str):
    calculation = seraing.ask()
    value = calculation.answer().value
    calculation.stopped(by, status="feasible", bound={"served": value.served, "score": value.score + 7000, "load": 0})
    text = seraing.page(ONE)

    assert PROVEN not in text
    assert "elle pourrait être améliorée de 4,6 % au plus." in text


@pytest.mark.parametrize("by", ["person", "time"])
def test_a_run_that_was_stopped_after_its_proof_says_what_is_missing(seraing: Network, by: str):
    seraing.ask().stopped(by)
    text = seraing.page(ONE)

    assert code(seraing) == "stopped"
    assert PROVEN not in text
    assert "l’effet de chaque choix sur les autres demandes n’est pas calculé partout" in text


def test_an_optimal_answer_whose_bound_is_another_value_is_not_taken_for_proven(seraing: Network):
    calculation = seraing.ask()
    value = msgspec.to_builtins(calculation.answer().value)
    calculation.end(bound=value | {"score": value["score"] + 1})

    assert code(seraing) == "unproven"


def test_a_run_that_ends_without_any_answer_leaves_the_one_before(seraing: Network):
    seraing.calculated()
    seraing.ask().fail("failed", "crashed")
    text = seraing.page(ONE)

    assert code(seraing) == "failed"
    assert PROVEN not in text
    assert "Le calcul s’est interrompu plusieurs fois." in text
    assert len(seraing.board(ONE).offers) == 3


def test_an_answer_on_data_that_have_changed_is_no_longer_called_proven(seraing: Network):
    seraing.calculated()
    seraing.change(PeerHelper, "SER-H10", status="resting")

    assert PROVEN not in seraing.page(ONE)


def test_the_line_is_only_sent_again_when_it_says_something_new(seraing: Network):
    calculation = seraing.ask()
    client = seraing.browser()
    waiting = client.get("/appariements/etat-du-calcul?vu=running")
    calculation.tell_first()
    first = client.get("/appariements/etat-du-calcul?vu=running")
    still = client.get("/appariements/etat-du-calcul?vu=first")
    calculation.end()
    last = client.get("/appariements/etat-du-calcul?vu=first")

    assert (waiting.status_code, first.status_code, still.status_code, last.status_code) == (204, 200, 204, 200)
    assert FIRST in first.text
    assert PROVEN in last.text
    assert 'href="/appariements?fait=suggestions_checked" data-follow' in last.text
    assert "hx-get" not in last.text


def test_pressing_shows_the_first_answer_when_it_comes_in_time(seraing: Network):
    client = seraing.browser()
    person = seraing.person(ONE).public_id
    answer = client.fill("/appariements/recalculer", f"/appariements/{person}", person=person)

    assert answer.headers["location"] == f"/appariements/{person}"  # nobody works here: the page comes without it


def test_stopping_brings_back_to_the_same_person(seraing: Network):
    pairings.ask_for_shortlists(seraing.site, seraing.coordinator)
    client = seraing.browser()
    person = seraing.person(ONE).public_id
    run = runs.last(seraing.site, seraing.coordinator, "pairing")
    assert run is not None
    answer = client.fill("/appariements/arreter", f"/appariements/{person}", run=run.public_id, person=person)

    assert answer.headers["location"] == f"/appariements/{person}?fait=run_stopped"
    assert code(seraing) == "failed"
    assert "Le calcul a été arrêté avant d’avoir trouvé une solution." in seraing.page(ONE)


@pytest.mark.parametrize(
    ("value", "bound", "percent"),
    [
        (Aims(1000, 500, 10), Aims(1100, 500, 10), 10.0),
        (Aims(1000, 500, 10), Aims(1000, 501, 10), 0.2),
        (Aims(1000, 500, 10), Aims(1000, 500, 9), 10.0),
        (Aims(1000, 500, 10), Aims(1001, 9999, 0), 0.1),
        (Aims(0, 0, 0), Aims(5000, 0, 0), None),
        (Aims(1, 1, 1), Aims(1, 1, 1), None),
    ],
)
def test_how_much_better_an_answer_could_be_is_that_of_the_first_aim_not_proven_rounded_up(
    value: Aims, bound: Aims, percent: float | None
):
    assert could_improve(Answer("feasible", (), value, bound, (), ())) == percent
