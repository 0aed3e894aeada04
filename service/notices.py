"""
Who is still to be told something: until mails are sent, the coordinator says it, and own pages show it.

A notice holds a code and whom it concerns. Its sentences never say why, nor who asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from locales import N_
from service import audit
from service.access_scope import only_coordinator, scope
from service.errors import NotFound
from service.pairing_rows import Held
from service.site import Actor, Site
from service.tables.mail import MessageTold
from service.tables.pairings import Notice, Pairing, Visit
from service.tables.people import Absence, Party, PeerHelper, Person, Professional
from service.tables.territory import Territory

OWN_DAYS = 30
"""So long an own page shows a notice that nobody marked as read."""

TO_PARTIES: Mapping[str, str] = {
    "pairing_ended": N_("L’accompagnement avec %(name)s s’arrête. Les visites prévues sont annulées."),
    "pairing_paused": N_("L’accompagnement avec %(name)s est en pause. Les visites pendant la pause sont annulées."),
    "pairing_resumed": N_("L’accompagnement avec %(name)s reprend."),
    "proposal_closed": N_("La proposition avec %(name)s n’est plus ouverte."),
    "visit_cancelled": N_("La rencontre avec %(name)s, le %(day)s, est annulée."),
    "visit_moved": N_("La rencontre avec %(name)s change de moment : %(after)s au lieu de %(before)s."),
    "visit_joined": N_("Une rencontre avec %(name)s est prévue avec vous : %(after)s."),
    "visit_left": N_("La rencontre avec %(name)s, le %(day)s, aura lieu sans vous."),
    "visit_company": N_("À la rencontre avec %(name)s, le %(day)s, vient aussi : %(names)s."),
    "consent_ended": N_("Votre accord a pris fin. Les visites prévues sont annulées."),
    "request_question": N_("La coordination a une question sur la demande pour %(name)s."),
    "request_reminder": N_("La question sur la demande pour %(name)s attend encore une réponse."),
    "request_closing": N_("Sans réponse à la question, la demande pour %(name)s sera clôturée dans sept jours."),
    "request_redirected": N_("La demande pour %(name)s est réorientée vers un autre service."),
    "request_closed": N_("La demande pour %(name)s est clôturée."),
    "request_resumed": N_("La demande pour %(name)s est reprise."),
    "opened_in_emergency": N_(
        "Vos coordonnées ont été ouvertes en urgence par la coordination d’un autre réseau. "
        "Votre coordination vérifie si c’était juste."
    ),
}
"""The sentence to say, and the one on the own page: the same for every cause."""
TO_COORDINATION: Mapping[str, str] = {
    "person_stopped": N_("%(name)s a arrêté l’accompagnement. Demandez si quelqu’un d’autre est souhaité."),
    "helper_stopped": N_("L’accompagnement de %(name)s s’arrête, à la demande du pair-aidant. Cherchez la suite."),
    "person_paused": N_("%(name)s fait une pause."),
    "helper_paused": N_("L’accompagnement de %(name)s est en pause, à la demande du pair-aidant."),
    "person_may_wait": N_("%(name)s attend de nouveau, avec sa première date."),
    "two_absences": N_("Deux visites de suite n’ont pas eu lieu pour %(name)s. Prenez des nouvelles."),
    "consent_withdrawn": N_("%(name)s a retiré son accord. Les propositions et les visites sont annulées."),
    "consent_expired": N_("L’accord de %(name)s a pris fin. Les propositions et les visites sont annulées."),
    "consent_renewed": N_("%(name)s a redonné son accord."),
    "helper_away": N_("%(name)s ne sera pas là du %(first)s au %(last)s. Voyez ce que cela touche."),
    "hours_changed": N_("Les heures de %(name)s ont changé. Voyez si les visites prévues y tiennent encore."),
    "limits_changed": N_("%(name)s a changé ce qui lui est possible. Le prochain calcul en tient compte."),
    "knows_somebody": N_("%(name)s connaît une personne du réseau. Prenez contact pour savoir qui ne pas proposer."),
    "request_answered": N_("Une réponse est arrivée sur la demande pour %(name)s."),
}
"""What the coordinator is told; no more than what happened."""


@dataclass(frozen=True)
class Reached:
    """
    Somebody to tell, and how: a code of the contact channels, or `own_page`.

    `via` names the professional through whom a person wants to be reached, empty otherwise.
    """

    who: str
    role: str
    how: str
    via: str


@dataclass(frozen=True)
class NoticeView:
    """
    One notice as its reader sees it.

    `to` is whom to tell, None for the coordination itself; `name` the one it is about, as that reader knows them.
    `before` is the hour of the visit that the reader knows of, `after` the one it has now, both local; `names` are
    those who come along. `first` and `last` are the days of an absence; `changed` is whose hours are others now: a
    kind and a public id.
    """

    public_id: str
    code: str
    to: Reached | None
    name: str
    at: datetime
    pairing: str
    before: datetime | None = None
    after: datetime | None = None
    names: tuple[str, ...] = ()
    absence: str = ""
    first: date | None = None
    last: date | None = None
    changed: tuple[str, str] | None = None


def tell(
    tx: Session,
    site: Site,
    code: str,
    person: Person,
    *,
    party: int | None = None,
    pairing: Pairing | None = None,
    visit: Visit | None = None,
    known_start: datetime | None = None,
) -> None:
    """Note that somebody is to be told; without `party` the coordination. Nobody is told the same thing twice."""
    same = select(Notice).where(
        Notice.code == code,
        Notice.party_id == party,
        Notice.person_id == person.id,
        Notice.pairing_id == (pairing.id if pairing is not None else None),
        Notice.visit_id == (visit.id if visit is not None else None),
        col(Notice.told_at).is_(None),
    )
    if tx.exec(same).first() is None:
        tx.add(
            Notice(
                public_id=site.ids.new(),
                territory_id=person.territory_id,
                party_id=party,
                code=code,
                person_id=person.id,
                pairing_id=pairing.id if pairing is not None else None,
                visit_id=visit.id if visit is not None else None,
                known_start=known_start,
                at=site.clock.now(),
            )
        )


def tell_of_absence(tx: Session, site: Site, absence: Absence, territory: int) -> None:
    """Note that the coordination is to hear of an absence."""
    tx.add(
        Notice(
            public_id=site.ids.new(),
            territory_id=territory,
            code="helper_away",
            absence_id=absence.id,
            at=site.clock.now(),
        )
    )


def tell_of_change(tx: Session, site: Site, code: str, party: Party) -> None:
    """Note that the coordination is to hear what a party changed; once, as long as nobody has read it."""
    same = select(Notice).where(Notice.code == code, Notice.subject_id == party.id, col(Notice.told_at).is_(None))
    if tx.exec(same).first() is None:
        tx.add(
            Notice(
                public_id=site.ids.new(),
                territory_id=party.territory_id,
                code=code,
                subject_id=party.id,
                at=site.clock.now(),
            )
        )


def tell_the_others(tx: Session, site: Site, actor: Actor, held: Held, code: str) -> None:
    """Tell the person, the helper and the referring professional of a pairing, but for whoever does it themselves."""
    for party in (held.person.id, held.helper.id, held.pairing.professional_id):
        if party is not None and party != actor.party_id:
            tell(tx, site, code, held.person, party=party, pairing=held.pairing)


def to_tell(site: Site, actor: Actor) -> list[NoticeView]:
    """The coordinator's list: what is still to be said, the oldest first."""
    only_coordinator(actor)
    with site.db() as tx:
        rows = tx.exec(
            select(Notice)
            .where(scope(actor).of(Notice), col(Notice.told_at).is_(None), ~_was_sent())
            .order_by(col(Notice.at), col(Notice.id))
        ).all()
        return [_view(tx, row) for row in rows]


