"""The coordinator's day: what needs a decision, in order, each line one click from where it is decided."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from service import notices, requests, todo, todo_kinds
from service.errors import NotAllowed
from service.site import Actor
from service.tables.access import Account
from service.tables.mail import OutboxMessage
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Consent, Party, PeerHelper, Person
from tests.service.web.network import MOMENT, TODAY, Network


def claire(network: Network, territory: str = "SER") -> Actor:
    return Actor("coordinator", network.territories[territory])


def things(network: Network, kind: str) -> list[todo.Thing]:
    found = todo.today(network.site, claire(network)).things
    return [one for group in todo.GROUPS for one in found[group] if one.kind == kind]


def pairing_of(tx: Session, public_id: str) -> Pairing:
    return tx.exec(select(Pairing).where(Pairing.public_id == public_id)).one()


def going_on(network: Network, person: str, status: str, **fields: Any) -> int:
    """A pairing that both said yes to; its number."""
    public_id = network.propose(person, "Ana")
    with network.site.db.begin() as tx:
        row = pairing_of(tx, public_id)
        row.person_answer = row.helper_answer = "accepted"
        row.status = status
        for name, value in fields.items():
            setattr(row, name, value)
        return row.id or 0


def visit(network: Network, pairing: int, **fields: Any) -> None:
    with network.site.db.begin() as tx:
        row = tx.get_one(Pairing, pairing)
        start = fields.pop("starts_at", MOMENT + timedelta(days=1))
        tx.add(
            Visit(
                public_id=network.site.ids.new(),
                ref=f"SER-V{network.site.ids.new()[:6]}",
                territory_id=row.territory_id,
                pairing_id=pairing,
                person_id=row.person_id,
                peer_helper_id=row.peer_helper_id,
                kind=fields.pop("kind", "regular"),
                starts_at=start,
                ends_at=fields.pop("ends_at", start + timedelta(hours=1)),
                uid=network.site.ids.new(),
                created_at=MOMENT,
                changed_at=MOMENT,
                published_at=MOMENT - timedelta(days=9),
                **fields,
            )
        )


def test_a_request_older_than_a_week_is_decided_now_and_a_new_one_this_week(network: Network):
    [old] = things(network, "undecided")
    with network.site.db.begin() as tx:
        tx.exec(select(Request).where(Request.public_id == old.target)).one().received_on = TODAY
    [new] = things(network, "undecided")

    assert (old.group, old.name, old.count) == ("now", "Rose", 15)
    assert (new.group, new.count) == ("week", 0)


def test_a_wish_to_talk_names_whoever_has_it(network: Network):
    proposal = network.propose("Yann", "Ana")
    with network.site.db.begin() as tx:
        pairing_of(tx, proposal).helper_answer = "talk_first"
    [one] = things(network, "talk")

    assert (one.name, one.other) == ("Ana", "Yann")


def test_a_no_stands_there_until_somebody_else_is_proposed(network: Network):
    proposal = network.propose("Yann", "Ana")
    with network.site.db.begin() as tx:
        row = pairing_of(tx, proposal)
        row.status, row.person_answer, row.person_answer_on = "declined", "declined", TODAY
    assert [one.name for one in things(network, "declined")] == ["Yann"]
    with network.site.db.begin() as tx:
        pairing_of(tx, proposal).ref = "SER-A-before"
    network.propose("Yann", "Bilal")

    assert things(network, "declined") == []


@pytest.mark.parametrize(("days", "group"), [(10, None), (11, "week"), (12, "now"), (13, "now"), (14, None)])
def test_a_proposal_without_an_answer_stands_there_shortly_before_it_lapses(network: Network, days: int, group: Any):
    proposal = network.propose("Yann", "Ana")
    with network.site.db.begin() as tx:
        pairing_of(tx, proposal).proposed_on = TODAY - timedelta(days=days)

    assert [one.group for one in things(network, "lapsing")] == ([group] if group else [])


def test_a_trial_that_ends_within_a_week_is_announced(network: Network):
    going_on(
        network,
        "Yann",
        "trial",
        trial_start=TODAY - timedelta(days=22),
        trial_end=TODAY + timedelta(days=6),
    )

    assert [(one.code, one.day) for one in things(network, "trial")] == [("ends", TODAY + timedelta(days=6))]


def test_two_yeses_without_a_first_visit_ask_for_one(network: Network):
    pairing = going_on(network, "Yann", "accepted", person_answer_on=TODAY, helper_answer_on=TODAY)
    assert len(things(network, "first_visit")) == 1
    visit(network, pairing, kind="first_joint")

    assert things(network, "first_visit") == []


@pytest.mark.parametrize(("days", "shown"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_consent_that_ends_within_thirty_days_is_shown(network: Network, days: int, shown: bool):
    with network.site.db.begin() as tx:
        rose = tx.exec(select(Person).where(Person.pseudonym == "Rose")).one()
        had = tx.exec(select(Consent).where(Consent.person_id == rose.id)).one()
        had.ended_at = MOMENT
        tx.flush()
        fields = had.model_dump(exclude={"id", "ended_at", "expires_on"})
        tx.add(Consent(**fields, expires_on=TODAY + timedelta(days=days)))

    assert [one.name for one in things(network, "consent")] == (["Rose"] if shown else [])


def test_a_refused_visit_of_the_next_days_is_decided_now(network: Network):
    pairing = going_on(network, "Yann", "active", active_from=TODAY)
    visit(network, pairing, helper_answer="other_time")
    visit(network, pairing, starts_at=MOMENT + timedelta(days=9), person_answer="declined")
    found = things(network, "refused")

    assert [(one.group, one.name, one.code) for one in found] == [
        ("now", "Ana", "other_time"),
        ("week", "Yann", "declined"),
    ]


@pytest.mark.parametrize(("minutes", "left", "shown"), [(29, False, 0), (30, False, 1), (30, True, 0)])
def test_half_an_hour_after_its_end_a_visit_that_nobody_left_is_shown(
    network: Network, minutes: int, left: bool, shown: int
):
    pairing = going_on(network, "Yann", "active", active_from=TODAY)
    end = MOMENT - timedelta(minutes=minutes)
    start = end - timedelta(hours=1)
    times = {"checked_in_at": start, "checked_out_at": end} if left else {}
    visit(network, pairing, starts_at=start, ends_at=end, status="confirmed", **times)

    assert len(things(network, "overdue")) == shown


def test_what_was_told_to_the_coordination_is_shown_until_it_is_read(network: Network):
    with network.site.db.begin() as tx:
        notices.tell(tx, network.site, "two_absences", tx.exec(select(Person).where(Person.pseudonym == "Rose")).one())
    client = network.signed_in("coordinator")
    text = client.read("/aujourdhui").text
    assert "Deux visites de suite n’ont pas eu lieu pour Rose" in text
    with network.site.db() as tx:
        notice = tx.exec(select(Notice.public_id)).one()
    answer = client.fill(f"/messages/{notice}/fait", "/aujourdhui", back="today")

    assert answer.headers["location"] == "/aujourdhui?fait=told"
    assert things(network, "news") == []


@pytest.mark.parametrize(
    ("code", "says", "leads"),
    [
        ("hours_changed", "Les heures d’Ana ont changé", "/disponibilites"),
        ("limits_changed", "Ana a changé ce qui lui est possible", ""),
        ("knows_somebody", "Ana connaît une personne du réseau", ""),
    ],
)
def test_what_a_helper_said_of_themselves_is_shown_and_leads_to_their_page(
    network: Network, code: str, says: str, leads: str
):
    number = int(network.ids["SER:Ana"])
    with network.site.db.begin() as tx:
        notices.tell_of_change(tx, network.site, code, tx.get_one(Party, number))
        ana = tx.get_one(PeerHelper, number).public_id
    text = network.signed_in("coordinator").read("/aujourdhui").text

    assert says in text
    assert f'href="/pairs-aidants/{ana}{leads}"' in text


@pytest.mark.parametrize(("days", "code"), [(47, None), (48, "ends"), (62, "ends"), (63, "over")])
def test_supervision_is_due_before_sixty_two_days_are_over(network: Network, days: int, code: Any):
    with network.site.db.begin() as tx:
        ana = tx.get_one(PeerHelper, int(network.ids["SER:Ana"]))
        ana.last_supervision_on = TODAY - timedelta(days=days)

    assert [one.code for one in things(network, "supervision")] == ([code] if code else [])


def test_mails_that_did_not_leave_are_one_line(network: Network):
    with network.site.db.begin() as tx:
        account = tx.exec(select(Account).where(Account.role == "coordinator")).first()
        assert account is not None
        for number in range(3):
            tx.add(
                OutboxMessage(
                    public_id=network.site.ids.new(),
                    territory_id=network.territories["SER"],
                    kind="account",
                    state="failed",
                    thread=f"t{number}",
                    message_id=f"<{number}@x>",
                    reason="refused",
                    made_at=MOMENT,
                    next_try_at=MOMENT,
                    expires_at=MOMENT,
                    ended_at=MOMENT,
                )
            )
    [one] = things(network, "mails")

    assert (one.group, one.count) == ("now", 3)


def test_the_navigation_counts_the_lines(network: Network):
    pairing = going_on(network, "Yann", "active", active_from=TODAY)
    visit(network, pairing, helper_answer="declined")
    visit(network, pairing, starts_at=MOMENT - timedelta(days=5))
    visit(network, pairing, starts_at=MOMENT - timedelta(days=6))
    found = todo.today(network.site, claire(network)).things
    lines = sum(len(group) for group in found.values())

    assert {one.kind for group in found.values() for one in group} == {
        "undecided",
        "refused",
        "to_note",
        "long_waiting",
    }
    assert requests.counts(network.site, claire(network)).today == lines


def test_every_kind_has_its_words_and_its_place():
    from service.web import todo_words

    kinds = {*todo_kinds.LISTED, *todo_kinds.SUMMED, "to_place"}

    assert set(todo_words.ACTIONS) == set(todo_words.MARKS) == kinds


def test_a_quiet_day_says_so(network: Network):
    with network.site.db.begin() as tx:
        for row in tx.exec(select(Request)).all():
            row.status, row.reason = "closed", "other_help_found"
    text = network.signed_in("coordinator").read("/aujourdhui").text

    assert "Rien n’attend de décision." in text
    assert "Personne n’attend." in text


def test_the_day_tells_of_one_territory_only_and_carries_no_script(network: Network):
    text = network.signed_in("coordinator").read("/aujourdhui").text

    assert "Rose" in text
    assert "ailleurs" not in text
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text)


def test_only_the_coordination_has_this_day(network: Network):
    with pytest.raises(NotAllowed):
        todo.today(network.site, Actor("professional", network.territories["SER"]))


def test_the_week_counts_each_day_in_the_zone_of_the_territory(network: Network):
    pairing = going_on(network, "Yann", "active", active_from=TODAY)
    late = MOMENT.replace(hour=23, minute=30)  # Tuesday, half past midnight there
    visit(network, pairing, starts_at=late)
    visit(network, pairing, starts_at=late + timedelta(days=1), status="cancelled", reason="by_person")
    week = todo.today(network.site, claire(network)).week

    assert [(one.planned, one.not_held) for one in week] == [(0, 0), (1, 0), (0, 1), (0, 0), (0, 0), (0, 0), (0, 0)]


def test_waits_are_told_by_state_with_the_middle_and_the_longest(network: Network):
    with network.site.db.begin() as tx:
        yann = tx.exec(select(Request).where(Request.public_id == network.ids["SER:request:Yann"])).one()
        yann.received_on = TODAY - timedelta(days=5)
    found = {one.status: one for one in todo.today(network.site, claire(network)).waits}

    assert (found["waiting"].count, found["waiting"].middle, found["waiting"].longest) == (2, 10, 15)
    assert (found["waiting"].long, found["received"].count) == (1, 1)


def questions(network: Network, look: Callable[[], object]) -> int:
    asked: list[str] = []

    def note(*parts: Any) -> None:
        asked.append(parts[2])

    event.listen(network.site.db.engine, "before_cursor_execute", note)
    try:
        look()
    finally:
        event.remove(network.site.db.engine, "before_cursor_execute", note)
    return len(asked)


def test_more_lines_ask_the_database_no_more(network: Network):
    def look() -> object:
        return todo.today(network.site, claire(network))

    pairing = going_on(network, "Yann", "active", active_from=TODAY)
    visit(network, pairing, helper_answer="declined")
    before = questions(network, look)
    for days in range(2, 12):
        visit(network, pairing, starts_at=MOMENT + timedelta(days=days), helper_answer="declined")
    other = network.propose("Zoe", "Bilal")
    with network.site.db.begin() as tx:
        pairing_of(tx, other).person_answer = "talk_first"

    assert questions(network, look) == before
