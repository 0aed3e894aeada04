"""What the forms of a network offer to choose from: themes, neighbourhoods, places, moments, languages, people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from service import codes, network_areas, network_themes
from service.access_scope import scope
from service.site import Actor
from service.tables.pairings import Request
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import Neighbourhood, Organisation

MOMENTS: dict[str, tuple[range, int, int]] = {
    "weekday_morning": (range(1, 6), 9 * 60, 12 * 60),
    "weekday_afternoon": (range(1, 6), 13 * 60, 17 * 60),
    "evening": (range(1, 6), 17 * 60, 20 * 60),
    "weekend": (range(6, 8), 10 * 60, 17 * 60),
}
"""Weekdays, first and last minute of the simple moments; they never overlap."""
PREFERENCES: dict[str, tuple[str, str | None]] = {
    "none": ("none", None),
    "rather_f": ("preferred", "f"),
    "rather_m": ("preferred", "m"),
    "only_f": ("required", "f"),
    "only_m": ("required", "m"),
}
LANGUAGES = ("fr", "nl", "de", "en", "it", "es", "pt", "ar", "tr", "pl", "ro", "uk", "ru", "sq", "fa", "ti")
MEETING_PLACES = ("open_place", "neutral_place", "partner_premises", "town_hall")


@dataclass(frozen=True)
class ForRequest:
    """What a request can name: names by code or public id; `people` are those whom its writer may ask for again."""

    people: Mapping[str, str]
    themes: Mapping[str, str]
    neighbourhoods: Mapping[str, str]
    places: Mapping[str, str]


@dataclass(frozen=True)
class ForPerson:
    """What the record of a person can name: names by public id or code."""

    neighbourhoods: Mapping[str, str]
    places: Mapping[str, str]
    helpers: Mapping[str, str]
    themes: Mapping[str, str]
    professionals: Mapping[str, str]
    languages: tuple[str, ...]
    experiences: tuple[str, ...]


def for_coordination(tx: Session, actor: Actor, language: str) -> ForRequest:
    """For a request that the coordination writes down: everybody without one, every place to meet."""
    seen = scope(actor).of
    places = _meeting_places(tx, seen(Place))
    return _for_request(tx, actor.territory_id, language, without_request(tx, seen(Person)), places)


def for_organisation(
    tx: Session, territory_id: int | None, language: str, people: Mapping[str, str], organisation_id: int | None
) -> ForRequest:
    """For a request from an organisation: the rooms of a partner are offered by that partner alone."""
    places = [
        row
        for row in _meeting_places(tx, col(Place.territory_id) == territory_id)
        if row.kind != "partner_premises" or row.organisation_id == organisation_id
    ]
    return _for_request(tx, territory_id, language, people, places)


def for_person(
    tx: Session,
    actor: Actor,
    language: str,
    *,
    languages: Sequence[str],
    experiences: Sequence[str],
    named_helper: str,
) -> ForPerson:
    """
    For the record of a person.

    Parameters
    ----------
    languages, experiences, named_helper
        What the record says already: offered too, also when no list names it (`domain.md`, section 3).
    """
    seen = scope(actor).of
    areas = tx.exec(select(Neighbourhood).where(seen(Neighbourhood)).order_by(Neighbourhood.name)).all()
    places = tx.exec(select(Place).where(seen(Place)).order_by(Place.name)).all()
    helpers = tx.exec(select(PeerHelper).where(seen(PeerHelper)).order_by(PeerHelper.display_name)).all()
    professionals = tx.exec(
        select(Professional)
        .where(seen(Professional), Professional.status == "active")
        .order_by(Professional.display_name)
    ).all()
    return ForPerson(
        neighbourhoods={row.public_id: row.name for row in areas},
        places={row.public_id: row.name for row in places},
        helpers={
            row.public_id: row.display_name for row in helpers if row.status != "left" or row.public_id == named_helper
        },
        themes=network_themes.names_of(network_themes.known(tx, actor.territory_id), language),
        professionals={row.public_id: row.display_name for row in professionals},
        languages=tuple(dict.fromkeys((*languages, *LANGUAGES))),
        experiences=tuple(dict.fromkeys((*codes.EXPERIENCES, *experiences))),
    )


def without_request(tx: Session, among: ColumnElement[bool]) -> dict[str, str]:
    """Pseudonyms by public id of those among these people who wait and for whom no request is under way."""
    busy = select(Request.person_id).where(
        Request.kind == "pairing", col(Request.status).not_in(("redirected", "closed"))
    )
    rows = tx.exec(
        select(Person.public_id, Person.pseudonym)
        .where(
            among,
            col(Person.id).not_in(busy),
            col(Person.status).in_(("consent_pending", "waiting")),
        )
        .order_by(Person.pseudonym)
    ).all()
    return dict(rows)


def askers(tx: Session, actor: Actor) -> dict[str, str]:
    """The professionals who may have phoned, by public id, with their service."""
    rows = tx.exec(
        select(Professional.public_id, Professional.display_name, Organisation.name)
        .outerjoin(Organisation, col(Professional.organisation_id) == Organisation.id)
        .where(scope(actor).of(Professional), Professional.status == "active")
        .order_by(Professional.display_name, Professional.public_id)
    ).all()
    return {public_id: ", ".join(filter(None, (name, of))) for public_id, name, of in rows}


def _for_request(
    tx: Session, territory_id: int | None, language: str, people: Mapping[str, str], places: Iterable[Place]
) -> ForRequest:
    return ForRequest(
        people=people,
        themes=network_themes.names_of(network_themes.offered(tx, territory_id), language),
        neighbourhoods={row.public_id: row.name for row in network_areas.offered(tx, territory_id)},
        places={row.public_id: row.name for row in places},
    )


def _meeting_places(tx: Session, here: ColumnElement[bool]) -> Sequence[Place]:
    return tx.exec(select(Place).where(here, col(Place.kind).in_(MEETING_PLACES)).order_by(Place.name)).all()
