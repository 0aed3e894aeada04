"""A professional follows a request of theirs: the next step, the steps behind and ahead, what they may still do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_
from service import clock, codes, common_slots, network_themes, request_messages, request_withdrawals
from service.access_scope import scope
from service.account_names import name_of
from service.common_slots import Common
from service.errors import NotAllowed, NotFound
from service.pairing_data import LAPSE_DAYS
from service.pairing_rows import consent_of, first_visit_by
from service.request_views import consent_state, shown_state, told_reason
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import DataKey, PeerHelper, Person, Place
from service.tables.territory import Neighbourhood, Territory
from service.tables.work import AuditEntry

NEW = ("received", "consent_pending")
ENDED = ("redirected", "closed")


@dataclass(frozen=True)
class Step:
    """One step of a request: `code`, whether it is behind us, when, and who took it where that may be told."""

    code: str
    done: bool
    day: date | None = None
    who: str = ""


@dataclass(frozen=True)
class FirstVisit:
    """The joint first visit once it was told: when, and where as far as a professional may know it."""

    start: datetime
    end: datetime
    place: str
    is_confirmed: bool


@dataclass(frozen=True)
class Follow:
    """
    A request as the one who made it sees it.

    `next` is a code of the next step and `by` its last day, where there is one. `helper` is named once both said yes;
    nobody else's name is in here.
    """

    public_id: str
    ref: str
    revision: int
    pseudonym: str
    status: str
    reason: str | None
    received_on: date
    themes: tuple[str, ...]
    theme_codes: tuple[str, ...]
    urgency: str
    wished_by: date | None
    note: str
    steps: tuple[Step, ...]
    shown: str
    next: str
    by: date | None
    helper: str
    first_visit: FirstVisit | None
    common: Common | None
    unread: int
    can_change: bool
    can_withdraw: bool
    undo_until: datetime | None


def one(site: Site, actor: Actor, public_id: str, language: str = "fr") -> Follow:
    """One request of one's own; hidden and absent look the same."""
    if actor.role != "professional":
        raise NotAllowed
    with site.db() as tx:
        row = tx.exec(select(Request).where(scope(actor).of(Request), Request.public_id == public_id)).first()
        if row is None:
            raise NotFound(N_("Cette demande n’existe pas."))
        return _follow(tx, site, actor, row, language)


def unread(site: Site, actor: Actor) -> dict[str, int]:
    """Messages not read yet, by the request's public id."""
    return request_messages.unread_requests(site, actor)


def awaiting_first_visit(site: Site, actor: Actor) -> set[str]:
    """The requests of which both said yes and the first visit has no moment yet, by public id; one question."""
    standing = select(Visit.id).where(
        Visit.pairing_id == Pairing.id,
        Visit.kind == "first_joint",
        col(Visit.status).in_(("planned", "confirmed", "done")),
        col(Visit.published_at).is_not(None),
    )
    wanted = (
        select(Request.public_id)
        .join(Pairing, col(Pairing.request_id) == Request.id)
        .where(scope(actor).of(Request), Pairing.status == "accepted", ~standing.exists())
    )
    with site.db() as tx:
        return set(tx.exec(wanted).all())


def themes(site: Site, actor: Actor, language: str = "fr") -> dict[str, str]:
    """What can be asked for, by code."""
    with site.db() as tx:
        return network_themes.names_of(network_themes.offered(tx, actor.territory_id), language)


def _follow(tx: Session, site: Site, actor: Actor, row: Request, language: str) -> Follow:
    territory = tx.get_one(Territory, row.territory_id)
    person = tx.get_one(Person, row.person_id)
    labels = network_themes.every_name(tx, language)
    pairing = _pairing(tx, row)
    both = pairing is not None and pairing.status in codes.GOING_ON
    visit = _first_visit(tx, pairing) if pairing is not None else None
    told = _told(tx, person, visit) if both and visit is not None else None
    common = common_slots.of_pairing(tx, site, pairing, row.professional_id) if pairing is not None and both else None
    today = clock.today(site.clock, territory.timezone)
    pending = row.status == "consent_pending"
    shown = shown_state(row.status, consent_state(consent_of(tx, row.person_id), today)) if pending else row.status
    following, by = _next(row, shown, pairing, told, common)
    return Follow(
        public_id=row.public_id,
        ref=row.ref,
        revision=row.revision,
        pseudonym=person.pseudonym,
        status=row.status,
        reason=told_reason(actor, row.reason),
        received_on=row.received_on,
        themes=tuple(labels.get(code, code) for code in row.themes),
        theme_codes=tuple(row.themes),
        urgency=row.urgency,
        wished_by=row.wished_first_visit_by,
        note=note_of(tx, site, row),
        steps=_steps(tx, territory, row, pairing, visit),
        shown=shown,
        next=following,
        by=by if by is not None and by >= today else None,
        helper=tx.get_one(PeerHelper, pairing.peer_helper_id).display_name if pairing is not None and both else "",
        first_visit=told,
        common=common,
        unread=request_messages.unread(tx, actor, [row.id or 0]).get(row.id or 0, 0),
        can_change=row.status in NEW,
        can_withdraw=row.status in request_withdrawals.OPEN,
        undo_until=request_withdrawals.undo_until(tx, site, row),
    )


