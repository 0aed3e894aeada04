"""A first answer before the proof: kept at once, never taken for proven, whatever becomes of its run."""

from __future__ import annotations

import os
import signal

import pytest

from service import errors, run_rows, runs
from service.site import Actor, Site
from tests.service.runs.builders import ask, at_work, ended, row, solving, under_way, until

FIRST = {"doubled": 42, "status": "optimal"}


def told(site: Site, actor: Actor, run_id: str) -> None:
    until(lambda: runs.get(site, actor, run_id).has_draft)


def test_a_first_answer_is_there_while_the_run_goes_on_and_the_last_one_takes_its_place(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "first, then long")
        told(site, hélène, run_id)
        before = runs.newest(site, hélène, "pairing")
        under_way(site, hélène, run_id)
        runs.stop(site, hélène, run_id)
        ended(site, hélène, run_id)
        after = runs.newest(site, hélène, "pairing")

    assert before is not None
    assert after is not None
    assert (before.result, before.is_draft, before.run.is_open) == (FIRST, True, True)
    assert (after.result, after.is_draft, after.run.stopped) == (FIRST, False, "person")


def test_a_new_first_answer_comes_before_an_older_result(site: Site, hélène: Actor):
    with at_work(site):
        ended(site, hélène, ask(site, hélène))
        run_id = ask(site, hélène, "first, then long")
        told(site, hélène, run_id)
        newest = runs.newest(site, hélène, "pairing")
        runs.stop(site, hélène, run_id)

    assert newest is not None
    assert (newest.run.public_id, newest.is_draft) == (run_id, True)


def test_a_first_answer_that_breaks_a_rule_is_never_shown(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "first lie, then long")
        under_way(site, hélène, run_id)
        newest = runs.newest(site, hélène, "pairing")
        runs.stop(site, hélène, run_id)
        ended(site, hélène, run_id)

    assert newest is None
    assert row(site, run_id).draft is None


@pytest.mark.parametrize(
    ("behave", "status"),
    [("crash", "failed"), ("raise", "failed"), ("swallow memory", "failed"), ("lie", "failed")],
)
def test_a_run_that_fails_after_its_first_answer_leaves_it_unproven_with_a_reason(
    site: Site, hélène: Actor, behave: str, status: str
):
    with at_work(site):
        run_id = ask(site, hélène, f"first, then {behave}")
        view = ended(site, hélène, run_id)

    newest = runs.newest(site, hélène, "pairing")
    assert newest is not None
    assert (view.status, bool(view.reason)) == (status, True)
    assert (newest.run.public_id, newest.is_draft, newest.result) == (run_id, True, FIRST)
    with pytest.raises(errors.RunRefused):
        runs.result(site, hélène, run_id)


def test_a_search_that_does_not_listen_leaves_its_first_answer_when_it_is_stopped(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "first, then deaf")
        told(site, hélène, run_id)
        runs.stop(site, hélène, run_id)
        view = ended(site, hélène, run_id)

    newest = runs.newest(site, hélène, "pairing")
    assert newest is not None
    assert (view.status, view.stopped, newest.is_draft) == ("cancelled", "person", True)


def test_a_killed_process_keeps_its_first_answer_unproven_until_the_run_is_tried_again(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "first, then long")
        told(site, hélène, run_id)
        [child] = solving()
        os.kill(child, signal.SIGKILL)
        until(lambda: row(site, run_id).attempt == 2)
        between = runs.newest(site, hélène, "pairing")
        under_way(site, hélène, run_id)
        runs.stop(site, hélène, run_id)
        ended(site, hélène, run_id)

    assert between is not None
    assert (between.is_draft, between.run.is_open) == (True, True)


def test_whoever_was_taken_for_dead_writes_no_first_answer(site: Site, hélène: Actor):
    run_id = ask(site, hélène)
    zombie = run_rows.take(site.db)
    assert zombie is not None
    run_rows.take_up_orphans(site.db, all_running=True)
    run_rows.take(site.db)

    assert not run_rows.keep_draft(site.db, zombie, FIRST)
    assert row(site, run_id).draft is None


def test_whoever_asks_rings_for_the_worker(site: Site, hélène: Actor):
    ask(site, hélène)

    assert site.bell.is_set()
