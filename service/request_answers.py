"""What the form of a request says: what it lacks, and the request that is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlmodel import Session, select

from locales import N_
from service import codes
from service.imports.checks.people import identifies
from service.offered import LANGUAGES, MOMENTS, PREFERENCES, ForRequest
from service.pairing_rows import consent_of
from service.requests import CONSENT_BY_HAND, CONSENT_MONTHS, consent_state
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.people import Availability, Consent, Party, Person, Place
from service.tables.territory import Neighbourhood, Territory

NOTE_LENGTH = 280
ASKED_ANEW = ("refused", "withdrawn")
"""Somebody who said no is asked by the coordination itself, whatever the form says."""
_WORD = re.compile(r"[^\W\d_]{2,}", re.UNICODE)
_TITLES = frozenset({"mme", "mlle", "mr", "monsieur", "madame"})


@dataclass(frozen=True)
class Answers:
    """What the form holds so far; empty means not answered yet."""

    whom: str = "new"
    pseudonym: str = ""
    pseudonym_sure: str = ""
    age_band: str = ""
    agreed: str = ""
    how: str = ""
    themes: list[str] = field(default_factory=list[str])
    urgency: str = "normal"
    wished_by: str = ""
    frequency: str = "weekly"
    neighbourhood: str = ""
    languages: list[str] = field(default_factory=list[str])
    moments: list[str] = field(default_factory=list[str])
    living: str = "home"
    where: str = ""
    preference: str = "none"
    note: str = ""


ANSWERS = tuple(one.name for one in fields(Answers))


def make(
    site: Site,
    tx: Session,
    actor: Actor,
    said: Answers,
    day: date,
    professional: int | None,
    public_id: str = "",
) -> Request:
    """Write down a request that lacks nothing, with its person and what was said of their consent."""
    person = (
        _new_person(site, tx, actor, said, day, professional)
        if said.whom == "new"
        else tx.exec(select(Person).where(Person.public_id == said.whom)).one()
    )
    agreed = _note_consent(site, tx, actor, person, said, day)
    request = Request(
        public_id=public_id or site.ids.new(),
        ref=_next_ref(tx, Request, actor, "R"),
        territory_id=person.territory_id,
        received_on=day,
        requested_by="person" if professional is None else "professional",
        professional_id=professional,
        person_id=person.id,
        themes=said.themes,
        urgency=said.urgency,
        wished_first_visit_by=date.fromisoformat(said.wished_by) if said.wished_by else None,
        status="received" if agreed else "consent_pending",
    )
    if said.note:
        request.note_sealed = site.seals.seal(tx, person.id, f"request.note_sealed:{request.public_id}", said.note)
    tx.add(request)
    tx.flush()
    return request


def looks_like_a_name(said: str) -> bool:
    """Two words or more, as first and last name: worth a question, not a refusal."""
    return len([word for word in _WORD.findall(said) if word.casefold() not in _TITLES]) >= 2


def lacking(answers: Answers, offered: ForRequest, today: date, *, taken: bool) -> dict[int, dict[str, str]]:
    """What each step still lacks, as sentences by field; `taken`: somebody else has this pseudonym."""
    return {
        1: _lacking_person(answers, offered, taken=taken),
        2: _lacking_help(answers, offered, today),
        3: _lacking_meeting(answers, offered),
    }


def _lacking_person(said: Answers, offered: ForRequest, *, taken: bool) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if said.whom != "new" and said.whom not in offered.people:
        wrong["whom"] = N_("Choisissez pour qui vous demandez")
    if said.whom == "new":
        if not said.pseudonym:
            wrong["pseudonym"] = N_("Donnez un pseudonyme à la personne")
        elif len(said.pseudonym) > 80:
            wrong["pseudonym"] = N_("Choisissez un pseudonyme plus court")
        elif identifies(said.pseudonym):
            wrong["pseudonym"] = N_("Le pseudonyme contient un numéro ou une adresse. Choisissez un autre pseudonyme")
        elif taken:
            wrong["pseudonym"] = N_("Ce pseudonyme ne peut pas servir ici. Choisissez-en un autre")
        elif looks_like_a_name(said.pseudonym) and said.pseudonym_sure != "yes":
            wrong["pseudonym_sure"] = N_("Cela ressemble à un nom. Changez-le, ou confirmez que c’est un pseudonyme")
        if said.age_band and said.age_band not in codes.AGE_BANDS:
            wrong["age_band"] = N_("Choisissez un âge dans la liste")
    if said.agreed not in ("yes", "not_yet"):
        wrong["agreed"] = N_("Dites si la personne souhaite cet accompagnement")
    elif said.agreed == "yes" and said.how not in CONSENT_BY_HAND:
        wrong["how"] = N_("Dites comment la personne a donné son accord")
    return wrong


def _lacking_help(said: Answers, offered: ForRequest, today: date) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not said.themes or not set(said.themes) <= offered.themes.keys():
        wrong["themes"] = N_("Cochez au moins une chose qui aiderait la personne")
    if said.urgency not in codes.URGENCIES:
        wrong["urgency"] = N_("Choisissez si c’est pressé")
    if said.wished_by and not _is_day_from(said.wished_by, today):
        wrong["wished_by"] = N_("Choisissez un jour à venir, ou laissez vide")
    if said.frequency not in codes.FREQUENCIES:
        wrong["frequency"] = N_("Choisissez un rythme dans la liste")
    return wrong


def _lacking_meeting(said: Answers, offered: ForRequest) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if len(said.note) > NOTE_LENGTH:
        wrong["note"] = N_("Raccourcissez ce texte : 280 signes au plus")
    elif identifies(said.note):
        wrong["note"] = N_("Enlevez le numéro ou l’adresse de ce texte")
    if said.whom != "new":  # what is known of somebody already accompanied stays as it is
        return wrong
    if not said.moments or not set(said.moments) <= MOMENTS.keys():
        wrong["moments"] = N_("Cochez au moins un moment où la personne est disponible")
    if said.where != "home" and said.where not in offered.places:
        wrong["where"] = N_("Dites où la rencontre peut se passer")
    if not said.languages or not set(said.languages) <= set(LANGUAGES):
        wrong["languages"] = N_("Cochez au moins une langue")
    if said.neighbourhood and said.neighbourhood not in offered.neighbourhoods:
        wrong["neighbourhood"] = N_("Choisissez un quartier dans la liste")
    if said.living not in codes.LIVING_ENVIRONMENTS:
        wrong["living"] = N_("Choisissez un lieu de vie dans la liste")
    if said.preference not in PREFERENCES:
        wrong["preference"] = N_("Choisissez une préférence dans la liste")
    return wrong


def _is_day_from(said: str, today: date) -> bool:
    try:
        return today <= date.fromisoformat(said) <= today + relativedelta(years=1)
    except ValueError:
        return False


def _new_person(site: Site, tx: Session, actor: Actor, said: Answers, day: date, professional: int | None) -> Person:
    party = Party(kind="person", territory_id=actor.territory_id or 0)
    tx.add(party)
    tx.flush()
    wish, gender = PREFERENCES[said.preference]
    area = _chosen(tx, actor, Neighbourhood, said.neighbourhood)
    place = None if said.where == "home" else _chosen(tx, actor, Place, said.where)
    person = Person(
        id=party.id or 0,
        public_id=site.ids.new(),
        ref=_next_ref(tx, Person, actor, "P"),
        territory_id=party.territory_id,
        pseudonym=said.pseudonym,
        age_band=said.age_band or None,
        languages=said.languages,
        neighbourhood_id=area.id if area is not None else None,
        living_environment=said.living,
        meeting_place_id=place.id if place is not None else None,
        # Until the person says otherwise, whoever asked passes messages on.
        contact_channel="via_professional" if professional is not None else "phone",
        gender_preference=wish,
        preferred_gender=gender,
        visit_frequency=said.frequency,
        visit_minutes=60,
        changed_at=site.clock.now(),
        status="consent_pending",
    )
    tx.add(person)
    tx.flush()
    for moment in said.moments:
        days, first, last = MOMENTS[moment]
        for weekday in days:
            tx.add(
                Availability(owner_id=person.id, weekday=weekday, start_minute=first, end_minute=last, valid_from=day)
            )
    return person


def _note_consent(site: Site, tx: Session, actor: Actor, person: Person, said: Answers, day: date) -> bool:
    """Write down what the asker says of the consent; whether it is given now."""
    before = consent_of(tx, person.id)
    state = consent_state(before, day)
    if before is not None and state == "given":
        return said.agreed == "yes"
    given = said.agreed == "yes" and state not in ASKED_ANEW
    if before is not None and (given or state in ASKED_ANEW):
        before.ended_at = site.clock.now()
        tx.add(before)
        tx.flush()
    elif before is not None:
        return False
    tx.add(
        Consent(
            person_id=person.id,
            status="given" if given else "pending",
            scope=["pairing"] if given else [],
            given_on=day if given else None,
            expires_on=day + relativedelta(months=CONSENT_MONTHS) if given else None,
            how=said.how if given else None,
            recorded_at=site.clock.now(),
            recorded_by=actor.account_id,
        )
    )
    return given


def _chosen(tx: Session, actor: Actor, table: type[Any], public_id: str) -> Any:
    if not public_id:
        return None
    return tx.exec(select(table).where(table.public_id == public_id, table.territory_id == actor.territory_id)).one()


def _next_ref(tx: Session, table: type[Any], actor: Actor, letter: str) -> str:
    start = f"{tx.get_one(Territory, actor.territory_id).ref}-{letter}"
    held = tx.exec(select(table.ref).where(table.territory_id == actor.territory_id, table.ref.startswith(start))).all()
    numbers = [int(tail) for ref in held if (tail := ref[len(start) :]).isascii() and tail.isdigit()]
    return f"{start}{max(numbers, default=0) + 1:03d}"


def is_taken(tx: Session, actor: Actor, pseudonym: str) -> bool:
    # Compared here: SQLite lowers ASCII only.
    names = tx.exec(select(Person.pseudonym).where(Person.territory_id == actor.territory_id)).all()
    return pseudonym.casefold() in {name.casefold() for name in names}


def free_name(tx: Session, actor: Actor, pseudonym: str) -> str:
    """This pseudonym, or with the next number when somebody has it."""
    name, number = pseudonym, 1
    while is_taken(tx, actor, name):
        number += 1
        name = f"{pseudonym[:70]} {number}"
    return name
