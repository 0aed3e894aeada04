"""A person's contact card for the coordinator: sealed as one value, each reading in the log (`security.md` C5, F4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from locales import N_
from service import audit
from service.access_scope import only_coordinator
from service.database import outdated
from service.imports.record import card_place
from service.people import find, held
from service.site import Actor, Site
from service.tables.people import ContactCard

FIELDS: Mapping[str, int] = {"phone": 40, "email": 120, "address": 200, "door": 280}
"""What a card may hold, and how long it may be; `door` is how to ring and get in."""


@dataclass(frozen=True)
class Card:
    """A person's card; `revision` 0 when there is none yet. `readable` is false once its key was erased."""

    person: str
    pseudonym: str
    ref: str
    values: Mapping[str, str]
    revision: int
    readable: bool = True


def read(site: Site, actor: Actor, person: str) -> Card:
    """The card, opened; whoever looks stands in the log, and where nothing can be logged nothing is shown."""
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = find(tx, actor, person)
        card = tx.get(ContactCard, row.id)
        audit.note(tx, site, actor, "read", "contact_card", row.public_id)
        if card is None:
            return Card(row.public_id, row.pseudonym, row.ref, dict.fromkeys(FIELDS, ""), 0)
        try:
            told = site.seals.open(tx, row.id, card_place(row.id), card.card_sealed)
        except ValueError:
            blank = dict.fromkeys(FIELDS, "")
            return Card(row.public_id, row.pseudonym, row.ref, blank, card.revision, readable=False)
        values = {name: str(told.get(name) or "") for name in FIELDS}
        return Card(row.public_id, row.pseudonym, row.ref, values, card.revision)


def lacking(said: Mapping[str, str]) -> dict[str, str]:
    """What cannot be kept as it is, in sentences by field."""
    wrong = {name: N_("Raccourcissez ce texte") for name, longest in FIELDS.items() if len(said[name]) > longest}
    local, _, domain = said["email"].partition("@")
    if said["email"] and not (local and "." in domain and " " not in said["email"]):
        wrong["email"] = N_("Écrivez une adresse e-mail complète, comme nom@exemple.be")
    if said["phone"] and sum(one.isdigit() for one in said["phone"]) < 6:
        wrong["phone"] = N_("Écrivez un numéro de téléphone complet")
    return wrong


def keep(site: Site, actor: Actor, person: str, said: Mapping[str, str], revision: int) -> None:
    """
    Keep a card, sealed; what stood in it that this form does not ask stays.

    Raises
    ------
    Outdated
        When somebody else changed the card since it was read.
    """
    with site.db.begin() as tx:
        row = held(tx, actor, person)
        card = tx.get(ContactCard, row.id)
        if (card.revision if card is not None else 0) != revision:
            raise outdated(seen=revision)
        before: dict[str, str] = {}
        if card is not None:
            try:
                before = site.seals.open(tx, row.id, card_place(row.id), card.card_sealed)
            except ValueError:
                before = {}
        told = {name: value for name, value in (before | {name: said[name] for name in FIELDS}).items() if value}
        sealed = site.seals.seal(tx, row.id, card_place(row.id), told)
        if card is None:
            card = ContactCard(party_id=row.id, card_sealed=sealed)
        card.card_sealed = sealed
        tx.add(card)
        audit.note(tx, site, actor, "contact_card.changed", "contact_card", row.public_id)
