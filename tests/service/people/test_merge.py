"""Two records of one person become one, on both engines: all that hangs on the other goes over, or nothing does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import LargeBinary, func
from sqlmodel import SQLModel, col, select

from service import people_compare, people_merge
from service.database import verify
from service.errors import NotFound, Outdated, StepNotAllowed
from service.imports.record import card_place
from service.site import Actor, Site
from service.tables.access import Account, Subscription, WebSession
from service.tables.calendars import OtherCalendar
from service.tables.mail import Invitation, MailPreference, MailReply
from service.tables.network import (
    Goal,
    HousingFirstCandidate,
    HousingFirstRound,
    HousingUnit,
    Meeting,
    MeetingParticipant,
    Outcome,
    SupportIntervention,
    Tenancy,
)
from service.tables.pairings import Notice, Override, Pairing, Request, SetAside, Visit
from service.tables.people import (
    Absence,
    Availability,
    Conflict,
    Consent,
    ContactCard,
    DataKey,
    DistinctPair,
    MetBefore,
    Party,
    PeerHelper,
    Person,
    Refusal,
    Separation,
)
from service.tables.territory import Neighbourhood, Organisation
from service.tables.work import AuditEntry
from tests.service.record import builders
from tests.service.record.builders import EARLIER, MONDAY, Tandem

SEALED_ANEW = {
    "contact_card.card_sealed",
    "request.note_sealed",
    "right_request.words_sealed",
    "other_calendar.url_sealed",
    "invitation.token_sealed",
    "outbox_message.content_sealed",
}
NOT_UNDER_A_PERSONS_KEY = {"account.email_sealed", "peer_helper.own_words_sealed", "data_key.wrapped"}
AFTERWARDS = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


@pytest.fixture
def other(site: Site) -> Tandem:
    """The record that goes: with a pairing that is going on, and a visit to come."""
    return builders.a_pairing(site)


@pytest.fixture
def kept(site: Site, other: Tandem) -> int:
    """The record that stays: it waits."""
    person = builders.a_person(site, other.territory_id, "Hirondelles", status="waiting", lat=None, lon=None)
    builders.a_consent(site, person, given_on=dt.date(2026, 8, 1))
    return person


def claire(tandem: Tandem) -> Actor:
    return Actor("coordinator", tandem.territory_id)


def row(site: Site, number: int) -> Person:
    with site.db() as tx:
        return tx.get_one(Person, number)


def merged(site: Site, tandem: Tandem, first: int, second: int, **choices: str) -> str:
    one, two = row(site, first), row(site, second)
    revisions = (one.revision, two.revision)
    return people_merge.merge(site, claire(tandem), one.public_id, two.public_id, choices, revisions, sure=True)


def pointing_to(site: Site, number: int) -> dict[str, int]:
    """How many rows name this person, by table and column, but for those that stay."""
    found: dict[str, int] = {}
    with site.db() as tx:
        for table, column in people_merge.references():
            if (table.name, column.name) not in people_merge.STAYS:
                count = tx.execute(select(func.count()).select_from(table).where(column == number)).scalar_one()
                if count:
                    found[f"{table.name}.{column.name}"] = count
    return found


def fill(site: Site, tandem: Tandem) -> None:
    """A row of each kind about the tandem's person."""
    here, person, helper, new = tandem.territory_id, tandem.person_id, tandem.helper_id, site.ids.new
    third = builders.a_person(site, here, "Pinson", status="waiting")
    situation = builders.a_situation(site, tandem)
    tandem.planned_visit()
    low, high = sorted((person, third))
    day = MONDAY

    with site.db.begin() as tx:
        office = Organisation(public_id=new(), ref="O1", territory_id=here, name="CPAS", kind="cpas", sector="public")
        area = Neighbourhood(public_id=new(), ref="N1", territory_id=here, name="Molinay", lat=50.6, lon=5.5)
        first_round = HousingFirstRound(territory_id=here, on=day)
        meeting = Meeting(
            public_id=new(),
            ref="M1",
            territory_id=here,
            kind="supervision",
            starts_at=EARLIER,
            ends_at=EARLIER + dt.timedelta(hours=1),
            uid=new(),
            changed_at=EARLIER,
        )
        tx.add_all([office, area, first_round, meeting])
        tx.flush()
        unit = HousingUnit(territory_id=here, neighbourhood_id=area.id or 0)
        tx.add(unit)
        tx.flush()
        request = tx.get_one(Request, tandem.request_id)
        request.note_sealed = site.seals.seal(
            tx, person, f"request.note_sealed:{request.public_id}", "Sonner deux fois"
        )
        card = site.seals.seal(tx, person, card_place(person), {"phone": "0470", "door": "à gauche"})
        goal = Goal(public_id=new(), ref="G1", situation_id=situation, theme="social", set_on=day)
        tx.add(goal)
        tx.flush()
        goal.title_sealed = site.seals.seal(tx, person, f"goal.title_sealed:{goal.id}", "Sortir le dimanche")
        common: dict[str, Any] = {"public_id": new(), "territory_id": here}
        times: dict[str, Any] = {"starts_at": EARLIER, "ends_at": EARLIER + dt.timedelta(hours=1)}
        tx.add_all(
            [
                request,
                goal,
                ContactCard(party_id=person, card_sealed=card),
                Account(role="person", party_id=person, **common),
                Availability(owner_id=person, weekday=1, start_minute=600, end_minute=720, valid_from=day),
                Absence(public_id=new(), owner_id=person, first_day=day, last_day=day),
                OtherCalendar(owner_id=person, source="file", read_at=EARLIER, changed_at=EARLIER, **common),
                Conflict(peer_helper_id=helper, person_id=person),
                MetBefore(person_id=person, peer_helper_id=helper),
                Refusal(person_id=person, peer_helper_id=another_helper(site, tx, here), since=day),
                SetAside(person_id=person, peer_helper_id=helper, reason="other", at=EARLIER),
                Override(person_id=person, peer_helper_id=helper, rule="DISTANCE", reason="both_agree", at=EARLIER),
                Separation(person_id=low, other_person_id=high),
                DistinctPair(person_id=low, other_person_id=high),
                HousingFirstCandidate(
                    round_id=first_round.id or 0, person_id=person, presented_by=office.id or 0, criteria_confirmed=True
                ),
                Tenancy(unit_id=unit.id or 0, person_id=person, since=day),
                SupportIntervention(
                    ref="I1",
                    kind="intervention",
                    professional_id=tandem.professional_id,
                    person_id=person,
                    received_at=EARLIER,
                    **common,
                ),
                MeetingParticipant(meeting_id=meeting.id or 0, party_id=person),
                Subscription(owner_id=person, secret_hash=new(), created_at=EARLIER, changed_at=EARLIER, **common),
                MailPreference(party_id=person, territory_id=here, changed_at=EARLIER),
                Notice(party_id=person, person_id=person, code="pairing_paused", at=EARLIER, **common),
                MailReply(message_hash=new(), party_id=person, said="bounced", outcome="to_read", at=EARLIER, **common),
                Invitation(
                    party_id=person,
                    uid=new(),
                    told="REQUEST",
                    sequence=0,
                    digest="",
                    token_hash=new(),
                    made_at=EARLIER,
                    told_at=EARLIER,
                    **common,
                    **times,
                ),
            ]
        )


