"""Story C1: pairings proposed for everyone who waits."""

from __future__ import annotations

from locales import translator
from matching.pairing.judge import violations
from matching.pairing.solve import solve
from matching.search import Limits
from service import pairings
from service.pairing_why_words import change_sentences
from service.pairing_words import Speaker
from tests.service.pairings.builders import Network


def test_everyone_who_waits_in_seraing_gets_one_to_three_helpers_except_exactly_three(seraing: Network):
    instance = seraing.instance()
    answer = solve(instance, Limits())

    assert len(instance.people) == 26
    assert {one.person for one in answer.unmatched} == {"SER-P058", "SER-P059", "SER-P060"}
    assert len(answer.shortlists) == 23
    assert all(1 <= len(one.offers) <= 3 for one in answer.shortlists)


def test_those_whom_nobody_suits_are_shown_what_blocks_and_the_smallest_change(seraing: Network):
    answer = solve(seraing.instance(), Limits())
    speaker = Speaker(translator("fr"))
    shown = {
        one.person: (one.rules, change_sentences(speaker, one.changes)[0].replace("\N{NO-BREAK SPACE}", " "))
        for one in answer.unmatched
    }

    assert shown == {
        "SER-P058": (("LANGUAGE",), "Un pair-aidant ou une pair-aidante qui parle tigrigna."),
        "SER-P059": (("LANGUAGE", "GENDER"), "Une pair-aidante qui parle turc."),
        "SER-P060": (("AVAILABILITY",), "Un moment en journée, par exemple le lundi 9 h – 12 h 30."),
    }


def test_all_of_seraing_have_a_place_at_once_and_the_optimum_is_proven(seraing: Network):
    answer = solve(seraing.instance(), Limits())

    assert answer.status == "optimal"
    assert len(answer.placed) == 23
    assert not any(offer.when_free for one in answer.shortlists for offer in one.offers)


def test_the_judge_finds_nothing_and_a_second_run_is_equal(seraing: Network):
    instance = seraing.instance()
    answer = solve(instance, Limits())

    assert violations(instance, answer) == []
    assert solve(seraing.instance(), Limits()) == answer


def test_everyone_who_waits_in_locmine_has_a_place(locmine: Network):
    instance = locmine.instance()
    answer = solve(instance, Limits())

    assert len(answer.placed) == len(instance.people) == 6
    assert not answer.unmatched
    assert violations(instance, answer) == []


def test_the_live_pairings_that_are_shipped_break_no_rule(seraing: Network, locmine: Network):
    assert pairings.judge_live(seraing.site) == []
    assert pairings.judge_live(locmine.site) == []
