"""The steps of a run's row, each one transaction and fenced by the attempt that was handed out (`security.md` J7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import exists, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from service.clock import RealClock
from service.database import Database
from service.tables.work import Run

ATTEMPTS = 5
"""Tries before a run that keeps losing its process is given up."""
LEASE = timedelta(seconds=60)
"""Without a heartbeat for so long, whoever carried the run out is taken for dead."""


@dataclass(frozen=True)
class Taken:
    """A run in the hands of one worker; `attempt` is its fencing token: once taken again, its writes are void."""

    id: int
    public_id: str
    attempt: int
    kind: str
    snapshot: dict[str, Any]
    limits: dict[str, Any]


def take(db: Database) -> Taken | None:
    """The oldest waiting run whose territory has none under way, now taken; None when there is none."""
    other = aliased(Run)
    busy = exists().where(col(other.territory_id) == Run.territory_id, col(other.status) == "running")
    waiting = select(Run).where(Run.status == "queued", ~busy).order_by(col(Run.id)).limit(1)
    with db.begin() as tx:
        run = tx.exec(waiting.with_for_update(skip_locked=True, of=Run)).first()
        if run is None:
            return None
        now = RealClock().now()
        run.status, run.attempt, run.heartbeat_at = "running", run.attempt + 1, now
        # A wish to stop outlives the process that lost the run.
        run.started_at, run.progress = run.started_at or now, {}
        tx.add(run)
        limits: Any = run.parameters.get("limits", {})
        return Taken(cast("int", run.id), run.public_id, run.attempt, run.kind, run.snapshot, limits)


def beat(db: Database, taken: Taken, progress: dict[str, Any]) -> bool | None:
    """Say that the run goes on and how far it is. True: it was asked to stop. None: another worker has taken it."""
    with db.begin() as tx:
        found = tx.exec(
            update(Run)
            .where(*_still(taken))
            .values(heartbeat_at=RealClock().now(), progress=progress)
            .returning(col(Run.stop_asked))
        ).first()
        return None if found is None else bool(found[0])


def keep_draft(db: Database, taken: Taken, draft: dict[str, Any]) -> bool:
    """Keep a first answer until there is a better one; False when another worker has taken the run."""
    with db.begin() as tx:
        kept = tx.exec(update(Run).where(*_still(taken)).values(draft=draft, heartbeat_at=RealClock().now()))
        return kept.rowcount == 1


def end(db: Database, taken: Taken, status: str, **values: object) -> bool:
    """End the run with its result or its reason, in one step; False when another worker has taken it."""
    now = RealClock().now()
    with db.begin() as tx:
        done = tx.exec(
            update(Run).where(*_still(taken)).values(status=status, ended_at=now, heartbeat_at=now, **values)
        )
        return done.rowcount == 1


def hand_back(db: Database, taken: Taken) -> bool:
    """Let the run wait again, its process died. False when it was given up or taken by another."""
    if taken.attempt >= ATTEMPTS:
        end(db, taken, "failed", reason="crashed")
        return False
    with db.begin() as tx:
        return tx.exec(update(Run).where(*_still(taken)).values(status="queued")).rowcount == 1


def return_unused(db: Database, taken: Taken) -> None:
    """Let the run wait again without counting the attempt: the server stops in order."""
    with db.begin() as tx:
        tx.exec(update(Run).where(*_still(taken)).values(status="queued", attempt=taken.attempt - 1))


def take_up_orphans(db: Database, *, all_running: bool) -> int:
    """
    Let runs of dead servers wait again, or give them up after `ATTEMPTS`; how many there were.

    `all_running`: the caller is the only worker of this database, so that whatever runs is an orphan; otherwise only
    what had no heartbeat for the length of the lease.
    """
    now = RealClock().now()
    orphans: list[Any] = [Run.status == "running"] + ([] if all_running else [col(Run.heartbeat_at) < now - LEASE])
    with db.begin() as tx:
        given_up = tx.exec(
            update(Run)
            .where(*orphans, col(Run.attempt) >= ATTEMPTS)
            .values(status="failed", reason="crashed", ended_at=now)
        )
        again = tx.exec(update(Run).where(*orphans).values(status="queued"))
        return given_up.rowcount + again.rowcount


def _still(taken: Taken) -> tuple[Any, ...]:
    return (Run.id == taken.id, Run.status == "running", Run.attempt == taken.attempt)
