"""What an actor may see, from live relations at each request; no grant is stored (`security.md` C2, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false

from locales import N_
from service.access_matrix import MATRIX, within
from service.errors import NotAllowed
from service.site import Actor


@dataclass(frozen=True)
class Scope:
    """The conditions that keep an actor's queries to what they may see; outside of it nothing exists."""

    actor: Actor

    def of(self, table: type[Any]) -> ColumnElement[bool]:
        """Which rows of this table the actor reaches: by their role's relation, and within their territory."""
        relation = MATRIX[table].get(self.actor.role)
        if relation is None:
            return false()
        return relation.holds(table, self.actor) & within(table, self.actor.territory_id)


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


def only_coordinator(actor: Actor) -> int:
    """
    The territory that the actor coordinates.

    Raises
    ------
    NotAllowed
        When they coordinate none.
    """
    if actor.role != "coordinator" or actor.territory_id is None:
        raise NotAllowed(N_("Seule la coordination peut faire cela."))
    return actor.territory_id
