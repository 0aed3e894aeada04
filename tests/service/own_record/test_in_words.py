"""Everything that the person is handed as a file is also said to them in words (`security.md` G4)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from service import codes, own_record
from service.site import Site
from service.tables.network import Goal
from service.tables.pairings import Need
from service.tables.people import Absence
from service.web import own_record_lines, own_record_words, words
from service.web.own_record_lines import LINES, NOT_IN_WORDS
from service.web.speech import Speech
from tests.service.own_record.test_rights import actor
from tests.service.record.builders import Tandem, a_pairing, a_situation

ZONE = ZoneInfo("Europe/Brussels")
HANDED_OUT = [
    (table, column)
    for tables in own_record.KINDS.values()
    for table in tables
    for column in own_record.shown_columns(table)
]
OF_A_TABLE = {
    "consent": codes.CONSENT_STATES,
    "consent_way": codes.CONSENT_WAYS,
    "way": codes.ANSWER_WAYS,
    "own_right": codes.RIGHT_KINDS,
    "own_right_state": codes.RIGHT_STATES,
    "own_right_refusal": codes.RIGHT_REFUSALS,
    "own_requester": codes.REQUESTERS,
    "own_request_kind": codes.REQUEST_KINDS,
    "urgency": codes.URGENCIES,
    "request": codes.REQUEST_STATES,
    "reason": codes.REQUEST_REASONS,
    "own_met": codes.NEED_MET,
    "deed": codes.REQUEST_DEEDS,
    "any_reason": codes.REQUEST_REASONS + codes.REDIRECT_REASONS,
    "pairing": codes.PAIRING_STATES,
    "answer": codes.ANSWERS,
    "visit_kind": codes.VISIT_KINDS,
    "own_place": codes.VISIT_PLACES,
    "visit": codes.VISIT_STATES,
    "own_visit_answer": codes.VISIT_ANSWERS,
    "own_situation": codes.SITUATION_STATES,
    "own_goal": codes.GOAL_STATES,
    "own_housing": codes.HOUSING_STABILITY,
    "own_intervention": codes.INTERVENTION_KINDS,
    "own_intervention_state": codes.INTERVENTION_STATES,
    "own_decision": codes.HF_DECISIONS,
    "own_recurrence": codes.RECURRENCES,
    "absence": codes.ABSENCE_KINDS,
    "own_message_way": (*codes.MESSAGE_CHOICES, *codes.MESSAGE_WAYS),
    "client": codes.FEED_CLIENTS,
    "emergency_reason": codes.EMERGENCY_REASONS,
    "own_emergency_state": ("open", "justified", "not_justified"),
    "scope": codes.CONSENT_SCOPES,
}
NO_CODES = {"text", "number", "yes", "day", "moment", "weekday", "minute", "theme", "themes", "questions"}


@pytest.mark.parametrize(("table", "column"), HANDED_OUT)
def test_each_column_of_the_copy_is_said_or_says_why_not(table: str, column: str):
    on_top = table == "person" and column in own_record_words.LABELS

    said = column in LINES.get(table, {}) or on_top
    assert said != (f"{table}.{column}" in NOT_IN_WORDS)


def test_nothing_is_named_that_the_copy_does_not_hold():
    named = {(table, column) for table, lines in LINES.items() for column in lines}
    named |= {(table, column) for table, _, column in (one.partition(".") for one in NOT_IN_WORDS)}

    assert named <= set(HANDED_OUT)


@pytest.mark.parametrize("how", sorted({how for lines in LINES.values() for _, how in lines.values()} - NO_CODES))
def test_no_code_is_shown_as_it_is_stored(how: str):
    speech = Speech("fr", ZONE)

    said = {own_record_lines.say(speech, {}, how, code): code for code in OF_A_TABLE[how]}
    known = (
        own_record_lines.WORDS.get(how) or words.TABLES.get(how) or words.TABLES["reason"] | words.TABLES["redirect"]
    )
    assert {code for code in said.values() if code not in known} == set()


def a_life(site: Site, pair: Tandem) -> None:
    situation = a_situation(site, pair)
    with site.db.begin() as tx:
        goal = Goal(
            public_id="g1",
            ref="G1",
            situation_id=situation,
            theme="leisure",
            set_on=dt.date(2026, 3, 3),
            set_with_person=True,
        )
        tx.add(goal)
        tx.add(Need(situation_id=situation, theme="housing", met="partly"))
        tx.add(
            Absence(
                public_id="a1",
                owner_id=pair.person_id,
                first_day=dt.date(2026, 5, 4),
                last_day=dt.date(2026, 5, 8),
                kind="planned",
            )
        )
        tx.flush()
        goal.title_sealed = site.seals.seal(tx, pair.person_id, f"goal.title_sealed:{goal.public_id}", "Revoir la mer")


def test_goals_needs_and_absences_are_read_in_words(sqlite_site: Site):
    pair = a_pairing(sqlite_site)
    a_life(sqlite_site, pair)
    themes = {"housing": "Logement", "leisure": "Loisirs"}
    kept = own_record_lines.by_kind(Speech("fr", ZONE), own_record.held(sqlite_site, actor(pair)), themes)

    said = {
        (label.replace("\u00a0", " "), value.replace("\u00a0", " "))
        for rows in kept.values()
        for one in rows
        for label, value in one.lines
    }
    assert said >= {
        ("Dans vos mots", "Revoir la mer"),
        ("Thème", "Logement"),
        ("Est-ce fait ?", "en partie"),
        ("Premier jour", "lundi 4 mai 2026"),
    }
