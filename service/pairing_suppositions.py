"""What if: a question asked of the search before anything is sent; nothing of the record changes by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlmodel import Session

from locales import N_
from matching.pairing import instance as pairing
from matching.pairing.what_if import Question, Supposition
from matching.travel import Point
from matching.weekly import Window
from service import codes, network_areas, network_themes, pairing_data, runs
from service.access_scope import only_coordinator
from service.errors import NotCalculable
from service.pairing_data import Records
from service.pairing_known import records_of
from service.pairing_words import CRITERIA
from service.pairings import FINDS_WORK
from service.site import Actor, Site
from service.tables.territory import Neighbourhood

KIND = "what_if"
NEW = "+"
"""Before the number of somebody who is not there; no reference begins so."""
MOST_CHOICES = MOST_NEWCOMERS = 20
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
MOST_PEOPLE, MOST_KM = 1000, 1000


@dataclass(frozen=True)
class Newcomer:
    """
    A peer helper who is not there yet.

    Parameters
    ----------
    moments
        Weekday 1-7, start and end in minutes since midnight.
    area
        Public id of the neighbourhood they start from; empty for the middle of the territory.
    """

    languages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    gender: str | None = None
    age_band: str | None = None
    moments: tuple[tuple[int, int, int], ...] = ()
    area: str = ""
    transport: str = "car"
    weekly_minutes: int = 600
    people: int = 3
    km: float = 15.0


@dataclass(frozen=True)
class Wish:
    """
    What is supposed, all at once; people and helpers by their public ids.

    Parameters
    ----------
    choose
        A person and the helper proposed to them.
    leave
        People or helpers who are no longer there.
    """

    choose: tuple[tuple[str, str], ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    newcomers: tuple[Newcomer, ...] = ()
    leave: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """What cannot be asked so, a sentence to translate with its facts; `part` is a part of the wish."""

    part: str
    message: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class Choices:
    """
    What the page offers to choose from: pairs of a public id or code, and a name.

    `middle` is a newcomer with the middle limits of the helpers who are there.
    """

    people: tuple[tuple[str, str], ...]
    accompanied: tuple[tuple[str, str], ...]
    helpers: tuple[tuple[str, str], ...]
    areas: tuple[tuple[str, str], ...]
    themes: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]
    weights: Mapping[str, float]
    middle: Newcomer


def ask(
    site: Site,
    actor: Actor,
    wish: Wish,
    limits: Mapping[str, float] | None = None,
    key: runs.Key | None = None,
) -> str:
    """
    Ask what would be; the run's public id.

    Raises
    ------
    NotCalculable
        When the question contradicts itself or makes no sense; the first fault is its message.
    """
    territory_id = only_coordinator(actor)
    with site.db() as tx:
        records = records_of(tx, site, territory_id)
        instance = pairing_data.instance_of_waiting(tx, records)
        found = faults(wish, _ids(records), instance.weights)
        if found:
            raise NotCalculable(found[0].message, **found[0].facts)
        supposition = Supposition(instance, _question(tx, records, wish))
    parameters: dict[str, Any] = {"limits": {"work": FINDS_WORK} | dict(limits or {})}
    return runs.ask(site, actor, KIND, msgspec.to_builtins(supposition), parameters, key)


def faults_of(site: Site, actor: Actor, wish: Wish) -> tuple[Mistake, ...]:
    """Everything that is wrong with a question, before it is asked."""
    with site.db() as tx:
        records = records_of(tx, site, only_coordinator(actor))
        return faults(wish, _ids(records), pairing_data.weights(tx, records.territory.id or 0))


def faults(wish: Wish, known: Mapping[str, str], weights: Mapping[str, float]) -> tuple[Mistake, ...]:
    """`known` are references by public id, `weights` those of today."""
    found = [*_of_choices(wish, known), *_of_weights(wish, weights)]
    for newcomer in wish.newcomers:
        found += _of_newcomer(newcomer)
    if not (wish.choose or wish.weights or wish.newcomers or wish.leave):
        found.append(Mistake("", N_("Dites ce que vous voulez essayer.")))
    if len(wish.choose) > MOST_CHOICES or len(wish.newcomers) > MOST_NEWCOMERS or len(wish.leave) > MOST_CHOICES:
        found.append(
            Mistake("", N_("C’est trop à la fois : %(most)s au plus de chaque sorte."), {"most": MOST_CHOICES})
        )
    return tuple(found)


def _of_choices(wish: Wish, known: Mapping[str, str]) -> list[Mistake]:
    found: list[Mistake] = []
    people = [person for person, _ in wish.choose]
    if any(one not in known for pair in wish.choose for one in pair):
        found.append(Mistake("choose", N_("Choisissez à la fois une personne et un pair-aidant de la liste.")))
    if len(set(people)) < len(people):
        found.append(Mistake("choose", N_("La même personne est choisie deux fois.")))
    if any(one not in known for one in wish.leave):
        found.append(Mistake("leave", N_("Choisissez dans la liste qui s’en va.")))
    if len(set(wish.leave)) < len(wish.leave):
        found.append(Mistake("leave", N_("La même personne s’en va deux fois.")))
    if any(one in wish.leave for pair in wish.choose for one in pair):
        found.append(Mistake("leave", N_("Qui s’en va ne peut pas être choisi en même temps.")))
    return found


def _of_weights(wish: Wish, weights: Mapping[str, float]) -> list[Mistake]:
    found: list[Mistake] = []
    for code, weight in wish.weights.items():
        if code not in weights:
            found.append(Mistake("weights", N_("Ce critère n’existe pas : %(criterion)s."), {"criterion": code}))
        elif not 0 <= weight <= pairing.MOST_WEIGHT:
            message = N_("Le poids du critère « %(criterion)s » doit être entre 0 et 1000.")
            found.append(Mistake("weights", message, {"criterion": CRITERIA[code]}))
    if not found and not any((dict(weights) | dict(wish.weights)).values()):
        found.append(Mistake("weights", N_("Tous les poids sont à zéro : aucun critère ne compterait.")))
    return found


def _of_newcomer(newcomer: Newcomer) -> list[Mistake]:
    found: list[Mistake] = []
    if any(not 1 <= day <= 7 or not 0 <= start < end <= DAY_MINUTES for day, start, end in newcomer.moments):
        found.append(Mistake("moments", N_("Un moment commence avant de finir, dans la même journée.")))
    if not 0 <= newcomer.weekly_minutes <= WEEK_MINUTES:
        found.append(Mistake("hours", N_("Les heures par semaine sont entre 0 et 168.")))
    if not 0 <= newcomer.people <= MOST_PEOPLE:
        found.append(Mistake("people", N_("Le nombre de personnes à la fois est entre 0 et 1000.")))
    if not 0 <= newcomer.km <= MOST_KM:
        found.append(Mistake("km", N_("La distance est entre 0 et 1000 km.")))
    if newcomer.transport not in codes.TRANSPORTS:
        found.append(Mistake("transport", N_("Ce moyen de transport n’est pas connu.")))
    if newcomer.gender is not None and newcomer.gender not in codes.GENDERS:
        found.append(Mistake("gender", N_("Choisissez dans la liste.")))
    if newcomer.age_band is not None and newcomer.age_band not in codes.AGE_BANDS:
        found.append(Mistake("age_band", N_("Choisissez dans la liste.")))
    return found


def _ids(records: Records) -> dict[str, str]:
    """References of people and helpers by public id."""
    rows = (*records.people.values(), *records.helpers.values())
    return {row.public_id: row.ref for row in rows}


def _question(tx: Session, records: Records, wish: Wish) -> Question:
    refs = _ids(records)
    areas = _areas(tx, records)
    return Question(
        choose=tuple(pairing.Pair(refs[person], refs[helper]) for person, helper in wish.choose),
        weights=dict(wish.weights) or None,
        helpers=tuple(
            _helper(newcomer, f"{NEW}{number}", records, areas) for number, newcomer in enumerate(wish.newcomers, 1)
        ),
        leave=tuple(refs[one] for one in wish.leave),
    )


def _helper(newcomer: Newcomer, ref: str, records: Records, areas: Sequence[Neighbourhood]) -> pairing.Helper:
    """Somebody who could begin today: trained, with a supervisor."""
    area = next((one for one in areas if one.public_id == newcomer.area), None)
    place = area or records.territory
    return pairing.Helper(
        id=ref,
        languages=newcomer.languages,
        themes=newcomer.themes,
        experience=newcomer.experience,
        gender=newcomer.gender,
        age_band=newcomer.age_band,
        windows=tuple(Window(day, start, end, records.day) for day, start, end in newcomer.moments),
        weekly_minutes_max=newcomer.weekly_minutes,
        max_persons=newcomer.people,
        max_travel_km=newcomer.km,
        transport=newcomer.transport,
        base=Point(place.lat, place.lon),
        trained_on=records.day,
        has_supervisor=True,
        last_supervision_on=records.day,
    )


def choices(site: Site, actor: Actor, language: str) -> Choices:
    """What the page of questions offers."""
    with site.db() as tx:
        records = records_of(tx, site, only_coordinator(actor))
        instance = pairing_data.instance_of_waiting(tx, records)
        people = {row.ref: row for row in records.people.values()}
        active = [row for row in records.helpers.values() if row.status != "left"]
        spoken = {tag for row in (*records.people.values(), *active) for tag in row.languages}
        return Choices(
            people=tuple((people[one.id].public_id, people[one.id].pseudonym) for one in instance.people),
            accompanied=tuple((people[one.id].public_id, people[one.id].pseudonym) for one in instance.accompanied),
            helpers=tuple((row.public_id, row.display_name) for row in active),
            areas=tuple((row.public_id, row.name) for row in _areas(tx, records)),
            themes=tuple(network_themes.names_of(network_themes.offered(tx, records.territory.id), language).items()),
            languages=tuple(sorted(spoken | set(records.territory.languages))),
            weights=instance.weights,
            middle=_middle(records),
        )


def _middle(records: Records) -> Newcomer:
    """The middle one of each limit of the helpers who are there."""
    active = [row for row in records.helpers.values() if row.status == "active"]
    if not active:
        return Newcomer(languages=tuple(records.territory.languages[:1]))

    def middle(values: Sequence[float]) -> float:
        return sorted(values)[len(values) // 2]

    modes = [row.transport for row in active]
    return Newcomer(
        languages=tuple(records.territory.languages[:1]),
        transport=max(sorted(set(modes)), key=modes.count),
        weekly_minutes=int(middle([row.weekly_minutes_max for row in active])),
        people=int(middle([row.max_persons for row in active])),
        km=middle([row.max_travel_km for row in active]),
    )


def wish_of(site: Site, actor: Actor, run: str) -> Wish:
    """What was asked in a run, to be asked again with a change; who has gone since is left out."""
    with site.db() as tx:
        records = records_of(tx, site, only_coordinator(actor))
        question = msgspec.convert(runs.snapshot_of(site, actor, run, KIND), Supposition).question
        public = {ref: public_id for public_id, ref in _ids(records).items()}
        return Wish(
            choose=tuple(
                (public[one.person], public[one.helper])
                for one in question.choose
                if one.person in public and one.helper in public
            ),
            weights=question.weights or {},
            newcomers=tuple(_newcomer(one, _areas(tx, records)) for one in question.helpers),
            leave=tuple(public[ref] for ref in question.leave if ref in public),
        )


def _newcomer(helper: pairing.Helper, areas: Sequence[Neighbourhood]) -> Newcomer:
    at = helper.base
    area = next((one.public_id for one in areas if at is not None and (one.lat, one.lon) == (at.lat, at.lon)), "")
    return Newcomer(
        helper.languages,
        helper.themes,
        helper.experience,
        helper.gender,
        helper.age_band,
        tuple((one.weekday, one.start, one.end) for one in helper.windows),
        area,
        helper.transport,
        helper.weekly_minutes_max,
        helper.max_persons,
        helper.max_travel_km,
    )


def _areas(tx: Session, records: Records) -> list[Neighbourhood]:
    return network_areas.offered(tx, records.territory.id)
