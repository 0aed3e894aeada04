from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from service.feeds import every_feed
from tests.service.feeds.builders import (
    TODAY,
    WRITTEN,
    Network,
    away,
    called_off,
    closed,
    hosting,
    local,
    meeting,
    network,
    open_session,
    situation,
    taking_part,
    visit,
)
from tests.service.feeds.golden import GOLDEN, STORIES, body, busy_month, written


@pytest.fixture
def seraing() -> Network:
    return network()


def entries(of: Network, owner: int | None, level: str = "minimal", day: date = TODAY, language: str = "fr"):
    return Calendar.from_ical(body(of, owner, level, day, language)).walk("VEVENT")


def summaries(of: Network, owner: int | None, level: str = "minimal", **more):
    return [str(entry["SUMMARY"]) for entry in entries(of, owner, level, **more)]


@pytest.mark.parametrize("name", sorted(STORIES))
def test_the_feed_is_the_golden_one(name):
    assert written(name) == (GOLDEN / f"{name}.ics").read_bytes(), (
        "read the change, then: python -m tests.service.feeds.golden"
    )


def test_the_same_rows_give_the_same_bytes_all_week_and_move_on_monday(seraing):
    busy_month(seraing)
    days = [TODAY + timedelta(days=n) for n in range(7)]

    assert len({body(seraing, seraing.nadia, day=day) for day in days}) == 1
    assert body(seraing, seraing.cafe, day=TODAY + timedelta(weeks=1)) != body(seraing, seraing.cafe)


@pytest.mark.parametrize(
    ("level", "summary", "location"),
    [
        ("busy", "Occupé", None),
        ("minimal", "Rencontre SER-B001", None),
        ("initials", "Rencontre avec D. (SER-B001)", None),
        ("place", "Rencontre SER-B001", "Café Bavard – place des Verriers, rue Gony"),
    ],
)
def test_each_level_says_more_to_the_helper(seraing, level, summary, location):
    seraing.add(visit(seraing, "v1", "2027-01-12", 14, place_kind="place", place_id=seraing.cafe))
    [entry] = entries(seraing, seraing.nadia, level)

    assert (str(entry["SUMMARY"]), entry.get("LOCATION")) == (summary, location)


def test_only_the_persons_own_feed_names_people_and_home(seraing):
    seraing.add(visit(seraing, "v1", "2027-01-12", 14, second_helper_id=seraing.omar))
    [entry] = entries(seraing, seraing.dalia, "plain")

    assert str(entry["SUMMARY"]) == "Rencontre avec Nadia et Omar"
    assert str(entry["LOCATION"]) == "Chez vous"


@pytest.mark.parametrize("level", ["busy", "minimal", "initials", "place", "plain"])
def test_no_level_tells_an_address_or_where_somebody_is_cared_for(seraing, level):
    seraing.add(
        visit(seraing, "v1", "2027-01-12", 14),
        visit(seraing, "v2", "2027-01-13", 14, place_kind="place", place_id=seraing.ward),
    )
    owner = seraing.dalia if level == "plain" else seraing.nadia

    assert b"Molinay" not in body(seraing, owner, level)
    assert (b"psychiatrique" in body(seraing, owner, level)) == (level == "plain")
    assert (b"Dalia" not in body(seraing, owner, level)) or level == "plain"


@pytest.mark.parametrize("level", ["busy", "minimal"])
def test_the_levels_that_say_least_name_nobody_and_no_street(seraing, level):
    busy_month(seraing)
    owners = (seraing.nadia, seraing.omar, seraing.dalia, seraing.claire, seraing.cafe, seraing.ward, None)
    written = b"".join(body(seraing, owner, level) for owner in owners).replace(b"\r\n ", b"").decode()

    assert written.count("BEGIN:VEVENT") > len(owners)
    assert [
        name for name in ("Dalia", "Nadia", "Omar", "Claire", "Maréchal", "Molinay", "rue Gony") if name in written
    ] == []


def test_a_plan_that_is_not_published_stays_with_the_coordinator(seraing):
    seraing.add(visit(seraing, "v1", "2027-01-12", 14, status="planned", published_at=None))

    assert entries(seraing, seraing.nadia) == []


