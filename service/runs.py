"""
Runs: calculations as rows, so that a killed process or server loses nothing (`domain.md` 5-6, `security.md` J7).

A use case reads its instance, asks for a run, and comes back when it is finished; no transaction is open meanwhile.
Leases and heartbeats use the real clock.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from locales import N_
from service import errors
from service.access_scope import only_coordinator, scope
from service.clock import RealClock
from service.site import Actor, Site
from service.tables.territory import Territory
from service.tables.work import Run

QUEUE_LIMIT = 20
"""Runs waiting or under way in all (`security.md` H5)."""
LARGEST = {"people": 2_000, "tasks": 10_000}
"""Most entries of a list of the snapshot (`security.md` H5)."""
OPEN_STATES = ("queued", "running")
HOUR = timedelta(hours=1)
KEY_LIVES = timedelta(hours=24)
"""How long a key keeps a request from being carried out twice (`security.md` J5)."""

REASONS = {
    "crashed": N_(
        "Le calcul s’est interrompu plusieurs fois. Rien n’a changé. Relancez-le. "
        "S'il s’interrompt encore, prévenez la personne qui gère Le Fil."
    ),
    "error": N_("Le calcul a rencontré une erreur. Rien n’a changé. Prévenez la personne qui gère Le Fil."),
    "rule_broken": N_("Le résultat du calcul ne respecte pas toutes les règles. Il est écarté et rien n’a changé."),
    "infeasible": N_(
        "Les visites fixées se contredisent : le calcul n’a aucune solution. Rien n’a changé. "
        "Déplacez l’une d’elles, puis relancez le calcul."
    ),
    "too_long": N_("Le calcul a dépassé le temps permis. Rien n’a changé. Relancez-le."),
    "stopped": N_("Le calcul a été arrêté avant d’avoir trouvé une solution. Rien n’a changé."),
}
"""Why a run ended without a result, by code."""


LIGHT = tuple(defer(getattr(Run, name)) for name in ("snapshot", "draft", "result"))
"""Whoever only looks how far a run is does not read what went in and what came out."""


class Runner(Protocol):
    """Who carries runs out: a warm child process today; the row stays the truth, these calls only save time."""

    def start(self, run_id: str) -> None:
        """There is a new run to carry out."""
        ...

    def stop(self, run_id: str) -> None:
        """A run was asked to stop."""
        ...

    def close(self) -> None:
        """Hand back what is under way, to be taken up at the next start."""
        ...


@dataclass(frozen=True)
class RunView:
    """
    How far a run is.

    `seconds` have passed since it was asked, up to its end. `value` and `bound` are in the units of `stage` and None
    while unknown. `reason` is a sentence to translate, empty unless the run failed or was cancelled. `stopped` says
    that the search ended before its proof (`person`, `time`) and the best answer was kept; empty otherwise.
    `has_draft`: there is a first answer, which the judge has looked at.
    """

    public_id: str
    kind: str
    status: str
    seconds: float
    stage: str
    value: float | None
    bound: float | None
    reason: str
    stopped: str
    asked_at: datetime
    applied_at: datetime | None
    has_draft: bool = False

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES

    @property
    def has_answer(self) -> bool:
        return self.has_draft or self.status == "done"


@dataclass(frozen=True)
class Finished:
    """What a finished run was asked and what it answered, as plain data."""

    public_id: str
    kind: str
    snapshot: dict[str, Any]
    parameters: dict[str, Any]
    result: dict[str, Any]
    solver_version: str
    ended_at: datetime
    applied_at: datetime | None


@dataclass(frozen=True)
class Newest:
    """
    The newest answer of a kind, as plain data, and the run it comes from.

    `is_draft`: it is a first answer, of a run that goes on or ended without another one; it is not proven, whatever it
    says of itself. `draft` is the first answer also when there is another one by now.
    """

    run: RunView
    snapshot: dict[str, Any]
    parameters: dict[str, Any]
    result: dict[str, Any]
    is_draft: bool
    draft: dict[str, Any] | None


@dataclass(frozen=True)
class Key:
    """What a caller names a request by, so that sending it twice carries it out once; `payload` is its hash."""

    name: str
    payload: str


def ask(
    site: Site,
    actor: Actor,
    kind: str,
    snapshot: dict[str, Any],
    parameters: dict[str, Any],
    key: Key | None = None,
) -> str:
    """
    Ask for a calculation on a snapshot; its public id, or that of the run which the same key already asked for.

    `parameters["limits"]` may hold fields of `matching.search.Limits`; the rest is kept to explain the run.

    Raises
    ------
    RunRefused
        When one of that kind is waiting or under way for the territory, too many are waiting, or it is too large.
    TooManyRuns
        When this account asked too often within an hour.
    KeyReused
        When the key came with another request before.
    """
    territory_id = only_coordinator(actor)
    if any(len(lists.get(name, ())) > most for lists in _lists(snapshot) for name, most in LARGEST.items()):
        raise errors.RunRefused(N_("Il y a trop de personnes ou de visites pour un seul calcul."))
    with site.db.begin() as tx:
        # One asks at a time: what is under way is counted and the run written without another one in between.
        tx.exec(select(Territory.id).where(Territory.id == actor.territory_id).with_for_update()).one()
        known = _asked_before(tx, actor, kind, key) if key is not None else None
        if known is not None:
            return known
        _not_too_often(tx, site, actor)
        under_way = tx.exec(
            select(Run.public_id).where(scope(actor).of(Run), Run.kind == kind, col(Run.status).in_(OPEN_STATES))
        ).first()
        if under_way is not None:
            raise errors.RunRefused(N_("Un calcul est déjà en cours. Attendez sa fin, ou arrêtez-le."), run=under_way)
        if tx.exec(select(func.count()).select_from(Run).where(col(Run.status).in_(OPEN_STATES))).one() >= QUEUE_LIMIT:
            raise errors.RunRefused(N_("Trop de calculs attendent. Réessayez dans quelques minutes."))
        run = Run(
            public_id=site.ids.new(),
            territory_id=territory_id,
            kind=kind,
            asked_by=actor.account_id,
            asked_at=RealClock().now(),
            seed=int(parameters.get("limits", {}).get("seed", 0)),
            snapshot=snapshot,
            parameters={**parameters, **({"key": key.name, "payload": key.payload} if key is not None else {})},
        )
        tx.add(run)
        public_id = run.public_id
    site.bell.set()
    return public_id


def _lists(snapshot: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Where a snapshot holds its lists: a supposition has an instance inside."""
    inner = snapshot.get("instance")
    return [snapshot, inner] if isinstance(inner, dict) else [snapshot]


