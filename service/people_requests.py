"""A request that the coordinator writes down for a person, so that they wait for a peer helper at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, codes, lifecycles, network_themes
from service.access_scope import only_coordinator, scope
from service.errors import StepNotAllowed
from service.pairing_rows import consent_of, move_person
from service.people import find, held
from service.requests import CONSENT_BY_HAND, CONSENT_MONTHS, OPEN, consent_state
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request
from service.tables.people import Consent, Person, Professional
from service.tables.territory import Territory

BY_PERSON = "person"


@dataclass(frozen=True)
class Ask:
    """
    What the form says of the request and of the consent.

    `asked_by` is `person` or the public id of a professional; `agreed` is `yes` or empty: not asked yet.
    """

    wanted: str = ""
    themes: list[str] = field(default_factory=list[str])
    urgency: str = "normal"
    asked_by: str = BY_PERSON
    wished_by: str = ""
    agreed: str = ""
    how: str = ""

    def until(self, day: date) -> date:
        """The last day of a consent given today."""
        return day + relativedelta(months=CONSENT_MONTHS)


@dataclass(frozen=True)
class AskView:
    """The form of a request for somebody known; `consent` as of today, `hindrance` says why none can be added now."""

    public_id: str
    pseudonym: str
    ref: str
    consent: str
    themes: dict[str, str]
    professionals: dict[str, str]
    ask: Ask = field(default_factory=Ask)
    wrong: dict[str, str] = field(default_factory=dict[str, str])
    hindrance: str = ""
    saved: bool = False


def lacking_ask(ask: Ask, themes: Collection[str], professionals: Collection[str], today: date) -> dict[str, str]:
    """What the request still lacks, as sentences by field; nothing when none is wanted."""
    wrong: dict[str, str] = {}
    if ask.agreed == "yes" and ask.how not in CONSENT_BY_HAND:
        wrong["how"] = N_("Dites comment la personne a donné son accord")
    if ask.wanted != "yes":
        return wrong
    if not ask.themes or not set(ask.themes) <= set(themes):
        wrong["themes"] = N_("Cochez au moins une chose qui aiderait la personne")
    if ask.urgency not in codes.URGENCIES:
        wrong["urgency"] = N_("Choisissez si c’est pressé")
    if ask.asked_by != BY_PERSON and ask.asked_by not in professionals:
        wrong["asked_by"] = N_("Choisissez qui demande dans la liste")
    if ask.wished_by and not _is_day_from(ask.wished_by, today):
        wrong["wished_by"] = N_("Choisissez un jour à venir, ou laissez vide")
    return wrong


def form(site: Site, actor: Actor, person: str, language: str = "fr") -> AskView:
    """The form of a new request for a person."""
    only_coordinator(actor)
    with site.db() as tx:
        return _view(tx, site, actor, find(tx, actor, person), Ask(wanted="yes"), language)


def add(site: Site, actor: Actor, person: str, ask: Ask, language: str = "fr") -> AskView:
    """
    Add a request for a person, and note their consent when they gave it; the form again when something lacks.

    Raises
    ------
    StepNotAllowed
        When a request is open already, somebody is beside them, or their record is closed.
    """
    with site.db.begin() as tx:
        row = held(tx, actor, person)
        view = _view(tx, site, actor, row, ask, language)
        if view.hindrance:
            raise StepNotAllowed(view.hindrance)
        day = clock.today(site.clock, tx.get_one(Territory, row.territory_id).timezone)
        wrong = lacking_ask(ask, view.themes, view.professionals, day)
        if wrong:
            return replace(view, wrong=wrong)
        if ask.agreed == "yes" and view.consent != "given":
            _note_consent(tx, site, actor, row, ask, view.consent, day)
        ask_in(tx, site, actor, row, ask, day)
        return replace(view, saved=True)


def ask_in(tx: Session, site: Site, actor: Actor, person: Person, ask: Ask, day: date) -> Request:
    """The request of a person in the open transaction: it waits for a helper, or first for their consent."""
    agreed = consent_state(consent_of(tx, person.id), day) == "given"
    asker = None
    if ask.asked_by != BY_PERSON:
        asker = tx.exec(
            select(Professional).where(scope(actor).of(Professional), Professional.public_id == ask.asked_by)
        ).one()
    state = "waiting" if agreed else "consent_pending"
    lifecycles.step("request", None, state)
    request = Request(
        public_id=site.ids.new(),
        ref=_next_ref(tx, actor),
        territory_id=person.territory_id,
        received_on=day,
        requested_by="person" if asker is None else "professional",
        professional_id=asker.id if asker is not None else None,
        person_id=person.id,
        themes=ask.themes,
        urgency=ask.urgency,
        wished_first_visit_by=date.fromisoformat(ask.wished_by) if ask.wished_by else None,
        status=state,
    )
    tx.add(request)
    if agreed and person.status == "consent_pending":
        move_person(tx, person, "waiting")
    tx.flush()
    audit.note(tx, site, actor, "request.made", "request", request.public_id)
    return request


def _note_consent(tx: Session, site: Site, actor: Actor, person: Person, ask: Ask, state: str, day: date) -> None:
    current = consent_of(tx, person.id)
    now = site.clock.now()
    if state in ("refused", "withdrawn"):
        # Somebody who said no was asked anew, and said yes now: both steps stand in the history.
        lifecycles.step("consent", state, "pending")
        state = "pending"
    lifecycles.step("consent", state, "given")
    if current is not None:
        current.ended_at = now
        tx.add(current)
        tx.flush()
    tx.add(
        Consent(
            person_id=person.id,
            status="given",
            scope=["pairing"],
            given_on=day,
            expires_on=ask.until(day),
            how=ask.how,
            recorded_at=now,
            recorded_by=actor.account_id,
        )
    )
    tx.flush()
    audit.note(tx, site, actor, "consent.given", "person", person.public_id)


def _view(tx: Session, site: Site, actor: Actor, row: Person, ask: Ask, language: str) -> AskView:
    territory = tx.get_one(Territory, row.territory_id)
    day = clock.today(site.clock, territory.timezone)
    themes = network_themes.offered(tx, territory.id)
    professionals = tx.exec(
        select(Professional)
        .where(scope(actor).of(Professional), Professional.status == "active")
        .order_by(Professional.display_name)
    ).all()
    return AskView(
        public_id=row.public_id,
        pseudonym=row.pseudonym,
        ref=row.ref,
        consent=consent_state(consent_of(tx, row.id), day),
        themes={one.ref: str(getattr(one, f"label_{language}")) for one in themes},
        professionals={one.public_id: one.display_name for one in professionals},
        ask=ask,
        hindrance=_hindrance(tx, row),
    )


def _hindrance(tx: Session, row: Person) -> str:
    if row.status == "closed":
        return N_("Ce suivi est clôturé. Rouvrez-le d’abord.")
    asked = select(Request.id).where(
        Request.person_id == row.id, Request.kind == "pairing", col(Request.status).in_(OPEN)
    )
    if tx.exec(asked).first() is not None:
        return N_("Une demande est déjà ouverte pour cette personne.")
    live = select(Pairing.id).where(Pairing.person_id == row.id, col(Pairing.status).in_(codes.LIVE_PAIRING_STATES))
    if tx.exec(live).first() is not None:
        return N_("Un binôme est en cours. Une nouvelle demande peut suivre quand il se termine.")
    return ""


def _is_day_from(said: str, today: date) -> bool:
    try:
        return today <= date.fromisoformat(said) <= today + relativedelta(years=1)
    except ValueError:
        return False


def _next_ref(tx: Session, actor: Actor) -> str:
    start = f"{tx.get_one(Territory, actor.territory_id).ref}-R"
    held_refs = tx.exec(
        select(Request.ref).where(Request.territory_id == actor.territory_id, col(Request.ref).startswith(start))
    ).all()
    numbers = [int(tail) for ref in held_refs if (tail := ref[len(start) :]).isascii() and tail.isdigit()]
    return f"{start}{max(numbers, default=0) + 1:03d}"
