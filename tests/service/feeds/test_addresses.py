from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from litestar.testing import TestClient

from service import subscriptions
from service.app import create_app
from service.clock import ShiftedClock
from service.web.feeds import accepts_gzip, matches
from tests.service.feeds.builders import TODAY, Network, local, network, visit


@pytest.fixture
def seraing() -> Network:
    made = network()
    made.add(visit(made, "v1", "2027-01-12", 14))
    return made


@pytest.fixture
def secret(seraing) -> str:
    return subscriptions.subscribe(seraing.site, seraing.helper(), seraing.nadia, "minimal", "").secret


def client(of: Network) -> TestClient:
    return TestClient(create_app(of.site), base_url="https://fil.example")


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


def test_an_unknown_address_says_nothing(seraing):
    answer = get(seraing, "x" * 43)

    assert (answer.status_code, answer.content) == (404, b"")
    assert "set-cookie" not in answer.headers


def test_an_address_without_its_ending_is_unknown(seraing, secret):
    with client(seraing) as browser:
        assert browser.get(f"/f/{secret}").status_code == 404


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
