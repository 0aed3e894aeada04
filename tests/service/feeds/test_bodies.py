"""Calendars kept as written: what raises them, what does not, and that nothing slips between, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import icalendar
import pytest
from sqlalchemy import text
from sqlmodel import col, select, update

from service import feed_bodies, feeds, subscriptions
from service.clock import FixedClock
from service.site import Site
from service.tables.access import Subscription
from service.tables.feeds import FeedBody, FeedChange
from service.tables.network import OpenSessionDay
from service.tables.pairings import Visit
from service.tables.people import Party, PeerHelper, Person, Place
from service.tables.territory import NetworkSetting, Territory
from tests.service.feeds import builders
from tests.service.feeds.builders import TODAY, WRITTEN, Network, local, network, read


@pytest.fixture
def seraing(site: Site) -> Network:
    """Nadia sees Dalia on Tuesday; Café Bavard is open on Tuesdays; nothing waits to be settled."""
    made = network(site.db)
    made.add(builders.visit(made, "v1", "2027-01-12", 14), builders.open_session(made))
    feed_bodies.settle(made.site)
    return made


def address(of: Network, owner: int | None, level: str = "minimal") -> str:
    return subscriptions.subscribe(of.site, of.coordinator(), owner, level, "").secret


def rows(of: Network) -> dict[int, FeedBody]:
    with of.site.db() as tx:
        return {row.subscription_id: row for row in tx.exec(select(FeedBody))}


def marks(of: Network) -> list[tuple[int, int | None]]:
    with of.site.db() as tx:
        return sorted({(row.territory_id, row.party_id) for row in tx.exec(select(FeedChange))}, key=str)


def built(of: Network) -> int:
    """How often any calendar was written."""
    return sum(row.built for row in rows(of).values())


def move(of: Network, uid: str = "v1") -> None:
    with of.site.db.begin() as tx:
        row = tx.exec(select(Visit).where(Visit.public_id == uid)).one()
        row.starts_at += timedelta(days=1)
        row.ends_at += timedelta(days=1)
        row.sequence += 1


def seen(of: Network, secret: str) -> feed_bodies.Seen:
    return feed_bodies.look(of.site, secret)


def test_a_calendar_is_written_once_and_read_as_often_as_wanted(seraing):
    secret = address(seraing, seraing.nadia)
    first = seen(seraing, secret)
    again = [seen(seraing, secret) for _ in range(5)]

    assert {one.digest for one in again} == {first.digest}
    assert [row.built for row in rows(seraing).values()] == [1]
    assert all(one.body is None for one in again), "nothing but the digest was fetched"


def test_a_visit_that_moves_raises_those_who_take_part_and_nobody_else(seraing):
    nadia, dalia, omar, cafe = (
        address(seraing, owner) for owner in (seraing.nadia, seraing.dalia, seraing.omar, seraing.cafe)
    )
    before = {secret: seen(seraing, secret) for secret in (nadia, dalia, omar, cafe)}
    written = built(seraing)
    move(seraing)

    assert marks(seraing) == [(seraing.territory, party) for party in sorted((seraing.dalia, seraing.nadia), key=str)]
    after = {secret: seen(seraing, secret) for secret in before}
    assert [before[secret].digest == after[secret].digest for secret in (nadia, dalia, omar, cafe)] == [
        *(False, False),
        *(True, True),
    ]
    assert built(seraing) == written + 2
    entry = icalendar.Calendar.from_ical(read(seraing.site, nadia) or b"").walk("VEVENT")[0]
    assert (entry["UID"], entry["SEQUENCE"]) == ("v1@fil.example", 1)


def test_what_comes_out_the_same_keeps_its_digest_and_its_date(seraing):
    secret = address(seraing, seraing.nadia)
    first = seen(seraing, secret)
    seraing.add(NetworkSetting(territory_id=seraing.territory, name="anything", changed_at=WRITTEN))
    again = seen(seraing, secret)

    [row] = rows(seraing).values()
    assert (row.built, row.revision) == (row.wanted, 1)
    assert row.built > 1
    assert (again.digest, again.changed) == (first.digest, first.changed)


def test_two_contents_never_share_a_date(seraing):
    secret = address(seraing, seraing.nadia)
    dates = [seen(seraing, secret).changed]
    for _ in range(3):
        move(seraing)
        dates.append(seen(seraing, secret).changed)

    assert dates == sorted(set(dates))
    assert all(one.microsecond == 0 for one in dates)


def test_another_version_of_the_program_writes_anew_and_readers_hear_nothing_of_equal_bytes(seraing, monkeypatch):
    secret = address(seraing, seraing.nadia)
    first = seen(seraing, secret)
    monkeypatch.setattr(feed_bodies, "writer", lambda: "another")
    for _ in range(3):
        again = seen(seraing, secret)

    [row] = rows(seraing).values()
    assert (row.writer, row.revision) == ("another", 1)
    assert (again.digest, again.changed) == (first.digest, first.changed)


def test_a_new_week_is_written_once(seraing):
    secret = address(seraing, seraing.nadia)
    seen(seraing, secret)
    sunday, monday = (seraing.on(TODAY + timedelta(days=days)) for days in (6, 7))
    seen(sunday, secret)
    assert built(seraing) == 1
    for _ in range(3):
        seen(monday, secret)

    assert [row.monday for row in rows(seraing).values()] == [TODAY + timedelta(days=7)]


def _set(of: Network, table: type, row_id: int | None, **values: object) -> None:
    with of.site.db.begin() as tx:
        tx.execute(update(table).where(col(table.id) == row_id).values(**values))


CONCERNS_ALL: dict[str, Callable[[Network], None]] = {
    "a place gets another name": lambda of: _set(of, Place, of.cafe, name="Le Thé"),
    "a person gets another pseudonym": lambda of: _set(of, Person, of.dalia, pseudonym="Zoé"),
    "a helper gets another name": lambda of: _set(of, PeerHelper, of.nadia, display_name="N."),
    "a meeting is made": lambda of: of.add(builders.meeting(of, "m1", "working_group", "2027-01-13", 10)),
    "a day of the open place is called off": lambda of: of.add(
        OpenSessionDay(open_session_id=_session(of), on=date(2027, 1, 12), status="cancelled", changed_at=WRITTEN)
    ),
    "a holiday is added": lambda of: builders.closed(of, "2027-01-13"),
    "the place is closed": lambda of: builders.away(of, of.cafe, "2027-01-12", "2027-01-12"),
    "the network chooses something": lambda of: of.add(
        NetworkSetting(territory_id=of.territory, name="x", changed_at=WRITTEN)
    ),
    "the territory gets another name": lambda of: _set(of, Territory, of.territory, name="Ailleurs"),
}


def _session(of: Network) -> int:
    with of.site.db() as tx:
        return tx.execute(text("SELECT id FROM open_session")).scalar_one()


@pytest.mark.parametrize("change", CONCERNS_ALL.values(), ids=CONCERNS_ALL)
def test_what_any_calendar_may_show_raises_all_of_them(seraing, change):
    change(seraing)

    assert (seraing.territory, None) in marks(seraing)


QUIET: dict[str, Callable[[Network], None]] = {
    "somebody's absence": lambda of: builders.away(of, of.nadia, "2027-01-12", "2027-01-12"),
    "a visit is pinned": lambda of: _set(of, Visit, 1, pinned=True),
    "an address is read": lambda of: _set(of, Subscription, 1, last_read_on=TODAY),
    "a helper's hours change": lambda of: _set(of, PeerHelper, of.nadia, weekly_minutes_max=720),
}


@pytest.mark.parametrize("change", QUIET.values(), ids=QUIET)
def test_what_no_calendar_shows_raises_none(seraing, change):
    address(seraing, seraing.nadia)
    feed_bodies.settle(seraing.site)
    change(seraing)

    assert marks(seraing) == []


def test_a_host_slot_raises_its_host_only(seraing):
    with seraing.site.db() as tx:
        session = tx.exec(select(builders.OpenSession)).one()
    builders.hosting(seraing, session, "2027-01-12", seraing.omar)

    assert marks(seraing) == [(seraing.territory, seraing.omar)]


def test_a_visit_that_is_deleted_or_given_to_another_raises_who_had_it_and_who_has_it(seraing):
    with seraing.site.db.begin() as tx:
        tx.execute(update(Visit).values(second_helper_id=seraing.omar))
    assert (seraing.territory, seraing.omar) in marks(seraing)
    feed_bodies.settle(seraing.site)
    with seraing.site.db.begin() as tx:
        tx.execute(update(Visit).values(second_helper_id=None))
    assert (seraing.territory, seraing.omar) in marks(seraing)
    feed_bodies.settle(seraing.site)
    with seraing.site.db.begin() as tx:
        tx.delete(tx.exec(select(Visit)).one())

    assert {party for _, party in marks(seraing)} == {seraing.nadia, seraing.dalia}


def test_a_change_while_a_calendar_is_being_written_is_not_lost(seraing, monkeypatch):
    """The change commits, and is settled, after the rows were read and before the body is kept."""
    secret = address(seraing, seraing.nadia)
    seen(seraing, secret)
    move(seraing)
    render = feed_bodies.render
    once: list[int] = []

    def slowly(calendar):
        if not once:
            once.append(1)
            other = threading.Thread(target=lambda: (move(seraing), feed_bodies.settle(seraing.site)))
            other.start()
            other.join()
        return render(calendar)

    monkeypatch.setattr(feed_bodies, "render", slowly)
    seen(seraing, secret)
    monkeypatch.undo()

    [entry] = icalendar.Calendar.from_ical(read(seraing.site, secret) or b"").walk("VEVENT")
    assert entry["SEQUENCE"] == 2


def test_an_older_writer_never_overwrites_a_newer_one(seraing, monkeypatch):
    secret = address(seraing, seraing.nadia)
    seen(seraing, secret)
    move(seraing)
    feed_bodies.settle(seraing.site)
    render = feed_bodies.render
    inner: list[feed_bodies.Seen] = []

    def overtaken(calendar):
        monkeypatch.setattr(feed_bodies, "render", render)
        move(seraing)
        inner.append(seen(seraing, secret))
        return render(calendar)

    monkeypatch.setattr(feed_bodies, "render", overtaken)
    [row] = rows(seraing).values()
    feed_bodies.write(seraing.site, row.subscription_id)

    assert seen(seraing, secret).digest == inner[0].digest
    [entry] = icalendar.Calendar.from_ical(read(seraing.site, secret) or b"").walk("VEVENT")
    assert entry["SEQUENCE"] == 2


def test_the_thread_writes_what_is_read_and_leaves_the_rest(seraing):
    read_often, never_read = address(seraing, seraing.nadia), address(seraing, seraing.dalia)
    seen(seraing, read_often)
    move(seraing)

    assert feed_bodies.turn(seraing.site) == 1
    assert feed_bodies.turn(seraing.site) == 0
    assert marks(seraing) == []
    written = built(seraing)
    seen(seraing, read_often)
    assert built(seraing) == written
    assert [e["SEQUENCE"] for e in events(seraing, never_read)] == [1]


def events(of: Network, secret: str) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(read(of.site, secret) or b"").walk("VEVENT")


def test_the_body_of_an_address_that_ended_is_forgotten(seraing):
    made = subscriptions.subscribe(seraing.site, seraing.helper(), seraing.nadia, "minimal", "")
    seen(seraing, made.secret)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)
    feed_bodies.turn(seraing.site)

    assert rows(seraing) == {}


def test_marks_of_thousands_of_visits_are_settled_in_portions(seraing, monkeypatch):
    monkeypatch.setattr(feed_bodies, "MARKS_AT_ONCE", 7)
    monkeypatch.setattr(feed_bodies, "NUMBERS_AT_ONCE", 2)
    secrets = [address(seraing, owner) for owner in (seraing.nadia, seraing.dalia, seraing.omar, None)]
    for secret in secrets:
        seen(seraing, secret)
    feed_bodies.settle(seraing.site)
    before = {n: row.wanted for n, row in rows(seraing).items()}
    seraing.add(
        *(
            builders.visit(
                seraing,
                f"w{n}",
                "2027-02-02",
                n % 10 + 8,
                starts_at=local("2027-02-02", 8) + timedelta(days=n),
                ends_at=local("2027-02-02", 9) + timedelta(days=n),
            )
            for n in range(20)
        )
    )

    assert feed_bodies.settle(seraing.site) == 40
    after = {n: row.wanted for n, row in rows(seraing).items()}
    # Omar is at none of them; the territory's own calendar is raised by all, as nobody owns it.
    assert [after[n] > before[n] for n in sorted(before)] == [True, True, False, True]


def test_another_territory_hears_nothing(seraing):
    with seraing.site.db.begin() as tx:
        here = tx.get_one(Territory, seraing.territory)
        there = Territory(**(here.model_dump() | {"id": None, "ref": "x", "public_id": "x" * 32}))
        tx.add(there)
        tx.flush()
        party = Party(territory_id=there.id, kind="person")
        tx.add(party)
        tx.flush()
        tx.add(
            Subscription(
                public_id="p" * 32,
                territory_id=there.id,
                owner_id=None,
                kind="territory",
                secret_hash=feeds.hashed("s"),
                created_at=WRITTEN,
                changed_at=WRITTEN,
            )
        )
    seen(seraing, "s")
    feed_bodies.settle(seraing.site)
    before = {n: row.wanted for n, row in rows(seraing).items()}
    move(seraing)
    builders.closed(replace(seraing), "2027-01-13")
    feed_bodies.settle(seraing.site)

    # The holiday is the whole country's; the visit is not.
    assert {n: row.wanted - before[n] for n, row in rows(seraing).items()} == {1: 1}


def test_a_day_in_demo_mode_is_the_domains(seraing):
    secret = address(seraing, seraing.nadia)
    later = replace(seraing, site=replace(seraing.site, clock=FixedClock.at_eight(date(2027, 2, 1), builders.ZONE)))
    seen(later, secret)

    with seraing.site.db() as tx:
        assert tx.exec(select(Subscription)).one().last_read_on == date(2027, 2, 1)
