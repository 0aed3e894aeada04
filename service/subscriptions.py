"""Calendar addresses as their owners and the coordination live with them (`settled.md` 19-20, `security.md` F1)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from locales import N_
from service.access_scope import only_coordinator, scope
from service.audit import note
from service.calendar_choices import choices_of
from service.clock import today
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.feed_levels import PARTIES, levels_of, read_at
from service.feeds import FALLS_ASLEEP, hashed
from service.site import Actor, Site
from service.tables.access import Subscription
from service.tables.network import Meeting
from service.tables.people import Party, PeerHelper, Person, Place, Professional
from service.tables.territory import Territory

NAME_LENGTH = 60
FORBIDDEN = N_("Votre réseau ne permet pas ce niveau de détail.")
NO_TEAM = N_("L’agenda de l’équipe n’est pas activé dans votre réseau.")


@dataclass(frozen=True)
class Subscribed:
    """A new address; `secret` is shown once and never again."""

    public_id: str
    secret: str
    url: str
    kind: str


@dataclass(frozen=True)
class Kept:
    """
    An address in use, as its page shows it; the secret is nowhere.

    Parameters
    ----------
    whose
        Shown name of the owner, the working group or the territory; empty for the team.
    owner_kind
        `peer_helper`, `professional`, `person` or `place`; None where nobody owns it.
    level, read_at
        As chosen, and as the network lets it be read; the same but where it forbids the chosen one.
    client
        Kind of calendar that read it last; one of `codes.FEED_CLIENTS`.
    asleep
        Nothing has read it for 180 days: it shows nothing until it is renewed.
    """

    public_id: str
    name: str
    kind: str
    whose: str
    owner_kind: str | None
    level: str
    read_at: str
    levels: tuple[str, ...]
    language: str
    with_cancelled: bool
    created_on: date
    last_read_on: date | None
    client: str | None
    asleep: bool


@dataclass(frozen=True)
class Subject:
    """What an address can be made for: `about` is `peer_helper:`, `place:` or `working_group:` and a reference."""

    about: str
    name: str


def subscribe(
    site: Site,
    actor: Actor,
    owner_id: int | None,
    level: str,
    name: str,
    *,
    kind: str = "",
    meeting_id: int | None = None,
    language: str | None = None,
    with_cancelled: bool = True,
) -> Subscribed:
    """
    Make a calendar address.

    Without `kind` it is the owner's own, that of a place, or without an owner that of the territory's public life.

    Raises
    ------
    NotFound
        When the actor's territory has no such owner or working group.
    NotAllowed
        When the owner is somebody else, or the level is not for them.
    StepNotAllowed
        When the network forbids the level, or has no feed of the team.
    """
    with site.db.begin() as tx:
        owner = _owner(tx, actor, owner_id)
        kind = kind or ("territory" if owner is None else "place" if owner.kind == "place" else "own")
        row = Subscription(
            public_id="",
            territory_id=actor.territory_id or 0,
            kind=kind,
            owner_id=owner_id,
            meeting_id=meeting_id,
            name=_tidy(name),
            level=level,
            language=language or actor.language,
            with_cancelled=with_cancelled,
            secret_hash="",
            created_at=site.clock.now(),
            changed_at=site.clock.now(),
        )
        _check(tx, actor, row, owner)
        _check_level(tx, row, owner)
        made = _put(tx, site, row)
        note(tx, site, actor, "calendar.subscribed", "subscription", made.public_id)
        return made


def change(
    site: Site, actor: Actor, public_id: str, *, level: str, name: str, language: str, with_cancelled: bool
) -> None:
    """
    Let an address say more or less, in another language or under another name; its secret stays.

    Raises
    ------
    NotFound
        When no such address of theirs is in use.
    NotAllowed
        When the level is not for them.
    StepNotAllowed
        When the network forbids the level and it is not the one it had.
    """
    with site.db.begin() as tx:
        row = _in_use(tx, actor, public_id)
        before = (row.level, row.language, row.with_cancelled)
        wanted = (level, language, with_cancelled)
        if before == wanted and row.name == _tidy(name):
            return
        row.name = _tidy(name)
        if before != wanted:
            row.level, row.language, row.with_cancelled = wanted
            row.changed_at = site.clock.now()
            if level != before[0]:
                _check_level(tx, row, _owner(tx, actor, row.owner_id))
        note(tx, site, actor, "calendar.changed", "subscription", public_id)


def renew(site: Site, actor: Actor, public_id: str) -> Subscribed:
    """Replace an address by a new one; the old one says so for 30 days. Wakes one that fell asleep."""
    with site.db.begin() as tx:
        old = _in_use(tx, actor, public_id)
        _end(site, old, renewed=True)
        note(tx, site, actor, "calendar.renewed", "subscription", old.public_id)
        now = site.clock.now()
        new = Subscription(
            public_id="",
            territory_id=old.territory_id,
            kind=old.kind,
            owner_id=old.owner_id,
            meeting_id=old.meeting_id,
            name=old.name,
            level=old.level,
            language=old.language,
            with_cancelled=old.with_cancelled,
            secret_hash="",
            created_at=now,
            changed_at=now,
        )
        return _put(tx, site, new)


def revoke(site: Site, actor: Actor, public_id: str) -> None:
    """Stop an address; for 30 days it shows one day that says so, so that copies in calendars go away."""
    with site.db.begin() as tx:
        _end(site, _in_use(tx, actor, public_id), renewed=False)
        note(tx, site, actor, "calendar.revoked", "subscription", public_id)


def of_owner(site: Site, actor: Actor, owner_id: int | None) -> list[Kept]:
    """The addresses in use that show somebody's or some place's calendar, the newest last."""
    with site.db() as tx:
        owner = _owner(tx, actor, owner_id)
        if owner is None or not _may(actor, owner):
            raise NotAllowed("the calendar of somebody else")
        return _kept(tx, site, actor, col(Subscription.owner_id) == owner_id)


def of_network(site: Site, actor: Actor) -> list[Kept]:
    """
    All addresses in use in the territory, by what they show and whose they are.

    Raises
    ------
    NotAllowed
        When the actor does not coordinate.
    """
    only_coordinator(actor)
    with site.db() as tx:
        return sorted(_kept(tx, site, actor, true()), key=lambda kept: (kept.kind, kept.whose, kept.created_on))


def subjects(site: Site, actor: Actor) -> dict[str, list[Subject]]:
    """For whom and what the coordination can make an address, by kind; nobody who left or whose record is closed."""
    only_coordinator(actor)
    with site.db() as tx:
        here = scope(actor)
        helpers = tx.exec(
            select(PeerHelper).where(here.of(PeerHelper), PeerHelper.status != "left").order_by(PeerHelper.display_name)
        ).all()
        professionals = tx.exec(
            select(Professional)
            .where(here.of(Professional), Professional.status != "left")
            .order_by(Professional.display_name)
        ).all()
        people = tx.exec(
            select(Person).where(here.of(Person), Person.status != "closed").order_by(Person.pseudonym)
        ).all()
        places = tx.exec(select(Place).where(here.of(Place)).order_by(Place.name)).all()
        groups = {
            meeting.title: meeting
            for meeting in tx.exec(
                select(Meeting)
                .where(here.of(Meeting), Meeting.kind == "working_group")
                .order_by(Meeting.title, col(Meeting.id).desc())
            )
        }
        return {
            "peer_helper": [Subject(f"peer_helper:{one.ref}", one.display_name) for one in helpers],
            "professional": [Subject(f"professional:{one.ref}", one.display_name) for one in professionals],
            "person": [Subject(f"person:{one.ref}", one.pseudonym) for one in people],
            "place": [Subject(f"place:{one.ref}", one.name) for one in places],
            "working_group": [Subject(f"working_group:{one.ref}", title or one.ref) for title, one in groups.items()],
        }


def subscribe_for(
    site: Site,
    actor: Actor,
    about: str,
    level: str,
    name: str,
    *,
    language: str,
    merged: bool = False,
    with_cancelled: bool = True,
) -> Subscribed:
    """
    Make an address that somebody asked the coordination for; `about` as in `Subject`, or `territory` or `team`.

    `merged` makes one that shows taken hours only. Refuses as `subscribe` does.
    """
    only_coordinator(actor)
    what, _, ref = about.partition(":")
    with site.db() as tx:
        owner_id, meeting_id = _found(tx, actor, what, ref)
    return subscribe(
        site,
        actor,
        owner_id,
        level,
        name,
        kind="busy" if merged else "own" if what in PARTIES else what,
        meeting_id=meeting_id,
        language=language,
        with_cancelled=with_cancelled,
    )


TABLES: dict[str, type[PeerHelper | Professional | Person | Place]] = {
    "peer_helper": PeerHelper,
    "professional": Professional,
    "person": Person,
    "place": Place,
}


def _found(tx: Session, actor: Actor, what: str, ref: str) -> tuple[int | None, int | None]:
    """Numbers of the owner and of the meeting that are meant."""
    if what in ("territory", "team"):
        return None, None
    if what == "working_group":
        meeting = tx.exec(select(Meeting).where(scope(actor).of(Meeting), Meeting.ref == ref)).first()
        if meeting is not None:
            return None, meeting.id
    table = TABLES.get(what)
    if table is not None:
        row = tx.exec(select(table).where(scope(actor).of(table), table.ref == ref)).first()
        if row is not None:
            return row.id, None
    raise NotFound("nothing of that kind")


def _put(tx: Session, site: Site, row: Subscription) -> Subscribed:
    # Always from the operating system, also where record ids come from a seed (`settled.md` 2).
    secret = secrets.token_urlsafe(32)
    row.public_id = site.ids.new()
    row.secret_hash = hashed(secret)
    tx.add(row)
    return Subscribed(row.public_id, secret, f"{site.settings.base_url.rstrip('/')}/f/{secret}.ics", row.kind)


def _tidy(name: str) -> str:
    return " ".join(name.split())[:NAME_LENGTH]


def _end(site: Site, row: Subscription, *, renewed: bool) -> None:
    row.ended_at = row.changed_at = site.clock.now()
    row.renewed = renewed


def _owner(tx: Session, actor: Actor, owner_id: int | None) -> Party | None:
    owner = None if owner_id is None else tx.get(Party, owner_id)
    if owner_id is not None and (owner is None or owner.territory_id != actor.territory_id):
        raise NotFound("no such owner")
    return owner


def _may(actor: Actor, owner: Party | None) -> bool:
    """The coordination may all; anybody else what is their own."""
    own = owner is not None and owner.kind in PARTIES and actor.role == owner.kind and actor.party_id == owner.id
    return own or actor.role == "coordinator"


def _check(tx: Session, actor: Actor, row: Subscription, owner: Party | None) -> None:
    if not _may(actor, owner):
        raise NotAllowed("the calendar of somebody else")
    wanted = {"own": PARTIES, "busy": PARTIES, "place": ("place",)}.get(row.kind, (None,))
    if (owner.kind if owner is not None else None) not in wanted:
        raise NotAllowed("this kind of calendar is not for this owner")
    if row.kind == "working_group":
        meeting = tx.get(Meeting, row.meeting_id) if row.meeting_id is not None else None
        if meeting is None or meeting.territory_id != actor.territory_id or meeting.kind != "working_group":
            raise NotFound("no such working group")
    if row.kind == "team" and not choices_of(tx, actor.territory_id).team:
        raise StepNotAllowed(NO_TEAM)


def _check_level(tx: Session, row: Subscription, owner: Party | None) -> None:
    if row.level not in levels_of(row.kind, owner.kind if owner is not None else None):
        raise NotAllowed("the level is not for this calendar")
    if row.level in choices_of(tx, row.territory_id).forbidden:
        raise StepNotAllowed(FORBIDDEN)


def _in_use(tx: Session, actor: Actor, public_id: str) -> Subscription:
    seen = scope(actor).of(Subscription)
    found = tx.exec(select(Subscription).where(seen, Subscription.public_id == public_id)).first()
    if found is None or found.ended_at is not None:
        raise NotFound("no such address")
    try:
        _check(tx, actor, found, _owner(tx, actor, found.owner_id))
    except NotAllowed as error:
        # Whose it is stays hidden: it answers as one that never was.
        raise NotFound("no such address") from error
    return found


def _kept(tx: Session, site: Site, actor: Actor, which: ColumnElement[bool]) -> list[Kept]:
    """The territory's addresses in use, in the order they were made."""
    rows = tx.exec(
        select(Subscription)
        .where(scope(actor).of(Subscription), col(Subscription.ended_at).is_(None), which)
        .order_by(col(Subscription.created_at), col(Subscription.id))
    ).all()
    territory = tx.get_one(Territory, actor.territory_id)
    zone = ZoneInfo(territory.timezone)
    day = today(site.clock, territory.timezone)
    forbidden = choices_of(tx, actor.territory_id).forbidden
    names = _names(tx, rows)
    found: list[Kept] = []
    for row in rows:
        owner_kind, whose = names.get(row.owner_id or 0, (None, ""))
        if row.kind == "territory":
            whose = territory.name
        elif row.kind == "working_group":
            meeting = tx.get_one(Meeting, row.meeting_id)
            whose = meeting.title or meeting.ref
        found.append(
            Kept(
                public_id=row.public_id,
                name=row.name,
                kind=row.kind,
                whose=whose,
                owner_kind=owner_kind,
                level=row.level,
                read_at=read_at(row.level, forbidden),
                levels=tuple(
                    one for one in levels_of(row.kind, owner_kind) if one not in forbidden or one == row.level
                ),
                language=row.language,
                with_cancelled=row.with_cancelled,
                created_on=row.created_at.astimezone(zone).date(),
                last_read_on=row.last_read_on,
                client=row.client,
                asleep=day > (row.last_read_on or row.created_at.date()) + FALLS_ASLEEP,
            )
        )
    return found


def _names(tx: Session, rows: Sequence[Subscription]) -> dict[int, tuple[str, str]]:
    """Kind and shown name of each owner, by internal number."""
    wanted = sorted({row.owner_id for row in rows if row.owner_id is not None})
    found: dict[int, tuple[str, str]] = {}
    for kind, table in TABLES.items():
        for row in tx.exec(select(table).where(col(table.id).in_(wanted))):
            if isinstance(row, Person):
                found[row.id] = (kind, row.pseudonym)
            elif isinstance(row, Place):
                found[row.id] = (kind, row.name)
            else:
                found[row.id] = (kind, row.display_name)
    return found
