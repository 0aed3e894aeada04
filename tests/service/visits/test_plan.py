"""Four weeks of Seraing from 2027-01-11: from the question to visits in the live plan."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlmodel import select

from matching.planning.instance import Instance
from matching.planning.judge import violations
from matching.planning.plan import Answer
from matching.planning.solve import solve
from service import errors, runs, visits
from service.planning_data import read_instance
from service.site import Site
from service.tables.people import Consent, Person
from service.tables.territory import Territory
from service.tables.work import AuditEntry
from tests.service.visits.seraing import START, carry_out, coordinator, load, visits_of


def instance_of(site: Site) -> Instance:
    with site.db() as tx:
        territory = tx.exec(select(Territory)).one()
        return read_instance(tx, territory, now=site.clock.now(), start=START, weeks=4)


def planned(site: Site) -> str:
    """A finished calculation of four weeks."""
    run = visits.ask_for_plan(site, coordinator(site), START, 4)
    carry_out(site, run)
    return run


@pytest.mark.parametrize("name", ["seraing", "locmine"])
def test_no_rule_is_broken_and_each_due_visit_is_planned_or_listed_with_its_rule(sqlite_site: Site, name: str):
    load(sqlite_site, name)
    instance = instance_of(sqlite_site)
    answer = solve(instance)

    assert answer.status == "optimal"
    assert violations(instance, answer) == ()
    assert len(answer.visits) + len(answer.unplanned) == len(instance.tasks)
    assert all(one.rules for one in answer.unplanned)


def test_a_whole_territory_is_planned_in_under_thirty_seconds(paired_site: Site):
    instance = instance_of(paired_site)
    began = time.process_time()
    answer = solve(instance)

    assert time.process_time() - began < 30
    assert answer.status == "optimal"
    assert violations(instance, answer) == ()


def test_the_same_question_has_the_same_answer(site: Site):
    instance = instance_of(site)

    assert msgspec.json.encode(solve(instance)) == msgspec.json.encode(solve(instance))


def test_an_instance_survives_json(site: Site):
    instance = instance_of(site)
    again = msgspec.convert(msgspec.json.decode(msgspec.json.encode(instance)), Instance)

    assert again == instance


def test_p029_has_no_first_visit_since_no_professional_can_come(paired_site: Site):
    instance = instance_of(paired_site)
    answer = solve(instance)
    first = {instance.task[one.task].client: one.rules for one in answer.unplanned if one.task.endswith("/first")}

    assert first["SER-P029"] == ("V3",)


def test_consent_that_ends_inside_the_horizon_stops_the_visits_after_its_last_day(site: Site):
    instance = instance_of(site)
    answer = solve(instance)
    days = [instance.day(one.slot.starts[0]) for one in answer.visits if instance.task[one.task].client == "SER-P001"]
    rules = [one.rules for one in answer.unplanned if instance.task[one.task].client == "SER-P001"]

    assert max(days) <= (date(2027, 1, 20) - START).days
    assert ("V8",) in rules


def test_a_paused_pairing_has_visits_again_after_the_last_paused_day(site: Site):
    instance = instance_of(site)
    answer = solve(instance)
    for person in ("SER-P027", "SER-P028"):
        tasks = [task for task in instance.tasks if task.client == person]
        days = [instance.day(one.slot.starts[0]) for one in answer.visits if instance.task[one.task].client == person]
        assert all(task.due[0] >= 19 * 1440 for task in tasks)
        assert all(day > (date(2027, 1, 29) - START).days for day in days)


def test_trials_that_end_on_the_first_day_stay_due(site: Site):
    instance = instance_of(site)

    assert {"SER-B019", "SER-B020", "SER-B021", "SER-B022"} <= {task.series for task in instance.tasks}


def test_supervision_that_is_planned_counts_from_its_day(site: Site):
    instance = instance_of(site)

    # Chantal was supervised on 2026-11-22, 62 days before 2027-01-23, and will be on 2027-01-12.
    assert instance.worker["SER-H05"].fit == ((0, 28 * 1440),)


def test_a_helper_in_training_never_goes(site: Site):
    instance = instance_of(site)

    assert instance.worker["SER-H14"].fit == ()


def test_an_absence_closes_the_helpers_days(site: Site):
    instance = instance_of(site)
    away = range(7 * 1440, 12 * 1440)

    assert not any(start in away for start, _ in instance.worker["SER-H01"].windows)


def test_the_draft_names_what_is_new_and_what_cannot_be_placed(site: Site):
    draft = visits.draft(site, coordinator(site), planned(site))

    assert {change.kind for change in draft.changes} == {"new"}
    assert draft.changes[0].after is not None
    assert draft.changes[0].after.utcoffset() == timedelta(hours=1)
    assert {one.person for one in draft.unplanned} >= {"SER-P001", "SER-P002"}
    assert not draft.is_outdated


def test_what_is_accepted_becomes_visits_that_the_judge_accepts(paired_site: Site):
    actor, run = coordinator(paired_site), planned(paired_site)
    count = visits.apply_draft(paired_site, actor, run)
    rows = visits_of(paired_site)

    assert len(rows) == count > 60
    assert {row.status for row in rows} == {"planned"}
    assert len({row.uid for row in rows}) == count
    assert visits.judge_live(paired_site) == []
    with paired_site.db() as tx:
        assert len(tx.exec(select(AuditEntry).where(AuditEntry.action == "visit.planned")).all()) == count


def test_a_second_calculation_changes_nothing_that_was_published(paired_site: Site):
    actor = coordinator(paired_site)
    visits.apply_draft(paired_site, actor, planned(paired_site))
    for number in range(4):
        visits.publish(paired_site, actor, START + timedelta(weeks=number))
    before = visits_of(paired_site)
    draft = visits.draft(paired_site, actor, again := planned(paired_site))

    assert not [one for one in draft.changes if one.kind in ("new", "gone")]
    assert not [one for one in draft.changes if one.kind == "moved" and one.was_published]
    visits.apply_draft(paired_site, actor, again)
    assert [row.uid for row in visits_of(paired_site)] == [row.uid for row in before]


def test_a_plan_is_applied_once(site: Site):
    actor, run = coordinator(site), planned(site)
    visits.apply_draft(site, actor, run)

    with pytest.raises(errors.Outdated):
        visits.apply_draft(site, actor, run)


def test_a_plan_changed_in_the_meantime_is_not_written_over(site: Site):
    actor, older = coordinator(site), planned(site)
    visits.apply_draft(site, actor, planned(site))
    before = visits_of(site)

    with pytest.raises(errors.Outdated):
        visits.apply_draft(site, actor, older)
    assert visits_of(site) == before


def test_consent_withdrawn_since_the_calculation_refuses_the_whole_plan(site: Site):
    actor, run = coordinator(site), planned(site)
    with site.db.begin() as tx:
        person = tx.exec(select(Person).where(Person.ref == "SER-P003")).one()
        consent = tx.exec(select(Consent).where(Consent.person_id == person.id, Consent.ended_at == None)).one()  # noqa: E711
        consent.ended_at = site.clock.now()
        tx.add(consent)

    with pytest.raises(errors.ConsentMissing):
        visits.apply_draft(site, actor, run)
    assert visits_of(site) == []
    assert runs.result(site, actor, run).applied_at is None


def test_only_what_is_accepted_is_written(site: Site):
    actor, run = coordinator(site), planned(site)
    draft = visits.draft(site, actor, run)
    visits.apply_draft(site, actor, run, [draft.changes[0].id])

    assert [row.starts_at for row in visits_of(site)] == [draft.changes[0].after]


def test_others_than_the_coordinator_plan_nothing(site: Site):
    helper = replace(coordinator(site), role="peer_helper", party_id=1)

    with pytest.raises(errors.NotAllowed):
        visits.ask_for_plan(site, helper, START, 4)


def test_an_answer_survives_json(site: Site):
    answer = solve(instance_of(site))

    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(answer)), Answer) == answer


def test_hours_stay_on_the_wall_clock_when_summer_time_begins(paired_site: Site):
    actor = coordinator(paired_site)
    run = visits.ask_for_plan(paired_site, actor, date(2027, 3, 22), 2)
    carry_out(paired_site, run)
    draft = visits.draft(paired_site, actor, run)
    starts = [one.after for one in draft.changes if isinstance(one.after, datetime)]

    assert {start.utcoffset() for start in starts} <= {timedelta(hours=1), timedelta(hours=2)}
    assert all(8 <= start.hour < 20 for start in starts)
