"""Tries are counted in the database, by account, address and site, and nobody is locked out for good."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from service import access, access_attempts, sign_ins
from service.access_attempts import TooManyTries, give_back, take
from service.errors import SignInFailed
from service.site import Site
from service.tables.access import Attempt, HalfSignIn, Letter, PasskeyChallenge, SignInLink, WebSession
from service.tables.work import AuditEntry
from tests.service.access.builders import BASE, EMAIL, HERE, NOW, PASSWORD, House, at
from tests.service.web.network import make_site


def tries(site: Site, number: int, *, address: str = HERE, whom: str = "", after: timedelta = timedelta()) -> int:
    """How many of so many failures are looked at."""
    looked_at = 0
    for _ in range(number):
        try:
            take(site, "password", address, NOW + after, whom=whom)
        except TooManyTries:
            continue
        looked_at += 1
    return looked_at


def wait(site: Site, *, address: str = HERE, whom: str = "", after: timedelta = timedelta()) -> int:
    with pytest.raises(TooManyTries) as refused:
        take(site, "password", address, NOW + after, whom=whom)
    return refused.value.seconds


def test_an_account_has_five_tries(site: Site):
    assert tries(site, 8, whom="claire") == 5
    assert tries(site, 1, whom="paul") == 1


def test_the_thirty_first_failure_of_an_address_waits(site: Site):
    assert tries(site, 40) == 30
    assert wait(site) == 900


def test_the_whole_site_has_three_hundred_and_says_so(site: Site, caplog: pytest.LogCaptureFixture):
    looked_at = sum(tries(site, 1, address=f"192.0.{n // 250}.{n % 250}") for n in range(310))

    assert looked_at == 300
    assert [record.getMessage() for record in caplog.records] == ["many failed tries on the whole site: password"]


def test_the_delay_grows_to_a_quarter_of_an_hour_and_no_further(site: Site):
    tries(site, 5, whom="claire")
    moment, delays = timedelta(), []
    for number in range(8):
        delay = wait(site, whom="claire", address=f"192.0.2.{number}", after=moment)
        delays.append(delay)
        moment += timedelta(seconds=delay)
        assert tries(site, 1, whom="claire", address=f"192.0.2.{number}", after=moment - timedelta(seconds=1)) == 0
        assert tries(site, 1, whom="claire", address=f"192.0.2.{number}", after=moment) == 1

    assert delays == [60, 120, 240, 480, 900, 900, 900, 900]


def test_whoever_comes_in_is_free_again(site: Site):
    tries(site, 4, whom="claire")
    take(site, "password", HERE, NOW, whom="claire")
    give_back(site, "password", HERE, NOW, whom="claire")

    assert tries(site, 9, whom="claire") == 5


def test_a_new_address_of_the_same_household_does_not_help(site: Site):
    looked_at = sum(tries(site, 1, address=f"2001:db8:1:2::{n:x}") for n in range(1, 50))

    assert looked_at == 30
    assert tries(site, 1, address="2001:db8:1:3::1") == 1


def test_of_forty_at_once_no_more_than_five_are_looked_at(site: Site):
    def come(_: int) -> int:
        return tries(site, 1, whom="claire")

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(come, range(40)))

    assert looked_at == 5


ANOTHER_PROCESS = """
import sys
from datetime import datetime
from service.access_attempts import TooManyTries, take
from service.database import Database
from tests.sites import a_site
site = a_site(Database(sys.argv[1]))
done = 0
for _ in range(20):
    try:
        take(site, "password", "192.0.2.1", datetime.fromisoformat(sys.argv[2]), whom="claire")
    except TooManyTries:
        continue
    done += 1