def _was_sent() -> ColumnElement[bool]:
    """A message told it; what does not arrive is listed among the mails."""
    return exists().where(
        col(MessageTold.party_id) == col(Notice.party_id),
        col(MessageTold.code) == col(Notice.code),
        col(MessageTold.about) == col(Notice.public_id),
    )


def own(site: Site, actor: Actor) -> list[NoticeView]:
    """What the reader was not told yet, the newest first."""
    if actor.party_id is None:
        return []
    with site.db() as tx:
        rows = tx.exec(
            select(Notice)
            .where(
                Notice.party_id == actor.party_id,
                col(Notice.told_at).is_(None),
                col(Notice.at) > site.clock.now() - timedelta(days=OWN_DAYS),
            )
            .order_by(col(Notice.at).desc(), col(Notice.id))
        ).all()
        return [_view(tx, row) for row in rows]


def mark(site: Site, actor: Actor, public_id: str) -> None:
    """Note that it was said, or read; once it is, it stays so."""
    with site.db.begin() as tx:
        row = tx.exec(select(Notice).where(scope(actor).of(Notice), Notice.public_id == public_id)).first()
        if row is None:
            raise NotFound(N_("Ce message n’existe pas."))
        _mark(tx, site, actor, row)


def mark_told(tx: Session, site: Site, actor: Actor, public_id: str) -> None:
    """The same inside a transaction, for what the coordinator said."""
    row = tx.exec(select(Notice).where(scope(actor).of(Notice), Notice.public_id == public_id)).one()
    _mark(tx, site, actor, row)


