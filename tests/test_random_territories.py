"""Random territories in the format of partners' files go the whole way: import, pairing, planning, and the judges."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from sqlmodel import select

from locales import translator
from matching.pairing import solve as pairing_search
from matching.pairing.judge import violations as pairing_violations
from matching.planning import solve as planning_search
from matching.planning.judge import violations as planning_violations
from matching.search import Limits
from service import demo
from service.clock import FixedClock, today
from service.database import Database
from service.demo_steps import accept_first
from service.imports.accept import accept
from service.imports.report import examine
from service.pairing_data import instance_of_waiting, read_records
from service.planning_data import read_instance
from service.site import Actor
from service.tables.territory import Territory
from tests import sites
from tests.territories import START, TODAY, Drawn, common, territories

ZONE = "Europe/Brussels"


@given(territories())
@settings(max_examples=8)
def test_any_territory_is_imported_paired_and_planned_within_all_rules(schema_in_memory: Database, drawn: Drawn):
    with sites.copied(schema_in_memory) as db:
        site = replace(sites.a_site(db), clock=FixedClock.at_eight(TODAY, ZONE))
        report = examine(site, drawn.files() | common(), today=TODAY)
        assert [finding for finding in report.findings if finding.severity == "error"] == []
        accept(site, Actor("sysadmin", None), report)

        with site.db() as tx:
            territory = tx.exec(select(Territory)).one()
            actor = Actor("coordinator", territory.id)
            pairs = instance_of_waiting(tx, read_records(tx, territory.id or 0, today(site.clock, ZONE)))
        paired = pairing_search.solve(pairs, Limits())
        assert paired.status == "optimal"
        assert list(pairing_violations(pairs, paired)) == []

        assert accept_first(site, actor, paired) == len(paired.placed)
        with site.db() as tx:
            month = read_instance(tx, territory, now=site.clock.now(), start=START, weeks=4)
        planned = planning_search.solve(month)
        assert list(planning_violations(month, planned)) == []
        assert len(planned.visits) + len(planned.unplanned) == len(month.tasks)


@given(territories())
@settings(max_examples=2)
def test_any_territory_goes_through_the_demonstration(drawn: Drawn):
    with tempfile.TemporaryDirectory() as place:
        folder, out = drawn.lay_out(Path(place)), Path(place) / "out"
        demo.run(demo.Demo(folder, START, 4, TODAY, True, out), translator("fr"), lambda *_, **__: None)
        with (out / "proposals.csv").open(encoding="utf-8", newline="") as file:
            offered = {row["person_id"] for row in csv.DictReader(file)}
        with (out / "unmatched.csv").open(encoding="utf-8", newline="") as file:
            alone = {row["person_id"] for row in csv.DictReader(file)}

    waiting = {str(person["person_id"]) for person in drawn.rows["persons"] if person["status"] == "waiting"}
    assert offered | alone == waiting
    assert not offered & alone