print(done)
"""


def test_two_processes_share_one_counter_and_a_restart_forgives_nothing(sqlite_file_site: Site):
    url = str(sqlite_file_site.settings.database_url)
    command = [sys.executable, "-c", ANOTHER_PROCESS, url, NOW.isoformat()]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    looked_at = sum(int(process.communicate(timeout=120)[0]) for process in both)

    assert looked_at == 5
    assert tries(sqlite_file_site, 1, whom="claire") == 0


def test_the_sixth_password_answers_429_and_the_open_session_goes_on(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    seal = visitor.seal("/entrer/mot-de-passe")
    answers = [
        visitor.post(
            "/entrer/mot-de-passe/verifier",
            data={"csrf": seal, "email": EMAIL, "password": f"faux numero {n}"},
            follow_redirects=False,
        )
        for n in range(6)
    ]

    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert access.visitor(house.site, claire.session) is not None


def test_an_unknown_address_is_counted_like_a_known_one(house: House):
    for email in (EMAIL, "nobody@example.org"):
        for _ in range(5):
            with pytest.raises(SignInFailed):
                sign_ins.with_password(house.site, email, "faux faux faux faux", HERE, clock=at())
        with pytest.raises(TooManyTries):
            sign_ins.with_password(house.site, email, PASSWORD, HERE, clock=at())


def test_no_counter_holds_an_address_of_somebody(house: House):
    house.joined()
    with pytest.raises(SignInFailed):
        sign_ins.with_password(house.site, EMAIL, "faux faux faux faux", HERE, clock=at())
    with house.site.db() as tx:
        subjects = tx.exec(select(Attempt.subject)).all()

    assert all("claire" not in subject and "@" not in subject for subject in subjects)


def test_old_counters_are_swept_and_a_growing_delay_is_kept_for_a_day(site: Site):
    tries(site, 6, whom="claire")
    access_attempts.sweep(site, NOW + timedelta(minutes=16))
    with site.db() as tx:
        left = [row.subject for row in tx.exec(select(Attempt)).all()]
    access_attempts.sweep(site, NOW + timedelta(days=1))

    assert left == ["account:claire"]
    with site.db() as tx:
        assert tx.exec(select(Attempt)).all() == []


@pytest.mark.parametrize("host", ["evil.example", "fil.example.evil.example", "fil.example:8443", ""])
def test_another_host_is_refused_and_never_shown(house: House, host: str):
    for path in ("/entrer", "/entrer/mot-de-passe", "/rejoindre/x"):
        answer = house.visitor().get(path, headers={"host": host}, follow_redirects=False)

        assert answer.status_code == 400
        assert "evil" not in answer.text


def test_links_are_made_from_the_configured_address_whatever_was_forwarded(house: House):
    visitor = house.visitor()
    forged = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    answer = visitor.get("/entrer", headers=forged, follow_redirects=False)

    assert "evil.example" not in answer.text
    assert access.new_link(house.site, "peer_helper").startswith(BASE)


@pytest.mark.parametrize(
    ("proxies", "told", "counted"),
    [
        ("", "203.0.113.9", "testclient"),
        ("10.0.0.1", "203.0.113.9", "testclient"),
        ("testclient", "203.0.113.9", "203.0.113.9"),
        ("testclient", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("testclient, 10.0.0.1", "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("testclient", "", "testclient"),
    ],
)
def test_only_a_listed_proxy_is_believed_about_who_came(proxies: str, told: str, counted: str):
    house = House(make_site(demo=False, base_url=BASE, proxies=proxies))
    visitor = house.visitor()
    seal = visitor.seal("/entrer")
    headers = {"x-forwarded-for": told} if told else {}
    visitor.post("/session", data={"csrf": seal, "token": "x"}, headers=headers, follow_redirects=False)
    with house.site.db() as tx:
        subjects = set(tx.exec(select(Attempt.subject)).all())

    assert subjects == {access_attempts.subject(counted), ""}
    house.site.db.close()


DOORS = {
    "/session": {"token": "x"},
    "/entrer/mot-de-passe/verifier": {"email": EMAIL, "password": PASSWORD},
    "/entrer/second/verifier": {"code": "123456"},
    "/entrer/courriel/demander": {"email": EMAIL},
    "/entrer/courriel/code": {"code": "ABCD-EFGH"},
    "/entrer/cle/demander": {},
    "/entrer/cle": {"credential": "{}"},
    "/mot-de-passe/oublie/demander": {"email": EMAIL},
    "/mot-de-passe/nouveau": {"token": "x", "password": PASSWORD},
    "/rejoindre": {"token": "x", "password": PASSWORD, "code": "123456"},
    "/rejoindre/cle": {"token": "x", "credential": "{}"},
    "/rejoindre/simple": {"token": "x"},
    "/creer-le-reseau/envoyer": {"code": "x"},
}


@pytest.mark.parametrize("path", DOORS)
def test_every_door_needs_a_form_of_ours(house: House, path: str):
    visitor = house.visitor()
    seal = visitor.seal("/entrer")
    bare = visitor.post(path, data=DOORS[path], follow_redirects=False)
    foreign = visitor.post(
        path, data=DOORS[path] | {"csrf": seal}, headers={"sec-fetch-site": "cross-site"}, follow_redirects=False
    )
    odd = visitor.post(path, data=DOORS[path] | {"csrf": "é\x00"}, follow_redirects=False)

    assert (bare.status_code, foreign.status_code, odd.status_code) == (403, 403, 403)


PAGES = (
    "/entrer",
    "/entrer/mot-de-passe",
    "/entrer/courriel",
    "/mot-de-passe/oublie",
    "/entrer/second",
    "/rejoindre/x",
)
TABLES = (WebSession, HalfSignIn, PasskeyChallenge, SignInLink, Letter, Attempt, AuditEntry)


def rows(house: House) -> list[int]:
    with house.site.db() as tx:
        return [len(tx.exec(select(table)).all()) for table in TABLES]


def test_two_hundred_visits_leave_no_row(house: House):
    before = rows(house)
    for number in range(200):
        house.visitor().read(PAGES[number % len(PAGES)])

    assert rows(house) == before
