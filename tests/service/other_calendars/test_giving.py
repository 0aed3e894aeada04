"""An agenda given by its address or as a file: tried at once, kept only when it reads, sealed, taken back whole."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select, text

from service import other_calendars
from service.access_attempts import TooManyTries
from service.busy_words import REFUSALS
from service.errors import CalendarRefused, NotAllowed, NotFound, StepNotAllowed
from service.other_calendar_rows import SETTING
from service.other_calendar_words import WHY
from service.site import Actor, Site
from service.tables.people import DataKey, Party
from service.tables.territory import NetworkSetting
from service.tables.work import AuditEntry
from tests.service.other_calendars.builders import TUESDAY_NINE, URL, Nadia, agenda, hour, nadia
from tests.service.other_calendars.outside import ADDRESS, NAME, Internet
from tests.service.record.builders import a_helper

DAY = timedelta(days=1)


@pytest.fixture
def she(sqlite_site: Site) -> Nadia:
    return nadia(sqlite_site)


def refused(made: Nadia, web: Internet, url: str = URL) -> str:
    with pytest.raises(CalendarRefused) as caught:
        other_calendars.add_address(made.site, made.actor, url, web.outside())
    assert str(caught.value) == WHY["url"][caught.value.code]
    return caught.value.code


def test_an_address_is_read_at_once_and_the_moments_taken_are_counted(she: Nadia, web: Internet):
    web.says(agenda(TUESDAY_NINE, TUESDAY_NINE + 7 * DAY, TUESDAY_NINE + 60 * DAY), ETag='"1"')
    other_calendars.add_address(she.site, she.actor, f" {URL}\n", web.outside())
    own = other_calendars.own(she.site, she.actor)

    assert own.on
    assert [(one.source, one.host, one.taken, one.why) for one in own.calendars] == [("url", NAME, 2, "")]
    assert she.intervals() == [hour(TUESDAY_NINE), hour(TUESDAY_NINE + 7 * DAY), hour(TUESDAY_NINE + 60 * DAY)]
    assert (she.row().etag, she.row().read_at) == ('"1"', she.now)


def test_only_a_week_back_and_half_a_year_ahead_are_kept(she: Nadia, web: Internet):
    """From midnight on of 28 December in Seraing, to midnight of 5 July: 26 weeks of which three have summer time."""
    web.says(agenda(*(TUESDAY_NINE + days * DAY for days in (-9, -8, -7, 180, 181, 182))))
    other_calendars.add_address(she.site, she.actor, URL, web.outside())

    assert she.intervals() == [hour(TUESDAY_NINE + days * DAY) for days in (-8, -7, 180)]


def test_the_address_lies_sealed_under_the_key_of_its_owner_and_is_nowhere_else(she: Nadia, web: Internet):
    web.says(agenda(TUESDAY_NINE))
    other_calendars.add_address(she.site, she.actor, URL, web.outside())
    row = she.row()
    with she.site.db.begin() as tx:
        place = other_calendars.sealed_at(row.public_id)
        assert she.site.seals.open(tx, she.actor.party_id or 0, place, row.url_sealed or b"") == URL
        with pytest.raises(ValueError, match="does not open"):
            she.site.seals.open(tx, she.actor.party_id or 0, other_calendars.sealed_at("other"), row.url_sealed or b"")
        tables = tx.connection().execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        everything = [str(tx.connection().execute(text(f'SELECT * FROM "{table}"')).all()) for table in tables]  # noqa: S608

    assert not any("tres-secret" in held for held in everything)
    assert not any("CANARY" in held for held in everything)


def test_nothing_is_kept_of_an_address_that_cannot_be_read(she: Nadia, web: Internet):
    web.says(b"<!DOCTYPE html><title>Connexion</title>", Content_Type="text/calendar")
    page = refused(she, web)
    web.says(b"")
    nothing = refused(she, web)
    web.says(agenda(TUESDAY_NINE), "401 Unauthorized")
    closed = refused(she, web)
    web.names[NAME] = ["127.0.0.1"]
    inside = refused(she, web)

    assert (page, nothing, closed, inside) == ("NOT_A_CALENDAR", "NOT_A_CALENDAR", "SIGN_IN", "NOT_PUBLIC")
    assert refused(she, web, "http://agenda.example.org/") == "NOT_HTTPS"
    assert (she.rows(), she.intervals()) == ([], [])


def test_every_code_has_a_sentence_that_says_what_to_do():
    of_a_fetch = {
        *("BAD_ADDRESS", "NOT_HTTPS", "UNKNOWN_HOST", "NOT_PUBLIC", "NO_ANSWER", "BAD_CERTIFICATE", "SLOW"),
        *("TOO_LARGE", "COMPRESSED", "TOO_MANY_REDIRECTS", "SIGN_IN", "GONE", "ASKED_TOO_OFTEN", "AWAY"),
        "ODD_ANSWER",
    }

    assert WHY["url"].keys() == of_a_fetch | REFUSALS.keys()
    assert WHY["file"] == REFUSALS


def test_a_file_is_read_once_and_the_next_one_takes_its_place(she: Nadia):
    other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE))
    other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE + DAY))
    (one,) = other_calendars.own(she.site, she.actor).calendars

    assert she.intervals() == [hour(TUESDAY_NINE + DAY)]
    assert (one.source, one.host, one.next_at) == ("file", "", None)


def test_a_file_that_does_not_read_leaves_the_one_before(she: Nadia):
    other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE))
    with pytest.raises(CalendarRefused) as caught:
        other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE, extra="RRULE:FREQ=SECONDLY"))

    assert caught.value.code == "TOO_FREQUENT"
    assert she.intervals() == [hour(TUESDAY_NINE)]


def test_more_moments_than_a_life_has_are_refused(she: Nadia):
    """Sixty apart from each other on each of 189 days are 11,340; fifty are 9,450."""
    first = TUESDAY_NINE.replace(year=2026, hour=0)

    def daily(count: int) -> bytes:
        starts = [first + timedelta(minutes=20 * number) for number in range(count)]
        return agenda(*starts, extra="RRULE:FREQ=DAILY").replace(b"DURATION:PT1H", b"DURATION:PT10M")

    with pytest.raises(CalendarRefused) as caught:
        other_calendars.add_file(she.site, she.actor, daily(60))
    assert caught.value.code == "TOO_MANY"
    other_calendars.add_file(she.site, she.actor, daily(50))
    assert len(she.intervals()) > 9000


def test_visits_of_our_own_that_come_back_do_not_count(she: Nadia):
    content = agenda(TUESDAY_NINE).replace(b"UID:0", b"UID:abc@lefil")
    other_calendars.add_file(she.site, she.actor, content)

    assert she.intervals() == []


def test_until_the_network_says_so_nothing_is_asked(she: Nadia, web: Internet):
    she.switch(on=False)

    with pytest.raises(StepNotAllowed):
        other_calendars.add_address(she.site, she.actor, URL, web.outside())
    with pytest.raises(StepNotAllowed):
        other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE))
    assert (web.resolved, she.rows()) == ([], [])
    assert not other_calendars.own(she.site, she.actor).on


@pytest.mark.parametrize("value", [{}, {"on": "true"}, {"on": 1}, {"off": True}])
def test_only_a_plain_yes_switches_it_on(value: dict[str, object], she: Nadia):
    with she.site.db.begin() as tx:
        tx.add(NetworkSetting(territory_id=she.actor.territory_id or 0, name=SETTING, value=value, changed_at=she.now))

    assert not other_calendars.own(she.site, she.actor).on


def test_an_agenda_switched_off_while_it_is_read_is_not_kept(she: Nadia, web: Internet):
    said = agenda(TUESDAY_NINE)

    def switch_off_and_answer(connection, _question: str) -> None:
        she.switch(on=False)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(said)}\r\n\r\n".encode()
        connection.sendall(head + said)

    web.answer = switch_off_and_answer
    with pytest.raises(StepNotAllowed):
        other_calendars.add_address(she.site, she.actor, URL, web.outside())
    assert she.rows() == []


def test_taken_back_nothing_of_it_is_left(she: Nadia, web: Internet):
    web.says(agenda(TUESDAY_NINE))
    made = other_calendars.add_address(she.site, she.actor, URL, web.outside())
    other_calendars.remove(she.site, she.actor, made)

    assert (she.rows(), she.intervals()) == ([], [])
    with she.site.db() as tx:
        actions = tx.exec(select(AuditEntry.action, AuditEntry.record_id).order_by(col(AuditEntry.id))).all()
    assert actions[-2:] == [("other_calendar.added", made), ("other_calendar.removed", made)]


def test_nobody_sees_or_takes_back_the_agenda_of_somebody_else(she: Nadia):
    made = other_calendars.add_file(she.site, she.actor, agenda(TUESDAY_NINE))
    omar = replace(she.actor, party_id=a_helper(she.site, she.actor.territory_id or 0, "Omar"))

    assert other_calendars.own(she.site, omar).calendars == ()
    with pytest.raises(NotFound):
        other_calendars.remove(she.site, omar, made)
    for role in ("coordinator", "person", "sysadmin"):
        with pytest.raises(NotAllowed):
            other_calendars.own(she.site, replace(she.actor, role=role))
    with pytest.raises(NotFound):
        other_calendars.remove(she.site, Actor("peer_helper", 99, None, she.actor.party_id), made)


def test_five_agendas_are_enough(she: Nadia, web: Internet):
    for _ in range(5):
        other_calendars.add_address(she.site, she.actor, URL, web.outside())
    with pytest.raises(StepNotAllowed):
        other_calendars.add_address(she.site, she.actor, URL, web.outside())
    assert len(she.rows()) == 5


def test_a_quarter_of_an_hour_has_ten_tries(she: Nadia, web: Internet):
    web.says(b"", "500 Oh")
    for _ in range(10):
        refused(she, web)
    with pytest.raises(TooManyTries):
        other_calendars.add_address(she.site, she.actor, URL, web.outside())

    assert len(web.asked) == 10
    assert refused(she.later(timedelta(minutes=15)), web) == "AWAY"


def test_erased_with_its_owner_the_address_does_not_open_any_more(she: Nadia, web: Internet):
    other_calendars.add_address(she.site, she.actor, URL, web.outside())
    row, owner = she.row(), she.actor.party_id or 0
    with she.site.db.begin() as tx:
        assert tx.get(DataKey, owner) is not None
        other_calendars.forget(tx, owner)
        she.site.seals.erase(tx, owner)
    with she.site.db() as tx, pytest.raises(ValueError, match="erased"):
        she.site.seals.open(tx, owner, other_calendars.sealed_at(row.public_id), row.url_sealed or b"")

    assert (she.rows(), she.intervals()) == ([], [])


def test_a_party_that_goes_takes_its_agendas_along(site: Site):
    """On both engines the database sees to it."""
    she = nadia(site)
    loner = replace(she.actor, party_id=a_helper(site, she.actor.territory_id or 0, "Omar"))
    other_calendars.add_file(site, loner, agenda(TUESDAY_NINE))
    with site.db.begin() as tx:
        tx.connection().execute(text(f"DELETE FROM peer_helper WHERE id = {loner.party_id}"))  # noqa: S608
        tx.delete(tx.get_one(Party, loner.party_id))

    assert (she.rows(), she.intervals()) == ([], [])


def test_logs_and_refusals_hold_neither_address_nor_content(
    she: Nadia, web: Internet, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG):
        web.says(agenda(TUESDAY_NINE, extra="RRULE:FREQ=HOURLY;X=CANARY"))
        with pytest.raises(CalendarRefused) as caught:
            other_calendars.add_address(she.site, she.actor, URL, web.outside())

    told = caplog.text + repr(caught.value) + str(caught.value)
    assert "CANARY" not in told
    assert "secret" not in told
    assert ADDRESS not in told