def test_a_visit_called_off_stays_thirty_days_says_so_and_takes_no_time(seraing):
    seraing.add(visit(seraing, "v1", "2027-02-23", 14, status="cancelled", reason="by_person", sequence=1))
    [entry] = entries(seraing, seraing.nadia, "initials")

    assert str(entry["SUMMARY"]) == "Annulé\u00a0: Rencontre SER-B001"
    assert (str(entry["STATUS"]), str(entry["TRANSP"]), entry["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 1)
    assert len(entries(seraing, seraing.nadia, day=date(2027, 2, 1))) == 1
    assert entries(seraing, seraing.nadia, day=date(2027, 2, 8)) == []


def test_a_visit_that_nobody_came_to_looks_like_one_that_took_place(seraing):
    seraing.add(visit(seraing, "v1", "2026-12-29", 14, status="not_held", reason="person_absent"))
    [entry] = entries(seraing, seraing.nadia)

    assert str(entry["STATUS"]) == "CONFIRMED"


def test_a_feed_looks_thirty_days_back_and_twenty_six_weeks_ahead(seraing):
    days = ("2026-12-04", "2026-12-05", "2027-07-05", "2027-07-06")
    seraing.add(*(visit(seraing, f"v{day}", day, 14) for day in days))

    assert [entry["UID"] for entry in entries(seraing, seraing.nadia)] == [
        "v2026-12-05@fil.example",
        "v2027-07-05@fil.example",
    ]


def test_a_visit_that_moves_keeps_its_uid_and_raises_its_sequence(seraing):
    row = visit(seraing, "v1", "2027-01-12", 14)
    seraing.add(row)
    before = body(seraing, seraing.nadia)
    row.starts_at, row.ends_at, row.sequence = local("2027-01-13", 10), local("2027-01-13", 11), 1
    row.changed_at = WRITTEN + timedelta(days=1)
    seraing.change(row)
    [entry] = entries(seraing, seraing.nadia)

    assert (entry["UID"], entry["SEQUENCE"]) == ("v1@fil.example", 1)
    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt == WRITTEN + timedelta(days=1)
    assert body(seraing, seraing.nadia) != before


def test_everybody_sees_their_own_and_nobody_elses(seraing):
    seraing.add(visit(seraing, "v1", "2027-01-12", 14, professional_id=seraing.claire))
    seen = {who: len(entries(seraing, getattr(seraing, who))) for who in ("nadia", "dalia", "claire", "omar", "cafe")}

    assert seen == {"nadia": 1, "dalia": 1, "claire": 1, "omar": 0, "cafe": 0}
    assert entries(seraing, None) == []


def test_a_person_sees_the_concertation_they_are_invited_to(seraing):
    about = situation(seraing)
    seraing.add(
        meeting(seraing, "SER-M001", "concertation", "2027-01-11", 9, situation_id=about, person_invited=True),
        meeting(seraing, "SER-M002", "concertation", "2027-01-12", 9, situation_id=about),
    )

    assert summaries(seraing, seraing.dalia) == ["Réunion SER-M001"]
    assert summaries(seraing, seraing.dalia, "plain") == ["Concertation"]


def test_the_feed_of_a_room_says_of_a_concertation_only_that_it_is_taken(seraing):
    seraing.add(
        meeting(seraing, "SER-M001", "concertation", "2027-01-11", 9, situation_id=situation(seraing)),
        meeting(seraing, "SER-M020", "public_event", "2027-01-12", 9),
    )

    assert summaries(seraing, seraing.cafe) == ["Salle réservée", "Titre SER-M020"]
    assert summaries(seraing, None) == ["Titre SER-M020"]


def test_a_series_skips_public_holidays_and_days_the_place_is_closed(seraing):
    seraing.add(open_session(seraing))
    closed(seraing, "2027-05-18")
    away(seraing, seraing.cafe, "2027-02-09", "2027-02-10")
    away(seraing, seraing.cafe, "2027-02-16", "2027-02-16", (540, 720))
    [entry] = entries(seraing, seraing.cafe)

    assert [at.dt.date() for part in entry["EXDATE"] for at in part.dts] == [date(2027, 2, 9), date(2027, 5, 18)]
    assert entry["RRULE"].to_ical() == b"FREQ=WEEKLY;UNTIL=20270629T143000Z;BYDAY=TU"


def test_a_session_called_off_is_shown_as_called_off(seraing):
    session = open_session(seraing)
    seraing.add(session)
    called_off(seraing, session, "2027-01-19")
    hosting(seraing, session, "2027-01-19", seraing.nadia)
    series, off = entries(seraing, seraing.cafe)

    assert str(off["SUMMARY"]) == "Annulé\u00a0: Café Bavard"
    assert off["RECURRENCE-ID"].dt == off["DTSTART"].dt == local("2027-01-19", 16, 30)
    assert (series["SEQUENCE"], off["SEQUENCE"], str(off["STATUS"])) == (0, 1, "CANCELLED")
    assert summaries(seraing, seraing.nadia) == ["Annulé\u00a0: Permanence SER-S01"]


def test_a_host_slot_rises_with_each_change_of_its_own_and_of_its_day(seraing):
    session = open_session(seraing, sequence=2)
    seraing.add(session)
    slot = hosting(seraing, session, "2027-01-12", seraing.nadia, "proposed")
    seen = [told(seraing)]
    slot.status, slot.sequence, slot.changed_at = "confirmed", 1, WRITTEN + timedelta(hours=1)
    seraing.change(slot)
    seen.append(told(seraing))
    day = called_off(seraing, session, "2027-01-12", WRITTEN + timedelta(hours=2))
    seen.append(told(seraing))
    day.status, day.sequence, day.changed_at = "planned", 1, WRITTEN + timedelta(hours=3)
    seraing.change(day)
    seen.append(told(seraing))

    assert [status for status, _, _ in seen] == ["TENTATIVE", "CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [sequence for _, sequence, _ in seen] == [2, 3, 4, 5]
    assert [stamp for _, _, stamp in seen] == [WRITTEN + timedelta(hours=hours) for hours in range(4)]


def told(of: Network):
    """Status, sequence and stamp of the one entry of Nadia's feed."""
    [entry] = entries(of, of.nadia)
    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt
    return str(entry["STATUS"]), entry["SEQUENCE"], entry["DTSTAMP"].dt


def test_a_series_is_stamped_with_the_day_that_was_called_off_last(seraing):
    session = open_session(seraing)
    seraing.add(session)
    called_off(seraing, session, "2027-01-19", WRITTEN + timedelta(days=3))
    series, off = entries(seraing, seraing.cafe)

    assert series["LAST-MODIFIED"].dt == off["LAST-MODIFIED"].dt == WRITTEN + timedelta(days=3)


def test_a_series_of_which_every_day_is_closed_is_left_out(seraing):
    seraing.add(open_session(seraing, valid_from=date(2027, 1, 5), valid_until=date(2027, 1, 12)))
    closed(seraing, "2027-01-05")
    closed(seraing, "2027-01-12")

    assert entries(seraing, seraing.cafe) == []


def test_a_yearly_meeting_without_end_is_told_for_the_horizon(seraing):
    row = meeting(seraing, "SER-M006", "local_council", "2026-03-18", 18, rrule="FREQ=YEARLY")
    seraing.add(row)
    taking_part(seraing, row, seraing.nadia)
    [entry] = entries(seraing, seraing.nadia)

    assert entry["DTSTART"].dt == local("2027-03-18", 18)
    assert entry["RRULE"]["UNTIL"] == [datetime.fromisoformat("2027-03-18T17:00:00+00:00")]
    assert entry["LAST-MODIFIED"].dt == local("2027-01-04", 0)


@pytest.mark.parametrize(
    ("today", "before", "after"),
    [(date(2026, 10, 5), "2026-10-20", "2026-10-27"), (date(2027, 3, 1), "2027-03-23", "2027-03-30")],
)
def test_ten_o_clock_stays_ten_o_clock_when_the_clock_changes(seraing, today, before, after):
    seraing.add(visit(seraing, "v1", before, 10), visit(seraing, "v2", after, 10), open_session(seraing))
    found = [entry["DTSTART"].dt for entry in entries(seraing, seraing.nadia, day=today)]
    [series] = entries(seraing, seraing.cafe, day=today)

    assert found == [local(before, 10), local(after, 10)]
    assert found[1] - found[0] != timedelta(weeks=1)
    assert f"{series['DTSTART'].dt:%H:%M}" == "16:30"
    assert series["DTSTART"].params["TZID"] == "Europe/Brussels"


def test_the_texts_are_in_the_readers_language(seraing):
    seraing.add(visit(seraing, "v1", "2027-01-12", 14))

    assert summaries(seraing, seraing.nadia, "busy", language="nl") == ["Bezet"]
    assert summaries(seraing, seraing.nadia, "minimal", language="en") == ["Visit SER-B001"]


def test_the_demonstration_gets_a_file_for_everybody(seraing):
    busy_month(seraing)
    with seraing.site.db() as tx:
        files = dict(every_feed(tx, seraing.territory, "fr", TODAY))

    assert sorted(files) == [
        "helper-SER-H01.ics",
        "helper-SER-H02.ics",
        "person-SER-P001.ics",
        "place-SER-L01.ics",
        "place-SER-L09.ics",
        "professional-SER-W01.ics",
        "territory-BE-SER.ics",
    ]
    assert files["helper-SER-H01.ics"] == body(seraing, seraing.nadia)
    assert all(b"LOCATION" not in file and b"TZID:Europe/Brussels" in file for file in files.values())
