"""Break-glass: one person of another territory, for an hour, with a reason that is reviewed (`security.md` C7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from service import contact_cards, emergencies, errors, messages, notices, own_record, people, people_cards
from service.clock import FixedClock
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.emergencies import EmergencyOpening
from service.tables.people import ContactCard, Person, Professional
from service.tables.territory import Territory
from service.tables.work import AuditEntry
from tests.service.record.builders import Tandem, a_pairing, a_party, a_territory

NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)
AT_NOON = FixedClock(NOON)


def after(**time: float) -> FixedClock:
    return FixedClock(NOON + timedelta(**time))


def network_of(site: Site, ref: str = "BE-SER") -> str:
    with site.db() as tx:
        return tx.exec(select(Territory.public_id).where(Territory.ref == ref)).one()


@dataclass(frozen=True)
class Two:
    """Hirondelle lives in Seraing, where Claire coordinates; Nadia coordinates in Namur."""

    site: Site
    seraing: Tandem
    claire: Actor
    nadia: Actor
    person: Actor

    def open(self, called: str = "Hirondelle", *, clock: FixedClock = AT_NOON, territory: str = "BE-SER") -> str | None:
        network = network_of(self.site, territory)
        return emergencies.open_record(self.site, self.nadia, network, called, "life_in_danger", clock=clock)

    def opened(self, *, clock: FixedClock = AT_NOON) -> str:
        found = self.open(clock=clock)
        assert found is not None
        return found


def a_coordinator(tx: Session, site: Site, territory: int, name: str) -> Actor:
    party = a_party(site, tx, "professional", territory)
    tx.add(
        Professional(
            id=party,
            public_id=site.ids.new(),
            ref=name,
            territory_id=territory,
            display_name=name,
            roles=["coordinator"],
        )
    )
    account = Account(public_id=site.ids.new(), territory_id=territory, role="coordinator", party_id=party)
    tx.add(account)
    tx.flush()
    return Actor("coordinator", territory, account.id, party)


def made_on(site: Site) -> Two:
    seraing = a_pairing(site)
    namur = a_territory(site, "BE-NAM")
    with site.db.begin() as tx:
        tx.get_one(Territory, namur).name = "Namur"
        told = {"phone": "0470 11 22 33", "address": "Rue Verte 3", "name": "never shown here"}
        sealed = site.seals.seal(tx, seraing.person_id, contact_cards.place(seraing.person_id), told)
        tx.add(ContactCard(party_id=seraing.person_id, card_sealed=sealed))
        person = Actor("person", seraing.territory_id, party_id=seraing.person_id)
        claire = a_coordinator(tx, site, seraing.territory_id, "Claire")
        return Two(site, seraing, claire, a_coordinator(tx, site, namur, "Nadia"), person)


@pytest.fixture
def two(site: Site) -> Two:
    return made_on(site)


@pytest.fixture
def in_memory(sqlite_site: Site) -> Two:
    return made_on(sqlite_site)


def test_whoever_opened_reads_how_to_reach_the_person_and_no_more(in_memory: Two):
    found = emergencies.look(in_memory.site, in_memory.nadia, in_memory.opened(), clock=after(minutes=5))

    assert dict(found.card) == {"phone": "0470 11 22 33", "address": "Rue Verte 3"}
    assert (found.pseudonym, found.territory, found.coordinators) == ("Hirondelle", "Seraing", ("Claire",))
    assert found.reason == "life_in_danger"
    assert found.ends_at == NOON + timedelta(minutes=60)


@pytest.mark.parametrize(("called", "is_found"), [("hirondelle ", True), ("Hirond", False), ("", None), ("%", False)])
def test_a_name_is_known_word_for_word_only(in_memory: Two, called: str, is_found: bool | None):
    if is_found is None:
        with pytest.raises(errors.NotAcceptable) as refused:
            in_memory.open(called)
        assert refused.value.field == "called"
    else:
        assert (in_memory.open(called) is not None) == is_found


def test_the_reference_does_as_well(in_memory: Two):
    with in_memory.site.db() as tx:
        ref = tx.get_one(Person, in_memory.seraing.person_id).ref

    assert in_memory.open(ref.lower()) is not None


def test_it_is_closed_again_after_sixty_minutes(in_memory: Two):
    opening = in_memory.opened()

    emergencies.look(in_memory.site, in_memory.nadia, opening, clock=after(minutes=59, seconds=59))
    with pytest.raises(errors.StepNotAllowed):
        emergencies.look(in_memory.site, in_memory.nadia, opening, clock=after(minutes=60))


def test_nothing_else_of_the_person_opens(in_memory: Two):
    in_memory.opened()
    with in_memory.site.db() as tx:
        whose = tx.get_one(Person, in_memory.seraing.person_id).public_id

    with pytest.raises(errors.NotFound):
        people_cards.read(in_memory.site, in_memory.nadia, whose)
    with in_memory.site.db() as tx, pytest.raises(errors.NotFound):
        people.find(tx, in_memory.nadia, whose)


@pytest.mark.parametrize("role", ["peer_helper", "professional", "person", "steering", "sysadmin"])
def test_only_a_coordinator_opens(in_memory: Two, role: str):
    nadia = in_memory.nadia
    other = Actor(role, nadia.territory_id, nadia.account_id, nadia.party_id)

    with pytest.raises(errors.NotAllowed):
        emergencies.open_record(in_memory.site, other, network_of(in_memory.site), "Hirondelle", "lost", clock=AT_NOON)


def test_a_colleague_does_not_look_through_an_opening_nor_does_the_persons_coordination(in_memory: Two):
    opening = in_memory.opened()
    with in_memory.site.db.begin() as tx:
        colleague = a_coordinator(tx, in_memory.site, in_memory.nadia.territory_id or 0, "Omar")

    for other in (colleague, in_memory.claire):
        with pytest.raises(errors.NotFound):
            emergencies.look(in_memory.site, other, opening, clock=AT_NOON)


def test_the_own_territory_is_not_opened_so(in_memory: Two):
    with pytest.raises(errors.NotAcceptable) as refused:
        in_memory.open(territory="BE-NAM")
    assert refused.value.field == "territory"


def test_where_there_is_one_network_there_is_nothing_to_open(sqlite_site: Site):
    seraing = a_pairing(sqlite_site)
    with sqlite_site.db.begin() as tx:
        claire = a_coordinator(tx, sqlite_site, seraing.territory_id, "Claire")

    assert emergencies.listed(sqlite_site, claire, clock=AT_NOON).elsewhere == ()


def test_without_one_of_the_four_reasons_nothing_opens(in_memory: Two):
    with pytest.raises(errors.NotAcceptable) as refused:
        emergencies.open_record(
            in_memory.site, in_memory.nadia, network_of(in_memory.site), "Hirondelle", "curious", clock=AT_NOON
        )
    assert refused.value.field == "reason"


def test_five_in_twenty_four_hours_tries_that_find_nobody_included(two: Two):
    for name in ("Hirondelle", "Moineau", "Hirondelle", "Mésange", "Pinson"):
        two.open(name)

    with pytest.raises(errors.NotAcceptable):
        two.open()
    with pytest.raises(errors.NotAcceptable):
        two.open(clock=after(hours=23, minutes=59))
    assert two.open(clock=after(hours=24)) is not None
    assert emergencies.listed(two.site, two.nadia, clock=after(hours=1)).left == 0


def test_of_many_at_once_five_open(two: Two):
    def opens(_: int) -> bool:
        try:
            return two.open() is not None
        except errors.NotAcceptable:
            return False

    with ThreadPoolExecutor(8) as all_at_once:
        opened = list(all_at_once.map(opens, range(12)))

    assert sum(opened) == 5


def test_the_person_is_told_and_reads_who_looked_and_why(in_memory: Two):
    emergencies.look(in_memory.site, in_memory.nadia, in_memory.opened(), clock=AT_NOON)

    assert [one.code for one in notices.own(in_memory.site, in_memory.person)] == ["opened_in_emergency"]
    held = own_record.held(in_memory.site, in_memory.person)
    assert [(one.name, one.what, one.in_emergency) for one in held.looks] == [("Nadia", "contact_card", True)]
    [row] = held.kinds["consent"]["emergency_opening"]
    assert (row["reason"], row["state"]) == ("life_in_danger", "open")


def test_where_no_message_leaves_the_persons_coordination_says_it(in_memory: Two):
    in_memory.opened()

    said = messages.to_say(in_memory.site, in_memory.claire, ())
    assert [(one.code, one.to.who) for one in said] == [("opened_in_emergency", "Hirondelle")]
    assert messages.to_say(in_memory.site, in_memory.nadia, ()) == []


def test_the_persons_coordination_says_if_it_was_right_and_may_think_again(two: Two):
    opening = two.opened()
    [line] = emergencies.listed(two.site, two.claire, clock=after(days=7)).of_ours
    assert (line.by, line.came_from, line.who, line.is_late) == ("Nadia", "Namur", "Hirondelle", False)
    assert emergencies.listed(two.site, two.claire, clock=after(days=7, seconds=1)).of_ours[0].is_late

    emergencies.review(two.site, two.claire, opening, "not_justified", revision=1, clock=after(days=1))
    with pytest.raises(errors.Outdated):
        emergencies.review(two.site, two.claire, opening, "justified", revision=1, clock=after(days=1))
    with pytest.raises(errors.StepNotAllowed):
        emergencies.review(two.site, two.claire, opening, "justified", revision=2, clock=after(days=1))
    emergencies.review(two.site, two.claire, opening, "open", revision=2, clock=after(days=1))
    emergencies.review(two.site, two.claire, opening, "justified", revision=3, clock=after(days=1))

    assert emergencies.listed(two.site, two.claire, clock=after(days=2)).of_ours[0].state == "justified"
    assert emergencies.listed(two.site, two.claire, clock=after(days=40)).of_ours == ()


def test_whoever_opened_does_not_review_it(in_memory: Two):
    opening = in_memory.opened()

    with pytest.raises(errors.NotFound):
        emergencies.review(in_memory.site, in_memory.nadia, opening, "justified", revision=1, clock=AT_NOON)


def test_a_try_that_found_nobody_is_nobodys_business_elsewhere(in_memory: Two):
    in_memory.open("Moineau")

    assert emergencies.listed(in_memory.site, in_memory.claire, clock=AT_NOON).of_ours == ()
    assert [one.state for one in emergencies.listed(in_memory.site, in_memory.nadia, clock=AT_NOON).own] == ["nobody"]


def test_the_log_holds_each_opening_look_and_review(in_memory: Two):
    opening = in_memory.opened()
    emergencies.look(in_memory.site, in_memory.nadia, opening, clock=AT_NOON)
    emergencies.review(in_memory.site, in_memory.claire, opening, "justified", revision=1, clock=AT_NOON)

    with in_memory.site.db() as tx:
        entries = tx.exec(select(AuditEntry.action, AuditEntry.account_id).order_by(col(AuditEntry.id))).all()
    assert entries[-3:] == [
        ("emergency.opened", in_memory.nadia.account_id),
        ("read_in_emergency", in_memory.nadia.account_id),
        ("emergency.justified", in_memory.claire.account_id),
    ]


def test_the_database_refuses_a_review_without_its_moment_and_a_person_who_is_nobody(two: Two):
    with two.site.db() as tx:
        seraing = tx.exec(select(Territory.id).where(Territory.ref == "BE-SER")).one()
    for wrong in ({"state": "justified"}, {"state": "nobody"}, {"person_id": None}, {"reason": "curious"}):
        row = {
            "public_id": two.site.ids.new(),
            "territory_id": seraing,
            "person_id": two.seraing.person_id,
            "opened_by": two.nadia.account_id,
            "reason": "lost",
            "opened_at": NOON,
        }
        with pytest.raises(IntegrityError), two.site.db.begin() as tx:
            tx.add(EmergencyOpening(**row | wrong))
