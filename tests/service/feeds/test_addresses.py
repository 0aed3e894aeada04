from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from litestar.testing import TestClient
from sqlalchemy import delete, event

from service import feed_clients, subscriptions
from service.clock import ShiftedClock
from service.tables.feeds import FeedBody
from service.web.feeds import accepts_gzip, matches
from tests.service.feeds.builders import TODAY, Network, local, network, visit
from tests.service.web.servers import server


@pytest.fixture
def seraing() -> Network:
    made = network()
    made.add(visit(made, "v1", "2027-01-12", 14))
    return made


@pytest.fixture
def secret(seraing) -> str:
    return subscriptions.subscribe(seraing.site, seraing.helper(), seraing.nadia, "minimal", "").secret


def client(of: Network) -> TestClient:
    return TestClient(server(of.site), base_url="https://fil.example")


def get(of: Network, secret: str, method: str = "GET", **headers: str):
    wanted = {"accept-encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    with client(of) as browser:
        return browser.request(method, f"/f/{secret}.ics", headers=wanted)


def test_a_feed_is_private_unindexed_and_without_cookie(seraing, secret):
    answer = get(seraing, secret)

    assert answer.status_code == 200
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "set-cookie" not in answer.headers


def test_the_last_change_is_told_by_the_machines_clock(seraing, secret):
    now = datetime.now(UTC)
    ahead = replace(seraing, site=replace(seraing.site, clock=ShiftedClock(local("2027-01-04", 8) - now)))
    told = parsedate_to_datetime(get(ahead, secret).headers["last-modified"])

    # Its last change is the making of the address on the 4th at 8, which demo mode takes for now.
    assert now - timedelta(minutes=2) < told <= datetime.now(UTC)


def test_head_answers_like_get_without_a_body(seraing, secret):
    full, head = get(seraing, secret), get(seraing, secret, "HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == full.headers["etag"]
    assert head.headers["content-length"] == str(len(full.content))


def test_each_encoding_has_its_own_tag(seraing, secret):
    plain, zipped = get(seraing, secret), get(seraing, secret, accept_encoding="gzip")

    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert not plain.headers["etag"].startswith("W/")
    assert int(zipped.headers["content-length"]) < len(plain.content)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"a",W/{} , "b"', "*"])
def test_a_reader_who_has_it_already_gets_304(seraing, secret, form):
    tag = get(seraing, secret).headers["etag"]
    answer = get(seraing, secret, if_none_match=form.format(tag))

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag


def test_only_those_who_see_a_visit_read_again_when_it_moves(seraing, secret):
    other = subscriptions.subscribe(seraing.site, seraing.coordinator(), seraing.omar, "minimal", "").secret
    row = visit(seraing, "v2", "2027-01-13", 14)
    seraing.add(row)
    mine, theirs = get(seraing, secret).headers["etag"], get(seraing, other).headers["etag"]
    row.starts_at, row.ends_at, row.sequence = local("2027-01-14", 9), local("2027-01-14", 10), 1
    seraing.change(row)

    assert get(seraing, secret, if_none_match=mine).status_code == 200
    assert get(seraing, other, if_none_match=theirs).status_code == 304


def test_a_reader_who_only_keeps_dates_gets_304_too(seraing, secret):
    told = get(seraing, secret).headers["last-modified"]

    assert get(seraing, secret, if_modified_since=told).status_code == 304
    assert get(seraing, secret, if_modified_since="Mon, 04 Jan 2016 07:00:00 GMT").status_code == 200
    assert get(seraing, secret, if_modified_since=told, if_none_match='"other"').status_code == 200


def test_a_server_that_starts_anew_still_says_that_nothing_changed(seraing, secret):
    before = get(seraing, secret)
    again = replace(seraing, site=replace(seraing.site))

    assert get(again, secret, if_none_match=before.headers["etag"]).status_code == 304
    assert get(again, secret).content == before.content


def test_two_builds_are_equal_to_the_byte(seraing, secret):
    before = get(seraing, secret)
    with seraing.site.db.begin() as tx:
        tx.execute(delete(FeedBody))
    after = get(seraing, secret)

    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])


