"""
Who coordinates when somebody of the coordination is away: hand over, take back, and who is on duty on a day.

Handing over moves no rights: every coordinator of a territory may do everything in it. It says whose name helpers and
persons read, and to whom what is written to the coordination goes (decision 0028).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock
from service.access_scope import scope
from service.errors import NotAcceptable, NotFound, StepNotAllowed
from service.kept_records import Desk, desk
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.duties import CoordinatorDuty
from service.tables.people import Professional
from service.tables.territory import Territory

LONGEST = timedelta(days=366)
REMEMBERED = timedelta(days=90)
"""So long the page shows a hand-over that is past."""


@dataclass(frozen=True)
class Colleague:
    """An account that coordinates the territory, by its public id."""

    public_id: str
    name: str
    is_own: bool
    is_on_duty: bool


@dataclass(frozen=True)
class DutyLine:
    """A hand-over; `state` is `now`, `ahead`, `past` or `ended`, `may_end` for either of the two until it is past."""

    public_id: str
    giver: str
    deputy: str
    first_day: date
    last_day: date
    state: str
    may_end: bool


@dataclass(frozen=True)
class Coordination:
    """The page: who coordinates, who is on duty today, hand-overs with the next one first."""

    colleagues: tuple[Colleague, ...]
    duties: tuple[DutyLine, ...]


def coordination(site: Site, actor: Actor) -> Coordination:
    with site.db() as tx:
        at = desk(tx, site, actor)
        accounts = _accounts(tx, at.territory.id)
        serving = {one.id for one in on_duty(tx, at.territory.id, at.day)}
        names = _names(tx, [one.party_id for one in accounts])
        rows = tx.exec(
            select(CoordinatorDuty)
            .where(
                scope(at.actor).of(CoordinatorDuty),
                col(CoordinatorDuty.last_day) >= at.day - REMEMBERED,
            )
            .order_by(col(CoordinatorDuty.first_day), col(CoordinatorDuty.id))
        ).all()
        every = {one.id: one for one in _accounts(tx, at.territory.id, closed_too=True)}
        all_names = _names(tx, [one.party_id for one in every.values()])
        lines = [
            DutyLine(
                public_id=row.public_id,
                giver=_name(every, all_names, row.account_id),
                deputy=_name(every, all_names, row.deputy_id),
                first_day=row.first_day,
                last_day=row.last_day,
                state=_state(row, at.day),
                may_end=_state(row, at.day) in ("now", "ahead") and actor.account_id in (row.account_id, row.deputy_id),
            )
            for row in rows
        ]
        return Coordination(
            tuple(
                Colleague(one.public_id, names.get(one.party_id, ""), one.id == actor.account_id, one.id in serving)
                for one in accounts
            ),
            tuple(sorted(lines, key=lambda one: one.state in ("past", "ended"))),
        )


def hand_over(site: Site, actor: Actor, deputy: str, first_day: date | None, last_day: date | None) -> str:
    """
    Hand the matters of the territory to a colleague, from the first to the last day; the hand-over's public id.

    Raises
    ------
    NotAcceptable
        When the colleague does not coordinate here or is away too, or the days make no sense.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        # One writer at a time on the territory, so that two hand-overs never cross (PostgreSQL).
        tx.exec(select(Territory.id).where(Territory.id == at.territory.id).with_for_update()).one()
        accounts = _accounts(tx, at.territory.id)
        chosen = next((one for one in accounts if one.public_id == deputy and one.id != actor.account_id), None)
        if chosen is None:
            raise NotAcceptable(N_("Choisissez qui vous remplace."), "deputy")
        first, last = _days(at, first_day, last_day)
        held = tx.exec(
            select(CoordinatorDuty).where(
                scope(at.actor).of(CoordinatorDuty),
                col(CoordinatorDuty.ended_at).is_(None),
                col(CoordinatorDuty.first_day) <= last,
                col(CoordinatorDuty.last_day) >= first,
            )
        ).all()
        if any(one.account_id == actor.account_id for one in held):
            raise NotAcceptable(N_("Vous avez déjà passé la main pendant ces jours."), "first")
        if any(one.account_id == chosen.id for one in held):
            raise NotAcceptable(N_("Cette personne a elle-même passé la main pendant ces jours."), "deputy")
        if any(one.deputy_id == actor.account_id for one in held):
            raise NotAcceptable(N_("Vous remplacez déjà quelqu’un pendant ces jours."), "first")
        row = CoordinatorDuty(
            public_id=site.ids.new(),
            territory_id=at.territory.id or 0,
            account_id=actor.account_id or 0,
            deputy_id=chosen.id or 0,
            first_day=first,
            last_day=last,
            made_at=site.clock.now(),
        )
        tx.add(row)
        tx.flush()
        audit.note(tx, site, actor, "duty.handed_over", "coordinator_duty", row.public_id)
        return row.public_id


