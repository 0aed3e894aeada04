"""One visit on the page of whoever goes to it, and the person's contact card around that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from locales import N_
from service import audit, clock, codes, contact_cards, visit_outcomes, visit_presence
from service.errors import NotAllowed, NotFound
from service.planning_records import Horizon, Records
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import Person
from service.tables.territory import Territory
from service.travel_ways import ways_of
from service.visit_agenda import day_of
from service.visit_changes import can_take_back_answer
from service.visit_rows import own_visit
from service.visit_week import SHOWN, Board, Chip, visits_between

CARD_FROM, CARD_UNTIL = 7, 1
"""Days before and after the visit on which those who go may read the card (`domain.md`, section 3)."""
ON_THE_CARD = ("address", "door", "phone", "email")


@dataclass(frozen=True)
class VisitSheet:
    """
    A visit for somebody who goes to it.

    `way` is the minutes from the stop before, `means` how the helper goes. `card_from` and `card_until` are the days on
    which the contact card opens; `has_card` says that it does today. Each `can_` is one button.
    """

    visit: Chip
    reason: str
    means: str
    way: int
    going: tuple[str, ...]
    is_home: bool
    arrived_at: datetime | None
    left_at: datetime | None
    card_from: date
    card_until: date
    has_card: bool
    asks: bool
    can_take_back_answer: bool
    can_change: bool
    can_arrive: bool
    can_leave: bool
    can_correct: bool
    can_note: bool
    can_take_back_outcome: bool
    has_word: bool


@dataclass(frozen=True)
class Card:
    """What the contact card says, by field; those of `ON_THE_CARD` that are filled in."""

    who: str
    told: tuple[tuple[str, str], ...]


def sheet(site: Site, actor: Actor, visit: str) -> VisitSheet:
    """
    The page of one visit.

    Raises
    ------
    NotFound
        When the actor does not go to it, or it was not published.
    """
    with site.db() as tx:
        row = _of_mine(tx, actor, visit)
        territory = tx.get_one(Territory, row.territory_id)
        day = row.starts_at.astimezone(ZoneInfo(territory.timezone)).date()
        horizon, now = Horizon(day, 1, territory.timezone), site.clock.now()
        board = Board(Records(tx, territory, horizon, now), ways_of(tx, territory))
        helper = board.records.helpers[row.peer_helper_id]
        means, way = "", 0
        chip = board.chip(row, 1, helper)
        if actor.role == "peer_helper" and actor.party_id is not None:
            helper = board.records.helpers[actor.party_id]
            means, chip = helper.transport, board.chip(row, 1, helper)
            # Only what was told counts, as in the agenda.
            mine = [
                one
                for one in visits_between(tx, territory, horizon)
                if helper.id in board.party(one) and one.published_at is not None
            ]
            stops = day_of(board, helper, day, mine).stops
            way = next((one.way for one in stops if getattr(one.what, "public_id", "") == row.public_id), 0)
        is_mine = actor.role == "peer_helper" and row.peer_helper_id == actor.party_id
        goes = actor.role == "peer_helper"
        is_open = goes and visit_presence.is_open(row, now)
        begun, live = row.starts_at <= now, row.status in codes.LIVE_VISIT_STATES
        report = visit_outcomes.report_of(tx, row)
        first, last = _card_days(row, territory)
        return VisitSheet(
            visit=chip,
            reason=row.reason or "",
            means=means,
            way=way,
            going=chip.going if is_mine else (board.records.helpers[row.peer_helper_id].display_name,),
            is_home=row.place_id is None and row.place_kind == "home",
            arrived_at=row.checked_in_at,
            left_at=row.checked_out_at,
            card_from=first,
            card_until=last,
            has_card=_card_is_open(site, row, territory),
            asks=is_mine and live and not begun and row.helper_answer == "pending",
            can_take_back_answer=is_mine and can_take_back_answer(row, actor.role, now),
            can_change=is_mine and live and not begun and row.helper_answer != "pending",
            can_arrive=is_open and row.checked_in_at is None and row.checked_out_at is None,
            can_leave=is_open and row.checked_out_at is None and (begun or row.checked_in_at is not None),
            can_correct=is_open and visit_presence.was_just_said(row, now),
            can_note=is_mine and live and begun,
            can_take_back_outcome=is_mine and report is not None and visit_outcomes.can_take_back(report, now),
            has_word=report is not None and report.word_sealed is not None,
        )


def card(site: Site, actor: Actor, visit: str) -> Card:
    """
    The person's contact card for somebody who goes to this visit; the look is written down.

    Raises
    ------
    NotAllowed
        Earlier than seven days before the visit, later than the day after it, or when it was cancelled.
    """
    with site.db.begin() as tx:
        row = _of_mine(tx, actor, visit)
        if not _card_is_open(site, row, tx.get_one(Territory, row.territory_id)):
            raise NotAllowed(N_("La carte se lit de sept jours avant la visite au lendemain."))
        person = tx.get_one(Person, row.person_id)
        told = contact_cards.of(tx, site, [person.id]).get(person.id, {})
        audit.note(tx, site, actor, "read", "contact_card", person.public_id)
        return Card(person.pseudonym, tuple((name, told[name]) for name in ON_THE_CARD if told.get(name)))


def _of_mine(tx: Session, actor: Actor, visit: str) -> Visit:
    if actor.role not in ("peer_helper", "professional"):
        raise NotAllowed
    row = own_visit(tx, actor, visit)
    if row.published_at is None:
        raise NotFound(N_("Cette visite n’existe pas."))
    return row


def _card_days(row: Visit, territory: Territory) -> tuple[date, date]:
    day = row.starts_at.astimezone(ZoneInfo(territory.timezone)).date()
    return day - timedelta(days=CARD_FROM), day + timedelta(days=CARD_UNTIL)


def _card_is_open(site: Site, row: Visit, territory: Territory) -> bool:
    first, last = _card_days(row, territory)
    return row.status in SHOWN and first <= clock.today(site.clock, territory.timezone) <= last
