"""
Moments when the person, the helper and the professional are all free, for their joint first visit (story P2).

They are looked for in the windows of the three, less what takes each of them already. A moment is a wish: the visit is
placed by the coordination, which also sees the ways there and everything else that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from calendars.availability import without
from locales import N_
from matching.planning.spans import Span, shared, tidy
from service import audit, clock, codes, request_messages
from service.access_scope import scope
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.planning_records import DAY, Horizon, Records
from service.site import Actor, Site
from service.tables.follow import SlotWish
from service.tables.pairings import Booking, Pairing, Request, Visit
from service.tables.people import Professional
from service.tables.territory import Territory

AHEAD_DAYS = 14
MOST = 6
STEP = 30
LEAST_MINUTES = 30
"""A first visit lasts as long as the person's visits, at least this (`domain.md`, 12.7)."""
BETWEEN = 15
"""Minutes kept free beside another visit (V6)."""
DAYTIME = (8 * 60, 20 * 60)


@dataclass(frozen=True)
class Wish:
    """What the professional said; `start` None: none of the moments."""

    start: datetime | None
    at: datetime


@dataclass(frozen=True)
class Common:
    """
    The moments of the three, the first ones of each day; `instead` are those who could come in the professional's place
    when there is none: other professionals whom the person agreed to, by name.
    """

    professional: str
    slots: tuple[tuple[datetime, datetime], ...]
    wish: Wish | None
    instead: tuple[str, ...]

    @property
    def is_asked(self) -> bool:
        return self.wish is None and bool(self.slots)


def of_pairing(tx: Session, site: Site, pairing: Pairing, professional_id: int | None) -> Common | None:
    """
    The common moments of a pairing that waits for its first visit.

    None when there is nothing to look for: the visit has its day, or nobody comes along.
    """
    professional = tx.get(Professional, professional_id) if professional_id is not None else None
    if pairing.status != "accepted" or professional is None or _is_planned(tx, pairing):
        return None
    territory = tx.get_one(Territory, pairing.territory_id)
    now = site.clock.now()
    tomorrow = clock.today(site.clock, territory.timezone) + timedelta(days=1)
    horizon = Horizon(tomorrow, AHEAD_DAYS, territory.timezone)
    records = Records(tx, territory, horizon, now)
    free = _free(records, pairing, professional)
    person = records.people[pairing.person_id]
    minutes = max(person.visit_minutes, LEAST_MINUTES)
    others = [one for one in records.agreed.get(person.id, ()) if one != professional.id]
    row = _wish_of(tx, pairing, professional.id)
    return Common(
        professional=professional.display_name,
        slots=_starts(horizon, free, minutes),
        wish=Wish(row.starts_at, row.at) if row is not None else None,
        instead=tuple(records.professionals[one].display_name for one in others if one in records.professionals),
    )


def say(site: Site, actor: Actor, request_id: str, start: datetime | None, now: datetime) -> None:
    """
    The professional says which of the moments suits them, or that none does; the coordination is told by a link.

    Raises
    ------
    StepNotAllowed
        When the moment is none of those, or no longer.
    """
    if actor.role != "professional" or actor.party_id is None:
        raise NotAllowed
    with site.db.begin() as tx:
        request = tx.exec(select(Request).where(scope(actor).of(Request), Request.public_id == request_id)).first()
        if request is None:
            raise NotFound(N_("Cette demande n’existe pas."))
        pairing = tx.exec(select(Pairing).where(Pairing.request_id == request.id, Pairing.status == "accepted")).first()
        found = of_pairing(tx, site, pairing, actor.party_id) if pairing is not None else None
        if pairing is None or found is None:
            raise StepNotAllowed(N_("La première rencontre a déjà son moment."))
        if start is not None and start not in [one for one, _ in found.slots]:
            raise StepNotAllowed(N_("Cette heure n’est plus possible. Choisissez-en une autre."))
        row = _wish_of(tx, pairing, actor.party_id)
        if row is None:
            row = SlotWish(pairing_id=pairing.id or 0, professional_id=actor.party_id, at=site.clock.now())
        row.starts_at, row.at = start, site.clock.now()
        tx.add(row)
        for account in request_messages.coordinators(tx, request.territory_id):
            path = f"/demandes/{request.public_id}/messages"
            request_messages.tell(tx, site, account, path, f"moment:{request.public_id}", now)
        audit.note(tx, site, actor, "first_visit.wished", "request", request.public_id)


def _wish_of(tx: Session, pairing: Pairing, professional_id: int) -> SlotWish | None:
    wanted = select(SlotWish).where(SlotWish.pairing_id == pairing.id, SlotWish.professional_id == professional_id)
    return tx.exec(wanted).first()


def _is_planned(tx: Session, pairing: Pairing) -> bool:
    """A first visit stands, or took place."""
    standing = select(Visit.id).where(
        Visit.pairing_id == pairing.id,
        Visit.kind == "first_joint",
        col(Visit.status).in_((*codes.LIVE_VISIT_STATES, "done")),
    )
    return tx.exec(standing.limit(1)).first() is not None


def _free(records: Records, pairing: Pairing, professional: Professional) -> tuple[Span, ...]:
    """When all three are free, and the place where they would meet is open."""
    person, helper = records.people[pairing.person_id], records.helpers[pairing.peer_helper_id]
    free = shared(
        records.free(person.id, school=person.off_in_school_holidays),
        records.free(helper.id, school=helper.off_in_school_holidays),
    )
    free = shared(free, records.free(professional.id))
    if person.meeting_place_id is not None:
        free = shared(free, records.free(person.meeting_place_id, always=True))
    return without(free, _taken(records, (person.id, helper.id, professional.id)))


def _taken(records: Records, parties: tuple[int, ...]) -> tuple[Span, ...]:
    horizon = records.horizon
    first, end = horizon.moments()
    rows = records.tx.exec(
        select(Booking).where(
            col(Booking.party_id).in_(parties), col(Booking.live), col(Booking.starts_at) < end, Booking.ends_at > first
        )
    )
    beside = timedelta(minutes=BETWEEN)
    taken = [horizon.span(row.starts_at - beside, row.ends_at + beside) for row in rows]
    taken += [
        horizon.span(one.start, one.end)
        for one in (*records.meetings, *records.hosting)
        if one.end > first and set(parties) & {*one.participants, *one.people}
    ]
    return tidy(taken)


def _starts(horizon: Horizon, free: tuple[Span, ...], minutes: int) -> tuple[tuple[datetime, datetime], ...]:
    """The first moments of each day that are long enough, one before and one after noon."""
    found: list[tuple[datetime, datetime]] = []
    for day in range(horizon.days):
        begin = day * DAY
        seen: set[bool] = set()
        for start, end in shared(free, ((begin + DAYTIME[0], begin + DAYTIME[1]),)):
            for at in range(-(-start // STEP) * STEP, end - minutes + 1, STEP):
                half = at - begin >= DAY // 2
                if half not in seen:
                    seen.add(half)
                    found.append((horizon.moment(at), horizon.moment(at + minutes)))
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])
