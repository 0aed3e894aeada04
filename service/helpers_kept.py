"""A peer helper's record: made and edited by form; training, rest, supervision, certificates, whom they do not meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, select

from locales import N_, translator
from service import audit, lifecycles
from service.access_scope import scope
from service.contact_cards import place as card_place
from service.database import check_revision
from service.errors import NotAcceptable, NotFound, StepNotAllowed
from service.helpers_sheet import HELPER, STATES
from service.kept_records import (
    Desk,
    Kind,
    areas,
    chosen,
    desk,
    find,
    in_territory,
    languages,
    not_ahead,
    organisations,
    public_id_of,
    supervisors,
    themes,
)
from service.pairing_words import EXPERIENCES
from service.sheets import Value, written
from service.site import Actor, Site
from service.tables.people import Certificate, Conflict, ContactCard, PeerHelper, Person, Professional
from service.tables.territory import Neighbourhood, Organisation

CARD = ("phone", "email")
AS_THEY_ARE = (
    *("display_name", "contract", "max_persons", "max_visits_per_day", "max_travel_km", "transport", "lone_visit_ok"),
    *("cannot_visit", "themes", "languages", "lived_experience", "off_in_school_holidays"),
    *("initial_training_completed_on", "last_supervision_on", "base_lat", "base_lon"),
)
LONGEST_KIND = 80
MOST_CERTIFICATES = 30


def card_of(at: Desk, helper: PeerHelper) -> dict[str, str]:
    """Phone and e-mail, opened; each look is in the log, and without its entry there is none (`security.md` D1)."""
    row = at.tx.get(ContactCard, helper.id)
    if row is None:
        return {}
    audit.note(at.tx, at.site, at.actor, "contact_card.read", "peer_helper", helper.public_id)
    return _opened(at, row)


def _opened(at: Desk, row: ContactCard) -> dict[str, str]:
    try:
        told = at.site.seals.open(at.tx, row.party_id, card_place(row.party_id), row.card_sealed)
    except ValueError:  # its key was erased
        return {}
    return {name: str(value) for name, value in told.items() if value}


def own_words_of(at: Desk, helper: PeerHelper) -> str:
    if helper.own_words_sealed is None:
        return ""
    try:
        return str(at.site.seals.open(at.tx, helper.id, _words_place(helper.id), helper.own_words_sealed))
    except ValueError:  # its key was erased
        return ""


def _words_place(party_id: int) -> str:
    return f"peer_helper.own_words_sealed:{party_id}"


def _said(at: Desk, row: PeerHelper) -> dict[str, str | list[str]]:
    card = card_of(at, row)
    return {name: written(getattr(row, name)) for name in AS_THEY_ARE} | {
        "gender": row.gender or "",
        "age_band": row.age_band or "",
        "weekly_hours": written(round(row.weekly_minutes_max / 60, 2)),
        "organisation": public_id_of(at, Organisation, row.organisation_id),
        "neighbourhood": public_id_of(at, Neighbourhood, row.neighbourhood_id),
        "supervisor": public_id_of(at, Professional, row.supervisor_id),
        "own_words": own_words_of(at, row),
        "phone": card.get("phone", ""),
        "email": card.get("email", ""),
    }


def _offer(at: Desk, row: PeerHelper | None) -> dict[str, dict[str, str]]:
    lived = {code: translator(at.language).gettext(text) for code, text in EXPERIENCES.items()}
    held = row.lived_experience if row is not None else []
    return {
        "themes": themes(at, row.themes if row is not None else None),
        "languages": languages(at, row.languages if row is not None else None),
        "lived_experience": lived | {code: code for code in held if code not in lived},
        "organisation": organisations(at),
        "neighbourhood": areas(at),
        "supervisor": supervisors(at, row.supervisor_id if row is not None else None),
    }


def _check(at: Desk, row: PeerHelper | None, values: Mapping[str, Value]) -> dict[str, str]:
    return in_territory(at, values, "base_lat", "base_lon") | not_ahead(at, values, "last_supervision_on")


def _put(at: Desk, row: Any, values: Mapping[str, Value]) -> None:
    for name in AS_THEY_ARE:
        value = values[name]
        if getattr(row, name, None) != value:
            setattr(row, name, value)
    row.gender, row.age_band = values["gender"] or None, values["age_band"] or None
    hours = values["weekly_hours"]
    minutes = round(hours * 60) if isinstance(hours, int | float) else 0
    row.weekly_minutes_max = minutes
    row.organisation_id = chosen(at, Organisation, values["organisation"])
    row.neighbourhood_id = chosen(at, Neighbourhood, values["neighbourhood"])
    row.supervisor_id = chosen(at, Professional, values["supervisor"])
    words = str(values["own_words"] or "")
    if words != own_words_of(at, row):
        row.own_words_sealed = at.site.seals.seal(at.tx, row.id, _words_place(row.id), words) if words else None
    if _is_new(row):
        trained = row.initial_training_completed_on
        row.status = "active" if trained is not None and trained <= at.day else "in_training"
        lifecycles.step("peer_helper", None, row.status)
    _put_card(at, row, {name: str(values[name]) for name in CARD if values[name]})


def _is_new(row: PeerHelper) -> bool:
    return object_session(row) is None


def _put_card(at: Desk, row: PeerHelper, told: dict[str, str]) -> None:
    card = at.tx.get(ContactCard, row.id)
    held = _opened(at, card) if card is not None else {}
    # What a partner's file may hold beside phone and mail stays.
    wanted = {name: value for name, value in held.items() if name not in CARD} | told
    if wanted == held:
        return
    sealed = at.site.seals.seal(at.tx, row.id, card_place(row.id), wanted)
    if card is None:
        card = ContactCard(party_id=row.id, card_sealed=sealed)
    card.card_sealed = sealed
    at.tx.add(card)
    if not _is_new(row):
        # The card is part of what the form shows: whoever has an older one must see that it changed.
        flag_modified(row, "display_name")


KIND = Kind("peer_helper", PeerHelper, "H", "display_name", HELPER, _said, _offer, _check, _put)


def read_card(site: Site, actor: Actor, helper: str) -> tuple[str, dict[str, str]]:
    """The helper's name, and their phone and e-mail: a look that is in the log."""
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, PeerHelper, helper)
        return row.display_name, card_of(at, row)


