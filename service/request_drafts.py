"""
A professional asks for an accompaniment: four short steps, kept as a draft for seven days, then sent.

The draft lies sealed under the professional's key; nothing of it is known to anybody else before it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import func
from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, codes
from service.access_scope import scope
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.imports.checks.people import identifies
from service.offered import LANGUAGES, MOMENTS, PREFERENCES, ForRequest, for_organisation, without_request
from service.pairing_rows import consent_of
from service.requests import CONSENT_BY_HAND, CONSENT_MONTHS, consent_state
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.people import Availability, Consent, DataKey, Party, Person, Place, Professional
from service.tables.requests import RequestDraft
from service.tables.territory import Neighbourhood, Territory

KEPT_DAYS = 7
REMEMBERED_HOURS = 24
"""A sent form that comes again within this time makes no second request (`security.md` J5)."""
MOST_DRAFTS = 20
NOTE_LENGTH = 280
STEPS = (1, 2, 3)
"""Those with questions; the fourth shows them all."""
ASKED_ANEW = ("refused", "withdrawn")
"""Somebody who said no is asked by the coordination itself, whatever the form says."""
_WORD = re.compile(r"[^\W\d_]{2,}", re.UNICODE)
_TITLES = frozenset({"mme", "mlle", "mr", "monsieur", "madame"})


@dataclass(frozen=True)
class LinkVisitor(Actor):
    """Somebody without an account who came by a partner's link, known by a cookie; `party_id` carries their request."""

    link_id: int = 0
    cookie_hash: str = ""


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


@dataclass(frozen=True)
class Draft:
    """
    A draft as its writer sees it.

    `wrong` tells for each step which fields lack something, in sentences; `sent` is the request it became, if any.
    """

    public_id: str
    answers: Answers
    offered: ForRequest
    wrong: Mapping[int, Mapping[str, str]]
    expires_at: datetime
    sent: str | None = None

    @property
    def name(self) -> str:
        return self.offered.people.get(self.answers.whom, self.answers.pseudonym)

    @property
    def next_step(self) -> int:
        """The first step that lacks something, else the last one."""
        return next((step for step in STEPS if self.wrong[step]), 4)


def start(site: Site, actor: Actor) -> str:
    """
    Begin a request; its public id.

    Raises
    ------
    StepNotAllowed
        When so many are begun already that this is no writing any more.
    """
    owner = _owner(actor)
    now = site.clock.now()
    with site.db.begin() as tx:
        count = tx.exec(select(func.count()).select_from(RequestDraft).where(*_open(actor, now))).one()
        if count >= MOST_DRAFTS:
            raise StepNotAllowed(N_("Vous avez déjà beaucoup de brouillons. Effacez-en un d’abord."))
        row = RequestDraft(
            public_id=site.ids.new(),
            territory_id=actor.territory_id or 0,
            owner_id=owner,
            made_at=now,
            changed_at=now,
            expires_at=now + timedelta(days=KEPT_DAYS),
        )
        if isinstance(actor, LinkVisitor):
            row.link_id, row.cookie_hash = actor.link_id, actor.cookie_hash
        _write(site, tx, row, Answers())
        tx.add(row)
        return row.public_id


def mine(site: Site, actor: Actor, language: str = "fr") -> list[Draft]:
    """The drafts that can be taken up, the last one first."""
    owner = _owner(actor)
    with site.db() as tx:
        rows = tx.exec(
            select(RequestDraft).where(*_open(actor, site.clock.now())).order_by(col(RequestDraft.changed_at).desc())
        ).all()
        if not rows:
            return []
        offered, day = _offered(tx, actor, language), _today(site, tx, actor)
        held = tx.get_one(DataKey, owner)  # as long as it is held, opening each draft asks for it no more
        drafts = [_draft(site, tx, row, offered, day, None) for row in rows]
        del held
        return drafts


def one(site: Site, actor: Actor, public_id: str, language: str = "fr") -> Draft:
    """One draft of one's own; hidden, out of date and absent look the same."""
    with site.db() as tx:
        row = _own(site, tx, actor, public_id)
        taken = _pseudonym_taken(site, tx, actor, row)
        return _draft(site, tx, row, _offered(tx, actor, language), _today(site, tx, actor), taken)


