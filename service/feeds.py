"""Calendar subscriptions: secret addresses, and what each of them shows (`settled.md` 19-20, `security.md` F1)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, col, select

from calendars.feed import Calendar, Event, render
from calendars.horizon import Horizon
from locales import N_, translator
from service import feed_entries
from service.audit import note
from service.errors import NotAllowed, NotFound
from service.feed_entries import Reader
from service.site import Actor, Site
from service.tables.access import Subscription
from service.tables.people import Party, PeerHelper, Person, Place, Professional
from service.tables.territory import Territory

OWNERS: tuple[tuple[str, type[PeerHelper | Professional | Person | Place]], ...] = (
    ("helper", PeerHelper),
    ("professional", Professional),
    ("person", Person),
    ("place", Place),
)
NAME = N_("Le Fil : mes rencontres")
ENDED = N_("Abonnement arrêté")
RENEWED = N_("Adresse changée")
ASLEEP = N_("Abonnement en veille")


@dataclass(frozen=True)
class Subscribed:
    """A new address; `secret` is shown once and never again."""

    public_id: str
    secret: str
    url: str


def subscribe(
    site: Site, actor: Actor, owner_id: int | None, level: str, name: str, *, language: str | None = None
) -> Subscribed:
    """
    Make a calendar address for a person, helper, professional or place; for the territory when `owner_id` is None.

    Raises
    ------
    NotFound
        When there is no such owner in the actor's territory.
    NotAllowed
        When the owner is somebody else, or the level is not for them.
    """
    with site.db.begin() as tx:
        _check(tx, actor, owner_id, level)
        made = _new(tx, site, actor.territory_id or 0, owner_id, level, name, language or actor.language)
        note(tx, site, actor, "calendar.subscribed", "subscription", made.public_id)
        return made


def renew(site: Site, actor: Actor, public_id: str) -> Subscribed:
    """Replace an address by a new one; the old one says so for 30 days. Wakes one that fell asleep."""
    with site.db.begin() as tx:
        old = _own(tx, actor, public_id)
        _end(site, old, renewed=True)
        note(tx, site, actor, "calendar.renewed", "subscription", old.public_id)
        return _new(tx, site, old.territory_id, old.owner_id, old.level, old.name, old.language)


def revoke(site: Site, actor: Actor, public_id: str) -> None:
    """Stop an address; for 30 days it shows one day that says so, so that copies in calendars go away."""
    with site.db.begin() as tx:
        _end(site, _own(tx, actor, public_id), renewed=False)
        note(tx, site, actor, "calendar.revoked", "subscription", public_id)


def of_owner(site: Site, actor: Actor, owner_id: int | None) -> list[Subscription]:
    """The addresses in use, the newest last."""
    with site.db() as tx:
        _check(tx, actor, owner_id, "minimal")
        return list(
            tx.exec(
                select(Subscription)
                .where(Subscription.territory_id == actor.territory_id)
                .where(Subscription.owner_id == owner_id, col(Subscription.ended_at).is_(None))
                .order_by(col(Subscription.created_at), col(Subscription.id))
            )
        )


def calendar_of(tx: Session, subscription: Subscription, day: date) -> Calendar:
    """What an address in use shows in the week of this day."""
    return calendar_for(
        tx, subscription.territory_id, subscription.owner_id, subscription.level, subscription.language, day
    )


def calendar_for(
    tx: Session, territory_id: int, owner_id: int | None, level: str, language: str, day: date
) -> Calendar:
    """
    The calendar of an owner; of the territory's public life when `owner_id` is None.

    The same rows give the same calendar all week: `day` counts by its Monday only.
    """
    territory = _territory(tx, territory_id)
    texts = translator(language)
    reader = Reader(territory, Horizon.of(day, territory.timezone), texts, level)
    owner = None if owner_id is None else tx.get(Party, owner_id)
    if owner is None or owner.kind == "place":
        place = None if owner is None else tx.get(Place, owner.id)
        name = place.name if place else territory.name
        events, series = feed_entries.public_meetings(tx, reader, owner_id)
        series += feed_entries.open_sessions(tx, reader, owner_id)
    else:
        name = texts.gettext(NAME)
        events, series = feed_entries.meetings(tx, reader, owner.id or 0)
        events += feed_entries.visits(tx, reader, owner.kind, owner.id or 0)
        events += feed_entries.host_slots(tx, reader, owner.id or 0)
    return Calendar(name, territory.timezone, tuple(events), tuple(series))


def every_feed(tx: Session, territory_id: int, language: str, day: date) -> Iterator[tuple[str, bytes]]:
    """File name and calendar of everybody, of every place and of the territory, at the minimal level."""
    for kind, table in OWNERS:
        rows = tx.exec(select(table).where(table.territory_id == territory_id).order_by(table.ref)).all()
        for row in rows:
            yield f"{kind}-{row.ref}.ics", render(calendar_for(tx, territory_id, row.id, "minimal", language, day))
    public = calendar_for(tx, territory_id, None, "minimal", language, day)
    yield f"territory-{_territory(tx, territory_id).ref}.ics", render(public)


def hashed(secret: str) -> str:
    """What is stored of a secret: 32 random bytes need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _new(
    tx: Session, site: Site, territory_id: int, owner_id: int | None, level: str, name: str, language: str
) -> Subscribed:
    # Always from the operating system, also where record ids come from a seed (`settled.md` 2).
    secret = secrets.token_urlsafe(32)
    now = site.clock.now()
    row = Subscription(
        public_id=site.ids.new(),
        territory_id=territory_id,
        owner_id=owner_id,
        name=name.strip()[:60],
        level=level,
        language=language,
        secret_hash=hashed(secret),
        created_at=now,
        changed_at=now,
    )
    tx.add(row)
    return Subscribed(row.public_id, secret, f"{site.settings.base_url.rstrip('/')}/f/{secret}.ics")


def _end(site: Site, subscription: Subscription, *, renewed: bool) -> None:
    subscription.ended_at = subscription.changed_at = site.clock.now()
    subscription.renewed = renewed


def _check(tx: Session, actor: Actor, owner_id: int | None, level: str) -> None:
    owner = None if owner_id is None else tx.get(Party, owner_id)
    if owner_id is not None and (owner is None or owner.territory_id != actor.territory_id):
        raise NotFound("no such owner")
    own = owner is not None and owner.kind != "place" and actor.role == owner.kind and actor.party_id == owner.id
    if not own and actor.role != "coordinator":
        raise NotAllowed("the calendar of somebody else")
    if level == "plain" and (owner is None or owner.kind != "person"):
        raise NotAllowed("the plain level is the person's own")


def _own(tx: Session, actor: Actor, public_id: str) -> Subscription:
    found = tx.exec(select(Subscription).where(Subscription.public_id == public_id)).first()
    if found is None or found.territory_id != actor.territory_id or found.ended_at is not None:
        raise NotFound("no such address")
    _check(tx, actor, found.owner_id, found.level)
    return found


def _territory(tx: Session, territory_id: int) -> Territory:
    found = tx.get(Territory, territory_id)
    if found is None:
        raise NotFound("no such territory")
    return found


def notice(subscription: Subscription, zone: str, text: str, since: datetime) -> Calendar:
    """One all-day event and nothing else: it takes the place of the copies that calendars keep."""
    texts = translator(subscription.language)
    day = since.astimezone(UTC).date()
    event = Event(
        uid=f"{subscription.public_id}-notice",
        changed=since,
        sequence=0,
        start=day,
        end=day + timedelta(days=1),
        summary=texts.gettext(text),
    )
    return Calendar("Le Fil", zone, (event,))
