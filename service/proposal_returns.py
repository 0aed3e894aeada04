"""A no to a proposal is taken back, within a day, by whoever said it or entered it (decision 0045)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from locales import N_
from service import audit, pairing_data, pairings
from service.access_scope import scope
from service.errors import NotAllowed, Refused, RuleBroken, StepNotAllowed
from service.pairing_data import LAPSE_DAYS, read_records
from service.pairing_rows import hold_person, speaks_for, step
from service.site import Actor, Site
from service.tables.pairings import Pairing
from service.tables.people import PeerHelper, Person, Refusal

WITHIN = timedelta(days=1)


def said_no(row: Pairing) -> str | None:
    """The side whose no closed the proposal; None when it was not closed so."""
    if row.status != "declined":
        return None
    return "person" if row.person_answer == "declined" else "peer_helper"


def may_return(row: Pairing, actor: Actor, now: datetime) -> bool:
    """Whether the actor may still take the no back that closed this proposal: their own, or one that they entered."""
    side = said_no(row)
    if side is None or now >= row.changed_at + WITHIN:
        return False
    by_themselves = (row.person_answer_how if side == "person" else row.helper_answer_how) == "own_page"
    return not by_themselves if actor.role == "coordinator" else actor.role == side


@dataclass(frozen=True)
class LatelyNo:
    """A proposal that the reader said no to and may still return to; `who` as they know the other one."""

    public_id: str
    revision: int
    who: str


def lately_no(site: Site, actor: Actor) -> list[LatelyNo]:
    """What a helper or a person said no to within a day, the latest first."""
    with site.db() as tx:
        now = site.clock.now()
        rows = tx.exec(
            select(Pairing, Person.pseudonym, PeerHelper.display_name)
            .join(Person, col(Person.id) == Pairing.person_id)
            .join(PeerHelper, col(PeerHelper.id) == Pairing.peer_helper_id)
            .where(scope(actor).of(Pairing), Pairing.status == "declined", col(Pairing.changed_at) > now - WITHIN)
            .order_by(col(Pairing.changed_at).desc(), col(Pairing.id).desc())
        ).all()
        return [
            LatelyNo(row.public_id, row.revision, pseudonym if actor.role == "peer_helper" else name)
            for row, pseudonym, name in rows
            if may_return(row, actor, now)
        ]


def take_back(
    site: Site, actor: Actor, pairing: str, side: str, how: str = "own_page", revision: int | None = None
) -> None:
    """
    Take any answer back: an open one as in `pairings.take_answer_back_in`; after a no the proposal is open again.

    Raises
    ------
    StepNotAllowed
        When a day has passed, the fourteen days for an answer are over, or the person has somebody by now.
    NotAllowed
        When somebody else said the no, for themselves.
    RuleBroken
        When a hard rule has come to stand against the pair.
    """
    with site.db.begin() as tx:
        person = hold_person(tx, pairings.proposal_of(tx, actor, pairing).person_id)
        row = pairings.proposal_of(tx, actor, pairing)
        if said_no(row) is None:
            pairings.take_answer_back_in(tx, site, actor, pairing, side, how, revision)
            return
        speaks_for(actor, side, how)
        pairings.guard(row, revision)
        day = pairings.today(tx, site, row.territory_id)
        if said_no(row) != side or not may_return(row, actor, site.clock.now()):
            raise _too_late(row, actor, side, site.clock.now())
        if day >= row.proposed_on + timedelta(days=LAPSE_DAYS):
            raise StepNotAllowed(N_("Les 14 jours pour répondre sont passés : cette réponse ne se reprend plus."))
        if person.status not in ("waiting", "proposed"):
            raise StepNotAllowed(N_("Entre-temps, autre chose a été décidé : cette réponse ne se reprend plus."))
        tx.exec(
            delete(Refusal).where(
                col(Refusal.person_id) == row.person_id, col(Refusal.peer_helper_id) == row.peer_helper_id
            )
        )
        step(tx, site, row, "proposed")
        pairings.write_answer(row, side, "pending", None, None, None)
        tx.flush()
        records = read_records(tx, row.territory_id, day)
        helper = records.helpers[row.peer_helper_id]
        stands = pairings.still_stands_against(pairing_data.instance_with(tx, records, person), person.ref, helper.ref)
        if stands:
            raise RuleBroken(
                N_("Une règle empêche maintenant ce binôme. La coordination doit d’abord la regarder."),
                rules=pairings.shown(stands),
            )
        pairings.move_on(tx, person, records.request_of(person), "proposed", "proposed")
        audit.note(tx, site, actor, "proposal.no_taken_back", "pairing", row.public_id)


def _too_late(row: Pairing, actor: Actor, side: str, now: datetime) -> Refused:
    if said_no(row) == side and now < row.changed_at + WITHIN and actor.role == "coordinator":
        return NotAllowed(N_("Chacun répond pour soi."))
    return StepNotAllowed(N_("Un jour est passé : cette réponse ne se reprend plus."))
