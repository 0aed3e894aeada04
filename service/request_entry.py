"""A request that the coordination writes down for somebody who phoned: for themselves, or a professional for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from locales import N_
from service import audit, clock, offered, request_threads
from service.access_scope import only_coordinator, scope
from service.errors import NotAcceptable
from service.offered import ForRequest
from service.request_answers import Answers, is_taken, lacking, make
from service.site import Actor, Site
from service.tables.pairings import Request
from service.tables.people import Professional
from service.tables.territory import Territory

BY_THEMSELVES = "person"


@dataclass(frozen=True)
class Choices:
    """What the form offers; `askers` are the professionals by public id, with their service."""

    offered: ForRequest
    askers: Mapping[str, str]


class Incomplete(NotAcceptable):
    """Something is missing in the form; `wrong` says what, in sentences by field."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__(N_("Il manque encore une réponse dans cette demande."))
        self.wrong = wrong


def choices(site: Site, actor: Actor, language: str = "fr") -> Choices:
    """What can be chosen in the form."""
    only_coordinator(actor)
    with site.db() as tx:
        return _choices(tx, actor, language)


def enter(site: Site, actor: Actor, nonce: str, asker: str, said: Answers) -> str:
    """
    Write a request down; its public id, the same one when the same form comes again.

    Parameters
    ----------
    nonce
        Made with the form: it becomes the request's public id.
    asker
        `person`, or the public id of the professional who phoned.

    Raises
    ------
    Incomplete
        When an answer is missing, or no longer possible.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        known = tx.exec(select(Request).where(Request.public_id == nonce)).first()
        if known is not None:
            return _again(tx, actor, nonce)
        found = _choices(tx, actor, "fr")
        territory = tx.get_one(Territory, actor.territory_id)
        day = clock.today(site.clock, territory.timezone)
        wrong: dict[str, str] = {}
        if asker != BY_THEMSELVES and asker not in found.askers:
            wrong["asker"] = N_("Dites qui demande")
        taken = said.whom == "new" and is_taken(tx, actor, said.pseudonym)
        for of_step in lacking(said, found.offered, day, taken=taken).values():
            wrong |= of_step
        if wrong:
            raise Incomplete(wrong)
        professional = None
        if asker != BY_THEMSELVES:
            professional = tx.exec(select(Professional.id).where(Professional.public_id == asker)).one()
        request = make(site, tx, actor, said, day, professional, nonce)
        request_threads.note(tx, site, actor, request, "entered")
        audit.note(tx, site, actor, "request.made", "request", request.public_id)
        return request.public_id


def _again(tx: Session, actor: Actor, nonce: str) -> str:
    own = select(Request.public_id).where(scope(actor).of(Request), Request.public_id == nonce)
    if tx.exec(own).first() is None:
        raise NotAcceptable(N_("Rechargez la page, puis recommencez."))
    return nonce


def _choices(tx: Session, actor: Actor, language: str) -> Choices:
    return Choices(offered.for_coordination(tx, actor, language), offered.askers(tx, actor))
