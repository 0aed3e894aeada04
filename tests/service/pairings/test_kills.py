"""A search that is killed, stopped, out of memory or at its limit: the page keeps its first answer, never as proven."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from service import pairing_board, pairings, runs
from service.run_kinds import KINDS
from service.worker import Worker
from tests.service.pairings import unruly
from tests.service.pairings.builders import Network
from tests.service.pairings.test_first_answers import ONE, PROVEN
from tests.service.runs.builders import ended, row, solving, until


@contextmanager
def at_work(seraing: Network) -> Iterator[None]:
    """The worker, with a search that does not behave."""
    kinds = {"pairing": replace(KINDS["pairing"], search="tests.service.pairings.unruly")}
    worker = Worker(seraing.site.db, seraing.site.settings, kinds, seraing.site.bell)
    worker.open()
    try:
        yield
    finally:
        worker.close()


def asked(seraing: Network, behave: int, **limits: float) -> str:
    return pairings.ask_for_shortlists(seraing.site, seraing.coordinator, {"seed": behave, **limits})


def told(seraing: Network, run: str) -> None:
    until(lambda: runs.get(seraing.site, seraing.coordinator, run).has_draft)


def state(seraing: Network) -> str:
    return pairing_board.state(seraing.site, seraing.coordinator).code


@pytest.mark.parametrize("behave", [unruly.CRASH, unruly.RAISE, unruly.SWALLOW])
def test_a_search_that_dies_leaves_its_first_answer_unproven_with_a_reason(seraing: Network, behave: int):
    with at_work(seraing):
        run = asked(seraing, behave)
        told(seraing, run)
        during = seraing.page(ONE)
        view = ended(seraing.site, seraing.coordinator, run)
    after = seraing.page(ONE)

    assert view.status == "failed"
    assert view.reason.split(".")[0] in after
    assert (state(seraing), len(seraing.board(ONE).offers)) == ("unproven", 3)
    assert PROVEN not in during
    assert PROVEN not in after


@pytest.mark.parametrize(("behave", "status"), [(unruly.DEAF, "cancelled"), (unruly.WAIT, "done")])
def test_a_search_that_is_stopped_leaves_its_first_answer_unproven(seraing: Network, behave: int, status: str):
    with at_work(seraing):
        run = asked(seraing, behave)
        told(seraing, run)
        runs.stop(seraing.site, seraing.coordinator, run)
        view = ended(seraing.site, seraing.coordinator, run)

    assert (view.status, view.stopped) == (status, "person")
    assert state(seraing) == "unproven"
    assert PROVEN not in seraing.page(ONE)


def test_a_search_at_its_limit_of_time_leaves_its_best_answer_unproven(seraing: Network):
    with at_work(seraing):
        view = ended(seraing.site, seraing.coordinator, asked(seraing, unruly.WAIT, seconds=0.5))

    assert (view.status, view.stopped, state(seraing)) == ("done", "time", "unproven")
    assert PROVEN not in seraing.page(ONE)


def test_a_search_that_is_killed_from_outside_is_tried_again_and_its_first_answer_stays_unproven(seraing: Network):
    with at_work(seraing):
        run = asked(seraing, unruly.WAIT)
        told(seraing, run)
        [child] = solving()
        os.kill(child, signal.SIGKILL)
        until(lambda: row(seraing.site, run).attempt == 2)
        between = seraing.page(ONE)
        runs.stop(seraing.site, seraing.coordinator, run)
        ended(seraing.site, seraing.coordinator, run)

    assert PROVEN not in between
    assert PROVEN not in seraing.page(ONE)
    assert state(seraing) == "unproven"
