"""
A person is written down or changed by the coordinator: every field of the planning record, as a form says it.

What was filled in is never lost: what lacks something comes back with its sentences, what somebody else changed
meanwhile comes back beside what the form says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from sqlmodel import Session, col, select

from locales import N_
from service import audit, clock, codes
from service.access_scope import only_coordinator, scope
from service.errors import NotFound
from service.imports.checks.people import identifies
from service.offered import PREFERENCES, ForPerson, for_person
from service.people import find, held, plain
from service.people_requests import Ask, ask_in, lacking_ask
from service.people_twins import Looks, Twin, twins_of
from service.request_answers import looks_like_a_name
from service.site import Actor, Site
from service.tables.people import Consent, Party, PeerHelper, Person, Place
from service.tables.territory import Neighbourhood, Territory

YES = "yes"
MINUTES = tuple(range(30, 181, 15))


@dataclass(frozen=True)
class Said:
    """What the form says of a person; empty means not known, `yes` stands for a ticked box."""

    pseudonym: str = ""
    age_band: str = ""
    gender: str = ""
    languages: list[str] = field(default_factory=list[str])
    interpreter: str = ""
    neighbourhood: str = ""
    street: str = ""
    latitude: str = ""
    longitude: str = ""
    living: str = "home"
    place: str = ""
    channel: str = "phone"
    preference: str = "none"
    age_proximity: str = ""
    experiences: list[str] = field(default_factory=list[str])
    named_helper: str = ""
    flags: list[str] = field(default_factory=list[str])
    two_persons: str = ""
    frequency: str = "weekly"
    minutes: str = "60"
    school_holidays: str = ""


NAMES = tuple(one.name for one in fields(Said))


@dataclass(frozen=True)
class FormView:
    """
    The form as it is to be shown.

    `wrong` holds sentences by field; `twins` are records that may be of the same person; `theirs` is what the record
    says by now, in the fields where it differs, when somebody else changed it since `revision` was read.
    """

    public_id: str
    ref: str
    revision: int
    said: Said
    offered: ForPerson
    ask: Ask = field(default_factory=Ask)
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    twins: tuple[Twin, ...] = ()
    theirs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    saved: bool = False

    @property
    def is_stale(self) -> bool:
        return bool(self.theirs)


def blank(site: Site, actor: Actor, language: str = "fr") -> FormView:
    """An empty form for somebody new."""
    only_coordinator(actor)
    with site.db() as tx:
        return FormView("", "", 0, Said(), _offered_in(tx, actor, language, Said()))


def of(site: Site, actor: Actor, person: str, language: str = "fr") -> FormView:
    """The form of somebody who is known; looking at it counts as reading the record."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = find(tx, actor, person)
        audit.note(tx, site, actor, "read", "person", row.public_id)
        said = said_of(tx, row)
        return FormView(row.public_id, row.ref, row.revision, said, _offered_in(tx, actor, language, said))


