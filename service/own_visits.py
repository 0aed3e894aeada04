"""The coming visits of a person or a professional, as far as they were told of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from service import codes
from service.access_scope import scope
from service.rows import by_id
from service.site import Actor, Site
from service.tables.pairings import Visit
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import Neighbourhood


@dataclass(frozen=True)
class OwnVisit:
    """
    One visit; `who` is the helper for the person, the pseudonym for a professional; `going` are the others.

    `asks` says that the reader's own answer is still awaited, `has_answered` that they gave one, `wants_other` that it
    was another moment. What has begun they `may_change` no more.
    """

    public_id: str
    revision: int
    start: datetime
    end: datetime
    who: str
    going: tuple[str, ...]
    place: str
    place_kind: str
    kind: str
    status: str
    asks: bool
    has_answered: bool
    wants_other: bool
    may_change: bool


def own_visits(site: Site, actor: Actor) -> list[OwnVisit]:
    """Published visits from now on, the next one first."""
    with site.db() as tx:
        rows = tx.exec(
            select(Visit)
            .where(
                scope(actor).of(Visit),
                col(Visit.status).in_(codes.LIVE_VISIT_STATES),
                col(Visit.published_at).is_not(None),
                col(Visit.ends_at) > site.clock.now(),
            )
            .order_by(col(Visit.starts_at), Visit.ref)
        ).all()
        persons = by_id(tx, Person, (row.person_id for row in rows))
        helpers = by_id(tx, PeerHelper, (one for row in rows for one in (row.peer_helper_id, row.second_helper_id)))
        professionals = by_id(tx, Professional, (row.professional_id for row in rows))
        places = by_id(tx, Place, (row.place_id for row in rows))
        areas = by_id(tx, Neighbourhood, (one.neighbourhood_id for one in persons.values()))
        found: list[OwnVisit] = []
        for row in rows:
            person, helper = persons[row.person_id], helpers[row.peer_helper_id]
            second = helpers.get(row.second_helper_id or 0)
            professional = professionals.get(row.professional_id or 0)
            area = areas.get(person.neighbourhood_id or 0)
            place = places.get(row.place_id or 0)
            to_person = actor.role == "person"
            going = [second] if second is not None else []
            names = [one.display_name for one in ([professional] if to_person and professional else []) + going]
            found.append(
                OwnVisit(
                    public_id=row.public_id,
                    revision=row.revision,
                    start=row.starts_at,
                    end=row.ends_at,
                    who=helper.display_name if to_person else person.pseudonym,
                    going=tuple(names if to_person else [helper.display_name, *names]),
                    place=place.name if place is not None else "" if to_person or area is None else area.name,
                    place_kind=row.place_kind,
                    kind=row.kind,
                    status=row.status,
                    asks=to_person
                    and row.status == "planned"
                    and row.person_answer == "pending"
                    and row.starts_at > site.clock.now(),
                    has_answered=to_person and row.person_answer != "pending",
                    wants_other=to_person and row.person_answer == "other_time",
                    may_change=to_person and row.starts_at > site.clock.now(),
                )
            )
        return found
