"""A helper's or a person's own pairings and consent, as their page shows them; never what the other side said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from service import clock, codes, trial_reviews
from service.access_scope import scope
from service.consents import SOON_DAYS
from service.errors import NotAllowed
from service.pairing_rows import consent_of, first_visit_by
from service.site import Actor, Site
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Person
from service.tables.territory import Territory


@dataclass(frozen=True)
class ToNote:
    """A visit whose hour has come and that nobody noted yet."""

    public_id: str
    revision: int
    start: datetime
    end: datetime
    kind: str


@dataclass(frozen=True)
class OwnPairing:
    """
    One pairing for one side of it.

    `first_visit_by` is the last day for the joint first visit while none is planned. `asks` says that the review of the
    trial is open; `said` is the reader's own answer to it, `seen` its revision.
    """

    public_id: str
    revision: int
    status: str
    who: str
    first_visit_by: date | None
    trial_end: date | None
    paused_from: date | None
    paused_until: date | None
    asks: bool
    said: str
    seen: int
    to_note: tuple[ToNote, ...]

    @property
    def can_pause(self) -> bool:
        return self.status == "active"

    @property
    def can_resume(self) -> bool:
        """In a pause, or before one that was set ahead."""
        return self.status == "paused" or self.paused_from is not None


@dataclass(frozen=True)
class OwnConsent:
    """The person's consent: `status` as of today, `until` its last day."""

    status: str
    scope: tuple[str, ...]
    given_on: date | None
    until: date | None
    ends_soon: bool

    @property
    def can_be_withdrawn(self) -> bool:
        return self.status == "given"

    @property
    def can_be_renewed(self) -> bool:
        return self.status == "expired" or (self.status == "given" and self.ends_soon)


def own_pairings(site: Site, actor: Actor) -> list[OwnPairing]:
    """The pairings of the reader that go on, by reference."""
    if actor.role not in codes.SIDES:
        raise NotAllowed
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        day = clock.today(site.clock, territory.timezone)
        rows = tx.exec(
            select(Pairing)
            .where(scope(actor).of(Pairing), col(Pairing.status).in_(codes.GOING_ON))
            .order_by(Pairing.ref)
        ).all()
        return [_own(tx, site, actor, row, day) for row in rows]


def own_consent(site: Site, actor: Actor) -> OwnConsent:
    """What the person agreed to, and until when."""
    if actor.role != "person" or actor.party_id is None:
        raise NotAllowed
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        day = clock.today(site.clock, territory.timezone)
        row = consent_of(tx, actor.party_id)
        if row is None:
            return OwnConsent("pending", (), None, None, False)
        until = row.expires_on if row.status == "given" else None
        has_run_out = until is not None and until < day
        return OwnConsent(
            status="expired" if has_run_out else row.status,
            scope=tuple(row.scope) if row.status == "given" and not has_run_out else (),
            given_on=row.given_on if row.status == "given" else None,
            until=until,
            ends_soon=until is not None and until <= day + timedelta(days=SOON_DAYS),
        )


def _own(tx: Session, site: Site, actor: Actor, row: Pairing, day: date) -> OwnPairing:
    to_helper = actor.role == "peer_helper"
    asks = trial_reviews.is_due(tx, row, day)
    mine = trial_reviews.answers(tx, row).get(actor.role) if asks else None
    ahead = row.paused_from is not None and (row.status == "paused" or row.paused_from > day)
    return OwnPairing(
        public_id=row.public_id,
        revision=row.revision,
        status=row.status,
        who=tx.get_one(Person, row.person_id).pseudonym
        if to_helper
        else tx.get_one(PeerHelper, row.peer_helper_id).display_name,
        first_visit_by=first_visit_by(row)
        if row.status == "accepted" and row.id not in with_first_visit(tx, [row])
        else None,
        trial_end=row.trial_end if row.status == "trial" else None,
        paused_from=row.paused_from if ahead else None,
        paused_until=row.paused_until if ahead else None,
        asks=asks,
        said=mine.said if mine is not None else "",
        seen=mine.revision if mine is not None else 0,
        to_note=tuple(_to_note(tx, site, actor, row)) if to_helper else (),
    )


def first_visit_due(tx: Session, row: Pairing) -> date | None:
    """The last day for the joint first visit; None when it is planned, or when it is not its time."""
    waits = row.status == "accepted" and row.id not in with_first_visit(tx, [row])
    return first_visit_by(row) if waits else None


def with_first_visit(tx: Session, rows: Iterable[Pairing]) -> set[int]:
    """Those whose joint first visit stands and was told to everybody."""
    stands = select(Visit.pairing_id).where(
        col(Visit.pairing_id).in_([row.id for row in rows]),
        Visit.kind == "first_joint",
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.published_at).is_not(None),
    )
    return set(tx.exec(stands).all())


def _to_note(tx: Session, site: Site, actor: Actor, row: Pairing) -> list[ToNote]:
    begun = select(Visit).where(
        scope(actor).of(Visit),
        Visit.pairing_id == row.id,
        Visit.peer_helper_id == actor.party_id,
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.published_at).is_not(None),
        col(Visit.starts_at) <= site.clock.now(),
    )
    return [
        ToNote(one.public_id, one.revision, one.starts_at, one.ends_at, one.kind)
        for one in tx.exec(begun.order_by(col(Visit.starts_at), Visit.ref)).all()
    ]
