"""What people should hear and were not told yet, by comparison with what is true now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from service import codes, duties, todo_kinds
from service.message_texts import NOTHING, Facts
from service.pairing_data import LAPSE_DAYS
from service.site import Site
from service.tables.mail import MessageTold
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.territory import Territory
from service.visit_notices import parties_of

EVE = (time(16), time(21))
"""Local hours in which tomorrow's visits are recalled."""
MORNING = (time(8), time(12))
"""Local hours of the coordinator's daily mail, and of the reminder of a proposal that still waits."""
AGAIN_AFTER = timedelta(days=7)
"""Since somebody was told of a proposal that still waits for them."""
SEARCHING_AFTER = 14
"""Days after which whoever asked hears that the search goes on."""
RECENT = 3
"""Days within which a step of a request is news: an import or a new server tells nobody of last year."""


@dataclass(frozen=True)
class Due:
    """One thing that somebody should hear; `about` tells it from every other."""

    party: int
    code: str
    about: str
    facts: Facts = NOTHING


def due_in(tx: Session, site: Site, territory_id: int) -> list[Due]:
    """What people should hear and were not told, in the order in which it came."""
    territory = tx.get_one(Territory, territory_id)
    zone = ZoneInfo(territory.timezone)
    now = site.clock.now().astimezone(zone)
    found = [
        *_proposals(tx, territory_id, now.date()),
        *_visits(tx, territory_id, now),
        *_notices(tx, territory_id, zone),
        *_requests(tx, territory_id, now.date()),
        *(_tomorrow(tx, territory_id, now) if is_within(now, EVE) else ()),
        *(_daily(tx, site, territory, now.date()) if is_within(now, MORNING) else ()),
    ]
    told = {
        (row.party_id, row.code, row.about): row.on
        for row in tx.exec(
            select(MessageTold).where(
                MessageTold.territory_id == territory_id,
                col(MessageTold.party_id).in_({one.party for one in found}),
            )
        ).all()
    }
    if is_within(now, MORNING):
        # Whoever is reminded of tomorrow's visits this afternoon is not reminded of anything else today.
        busy = {one.party for one in _tomorrow(tx, territory_id, now)}
        found += [
            replace(one, code="proposal_again")
            for one in found
            if one.code == "proposal" and one.party not in busy and _long_ago(told.get(_key(one)), now.date())
        ]
    return [one for one in found if _key(one) not in told]


def _key(one: Due) -> tuple[int, str, str]:
    return one.party, one.code, one.about


def _long_ago(day: date | None, today: date) -> bool:
    return day is not None and today - day >= AGAIN_AFTER


def is_within(now: datetime, hours: tuple[time, time]) -> bool:
    return hours[0] <= now.time() < hours[1]


def _proposals(tx: Session, territory_id: int, day: date) -> Iterable[Due]:
    open_ones = select(Pairing).where(
        Pairing.territory_id == territory_id,
        Pairing.status == "proposed",
        col(Pairing.proposed_on) > day - timedelta(days=LAPSE_DAYS),
    )
    for row in tx.exec(open_ones.order_by(col(Pairing.proposed_on), Pairing.ref)).all():
        for party, answer in ((row.peer_helper_id, row.helper_answer), (row.person_id, row.person_answer)):
            if answer == "pending":
                yield Due(party, "proposal", row.public_id)


def _visits(tx: Session, territory_id: int, now: datetime) -> Iterable[Due]:
    """Visits that wait for a yes: one message for all that were published since the last one."""
    asked = select(Visit).where(
        Visit.territory_id == territory_id,
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.published_at).is_not(None),
        col(Visit.starts_at) > now,
    )
    waiting: defaultdict[int, list[Visit]] = defaultdict(list)
    for row in tx.exec(asked.order_by(col(Visit.starts_at), Visit.ref)).all():
        for party, answer in ((row.peer_helper_id, row.helper_answer), (row.person_id, row.person_answer)):
            if answer == "pending":
                waiting[party].append(row)
    for party, visits in waiting.items():
        last = max(row.published_at for row in visits if row.published_at is not None)
        first = visits[0].starts_at.astimezone(now.tzinfo)
        yield Due(party, "visits", last.isoformat(), Facts(count=len(visits), after=first))


