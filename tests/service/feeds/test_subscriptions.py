from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from calendars.uids import is_own
from service import calendar_choices, feed_bodies, feeds, subscriptions
from service.calendar_choices import Choices
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.site import Actor
from service.tables.access import Subscription
from service.tables.territory import Territory
from service.tables.work import AuditEntry
from tests.service.feeds.builders import TODAY, WRITTEN, Network, meeting, network, read, visit


@pytest.fixture
def seraing() -> Network:
    made = network()
    made.add(visit(made, "v1", "2027-01-12", 14))
    return made


def own(of: Network, **changes: str) -> subscriptions.Subscribed:
    return subscriptions.subscribe(of.site, of.helper(), of.nadia, changes.get("level", "minimal"), "Mon téléphone")


def shown(of: Network, secret: str) -> list[str]:
    body = read(of.site, secret)
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
            read(seraing.site, secret)


def test_a_revoked_address_says_so_for_thirty_days_and_is_gone_after_that(seraing):
    made = own(seraing)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)

    assert shown(seraing, made.secret) == ["Abonnement arrêté"]
    assert shown(seraing.on(TODAY + timedelta(days=29)), made.secret) == ["Abonnement arrêté"]
    assert read(seraing.on(TODAY + timedelta(days=30)).site, made.secret) is None
    assert subscriptions.of_owner(seraing.site, seraing.helper(), seraing.nadia) == []


def test_a_renewed_address_says_so_and_the_new_one_shows_the_calendar(seraing):
    made = own(seraing)
    new = subscriptions.renew(seraing.site, seraing.helper(), made.public_id)

    assert shown(seraing, made.secret) == ["Adresse changée"]
    assert shown(seraing, new.secret) == ["Rencontre SER-B001"]
    assert read(seraing.on(TODAY + timedelta(days=30)).site, made.secret) is None


def test_an_address_that_ended_cannot_be_ended_again(seraing):
    made = own(seraing)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)

    with pytest.raises(NotFound):
        subscriptions.renew(seraing.site, seraing.helper(), made.public_id)


def test_the_notice_is_the_same_each_time_and_shows_the_day_it_happened(seraing):
    made = own(seraing)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)
    later = seraing.on(TODAY + timedelta(days=8))

    assert read(seraing.site, made.secret) == read(later.site, made.secret)
    [entry] = Calendar.from_ical(read(later.site, made.secret) or b"").walk("VEVENT")
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
    read(seraing.site, made.secret)
    with seraing.site.db.begin() as tx:
        row = tx.exec(select(Subscription)).one()
        assert row.last_read_on == TODAY
    written = []
    begin = seraing.site.db.begin
    object.__setattr__(seraing.site.db, "begin", lambda: written.append(1) or begin())
    for _ in range(3):
        read(seraing.site, made.secret)
    read(seraing.on(TODAY + timedelta(days=1)).site, made.secret)

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

    assert read(seraing.site, made.secret) == read(seraing.site, made.secret)


def kept(of: Network, public_id: str) -> subscriptions.Kept:
    return next(one for one in subscriptions.of_network(of.site, of.coordinator()) if one.public_id == public_id)


def changed(of: Network, public_id: str, **changes: object) -> None:
    before = kept(of, public_id)
    values = {
        "level": before.level,
        "name": before.name,
        "language": before.language,
        "with_cancelled": before.with_cancelled,
    }
    subscriptions.change(of.site, of.helper(), public_id, **(values | changes))


def test_the_whole_address_is_short_and_names_nobody(seraing):
    made = own(seraing)

    assert len(made.url) < 200
    assert made.url.removeprefix("https://fil.example/f/") == f"{made.secret}.ics"


def test_an_owner_changes_level_language_and_name_and_the_secret_stays(seraing):
    made = own(seraing)
    changed(seraing, made.public_id, level="initials", language="nl", name="  Ma  tablette ")
    found = kept(seraing, made.public_id)

    assert (found.level, found.language, found.name) == ("initials", "nl", "Ma tablette")
    assert shown(seraing, made.secret) == ["Ontmoeting met D. (SER-B001)"]


def test_an_owner_leaves_out_what_is_called_off_and_takes_it_back(seraing):
    seraing.add(visit(seraing, "v2", "2027-01-13", 14, status="cancelled", reason="by_person"))
    made = own(seraing)
    with_it = shown(seraing, made.secret)
    changed(seraing, made.public_id, with_cancelled=False)
    without_it = shown(seraing, made.secret)
    changed(seraing, made.public_id, with_cancelled=True)

    assert with_it == shown(seraing, made.secret) == ["Rencontre SER-B001", "Annulé\u00a0: Rencontre SER-B001"]
    assert without_it == ["Rencontre SER-B001"]


