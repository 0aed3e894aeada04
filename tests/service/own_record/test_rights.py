"""Story A3: the person knows what is held, has it corrected, and has it erased."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from service import contact_cards, errors, own_erasure, own_record, right_requests
from service.access import make_demo_accounts
from service.data_map import fate_of
from service.site import Actor, Site
from service.tables.access import Account, Subscription, WebSession
from service.tables.pairings import Pairing, Visit
from service.tables.people import ContactCard, DataKey, Person
from service.tables.work import AuditEntry
from tests.service.record.builders import Tandem, a_pairing, a_territory


def actor(pair: Tandem, role: str = "person") -> Actor:
    return Actor(role, pair.territory_id, party_id=pair.person_id if role == "person" else None)


def with_card(site: Site) -> Tandem:
    pair = a_pairing(site)
    with site.db.begin() as tx:
        told = {"phone": "0470-CANARY"}
        sealed = site.seals.seal(tx, pair.person_id, contact_cards.place(pair.person_id), told)
        tx.add(ContactCard(party_id=pair.person_id, card_sealed=sealed))
    return pair


def test_what_tells_of_the_person_goes_at_once_and_what_counts_stays(site: Site):
    pair = with_card(site)
    visit = pair.planned_visit(day=site.clock.now().date().replace(year=2099))
    make_demo_accounts(site)
    right = right_requests.ask(site, actor(pair), "erasure", "un mot CANARY")
    own_erasure.erase(site, actor(pair, "coordinator"), right, revision=1)

    with site.db() as tx:
        person = tx.get_one(Person, pair.person_id)
        assert (person.status, person.lat, person.languages) == ("closed", None, [])
        assert "Hirondelle" not in person.pseudonym
        assert tx.get(DataKey, pair.person_id) is None
        assert tx.get(ContactCard, pair.person_id) is None
        assert tx.get_one(Pairing, pair.pairing_id).status == "ended"
        assert tx.get_one(Visit, visit.id).status == "cancelled"
        account = tx.exec(select(Account).where(Account.party_id == pair.person_id)).one()
        assert not account.active
        assert tx.exec(select(WebSession).where(WebSession.account_id == account.id)).all() == []
        assert tx.exec(select(Subscription).where(Subscription.owner_id == pair.person_id)).all() == []
        assert "person.erased" in tx.exec(select(AuditEntry.action)).all()


def test_nobody_of_another_territory_nor_another_person_reaches_a_request(sqlite_site: Site):
    pair = with_card(sqlite_site)
    other = a_pairing(sqlite_site, territory_id=a_territory(sqlite_site, "OTHER"), pseudonym="Autre")
    right = right_requests.ask(sqlite_site, actor(pair), "erasure")

    assert right_requests.asked(sqlite_site, actor(other)) == []
    assert right_requests.asked(sqlite_site, actor(other, "coordinator")) == []
    with pytest.raises(errors.NotFound):
        own_erasure.erase(sqlite_site, actor(other, "coordinator"), right, revision=1)
    with pytest.raises(errors.NotAllowed):
        own_erasure.erase(sqlite_site, actor(pair), right, revision=1)
    with pytest.raises(errors.Outdated):
        own_erasure.erase(sqlite_site, actor(pair, "coordinator"), right, revision=7)


def test_asking_twice_is_asking_once_and_it_can_be_taken_back(sqlite_site: Site):
    pair = a_pairing(sqlite_site)
    first = right_requests.ask(sqlite_site, actor(pair), "correction", "mon quartier")

    assert right_requests.ask(sqlite_site, actor(pair), "correction") == first
    [shown] = right_requests.asked(sqlite_site, actor(pair, "coordinator"))
    assert (shown.words, shown.who) == ("mon quartier", "Hirondelle")
    right_requests.take_back(sqlite_site, actor(pair), first, revision=1)
    assert [one.state for one in right_requests.asked(sqlite_site, actor(pair))] == ["taken_back"]
    with pytest.raises(errors.NotAcceptable):
        right_requests.ask(sqlite_site, actor(pair), "correction", "x" * 281)


def test_a_restriction_is_not_done_while_the_consent_holds(sqlite_site: Site):
    pair = a_pairing(sqlite_site)
    right = right_requests.ask(sqlite_site, actor(pair), "restriction")

    with pytest.raises(errors.StepNotAllowed):
        right_requests.note_done(sqlite_site, actor(pair, "coordinator"), right, revision=1)


def test_the_copy_is_whole_own_and_noted(sqlite_site: Site):
    pair = with_card(sqlite_site)
    a_pairing(sqlite_site, territory_id=pair.territory_id, pseudonym="CANARY-AUTRE")
    right_requests.ask(sqlite_site, actor(pair), "correction", "mon quartier")
    held = own_record.held(sqlite_site, actor(pair), handed_out=True)

    told = json.dumps([held.kinds, held.card])
    assert "CANARY-AUTRE" not in told
    assert "0470-CANARY" in told
    assert "mon quartier" in told
    assert "Hirondelle" in told
    assert "helper_answer" not in told
    with sqlite_site.db() as tx:
        assert "record.handed_out" in tx.exec(select(AuditEntry.action)).all()


def test_each_table_of_people_is_handed_out_or_said_why_not():
    shown = {table for tables in own_record.KINDS.values() for table in tables}

    assert own_record.tables_with_people() - shown - own_record.OTHER_TABLES.keys() == set()
    assert shown & own_record.OTHER_TABLES.keys() == set()
    for table in shown:
        for column in own_record.shown_columns(table):
            assert fate_of(table, column).export == "own only"
