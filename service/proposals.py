"""What a peer helper, or a person, sees of the proposals that concern them; answering is in `pairings.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select

from service import clock, network_themes
from service.access_scope import scope
from service.pairing_data import LAPSE_DAYS
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request
from service.tables.people import PeerHelper, Person
from service.tables.territory import Neighbourhood, Territory


@dataclass(frozen=True)
class ProposalView:
    """
    One proposal as the side that answers sees it; never the other side's answer, nor a reason.

    `who` is the person's pseudonym for a helper, the helper's name for a person; `own_words` those of the helper.
    `shared` are the themes of the request that the helper offers.
    """

    public_id: str
    revision: int
    status: str
    own_answer: str
    who: str
    neighbourhood: str
    themes: tuple[str, ...]
    shared: tuple[str, ...]
    languages: tuple[str, ...]
    frequency: str
    minutes: int
    own_words: str
    answer_by: date


def proposals(site: Site, actor: Actor, language: str = "fr") -> list[ProposalView]:
    """The open proposals of a helper or of a person, oldest first."""
    with site.db() as tx:
        territory = tx.get_one(Territory, actor.territory_id)
        day = clock.today(site.clock, territory.timezone)
        labels = network_themes.every_name(tx, language)
        rows = tx.exec(
            select(Pairing)
            .where(
                scope(actor).of(Pairing),
                Pairing.status == "proposed",
                col(Pairing.proposed_on) > day - timedelta(days=LAPSE_DAYS),
            )
            .order_by(col(Pairing.proposed_on), Pairing.ref)
        ).all()
        found: list[ProposalView] = []
        for row in rows:
            person, helper = tx.get_one(Person, row.person_id), tx.get_one(PeerHelper, row.peer_helper_id)
            area = tx.get(Neighbourhood, person.neighbourhood_id) if person.neighbourhood_id else None
            request = tx.get(Request, row.request_id) if row.request_id else None
            wished = request.themes if request is not None else ()
            to_helper = actor.role == "peer_helper"
            own_words = ""
            if helper.own_words_sealed is not None and not to_helper:
                own_words = str(
                    site.seals.open(tx, helper.id, f"peer_helper.own_words_sealed:{helper.id}", helper.own_words_sealed)
                )
            found.append(
                ProposalView(
                    public_id=row.public_id,
                    revision=row.revision,
                    status=row.status,
                    own_answer=row.helper_answer if to_helper else row.person_answer,
                    who=person.pseudonym if to_helper else helper.display_name,
                    neighbourhood=area.name if area is not None and to_helper else "",
                    themes=tuple(labels.get(code, code) for code in wished),
                    shared=tuple(labels.get(code, code) for code in wished if code in helper.themes),
                    languages=tuple(sorted(set(person.languages) & set(helper.languages))),
                    frequency=person.visit_frequency,
                    minutes=person.visit_minutes,
                    own_words=own_words,
                    answer_by=row.proposed_on + timedelta(days=LAPSE_DAYS - 1),
                )
            )
        return found
