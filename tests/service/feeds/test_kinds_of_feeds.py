"""Each kind of feed, and what a network lets them say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from icalendar import Calendar
from sqlmodel import select

from calendars.feed import render
from calendars.reading import busy
from service import calendar_choices, codes, feed_levels, feeds
from service.calendar_choices import Choices
from service.errors import NotAllowed, NotFound
from service.feeds import Shown, calendar_for, freebusy_for
from service.tables.people import Place
from service.tables.territory import NetworkSetting
from service.tables.work import AuditEntry
from tests.service.feeds.builders import (
    TODAY,
    WRITTEN,
    Network,
    called_off,
    hosting,
    local,
    meeting,
    network,
    open_session,
    situation,
    taking_part,
    visit,
)
from tests.service.feeds.golden import busy_month


@pytest.fixture
def seraing() -> Network:
    return network()


def shown(of: Network, kind: str, owner: int | None = None, level: str = "minimal", **more) -> Shown:
    return Shown(of.territory, kind, owner, level, key="k", **more)


def written(of: Network, what: Shown, day: date = TODAY) -> bytes:
    with of.site.db() as tx:
        return render(calendar_for(tx, what, day))


def entries(of: Network, what: Shown, day: date = TODAY):
    return Calendar.from_ical(written(of, what, day)).walk("VEVENT")


def summaries(of: Network, what: Shown) -> list[str]:
    return [str(entry["SUMMARY"]) for entry in entries(of, what)]


def decide(of: Network, **choices) -> None:
    calendar_choices.choose(of.site, of.coordinator(), Choices(**choices))


def every_kind(of: Network, level: str) -> list[Shown]:
    """An address of each kind that may have this level."""
    group = meeting(of, "SER-M030", "working_group", "2027-01-20", 15)
    of.add(group)
    owners = {"own": of.dalia, "busy": of.dalia, "place": of.cafe}
    found = [
        shown(of, kind, owners.get(kind), level, meeting_id=group.id if kind == "working_group" else None)
        for kind in codes.FEED_KINDS
        if level in feed_levels.levels_of(kind, "person" if kind == "own" else None)
    ]
    return [*found, shown(of, "own", of.nadia, level)] if level != "plain" else found


# Taken hours


def test_the_busy_feed_tells_neither_how_many_appointments_there_are_nor_of_what_kind(seraing):
    supervision = meeting(seraing, "SER-M014", "supervision", "2027-01-12", 15)
    seraing.add(visit(seraing, "v1", "2027-01-12", 14), visit(seraing, "v2", "2027-01-12", 17), supervision)
    taking_part(seraing, supervision, seraing.nadia)
    [entry] = entries(seraing, shown(seraing, "busy", seraing.nadia, "busy"))

    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (local("2027-01-12", 14), local("2027-01-12", 18))
    assert str(entry["SUMMARY"]) == "Occupé"
    assert entry.get("LOCATION") is None


def test_a_taken_stretch_is_known_by_the_address_and_its_start(seraing):
    seraing.add(visit(seraing, "v1", "2027-01-12", 14))
    mine = shown(seraing, "busy", seraing.nadia, "busy")
    [entry] = entries(seraing, mine)
    [other] = entries(seraing, replace(mine, key="another"))

    assert entry["UID"] == "k-20270112T130000Z@lefil"
    assert other["UID"] == "another-20270112T130000Z@lefil"


def test_any_change_behind_the_busy_feed_stamps_all_its_stretches(seraing):
    away_from_it = visit(seraing, "v2", "2027-01-13", 14)
    seraing.add(visit(seraing, "v1", "2027-01-12", 14), away_from_it)
    away_from_it.status, away_from_it.reason, away_from_it.changed_at = "cancelled", "by_person", local("2027-01-05", 9)
    seraing.change(away_from_it)
    [entry] = entries(seraing, shown(seraing, "busy", seraing.nadia, "busy"))

    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt == local("2027-01-05", 9)
    assert entry["SEQUENCE"] == 0


def test_the_busy_feed_has_the_hours_of_series_and_of_host_slots(seraing):
    session = open_session(seraing)
    weekly = meeting(
        seraing, "SER-M002", "intervision", "2027-01-11", 9, rrule="FREQ=WEEKLY;UNTIL=20270125T235959", place_id=None
    )
    seraing.add(session, weekly)
    taking_part(seraing, weekly, seraing.nadia)
    hosting(seraing, session, "2027-01-12", seraing.nadia)
    hosting(seraing, session, "2027-01-19", seraing.nadia)
    called_off(seraing, session, "2027-01-19")

    assert [entry["DTSTART"].dt for entry in entries(seraing, shown(seraing, "busy", seraing.nadia, "busy"))] == [
        local("2027-01-11", 9),
        local("2027-01-12", 16, 30),
        local("2027-01-18", 9),
        local("2027-01-25", 9),
    ]


def test_the_free_busy_answer_has_the_hours_of_the_busy_feed_and_nothing_else(seraing):
    busy_month(seraing)
    mine = shown(seraing, "busy", seraing.nadia, "busy")
    with seraing.site.db() as tx:
        body = freebusy_for(tx, mine, TODAY)
    hours = [
        (entry["DTSTART"].dt.astimezone(UTC), entry["DTEND"].dt.astimezone(UTC)) for entry in entries(seraing, mine)
    ]

    assert len(hours) > 5
    # Our own reader passes over what came from here.
    assert busy(body.replace(b"@lefil", b"@there"), local("2026-12-01", 0), local("2027-07-31", 0), UTC) == hours
    assert b"BEGIN:VFREEBUSY" in body
    assert b"SUMMARY" not in body
    assert b"UID:k-freebusy@lefil" in body


def test_an_address_that_shows_more_has_no_free_busy_answer(seraing):
    with seraing.site.db() as tx, pytest.raises(NotFound):
        freebusy_for(tx, shown(seraing, "own", seraing.nadia), TODAY)


def test_the_busy_feed_is_the_same_all_week_and_in_two_builds(seraing):
    busy_month(seraing)
    mine = shown(seraing, "busy", seraing.nadia, "busy")

    assert len({written(seraing, mine, TODAY + timedelta(days=n)) for n in range(7)}) == 1


# Working groups and the team


def test_a_working_group_is_all_meetings_of_its_title(seraing):
    first, second, other = (
        meeting(seraing, ref, "working_group", day, 15, title=title)
        for ref, day, title in (
            ("SER-M016", "2027-01-19", "Groupe de travail – statuts"),
            ("SER-M017", "2027-02-16", "Groupe de travail – statuts"),
            ("SER-M018", "2027-01-20", "Groupe de travail – charte"),
        )
    )
    seraing.add(first, second, other)
    group = shown(seraing, "working_group", meeting_id=first.id)

    assert [entry["UID"] for entry in entries(seraing, group)] == [first.uid, second.uid]
    assert summaries(seraing, group) == ["Groupe de travail"] * 2
    assert b"statuts" not in written(seraing, group)
    assert summaries(seraing, replace(group, level="place")) == ["Groupe de travail – statuts"] * 2
    assert "NAME:Groupe de travail – statuts" in written(seraing, replace(group, level="place")).decode()


def test_the_team_sees_every_published_visit_and_every_meeting_of_the_territory(seraing):
    decide(seraing, team=True)
    seraing.add(
        visit(seraing, "v1", "2027-01-12", 14),
        visit(seraing, "v2", "2027-01-13", 14, status="planned", published_at=None),
        meeting(seraing, "SER-M014", "supervision", "2027-01-14", 15),
    )

    assert summaries(seraing, shown(seraing, "team")) == ["Rencontre SER-B001", "Réunion SER-M014"]
    assert summaries(seraing, shown(seraing, "team", level="initials")) == ["Rencontre SER-B001 (N.)", "Supervision"]
    assert summaries(seraing, shown(seraing, "team", level="busy")) == ["Occupé", "Occupé"]


def test_the_team_sees_nothing_until_the_network_switches_it_on(seraing):
    seraing.add(visit(seraing, "v1", "2027-01-12", 14))

    assert entries(seraing, shown(seraing, "team")) == []


# Places


@pytest.mark.parametrize(
    ("street", "name"),
    [
        ("place des Verriers", "Café Bavard"),
        ("rue Gony", "Café Bavard – place des Verriers"),
        ("", "Café Bavard – place des Verriers"),
        ("Café Bavard – place des Verriers", "Café Bavard – place des Verriers"),
    ],
)
def test_below_the_level_of_places_the_name_of_a_place_leaves_out_its_street(seraing, street, name):
    with seraing.site.db.begin() as tx:
        place = tx.get_one(Place, seraing.cafe)
        place.street = street
        whole = place.name
    seraing.add(open_session(seraing, name=whole))
    cafe = shown(seraing, "place", seraing.cafe)

    assert summaries(seraing, cafe) == [name]
    assert f"\r\nNAME:{name}\r\n" in written(seraing, cafe).decode()
    assert summaries(seraing, replace(cafe, level="place")) == [whole]
    assert f"\r\nNAME:{whole}\r\n" in written(seraing, replace(cafe, level="place")).decode()


# What is called off


def test_a_feed_may_leave_out_what_is_called_off(seraing):
    session = open_session(seraing)
    seraing.add(
        visit(seraing, "v1", "2027-01-12", 14, status="cancelled", reason="by_person", sequence=1),
        meeting(seraing, "SER-M014", "public_event", "2027-01-14", 15, status="cancelled"),
        meeting(seraing, "SER-M015", "public_event", "2027-01-14", 15, status="cancelled", rrule="FREQ=WEEKLY;COUNT=3"),
        session,
    )
    called_off(seraing, session, "2027-01-19")
    hosting(seraing, session, "2027-01-19", seraing.nadia)
    mine, place = shown(seraing, "own", seraing.nadia), shown(seraing, "place", seraing.cafe)
    [left] = entries(seraing, replace(place, with_cancelled=False))

    assert len(entries(seraing, mine)) == 2
    assert entries(seraing, replace(mine, with_cancelled=False)) == []
    assert len(entries(seraing, place)) == 4
    assert [at.dt.date() for at in left["EXDATE"].dts] == [date(2027, 1, 19)]


# What a network forbids


@pytest.mark.parametrize(
    ("forbidden", "level", "read_at"),
    [
        ((), "plain", "plain"),
        (("plain",), "plain", "place"),
        (("plain", "place"), "plain", "initials"),
        (("plain", "place", "initials"), "plain", "minimal"),
        (("place",), "place", "minimal"),
        (("initials",), "initials", "minimal"),
        (("initials",), "place", "place"),
        (("initials", "place", "plain"), "minimal", "minimal"),
        (("initials", "place", "plain"), "busy", "busy"),
    ],
)
def test_what_is_forbidden_is_read_at_a_level_that_says_less_and_nothing_more(seraing, forbidden, level, read_at):
    decide(seraing, forbidden=frozenset(forbidden))
    seraing.add(visit(seraing, "v1", "2027-01-12", 14, place_kind="place", place_id=seraing.cafe))
    [entry] = entries(seraing, shown(seraing, "own", seraing.dalia, level))
    decide(seraing)
    [allowed] = entries(seraing, shown(seraing, "own", seraing.dalia, read_at))

    assert feed_levels.read_at(level, forbidden) == read_at
    assert (str(entry["SUMMARY"]), entry.get("LOCATION")) == (str(allowed["SUMMARY"]), allowed.get("LOCATION"))


def test_what_everything_falls_back_to_cannot_be_forbidden(seraing):
    for level in ("minimal", "busy"):
        with pytest.raises(NotAllowed):
            decide(seraing, forbidden=frozenset((level,)))


def test_only_the_coordination_decides(seraing):
    with pytest.raises(NotAllowed):
        calendar_choices.choose(seraing.site, seraing.helper(), Choices(team=True))


def test_a_decision_is_kept_with_its_author_and_only_when_it_differs(seraing):
    decide(seraing, forbidden=frozenset(("place",)))
    decide(seraing, forbidden=frozenset(("place",)), others=True)
    decide(seraing, forbidden=frozenset(("place",)), others=True)
    with seraing.site.db() as tx:
        rows = [(row.name, row.value) for row in tx.exec(select(NetworkSetting).order_by("id"))]
        log = [(entry.action, entry.record_id) for entry in tx.exec(select(AuditEntry).order_by("id"))]

    assert rows == [("feed_levels", {"forbidden": ["place"]}), ("other_calendars", {"on": True})]
    assert log == [("setting.changed", "feed_levels"), ("setting.changed", "other_calendars")]
    assert calendar_choices.choices(seraing.site, seraing.helper()) == Choices(frozenset(("place",)), others=True)


@pytest.mark.parametrize("value", [{}, {"forbidden": "place"}, {"forbidden": ["minimal", 3, "busy"]}, {"on": 1}])
def test_a_setting_that_makes_no_sense_forbids_and_opens_nothing(seraing, value):
    for name in ("feed_levels", "team_feed", "other_calendars"):
        seraing.add(NetworkSetting(territory_id=seraing.territory, name=name, value=value, changed_at=WRITTEN))

    assert calendar_choices.choices(seraing.site, seraing.helper()) == Choices()


# What no feed says


@pytest.mark.parametrize("level", codes.FEED_LEVELS)
def test_no_kind_of_feed_holds_what_does_not_belong_into_a_calendar(seraing, level):
    decide(seraing, team=True)
    busy_month(seraing)
    for what in every_kind(seraing, level):
        body = written(seraing, what)
        names = {line.split(b":")[0].split(b";")[0] for line in body.split(b"\r\n") if line[:1].isalpha()}

        assert b"BEGIN:VEVENT" in body, what
        assert not names & {b"RDATE", b"METHOD", b"ATTENDEE", b"ORGANIZER", b"SOURCE", b"GEO", b"DESCRIPTION"}, what
        assert b"Molinay" not in body, what
        assert b"TZID:Europe/Brussels" in body, what
        assert all(uid.endswith((b"@lefil", b"@fil.example")) for uid in uids(body)), what


def uids(body: bytes) -> list[bytes]:
    return [line for line in body.split(b"\r\n") if line.startswith(b"UID:")]


@pytest.mark.parametrize("level", ["busy", "minimal"])
def test_no_kind_of_feed_names_anybody_at_the_levels_that_say_least(seraing, level):
    decide(seraing, team=True)
    busy_month(seraing)
    bodies = b"".join(written(seraing, what) for what in every_kind(seraing, level)).replace(b"\r\n ", b"").decode()

    assert [name for name in ("Dalia", "Nadia", "Omar", "Claire", "Maréchal", "rue Gony") if name in bodies] == []


def test_every_kind_has_its_contents():
    assert set(feeds.CONTENTS) == set(codes.FEED_KINDS) == set(feed_levels.LEVELS)
    assert all("minimal" in levels or kind == "busy" for kind, levels in feed_levels.LEVELS.items())


def test_a_person_reads_their_concertation_at_every_level_of_theirs(seraing):
    seraing.add(
        meeting(
            seraing,
            "SER-M001",
            "concertation",
            "2027-01-11",
            9,
            situation_id=situation(seraing),
            person_invited=True,
            place_id=seraing.ward,
        )
    )
    said = {
        level: [
            (str(one["SUMMARY"]), one.get("LOCATION"))
            for one in entries(seraing, shown(seraing, "own", seraing.dalia, level))
        ]
        for level in codes.FEED_LEVELS
    }

    assert said == {
        "busy": [("Occupé", None)],
        "minimal": [("Réunion SER-M001", None)],
        "initials": [("Concertation", None)],
        "place": [("Concertation", None)],
        "plain": [("Concertation", "Hall de l'unité psychiatrique")],
    }
