"""Work beside the server goes on, whatever one look stumbles over."""

from __future__ import annotations

import logging
import threading

import pytest

from service import beside
from service.errors import NotFound


def looks(*outcomes: Exception | None) -> tuple[beside.Look, threading.Event]:
    """A look that ends in each of these in turn, and what is set after the last."""
    left, done = list(outcomes), threading.Event()

    def look(_: threading.Event) -> None:
        outcome = left.pop(0) if left else None
        if not left:
            done.set()
        if outcome is not None:
            raise outcome

    return look, done


@pytest.mark.parametrize("error", [OSError("disk"), NotFound("gone"), KeyError("Dalia"), ZeroDivisionError()])
def test_a_look_that_fails_does_not_end_those_that_follow(error: Exception):
    look, done = looks(error, error, None)
    with beside.repeated("trial", look, 0.01):
        assert done.wait(10)


def test_what_people_wrote_stays_out_of_the_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    look, done = looks(KeyError("Dalia"), None)
    with beside.repeated("trial", look, 0.01):
        assert done.wait(10)

    [line] = [record.getMessage() for record in caplog.records if record.name == "lefil.beside"]
    assert line.startswith("trial waits, by a fault of ours: KeyError in look:")
    assert "Dalia" not in line


def test_the_block_ends_when_the_look_under_way_is_done():
    began, ended = threading.Event(), threading.Event()

    def look(ending: threading.Event) -> None:
        began.set()
        ending.wait(10)
        ended.set()

    with beside.repeated("trial", look, 0.01):
        assert began.wait(10)
        assert not ended.is_set()

    assert ended.is_set()


def test_a_look_that_does_not_end_is_left_after_some_patience():
    stuck, free = threading.Event(), threading.Event()

    def look(_: threading.Event) -> None:
        stuck.set()
        free.wait(30)

    with beside.repeated("trial", look, 0.01, patience=0.05):
        assert stuck.wait(10)

    assert not free.is_set()
    free.set()
