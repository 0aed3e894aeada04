"""Rows of files into the tables: new ones made, changed columns set; everything in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import attributes
from sqlmodel import SQLModel, col, delete, select

from calendars.uids import own_uid
from service import codes
from service.bookings import book
from service.contact_cards import place as card_place
from service.ids import IdSource
from service.imports.columns import Column, File
from service.imports.record import OWNERS, Record, Stored, title_place, words_place
from service.imports.rows import Row
from service.imports.values import local_instant
from service.tables.network import (
    HousingFirstRound,
    InterventionMember,
    MeetingParticipant,
    OpenSessionDay,
    Situation,
)
from service.tables.pairings import Pairing, Visit
from service.tables.people import Consent, ContactCard, MetBefore, Party
from service.tables.territory import Signature
from service.visit_rows import shown_otherwise


@dataclass
class Change:
    """What is to be written of one row: its columns, and the row it changes, if any."""

    values: Row
    stored: Stored | None


class Writer:
    """Writes the rows of one file after the other, in the order of `files.FILES`."""

    def __init__(self, record: Record, ids: IdSource, now: datetime) -> None:
        self.ids = ids
        self.record = record
        self.tx = record.tx
        self.now = now
        self.later: list[Callable[[], None]] = []
        self.visits: list[Visit] = []
        """What waits for other files: a consent ends after its pairing, a person closes after the visits."""

    def write(self, file: File, changes: list[Change]) -> list[SQLModel]:
        """The written rows, in the order given; changed ones make room before new ones come."""
        made: dict[int, SQLModel] = {}
        parties = self._parties(file, sum(change.stored is None for change in changes))
        for is_new in (False, True):
            for index, change in enumerate(changes):
                if (change.stored is None) == is_new:
                    made[index] = self._row(file, change, parties)
            self.tx.flush()
        rows = [made[index] for index in range(len(changes))]
        if file.has_reference:
            for row in rows:
                self.record.learn(file, row.ref, row.id)  # type: ignore[attr-defined]
        after = AFTER.get(file.name)
        for row, change in zip(rows, changes, strict=True):
            for column in file.columns:
                if column.to == file.name and column.field and column.name in change.values:
                    setattr(row, column.field, self.record.number(file.name, change.values[column.name]))
            if after is not None:
                after(self, row, change)
        self.tx.flush()
        return rows

    def finish(self) -> None:
        """Write what had to wait for other files."""
        book(self.tx, *self.visits)
        for step in self.later:
            step()
        self.tx.flush()

    def _row(self, file: File, change: Change, parties: Iterator[int]) -> SQLModel:
        row = change.stored.row if change.stored else self._new(file, parties)
        values = dict(change.values)
        if change.stored is None:
            values = {column.name: values.get(column.name, column.empty) for column in file.columns}
        for column in file.columns:
            if column.field and column.name in values and column.to != file.name:
                self._set(row, column, values)
        if file.name == "persons" and change.stored is not None and values.get("status") == "closed":
            self._close_later(row)
        before = BEFORE.get(file.name)
        if before is not None:
            before(self, row, change.stored.values | values if change.stored else values)
        if "changed_at" in file.table.model_fields:
            row.changed_at = self.now  # type: ignore[attr-defined]
        if change.stored is not None and "sequence" in file.table.model_fields and "sequence" not in values:
            row.sequence += _tells_calendars(row)  # type: ignore[attr-defined]
        self.tx.add(row)
        return row

    def _close_later(self, row: Any) -> None:
        status = attributes.get_history(row, "status").deleted
        if not status:
            return
        row.status = status[0]

        def close() -> None:
            row.status = "closed"

        self.later.append(close)

    def _set(self, row: SQLModel, column: Column, values: Row) -> None:
        value = values[column.name]
        if column.kind == "uid" and value is None:
            return
        if column.to_by:
            file = FILE_OF.get(values[column.to_by])
            value = self.record.number(file, value) if file else None
        elif column.kind == "ref":
            value = self.record.number(column.to, value)
        elif isinstance(value, tuple):
            value = list(value)
        if getattr(row, column.field, None) != value:
            setattr(row, column.field, value)

    def _parties(self, file: File, count: int) -> Iterator[int]:
        """Numbers for new people and places."""
        territory = self.record.territory
        if file.name not in OWNERS or territory is None:
            return iter(())
        made = [Party(kind=OWNERS[file.name], territory_id=territory.id or 0) for _ in range(count)]
        self.tx.add_all(made)
        self.tx.flush()
        return iter([party.id or 0 for party in made])

    def _new(self, file: File, parties: Iterator[int]) -> SQLModel:
        fields = file.table.model_fields
        given: dict[str, Any] = {}
        if "public_id" in fields:
            given["public_id"] = self.ids.new()
        if "uid" in fields:
            given["uid"] = own_uid(self.ids.new())
        if "created_at" in fields:
            given["created_at"] = self.now
        territory = self.record.territory
        if "territory_id" in fields and territory is not None:
            given["territory_id"] = territory.id
        if file.name in OWNERS:
            given["id"] = next(parties)
        return file.table(**given)


TELLING = frozenset(
    (
        *("starts_at", "ends_at", "place_kind", "place_id", "status"),
        *("rrule", "weekday", "start_minute", "end_minute", "valid_from", "valid_until"),
        *("on_public_holidays", "on_school_holidays"),
    )
)
"""Time, place and status: calendars have to hear when one of these changes (`settled.md` 19)."""


def _tells_calendars(row: SQLModel) -> bool:
    """The change is of time, place or status; of a day of a series only whether it takes place."""
    changes = {name: attributes.get_history(row, name) for name in TELLING & type(row).model_fields.keys()}
    if isinstance(row, OpenSessionDay):
        status = changes["status"]
        return "cancelled" in (*status.added, *status.deleted) and bool(status.deleted)
    if isinstance(row, Visit) and (before := changes.pop("status").deleted) and shown_otherwise(before[0], row.status):
        return True
    return any(one.has_changes() for one in changes.values())


FILE_OF: Mapping[str, str] = {kind: file for file, kind in OWNERS.items()}


def _conflict(writer: Writer, row: Any, values: Row) -> None:
    kind, target = values["target_type"], values["target_id"]
    row.person_id = writer.record.number("persons", target) if kind == "person" else None
    row.neighbourhood_id = writer.record.number("neighbourhoods", target) if kind == "neighbourhood" else None


def _separation(writer: Writer, row: Any, values: Row) -> None:
    numbers = [writer.record.number("persons", values[name]) for name in ("person_id", "other_person_id")]
    row.person_id, row.other_person_id = sorted(number or 0 for number in numbers)


def _visit(writer: Writer, row: Any, values: Row) -> None:
    zone = writer.record.cells.zone
    starts_at = local_instant(values["date"], values["start"], zone)
    ends_at = local_instant(values["date"], values["end"], zone)
    place = values["place"]
    kind = place if place in ("home", "outside_accompaniment") else "place"
    pairing = writer.tx.get_one(Pairing, row.pairing_id)
    row.person_id = pairing.person_id
    row.peer_helper_id = writer.record.number("peer_helpers", values.get("peer_helper_id")) or pairing.peer_helper_id
    where = (kind, writer.record.number("places", place) if kind == "place" else None)
    if (row.starts_at, row.ends_at) != (starts_at, ends_at):
        row.starts_at, row.ends_at = starts_at, ends_at
    if (row.place_kind, row.place_id) != where:
        row.place_kind, row.place_id = where


def _candidate(writer: Writer, row: Any, values: Row) -> None:
    territory = writer.record.territory
    if territory is None or territory.id is None:
        return
    found = writer.tx.exec(
        select(HousingFirstRound).where(
            HousingFirstRound.territory_id == territory.id, HousingFirstRound.on == values["round_date"]
        )
    ).first()
    present = list(values["partners_present"])
    if found is None:
        found = HousingFirstRound(territory_id=territory.id, on=values["round_date"], partners_present=present)
    else:
        found.partners_present = list(dict.fromkeys([*found.partners_present, *present]))
    writer.tx.add(found)
    writer.tx.flush()
    row.round_id = found.id


BEFORE: Mapping[str, Callable[[Writer, Any, Row], None]] = {
    "conflicts": _conflict,
    "separations": _separation,
    "visits": _visit,
    "housing_first_selection": _candidate,
}
"""Columns that the row itself needs before it can be inserted."""


def _territory(writer: Writer, row: Any, change: Change) -> None:
    writer.record.territory = row


def _person(writer: Writer, row: Any, change: Change) -> None:
    values = change.values
    if change.stored is None or values.get("consent_status") in (None, "given"):
        _consent(writer, row, change)
    else:
        writer.later.append(lambda: _consent(writer, row, change))
    _card(writer, row, values)
    if "met_before" in values:
        numbers = [writer.record.number("peer_helpers", ref) for ref in values["met_before"]]
        _replaced(writer, MetBefore, {"person_id": row.id}, "peer_helper_id", numbers)


CONSENT = ("consent_status", "consent_scope", "consent_given_on", "consent_expires_on", "consent_how")


def _consent(writer: Writer, row: Any, change: Change) -> None:
    """The history is kept: a consent that reads otherwise ends the one before."""
    said = {name.removeprefix("consent_"): change.values[name] for name in CONSENT if name in change.values}
    if not said:
        return
    if "scope" in said:
        said["scope"] = list(said["scope"])
    if change.stored is not None:
        current = writer.tx.exec(
            select(Consent).where(Consent.person_id == row.id, col(Consent.ended_at).is_(None))
        ).first()
        if current is not None:
            held = {name: getattr(current, name) for name in (one.removeprefix("consent_") for one in CONSENT)}
            if held == held | said:
                return
            current.ended_at = writer.now
            writer.tx.add(current)
            writer.tx.flush()
            said = held | said
    writer.tx.add(Consent(person_id=row.id, recorded_at=writer.now, **said))


def _card(writer: Writer, row: Any, values: Row) -> None:
    said = {name: values[name] for name in ("phone", "email") if name in values}
    if not said:
        return
    card = writer.tx.get(ContactCard, row.id)
    if card is None and not any(said.values()):
        return
    held = writer.record.opened(row.id, card_place(row.id), card.card_sealed if card else None) or {}
    told = {name: value for name, value in (held | said).items() if value}
    if told == held and card is not None:
        return
    sealed = writer.record.seals.seal(writer.tx, row.id, card_place(row.id), told)
    if card is None:
        card = ContactCard(party_id=row.id, card_sealed=sealed)
    card.card_sealed = sealed
    writer.tx.add(card)


def _helper(writer: Writer, row: Any, change: Change) -> None:
    values = change.values
    _card(writer, row, values)
    if "own_words" in values:
        words = values["own_words"]
        seal = writer.record.seals.seal
        row.own_words_sealed = seal(writer.tx, row.id, words_place(row.id), words) if words else None


def _goal(writer: Writer, row: Any, change: Change) -> None:
    values = change.values
    if "title" in values:
        situation = writer.tx.get_one(Situation, row.situation_id)
        seal = writer.record.seals.seal
        title = values["title"]
        row.title_sealed = seal(writer.tx, situation.person_id, title_place(row.id), title) if title else None


def _meeting(writer: Writer, row: Any, change: Change) -> None:
    values = change.values
    if "participants" in values:
        numbers = [
            writer.record.number(FILE_OF[kind], ref)
            for kind, _, ref in (member.partition(":") for member in values["participants"])
        ]
        _replaced(writer, MeetingParticipant, {"meeting_id": row.id}, "party_id", numbers)


def _intervention(writer: Writer, row: Any, change: Change) -> None:
    values = change.values
    if "team" in values:
        numbers = [writer.record.number("professionals", ref) for ref in values["team"]]
        _replaced(writer, InterventionMember, {"intervention_id": row.id}, "professional_id", numbers)


def _document(writer: Writer, row: Any, change: Change) -> None:
    values = change.values
    if "signatures" not in values:
        return
    writer.tx.exec(delete(Signature).where(col(Signature.document_id) == row.id))
    for signature in values["signatures"]:
        ref, _, signed_on = signature.partition(":")
        number = writer.record.number("organisations", ref)
        writer.tx.add(
            Signature(document_id=row.id, organisation_id=number or 0, signed_on=date.fromisoformat(signed_on))
        )


def _replaced(
    writer: Writer, table: type[SQLModel], owner: dict[str, int], column: str, numbers: list[int | None]
) -> None:
    """The members of a list, in the order of the file; nothing is touched when they are the same."""
    query = select(table).filter_by(**owner).order_by(col(table.id))  # type: ignore[attr-defined]
    held = writer.tx.exec(query).all()
    if [getattr(one, column) for one in held] == numbers:
        return
    for one in held:
        writer.tx.delete(one)
    writer.tx.flush()
    for number in numbers:
        writer.tx.add(table(**owner, **{column: number}))


def _booked(writer: Writer, row: Any, change: Change) -> None:
    if row.status in codes.LIVE_VISIT_STATES or change.stored is not None:
        writer.visits.append(row)


AFTER: Mapping[str, Callable[[Writer, Any, Change], None]] = {
    "territory": _territory,
    "persons": _person,
    "peer_helpers": _helper,
    "goals": _goal,
    "meetings": _meeting,
    "support_interventions": _intervention,
    "documents": _document,
    "visits": _booked,
}
"""Columns that lie in other tables and need the row's number."""
