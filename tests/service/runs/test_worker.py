from __future__ import annotations

import os
import signal
import sys
import time
from inspect import signature

from service import runs, worker
from service.run_process import Child
from service.run_rows import ATTEMPTS
from service.site import Actor, Site
from tests.service.runs.builders import ask, at_work, ended, row, solving, under_way, until


def test_a_run_is_asked_carried_out_and_kept_with_all_that_explains_it(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, seed=7)
        view = ended(site, hélène, run_id)

    assert (view.status, view.reason, view.stopped) == ("done", "", "")
    kept = row(site, run_id)
    assert kept.result == {"doubled": 42, "status": "optimal"}
    assert kept.snapshot == {"number": 21, "behave": "well"}
    assert (kept.seed, kept.parameters, kept.attempt) == (7, {"limits": {"seed": 7}}, 1)
    assert kept.solver_version.startswith("ortools 9.")
    assert runs.result(site, hélène, run_id).result == {"doubled": 42, "status": "optimal"}


def test_the_page_sees_how_far_a_run_is_while_it_goes_on(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "long")
        under_way(site, hélène, run_id)
        until(lambda: (runs.get(site, hélène, run_id).bound or 1000) < 990)
        view = runs.get(site, hélène, run_id)
        runs.stop(site, hélène, run_id)
        ended(site, hélène, run_id)

    assert (view.status, view.stage, view.value) == ("running", "double", 21.0)
    assert view.seconds > 0


def test_a_run_that_is_stopped_keeps_its_best_answer(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "long")
        under_way(site, hélène, run_id)
        runs.stop(site, hélène, run_id)
        view = ended(site, hélène, run_id)

    assert (view.status, view.stopped) == ("done", "person")
    assert runs.result(site, hélène, run_id).result == {"doubled": 42, "status": "optimal"}


def test_a_wish_to_stop_is_heard_and_carried_out_in_less_than_two_seconds():
    assert worker.BEAT_SECONDS + worker.GRACE_SECONDS < 2


def test_a_search_that_does_not_listen_is_ended(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "deaf")
        until(lambda: runs.get(site, hélène, run_id).status == "running" and bool(solving()))
        runs.stop(site, hélène, run_id)
        view = ended(site, hélène, run_id)

    assert (view.status, view.reason) == ("cancelled", runs.REASONS["stopped"])


def test_a_run_that_waits_is_cancelled_at_once(site: Site, hélène: Actor):
    run_id = ask(site, hélène)

    assert runs.stop(site, hélène, run_id).status == "cancelled"


def test_at_the_limit_of_time_the_best_answer_is_kept(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "long", seconds=0.5)
        view = ended(site, hélène, run_id)

    assert (view.status, view.stopped) == ("done", "time")


def test_ten_seconds_after_the_limit_a_search_is_ended(site: Site, hélène: Actor):
    """Here after one second; the server waits for ten, as nobody tells it another number."""
    with at_work(site, kill_after=1.0):
        run_id = ask(site, hélène, "deaf", seconds=0.5)
        view = ended(site, hélène, run_id)

    assert (view.status, view.reason) == ("failed", runs.REASONS["too_long"])
    assert 1 < view.seconds < 4
    assert signature(worker.Worker).parameters["kill_after"].default == 10


def test_a_killed_process_is_replaced_and_its_run_tried_again(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "long")
        under_way(site, hélène, run_id)
        [child] = solving()
        os.kill(child, signal.SIGKILL)
        until(lambda: row(site, run_id).attempt == 2)
        under_way(site, hélène, run_id)
        runs.stop(site, hélène, run_id)
        view = ended(site, hélène, run_id)

    assert view.status == "done"
    assert solving() == []


def test_a_run_whose_process_always_dies_is_given_up_with_a_reason(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "crash")
        view = ended(site, hélène, run_id)
        after = ended(site, hélène, ask(site, hélène))

    assert (view.status, view.reason) == ("failed", runs.REASONS["crashed"])
    assert row(site, run_id).attempt == ATTEMPTS
    assert after.status == "done"


def test_a_process_that_is_dying_gets_no_other_run(site: Site, hélène: Actor):
    with at_work(site):
        ended(site, hélène, ask(site, hélène, "close its pipes"))
        after = ask(site, hélène)
        view = ended(site, hélène, after)

    assert (view.status, row(site, after).attempt) == ("done", 1)
    assert solving() == []


def test_a_search_that_swallows_memory_fails_alone(site: Site, hélène: Actor):
    with at_work(site):
        view = ended(site, hélène, ask(site, hélène, "swallow memory"))

    assert (view.status, view.reason) == ("failed", runs.REASONS["error"])


def test_an_error_of_the_search_ends_the_run_with_a_reason(site: Site, hélène: Actor):
    with at_work(site):
        view = ended(site, hélène, ask(site, hélène, "raise"))

    assert (view.status, view.reason) == ("failed", runs.REASONS["error"])


def test_an_answer_that_breaks_a_rule_is_never_shown(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "lie")
        view = ended(site, hélène, run_id)

    assert (view.status, view.reason) == ("failed", runs.REASONS["rule_broken"])
    assert runs.finished(site, hélène, "pairing") is None
    assert row(site, run_id).progress["violations"] == ["43 is not twice 21"]


def test_a_contradiction_is_told_as_one(site: Site, hélène: Actor):
    with at_work(site):
        view = ended(site, hélène, ask(site, hélène, "contradict itself"))

    assert (view.status, view.reason) == ("failed", runs.REASONS["infeasible"])


def test_a_snapshot_that_is_no_instance_ends_with_a_reason(site: Site, hélène: Actor):
    with at_work(site):
        run_id = runs.ask(site, hélène, "pairing", {"number": "twenty-one"}, {})
        view = ended(site, hélène, run_id)

    assert (view.status, view.reason) == ("failed", runs.REASONS["error"])


def test_what_a_library_prints_is_no_message(site: Site, hélène: Actor):
    with at_work(site):
        view = ended(site, hélène, ask(site, hélène, "print"))

    assert view.status == "done"


def test_a_worker_that_closes_in_order_hands_its_run_back_uncounted(site: Site, hélène: Actor):
    with at_work(site):
        run_id = ask(site, hélène, "long")
        under_way(site, hélène, run_id)

    handed_back = row(site, run_id)
    assert (handed_back.status, handed_back.attempt) == ("queued", 0)
    assert solving() == []


def test_two_kinds_of_one_territory_follow_each_other(site: Site, hélène: Actor):
    with at_work(site):
        first = ask(site, hélène, "long")
        under_way(site, hélène, first)
        second = ask(site, hélène, kind="planning")
        time.sleep(1.2)
        waits = runs.get(site, hélène, second).status
        runs.stop(site, hélène, first)
        view = ended(site, hélène, second)

    assert waits == "queued"
    assert view.status == "done"


def test_this_process_has_not_loaded_a_solver(site: Site, hélène: Actor):
    with at_work(site):
        ended(site, hélène, ask(site, hélène))

    assert "tests.service.runs.tiny.cpsat" not in sys.modules


def test_the_child_ends_when_nobody_listens_any_more():
    child = Child()
    child.close_orders()

    until(lambda: not child.alive)
    child.kill()
