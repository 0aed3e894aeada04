"""A replanning whose process is killed: its run stays visible, with its first plan if any, and the old plan holds."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlmodel import select

from service import replans, runs, visits
from service.run_kinds import KINDS
from service.site import Site
from service.tables.work import Run
from service.worker import Worker
from tests.service.runs.builders import ended, row, solving, until
from tests.service.visits import unruly
from tests.service.visits.seraing import START, coordinator, visits_of


@contextmanager
def at_work(site: Site) -> Iterator[None]:
    kinds = {"replan": replace(KINDS["replan"], search="tests.service.visits.unruly")}
    worker = Worker(site.db, site.settings, kinds, site.bell)
    worker.open()
    try:
        yield
    finally:
        worker.close()


def asked(site: Site, behave: int) -> str:
    """A replanning of the whole plan whose search behaves so."""
    run = replans.ask(site, coordinator(site), START)
    with site.db.begin() as tx:
        found = tx.exec(select(Run).where(Run.public_id == run)).one()
        found.parameters = {**found.parameters, "limits": {"seed": behave}}
        tx.add(found)
    return run


def test_a_search_that_dies_again_and_again_leaves_its_run_with_a_reason_and_the_plan_as_it_was(live: Site):
    before = visits_of(live)
    run = asked(live, unruly.DIES)
    with at_work(live):
        view = ended(live, coordinator(live), run)

    assert (view.status, view.has_answer) == ("failed", False)
    assert view.reason.startswith("Le calcul s’est interrompu plusieurs fois.")
    assert replans.drafts(live, coordinator(live), run) is None
    assert visits_of(live) == before


def test_a_first_plan_outlives_its_search_and_can_be_applied(live: Site):
    before = visits_of(live)
    run = asked(live, unruly.TELLS_AND_DIES)
    with at_work(live):
        view = ended(live, coordinator(live), run)
    found = replans.drafts(live, coordinator(live), run)

    assert (view.status, view.has_answer) == ("failed", True)
    assert found is not None
    assert (found.better, found.fewest.plan, found.fewest.is_outdated) == (None, "first", False)
    assert visits_of(live) == before
    visits.apply_draft(live, coordinator(live), run, which="first")
    assert runs.get(live, coordinator(live), run).applied_at is not None


def test_a_first_plan_that_is_applied_ends_the_search_for_a_better_one(live: Site):
    run = asked(live, unruly.TELLS_AND_WAITS)
    with at_work(live):
        until(lambda: runs.get(live, coordinator(live), run).has_draft)
        [child] = solving()
        os.kill(child, signal.SIGKILL)
        until(lambda: row(live, run).attempt == 2)
        assert replans.drafts(live, coordinator(live), run) is not None
        visits.apply_draft(live, coordinator(live), run, which="first")
        view = ended(live, coordinator(live), run)

    assert view.applied_at is not None
    assert not view.is_open
