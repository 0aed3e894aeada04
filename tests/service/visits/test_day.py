"""A day hour by hour says what the week says, with the ways between."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from service import visits
from service.errors import NotAllowed
from service.site import Actor, Site
from service.web import day_view
from service.web.speech import Speech
from tests.service.visits.seraing import START, coordinator

SPEECH = Speech("fr", ZoneInfo("Europe/Brussels"))


@pytest.fixture
def busy(live: Site) -> date:
    """The first day with visits."""
    return min(one.day for one in visits.week(live, coordinator(live), START).rounds)


def test_every_visit_of_the_day_is_there_with_its_ways(live: Site, busy: date):
    week = visits.week(live, coordinator(live), START)
    shown = day_view.day(live, coordinator(live), busy, SPEECH)

    rounds = {one.name: one for one in week.rounds if one.day == busy}
    for helper in shown.helpers:
        stops = rounds[helper.name].stops if helper.name in rounds else ()
        assert [line.what for line in helper.entries if line.href] == [stop.pseudonym for stop in stops]
        ways = sum(bool(stop.way) for stop in stops) + bool(stops and rounds[helper.name].back)
        assert sum(line.is_way for line in helper.entries) == ways
        assert helper.drawing.count('class="visit"') == len(stops)
    assert shown.placed == sum(len(one.stops) for one in rounds.values()) > 0
    assert shown.travel == sum(one.travel for one in rounds.values())


def test_the_day_stands_between_its_neighbours_in_its_week(live: Site, busy: date):
    shown = day_view.day(live, coordinator(live), busy, SPEECH)

    assert (shown.previous, shown.next) == (busy - timedelta(days=1), busy + timedelta(days=1))
    assert shown.monday == START


def test_the_day_is_the_coordinators(live: Site, busy: date):
    actor = coordinator(live)
    with pytest.raises(NotAllowed):
        day_view.day(live, Actor("peer_helper", actor.territory_id), busy, SPEECH)