def change_state(site: Site, actor: Actor, helper: str, state: str, revision: int) -> None:
    """
    Training is over, rest begins or ends, somebody comes back. Leaving has its own page (`helpers_leaving.py`).

    Raises
    ------
    StepNotAllowed
        When there is no such step from here.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, PeerHelper, helper)
        check_revision(row, revision)
        if state not in STATES or state == "left":
            raise StepNotAllowed(N_("Choisissez dans la liste."))
        lifecycles.step("peer_helper", row.status, state)
        row.status = state
        tx.add(row)
        audit.note(tx, site, actor, f"peer_helper.{state}", "peer_helper", row.public_id)


def note_supervision(site: Site, actor: Actor, helper: str, day: date | None, revision: int) -> None:
    """
    Note that a supervision took place.

    Raises
    ------
    NotAcceptable
        When no day is given, it is still to come, or a later one is noted already.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, PeerHelper, helper)
        check_revision(row, revision)
        if day is None:
            raise NotAcceptable(N_("Donnez le jour de la supervision."), "day")
        if day > at.day:
            raise NotAcceptable(N_("Ce jour n’est pas encore venu."), "day")
        if row.last_supervision_on is not None and day < row.last_supervision_on:
            raise NotAcceptable(N_("Une supervision plus récente est déjà notée."), "day")
        row.last_supervision_on = day
        tx.add(row)
        audit.note(tx, site, actor, "peer_helper.supervised", "peer_helper", row.public_id)


def add_certificate(site: Site, actor: Actor, helper: str, kind: str, day: date | None) -> None:
    """
    Note a training that ended with a certificate.

    Raises
    ------
    NotAcceptable
        When its name or its day is missing, or it is noted already.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, PeerHelper, helper)
        kind = " ".join(kind.split())
        if not kind or len(kind) > LONGEST_KIND:
            raise NotAcceptable(N_("Donnez le nom de la formation, en 80 signes au plus."), "kind")
        if day is None or day > at.day:
            raise NotAcceptable(N_("Donnez le jour du certificat, déjà passé."), "on")
        held = tx.exec(select(Certificate).where(Certificate.peer_helper_id == row.id)).all()
        if any(one.kind == kind and one.on == day for one in held) or len(held) >= MOST_CERTIFICATES:
            raise NotAcceptable(N_("Ce certificat est déjà noté."), "kind")
        tx.add(Certificate(peer_helper_id=row.id, kind=kind, on=day))
        audit.note(tx, site, actor, "peer_helper.certified", "peer_helper", row.public_id)


def remove_certificate(site: Site, actor: Actor, helper: str, kind: str, day: date | None) -> None:
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, PeerHelper, helper)
        held = tx.exec(
            select(Certificate).where(
                Certificate.peer_helper_id == row.id, Certificate.kind == kind, col(Certificate.on) == day
            )
        ).first()
        if held is None:
            raise NotFound(N_("Ce certificat n’est plus noté."))
        tx.delete(held)
        audit.note(tx, site, actor, "peer_helper.certificate_removed", "peer_helper", row.public_id)


def add_conflict(site: Site, actor: Actor, helper: str, target: str) -> None:
    """
    Never this person, or nobody of this neighbourhood; nobody asks why, and nothing of it is kept.

    Raises
    ------
    NotAcceptable
        When nobody of the territory is named, or it is noted already.
    """
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, PeerHelper, helper)
        person, area = _target(at, target)
        if person is None and area is None:
            raise NotAcceptable(N_("Choisissez une personne ou un quartier."), "target")
        same = select(Conflict).where(
            Conflict.peer_helper_id == row.id, Conflict.person_id == person, Conflict.neighbourhood_id == area
        )
        if tx.exec(same).first() is not None:
            raise NotAcceptable(N_("C’est déjà noté."), "target")
        tx.add(Conflict(peer_helper_id=row.id, person_id=person, neighbourhood_id=area))
        audit.note(tx, site, actor, "peer_helper.conflict_noted", "peer_helper", row.public_id)


def remove_conflict(site: Site, actor: Actor, helper: str, target: str) -> None:
    with site.db.begin() as tx:
        at = desk(tx, site, actor)
        row = find(at, PeerHelper, helper)
        person, area = _target(at, target)
        held = tx.exec(
            select(Conflict).where(
                Conflict.peer_helper_id == row.id, Conflict.person_id == person, Conflict.neighbourhood_id == area
            )
        ).first()
        if held is None:
            raise NotFound(N_("Ce n’est plus noté."))
        tx.delete(held)
        audit.note(tx, site, actor, "peer_helper.conflict_removed", "peer_helper", row.public_id)


def _target(at: Desk, public_id: str) -> tuple[int | None, int | None]:
    """The person, or the neighbourhood, of this id in the territory."""
    here = scope(at.actor)
    person = at.tx.exec(select(Person.id).where(Person.public_id == public_id, here.of(Person))).first()
    if person is not None:
        return person, None
    wanted = select(Neighbourhood.id).where(Neighbourhood.public_id == public_id, here.of(Neighbourhood))
    return None, at.tx.exec(wanted).first()
