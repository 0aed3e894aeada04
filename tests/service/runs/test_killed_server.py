from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service import runs
from service.site import Actor, Site
from tests.forks import Talking
from tests.service.runs.builders import ask, ended, row, solving, under_way, until


@contextmanager
def a_server(site: Site) -> Iterator[Talking]:
    """A server in a process of its own, ended with the block."""
    process = Talking("tests.service.runs.a_server", site.settings.database_url)
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.end()


def test_a_run_of_a_killed_server_is_taken_up_at_the_next_start(site: Site, hélène: Actor):
    run_id = ask(site, hélène, "long")
    with a_server(site) as killed:
        under_way(site, hélène, run_id)
        [child] = solving(killed.pid)
        os.kill(killed.pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{child}").exists())
    left = runs.get(site, hélène, run_id).status
    with a_server(site):
        until(lambda: row(site, run_id).attempt == 2)
        under_way(site, hélène, run_id)
        runs.stop(site, hélène, run_id)
        view = ended(site, hélène, run_id)

    assert left == "running"
    assert (view.status, runs.result(site, hélène, run_id).result) == ("done", {"doubled": 42, "status": "optimal"})


def test_a_server_that_is_asked_to_end_hands_its_run_back(site: Site, hélène: Actor):
    run_id = ask(site, hélène, "long")
    with a_server(site) as server:
        under_way(site, hélène, run_id)
        os.kill(server.pid, signal.SIGTERM)
        server.wait(20)

    assert (row(site, run_id).status, row(site, run_id).attempt) == ("queued", 0)


def test_while_a_server_works_another_one_stands_by(site: Site, hélène: Actor):
    run_id = ask(site, hélène, "long")
    with a_server(site), a_server(site):
        under_way(site, hélène, run_id)
        time.sleep(2)
        attempts = row(site, run_id).attempt
        runs.stop(site, hélène, run_id)
        ended(site, hélène, run_id)

    assert attempts == 1