def another_helper(site: Site, tx: Any, territory: int) -> int:
    """Another helper, in the open transaction."""
    party = Party(kind="peer_helper", territory_id=territory)
    tx.add(party)
    tx.flush()
    tx.add(
        PeerHelper(
            id=party.id or 0,
            public_id=site.ids.new(),
            ref="SER-H900",
            territory_id=territory,
            display_name="Bilal",
            contract="volunteer",
            weekly_minutes_max=600,
            max_persons=3,
            max_visits_per_day=2,
            max_travel_km=8,
            transport="bus",
        )
    )
    tx.flush()
    return party.id or 0


def test_everything_goes_to_the_kept_record_and_nothing_names_the_other(site: Site, other: Tandem, kept: int):
    fill(site, other)
    before = pointing_to(site, other.person_id)
    held = pointing_to(site, kept)
    merged(site, other, kept, other.person_id)
    after = pointing_to(site, kept)

    assert pointing_to(site, other.person_id) == {}
    assert len(before) > 25
    assert after == {name: held.get(name, 0) + count for name, count in before.items()}
    verify(site.db)


def test_the_pairing_goes_on_with_its_visits_and_its_consent(site: Site, other: Tandem, kept: int):
    visit = other.planned_visit()
    merged(site, other, kept, other.person_id)

    with site.db() as tx:
        assert tx.get_one(Pairing, other.pairing_id).person_id == kept
        assert tx.get_one(Visit, visit.id).person_id == kept
        current = tx.exec(select(Consent).where(Consent.person_id == kept, col(Consent.ended_at).is_(None))).one()
        lines = tx.exec(select(Consent).where(Consent.person_id == kept)).all()
        proof = tx.exec(select(Consent).where(Consent.person_id == other.person_id)).one()
    assert row(site, kept).status == "paired"
    assert (current.status, current.given_on) == ("given", dt.date(2026, 9, 1))
    assert len(lines) == 2
    assert proof.ended_at is not None


