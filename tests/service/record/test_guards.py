"""What the tables refuse on both engines: windows, consent, closed people, history, codes, coordinates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import SQLModel

from service import errors
from service.site import Site
from service.tables.network import (
    HousingFirstRound,
    HousingUnit,
    Meeting,
    MeetingParticipant,
    NetworkMember,
    Outcome,
    Tenancy,
)
from service.tables.pairings import Override, Pairing, Request, Visit
from service.tables.people import Availability, Conflict, Consent, PeerHelper, Person, Place, Professional
from service.tables.territory import Neighbourhood
from tests.service.record import builders
from tests.service.record.builders import Tandem

REFUSED = (errors.Refused, IntegrityError, DataError)
JANUARY, JUNE = dt.date(2027, 1, 4), dt.date(2027, 6, 1)


@pytest.fixture
def tandem(site: Site) -> Tandem:
    return builders.a_pairing(site)


def add(site: Site, *rows: SQLModel) -> None:
    with site.db.begin() as tx:
        for row in rows:
            tx.add(row)
            tx.flush()


def change(site: Site, kind: type[SQLModel], row_id: int | None, **fields: Any) -> None:
    with site.db.begin() as tx:
        row = tx.get_one(kind, row_id)
        for name, value in fields.items():
            setattr(row, name, value)


def delete(site: Site, kind: type[SQLModel], row_id: int | None) -> None:
    with site.db.begin() as tx:
        tx.delete(tx.get_one(kind, row_id))


def window(owner: int, **fields: Any) -> Availability:
    """Mondays from 10 to 12."""
    usual: dict[str, Any] = {"weekday": 1, "start_minute": 600, "end_minute": 720, "valid_from": JANUARY}
    return Availability(owner_id=owner, **(usual | fields))


OVERLAPS = [
    ({"start_minute": 540, "end_minute": 600}, False),
    ({"start_minute": 540, "end_minute": 601}, True),
    ({"start_minute": 630, "end_minute": 660}, True),
    ({}, True),
    ({"start_minute": 0, "end_minute": 1440}, True),
    ({"start_minute": 719, "end_minute": 800}, True),
    ({"start_minute": 720, "end_minute": 1440}, False),
    ({"weekday": 2}, False),
    ({"recurrence": "odd_weeks"}, True),
    ({"recurrence": "even_weeks"}, True),
    ({"valid_from": JUNE}, True),
    ({"valid_from": dt.date(2026, 1, 1), "valid_until": dt.date(2027, 1, 3)}, False),
    ({"valid_from": dt.date(2026, 1, 1), "valid_until": JANUARY}, True),
]


@pytest.mark.parametrize(("fields", "overlaps"), OVERLAPS)
def test_windows_of_one_owner_never_overlap(tandem: Tandem, fields: dict[str, Any], overlaps: bool):
    add(tandem.site, window(tandem.person_id), window(tandem.helper_id))
    moved = window(tandem.person_id, weekday=7, start_minute=0, end_minute=1)
    add(tandem.site, moved)

    if not overlaps:
        add(tandem.site, window(tandem.person_id, **fields))
        return
    with pytest.raises(errors.RuleBroken):
        add(tandem.site, window(tandem.person_id, **fields))
    with pytest.raises(errors.RuleBroken):
        change(tandem.site, Availability, moved.id, **window(tandem.person_id, **fields).model_dump(exclude={"id"}))


def test_odd_and_even_weeks_stand_beside_each_other(tandem: Tandem):
    add(tandem.site, window(tandem.person_id, recurrence="odd_weeks"))
    add(tandem.site, window(tandem.person_id, recurrence="even_weeks"))

    for recurrence in ("weekly", "odd_weeks", "even_weeks"):
        with pytest.raises(errors.RuleBroken):
            add(tandem.site, window(tandem.person_id, recurrence=recurrence))


def test_a_window_that_ended_makes_room(tandem: Tandem):
    add(tandem.site, window(tandem.person_id, valid_until=dt.date(2027, 5, 31)))

    add(tandem.site, window(tandem.person_id, valid_from=JUNE))


CONSENTS = [
    {"status": "pending", "given_on": None, "expires_on": None, "how": None},
    {"status": "refused"},
    {"status": "withdrawn"},
    {"status": "expired"},
    {"scope": ["network", "outcomes"]},
    {"scope": []},
    {"given_on": dt.date(2025, 9, 1), "expires_on": dt.date(2026, 9, 9)},
]


@pytest.mark.parametrize("fields", CONSENTS)
@pytest.mark.parametrize("status", ["proposed", "active"])
def test_no_pairing_lives_without_consent(site: Site, fields: dict[str, Any], status: str):
    territory = builders.a_territory(site)
    person, helper = builders.a_person(site, territory), builders.a_helper(site, territory)
    builders.a_consent(site, person, **fields)
    pairing = Pairing(
        public_id="p",
        ref="SER-B001",
        territory_id=territory,
        person_id=person,
        peer_helper_id=helper,
        status=status,
        proposed_on=dt.date(2026, 9, 10),
        person_answer="accepted",
        helper_answer="accepted",
        changed_at=builders.EARLIER,
    )

    with pytest.raises(errors.ConsentMissing):
        add(site, pairing)


def test_a_pairing_does_not_come_back_to_life_without_consent(tandem: Tandem):
    change(tandem.site, Pairing, tandem.pairing_id, status="ended", reason="consent_withdrawn", ended_on=JANUARY)
    change(tandem.site, Consent, tandem.consent_id, ended_at=builders.EARLIER)
    builders.a_consent(tandem.site, tandem.person_id, status="withdrawn")

    with pytest.raises(errors.ConsentMissing):
        change(tandem.site, Pairing, tandem.pairing_id, status="active")


def test_consent_is_not_withdrawn_over_a_living_pairing(tandem: Tandem):
    with pytest.raises(errors.RuleBroken), tandem.site.db.begin() as tx:
        withdraw(tx, tandem)

    change(tandem.site, Pairing, tandem.pairing_id, status="ended", reason="consent_withdrawn", ended_on=JANUARY)
    with tandem.site.db.begin() as tx:
        withdraw(tx, tandem)


def withdraw(tx: Any, tandem: Tandem) -> None:
    tx.get_one(Consent, tandem.consent_id).ended_at = builders.EARLIER
    tx.flush()
    tx.add(Consent(person_id=tandem.person_id, status="withdrawn", scope=["pairing"], recorded_at=builders.EARLIER))


def test_consent_is_renewed_while_the_pairing_goes_on(tandem: Tandem):
    with tandem.site.db.begin() as tx:
        tx.get_one(Consent, tandem.consent_id).ended_at = builders.EARLIER
    builders.a_consent(tandem.site, tandem.person_id, expires_on=dt.date(2028, 8, 31))


def test_consent_is_to_what_the_list_names(site: Site):
    person = builders.a_person(site, builders.a_territory(site))

    with pytest.raises(errors.RuleBroken):
        builders.a_consent(site, person, scope=["pairing", "everything"])


def test_there_is_one_current_consent(tandem: Tandem):
    with pytest.raises(IntegrityError):
        builders.a_consent(tandem.site, tandem.person_id)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "withdrawn"},
        {"scope": ["pairing", "network"]},
        {"expires_on": dt.date(2030, 1, 1)},
        {"given_on": dt.date(2026, 1, 1)},
        {"how": "own_page"},
        {"recorded_at": builders.EARLIER + dt.timedelta(days=1)},
        {"text_version": "2"},
    ],
)
def test_the_history_of_consent_is_not_written_anew(tandem: Tandem, fields: dict[str, Any]):
    for together in ({}, {"ended_at": builders.EARLIER}):
        with pytest.raises(errors.RuleBroken):
            change(tandem.site, Consent, tandem.consent_id, **fields, **together)


def test_a_consent_ends_once(tandem: Tandem):
    change(tandem.site, Consent, tandem.consent_id, ended_at=builders.EARLIER)

    for again in (None, builders.EARLIER + dt.timedelta(days=1)):
        with pytest.raises(errors.RuleBroken):
            change(tandem.site, Consent, tandem.consent_id, ended_at=again)


def test_a_consent_is_not_deleted(tandem: Tandem):
    with pytest.raises(errors.RuleBroken):
        delete(tandem.site, Consent, tandem.consent_id)


def test_nobody_is_closed_with_a_visit_ahead(tandem: Tandem):
    visit = tandem.planned_visit()
    with pytest.raises(errors.RuleBroken):
        change(tandem.site, Person, tandem.person_id, status="closed", closed_on=JANUARY)

    change(tandem.site, Visit, visit.id, status="cancelled", reason="by_service")
    change(tandem.site, Person, tandem.person_id, status="closed", closed_on=JANUARY)
    with pytest.raises(errors.RuleBroken):
        tandem.planned_visit(11)
    with pytest.raises(errors.RuleBroken):
        change(tandem.site, Visit, visit.id, status="planned")
    tandem.planned_visit(11, status="done")
    tandem.planned_visit(11, day=dt.date(2027, 1, 3))


def test_of_a_shortlist_several_are_proposed_and_one_goes_on(tandem: Tandem):
    site = tandem.site
    change(site, Pairing, tandem.pairing_id, status="proposed", person_answer="pending")
    other = Pairing(
        public_id="p2",
        ref="SER-B002",
        territory_id=tandem.territory_id,
        person_id=tandem.person_id,
        peer_helper_id=builders.a_helper(site, tandem.territory_id, "Philippe"),
        proposed_on=dt.date(2026, 9, 10),
        person_answer="accepted",
        helper_answer="accepted",
        changed_at=builders.EARLIER,
    )
    add(site, other)
    change(site, Pairing, other.id, status="accepted")

    for status in ("accepted", "trial", "active", "paused"):
        with pytest.raises(IntegrityError):
            change(site, Pairing, tandem.pairing_id, status=status, person_answer="accepted")


@pytest.mark.parametrize("agreed", [True, False])
def test_a_concertation_lists_only_whom_the_person_agreed_to(tandem: Tandem, agreed: bool):
    site, situation = tandem.site, builders.a_situation(tandem.site, tandem)
    change(site, Consent, tandem.consent_id, ended_at=builders.EARLIER)
    builders.a_consent(site, tandem.person_id, scope=["pairing", "network"])
    meeting = a_concertation(tandem, situation)
    add(
        site,
        NetworkMember(
            situation_id=situation, kind="peer_helper", member_id=tandem.helper_id, role="helper", person_agreed=agreed
        ),
        meeting,
    )
    assert meeting.id is not None
    add(site, MeetingParticipant(meeting_id=meeting.id, party_id=tandem.professional_id))

    if agreed:
        add(site, MeetingParticipant(meeting_id=meeting.id, party_id=tandem.helper_id))
        return
    with pytest.raises(errors.ConsentMissing):
        add(site, MeetingParticipant(meeting_id=meeting.id, party_id=tandem.helper_id))


def a_concertation(tandem: Tandem, situation: int) -> Meeting:
    return Meeting(
        public_id="m",
        ref="SER-M001",
        uid="m",
        territory_id=tandem.territory_id,
        kind="concertation",
        situation_id=situation,
        starts_at=builders.EARLIER,
        ends_at=builders.EARLIER + dt.timedelta(hours=1),
        changed_at=builders.EARLIER,
    )


def test_a_concertation_needs_consent_to_the_network(tandem: Tandem):
    situation = builders.a_situation(tandem.site, tandem)

    with pytest.raises(errors.ConsentMissing):
        add(tandem.site, a_concertation(tandem, situation))


def test_outcomes_are_kept_only_with_consent_to_that(tandem: Tandem):
    with pytest.raises(errors.ConsentMissing):
        add(tandem.site, Outcome(person_id=tandem.person_id, quarter="2026-Q4", belonging=4))

    change(tandem.site, Consent, tandem.consent_id, ended_at=builders.EARLIER)
    builders.a_consent(tandem.site, tandem.person_id, scope=["pairing", "outcomes"])
    add(tandem.site, Outcome(person_id=tandem.person_id, quarter="2026-Q4", belonging=4))


def test_a_home_has_one_tenancy_at_a_time(tandem: Tandem):
    area = Neighbourhood(public_id="n", ref="N1", territory_id=tandem.territory_id, name="Centre", lat=50.6, lon=5.5)
    add(tandem.site, area)
    unit = HousingUnit(territory_id=tandem.territory_id, neighbourhood_id=area.id or 0)
    add(tandem.site, unit)
    until = Tenancy(unit_id=unit.id or 0, person_id=tandem.person_id, since=JANUARY, until=JUNE)
    add(tandem.site, until)

    with pytest.raises(errors.DoubleBooking):
        add(tandem.site, Tenancy(unit_id=unit.id or 0, person_id=tandem.person_id, since=JUNE))
    add(tandem.site, Tenancy(unit_id=unit.id or 0, person_id=tandem.person_id, since=JUNE + dt.timedelta(days=1)))
    change(tandem.site, Pairing, tandem.pairing_id, status="ended", reason="moved_away", ended_on=JUNE)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Person, {"environment_flags": ["dog", "parrot"]}),
        (PeerHelper, {"cannot_visit": ["parrot"]}),
        (Professional, {"roles": ["referring", "king"]}),
        (Person, {"lat": 50.6114}),
        (Person, {"lon": 5.51001}),
        (Person, {"lat": 91.0}),
        (Person, {"lon": None}),
        (PeerHelper, {"base_lat": 50.6114, "base_lon": 5.5}),
        (Person, {"visit_minutes": 29}),
        (Person, {"visit_minutes": 181}),
        (Person, {"gender_preference": "required"}),
        (Person, {"gender_preference": "required", "preferred_gender": "x"}),
        (Person, {"living_environment": "castle"}),
        (Person, {"status": "lost"}),
        (PeerHelper, {"weekly_minutes_max": -1}),
        (Professional, {"fte": 1.1}),
        (Pairing, {"status": "ended"}),
        (Pairing, {"status": "ended", "reason": "goals_reached"}),
        (Pairing, {"status": "ended", "reason": "because", "ended_on": JUNE}),
        (Pairing, {"status": "trial", "helper_answer": "pending"}),
        (Pairing, {"status": "declined"}),
        (Pairing, {"paused_from": JUNE, "paused_until": JANUARY}),
        (Pairing, {"trial_start": JUNE, "trial_end": JANUARY}),
        (Request, {"themes": []}),
        (Request, {"status": "closed"}),
        (Request, {"requested_by": "professional"}),
    ],
)
def test_the_tables_refuse(tandem: Tandem, kind: type[SQLModel], fields: dict[str, Any]):
    row_id = {
        Person: tandem.person_id,
        PeerHelper: tandem.helper_id,
        Professional: tandem.professional_id,
        Pairing: tandem.pairing_id,
        Request: tandem.request_id,
    }[kind]

    with pytest.raises(REFUSED):
        change(tandem.site, kind, row_id, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 0},
        {"status": "cancelled"},
        {"status": "cancelled", "reason": "person_absent"},
        {"status": "not_held", "reason": "by_person"},
        {"place_kind": "place"},
        {"place_kind": "home", "place_id": "town_hall"},
        {"second_helper_id": "the same"},
        {"person_id": "another"},
        {"checked_in_at": builders.EARLIER, "checked_out_at": builders.EARLIER - dt.timedelta(minutes=1)},
    ],
)
def test_a_visit_makes_sense(tandem: Tandem, fields: dict[str, Any]):
    if fields.get("place_id") == "town_hall":
        fields = fields | {"place_id": builders.a_place(tandem.site, tandem.territory_id, "town_hall")}
    if "second_helper_id" in fields:
        fields = {"second_helper_id": tandem.helper_id}
    if "person_id" in fields:
        fields = {"person_id": builders.a_person(tandem.site, tandem.territory_id, "Tilleul")}

    with pytest.raises(REFUSED):
        tandem.planned_visit(**fields)


@pytest.mark.parametrize("rule", ["CONSENT", "GENDER", "CONFLICT", "REFUSED", "HELPER_STATUS", "SAME_HELPER"])
def test_some_rules_are_never_set_aside(tandem: Tandem, rule: str):
    fields: dict[str, Any] = {"person_id": tandem.person_id, "peer_helper_id": tandem.helper_id, "reason": "wish"}
    with pytest.raises(IntegrityError):
        add(tandem.site, Override(rule=rule, at=builders.EARLIER, **fields))

    add(tandem.site, Override(rule="DISTANCE", at=builders.EARLIER, **fields))


def test_a_conflict_is_said_once(tandem: Tandem):
    add(tandem.site, Conflict(peer_helper_id=tandem.helper_id, person_id=tandem.person_id))

    with pytest.raises(IntegrityError):
        add(tandem.site, Conflict(peer_helper_id=tandem.helper_id, person_id=tandem.person_id))


def test_a_housing_first_round_has_its_quorum(site: Site):
    territory = builders.a_territory(site)
    with pytest.raises(IntegrityError):
        add(site, HousingFirstRound(territory_id=territory, on=JANUARY, partners_present=["O1", "O2"], quorum=3))

    add(site, HousingFirstRound(territory_id=territory, on=JANUARY, partners_present=["O1", "O2", "O3"], quorum=3))


@pytest.mark.parametrize("kind", [Person, PeerHelper, Professional, Place])
def test_everybody_is_what_their_party_says(tandem: Tandem, kind: type[SQLModel]):
    place = builders.a_place(tandem.site, tandem.territory_id, "open_place")
    row_id, other_party = {
        Person: (tandem.person_id, place),
        PeerHelper: (tandem.helper_id, place),
        Professional: (tandem.professional_id, place),
        Place: (place, tandem.person_id),
    }[kind]
    with tandem.site.db() as tx:
        held = tx.get_one(kind, row_id).model_dump()

    with pytest.raises(errors.RuleBroken):
        add(tandem.site, kind(**(held | {"id": other_party, "public_id": "new", "ref": "new", "pseudonym": "new"})))
