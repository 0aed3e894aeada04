"""One peer helper's page for the coordination: load, supervision, pairings, what is ahead, what was changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from service import codes
from service.absences import AbsenceLine
from service.access_scope import scope
from service.helpers import Load, Supervision, loads, supervision_of
from service.helpers_kept import own_words_of
from service.kept_records import Desk, desk, find, languages, themes
from service.pairing_data import Records, is_live, read_records, supervisions
from service.rows import by_id
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.pairings import Pairing, Visit
from service.tables.people import (
    Absence,
    Certificate,
    Conflict,
    ContactCard,
    PeerHelper,
    Person,
    Professional,
)
from service.tables.territory import Neighbourhood, Organisation
from service.tables.work import AuditEntry

VISITS_SHOWN = 8
CHANGES_SHOWN = 15


@dataclass(frozen=True)
class PairingLine:
    """`day` is when it ended or was declined, else when it was proposed."""

    public_id: str
    person: str
    person_public_id: str
    status: str
    day: date
    is_live: bool


@dataclass(frozen=True)
class VisitLine:
    """A visit to come; local hours; `is_second` when the helper comes along with another one."""

    public_id: str
    start: datetime
    end: datetime
    person: str
    kind: str
    status: str
    is_second: bool


@dataclass(frozen=True)
class ConflictLine:
    """`kind` is `person` or `neighbourhood`; `pairing` a live pairing that stands against it."""

    target: str
    name: str
    kind: str
    pairing: str


@dataclass(frozen=True)
class Change:
    """One line of the log; `who` is empty for the service itself."""

    at: datetime
    action: str
    who: str


@dataclass(frozen=True)
class Profile:
    public_id: str
    ref: str
    revision: int
    name: str
    status: str
    gender: str
    age_band: str
    contract: str
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    lived_experience: tuple[str, ...]
    own_words: str
    area: str
    organisation: str
    organisation_public_id: str
    weekly_minutes: int
    visits_a_day: int
    travel_km: float
    transport: str
    goes_alone: bool
    cannot_visit: tuple[str, ...]
    off_in_school_holidays: bool
    trained_on: date | None
    supervisor: str
    supervisor_public_id: str
    load: Load
    supervision: Supervision
    missing: tuple[str, ...]
    certificates: tuple[tuple[str, date], ...]
    conflicts: tuple[ConflictLine, ...]
    pairings: tuple[PairingLine, ...]
    visits: tuple[VisitLine, ...]
    absences: tuple[AbsenceLine, ...]
    account: str
    has_card: bool
    changes: tuple[Change, ...]
    people: tuple[tuple[str, str], ...]
    areas: tuple[tuple[str, str], ...]
    """Whom and where the list of those not to meet can be added to: public ids and names."""

    @property
    def live(self) -> tuple[PairingLine, ...]:
        return tuple(one for one in self.pairings if one.is_live)

    @property
    def past(self) -> tuple[PairingLine, ...]:
        return tuple(one for one in self.pairings if not one.is_live)


def profile(site: Site, actor: Actor, helper: str, language: str = "fr") -> Profile:
    """All that the coordination sees of a helper, but for phone and e-mail, which have a page of their own."""
    with site.db() as tx:
        at = desk(tx, site, actor, language)
        row: PeerHelper = find(at, PeerHelper, helper)
        records = read_records(tx, at.territory.id or 0, at.day)
        supervision = supervision_of(row, supervisions(tx, records).get(row.id), at.day)
        area = tx.get(Neighbourhood, row.neighbourhood_id) if row.neighbourhood_id is not None else None
        office = tx.get(Organisation, row.organisation_id) if row.organisation_id is not None else None
        supervisor = tx.get(Professional, row.supervisor_id) if row.supervisor_id is not None else None
        conflicts = tx.exec(select(Conflict).where(Conflict.peer_helper_id == row.id).order_by(col(Conflict.id))).all()
        every_area = tx.exec(
            select(Neighbourhood).where(scope(actor).of(Neighbourhood)).order_by(Neighbourhood.name)
        ).all()
        all_themes, all_languages = themes(at, row.themes), languages(at, row.languages)
        return Profile(
            public_id=row.public_id,
            ref=row.ref,
            revision=row.revision,
            name=row.display_name,
            status=row.status,
            gender=row.gender or "",
            age_band=row.age_band or "",
            contract=row.contract,
            themes=tuple(all_themes[code] for code in row.themes),
            languages=tuple(all_languages[tag] for tag in row.languages),
            lived_experience=tuple(row.lived_experience),
            own_words=own_words_of(at, row),
            area=area.name if area is not None else "",
            organisation=office.name if office is not None else "",
            organisation_public_id=office.public_id if office is not None else "",
            weekly_minutes=row.weekly_minutes_max,
            visits_a_day=row.max_visits_per_day,
            travel_km=row.max_travel_km,
            transport=row.transport,
            goes_alone=row.lone_visit_ok,
            cannot_visit=tuple(row.cannot_visit),
            off_in_school_holidays=row.off_in_school_holidays,
            trained_on=row.initial_training_completed_on,
            supervisor=supervisor.display_name if supervisor is not None else "",
            supervisor_public_id=supervisor.public_id if supervisor is not None else "",
            load=loads(tx, records, [row])[row.id],
            supervision=supervision,
            missing=_missing(row, supervision, at.day),
            certificates=_certificates(tx, row),
            conflicts=_conflicts(records, row, list(conflicts), {one.id: one for one in every_area}),
            pairings=_pairings(records, row),
            visits=_visits(at, row),
            absences=_absences(at, row),
            account=_account(tx, row),
            has_card=tx.get(ContactCard, row.id) is not None,
            changes=changes_of(at, "peer_helper", row.public_id),
            people=tuple(
                (one.public_id, one.pseudonym)
                for one in sorted(records.people.values(), key=lambda one: one.pseudonym.casefold())
                if one.status != "closed" and one.id not in {held.person_id for held in conflicts}
            ),
            areas=tuple(
                (one.public_id, one.name)
                for one in every_area
                if one.id not in {held.neighbourhood_id for held in conflicts}
            ),
        )


def _missing(row: PeerHelper, supervision: Supervision, day: date) -> tuple[str, ...]:
    """Why an active helper is proposed to nobody (rule 10), as codes."""
    found: list[str] = []
    if row.status != "active":
        return ()
    if row.initial_training_completed_on is None or row.initial_training_completed_on > day:
        found.append("training")
    if row.supervisor_id is None:
        found.append("supervisor")
    if supervision.state == "late":
        found.append("supervision")
    return tuple(found)


def _certificates(tx: Session, row: PeerHelper) -> tuple[tuple[str, date], ...]:
    held = tx.exec(
        select(Certificate).where(Certificate.peer_helper_id == row.id).order_by(col(Certificate.on).desc())
    ).all()
    return tuple((one.kind, one.on) for one in held)


def _conflicts(
    records: Records, row: PeerHelper, held: list[Conflict], known: dict[int | None, Neighbourhood]
) -> tuple[ConflictLine, ...]:
    live = [one for one in records.live if one.peer_helper_id == row.id]
    found: list[ConflictLine] = []
    for one in held:
        against = next((pairing.public_id for pairing in live if _stands_against(records, pairing, one)), "")
        if one.person_id is not None:
            person = records.people[one.person_id]
            found.append(ConflictLine(person.public_id, person.pseudonym, "person", against))
        else:
            area = known[one.neighbourhood_id]
            found.append(ConflictLine(area.public_id, area.name, "neighbourhood", against))
    return tuple(found)


def _stands_against(records: Records, pairing: Pairing, conflict: Conflict) -> bool:
    if conflict.person_id is not None:
        return pairing.person_id == conflict.person_id
    return records.people[pairing.person_id].neighbourhood_id == conflict.neighbourhood_id


def _pairings(records: Records, row: PeerHelper) -> tuple[PairingLine, ...]:
    """Live ones first, then the latest of those that are over."""
    own = [one for one in records.pairings if one.peer_helper_id == row.id]
    lines = [
        PairingLine(
            public_id=one.public_id,
            person=records.people[one.person_id].pseudonym,
            person_public_id=records.people[one.person_id].public_id,
            status="lapsed" if one.status == "proposed" and not is_live(one, records.day) else one.status,
            day=one.ended_on or one.active_from or one.trial_start or one.proposed_on,
            is_live=is_live(one, records.day),
        )
        for one in own
    ]
    return tuple(sorted(lines, key=lambda one: (not one.is_live, -one.day.toordinal())))


def _visits(at: Desk, row: PeerHelper) -> tuple[VisitLine, ...]:
    zone = ZoneInfo(at.territory.timezone)
    rows = at.tx.exec(
        select(Visit)
        .where(
            or_(col(Visit.peer_helper_id) == row.id, col(Visit.second_helper_id) == row.id),
            col(Visit.status).in_(codes.LIVE_VISIT_STATES),
            col(Visit.starts_at) > at.site.clock.now(),
        )
        .order_by(col(Visit.starts_at))
        .limit(VISITS_SHOWN)
    ).all()
    people = by_id(at.tx, Person, (one.person_id for one in rows))
    return tuple(
        VisitLine(
            public_id=one.public_id,
            start=one.starts_at.astimezone(zone),
            end=one.ends_at.astimezone(zone),
            person=people[one.person_id].pseudonym,
            kind=one.kind,
            status=one.status,
            is_second=one.second_helper_id == row.id,
        )
        for one in rows
    )


def _absences(at: Desk, row: PeerHelper) -> tuple[AbsenceLine, ...]:
    held = at.tx.exec(
        select(Absence)
        .where(Absence.owner_id == row.id, col(Absence.last_day) >= at.day)
        .order_by(col(Absence.first_day))
    ).all()
    return tuple(
        AbsenceLine(
            public_id=one.public_id,
            owner=row.display_name,
            owner_kind="peer_helper",
            first_day=one.first_day,
            last_day=one.last_day,
            hours=(one.start_minute, one.end_minute)
            if one.start_minute is not None and one.end_minute is not None
            else None,
            kind=one.kind,
        )
        for one in held
    )


def _account(tx: Session, row: PeerHelper) -> str:
    """`open`, `closed`, or `none`."""
    held = tx.exec(select(Account).where(Account.role == "peer_helper", Account.party_id == row.id)).first()
    if held is None:
        return "none"
    return "open" if held.active else "closed"


def changes_of(at: Desk, kind: str, public_id: str) -> tuple[Change, ...]:
    """The last changes of a record by the log, the newest first; looks are left out."""
    rows = at.tx.exec(
        select(AuditEntry)
        .where(
            AuditEntry.record_kind == kind,
            AuditEntry.record_id == public_id,
            col(AuditEntry.action) != "contact_card.read",
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(CHANGES_SHOWN)
    ).all()
    accounts = by_id(at.tx, Account, (row.account_id for row in rows))
    names = {
        number: one.display_name
        for table in (Professional, PeerHelper)
        for number, one in by_id(at.tx, table, (account.party_id for account in accounts.values())).items()
    }
    return tuple(
        Change(
            at=row.at,
            action=row.action,
            who=names.get(accounts[row.account_id].party_id or 0, "") if row.account_id in accounts else "",
        )
        for row in rows
    )
