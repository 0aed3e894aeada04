"""The first page of a person: the one thing that waits for their answer, the next meeting, who comes, their consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service import own_pairings, own_visits, proposals, visits
from service.errors import NotAllowed
from service.own_pairings import OwnConsent, OwnPairing
from service.own_visits import OwnVisit
from service.proposals import ProposalView
from service.site import Actor, Site
from service.visit_changes import OpenNo

First = Literal["proposal", "choice", "visit", "trial", "consent", ""]


@dataclass(frozen=True)
class Start:
    """What a person finds on coming in."""

    proposals: tuple[ProposalView, ...]
    visits: tuple[OwnVisit, ...]
    refusals: tuple[OpenNo, ...]
    pairings: tuple[OwnPairing, ...]
    consent: OwnConsent

    @property
    def open_proposals(self) -> tuple[ProposalView, ...]:
        """Those that wait for an answer; whoever wants to talk first has said so, and is called."""
        return tuple(one for one in self.proposals if one.own_answer == "pending")

    @property
    def answered(self) -> tuple[ProposalView, ...]:
        return tuple(one for one in self.proposals if one.own_answer != "pending")

    @property
    def asks(self) -> OwnVisit | None:
        """
        The visit that waits for a yes: the next first meeting, else the next one.

        Only a first meeting needs the yes; the others stand without, and let a trial or a consent go first.
        """
        waiting = [one for one in self.visits if one.asks]
        return next((one for one in waiting if one.kind == "first_joint"), waiting[0] if waiting else None)

    @property
    def next_visit(self) -> OwnVisit | None:
        return next((one for one in self.visits if one is not self.asks or self.first != "visit"), None)

    @property
    def trial(self) -> OwnPairing | None:
        return next((one for one in self.pairings if one.asks and one.said == ""), None)

    @property
    def first(self) -> First:
        """The one thing at the top, the most pressing first; empty when nothing waits."""
        if len(self.open_proposals) > 1:
            return "choice"
        if self.open_proposals:
            return "proposal"
        if self.asks is not None and self.asks.kind == "first_joint":
            return "visit"
        if self.trial is not None:
            return "trial"
        if self.consent.can_be_renewed:
            return "consent"
        return "" if self.asks is None else "visit"


def start(site: Site, actor: Actor, language: str = "fr") -> Start:
    """
    What the person's first page says.

    Raises
    ------
    NotAllowed
        For anybody but a person.
    """
    if actor.role != "person":
        raise NotAllowed
    return Start(
        proposals=tuple(proposals.proposals(site, actor, language)),
        visits=tuple(own_visits.own_visits(site, actor)),
        refusals=visits.open_refusals(site, actor),
        pairings=tuple(own_pairings.own_pairings(site, actor)),
        consent=own_pairings.own_consent(site, actor),
    )
