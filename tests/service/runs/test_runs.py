from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, update

from service import errors, run_rows, runs
from service.clock import RealClock
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.work import Run
from tests.service.runs.builders import a_coordinator, ask, row


def answered(site: Site, actor: Actor, kind: str = "pairing") -> str:
    """A run that is done, without anybody having worked."""
    run_id = ask(site, actor, kind=kind)
    taken = run_rows.take(site.db)
    assert taken is not None
    run_rows.end(site.db, taken, "done", result={"doubled": 42}, solver_version="ortools 9", reason="")
    return run_id


def test_while_one_waits_no_second_run_of_its_kind_begins(site: Site, hélène: Actor):
    first = ask(site, hélène)

    with pytest.raises(errors.RunRefused) as refused:
        ask(site, hélène)
    assert refused.value.facts == {"run": first}
    assert ask(site, hélène, kind="planning")


def test_another_territory_may_run_at_the_same_time(site: Site, hélène: Actor):
    ask(site, hélène)

    assert ask(site, a_coordinator(site, "LOC"))


def test_of_twenty_who_ask_at_once_one_gets_a_run(site: Site, hélène: Actor):
    def one_more(_: int) -> bool:
        try:
            ask(site, hélène)
        except errors.RunRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        began = list(pool.map(one_more, range(20)))

    assert began.count(True) == 1


def test_the_queue_holds_twenty(site: Site, hélène: Actor):
    for number in range(runs.QUEUE_LIMIT):
        ask(site, a_coordinator(site, f"T{number}"))

    with pytest.raises(errors.RunRefused):
        ask(site, hélène)


@pytest.mark.parametrize(("name", "most"), runs.LARGEST.items())
def test_a_run_has_a_largest_size(site: Site, hélène: Actor, name: str, most: int):
    with pytest.raises(errors.RunRefused):
        runs.ask(site, hélène, "pairing", {name: [0] * (most + 1)}, {})
    assert runs.ask(site, hélène, "pairing", {name: [0] * most}, {})


def test_only_coordination_asks_for_a_run(site: Site, hélène: Actor):
    with pytest.raises(errors.NotAllowed):
        ask(site, replace(hélène, role="peer_helper"))


def test_a_run_of_another_territory_is_not_there(site: Site, hélène: Actor):
    run_id = ask(site, hélène)
    stranger = a_coordinator(site, "LOC")

    for look in (runs.get, runs.stop, runs.result):
        with pytest.raises(errors.NotFound):
            look(site, stranger, run_id)
    assert runs.get(site, hélène, run_id).status == "queued"


def test_what_waits_in_a_territory_follows_what_is_under_way_there(site: Site, hélène: Actor):
    first, second = ask(site, hélène), ask(site, hélène, kind="planning")
    elsewhere = ask(site, a_coordinator(site, "LOC"))

    taken = [run_rows.take(site.db), run_rows.take(site.db), run_rows.take(site.db)]
    assert [one.public_id if one else None for one in taken] == [first, elsewhere, None]
    assert runs.get(site, hélène, second).status == "queued"


def test_whoever_was_taken_for_dead_writes_nothing_any_more(site: Site, hélène: Actor):
    run_id = ask(site, hélène)
    zombie = run_rows.take(site.db)
    assert zombie is not None
    run_rows.take_up_orphans(site.db, all_running=True)
    taken = run_rows.take(site.db)
    assert taken is not None

    assert run_rows.beat(site.db, zombie, {"stage": "late"}) is None
    assert not run_rows.end(site.db, zombie, "done", result={"doubled": 0})
    assert not run_rows.hand_back(site.db, zombie)
    assert run_rows.end(site.db, taken, "done", result={"doubled": 42})
    assert row(site, run_id).result == {"doubled": 42}


def test_a_run_without_heartbeat_for_a_minute_is_taken_up_by_another_worker(site: Site, hélène: Actor):
    run_id = ask(site, hélène)
    run_rows.take(site.db)
    fresh = run_rows.take_up_orphans(site.db, all_running=False)
    with site.db.begin() as tx:
        long_ago = RealClock().now() - run_rows.LEASE - timedelta(seconds=1)
        tx.exec(update(Run).where(col(Run.public_id) == run_id).values(heartbeat_at=long_ago))

    assert (fresh, run_rows.take_up_orphans(site.db, all_running=False)) == (0, 1)
    assert runs.get(site, hélène, run_id).status == "queued"