def test_what_is_sealed_opens_under_the_kept_records_key_only(site: Site, other: Tandem, kept: int):
    fill(site, other)
    merged(site, other, kept, other.person_id)

    with site.db() as tx:
        request = tx.get_one(Request, other.request_id)
        goal = tx.exec(select(Goal)).one()
        card = tx.get_one(ContactCard, kept)
        open_it = site.seals.open
        assert open_it(tx, kept, f"request.note_sealed:{request.public_id}", request.note_sealed or b"") == (
            "Sonner deux fois"
        )
        assert open_it(tx, kept, f"goal.title_sealed:{goal.id}", goal.title_sealed or b"") == "Sortir le dimanche"
        assert open_it(tx, kept, card_place(kept), card.card_sealed) == {"phone": "0470", "door": "à gauche"}
        assert tx.get(DataKey, other.person_id) is None


def test_fields_are_taken_as_chosen_and_gaps_are_filled(site: Site, other: Tandem, kept: int):
    merged(site, other, kept, other.person_id, pseudonym="other", frequency="kept")
    row_kept, shell = row(site, kept), row(site, other.person_id)

    assert row_kept.pseudonym == "Hirondelle"
    assert (row_kept.lat, row_kept.lon) == (50.611, 5.51)
    assert (shell.pseudonym, shell.status, shell.merged_into_id) == (shell.ref, "closed", kept)
    assert (shell.lat, shell.languages) == (None, [])


def test_the_old_address_leads_to_the_kept_record(site: Site, other: Tandem, kept: int):
    old = row(site, other.person_id).public_id
    merged(site, other, kept, other.person_id)

    with pytest.raises(NotFound):
        people_compare.compare(site, claire(other), old, row(site, kept).public_id)
    with site.db() as tx:
        actions = tx.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all()
    assert list(actions)[:2] == ["person.merged", "person.merged_away"]


def test_two_with_a_pairing_each_stay_two_until_one_ends(site: Site, other: Tandem):
    second = builders.a_pairing(site, territory_id=other.territory_id, pseudonym="Alouette")

    with pytest.raises(StepNotAllowed, match="Les deux ont un binôme"):
        merged(site, other, second.person_id, other.person_id)
    assert row(site, other.person_id).status == "paired"


def test_a_no_said_last_is_not_overheard(site: Site, other: Tandem, kept: int):
    with site.db.begin() as tx:
        line = tx.exec(select(Consent).where(Consent.person_id == kept)).one()
        line.ended_at = AFTERWARDS
        tx.add(line)
        tx.flush()
        tx.add(Consent(person_id=kept, status="withdrawn", recorded_at=AFTERWARDS))

    with pytest.raises(StepNotAllowed, match="dit non en dernier"):
        merged(site, other, kept, other.person_id)


