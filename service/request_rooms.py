"""What the coordination sees beside the messages of a request: the moments of the three, and how it came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from locales import N_
from service import common_slots
from service.access_scope import only_coordinator, scope
from service.common_slots import Common
from service.errors import NotFound
from service.site import Actor, Site
from service.tables.follow import PartnerLink, PartnerRequest
from service.tables.pairings import Pairing, Request
from service.tables.people import DataKey, Person
from service.tables.territory import Organisation


@dataclass(frozen=True)
class ByLink:
    """A request that came by a partner's link: whose, the address it was confirmed from, and when."""

    organisation: str
    email: str
    at: datetime


@dataclass(frozen=True)
class Room:
    """`person` is the public id, for the pages of placing and pairing."""

    person: str
    common: Common | None
    by_link: ByLink | None


def room(site: Site, actor: Actor, public_id: str) -> Room:
    """Beside the messages of one request of the coordinator's territory."""
    only_coordinator(actor)
    with site.db() as tx:
        row = tx.exec(select(Request).where(scope(actor).of(Request), Request.public_id == public_id)).first()
        if row is None:
            raise NotFound(N_("Cette demande n’existe pas."))
        pairing = tx.exec(select(Pairing).where(Pairing.request_id == row.id, Pairing.status == "accepted")).first()
        common = common_slots.of_pairing(tx, site, pairing, row.professional_id) if pairing is not None else None
        came = tx.exec(select(PartnerRequest).where(PartnerRequest.request_id == row.id)).first()
        by_link = None
        if came is not None and came.confirmed_at is not None:
            link = tx.get_one(PartnerLink, came.link_id)
            email = ""
            if came.email_sealed is not None and tx.get(DataKey, row.person_id) is not None:
                place = f"partner_request.email_sealed:{came.public_id}"
                email = site.seals.open(tx, row.person_id, place, came.email_sealed)
            by_link = ByLink(tx.get_one(Organisation, link.organisation_id).name, email, came.confirmed_at)
        return Room(tx.get_one(Person, row.person_id).public_id, common, by_link)