def save(site: Site, actor: Actor, public_id: str, said: Mapping[str, Any]) -> None:
    """Keep what one step says, also where it lacks something; seven days from now."""
    with site.db.begin() as tx:
        row = _own(site, tx, actor, public_id)
        if row.request_id is not None:
            raise StepNotAllowed(N_("Cette demande est déjà envoyée."))
        held = _read(site, tx, row)
        _write(site, tx, row, Answers(**({name: getattr(held, name) for name in ANSWERS} | dict(said))))
        row.changed_at = site.clock.now()
        row.expires_at = row.changed_at + timedelta(days=KEPT_DAYS)
        tx.add(row)


def discard(site: Site, actor: Actor, public_id: str) -> None:
    """Throw a draft away."""
    with site.db.begin() as tx:
        row = _own(site, tx, actor, public_id)
        if row.request_id is None:
            tx.delete(row)


def send(site: Site, actor: Actor, public_id: str) -> str:
    """
    Send the request to the coordination; the request's public id, the same one when it is sent again.

    Raises
    ------
    StepNotAllowed
        When an answer is still missing, or no longer possible.
    """
    if isinstance(actor, LinkVisitor):
        raise NotAllowed
    with site.db.begin() as tx:
        row = _own(site, tx, actor, public_id)
        if row.request_id is not None:
            return tx.get_one(Request, row.request_id).public_id
        return become_request(site, tx, actor, row).public_id


def become_request(site: Site, tx: Session, actor: Actor, row: RequestDraft) -> Request:
    """
    The request that a draft asks for, with its person; the draft loses its answers.

    By a link nothing of a consent is written down but that it is still to be asked: nobody knows who says so.
    """
    day = _today(site, tx, actor)
    offered = _offered(tx, actor, "fr")
    draft = _draft(site, tx, row, offered, day, _pseudonym_taken(site, tx, actor, row))
    if draft.next_step != 4:
        raise StepNotAllowed(N_("Il manque encore une réponse dans cette demande."))
    said = draft.answers
    if isinstance(actor, LinkVisitor):
        said = replace(said, pseudonym=_free_name(tx, actor, said.pseudonym), agreed="not_yet")
    request = make(site, tx, actor, said, day, row.owner_id)
    row.content_sealed, row.request_id = None, request.id
    row.expires_at = site.clock.now() + timedelta(hours=REMEMBERED_HOURS)
    tx.add(row)
    audit.note(tx, site, actor, "request.made", "request", request.public_id)
    return request


def ready(site: Site, tx: Session, actor: Actor, public_id: str) -> RequestDraft:
    """
    A draft of one's own that lacks nothing.

    Raises
    ------
    StepNotAllowed
        When an answer is still missing, or it was sent.
    """
    row = _own(site, tx, actor, public_id)
    if row.request_id is not None:
        raise StepNotAllowed(N_("Cette demande est déjà envoyée."))
    draft = _draft(site, tx, row, _offered(tx, actor, "fr"), _today(site, tx, actor), None)
    if draft.next_step != 4:
        raise StepNotAllowed(N_("Il manque encore une réponse dans cette demande."))
    return row


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


def expire_due(site: Site) -> int:
    """Delete the drafts that nobody took up in time, and what is remembered of those sent; how many."""
    with site.db.begin() as tx:
        rows = tx.exec(select(RequestDraft).where(col(RequestDraft.expires_at) <= site.clock.now())).all()
        for row in rows:
            tx.delete(row)
        return len(rows)


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


def _offered(tx: Session, actor: Actor, language: str) -> ForRequest:
    asker = tx.get_one(Professional, actor.party_id)
    return for_organisation(tx, actor.territory_id, language, _people(tx, actor), asker.organisation_id)


def _people(tx: Session, actor: Actor) -> dict[str, str]:
    """Those for whom this professional asked before and nothing is under way now; none for whoever has no account."""
    if isinstance(actor, LinkVisitor):
        return {}
    asked = select(Request.person_id).where(
        Request.professional_id == actor.party_id, Request.territory_id == actor.territory_id
    )
    return without_request(tx, actor.territory_id, col(Person.id).in_(asked))


