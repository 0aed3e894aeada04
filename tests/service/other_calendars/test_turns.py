"""Agendas read again by themselves: when, by whom, what stays when they break."""

from __future__ import annotations

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from service import other_calendar_turns, other_calendars
from service.clock import FixedClock
from service.errors import NotFound, StepNotAllowed
from service.other_calendar_rows import after_a_while
from service.other_calendar_turns import LEASE, read_due, read_now
from service.other_calendar_words import WHY
from service.site import Site
from service.tables.people import PeerHelper
from tests.service.other_calendars.builders import TUESDAY_NINE, URL, Nadia, agenda, hour, nadia
from tests.service.other_calendars.outside import Internet, saying

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def she(sqlite_site: Site, web: Internet) -> Nadia:
    """With an agenda that was just read."""
    return given(nadia(sqlite_site), web)


def given(made: Nadia, web: Internet) -> Nadia:
    web.says(agenda(TUESDAY_NINE), ETag='"1"', Last_Modified="Mon, 04 Jan 2027 06:00:00 GMT")
    other_calendars.add_address(made.site, made.actor, URL, web.outside())
    web.asked.clear()
    return made


def turn(made: Nadia, web: Internet) -> int:
    return read_due(made.site, web.outside(), FixedClock(made.now))


def due(made: Nadia) -> datetime:
    found = made.row().next_at
    assert found is not None
    return found


def test_each_agenda_is_read_again_after_half_an_hour_more_or_less(she: Nadia, web: Internet):
    web.says(agenda(TUESDAY_NINE + HOUR))
    early, late = she.later(26 * MINUTE), she.later(33 * MINUTE)

    assert 27 * MINUTE <= due(she) - she.now <= 33 * MINUTE
    assert turn(early, web) == 0
    assert turn(late, web) == 1
    assert turn(late, web) == 0
    assert late.intervals() == [hour(TUESDAY_NINE + HOUR)]
    assert late.row().read_at == late.now


def test_pauses_differ_by_chance_so_that_not_all_come_at_once():
    pauses = {after_a_while(0) for _ in range(200)}

    assert len(pauses) > 20
    assert all(27 * MINUTE <= pause <= 33 * MINUTE for pause in pauses)


@pytest.mark.parametrize(("failures", "hours"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (9, 24), (5000, 24)])
def test_after_each_failure_the_pause_doubles_up_to_a_day(failures: int, hours: int):
    pause = after_a_while(failures)

    assert min(0.9 * hours, 19) * HOUR <= pause <= min(1.1 * hours, 24) * HOUR


def test_what_the_other_side_asks_for_is_waited_out(she: Nadia, web: Internet):
    web.says(b"", "429 Too Many Requests", Retry_After="100000")
    late = she.later(HOUR)
    turn(late, web)

    assert due(late) - late.now == timedelta(seconds=100000)


def test_unchanged_content_is_not_sent_and_what_was_read_stays(she: Nadia, web: Internet):
    web.says(b"", "304 Not Modified")
    late = she.later(HOUR)

    assert turn(late, web) == 1
    assert 'If-None-Match: "1"' in web.asked[0]
    assert late.intervals() == [hour(TUESDAY_NINE)]
    assert (late.row().read_at, late.row().changed_at) == (late.now, she.now)


def test_once_a_week_an_unchanged_agenda_is_read_whole_because_the_horizon_moves(she: Nadia, web: Internet):
    web.says(b"", "304 Not Modified")
    turn(she.later(6 * DAY), web)
    web.says(agenda(TUESDAY_NINE + 185 * DAY), ETag='"1"')
    late = she.later(7 * DAY)
    turn(late, web)

    assert "If-None-Match" in web.asked[0]
    assert "If-None-Match" not in web.asked[1]
    assert late.intervals() == [hour(TUESDAY_NINE + 185 * DAY)]


def test_a_source_that_breaks_keeps_its_last_good_reading_and_says_since_when_and_why(she: Nadia, web: Internet):
    web.says(b"", "410 Gone")
    first = she.later(HOUR)
    turn(first, web)
    second = first.later(2 * HOUR)
    turn(second, web)
    (one,) = other_calendars.own(second.site, second.actor).calendars

    assert second.intervals() == [hour(TUESDAY_NINE)]
    assert (one.broken_since, one.why, one.read_at) == (first.now, WHY["url"]["GONE"], she.now)
    assert second.row().failures == 2

    web.says(agenda(TUESDAY_NINE + DAY))
    third = second.later(5 * HOUR)
    turn(third, web)
    (one,) = other_calendars.own(third.site, third.actor).calendars

    assert (one.broken_since, one.why, third.row().failures) == (None, "", 0)
    assert third.intervals() == [hour(TUESDAY_NINE + DAY)]


def test_an_agenda_that_does_not_parse_any_more_is_broken_too(she: Nadia, web: Internet):
    web.says(b"<html>Connexion</html>")
    late = she.later(HOUR)
    turn(late, web)

    assert late.row().problem == "NOT_A_CALENDAR"
    assert late.intervals() == [hour(TUESDAY_NINE)]


def test_an_address_that_no_longer_opens_is_broken_and_stops_nobody(she: Nadia, web: Internet):
    row = she.row()
    with she.site.db.begin() as tx:
        tx.merge(row).url_sealed = b"x" * 40
    late = she.later(HOUR)

    assert turn(late, web) == 1
    assert (late.row().problem, web.asked) == ("FAILED", [])


def test_switched_off_nothing_is_fetched_any_more(she: Nadia, web: Internet):
    she.switch(on=False)

    assert turn(she.later(HOUR), web) == 0
    assert web.asked == []
    with pytest.raises(StepNotAllowed):
        read_now(she.site, she.actor, she.row().public_id, web.outside())