def add(
    site: Site, actor: Actor, said: Said, ask: Ask, *, name_sure: bool, somebody_else: bool, language: str = "fr"
) -> FormView:
    """
    Write a new person down, with a request at once when `ask` says so; the form again when something lacks.

    Parameters
    ----------
    name_sure
        What looks like a name was confirmed to be a pseudonym.
    somebody_else
        The record that looks like this one was said to be of somebody else.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        offered = _offered_in(tx, actor, language, Said())
        day = clock.today(site.clock, tx.get_one(Territory, actor.territory_id).timezone)
        wrong = _lacking(tx, actor, said, offered, 0, name_sure=name_sure) | lacking_ask(
            ask, offered.themes, offered.professionals, day
        )
        twins = () if somebody_else else tuple(twins_of(tx, actor, _looks(tx, actor, said, 0)))
        view = FormView("", "", 0, said, offered, ask, wrong, twins)
        if wrong or twins:
            return view
        party = Party(kind="person", territory_id=actor.territory_id or 0)
        tx.add(party)
        tx.flush()
        row = Person(
            id=party.id or 0,
            public_id=site.ids.new(),
            ref=next_ref(tx, actor),
            territory_id=party.territory_id,
            changed_at=site.clock.now(),
            status="consent_pending",
            **values_of(tx, actor, said),
        )
        tx.add(row)
        tx.flush()
        agreed = ask.agreed == YES
        now = site.clock.now()
        tx.add(
            Consent(
                person_id=row.id,
                status="given" if agreed else "pending",
                scope=["pairing"] if agreed else [],
                given_on=day if agreed else None,
                expires_on=ask.until(day) if agreed else None,
                how=ask.how if agreed else None,
                recorded_at=now,
                recorded_by=actor.account_id,
            )
        )
        tx.flush()
        audit.note(tx, site, actor, "person.made", "person", row.public_id)
        if agreed:
            audit.note(tx, site, actor, "consent.given", "person", row.public_id)
        if ask.wanted == YES:
            ask_in(tx, site, actor, row, ask, day)
        return replace(view, public_id=row.public_id, ref=row.ref, revision=row.revision, saved=True)


def change(
    site: Site, actor: Actor, person: str, said: Said, revision: int, *, name_sure: bool, language: str = "fr"
) -> FormView:
    """Change what is known of a person; the form again when something lacks, or somebody else was faster."""
    with site.db.begin() as tx:
        row = held(tx, actor, person)
        before = said_of(tx, row)
        offered = _offered_in(tx, actor, language, before)
        view = FormView(row.public_id, row.ref, row.revision, said, offered)
        if row.revision != revision:
            held_now, wished = asdict(before), asdict(said)
            theirs = {name: held_now[name] for name in NAMES if held_now[name] != wished[name]}
            if theirs:
                return replace(view, theirs=theirs)
        sure = name_sure or said.pseudonym == before.pseudonym
        wrong = _lacking(tx, actor, said, offered, row.id, name_sure=sure)
        if wrong:
            return replace(view, wrong=wrong, revision=revision)
        if said != before:
            for name, value in values_of(tx, actor, said).items():
                setattr(row, name, value)
            row.changed_at = site.clock.now()
            tx.add(row)
            audit.note(tx, site, actor, "person.changed", "person", row.public_id)
            tx.flush()
        return replace(view, revision=row.revision, saved=True)


def offered(site: Site, actor: Actor, language: str, *known: Said) -> ForPerson:
    """What can be chosen, whatever one of these records says included."""
    both = Said(
        languages=[tag for said in known for tag in said.languages],
        experiences=[code for said in known for code in said.experiences],
    )
    with site.db() as tx:
        return _offered_in(tx, actor, language, both)


def next_ref(tx: Session, actor: Actor) -> str:
    """The next reference of a person, as partners write it: `SER-P061`."""
    start = f"{tx.get_one(Territory, actor.territory_id).ref}-P"
    held_refs = tx.exec(
        select(Person.ref).where(Person.territory_id == actor.territory_id, col(Person.ref).startswith(start))
    ).all()
    numbers = [int(tail) for ref in held_refs if (tail := ref[len(start) :]).isascii() and tail.isdigit()]
    return f"{start}{max(numbers, default=0) + 1:03d}"


def said_of(tx: Session, row: Person) -> Said:
    """What a record says, as the form would."""
    area = tx.get(Neighbourhood, row.neighbourhood_id) if row.neighbourhood_id is not None else None
    place = tx.get(Place, row.meeting_place_id) if row.meeting_place_id is not None else None
    helper = tx.get(PeerHelper, row.named_helper_id) if row.named_helper_id is not None else None
    wished = (row.gender_preference, row.preferred_gender if row.gender_preference != "none" else None)
    return Said(
        pseudonym=row.pseudonym,
        age_band=row.age_band or "",
        gender=row.gender or "",
        languages=list(row.languages),
        interpreter=YES if row.interpreter_accepted else "",
        neighbourhood=area.public_id if area is not None else "",
        street=row.street,
        latitude="" if row.lat is None else f"{row.lat:.3f}",
        longitude="" if row.lon is None else f"{row.lon:.3f}",
        living=row.living_environment,
        place=place.public_id if place is not None else "",
        channel=row.contact_channel,
        preference=next((code for code, held_pair in PREFERENCES.items() if held_pair == wished), "none"),
        age_proximity=YES if row.age_proximity else "",
        experiences=list(row.experience_wished),
        named_helper=helper.public_id if helper is not None else "",
        flags=list(row.environment_flags),
        two_persons=YES if row.two_person_visits else "",
        frequency=row.visit_frequency,
        minutes=str(row.visit_minutes),
        school_holidays=YES if row.off_in_school_holidays else "",
    )


def values_of(tx: Session, actor: Actor, said: Said) -> dict[str, Any]:
    """The columns of a person, of what the form says and nothing lacks in."""
    wish, gender = PREFERENCES[said.preference]
    return {
        "pseudonym": said.pseudonym,
        "age_band": said.age_band or None,
        "gender": said.gender or None,
        "languages": said.languages,
        "interpreter_accepted": said.interpreter == YES,
        "neighbourhood_id": _number(tx, actor, Neighbourhood, said.neighbourhood),
        "street": said.street,
        "lat": _coordinate(said.latitude),
        "lon": _coordinate(said.longitude),
        "living_environment": said.living,
        "meeting_place_id": _number(tx, actor, Place, said.place),
        "contact_channel": said.channel,
        "gender_preference": wish,
        "preferred_gender": gender,
        "age_proximity": said.age_proximity == YES,
        "experience_wished": said.experiences,
        "named_helper_id": _number(tx, actor, PeerHelper, said.named_helper),
        "environment_flags": said.flags,
        "two_person_visits": said.two_persons == YES,
        "visit_frequency": said.frequency,
        "visit_minutes": int(said.minutes),
        "off_in_school_holidays": said.school_holidays == YES,
    }


def _lacking(
    tx: Session, actor: Actor, said: Said, offered: ForPerson, number: int, *, name_sure: bool
) -> dict[str, str]:
    """Sentences by field, in the order of the form."""
    wrong: dict[str, str] = {}
    names = tx.exec(select(Person.id, Person.pseudonym).where(Person.territory_id == actor.territory_id)).all()
    if not said.pseudonym:
        wrong["pseudonym"] = N_("Donnez un pseudonyme à la personne")
    elif len(said.pseudonym) > 80:
        wrong["pseudonym"] = N_("Choisissez un pseudonyme plus court")
    elif identifies(said.pseudonym):
        wrong["pseudonym"] = N_("Le pseudonyme contient un numéro ou une adresse. Choisissez un autre pseudonyme")
    elif plain(said.pseudonym) in {plain(name) for other, name in names if other != number}:
        wrong["pseudonym"] = N_("Une autre personne a déjà ce pseudonyme. Choisissez-en un autre")
    elif looks_like_a_name(said.pseudonym) and not name_sure:
        wrong["pseudonym_sure"] = N_("Cela ressemble à un nom. Changez-le, ou confirmez que c’est un pseudonyme")
    if not said.languages:
        wrong["first_language"] = N_("Choisissez au moins une langue")
    elif not set(said.languages) <= set(offered.languages):
        wrong["languages"] = N_("Choisissez dans la liste")
    if any(one.isdigit() for one in said.street) or len(said.street) > 80:
        wrong["street"] = N_("Écrivez la rue sans numéro : l’adresse exacte va sur la fiche de contact")
    wrong |= _lacking_where(said)
    for name, allowed, sentence in (
        ("age_band", ("", *codes.AGE_BANDS), N_("Choisissez un âge dans la liste")),
        ("gender", ("", *codes.GENDERS), N_("Choisissez dans la liste")),
        ("neighbourhood", ("", *offered.neighbourhoods), N_("Choisissez un quartier dans la liste")),
        ("living", codes.LIVING_ENVIRONMENTS, N_("Choisissez un lieu de vie dans la liste")),
        ("place", ("", *offered.places), N_("Choisissez un lieu dans la liste")),
        ("channel", codes.CONTACT_CHANNELS, N_("Choisissez comment la joindre")),
        ("preference", tuple(PREFERENCES), N_("Choisissez une préférence dans la liste")),
        ("named_helper", ("", *offered.helpers), N_("Choisissez dans la liste")),
        ("frequency", codes.FREQUENCIES, N_("Choisissez un rythme dans la liste")),
    ):
        if getattr(said, name) not in allowed:
            wrong.setdefault(name, sentence)
    if not (said.minutes.isascii() and said.minutes.isdigit() and 30 <= int(said.minutes) <= 180):
        wrong["minutes"] = N_("Une visite dure de 30 à 180 minutes")
    if not set(said.experiences) <= set(offered.experiences):
        wrong["experiences"] = N_("Choisissez dans la liste")
    if not set(said.flags) <= set(codes.ENVIRONMENT_FLAGS):
        wrong["flags"] = N_("Choisissez dans la liste")
    return wrong


def _lacking_where(said: Said) -> dict[str, str]:
    """Somewhere to go from: coordinates, a neighbourhood or a place to meet."""
    wrong: dict[str, str] = {}
    pair = (_coordinate(said.latitude), _coordinate(said.longitude))
    if bool(said.latitude) != bool(said.longitude):
        wrong["latitude"] = N_("Donnez la latitude et la longitude, ou aucune des deux")
    elif said.latitude and (pair[0] is None or pair[1] is None or abs(pair[0]) > 90 or abs(pair[1]) > 180):
        wrong["latitude"] = N_("Écrivez la latitude et la longitude en degrés, comme 50,601 et 5,501")
    if not said.neighbourhood and not said.place and not said.latitude:
        wrong["neighbourhood"] = N_("Choisissez un quartier ou un lieu de rencontre")
    return wrong


def _coordinate(said: str) -> float | None:
    """A number of degrees to three decimals, about a hundred metres: no more is kept of where people live."""
    try:
        value = round(float(said.replace(",", ".")), 3)
    except ValueError:
        return None
    return value if -180 <= value <= 180 else None


def _number(tx: Session, actor: Actor, table: type[Any], public_id: str) -> int | None:
    if not public_id:
        return None
    found = tx.exec(select(table).where(scope(actor).of(table), table.public_id == public_id)).first()
    if found is None:
        raise NotFound
    return found.id


def _looks(tx: Session, actor: Actor, said: Said, number: int) -> Looks:
    area = tx.exec(
        select(Neighbourhood.id).where(scope(actor).of(Neighbourhood), Neighbourhood.public_id == said.neighbourhood)
    ).first()
    return Looks(number, "", "", said.pseudonym, "", area, said.age_band or None)


def _offered_in(tx: Session, actor: Actor, language: str, known: Said) -> ForPerson:
    return for_person(
        tx,
        actor,
        language,
        languages=known.languages,
        experiences=known.experiences,
        named_helper=known.named_helper,
    )
