"""A pairing's life on both engines: what the database holds by itself, and two who act at the same moment."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select

from service import consents, days, errors, migrations, notices, pairing_life, pairings, trial_reviews, visit_outcomes
from service.clock import FixedClock
from service.database import Database, upgrade, verify
from service.site import Actor, Site
from service.tables.pairings import Notice, Pairing, Request, TrialReview, Visit
from service.tables.people import Consent, Person, Refusal
from service.tables.work import Run
from tests.service.record import builders
from tests.service.record.builders import EARLIER, MONDAY, Tandem

START = dt.date(2026, 12, 1)
END = START + dt.timedelta(days=28)


def on(site: Site, day: dt.date) -> Site:
    return replace(site, clock=FixedClock.at_eight(day, "Europe/Brussels"))


def row_of(tandem: Tandem) -> Pairing:
    with tandem.site.db() as tx:
        return tx.get_one(Pairing, tandem.pairing_id)


def actor(tandem: Tandem, side: str) -> Actor:
    party = tandem.person_id if side == "person" else tandem.helper_id
    return Actor(side, tandem.territory_id, party_id=party)


def in_review(site: Site) -> Tandem:
    """Four weeks and three visits after the first meeting."""
    tandem = builders.a_pairing(site, status="trial", trial_start=START, trial_end=END, active_from=None)
    for number in range(3):
        tandem.planned_visit(day=START + dt.timedelta(days=7 * number), status="done")
    return tandem


def at_once(*jobs: Callable[[], object]) -> list[Exception]:
    """All jobs from one moment on, each in a thread of its own; what they raised."""
    raised: list[Exception] = []
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        start.wait()
        try:
            job()
        except (errors.Refused, DBAPIError) as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_from_the_first_visit_to_a_withdrawal(site: Site):
    tandem = builders.a_pairing(site, status="accepted", active_from=None, proposed_on=START)
    first = tandem.planned_visit(day=START, kind="first_joint")
    visit_outcomes.note_held(site, actor(tandem, "peer_helper"), first.public_id)
    assert (row_of(tandem).status, row_of(tandem).trial_end) == ("trial", END)
    for number in (1, 2):
        visit = tandem.planned_visit(day=START + dt.timedelta(days=7 * number))
        visit_outcomes.note_held(site, actor(tandem, "peer_helper"), visit.public_id)
    for side in ("person", "peer_helper"):
        trial_reviews.answer(site, actor(tandem, side), row_of(tandem).public_id, "continue")
    assert row_of(tandem).status == "active"

    ahead = tandem.planned_visit(day=MONDAY)
    pairing_life.pause(site, actor(tandem, "person"), row_of(tandem).public_id, dt.date(2027, 1, 6))
    assert row_of(tandem).status == "active"
    days.turn(on(site, dt.date(2027, 1, 6)))
    assert row_of(tandem).status == "paused"
    pairing_life.resume(site, actor(tandem, "peer_helper"), row_of(tandem).public_id)
    consents.withdraw(site, actor(tandem, "person"))
    with site.db() as tx:
        assert tx.get_one(Visit, ahead.id).status == "cancelled"
        assert tx.get_one(Pairing, tandem.pairing_id).reason == "consent_withdrawn"
        assert tx.get_one(Person, tandem.person_id).status == "consent_pending"
        assert tx.get_one(Request, tandem.request_id).reason == "consent_withdrawn"
        assert [one.status for one in tx.exec(select(Consent).order_by(col(Consent.id)))] == ["given", "withdrawn"]


def test_a_consent_runs_out_at_midnight_there(site: Site):
    tandem = builders.a_pairing(site)
    visit = tandem.planned_visit(day=dt.date(2027, 9, 1))
    last_minute = dt.datetime(2027, 8, 31, 21, 59, tzinfo=dt.UTC)
    assert consents.expire_due(replace(site, clock=FixedClock(last_minute))) == 0
    assert consents.expire_due(replace(site, clock=FixedClock(last_minute + dt.timedelta(minutes=1)))) == 1

    with site.db() as tx:
        assert tx.get_one(Visit, visit.id).reason == "by_service"
    assert row_of(tandem).ended_on == dt.date(2027, 9, 1)


def test_two_who_answer_the_review_at_the_same_moment_make_it_active(site: Site):
    tandem = in_review(site)
    public_id = row_of(tandem).public_id
    raised = at_once(
        *(
            lambda side=side: trial_reviews.answer(site, actor(tandem, side), public_id, "continue")
            for side in ("person", "peer_helper")
        )
    )

    assert raised == []
    assert row_of(tandem).status == "active"


def test_one_who_stops_while_the_other_continues_ends_it(site: Site):
    tandem = in_review(site)
    public_id = row_of(tandem).public_id
    raised = at_once(
        lambda: trial_reviews.answer(site, actor(tandem, "person"), public_id, "continue"),
        lambda: trial_reviews.answer(site, actor(tandem, "peer_helper"), public_id, "stop"),
    )

    assert all(isinstance(error, errors.StepNotAllowed) for error in raised)
    assert row_of(tandem).reason == "ended_in_trial_by_helper"
    with site.db() as tx:
        assert tx.exec(select(Refusal)).one().since == dt.date(2027, 1, 4)


@pytest.mark.parametrize("turn", range(3))
def test_a_second_yes_and_a_withdrawal_at_the_same_moment_leave_no_pairing_without_consent(site: Site, turn: int):
    tandem = builders.a_pairing(
        site,
        status="proposed",
        proposed_on=dt.date(2027, 1, 3),
        helper_answer="pending",
        person_answer_on=dt.date(2027, 1, 3),
        active_from=None,
    )
    with site.db.begin() as tx:
        tx.get_one(Person, tandem.person_id).status = "proposed"
        tx.get_one(Request, tandem.request_id).status = "proposed"
    public_id = row_of(tandem).public_id
    raised = at_once(
        lambda: consents.withdraw(site, actor(tandem, "person")),
        lambda: pairings.answer(site, actor(tandem, "peer_helper"), public_id, "peer_helper", "accepted"),
    )

    assert all(isinstance(error, errors.Refused) for error in raised), raised
    assert row_of(tandem).status in ("lapsed", "ended", "proposed")
    with site.db() as tx:
        current = tx.exec(select(Consent).where(col(Consent.ended_at).is_(None))).one()
    assert current.status == "withdrawn"
    assert row_of(tandem).status != "proposed"


@pytest.mark.parametrize(
    "broken",
    [{"side": "coordinator"}, {"said": "accepted"}, {"how": "rumour"}],
)
def test_the_database_keeps_the_answers_of_a_review(site: Site, broken: dict[str, str]):
    tandem = in_review(site)
    usual = {"side": "person", "said": "continue", "how": "phone"}
    with pytest.raises(IntegrityError), site.db.begin() as tx:
        tx.add(TrialReview(pairing_id=tandem.pairing_id, on=END, **(usual | broken)))
    with site.db.begin() as tx:
        tx.add(TrialReview(pairing_id=tandem.pairing_id, on=END, **usual))
    with pytest.raises(IntegrityError), site.db.begin() as tx:
        tx.add(TrialReview(pairing_id=tandem.pairing_id, on=END, **usual))


@pytest.mark.parametrize(
    ("code", "to_somebody"), [("pairing_ended", False), ("person_stopped", True), ("because", True), ("because", False)]
)
def test_the_database_keeps_who_may_be_told_what(site: Site, code: str, to_somebody: bool):
    tandem = builders.a_pairing(site)
    with pytest.raises(IntegrityError), site.db.begin() as tx:
        tx.add(
            Notice(
                public_id=site.ids.new(),
                territory_id=tandem.territory_id,
                party_id=tandem.helper_id if to_somebody else None,
                person_id=tandem.person_id,
                code=code,
                at=EARLIER,
            )
        )


def test_nobody_is_told_the_same_twice(site: Site):
    tandem = builders.a_pairing(site)
    for _ in range(2):
        with site.db.begin() as tx:
            notices.tell(tx, site, "two_absences", tx.get_one(Person, tandem.person_id))
            notices.tell(tx, site, "pairing_ended", tx.get_one(Person, tandem.person_id), party=tandem.helper_id)
    with site.db() as tx:
        assert len(tx.exec(select(Notice)).all()) == 2


def test_a_withdrawal_that_fails_in_the_middle_leaves_everything_as_it_was(site: Site, monkeypatch: pytest.MonkeyPatch):
    tandem = builders.a_pairing(site)
    visit = tandem.planned_visit(day=MONDAY)

    def fails(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("service.consents.audit.note", fails)
    with pytest.raises(OSError, match="no space"):
        consents.withdraw(site, actor(tandem, "person"))
    monkeypatch.undo()

    with site.db() as tx:
        assert tx.get_one(Visit, visit.id).status == "planned"
        assert tx.get_one(Pairing, tandem.pairing_id).status == "active"
        assert [one.status for one in tx.exec(select(Consent))] == ["given"]


def test_a_database_of_the_first_version_moves_on_with_its_rows(empty_db: Database):
    with empty_db.begin() as tx:
        migrations.run(tx.connection(), "0001")
    with empty_db.begin() as tx:
        run = (
            "INSERT INTO territory (id, revision, public_id, ref, name, country, region, timezone, default_language, "
            "languages, lat, lon, school_calendar, max_travel_km, demo) VALUES (1, 1, 'a', 'BE-SER', 'Seraing', 'BE', "
            "'', 'Europe/Brussels', 'fr', '[]', 50.6, 5.5, '', 8, :no)"
        )
        tx.connection().execute(text(run), {"no": False})
        tx.connection().execute(
            text(
                "INSERT INTO run (id, public_id, territory_id, kind, status, asked_at, attempt, stop_asked, seed, "
                "parameters, snapshot, progress, solver_version, reason) VALUES (7, 'r', 1, 'planning', 'done', "
                "'2026-12-01 08:00:00', 1, :no, 0, '{}', '{}', '{}', '', '')"
            ),
            {"no": False},
        )

    upgrade(empty_db)
    verify(empty_db)
    with empty_db.begin() as tx:
        row = tx.get_one(Run, 7)
        assert (row.kind, row.status, row.draft) == ("planning", "done", None)
        row.kind, row.draft = "what_if", {"visits": []}
        tx.add(row)
    with pytest.raises(IntegrityError), empty_db.begin() as tx:
        tx.connection().execute(text("UPDATE run SET kind = 'guess'"))