def end(site: Site, actor: Actor, public_id: str) -> None:
    """
    End a hand-over early, or call one off that has not begun; both who hand over and who take over may.

    Raises
    ------
    NotFound
        When there is none of one's own.
    StepNotAllowed
        When it is over.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = tx.exec(
            select(CoordinatorDuty).where(
                CoordinatorDuty.public_id == public_id,
                scope(at.actor).of(CoordinatorDuty),
                (col(CoordinatorDuty.account_id) == actor.account_id)
                | (col(CoordinatorDuty.deputy_id) == actor.account_id),
            )
        ).first()
        if row is None:
            raise NotFound(N_("Ce remplacement n’existe pas."))
        if _state(row, at.day) not in ("now", "ahead"):
            raise StepNotAllowed(N_("Ce remplacement est déjà terminé."))
        row.ended_at = site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "duty.ended", "coordinator_duty", row.public_id)


def on_duty(tx: Session, territory_id: int | None, day: date) -> list[Account]:
    """
    Accounts that coordinate a territory on a day: whoever takes over comes first, whoever handed over is left out.

    Somebody is always on duty as long as the territory has an open account: when everybody has handed over, or whoever
    took over does not coordinate any more, nobody is left out.
    """
    return in_order(tx, territory_id, day)[0]


def in_order(tx: Session, territory_id: int | None, day: date) -> tuple[list[Account], list[Account]]:
    """Those on duty, then those who handed over to them."""
    accounts = _accounts(tx, territory_id)
    rows = tx.exec(
        select(CoordinatorDuty).where(
            CoordinatorDuty.territory_id == territory_id,
            col(CoordinatorDuty.ended_at).is_(None),
            col(CoordinatorDuty.first_day) <= day,
            col(CoordinatorDuty.last_day) >= day,
        )
    ).all()
    open_ones = {one.id for one in accounts}
    rows = [row for row in rows if row.deputy_id in open_ones]
    away, deputies = {row.account_id for row in rows}, {row.deputy_id for row in rows}
    serving = [one for one in accounts if one.id not in away]
    if not serving:
        return accounts, []
    serving.sort(key=lambda one: one.id not in deputies)
    return serving, [one for one in accounts if one.id in away]


def names_in_order(site: Site, actor: Actor) -> list[str]:
    """Names of those who coordinate the actor's territory: first who is on duty today."""
    with site.db() as tx:
        territory = tx.get(Territory, actor.territory_id) if actor.territory_id is not None else None
        return names_in(tx, site, territory) if territory is not None else []


def names_in(tx: Session, site: Site, territory: Territory) -> list[str]:
    """The same of any territory."""
    serving, away = in_order(tx, territory.id, clock.today(site.clock, territory.timezone))
    names = _names(tx, [one.party_id for one in (*serving, *away)])
    return [names[one.party_id] for one in (*serving, *away) if one.party_id in names]


def _days(at: Desk, first: date | None, last: date | None) -> tuple[date, date]:
    if first is None:
        raise NotAcceptable(N_("Donnez le premier jour."), "first")
    if last is None:
        raise NotAcceptable(N_("Donnez le dernier jour."), "last")
    if first < at.day:
        raise NotAcceptable(N_("Le premier jour est déjà passé."), "first")
    if last < first:
        raise NotAcceptable(N_("Le dernier jour est avant le premier. Corrigez l’un des deux."), "last")
    if last > at.day + LONGEST:
        raise NotAcceptable(N_("Un remplacement se termine dans l’année. Vérifiez le dernier jour."), "last")
    return first, last


def _state(row: CoordinatorDuty, day: date) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.last_day < day:
        return "past"
    return "now" if row.first_day <= day else "ahead"


def _accounts(tx: Session, territory_id: int | None, *, closed_too: bool = False) -> list[Account]:
    """By name."""
    wanted = (
        select(Account)
        .join(Professional, col(Professional.id) == Account.party_id)
        .where(Account.role == "coordinator", Account.territory_id == territory_id)
        .order_by(Professional.display_name, col(Account.id))
    )
    return list(tx.exec(wanted if closed_too else wanted.where(col(Account.active))).all())


def _names(tx: Session, parties: Sequence[int | None]) -> dict[int | None, str]:
    rows = tx.exec(
        select(Professional.id, Professional.display_name).where(
            col(Professional.id).in_([one for one in parties if one is not None])
        )
    ).all()
    return dict(rows)


def _name(accounts: dict[int | None, Account], names: dict[int | None, str], number: int) -> str:
    account = accounts.get(number)
    return names.get(account.party_id, "") if account is not None else ""