def test_where_both_have_the_same_row_the_kept_one_stays(site: Site, other: Tandem, kept: int):
    with site.db.begin() as tx:
        for person in (kept, other.person_id):
            tx.add(MetBefore(person_id=person, peer_helper_id=other.helper_id))
            tx.add(
                Consent(
                    person_id=person,
                    status="given",
                    scope=["outcomes"],
                    given_on=MONDAY,
                    expires_on=MONDAY,
                    recorded_at=EARLIER,
                    ended_at=EARLIER,
                )
            )
            tx.flush()
            tx.add(Outcome(person_id=person, quarter="2026-Q4", belonging=7 if person == kept else 3))
            tx.add(Availability(owner_id=person, weekday=2, start_minute=600, end_minute=720, valid_from=MONDAY))
        low, high = sorted((kept, other.person_id))
        tx.add(Separation(person_id=low, other_person_id=high))
    merged(site, other, kept, other.person_id)

    with site.db() as tx:
        assert tx.exec(select(Outcome.belonging)).all() == [7]
        assert len(tx.exec(select(MetBefore)).all()) == 1
        assert len(tx.exec(select(Availability)).all()) == 1
        assert tx.exec(select(Separation)).all() == []


def test_of_two_ways_in_the_kept_records_stays_and_the_other_ends_at_once(site: Site, other: Tandem, kept: int):
    with site.db.begin() as tx:
        accounts = [
            Account(public_id=site.ids.new(), territory_id=other.territory_id, role="person", party_id=person)
            for person in (kept, other.person_id)
        ]
        tx.add_all(accounts)
        tx.flush()
        tx.add(
            WebSession(
                public_id=site.ids.new(),
                account_id=accounts[1].id or 0,
                token_hash=site.ids.new(),
                made_at=EARLIER,
                seen_at=EARLIER,
                confirmed_at=EARLIER,
                ends_at=AFTERWARDS,
            )
        )
    merged(site, other, kept, other.person_id)

    with site.db() as tx:
        assert [one.active for one in tx.exec(select(Account).order_by(col(Account.id)))] == [True, False]
        assert tx.exec(select(WebSession)).all() == []


def test_a_stale_page_and_an_unsure_reader_join_nothing(site: Site, other: Tandem, kept: int):
    one, two = row(site, kept), row(site, other.person_id)
    pair = (site, claire(other), one.public_id, two.public_id, {})

    with pytest.raises(Outdated):
        people_merge.merge(*pair, (one.revision, two.revision + 1), sure=True)
    with pytest.raises(StepNotAllowed):
        people_merge.merge(*pair, (one.revision, two.revision), sure=False)
    with pytest.raises(NotFound):
        people_merge.merge(
            site, claire(other), one.public_id, one.public_id, {}, (one.revision, one.revision), sure=True
        )
    assert row(site, other.person_id).merged_into_id is None


def test_both_sides_are_compared_field_by_field_and_the_look_is_logged(site: Site, other: Tandem, kept: int):
    one, two = row(site, kept), row(site, other.person_id)
    pair = people_compare.compare(site, claire(other), one.public_id, two.public_id)

    assert pair.fields == ("pseudonym", "latitude", "longitude")
    assert (pair.kept.live, pair.other.pairings, pair.hindrance) == ("", 1, "")
    with site.db() as tx:
        seen = tx.exec(select(AuditEntry.action, AuditEntry.record_id)).all()
    assert set(seen) == {("read", one.public_id), ("read", two.public_id)}


def test_every_sealed_value_of_a_person_is_known_here():
    """Whoever seals something new under a person's key says in `people_merge` how it goes to another record."""
    tables = {table.name for table, _ in people_merge.references()}
    sealed = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if table.name in tables and isinstance(column.type, LargeBinary)
    }

    assert sealed == SEALED_ANEW | NOT_UNDER_A_PERSONS_KEY