@pytest.fixture
def statements(seraing) -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []

    def note(*parts: object) -> None:
        asked.append(str(parts[2]))

    event.listen(seraing.site.db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(seraing.site.db.engine, "before_cursor_execute", note)


def test_nothing_changed_costs_one_question_and_so_does_an_unknown_address(seraing, secret, statements):
    with client(seraing) as browser:
        tag = browser.get(f"/f/{secret}.ics").headers["etag"]
        statements.clear()
        browser.get(f"/f/{secret}.ics", headers={"if-none-match": tag})
        known = list(statements)
        statements.clear()
        browser.get(f"/f/{'z' * 43}.ics")

    assert [word.split()[0] for word in known] == ["BEGIN", "SELECT"]
    # The guess is counted after its answer has left.
    assert statements[:2] == known
    assert all("attempt" in statement for statement in statements[2:] if not statement.startswith("BEGIN"))


def test_the_kind_of_calendar_is_kept_and_nothing_else_of_it(seraing, secret):
    get(seraing, secret, user_agent="iOS/18.1 (22B83) dataaccessd/1.0")

    [row] = subscriptions.of_owner(seraing.site, seraing.helper(), seraing.nadia)
    assert row.client == "apple"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Google-Calendar-Importer", "google"),
        ("macOS/15.1 (24B83) dataaccessd/1.0", "apple"),
        ("Mac_OS_X/10.9 CalendarAgent/174", "apple"),
        ("Microsoft Office/16.0 (Microsoft Outlook 16.0.17928; Pro)", "outlook"),
        ("Microsoft.Exchange/15.20", "outlook"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0", "thunderbird"),
        ("Nextcloud Server Crawler", "nextcloud"),
        ("ICSx5/2.2.2 (ical4j; okhttp)", "android"),
        ("DAVx5/4.4.4-ose", "android"),
        ("curl/8.5", "other"),
        ("", None),
    ],
)
def test_calendars_are_told_by_their_names(said, kind):
    assert feed_clients.kind(said) == kind


def test_search_engines_find_no_ban_on_calendars(seraing):
    with client(seraing) as browser:
        answer = browser.get("/robots.txt")
        page = browser.get("/entrer")

    assert (answer.status_code, answer.text) == (200, "User-agent: *\nDisallow:\n")
    assert page.headers["x-robots-tag"] == "noindex"


def test_an_unknown_address_says_nothing(seraing):
    answer = get(seraing, "x" * 43)

    assert (answer.status_code, answer.content) == (404, b"")
    assert "set-cookie" not in answer.headers


def test_an_address_without_its_ending_is_unknown(seraing, secret):
    with client(seraing) as browser:
        assert browser.get(f"/f/{secret}").status_code == 404


def test_a_busy_address_is_also_a_list_of_taken_hours(seraing):
    made = subscriptions.subscribe(seraing.site, seraing.helper(), seraing.nadia, "busy", "", kind="busy")
    with client(seraing) as browser:
        found = browser.get(f"/f/{made.secret}.ifb")
        again = browser.get(f"/f/{made.secret}.ifb", headers={"if-none-match": found.headers["etag"]})
        calendar = browser.get(f"/f/{made.secret}.ics")

    assert found.status_code == 200
    assert "FREEBUSY;FBTYPE=BUSY:20270112T130000Z/20270112T140000Z\r\n" in found.text
    assert again.status_code == 304
    assert calendar.text.count("BEGIN:VEVENT") == 1
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)
    with client(seraing) as browser:
        assert browser.get(f"/f/{made.secret}.ifb").status_code == 410
        assert "Abonnement arrêté" in browser.get(f"/f/{made.secret}.ics").text


def test_an_address_that_shows_more_has_no_list_of_taken_hours(seraing, secret):
    with client(seraing) as browser:
        assert browser.get(f"/f/{secret}.ifb").status_code == 404


def test_an_address_that_is_over_is_gone(seraing, secret):
    [row] = subscriptions.of_owner(seraing.site, seraing.helper(), seraing.nadia)
    subscriptions.revoke(seraing.site, seraing.helper(), row.public_id)
    later = seraing.on(TODAY + timedelta(days=30))

    assert "Abonnement arrêté" in get(seraing, secret).content.decode()
    assert (get(later, secret).status_code, get(later, secret).content) == (410, b"")


def test_who_guesses_is_slowed_down_and_who_knows_is_not(seraing, secret):
    with client(seraing) as browser:
        found = [browser.get(f"/f/{n:043}.ics").status_code for n in range(31)]
        known = browser.get(f"/f/{secret}.ics").status_code

    assert found == [404] * 30 + [429]
    assert known == 200


def test_an_address_is_read_sixty_times_an_hour_at_most(seraing, secret):
    with client(seraing) as browser:
        found = [browser.get(f"/f/{secret}.ics") for _ in range(61)]

    assert [answer.status_code for answer in found] == [200] * 60 + [429]
    assert 0 < int(found[-1].headers["retry-after"]) <= 3600


def test_no_secret_is_written_to_a_log(seraing, secret, caplog):
    caplog.set_level(logging.DEBUG)
    with client(seraing) as browser:
        browser.get(f"/f/{secret}.ics")
        browser.get(f"/f/{'y' * 43}.ics")
    ours = [record for record in caplog.records if record.name.startswith("lefil")]

    assert ours
    assert not any(secret in record.getMessage() or "y" * 43 in record.getMessage() for record in ours)


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*", True),
        ("*;q=0, gzip;q=1", True),
        ("identity", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(header, taken):
    assert accepts_gzip(header) is taken


def test_a_tag_inside_another_is_not_a_match():
    assert not matches(['"abcdef"'], '"abc"')
    assert not matches([], '"abc"')