def _notices(tx: Session, territory_id: int, zone: ZoneInfo) -> Iterable[Due]:
    untold = (
        select(Notice, Visit)
        .join(Visit, col(Visit.id) == Notice.visit_id, isouter=True)
        .where(Notice.territory_id == territory_id, col(Notice.told_at).is_(None), col(Notice.party_id).is_not(None))
    )
    for row, visit in tx.exec(untold.order_by(col(Notice.at), col(Notice.id))).all():
        after = visit.starts_at.astimezone(zone) if visit is not None else None
        before = row.known_start.astimezone(zone) if row.known_start is not None else after
        yield Due(row.party_id or 0, row.code, row.public_id, Facts(before=before, after=after))


def _requests(tx: Session, territory_id: int, day: date) -> Iterable[Due]:
    """Steps of a request that are news to whoever asked."""
    fresh = day - timedelta(days=RECENT)
    asked = (
        select(Request, Pairing)
        .join(
            Pairing,
            (col(Pairing.request_id) == Request.id) & col(Pairing.status).in_(codes.LIVE_PAIRING_STATES),
            isouter=True,
        )
        .where(Request.territory_id == territory_id, col(Request.professional_id).is_not(None))
        .where(col(Request.status).not_in(("closed", "redirected")))
    )
    for request, pairing in tx.exec(asked.order_by(Request.ref)).all():
        party, facts = request.professional_id or 0, Facts(ref=request.ref)
        if request.received_on > fresh:
            yield Due(party, "request_received", request.public_id, facts)
        answers = [
            said
            for said in ((pairing.person_answer_on, pairing.helper_answer_on) if pairing is not None else ())
            if said
        ]
        if pairing is not None and pairing.status != "proposed" and answers and max(answers) > fresh:
            yield Due(party, "request_found", request.public_id, facts)
        waits = (day - request.received_on).days
        if request.status == "waiting" and SEARCHING_AFTER <= waits < SEARCHING_AFTER + RECENT:
            yield Due(party, "request_searching", request.public_id, facts)


def _tomorrow(tx: Session, territory_id: int, now: datetime) -> Iterable[Due]:
    day = now.date() + timedelta(days=1)
    start = datetime.combine(day, time(), now.tzinfo)
    coming = select(Visit).where(
        Visit.territory_id == territory_id,
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.published_at).is_not(None),
        col(Visit.starts_at) >= start,
        col(Visit.starts_at) < datetime.combine(day + timedelta(days=1), time(), now.tzinfo),
    )
    for party, visits in _by_party(tx.exec(coming.order_by(col(Visit.starts_at), Visit.ref)).all()).items():
        spans = tuple((row.starts_at.astimezone(now.tzinfo), row.ends_at.astimezone(now.tzinfo)) for row in visits)
        yield Due(party, "eve", day.isoformat(), Facts(count=len(spans), spans=spans))


def _by_party(visits: Iterable[Visit]) -> dict[int, list[Visit]]:
    found: defaultdict[int, list[Visit]] = defaultdict(list)
    for row in visits:
        if row.helper_answer != "declined" and row.person_answer != "declined":
            for party in parties_of(row):
                found[party].append(row)
    return found


def _daily(tx: Session, site: Site, territory: Territory, day: date) -> Iterable[Due]:
    """For whoever coordinates today, how many things wait; nothing to do, no mail."""
    number = todo_kinds.count(tx, todo_kinds.Day.of(site.clock.now(), territory))
    for account in duties.on_duty(tx, territory.id, day) if number else ():
        if account.party_id is not None:
            yield Due(account.party_id, "daily", day.isoformat(), Facts(count=number))
