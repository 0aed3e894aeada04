"""Partners as the coordination sees them: organisations with their professionals and places, one page each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import col, func, select

from service.access_scope import scope
from service.helpers import PAGE
from service.helpers_profile import Change, changes_of
from service.kept_records import Desk, desk, find, languages, themes
from service.passwords import simplified
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.network import Meeting, MeetingAttendance, OpenSession
from service.tables.pairings import Request
from service.tables.people import Availability, PeerHelper, Place, Professional
from service.tables.territory import Neighbourhood, Organisation

ATTENDED = 12
"""Meetings that are looked back on, to see who could be invited again."""
ACCOUNT_ROLES = ("coordinator", "professional")


@dataclass(frozen=True)
class Member:
    """A professional or a place of an organisation; `about` is the code of their function or kind."""

    public_id: str
    name: str
    about: str
    has_left: bool = False


@dataclass(frozen=True)
class Partner:
    """An organisation with those who belong to it; `public_id` is empty for whoever belongs to none."""

    public_id: str
    name: str
    kind: str
    sector: str
    charter_signed_on: date | None
    is_selector: bool
    hosts: bool
    professionals: tuple[Member, ...]
    places: tuple[Member, ...]


@dataclass(frozen=True)
class Sought:
    """What is looked for; empty means everything."""

    text: str = ""
    kind: str = ""
    theme: str = ""
    sector: str = ""
    charter: str = ""
    """`signed`, `missing`, or either."""

    @property
    def anything(self) -> bool:
        return self != Sought()

    @property
    def narrows(self) -> bool:
        """Something beside the name."""
        return self != Sought(text=self.text)


@dataclass(frozen=True)
class Partners:
    """One page of those who fit; `count` are all organisations that fit, `total` all there is of any kind."""

    lines: tuple[Partner, ...]
    count: int
    total: int
    kinds: tuple[str, ...] = ()
    themes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class OrganisationPage:
    partner: Partner
    ref: str
    themes: tuple[str, ...]
    area: str
    email: str
    conventions: tuple[str, ...]
    helpers: tuple[Member, ...]
    present: int
    meetings: int
    """At how many of the last meetings they were asked to they were."""
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ProfessionalPage:
    public_id: str
    ref: str
    revision: int
    name: str
    status: str
    function: str
    organisation: str
    organisation_public_id: str
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    roles: tuple[str, ...]
    email: str
    share: float
    supervised: tuple[Member, ...]
    requests: int
    accounts: Mapping[str, str]
    """`open` or `closed`, by the role they come in with."""
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class PlacePage:
    public_id: str
    ref: str
    name: str
    kind: str
    organisation: str
    organisation_public_id: str
    area: str
    street: str
    capacity: int
    step_free: bool
    windows: int
    """How many opening windows are set; a place without any is open (section 12.11)."""
    sessions: tuple[str, ...]
    changes: tuple[Change, ...]


def listing(site: Site, actor: Actor, sought: Sought, language: str = "fr", *, page: int = 1) -> Partners:
    """Organisations that fit, by name; a search also finds those whose professional or place has the name."""
    with site.db() as tx:
        at = desk(tx, site, actor, language)
        rows = tx.exec(select(Organisation).where(scope(actor).of(Organisation))).all()
        people = _by_organisation(at, Professional)
        places = _by_organisation(at, Place)
        found = [
            _partner(row, people.get(row.id, []), places.get(row.id, []))
            for row in sorted(rows, key=lambda row: (simplified(row.name), row.ref))
            if _fits(row, sought, people.get(row.id, []), places.get(row.id, []))
        ]
        alone = _alone(people.get(None, []), places.get(None, []), sought)
        known = themes(at)
        return Partners(
            lines=(*found, *alone)[(page - 1) * PAGE : page * PAGE],
            count=len(found),
            total=len(rows) + len(people.get(None, [])) + len(places.get(None, [])),
            kinds=tuple(sorted({row.kind for row in rows})),
            themes={code: known.get(code, code) for row in rows for code in row.themes},
        )


def _by_organisation(at: Desk, table: type[Any]) -> dict[int | None, list[Any]]:
    found: dict[int | None, list[Any]] = {}
    for row in at.tx.exec(select(table).where(scope(at.actor).of(table)).order_by(table.ref)).all():
        found.setdefault(row.organisation_id, []).append(row)
    return found


def _fits(row: Organisation, sought: Sought, people: Sequence[Any], places: Sequence[Any]) -> bool:
    return (
        _named(sought, [row.name, row.ref, *(one.display_name for one in people), *(one.name for one in places)])
        and (not sought.kind or row.kind == sought.kind)
        and (not sought.theme or sought.theme in row.themes)
        and (not sought.sector or row.sector == sought.sector)
        and (not sought.charter or (row.charter_signed_on is not None) == (sought.charter == "signed"))
    )


def _named(sought: Sought, names: Sequence[str]) -> bool:
    text = simplified(sought.text)
    return not text or any(text in simplified(name) for name in names)


def _alone(people: Sequence[Any], places: Sequence[Any], sought: Sought) -> list[Partner]:
    """Whoever belongs to no organisation, at the end of the list; filters of organisations leave them out."""
    if sought.kind or sought.theme or sought.sector or sought.charter:
        return []
    kept_people = [one for one in people if _named(sought, [one.display_name])]
    kept_places = [one for one in places if _named(sought, [one.name])]
    if not kept_people and not kept_places:
        return []
    return [Partner("", "", "", "", None, False, False, _members(kept_people), _members(kept_places))]


def _partner(row: Organisation, people: Sequence[Any], places: Sequence[Any]) -> Partner:
    return Partner(
        public_id=row.public_id,
        name=row.name,
        kind=row.kind,
        sector=row.sector,
        charter_signed_on=row.charter_signed_on,
        is_selector=row.housing_first_selector,
        hosts=row.hosts_meetings,
        professionals=_members(people),
        places=_members(places),
    )


def _members(rows: Sequence[Any]) -> tuple[Member, ...]:
    """Those who are there first, by name."""
    members = [
        Member(row.public_id, row.name, row.kind)
        if isinstance(row, Place)
        else Member(row.public_id, row.display_name, getattr(row, "function", row.status), row.status == "left")
        for row in rows
    ]
    return tuple(sorted(members, key=lambda one: (one.has_left, simplified(one.name))))


def organisation(site: Site, actor: Actor, public_id: str, language: str = "fr") -> OrganisationPage:
    with site.db() as tx:
        at = desk(tx, site, actor, language)
        row: Organisation = find(at, Organisation, public_id)
        area = tx.get(Neighbourhood, row.neighbourhood_id) if row.neighbourhood_id is not None else None
        held: dict[type[Any], Sequence[Any]] = {
            table: tx.exec(
                select(table).where(table.organisation_id == row.id, table.territory_id == row.territory_id)
            ).all()
            for table in (Professional, Place, PeerHelper)
        }
        present = tx.exec(
            select(MeetingAttendance.present)
            .join(Meeting, col(Meeting.id) == MeetingAttendance.meeting_id)
            .where(MeetingAttendance.organisation_id == row.id)
            .order_by(col(Meeting.starts_at).desc())
            .limit(ATTENDED)
        ).all()
        known = themes(at, row.themes)
        return OrganisationPage(
            partner=_partner(row, held[Professional], held[Place]),
            ref=row.ref,
            themes=tuple(known[code] for code in row.themes),
            area=area.name if area is not None else "",
            email=row.email,
            conventions=tuple(row.conventions),
            helpers=_members([one for one in held[PeerHelper] if one.status != "left"]),
            present=sum(present),
            meetings=len(present),
            changes=changes_of(at, "organisation", row.public_id),
        )


def professional(site: Site, actor: Actor, public_id: str, language: str = "fr") -> ProfessionalPage:
    with site.db() as tx:
        at = desk(tx, site, actor, language)
        row: Professional = find(at, Professional, public_id)
        office = tx.get(Organisation, row.organisation_id) if row.organisation_id is not None else None
        supervised = tx.exec(
            select(PeerHelper).where(PeerHelper.supervisor_id == row.id, PeerHelper.status != "left")
        ).all()
        open_requests = select(func.count()).where(
            Request.professional_id == row.id, col(Request.status).in_(("received", "consent_pending", "waiting"))
        )
        accounts = tx.exec(
            select(Account).where(Account.party_id == row.id, col(Account.role).in_(ACCOUNT_ROLES))
        ).all()
        known, tongues = themes(at, row.themes), languages(at, row.languages)
        return ProfessionalPage(
            public_id=row.public_id,
            ref=row.ref,
            revision=row.revision,
            name=row.display_name,
            status=row.status,
            function=row.function,
            organisation=office.name if office is not None else "",
            organisation_public_id=office.public_id if office is not None else "",
            languages=tuple(tongues[tag] for tag in row.languages),
            themes=tuple(known[code] for code in row.themes),
            roles=tuple(row.roles),
            email=row.email,
            share=row.fte,
            supervised=_members(supervised),
            requests=tx.exec(open_requests).one(),
            accounts={one.role: "open" if one.active else "closed" for one in accounts},
            changes=changes_of(at, "professional", row.public_id),
        )


def place(site: Site, actor: Actor, public_id: str, language: str = "fr") -> PlacePage:
    with site.db() as tx:
        at = desk(tx, site, actor, language)
        row: Place = find(at, Place, public_id)
        office = tx.get(Organisation, row.organisation_id) if row.organisation_id is not None else None
        area = tx.get(Neighbourhood, row.neighbourhood_id) if row.neighbourhood_id is not None else None
        sessions = tx.exec(
            select(OpenSession.name).where(
                OpenSession.place_id == row.id,
                (col(OpenSession.valid_until).is_(None)) | (col(OpenSession.valid_until) >= at.day),
            )
        ).all()
        return PlacePage(
            public_id=row.public_id,
            ref=row.ref,
            name=row.name,
            kind=row.kind,
            organisation=office.name if office is not None else "",
            organisation_public_id=office.public_id if office is not None else "",
            area=area.name if area is not None else "",
            street=row.street,
            capacity=row.capacity,
            step_free=row.step_free,
            windows=tx.exec(select(func.count()).where(Availability.owner_id == row.id)).one(),
            sessions=tuple(sorted(sessions)),
            changes=changes_of(at, "place", row.public_id),
        )