def _mark(tx: Session, site: Site, actor: Actor, row: Notice) -> None:
    if row.told_at is None:
        row.told_at, row.told_by = site.clock.now(), actor.account_id
        tx.add(row)
        audit.note(tx, site, actor, "notice.told", "notice", row.public_id)


def reached(tx: Session, party: Party, pairing: Pairing | None = None) -> Reached:
    """How somebody is told: a person by the channel they chose, everybody else on their own page."""
    if party.kind != "person":
        return Reached(_name(tx, party), party.kind, "own_page", "")
    how, via = tx.get_one(Person, party.id).contact_channel, ""
    if how == "via_professional" and pairing is not None and pairing.professional_id is not None:
        via = tx.get_one(Professional, pairing.professional_id).display_name
    return Reached(_name(tx, party), party.kind, how, via)


def _view(tx: Session, row: Notice) -> NoticeView:
    party = tx.get(Party, row.party_id) if row.party_id is not None else None
    if row.absence_id is not None:
        absence = tx.get_one(Absence, row.absence_id)
        return NoticeView(
            public_id=row.public_id,
            code=row.code,
            to=None,
            name=_name(tx, tx.get_one(Party, absence.owner_id)),
            at=row.at,
            pairing="",
            absence=absence.public_id,
            first=absence.first_day,
            last=absence.last_day,
        )
    if row.subject_id is not None:
        subject = tx.get_one(Party, row.subject_id)
        whose = _named(tx, subject)
        changed = (subject.kind, whose.public_id) if row.code == "hours_changed" else None
        return NoticeView(row.public_id, row.code, None, _name(tx, subject), row.at, "", changed=changed)
    person = tx.get_one(Person, row.person_id)
    pairing = tx.get(Pairing, row.pairing_id) if row.pairing_id is not None else None
    visit = tx.get(Visit, row.visit_id) if row.visit_id is not None else None
    name = person.pseudonym
    if party is not None and party.id == person.id and not row.code.startswith("request_"):
        name = tx.get_one(PeerHelper, pairing.peer_helper_id).display_name if pairing is not None else ""
    zone = ZoneInfo(tx.get_one(Territory, row.territory_id).timezone)
    after = visit.starts_at.astimezone(zone) if visit is not None else None
    return NoticeView(
        public_id=row.public_id,
        code=row.code,
        to=reached(tx, party, pairing) if party is not None else None,
        name=name,
        at=row.at,
        pairing=pairing.public_id if pairing is not None else "",
        before=row.known_start.astimezone(zone) if row.known_start is not None else after,
        after=after,
        names=_along(tx, visit) if visit is not None else (),
    )


def _along(tx: Session, visit: Visit) -> tuple[str, ...]:
    """Names of those who come along to a visit."""
    along = (visit.professional_id, visit.second_helper_id)
    return tuple(_name(tx, tx.get_one(Party, party)) for party in along if party is not None)


def _name(tx: Session, party: Party) -> str:
    row = _named(tx, party)
    return row.pseudonym if isinstance(row, Person) else row.display_name


def _named(tx: Session, party: Party) -> Person | PeerHelper | Professional:
    if party.kind == "person":
        return tx.get_one(Person, party.id)
    return tx.get_one(PeerHelper if party.kind == "peer_helper" else Professional, party.id)