def test_changing_nothing_leaves_no_trace(seraing):
    made = own(seraing)
    changed(seraing, made.public_id)
    with seraing.site.db() as tx:
        assert [entry.action for entry in tx.exec(select(AuditEntry))] == ["calendar.subscribed"]


def test_a_change_of_what_is_shown_is_a_change_of_the_address_and_a_new_name_is_none(seraing):
    made = own(seraing)
    before = feed_bodies.look(seraing.site, made.secret)
    changed(seraing, made.public_id, name="Ma tablette")
    renamed = feed_bodies.look(seraing.site, made.secret)
    changed(seraing, made.public_id, level="busy")
    quieter = feed_bodies.look(seraing.site, made.secret)

    assert (before.digest, before.changed) == (renamed.digest, renamed.changed)
    assert quieter.digest != before.digest
    assert quieter.changed > before.changed


def test_nobody_changes_the_address_of_somebody_else(seraing):
    made = subscriptions.subscribe(seraing.site, seraing.coordinator(), seraing.omar, "minimal", "")

    for act in (
        lambda: changed(seraing, made.public_id, level="busy"),
        lambda: subscriptions.renew(seraing.site, seraing.helper(), made.public_id),
        lambda: subscriptions.revoke(seraing.site, seraing.helper(), made.public_id),
    ):
        with pytest.raises(NotFound):
            act()
    for act in (
        lambda: subscriptions.of_owner(seraing.site, seraing.helper(), seraing.omar),
        lambda: subscriptions.of_network(seraing.site, seraing.helper()),
        lambda: subscriptions.subjects(seraing.site, seraing.helper()),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_nobody_changes_to_a_level_that_is_not_for_them(seraing):
    made = own(seraing)

    with pytest.raises(NotAllowed):
        changed(seraing, made.public_id, level="plain")
    assert kept(seraing, made.public_id).level == "minimal"


def test_a_forbidden_level_is_refused_to_new_addresses_and_said_to_those_who_have_it(seraing):
    made = own(seraing, level="initials")
    forbid(seraing, "initials")

    assert shown(seraing, made.secret) == ["Rencontre SER-B001"]
    assert (kept(seraing, made.public_id).level, kept(seraing, made.public_id).read_at) == ("initials", "minimal")
    with pytest.raises(StepNotAllowed):
        own(seraing, level="initials")
    changed(seraing, made.public_id, name="Garde son niveau")
    changed(seraing, made.public_id, level="place")
    with pytest.raises(StepNotAllowed):
        changed(seraing, made.public_id, level="initials")


def test_a_level_that_is_allowed_again_is_read_again(seraing):
    made = own(seraing, level="initials")
    forbid(seraing, "initials")
    forbid(seraing)

    assert shown(seraing, made.secret) == ["Rencontre avec D. (SER-B001)"]


def forbid(of: Network, *levels: str) -> None:
    calendar_choices.choose(of.site, of.coordinator(), Choices(forbidden=frozenset(levels)))


def test_a_renewed_address_keeps_everything_but_its_secret(seraing):
    made = subscriptions.subscribe(
        seraing.site,
        seraing.helper(),
        seraing.nadia,
        "busy",
        "Bureau",
        kind="busy",
        language="de",
        with_cancelled=False,
    )
    new = subscriptions.renew(seraing.site, seraing.coordinator(), made.public_id)
    found = kept(seraing, new.public_id)

    assert (found.name, found.kind, found.level, found.language) == ("Bureau", "busy", "busy", "de")
    assert not found.with_cancelled
    assert new.kind == "busy"
    assert new.secret != made.secret


def test_the_page_says_who_sleeps(seraing):
    made = own(seraing)
    asleep = seraing.on(TODAY + timedelta(days=181))

    assert not kept(seraing.on(TODAY + timedelta(days=180)), made.public_id).asleep
    assert kept(asleep, made.public_id).asleep
    new = subscriptions.renew(asleep.site, seraing.helper(), made.public_id)
    assert not kept(asleep, new.public_id).asleep


def test_the_coordination_sees_every_address_of_the_territory_and_whose_it_is(seraing):
    group = meeting(seraing, "SER-M016", "working_group", "2027-01-19", 15, title="Groupe statuts")
    seraing.add(group)
    calendar_choices.choose(seraing.site, seraing.coordinator(), Choices(team=True))
    own(seraing)
    for about in ("person:SER-P001", "place:SER-L01", "territory", "working_group:SER-M016", "team"):
        subscriptions.subscribe_for(seraing.site, seraing.coordinator(), about, "minimal", "", language="fr")
    found = subscriptions.of_network(seraing.site, seraing.coordinator())

    assert [(one.kind, one.whose) for one in found] == [
        ("own", "Dalia"),
        ("own", "Nadia"),
        ("place", "Café Bavard – place des Verriers"),
        ("team", ""),
        ("territory", "Seraing"),
        ("working_group", "Groupe statuts"),
    ]
    assert [one.name for one in subscriptions.of_owner(seraing.site, seraing.helper(), seraing.nadia)] == [
        "Mon téléphone"
    ]
    assert subscriptions.of_network(seraing.site, Actor("coordinator", other_territory(seraing))) == []


def other_territory(of: Network) -> int:
    row = Territory(
        public_id="u",
        ref="FR-LOC",
        name="Locminé",
        country="FR",
        timezone="Europe/Paris",
        lat=47,
        lon=-2,
        max_travel_km=8,
    )
    of.add(row)
    return row.id or 0


def test_the_coordination_makes_an_address_for_everybody_and_everything_it_lists(seraing):
    seraing.add(
        meeting(seraing, "SER-M016", "working_group", "2027-01-19", 15, title="Groupe statuts"),
        meeting(seraing, "SER-M017", "working_group", "2027-02-19", 15, title="Groupe statuts"),
    )
    listed = subscriptions.subjects(seraing.site, seraing.coordinator())

    assert {kind: [one.about for one in subjects] for kind, subjects in listed.items()} == {
        "peer_helper": ["peer_helper:SER-H01", "peer_helper:SER-H02"],
        "professional": ["professional:SER-W01"],
        "person": ["person:SER-P001"],
        "place": ["place:SER-L01", "place:SER-L09"],
        "working_group": ["working_group:SER-M016"],
    }
    for subjects in listed.values():
        for one in subjects:
            made = subscriptions.subscribe_for(
                seraing.site, seraing.coordinator(), one.about, "minimal", "", language="fr"
            )
            assert read(seraing.site, made.secret) is not None


@pytest.mark.parametrize("about", ["person:SER-P999", "place:", "working_group:SER-M099", "nobody:SER-P001", "own"])
def test_an_address_is_made_for_nothing_that_does_not_exist(seraing, about):
    with pytest.raises(NotFound):
        subscriptions.subscribe_for(seraing.site, seraing.coordinator(), about, "minimal", "", language="fr")


def test_a_meeting_of_another_kind_is_no_working_group(seraing):
    seraing.add(meeting(seraing, "SER-M014", "supervision", "2027-01-19", 15))

    with pytest.raises(NotFound):
        subscriptions.subscribe_for(
            seraing.site, seraing.coordinator(), "working_group:SER-M014", "minimal", "", language="fr"
        )


def test_the_team_has_an_address_only_where_the_network_wants_one_and_loses_it_with_the_switch(seraing):
    def ask() -> subscriptions.Subscribed:
        return subscriptions.subscribe_for(seraing.site, seraing.coordinator(), "team", "minimal", "", language="fr")

    with pytest.raises(StepNotAllowed):
        ask()
    calendar_choices.choose(seraing.site, seraing.coordinator(), Choices(team=True))
    made = ask()
    assert shown(seraing, made.secret) == ["Rencontre SER-B001"]
    calendar_choices.choose(seraing.site, seraing.coordinator(), Choices())

    assert shown(seraing, made.secret) == ["Abonnement arrêté"]
    assert subscriptions.of_network(seraing.site, seraing.coordinator()) == []


@pytest.mark.parametrize(
    ("kind", "owner", "meeting_id"),
    [
        ("own", None, None),
        ("place", None, None),
        ("territory", "nadia", None),
        ("working_group", None, None),
        ("busy", "nadia", 1),
        ("office", "nadia", None),
    ],
)
def test_the_database_holds_what_each_kind_is_about(seraing, kind, owner, meeting_id):
    row = Subscription(
        public_id="s",
        territory_id=seraing.territory,
        kind=kind,
        owner_id=getattr(seraing, owner) if owner else None,
        meeting_id=meeting_id,
        secret_hash="h",
        created_at=WRITTEN,
        changed_at=WRITTEN,
    )
    seraing.add(meeting(seraing, "SER-M016", "working_group", "2027-01-19", 15))

    with pytest.raises(IntegrityError):
        seraing.add(row)


def test_the_notice_of_an_end_is_known_as_our_own(seraing):
    made = own(seraing)
    subscriptions.revoke(seraing.site, seraing.helper(), made.public_id)
    [entry] = Calendar.from_ical(read(seraing.site, made.secret) or b"").walk("VEVENT")

    assert is_own(str(entry["UID"]))