def test_a_run_whose_server_dies_each_time_is_given_up_with_a_reason(site: Site, hélène: Actor):
    run_id = ask(site, hélène)
    for _ in range(run_rows.ATTEMPTS):
        assert run_rows.take(site.db) is not None
        run_rows.take_up_orphans(site.db, all_running=True)

    view = runs.get(site, hélène, run_id)
    assert (view.status, view.reason) == ("failed", runs.REASONS["crashed"])
    assert run_rows.take(site.db) is None


def test_a_wish_to_stop_outlives_the_server(site: Site, hélène: Actor):
    run_id = ask(site, hélène)
    run_rows.take(site.db)
    runs.stop(site, hélène, run_id)
    run_rows.take_up_orphans(site.db, all_running=True)
    again = run_rows.take(site.db)
    assert again is not None

    assert run_rows.beat(site.db, again, {}) is True


def test_the_latest_result_of_a_kind_is_found(site: Site, hélène: Actor):
    answered(site, hélène)
    latest = answered(site, hélène)
    answered(site, hélène, "planning")

    found = runs.finished(site, hélène, "pairing")
    assert found is not None
    assert (found.public_id, found.result, found.solver_version) == (latest, {"doubled": 42}, "ortools 9")


def test_a_result_is_applied_once(site: Site, hélène: Actor):
    run_id = answered(site, hélène)
    with site.db.begin() as tx:
        runs.mark_applied(tx, hélène, run_id)

    with pytest.raises(errors.Outdated), site.db.begin() as tx:
        runs.mark_applied(tx, hélène, run_id)
    assert runs.get(site, hélène, run_id).applied_at is not None


def test_a_run_that_is_not_done_has_no_result(site: Site, hélène: Actor):
    run_id = ask(site, hélène)

    with pytest.raises(errors.RunRefused):
        runs.result(site, hélène, run_id)
    with pytest.raises(errors.RunRefused), site.db.begin() as tx:
        runs.mark_applied(tx, hélène, run_id)


def with_account(site: Site, actor: Actor) -> Actor:
    with site.db.begin() as tx:
        account = Account(public_id=site.ids.new(), territory_id=actor.territory_id, role="coordinator")
        tx.add(account)
        tx.flush()
        return replace(actor, account_id=account.id)


def test_an_account_asks_for_thirty_runs_an_hour_and_then_hears_when_it_may_again(site: Site, hélène: Actor):
    her = with_account(site, hélène)
    for _ in range(site.settings.runs_an_hour):
        runs.stop(site, her, ask(site, her))
    with pytest.raises(errors.TooManyRuns) as refused:
        ask(site, her)
    with site.db.begin() as tx:
        tx.exec(update(Run).values(asked_at=RealClock().now() - timedelta(hours=1)))

    assert 0 < refused.value.seconds <= 3600
    assert ask(site, her)


def test_a_key_asks_once_for_the_same_and_is_refused_for_something_else(site: Site, hélène: Actor):
    her = with_account(site, hélène)
    same = runs.Key("abc", "hash of the request")
    first = runs.ask(site, her, "pairing", {"number": 21}, {}, same)
    again = runs.ask(site, her, "pairing", {"number": 22}, {}, same)

    assert again == first
    for other, kind in ((runs.Key("abc", "another hash"), "pairing"), (same, "what_if")):
        with pytest.raises(errors.KeyReused):
            runs.ask(site, her, kind, {"number": 21}, {}, other)


def test_of_twenty_with_one_key_all_get_the_same_run(site: Site, hélène: Actor):
    her = with_account(site, hélène)
    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(lambda _: runs.ask(site, her, "pairing", {}, {}, runs.Key("k", "p")), range(20)))

    assert len(set(asked)) == 1


def test_a_supposition_has_the_same_largest_size(site: Site, hélène: Actor):
    with pytest.raises(errors.RunRefused):
        runs.ask(site, hélène, "what_if", {"instance": {"people": [0] * 2_001}, "question": {}}, {})
