from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlmodel import select

from service import feeds, subscriptions
from service.errors import NotAllowed, NotFound
from service.site import Actor
from service.tables.access import Subscription
from service.tables.work import AuditEntry
from tests.service.feeds.builders import TODAY, Network, network, visit


@pytest.fixture
def seraing() -> Network:
    made = network()
    made.add(visit(made, "v1", "2027-01-12", 14))
    return made


def own(of: Network, **changes: str) -> subscriptions.Subscribed:
    return subscriptions.subscribe(of.site, of.helper(), of.nadia, changes.get("level", "minimal"), "Mon téléphone")


def shown(of: Network, secret: str) -> list[str]:
    body = feeds.read(of.site, secret).body
    assert body is not None
    return [str(entry["SUMMARY"]) for entry in Calendar.from_ical(body).walk("VEVENT")]


def test_the_secret_is_shown_once_and_only_its_hash_is_kept(seraing):
    made = own(seraing)
    with seraing.site.db() as tx:
        row = tx.exec(select(Subscription)).one()

    assert len(made.secret) == 43
    assert made.url == f"https://fil.example/f/{made.secret}.ics"
    assert made.secret not in str(row.model_dump())
    assert row.secret_hash == feeds.hashed(made.secret)
    assert shown(seraing, made.secret) == ["Rencontre SER-B001"]


def test_two_addresses_of_one_owner_have_different_secrets(seraing):
    assert own(seraing).secret != own(seraing).secret
    found = subscriptions.of_owner(seraing.site, seraing.helper(), seraing.nadia)
    assert [row.name for row in found] == ["Mon téléphone"] * 2


def test_an_address_speaks_the_language_and_the_level_it_was_made_with(seraing):
    made = subscriptions.subscribe(seraing.site, seraing.helper(), seraing.nadia, "busy", "", language="nl")

    assert shown(seraing, made.secret) == ["Bezet"]


def test_nobody_subscribes_to_the_calendar_of_somebody_else(seraing):
    with pytest.raises(NotAllowed):
        subscriptions.subscribe(seraing.site, seraing.helper(), seraing.omar, "minimal", "")
    with pytest.raises(NotAllowed):
        subscriptions.subscribe(seraing.site, seraing.helper(), seraing.cafe, "minimal", "")
    with pytest.raises(NotAllowed):
        subscriptions.subscribe(seraing.site, seraing.helper(), None, "minimal", "")


def test_the_coordinator_subscribes_for_people_places_and_the_territory(seraing):
    for owner in (seraing.dalia, seraing.claire, seraing.cafe, None):
        assert subscriptions.subscribe(seraing.site, seraing.coordinator(), owner, "minimal", "").secret


def test_another_territory_does_not_exist_for_its_neighbour(seraing):
    elsewhere = Actor("coordinator", seraing.territory + 1)
    made = own(seraing)

    with pytest.raises(NotFound):
        subscriptions.subscribe(seraing.site, elsewhere, seraing.nadia, "minimal", "")
    with pytest.raises(NotFound):
        subscriptions.revoke(seraing.site, elsewhere, made.public_id)


def test_the_plain_level_is_the_persons_own(seraing):
    for owner in (seraing.nadia, seraing.claire, seraing.cafe, None):
        with pytest.raises(NotAllowed):
            subscriptions.subscribe(seraing.site, seraing.coordinator(), owner, "plain", "")
    person = Actor("person", seraing.territory, party_id=seraing.dalia)

    assert subscriptions.subscribe(seraing.site, person, seraing.dalia, "plain", "").secret


def test_an_address_that_nobody_has_is_not_found(seraing):
    for secret in ("", "x", own(seraing).secret[:-1]):
        with pytest.raises(NotFound):
            feeds.read(seraing.site, secret)


def test_a_revoked_address_says_so_for_thirty_days_and_is_gone_after_that(seraing):
    made = own(seraing)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)

    assert shown(seraing, made.secret) == ["Abonnement arrêté"]
    assert shown(seraing.on(TODAY + timedelta(days=29)), made.secret) == ["Abonnement arrêté"]
    assert feeds.read(seraing.on(TODAY + timedelta(days=30)).site, made.secret).body is None
    assert subscriptions.of_owner(seraing.site, seraing.helper(), seraing.nadia) == []


def test_a_renewed_address_says_so_and_the_new_one_shows_the_calendar(seraing):
    made = own(seraing)
    new = subscriptions.renew(seraing.site, seraing.helper(), made.public_id)

    assert shown(seraing, made.secret) == ["Adresse changée"]
    assert shown(seraing, new.secret) == ["Rencontre SER-B001"]
    assert feeds.read(seraing.on(TODAY + timedelta(days=30)).site, made.secret).body is None


def test_an_address_that_ended_cannot_be_ended_again(seraing):
    made = own(seraing)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)

    with pytest.raises(NotFound):
        subscriptions.renew(seraing.site, seraing.helper(), made.public_id)


def test_the_notice_is_the_same_each_time_and_shows_the_day_it_happened(seraing):
    made = own(seraing)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)
    later = seraing.on(TODAY + timedelta(days=8))

    assert feeds.read(seraing.site, made.secret) == feeds.read(later.site, made.secret)
    [entry] = Calendar.from_ical(feeds.read(later.site, made.secret).body or b"").walk("VEVENT")
    assert entry["DTSTART"].dt == TODAY


def test_an_address_falls_asleep_after_180_days_unread_and_a_new_one_wakes_it(seraing):
    made = own(seraing)
    awake, asleep = (seraing.on(TODAY + timedelta(days=days)) for days in (180, 181))

    assert shown(asleep, made.secret) == ["Abonnement en veille"]
    new = subscriptions.renew(asleep.site, seraing.helper(), made.public_id)
    assert shown(asleep, new.secret) == []
    other = own(seraing)
    assert shown(awake, other.secret) == []
    assert shown(seraing.on(TODAY + timedelta(days=181)), other.secret) == []


def test_the_last_reading_is_noted_by_day_and_written_once_a_day(seraing):
    made = own(seraing)
    feeds.read(seraing.site, made.secret)
    with seraing.site.db.begin() as tx:
        row = tx.exec(select(Subscription)).one()
        assert row.last_read_on == TODAY
    written = []
    begin = seraing.site.db.begin
    object.__setattr__(seraing.site.db, "begin", lambda: written.append(1) or begin())
    for _ in range(3):
        feeds.read(seraing.site, made.secret)
    feeds.read(seraing.on(TODAY + timedelta(days=1)).site, made.secret)

    assert len(written) == 1


def test_who_made_changed_and_stopped_an_address_is_written_down(seraing):
    made = own(seraing)
    new = subscriptions.renew(seraing.site, seraing.helper(), made.public_id)
    subscriptions.revoke(seraing.site, seraing.coordinator(), new.public_id)
    with seraing.site.db() as tx:
        log = [(entry.action, entry.role, entry.record_id) for entry in tx.exec(select(AuditEntry).order_by("id"))]

    assert log == [
        ("calendar.subscribed", "peer_helper", made.public_id),
        ("calendar.renewed", "peer_helper", made.public_id),
        ("calendar.revoked", "coordinator", new.public_id),
    ]


def test_reading_does_not_change_what_is_shown(seraing):
    made = own(seraing)

    assert feeds.read(seraing.site, made.secret) == feeds.read(seraing.site, made.secret)