def note_of(tx: Session, site: Site, row: Request) -> str:
    """What the asker added for the coordination; empty when there is nothing, or its key was erased."""
    if row.note_sealed is None or tx.get(DataKey, row.person_id) is None:
        return ""
    return site.seals.open(tx, row.person_id, f"request.note_sealed:{row.public_id}", row.note_sealed)


def _pairing(tx: Session, row: Request) -> Pairing | None:
    """The last pairing of the request that stands: nobody learns here who said no."""
    standing = col(Pairing.status).not_in(("declined", "lapsed", "ended"))
    return tx.exec(
        select(Pairing).where(Pairing.request_id == row.id, standing).order_by(col(Pairing.status) == "proposed")
    ).first()


def _first_visit(tx: Session, pairing: Pairing) -> Visit | None:
    return tx.exec(
        select(Visit)
        .where(
            Visit.pairing_id == pairing.id,
            Visit.kind == "first_joint",
            col(Visit.status).in_(("planned", "confirmed", "done")),
            col(Visit.published_at).is_not(None),
        )
        .order_by(col(Visit.id).desc())
    ).first()


def _told(tx: Session, person: Person, visit: Visit) -> FirstVisit:
    """The place by its name when it is public; of a home only the neighbourhood (`domain.md`, section 7)."""
    place = tx.get(Place, visit.place_id) if visit.place_id is not None else None
    area = tx.get(Neighbourhood, person.neighbourhood_id) if place is None and person.neighbourhood_id else None
    where = place.name if place is not None else area.name if area is not None else ""
    return FirstVisit(visit.starts_at, visit.ends_at, where, visit.status != "planned")


def _steps(
    tx: Session, territory: Territory, row: Request, pairing: Pairing | None, visit: Visit | None
) -> tuple[Step, ...]:
    accepted = tx.exec(
        select(AuditEntry)
        .where(AuditEntry.action == "request.accepted", AuditEntry.record_id == row.public_id)
        .order_by(col(AuditEntry.id))
        .limit(1)
    ).first()
    reader = tx.get(Account, accepted.account_id) if accepted is not None and accepted.account_id else None
    zone = ZoneInfo(territory.timezone)
    held = visit is not None and visit.status == "done"
    both = pairing is not None and pairing.status in codes.GOING_ON
    return (
        Step("sent", True, row.received_on),
        Step(
            "read",
            accepted is not None or row.status in ("waiting", "proposed", "fulfilled"),
            accepted.at.astimezone(zone).date() if accepted is not None else None,
            name_of(tx, reader) if reader is not None else "",
        ),
        Step("proposed", pairing is not None, pairing.proposed_on if pairing is not None else None),
        Step("both_yes", both, _answered(pairing)),
        Step(
            "first_visit",
            held or (pairing is not None and pairing.trial_start is not None),
            visit.starts_at.astimezone(zone).date() if visit is not None else None,
        ),
        Step(
            "review",
            pairing is not None and pairing.status in ("active", "paused"),
            pairing.active_from or pairing.trial_end if pairing is not None else None,
        ),
    )


def _answered(pairing: Pairing | None) -> date | None:
    """The day on which both had said yes."""
    if pairing is None:
        return None
    return max((day for day in (pairing.person_answer_on, pairing.helper_answer_on) if day is not None), default=None)


def _next(
    row: Request, shown: str, pairing: Pairing | None, visit: FirstVisit | None, common: Common | None
) -> tuple[str, date | None]:
    if row.status in ENDED or row.status in NEW or pairing is None:
        return ("waiting" if row.status == "proposed" else shown), None
    if pairing.status == "proposed":
        return "proposed", pairing.proposed_on + timedelta(days=LAPSE_DAYS)
    if pairing.status == "accepted":
        if visit is not None:
            return "first_visit", None
        return ("choose" if common is not None and common.is_asked else "place"), first_visit_by(pairing)
    return ("trial", pairing.trial_end) if pairing.status == "trial" else ("goes_on", None)
