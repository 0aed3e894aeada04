"""What a network says of itself: its welcome, how to reach it, and the delay it promises, if it does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, select

from locales import LANGS, N_
from service import network_settings
from service.access_scope import only_coordinator
from service.errors import NotAcceptable
from service.site import Actor, Site
from service.tables.territory import Territory

SETTING = "network_texts"
LONGEST_WELCOME, LONGEST_HOURS = 280, 120
MOST_DAYS = 30
_PHONE = re.compile(r"\+?[0-9][0-9 ./()-]{4,24}")


@dataclass(frozen=True)
class NetworkTexts:
    """
    Parameters
    ----------
    welcome, hours
        By language; one that is missing is not said.
    days
        Working days within which a professional hears back. None: nothing is promised.
    """

    welcome: Mapping[str, str] = field(default_factory=dict[str, str])
    hours: Mapping[str, str] = field(default_factory=dict[str, str])
    phone: str = ""
    days: int | None = None


def texts_of(tx: Session, territory_id: int | None) -> NetworkTexts:
    """What the network decided last; a part that makes no sense is not said."""
    return _read(network_settings.last(tx, territory_id, SETTING).value)


def seen_by(site: Site, actor: Actor | None) -> NetworkTexts:
    """
    The texts of the actor's network.

    Whoever has not come in yet reads those of the only network of this installation; of several, none.
    """
    with site.db() as tx:
        if actor is not None:
            return texts_of(tx, actor.territory_id)
        found = tx.exec(select(Territory.id).limit(2)).all()
        return texts_of(tx, found[0]) if len(found) == 1 else NetworkTexts()


@dataclass(frozen=True)
class Shown:
    """For the page: the texts, the languages of the network first, and the mark of the last decision."""

    texts: NetworkTexts
    languages: tuple[str, ...]
    mark: int
    history: Sequence[network_settings.Decided]


def shown(site: Site, actor: Actor) -> Shown:
    territory_id = only_coordinator(actor)
    with site.db() as tx:
        rows = network_settings.history(tx, territory_id, SETTING, 5)
        own = [tag for tag in tx.get_one(Territory, territory_id).languages if tag in LANGS]
    return Shown(
        _read(rows[0].value if rows else {}),
        tuple(dict.fromkeys([*own, *LANGS])),
        rows[0].mark if rows else 0,
        rows,
    )


def decide(site: Site, actor: Actor, texts: NetworkTexts, seen: int) -> None:
    """
    Say it so from now on.

    Raises
    ------
    NotAcceptable
        When a text is too long, the phone number is none, or the delay is not between 1 and 30 days.
    Outdated
        When somebody else decided in the meantime.
    """
    only_coordinator(actor)
    for said, most, name in ((texts.welcome, LONGEST_WELCOME, "welcome"), (texts.hours, LONGEST_HOURS, "hours")):
        if any(len(text) > most for text in said.values()):
            raise NotAcceptable(N_("Raccourcissez ce texte : %(most)s signes au plus."), name, most=most)
    if texts.phone and not _PHONE.fullmatch(texts.phone):
        raise NotAcceptable(N_("Ce numéro de téléphone n’est pas complet."), "phone")
    if texts.days is not None and not 1 <= texts.days <= MOST_DAYS:
        raise NotAcceptable(
            N_("Le délai est entre 1 et 30 jours ouvrables. Laissez vide pour ne rien promettre."), "days"
        )
    value: dict[str, object] = {
        "welcome": {tag: text for tag, text in texts.welcome.items() if text},
        "hours": {tag: text for tag, text in texts.hours.items() if text},
        "phone": texts.phone,
        "days": texts.days,
    }
    with site.db.begin() as tx:
        network_settings.decide(tx, site, actor, SETTING, value, seen)


def _read(value: Mapping[str, object]) -> NetworkTexts:
    days, phone = value.get("days"), value.get("phone")
    return NetworkTexts(
        _by_language(value.get("welcome")),
        _by_language(value.get("hours")),
        phone if isinstance(phone, str) else "",
        days if isinstance(days, int) and 1 <= days <= MOST_DAYS else None,
    )


def _by_language(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(tag): text for tag, text in value.items() if tag in LANGS and isinstance(text, str) and text}
