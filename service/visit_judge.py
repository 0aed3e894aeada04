"""The judge of planning on the live plan: what stands is held against every rule, as if it were a fresh answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from matching.planning.instance import Instance
from matching.planning.judge import violations
from matching.planning.plan import Violation
from matching.planning.plan import Visit as Standing
from service import clock, codes
from service.planning_data import read_instance
from service.planning_records import Horizon
from service.site import Site
from service.tables.pairings import Visit
from service.tables.territory import Territory


def judge_live(site: Site) -> list[str]:
    """Rules that the visits of today and later break, as lines for `lefil check`; the past is not judged."""
    found: list[str] = []
    with site.db() as tx:
        for territory in tx.exec(select(Territory).order_by(Territory.ref)).all():
            today = clock.today(site.clock, territory.timezone)
            last = day_after_the_last(tx, territory)
            if last is None or last < today:
                continue
            horizon = Horizon(today, ((last - today).days // 7 + 1) * 7, territory.timezone)
            for one in standing_violations(tx, territory, horizon.moment(0), horizon):
                found.append(f"{territory.ref}: {one.code}: {', '.join(one.tasks)}: {one.text}")
    return found


def standing_violations(tx: Session, territory: Territory, now: datetime, horizon: Horizon) -> tuple[Violation, ...]:
    """What the visits that stand in the horizon break."""
    instance = read_instance(
        tx,
        territory,
        now=min(now, horizon.moment(0)),
        start=horizon.first,
        weeks=horizon.days // 7,
        stand=True,
    )
    plan = tuple(Standing(task.id, task.fixed) for task in instance.tasks if task.fixed is not None)
    return violations(as_proposed(instance), plan)


def as_proposed(instance: Instance) -> Instance:
    """The same visits, none of them taken as a fact."""
    return replace(instance, tasks=tuple(replace(task, fixed=None) for task in instance.tasks))


def day_after_the_last(tx: Session, territory: Territory) -> date | None:
    """The day after the last visit that stands; None without any."""
    last = tx.exec(
        select(func.max(Visit.ends_at)).where(
            Visit.territory_id == territory.id, col(Visit.status).in_(codes.LIVE_VISIT_STATES)
        )
    ).one()
    return None if last is None else (last + timedelta(days=1)).date()
