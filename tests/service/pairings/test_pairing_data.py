"""From rows to what the search sees."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from matching.pairing.instance import Pair
from matching.pairing.rules import broken
from service import pairings
from service.tables.network import Meeting, MeetingParticipant
from service.tables.pairings import Override, Pairing, SetAside
from service.tables.people import Consent, MetBefore, PeerHelper, Person, Separation
from service.tables.territory import NetworkSetting
from tests.service.pairings.builders import TODAY, Network

LAST_OPEN_DAY = date(2027, 1, 10)
"""The shipped proposals are of 2026-12-28: they lapse at the start of 2027-01-11."""


def test_a_proposal_holds_its_place_for_fourteen_days_and_no_longer(seraing: Network):
    before, after = seraing.instance(LAST_OPEN_DAY), seraing.instance(LAST_OPEN_DAY + timedelta(days=1))
    proposed = {"SER-P023", "SER-P024", "SER-P025", "SER-P026"}

    assert not proposed & set(before.person_by_id)
    assert proposed <= {one.person for one in before.live}
    assert proposed <= set(after.person_by_id)
    assert not proposed & {one.person for one in after.live}


def test_a_pairing_that_is_paused_holds_a_place_without_hours(seraing: Network):
    paused = [one for one in seraing.instance().live if one.status == "paused"]

    assert {one.person for one in paused} == {"SER-P027", "SER-P028"}
    assert [one.contact for one in paused] == [0, 0]


def test_a_person_met_at_a_place_is_not_visited_at_home(seraing: Network):
    known = seraing.instance().person_by_id["SER-P043"]

    assert known.meets_elsewhere
    assert known.spot == known.coordinates


def test_a_person_without_coordinates_is_at_the_meeting_place_else_in_the_middle_of_the_neighbourhood(seraing: Network):
    seraing.change(Person, "SER-P043", lat=None, lon=None)
    seraing.change(Person, "SER-P034", lat=None, lon=None)
    people = seraing.instance().person_by_id

    assert people["SER-P043"].spot == people["SER-P043"].meeting_point
    assert people["SER-P034"].spot == people["SER-P034"].neighbourhood_point


@pytest.mark.parametrize(
    ("status", "reason", "barred"),
    [
        ("declined", None, True),
        ("ended", "asked_by_helper", True),
        ("ended", "ended_in_trial_by_person", True),
        ("ended", "goals_reached", False),
        ("ended", "safety", False),
        ("lapsed", None, False),
    ],
)
def test_an_own_wish_bars_the_pair_and_another_end_does_not(
    seraing: Network, status: str, reason: str | None, barred: bool
):
    person, helper = seraing.person("SER-P034"), seraing.helper("SER-H10")
    seraing.add(
        Pairing(
            public_id="f" * 32,
            ref="SER-B900",
            territory_id=seraing.territory.id or 0,
            person_id=person.id,
            peer_helper_id=helper.id,
            status=status,
            person_answer="declined" if status == "declined" else "pending",
            reason=reason,
            proposed_on=date(2026, 10, 1),
            ended_on=date(2026, 12, 1) if status == "ended" else None,
            changed_at=datetime(2026, 12, 1, tzinfo=UTC),
        )
    )
    instance = seraing.instance()
    codes = broken(instance, instance.person_by_id["SER-P034"], instance.helper_by_id["SER-H10"])

    assert codes == (("REFUSED",) if barred else ())
    assert (Pair("SER-P034", "SER-H10") in instance.known) == (reason == "goals_reached")


def test_what_was_declared_about_two_people_is_read(seraing: Network):
    one, other = sorted((seraing.person("SER-P034"), seraing.person("SER-P035")), key=lambda row: row.id)
    helper = seraing.helper("SER-H10")
    now = datetime(2027, 1, 4, tzinfo=UTC)
    seraing.add(
        MetBefore(person_id=one.id, peer_helper_id=helper.id),
        SetAside(person_id=other.id, peer_helper_id=helper.id, reason="other", at=now),
        Separation(person_id=one.id, other_person_id=other.id),
        Override(person_id=other.id, peer_helper_id=helper.id, rule="DISTANCE", reason="arranged", at=now),
    )
    instance = seraing.instance()

    assert Pair(one.ref, helper.ref) in instance.known
    assert instance.set_aside == (Pair(other.ref, helper.ref),)
    assert instance.separated_from[one.ref] == {other.ref}
    assert (other.ref, helper.ref, "DISTANCE") in instance.overridden


def test_a_consent_that_ended_is_seen_on_the_day_after_its_last(seraing: Network):
    person = seraing.person("SER-P034")
    with seraing.site.db.begin() as tx:
        consent = tx.exec(select(Consent).where(Consent.person_id == person.id, col(Consent.ended_at).is_(None))).one()
        consent.ended_at = datetime(2027, 1, 3, tzinfo=UTC)
        tx.add(consent)
        tx.flush()
        tx.add(
            Consent(
                person_id=person.id,
                status="given",
                scope=["pairing"],
                given_on=TODAY,
                expires_on=TODAY,
                how="signed",
                recorded_at=datetime(2027, 1, 3, tzinfo=UTC),
            )
        )

    def codes(day: date) -> tuple[str, ...]:
        instance = seraing.instance(day)
        return broken(instance, instance.person_by_id["SER-P034"], instance.helper_by_id["SER-H10"])

    assert codes(TODAY) == ()
    assert codes(TODAY + timedelta(days=1)) == ("CONSENT",)


@pytest.mark.parametrize(("rrule", "held"), [("", date(2027, 1, 4)), ("FREQ=WEEKLY;BYDAY=MO", date(2027, 1, 11))])
def test_a_planned_supervision_counts_from_its_day(seraing: Network, rrule: str, held: date):
    helper, territory = seraing.helper("SER-H10"), seraing.territory.id or 0
    seraing.change(PeerHelper, "SER-H10", last_supervision_on=date(2026, 10, 1))
    with seraing.site.db.begin() as tx:
        meeting = Meeting(
            public_id="e" * 32,
            ref="SER-M900",
            territory_id=territory,
            kind="supervision",
            starts_at=datetime(2027, 1, 4, 13, tzinfo=UTC),
            ends_at=datetime(2027, 1, 4, 14, tzinfo=UTC),
            rrule=rrule,
            uid="supervision@example",
            changed_at=datetime(2027, 1, 1, tzinfo=UTC),
        )
        tx.add(meeting)
        tx.flush()
        tx.add(MeetingParticipant(meeting_id=meeting.id or 0, party_id=helper.id))

    def last(day: date) -> date | None:
        return seraing.instance(day).helper_by_id["SER-H10"].last_supervision_on

    assert last(date(2027, 1, 3)) == date(2026, 10, 1)
    assert last(date(2027, 1, 11)) == held


def test_the_weights_are_those_that_the_network_chose_last(seraing: Network):
    territory = seraing.territory.id or 0
    weights = {**seraing.instance().weights, "travel": 40.0}
    for chosen in ({**weights, "travel": 1.0}, weights):
        seraing.add(
            NetworkSetting(
                territory_id=territory,
                name="pairing_weights",
                value=dict(chosen),
                changed_at=datetime(2027, 1, 1, tzinfo=UTC),
            )
        )

    assert seraing.instance().weights == weights


def test_a_live_pairing_that_breaks_a_rule_is_named_for_the_check(seraing: Network):
    seraing.change(PeerHelper, "SER-H02", max_persons=1)

    assert pairings.judge_live(seraing.site) == [
        "BE-SER: CASELOAD: SER-P001 and SER-H02 (active)",
        "BE-SER: CASELOAD: SER-P013 and SER-H02 (active)",
        "BE-SER: CASELOAD: SER-P020 and SER-H02 (trial)",
    ]


def test_an_ended_pairing_is_not_judged(seraing: Network):
    seraing.change(Pairing, "SER-B031", reason="asked_by_person")

    assert pairings.judge_live(seraing.site) == []