def _asked_before(tx: Session, actor: Actor, kind: str, key: Key) -> str | None:
    """The run that this account asked for with this key within a day."""
    since = RealClock().now() - KEY_LIVES
    rows = tx.exec(
        select(Run.public_id, Run.kind, Run.parameters)
        .where(Run.asked_by == actor.account_id, Run.territory_id == actor.territory_id, col(Run.asked_at) > since)
        .order_by(col(Run.id).desc())
    )
    for public_id, of_kind, parameters in rows:
        if parameters.get("key") == key.name:
            if (of_kind, parameters.get("payload")) != (kind, key.payload):
                raise errors.KeyReused(N_("Cette clé a déjà servi pour une autre demande."))
            return public_id
    return None


def _not_too_often(tx: Session, site: Site, actor: Actor) -> None:
    """So many calculations an account and hour (`security.md` H6); the command line has no account."""
    if actor.account_id is None:
        return
    now, most = RealClock().now(), site.settings.runs_an_hour
    asked = tx.exec(
        select(Run.asked_at)
        .where(Run.asked_by == actor.account_id, col(Run.asked_at) > now - HOUR)
        .order_by(col(Run.asked_at).desc())
        .limit(most)
    ).all()
    if len(asked) >= most:
        first = asked[-1] if asked else now
        raise errors.TooManyRuns(math.ceil((first + HOUR - now).total_seconds()))


def get(site: Site, actor: Actor, public_id: str, *kinds: str) -> RunView:
    """How far a run of the actor's territory is; with kinds, one of another kind is not there."""
    with site.db() as tx:
        wanted = select(Run, col(Run.draft).is_not(None)).where(Run.public_id == public_id, scope(actor).of(Run))
        found = tx.exec(wanted.options(*LIGHT)).first()
        if found is None or (kinds and found[0].kind not in kinds):
            raise errors.NotFound(N_("Ce calcul n’existe pas."))
        return _view(*found)


def current(site: Site, actor: Actor, kind: str) -> RunView | None:
    """The run of a kind that waits or is under way in the actor's territory."""
    with site.db() as tx:
        found = tx.exec(
            select(Run, col(Run.draft).is_not(None))
            .where(scope(actor).of(Run), Run.kind == kind, col(Run.status).in_(OPEN_STATES))
            .options(*LIGHT)
        ).first()
        return None if found is None else _view(*found)


def last(site: Site, actor: Actor, kind: str) -> RunView | None:
    """The latest run of a kind in the actor's territory, whatever became of it."""
    with site.db() as tx:
        found = tx.exec(
            select(Run, col(Run.draft).is_not(None))
            .where(scope(actor).of(Run), Run.kind == kind)
            .order_by(col(Run.id).desc())
            .limit(1)
            .options(*LIGHT)
        ).first()
        return None if found is None else _view(*found)