def _chosen(tx: Session, actor: Actor, table: type[Any], public_id: str) -> Any:
    if not public_id:
        return None
    return tx.exec(select(table).where(table.public_id == public_id, table.territory_id == actor.territory_id)).one()


def _next_ref(tx: Session, table: type[Any], actor: Actor, letter: str) -> str:
    start = f"{tx.get_one(Territory, actor.territory_id).ref}-{letter}"
    held = tx.exec(select(table.ref).where(table.territory_id == actor.territory_id, table.ref.startswith(start))).all()
    numbers = [int(tail) for ref in held if (tail := ref[len(start) :]).isascii() and tail.isdigit()]
    return f"{start}{max(numbers, default=0) + 1:03d}"


def _pseudonym_taken(site: Site, tx: Session, actor: Actor, row: RequestDraft) -> bool:
    said = _read(site, tx, row)
    # By a link nobody is told who is known here: another pseudonym is found when the request comes in.
    if said.whom != "new" or not said.pseudonym or isinstance(actor, LinkVisitor):
        return False
    return _is_taken(tx, actor, said.pseudonym)


def _is_taken(tx: Session, actor: Actor, pseudonym: str) -> bool:
    # Compared here: SQLite lowers ASCII only.
    names = tx.exec(select(Person.pseudonym).where(Person.territory_id == actor.territory_id)).all()
    return pseudonym.casefold() in {name.casefold() for name in names}


def _free_name(tx: Session, actor: Actor, pseudonym: str) -> str:
    """This pseudonym, or with the next number when somebody has it."""
    name, number = pseudonym, 1
    while _is_taken(tx, actor, name):
        number += 1
        name = f"{pseudonym[:70]} {number}"
    return name


def _draft(site: Site, tx: Session, row: RequestDraft, offered: ForRequest, day: date, taken: bool | None) -> Draft:
    answers = _read(site, tx, row)
    return Draft(
        public_id=row.public_id,
        answers=answers,
        offered=offered,
        wrong=lacking(answers, offered, day, taken=bool(taken)),
        expires_at=row.expires_at,
        sent=tx.get_one(Request, row.request_id).public_id if row.request_id is not None else None,
    )


def _read(site: Site, tx: Session, row: RequestDraft) -> Answers:
    if row.content_sealed is None:
        return Answers()
    held = site.seals.open(tx, row.owner_id, _place(row), row.content_sealed)
    return Answers(**{name: value for name, value in held.items() if name in ANSWERS})


def _write(site: Site, tx: Session, row: RequestDraft, answers: Answers) -> None:
    held = {name: getattr(answers, name) for name in ANSWERS}
    row.content_sealed = site.seals.seal(tx, row.owner_id, _place(row), held)


def _place(row: RequestDraft) -> str:
    return f"request_draft.content_sealed:{row.public_id}"


def _whose(actor: Actor) -> tuple[Any, ...]:
    """The drafts of one writer: those by a link are nobody's but of the browser that wrote them."""
    mine = (scope(actor).of(RequestDraft),)
    if isinstance(actor, LinkVisitor):
        return (*mine, RequestDraft.link_id == actor.link_id, RequestDraft.cookie_hash == actor.cookie_hash)
    return (*mine, col(RequestDraft.link_id).is_(None))


def _open(actor: Actor, now: datetime) -> tuple[Any, ...]:
    return (
        *_whose(actor),
        col(RequestDraft.request_id).is_(None),
        col(RequestDraft.expires_at) > now,
    )


def _own(site: Site, tx: Session, actor: Actor, public_id: str) -> RequestDraft:
    found = tx.exec(
        select(RequestDraft).where(
            *_whose(actor),
            RequestDraft.public_id == public_id,
            col(RequestDraft.expires_at) > site.clock.now(),
        )
    ).first()
    if found is None:
        raise NotFound(N_("Ce brouillon n’existe plus. Un brouillon est gardé 7 jours."))
    return found


def _owner(actor: Actor) -> int:
    if actor.role != "professional" or actor.party_id is None:
        raise NotAllowed
    return actor.party_id


def _today(site: Site, tx: Session, actor: Actor) -> date:
    return clock.today(site.clock, tx.get_one(Territory, actor.territory_id).timezone)