def test_a_reading_that_ends_after_the_agenda_was_taken_back_writes_nothing(she: Nadia, web: Internet):
    web.answer = meanwhile(lambda: other_calendars.remove(she.site, she.actor, she.row().public_id))

    assert turn(she.later(HOUR), web) == 0
    assert (she.rows(), she.intervals()) == ([], [])


def test_a_reading_that_ends_after_the_switch_writes_nothing(she: Nadia, web: Internet):
    web.answer = meanwhile(lambda: she.switch(on=False))

    assert turn(she.later(HOUR), web) == 0
    assert she.intervals() == [hour(TUESDAY_NINE)]


def meanwhile(happens):
    """A server that answers after something happened here."""
    answer = saying(agenda(TUESDAY_NINE + DAY))

    def act_and_answer(connection: ssl.SSLSocket, question: str) -> None:
        happens()
        answer(connection, question)

    return act_and_answer


def test_two_processes_never_read_the_same_agenda_at_once(site: Site, web: Internet):
    """On both engines: while one waits for the other side, the other finds nothing to do; eight at once, one reads."""
    she = given(nadia(site), web)
    late = she.later(HOUR)
    inside, go_on = threading.Event(), threading.Event()

    def wait_and_answer(connection: ssl.SSLSocket, question: str) -> None:
        inside.set()
        go_on.wait()
        saying(agenda(TUESDAY_NINE + DAY))(connection, question)

    web.answer = wait_and_answer
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(turn, late, web)
        inside.wait()
        others = [pool.submit(turn, late, web) for _ in range(7)]
        assert [one.result() for one in others] == [0] * 7
        go_on.set()
        assert first.result() == 1

    assert len(web.asked) == 1
    assert late.intervals() == [hour(TUESDAY_NINE + DAY)]


def test_of_eight_that_reach_for_an_agenda_at_once_one_gets_it(site: Site, web: Internet):
    late = given(nadia(site), web).later(HOUR)
    machine, name = FixedClock(late.now), late.row().public_id
    ready = threading.Barrier(8)

    def reach(_number: int) -> bool:
        ready.wait()
        return other_calendar_turns._take(late.site, name, machine) is not None  # pyright: ignore[reportPrivateUsage]

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(reach, range(8))) == 1


def test_the_agenda_of_a_process_that_died_is_read_once_its_lease_is_over(she: Nadia, web: Internet):
    late = she.later(HOUR)
    other_calendar_turns._take(late.site, late.row().public_id, FixedClock(late.now))  # pyright: ignore[reportPrivateUsage]

    assert turn(late, web) == 0
    assert turn(late.later(LEASE - MINUTE), web) == 0
    assert turn(late.later(LEASE), web) == 1


def test_a_process_that_wakes_up_after_another_read_in_its_place_writes_nothing(she: Nadia, web: Internet):
    late = she.later(HOUR)
    slow = other_calendar_turns._take(late.site, late.row().public_id, FixedClock(late.now))  # pyright: ignore[reportPrivateUsage]
    assert slow is not None
    assert turn(late.later(LEASE), web) == 1
    row = late.row()

    assert not other_calendar_turns._write(late.site, slow, other_calendar_turns.Outcome(found=[]))  # pyright: ignore[reportPrivateUsage]
    assert late.row() == row
    assert late.intervals() == [hour(TUESDAY_NINE)]


def test_one_s_own_agenda_can_be_read_at_once(she: Nadia, web: Internet):
    web.says(agenda(TUESDAY_NINE + DAY))
    read_now(she.site, she.actor, she.row().public_id, web.outside())

    assert she.intervals() == [hour(TUESDAY_NINE + DAY)]
    with pytest.raises(NotFound):
        read_now(she.site, replace(she.actor, party_id=9999), she.row().public_id, web.outside())


def test_a_file_is_not_read_again(sqlite_site: Site, web: Internet):
    she = nadia(sqlite_site)
    made = other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE))

    assert turn(she.later(30 * DAY), web) == 0
    with pytest.raises(NotFound):
        read_now(she.site, she.actor, made, web.outside())


def test_what_is_over_goes_by_itself_also_when_the_source_is_a_file(sqlite_site: Site, web: Internet):
    she = nadia(sqlite_site)
    other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE, TUESDAY_NINE + 10 * DAY))
    turn(she.later(8 * DAY), web)
    kept = she.intervals()
    turn(she.later(10 * DAY), web)

    assert len(kept) == 2
    assert she.intervals() == [hour(TUESDAY_NINE + 10 * DAY)]


def test_the_agendas_of_a_helper_who_left_go_by_themselves(she: Nadia, web: Internet):
    with she.site.db.begin() as tx:
        tx.exec(select(PeerHelper).where(PeerHelper.id == she.actor.party_id)).one().status = "left"
    turn(she, web)

    assert (she.rows(), she.intervals(), web.asked) == ([], [], [])


def test_stopped_between_two_agendas_the_second_waits(she: Nadia, web: Internet):
    other_calendars.add_address(she.site, she.actor, URL, web.outside())
    web.asked.clear()
    late, ending = she.later(HOUR), threading.Event()
    web.answer = meanwhile(ending.set)

    assert read_due(late.site, web.outside(), FixedClock(late.now), ending) == 1
    assert len(web.asked) == 1


def test_the_thread_ends_with_the_server(she: Nadia):
    with other_calendar_turns.watched(she.site):
        assert "agendas" in {thread.name for thread in threading.enumerate()}
    assert "agendas" not in {thread.name for thread in threading.enumerate()}