def newest(site: Site, actor: Actor, kind: str) -> Newest | None:
    """The answer of the latest run of a kind that has one, be it the first one before the proof."""
    with site.db() as tx:
        run = tx.exec(
            select(Run)
            .where(
                scope(actor).of(Run),
                Run.kind == kind,
                (col(Run.status) == "done") | col(Run.draft).is_not(None),
            )
            .order_by(col(Run.id).desc())
            .limit(1)
        ).first()
        return None if run is None else _newest(run)


def answer_of(site: Site, actor: Actor, public_id: str, *kinds: str) -> Newest | None:
    """The same of one run; None while it has no answer."""
    with site.db() as tx:
        run = _own(tx, actor, public_id)
        if kinds and run.kind not in kinds:
            raise errors.NotFound(N_("Ce calcul n’existe pas."))
        return _newest(run) if run.status == "done" or run.draft is not None else None


def snapshot_of(site: Site, actor: Actor, public_id: str, kind: str) -> dict[str, Any]:
    """What went into a run of this kind."""
    with site.db() as tx:
        run = _own(tx, actor, public_id)
        if run.kind != kind:
            raise errors.NotFound(N_("Ce calcul n’existe pas."))
        return run.snapshot


def _newest(run: Run) -> Newest:
    done = run.status == "done"
    view = _view(run, run.draft is not None)
    return Newest(view, run.snapshot, run.parameters, (run.result if done else run.draft) or {}, not done, run.draft)


def stop(site: Site, actor: Actor, public_id: str) -> RunView:
    """
    Stop a run: what waits is cancelled; what is under way gives its best answer within two seconds, or is cancelled.

    A run that has ended stays as it is.
    """
    with site.db.begin() as tx:
        run = _own(tx, actor, public_id, lock=True)
        if run.status == "queued":
            run.status, run.reason, run.ended_at = "cancelled", "stopped", RealClock().now()
        elif run.status == "running":
            run.stop_asked = True
        tx.add(run)
        return _view(run, run.draft is not None)


def finished(site: Site, actor: Actor, kind: str) -> Finished | None:
    """The latest run of a kind that is done in the actor's territory."""
    with site.db() as tx:
        wanted = select(Run).where(scope(actor).of(Run), Run.kind == kind, Run.status == "done")
        run = tx.exec(wanted.order_by(col(Run.id).desc()).limit(1)).first()
        return None if run is None else _finished(run)


def result(site: Site, actor: Actor, public_id: str) -> Finished:
    """
    What one run answered.

    Raises
    ------
    RunRefused
        When it is not done.
    """
    with site.db() as tx:
        run = _own(tx, actor, public_id)
        if run.status != "done":
            raise errors.RunRefused(N_("Ce calcul n’a pas de résultat."), run=public_id)
        return _finished(run)


def mark_applied(tx: Session, actor: Actor, public_id: str) -> None:
    """
    Note, in the transaction that writes its effect, that a run was applied; once only.

    With a first answer it need not be done: it is asked to stop then, since its last answer has lost its use.

    Raises
    ------
    Outdated
        When it was applied before.
    """
    run = _own(tx, actor, public_id, lock=True)
    if run.status != "done" and run.draft is None:
        raise errors.RunRefused(N_("Ce calcul n’a pas de résultat."), run=public_id)
    if run.applied_at is not None:
        raise errors.Outdated(N_("Ce résultat est déjà appliqué."), run=public_id)
    run.applied_at = RealClock().now()
    run.stop_asked = run.stop_asked or run.status in OPEN_STATES
    tx.add(run)


def _own(tx: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Run:
    wanted = select(Run).where(Run.public_id == public_id, scope(actor).of(Run))
    run = tx.exec(wanted.with_for_update() if lock else wanted).first()
    if run is None:
        raise errors.NotFound(N_("Ce calcul n’existe pas."))
    return run


def _view(run: Run, has_draft: bool) -> RunView:
    def figure(name: str) -> float | None:
        value = run.progress.get(name)
        return float(value) if isinstance(value, int | float) else None

    return RunView(
        public_id=run.public_id,
        kind=run.kind,
        status=run.status,
        seconds=max(0.0, ((run.ended_at or RealClock().now()) - run.asked_at).total_seconds()),
        stage=str(run.progress.get("stage", "")),
        value=figure("value"),
        bound=figure("bound"),
        reason=REASONS.get(run.reason, run.reason),
        stopped=str(run.progress.get("stopped", "")),
        asked_at=run.asked_at,
        applied_at=run.applied_at,
        has_draft=has_draft,
    )


def _finished(run: Run) -> Finished:
    return Finished(
        public_id=run.public_id,
        kind=run.kind,
        snapshot=run.snapshot,
        parameters=run.parameters,
        result=run.result or {},
        solver_version=run.solver_version,
        ended_at=run.ended_at or run.asked_at,
        applied_at=run.applied_at,
    )
