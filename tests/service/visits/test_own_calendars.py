"""Agendas kept elsewhere: no visit lies where helpers and professionals are taken, and nobody learns by what."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlmodel import select

from matching.planning.instance import Instance
from service import errors, other_calendars, visits
from service.other_calendar_rows import SETTING
from service.planning_data import read_instance
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import PeerHelper, Professional
from service.tables.territory import NetworkSetting, Territory
from service.visit_slots import Objection
from service.visit_words import OBJECTIONS
from service.web import week_view
from service.web.slots import objection_lines
from service.web.speech import Speech
from tests.service.visits.seraing import START, carry_out, coordinator, visits_of

ZONE = ZoneInfo("Europe/Brussels")
HOUR = timedelta(hours=1)


def switch(site: Site, *, on: bool) -> None:
    value: dict[str, object] = {"on": on}
    territory = coordinator(site).territory_id or 0
    with site.db.begin() as tx:
        tx.add(NetworkSetting(territory_id=territory, name=SETTING, value=value, changed_at=site.clock.now()))


def takes(site: Site, owner: PeerHelper | Professional, *events: tuple[datetime, datetime]) -> None:
    """An agenda of theirs, sent as a file, is full of words that may show nowhere."""
    role = "peer_helper" if isinstance(owner, PeerHelper) else "professional"
    lines = ["BEGIN:VCALENDAR", "X-WR-CALNAME:CANARY"]
    for number, (start, end) in enumerate(events):
        times = [f"{name}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for name, at in (("DTSTART", start), ("DTEND", end))]
        words = [
            "SUMMARY:CANARY",
            "LOCATION:CANARY",
            "DESCRIPTION:CANARY",
            "ATTENDEE:mailto:CANARY",
        ]
        lines += ["BEGIN:VEVENT", f"UID:CANARY{number}", *times, *words, "END:VEVENT"]
    content = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    actor = Actor(role, owner.territory_id, None, owner.id)
    other_calendars.add_file(site, actor, content)


def helpers(site: Site) -> dict[int, PeerHelper]:
    with site.db() as tx:
        return {row.id: row for row in tx.exec(select(PeerHelper))}


def day_of(row: Visit) -> date:
    return row.starts_at.astimezone(ZONE).date()


@pytest.fixture
def on(live: Site) -> Site:
    """With its plan, in a network that reads agendas."""
    switch(live, on=True)
    return live


def test_a_plan_leaves_free_what_the_agendas_take(site: Site):
    """Each helper and professional is away on one weekday, and for an hour and a half at noon on all the others."""
    switch(site, on=True)
    with site.db() as tx:
        everybody = [*tx.exec(select(PeerHelper).order_by(PeerHelper.ref)), *tx.exec(select(Professional))]
    taken: dict[int, list[tuple[datetime, datetime]]] = {}
    for number, owner in enumerate(everybody):
        for day in (START + timedelta(days=days) for days in range(28)):
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
            whole = (noon - 12 * HOUR, noon + 12 * HOUR)
            taken.setdefault(owner.id, []).append(whole if day.weekday() == number % 5 else (noon, noon + 1.5 * HOUR))
        takes(site, owner, *taken[owner.id])
    run = visits.ask_for_plan(site, coordinator(site), START, 4)
    carry_out(site, run)
    visits.apply_draft(site, coordinator(site), run)
    made = visits_of(site)

    assert len(made) > 20
    for row in made:
        for party in (row.peer_helper_id, row.second_helper_id, row.professional_id):
            for start, end in taken.get(party or 0, []):
                assert not (row.starts_at < end and start < row.ends_at), (row.ref, start)
    assert visits.judge_live(site) == []


def test_the_judge_names_a_visit_that_an_agenda_has_come_to_lie_on(on: Site):
    row = visits_of(on)[0]
    helper = helpers(on)[row.peer_helper_id]
    before = visits.judge_live(on)
    takes(on, helper, (row.starts_at + timedelta(minutes=10), row.starts_at + timedelta(minutes=20)))

    assert before == []
    assert visits.judge_live(on) == [f"BE-SER: V1: {row.ref}: {helper.ref} is not available"]
    switch(on, on=False)
    assert visits.judge_live(on) == []


@pytest.mark.parametrize(
    ("starts", "ends", "falls"),
    [
        (-60, -30, False),
        (-60, 0, False),
        (-30, 1, True),
        (0, 60, True),
        (10, 20, True),
        (59, 90, True),
        (60, 90, False),
        (90, 120, False),
        (-600, 600, True),
    ],
)
def test_touching_is_not_overlapping(on: Site, starts: int, ends: int, falls: bool):
    """In minutes from the start of a visit of an hour."""
    row = next(row for row in visits_of(on) if row.ends_at - row.starts_at == HOUR)
    minutes = (row.starts_at + timedelta(minutes=starts), row.starts_at + timedelta(minutes=ends))
    takes(on, helpers(on)[row.peer_helper_id], minutes)

    assert any(row.ref in line for line in visits.judge_live(on)) == falls


def test_seconds_count_as_the_minute_that_they_lie_in(on: Site):
    row = visits_of(on)[0]
    helper = helpers(on)[row.peer_helper_id]
    takes(on, helper, (row.starts_at - HOUR, row.starts_at + timedelta(seconds=1)))

    assert any(row.ref in line for line in visits.judge_live(on))


def test_a_move_by_hand_says_whose_agenda_is_against_it_and_no_more(on: Site):
    actor = coordinator(on)
    row, choice = next(
        (row, one)
        for row in visits_of(on)
        for one in visits.slots_for(on, actor, row.public_id)
        if not one.changes_helper
    )
    helper = helpers(on)[row.peer_helper_id]
    takes(on, helper, (choice.start, choice.start + HOUR))
    local = choice.start.astimezone(ZONE)
    asked = visits.slot_at(on, actor, row.public_id, local.date(), local.hour * 60 + local.minute)
    said = objection_lines(asked, week_view.names(on, actor), Speech("fr", ZONE))

    assert asked.slot == choice.id
    assert asked.against == (Objection("OWN_CALENDAR", helper.ref),)
    assert said == (Speech("fr", ZONE).gettext(OBJECTIONS["OWN_CALENDAR"], who=helper.display_name),)
    assert choice.id not in [one.id for one in visits.slots_for(on, actor, row.public_id)]
    with pytest.raises(errors.RuleBroken):
        visits.move(on, actor, row.public_id, choice.id)


def test_outside_the_hours_that_somebody_gave_their_agenda_is_not_spoken_of(on: Site):
    actor, row = coordinator(on), visits_of(on)[0]
    helper = helpers(on)[row.peer_helper_id]
    night = datetime.combine(day_of(row), datetime.min.time(), ZONE).replace(hour=3)
    takes(on, helper, (night, night + HOUR))
    asked = visits.slot_at(on, actor, row.public_id, night.date(), 180)

    assert Objection("V1", helper.ref) in asked.against
    assert "OWN_CALENDAR" not in [one.code for one in asked.against]


def test_the_week_shows_that_a_helper_is_taken_and_never_by_what(on: Site):
    row = visits_of(on)[0]
    helper = helpers(on)[row.peer_helper_id]
    midnight = datetime.combine(day_of(row), datetime.min.time(), ZONE)
    takes(on, helper, (midnight, midnight + timedelta(days=1)))
    view = visits.week(on, coordinator(on), day_of(row))
    (line,) = [one for one in view.rows if one.ref == helper.ref]
    (cell,) = [one for one in line.cells if one.day == day_of(row)]
    shown = [one for one in cell.appointments if one.kind == "own_calendar"]
    page = week_view.week(on, coordinator(on), START, day_of(row), Speech("fr", ZONE))

    assert shown
    assert (cell.hours, cell.free) == ((), ())
    assert all((one.place, one.place_id) == ("", None) for one in shown)
    assert "Occupé (son agenda)" in repr(page)
    assert "CANARY" not in repr((view, page))


def test_the_week_shows_only_what_an_agenda_takes_of_the_hours_that_were_given(on: Site):
    """From midnight to midnight it takes the helper; the windows of that day are all that is told."""
    row = visits_of(on)[0]
    helper = helpers(on)[row.peer_helper_id]
    before = visits.week(on, coordinator(on), day_of(row))
    midnight = datetime.combine(day_of(row), datetime.min.time(), ZONE)
    takes(on, helper, (midnight, midnight + timedelta(days=1)))
    after = visits.week(on, coordinator(on), day_of(row))

    def cell(view):
        (line,) = [one for one in view.rows if one.ref == helper.ref]
        return next(one for one in line.cells if one.day == day_of(row))

    told = [
        (one.start.hour * 60 + one.start.minute, one.end.hour * 60 + one.end.minute)
        for one in cell(after).appointments
        if one.kind == "own_calendar"
    ]
    assert tuple(told) == cell(before).hours


def test_a_helper_s_own_page_does_not_repeat_their_own_agenda(on: Site):
    row = visits_of(on)[0]
    helper = helpers(on)[row.peer_helper_id]
    midnight = datetime.combine(START - timedelta(days=7), datetime.min.time(), ZONE)
    takes(on, helper, (midnight, midnight + timedelta(days=28)))
    own = visits.agenda(on, Actor("peer_helper", helper.territory_id, None, helper.id))

    assert "own_calendar" not in repr(own)


def test_what_goes_to_a_calculation_holds_no_word_and_no_source(on: Site):
    row = visits_of(on)[0]
    helper = helpers(on)[row.peer_helper_id]
    takes(on, helper, (row.starts_at, row.ends_at))
    with on.db() as tx:
        territory = tx.exec(select(Territory)).one()
        instance = read_instance(tx, territory, now=on.clock.now(), start=START, weeks=4)
    sent = json.dumps(msgspec.to_builtins(instance, str_keys=True))

    assert isinstance(instance, Instance)
    assert "CANARY" not in sent
    assert "own_calendar" not in sent
