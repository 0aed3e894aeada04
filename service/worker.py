"""
Carries runs out, each in a warm child process (`security.md` H5, J7, J11).

One thread hands out what waits, one thread stands beside each run under way: it writes the heartbeat, passes the wish
to stop, ends what takes too long, and has the judge look at an answer before it becomes one, also at the first one that
comes before the proof. A child that dies is replaced and its run tried again; a server that dies finds its runs at the
next start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy.exc import DBAPIError

from matching.search import Limits
from service import run_rows, travel_sources
from service.database import Database
from service.run_kinds import KINDS, RunKind
from service.run_lock import OnlyWorker
from service.run_process import Child, ChildGone
from service.run_rows import Taken
from service.settings import Settings
from service.site import Site

log = logging.getLogger("lefil.runs")

BEAT_SECONDS = 0.5
"""Between two heartbeats: the page shows fresh figures and a wish to stop is seen well within two seconds."""
LOOK_SECONDS = 0.5
"""Between two looks for new runs when nobody calls."""
GRACE_SECONDS = 1.0
"""For the best answer so far after a wish to stop; then the process is ended."""
KILL_AFTER_SECONDS = 10.0
"""After the limit of time, for an answer to arrive; then the process is ended."""


@dataclass
class _Watch:
    """What the thread beside a run knows of it."""

    began: float
    progress: dict[str, Any] = field(default_factory=dict)
    stop_at: float | None = None
    next_beat: float = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


class _Fenced(Exception):
    """Another worker has taken the run."""


class Worker:
    """The one implementation of `runs.Runner`."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        kinds: Mapping[str, RunKind] = KINDS,
        bell: threading.Event | None = None,
        *,
        kill_after: float = KILL_AFTER_SECONDS,
    ) -> None:
        self._db = db
        self._kinds = kinds
        self._settings = settings
        self._lock = OnlyWorker(db)
        self._wake = bell or threading.Event()
        self._kill_after = kill_after
        self._closing = threading.Event()
        self._slots = threading.Semaphore(settings.solver_workers)
        self._idle: list[Child] = []
        self._guard = threading.Lock()
        self._beside: list[threading.Thread] = []
        self._dispatcher: threading.Thread | None = None

    def open(self) -> None:
        """Take up what a dead server left, warm a process, and wait for runs."""
        self._dispatcher = threading.Thread(target=self._dispatch, name="runs")
        self._dispatcher.start()

    def start(self, run_id: str) -> None:
        """There is a new run (`runs.Runner`)."""
        self._wake.set()

    def stop(self, run_id: str) -> None:
        """A run was asked to stop: its row says so, and the thread beside it looks twice a second (`runs.Runner`)."""

    def close(self) -> None:
        """Hand back what is under way and end the child processes (`runs.Runner`)."""
        self._closing.set()
        self._wake.set()
        if self._dispatcher is not None:
            self._dispatcher.join()
        for thread in self._beside:
            thread.join()
        with self._guard:
            while self._idle:
                self._idle.pop().kill()
        self._lock.release()

    def _dispatch(self) -> None:
        while not self._closing.is_set():
            try:
                self._hand_out()
            except DBAPIError as error:  # the database is away or full: it comes back, and so do we
                log.warning("runs wait: %s", type(error).__name__)
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _hand_out(self) -> None:
        if not self._lock.held:
            if not self._lock.acquire():
                return
            if orphans := run_rows.take_up_orphans(self._db, all_running=True):
                log.info("runs taken up again: %d", orphans)
            self._warm()
        self._beside = [thread for thread in self._beside if thread.is_alive()]
        while self._slots.acquire(blocking=False):
            taken = None if self._closing.is_set() else run_rows.take(self._db)
            if taken is None:
                self._slots.release()
                return
            thread = threading.Thread(target=self._in_slot, args=(taken,), name=f"run-{taken.id}")
            self._beside.append(thread)
            thread.start()

    def _in_slot(self, taken: Taken) -> None:
        try:
            self._carry_out(taken)
        finally:
            self._slots.release()
            self._wake.set()

    def _carry_out(self, taken: Taken) -> None:
        """From the row to its end; whatever happens, the row says so or another worker has it."""
        kind = self._kinds[taken.kind]
        try:
            instance = kind.instance(taken.snapshot)
            limits = msgspec.convert(taken.limits, Limits)
        except msgspec.ValidationError as error:
            log.error("run %s: unreadable snapshot: %s", taken.public_id, error)
            self._end(taken, "failed", reason="error")
            return
        child: Child | None = None
        try:
            child = self._child()
            self._accompany(taken, kind, instance, limits, child)
        except _Fenced:
            log.warning("run %s: attempt %d is no longer ours", taken.public_id, taken.attempt)
        except (ChildGone, OSError) as error:
            log.warning(
                "run %s: attempt %d lost its process (%s)", taken.public_id, taken.attempt, type(error).__name__
            )
            self._insist(lambda: run_rows.hand_back(self._db, taken))
        except Exception:  # whatever it was: the run ends with a reason, and the thread lives on for the next one
            log.exception("run %s failed", taken.public_id)
            self._end(taken, "failed", reason="error")
        finally:
            if child is not None:
                self._put_back(child)

    def _accompany(self, taken: Taken, kind: RunKind, instance: Any, limits: Limits, child: Child) -> None:
        """Stand beside a run until its child answers, or may not go on."""
        allowed = limits.seconds or self._settings.solver_seconds
        watch = _Watch(time.monotonic())
        child.solve(kind, taken.snapshot, limits)
        while True:
            message = child.next(max(0.0, min(0.1, watch.next_beat - time.monotonic())))
            if "answer" in message:
                self._judge(taken, kind, instance, message["answer"], watch, child.version)
                return
            if "error" in message:
                log.error("run %s: %s in its process", taken.public_id, message["error"])
                self._end(taken, "failed", reason="error", solver_version=child.version)
                child.kill()
                return
            if "draft" in message:
                self._keep_draft(taken, kind, instance, message["draft"])
            if "progress" in message:
                watch.progress.update(message["progress"])
            if self._closing.is_set():
                child.kill()
                self._insist(lambda: run_rows.return_unused(self._db, taken))
                return
            now = time.monotonic()
            if now >= watch.next_beat:
                watch.next_beat = now + BEAT_SECONDS
                if self._beat(taken, watch) and watch.stop_at is None:
                    watch.progress["stopped"] = "person"
                    watch.stop_at = now + GRACE_SECONDS
                    child.stop()
            if watch.stop_at is None and watch.seconds > allowed:
                watch.progress["stopped"] = "time"
                watch.stop_at = now + self._kill_after
                child.stop()
            if watch.stop_at is not None and now > watch.stop_at:
                child.kill()
                by_person = watch.progress["stopped"] == "person"
                status, reason = ("cancelled", "stopped") if by_person else ("failed", "too_long")
                self._end(taken, status, reason=reason, solver_version=child.version, progress=watch.progress)
                return

    def _keep_draft(self, taken: Taken, kind: RunKind, instance: Any, draft: dict[str, Any]) -> None:
        """A first answer is shown as soon as the judge finds nothing wrong with it; otherwise nobody sees it."""
        if broken := [str(violation) for violation in kind.violations(instance, kind.answer(draft))]:
            log.error("run %s: the judge found %d violations in the first answer", taken.public_id, len(broken))
            return
        try:
            kept = run_rows.keep_draft(self._db, taken, draft)
        except DBAPIError as error:  # the answer itself is still to come
            log.warning("run %s: first answer not written: %s", taken.public_id, type(error).__name__)
            return
        if not kept:
            raise _Fenced

    def _judge(
        self, taken: Taken, kind: RunKind, instance: Any, result: dict[str, Any], watch: _Watch, version: str
    ) -> None:
        """An answer that breaks a rule is kept with the run for whoever looks for the fault, and shown to nobody."""
        answer = kind.answer(result)
        if answer.status == "infeasible":
            reason = "infeasible"
        elif broken := [str(violation) for violation in kind.violations(instance, answer)]:
            log.error("run %s: the judge found %d violations", taken.public_id, len(broken))
            watch.progress["violations"] = broken[:100]
            reason = "rule_broken"
        else:
            reason = ""
        status = "failed" if reason else "done"
        self._end(taken, status, reason=reason, result=result, progress=watch.progress, solver_version=version)

    def _beat(self, taken: Taken, watch: _Watch) -> bool:
        """Write the heartbeat; whether the run was asked to stop."""
        try:
            asked = run_rows.beat(self._db, taken, watch.progress)
        except DBAPIError as error:  # the search need not suffer from a full disk
            log.warning("run %s: heartbeat not written: %s", taken.public_id, type(error).__name__)
            return False
        if asked is None:
            raise _Fenced
        return asked

    def _end(self, taken: Taken, status: str, **values: object) -> None:
        if self._insist(lambda: run_rows.end(self._db, taken, status, **values)) is False:
            log.warning("run %s: attempt %d came too late", taken.public_id, taken.attempt)

    def _insist(self, write: Any) -> Any:
        """Write, again and again for as long as a lease lasts; then the row stays for the next start."""
        until = time.monotonic() + run_rows.LEASE.total_seconds()
        while True:
            try:
                return write()
            except DBAPIError as error:
                log.warning("a run's end is not written yet: %s", type(error).__name__)
                if time.monotonic() > until or self._closing.wait(1.0):
                    return None

    def _warm(self) -> None:
        child = Child()
        for kind in self._kinds.values():
            child.warm(kind)
        with self._guard:
            self._idle.append(child)

    def _child(self) -> Child:
        with self._guard:
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.kill()
        return Child()

    def _put_back(self, child: Child) -> None:
        with self._guard:
            if child.alive and not self._closing.is_set():
                self._idle.append(child)
                return
        child.kill()


@contextmanager
def working(site: Site) -> Iterator[Worker]:
    """
    A worker for the runs of this site while the block lasts; what is under way at its end is handed back.

    Whatever the settings name of travel times is taken over first.
    """
    travel_sources.take(site)
    worker = Worker(site.db, site.settings, bell=site.bell)
    worker.open()
    try:
        yield worker
    finally:
        worker.close()
