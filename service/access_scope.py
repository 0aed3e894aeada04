"""What an actor may see, from live relations at each request; no grant is stored (`security.md` C2, section 2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col, select

from service import codes
from service.errors import NotAllowed
from service.site import Actor
from service.tables.follow import RequestMessage
from service.tables.pairings import Pairing, Request, Visit
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.rights import RightRequest
from service.tables.territory import Neighbourhood, Organisation, Theme

Listed = PeerHelper | Person | Professional | Place

GOES_ON = tuple(state for state in codes.LIVE_PAIRING_STATES if state != "proposed")
"""Both said yes, and it has not ended."""


@dataclass(frozen=True)
class Scope:
    """The conditions that keep an actor's queries to what they may see; outside of it nothing exists."""

    actor: Actor

    @property
    def whole_territory(self) -> bool:
        return self.actor.role == "coordinator"

    def requests(self) -> ColumnElement[bool]:
        """Coordinator: the territory's. Professional: those they made. Person: their own."""
        here = col(Request.territory_id) == self.actor.territory_id
        if self.whole_territory:
            return here
        if self.actor.role == "professional":
            return here & (col(Request.professional_id) == self.actor.party_id)
        if self.actor.role == "person":
            return here & (col(Request.person_id) == self.actor.party_id)
        return false()

    def persons(self) -> ColumnElement[bool]:
        """Coordinator: the territory's. Person: their own record. A helper sees people through a pairing only."""
        here = col(Person.territory_id) == self.actor.territory_id
        if self.whole_territory:
            return here
        if self.actor.role == "person":
            return here & (col(Person.id) == self.actor.party_id)
        return false()

    def pairings(self) -> ColumnElement[bool]:
        """Coordinator: the territory's. Helper and person: their own."""
        here = col(Pairing.territory_id) == self.actor.territory_id
        if self.whole_territory:
            return here
        if self.actor.role == "peer_helper":
            return here & (col(Pairing.peer_helper_id) == self.actor.party_id)
        if self.actor.role == "person":
            return here & (col(Pairing.person_id) == self.actor.party_id)
        return false()

    def visits(self) -> ColumnElement[bool]:
        """Coordinator: the territory's. Helper, person: their own. Professional: the joint ones."""
        here = col(Visit.territory_id) == self.actor.territory_id
        party = self.actor.party_id
        if self.whole_territory:
            return here
        if self.actor.role == "peer_helper":
            return here & or_(col(Visit.peer_helper_id) == party, col(Visit.second_helper_id) == party)
        if self.actor.role == "person":
            return here & (col(Visit.person_id) == party)
        if self.actor.role == "professional":
            return here & (col(Visit.professional_id) == party)
        return false()

    def rights(self) -> ColumnElement[bool]:
        """Coordinator: the territory's. Person: what they asked for themselves."""
        here = col(RightRequest.territory_id) == self.actor.territory_id
        if self.whole_territory:
            return here
        if self.actor.role == "person":
            return here & (col(RightRequest.person_id) == self.actor.party_id)
        return false()

    def parties(self, table: type[Listed]) -> ColumnElement[bool]:
        """Coordinator: the territory's helpers, people, professionals and places. Everybody else: themselves."""
        here = col(table.territory_id) == self.actor.territory_id
        if self.whole_territory:
            return here
        return here & (col(table.id) == self.actor.party_id)

    def kept(self, table: type[PeerHelper | Professional | Place | Organisation]) -> ColumnElement[bool]:
        """Whom and what the coordination keeps by form: the coordinator's territory, and nobody else's."""
        return col(table.territory_id) == self.actor.territory_id if self.whole_territory else false()

    def neighbourhoods(self) -> ColumnElement[bool]:
        """Coordinator: the territory's, to be changed. Nobody else's."""
        here = col(Neighbourhood.territory_id) == self.actor.territory_id
        return here if self.whole_territory else false()

    def own_themes(self) -> ColumnElement[bool]:
        """Coordinator: those that the network added for itself. Nobody else's."""
        here = col(Theme.own_of) == self.actor.territory_id
        return here if self.whole_territory else false()

    def messages(self) -> ColumnElement[bool]:
        """
        Coordinator: the territory's. Professional: those meant for them, of requests they made. Helper: those meant for
        them, of a pairing of theirs that goes on.
        """
        here = col(RequestMessage.territory_id) == self.actor.territory_id
        if self.whole_territory:
            return here
        if self.actor.role == "professional":
            mine = col(RequestMessage.request_id).in_(select(Request.id).where(self.requests()))
            return here & col(RequestMessage.for_professional) & mine
        if self.actor.role == "peer_helper":
            going_on = select(Pairing.id).where(self.pairings(), col(Pairing.status).in_(GOES_ON))
            return here & col(RequestMessage.for_helper) & col(RequestMessage.pairing_id).in_(going_on)
        return false()


def scope(actor: Actor) -> Scope:
    """
    The one place that says who sees what.

    Raises
    ------
    NotAllowed
        When the actor belongs to no territory.
    """
    if actor.territory_id is None:
        raise NotAllowed
    return Scope(actor)
