"""What the database holds, as rows of the same files: for references, differences and the export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel, col, or_, select

from service.contact_cards import place as card_place
from service.imports.columns import File
from service.imports.files import FILES
from service.imports.rows import Row, key_of, separated
from service.imports.values import Cells
from service.sealing import Seals
from service.tables.network import (
    HousingFirstRound,
    InterventionMember,
    MeetingParticipant,
    Situation,
)
from service.tables.people import Consent, ContactCard, MetBefore, PeerHelper, Person
from service.tables.territory import Signature, Territory, Theme

OWNERS: dict[str, str] = {
    "peer_helpers": "peer_helper",
    "persons": "person",
    "professionals": "professional",
    "places": "place",
}
"""Files whose rows are parties, and the kind of party."""


@dataclass
class Stored:
    """A row of the database in the words of a file."""

    row: SQLModel
    values: Row


@dataclass
class Record:
    """The rows of one territory; `territory` None: the database holds none yet."""

    tx: Session
    seals: Seals
    territory: Territory | None
    cells: Cells
    ids: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """By file: the reference, case aside, to the row's number."""
    refs: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    """By file: the row's number to its reference."""
    parties: dict[int, tuple[str, str]] = field(default_factory=dict)
    """A party's number to its kind and reference."""
    merged: dict[str, str] = field(default_factory=dict)
    """The reference of somebody's second record, case aside, to that of the record that was kept."""
    rows: dict[str, dict[str, Stored]] = field(default_factory=lambda: defaultdict(dict))

    def learn(self, file: File, ref: str, number: int) -> None:
        """A row can now be pointed to."""
        self.ids[file.name][ref.casefold()] = number
        self.refs[file.name][number] = ref
        if file.name in OWNERS:
            self.parties[number] = (OWNERS[file.name], ref)

    def number(self, to: str, ref: str | None) -> int | None:
        """The number of the row that a reference points to."""
        return None if ref is None else self.ids[to].get(ref.casefold())

    def opened(self, party_id: int, place: str, sealed: bytes | None) -> Any:
        """What a sealed value says; None when there is none, or when its key was erased."""
        if sealed is None:
            return None
        try:
            return self.seals.open(self.tx, party_id, place, sealed)
        except ValueError:
            return None

    def load(self) -> Record:
        """Read every row of the territory, and the common ones."""
        for file in FILES:
            found = self._rows_of(file)
            if file.has_reference:
                for row in found:
                    self.learn(file, row.ref, row.id)  # type: ignore[attr-defined]
            if file.name == "persons":
                found = self._without_second_records(found)
            door = DOORS_IN.get(file.name)
            more = door(self) if door else None
            for row in found:
                values = self._values(file, row)
                if values is not None and more is not None:
                    extra = more(row)
                    values = None if extra is None else values | extra
                if values is not None:
                    self.rows[file.name][key_of(file, values, self.cells)] = Stored(row, values)
        return self

    def _without_second_records(self, people: list[Any]) -> list[SQLModel]:
        """What is left of two records that were made one stays here, and goes into no file."""
        known = {person.id: person for person in people}
        for person in people:
            kept = person
            while kept.merged_into_id is not None:
                kept = known[kept.merged_into_id]
            if kept is not person:
                self.merged[person.ref.casefold()] = kept.ref
        return [person for person in people if person.merged_into_id is None]

    def _rows_of(self, file: File) -> list[SQLModel]:
        if self.territory is None and not file.common:
            return []
        query = select(file.table).order_by(col(file.table.id))  # type: ignore[attr-defined]
        if file.name == "territory":
            query = query.where(Territory.id == self.territory.id)  # type: ignore[union-attr]
        elif "territory_id" in file.table.model_fields:
            query = query.where(file.table.territory_id == self.territory.id)  # type: ignore[attr-defined,union-attr]
        elif file.table is Theme:
            here = self.territory.id if self.territory is not None else None
            query = query.where(or_(col(Theme.own_of).is_(None), col(Theme.own_of) == here))
        return list(self.tx.exec(query).all())

    def _values(self, file: File, row: SQLModel) -> Row | None:
        """The columns that lie in the row itself; None when the row belongs to another territory."""
        values: Row = {}
        for column in file.columns:
            if not column.field:
                continue
            value = getattr(row, column.field)
            if column.to_by and value is not None:
                party = self.parties.get(value)
                if party is None:
                    return None
                values[column.to_by], values[column.name] = party
                continue
            if column.kind == "ref" and value is not None:
                value = self.refs[column.to].get(value)
                if value is None:
                    return None
            values[column.name] = tuple(value) if isinstance(value, list) else value
        return values


Reader = Callable[[Any], Row | None]
"""The columns of a row that lie elsewhere; None when the row belongs to another territory."""


def _persons(record: Record) -> Reader:
    consents = {
        consent.person_id: consent for consent in record.tx.exec(select(Consent).where(col(Consent.ended_at).is_(None)))
    }
    met: dict[int, list[str]] = defaultdict(list)
    for one in record.tx.exec(select(MetBefore).order_by(col(MetBefore.id))):
        if one.peer_helper_id in record.refs["peer_helpers"]:
            met[one.person_id].append(record.refs["peer_helpers"][one.peer_helper_id])
    cards = _cards(record)

    def read(person: Person) -> Row:
        consent = consents.get(person.id)
        return {
            "consent_status": consent.status if consent else None,
            "consent_scope": tuple(consent.scope) if consent else (),
            "consent_given_on": consent.given_on if consent else None,
            "consent_expires_on": consent.expires_on if consent else None,
            "consent_how": consent.how if consent else None,
            "met_before": tuple(met[person.id]),
            **cards(person.id),
        }

    return read


def _cards(record: Record) -> Callable[[int], Row]:
    cards = {card.party_id: card for card in record.tx.exec(select(ContactCard))}

    def read(party_id: int) -> Row:
        card = cards.get(party_id)
        opened = record.opened(party_id, card_place(party_id), card.card_sealed if card else None) or {}
        return {"phone": opened.get("phone"), "email": opened.get("email")}

    return read


def words_place(helper_id: int) -> str:
    """Where a helper's own words stand, for their seal."""
    return f"peer_helper.own_words_sealed:{helper_id}"


def title_place(goal_id: int) -> str:
    """Where a goal's title stands, for its seal."""
    return f"goal.title_sealed:{goal_id}"


def _peer_helpers(record: Record) -> Reader:
    cards = _cards(record)

    def read(helper: PeerHelper) -> Row:
        words = record.opened(helper.id, words_place(helper.id), helper.own_words_sealed)
        return {"own_words": words, **cards(helper.id)}

    return read


def _separations(record: Record) -> Reader:
    persons = record.refs["persons"]

    def read(row: Any) -> Row | None:
        if row.person_id not in persons or row.other_person_id not in persons:
            return None
        return separated(persons[row.person_id], persons[row.other_person_id])

    return read


def _conflicts(record: Record) -> Reader:
    def read(row: Any) -> Row | None:
        if row.person_id is not None:
            target = record.refs["persons"].get(row.person_id)
            return None if target is None else {"target_type": "person", "target_id": target}
        target = record.refs["neighbourhoods"].get(row.neighbourhood_id)
        return None if target is None else {"target_type": "neighbourhood", "target_id": target}

    return read


def _visits(record: Record) -> Reader:
    def read(visit: Any) -> Row:
        zone = record.cells.zone
        start, end = visit.starts_at.astimezone(zone), visit.ends_at.astimezone(zone)
        until = end.hour * 60 + end.minute
        return {
            "date": start.date(),
            "start": start.hour * 60 + start.minute,
            "end": until if end.date() == start.date() else 1440,
            "place": record.refs["places"].get(visit.place_id) if visit.place_kind == "place" else visit.place_kind,
            "peer_helper_id": record.refs["peer_helpers"].get(visit.peer_helper_id),
        }

    return read


def _goals(record: Record) -> Reader:
    people = {row.id: row.person_id for row in record.tx.exec(select(Situation))}

    def read(goal: Any) -> Row:
        return {"title": record.opened(people[goal.situation_id], title_place(goal.id), goal.title_sealed)}

    return read


def _meetings(record: Record) -> Reader:
    participants: dict[int, list[str]] = defaultdict(list)
    for one in record.tx.exec(select(MeetingParticipant).order_by(col(MeetingParticipant.id))):
        if one.party_id in record.parties:
            participants[one.meeting_id].append(":".join(record.parties[one.party_id]))

    def read(meeting: Any) -> Row:
        return {"participants": tuple(participants[meeting.id])}

    return read


def _interventions(record: Record) -> Reader:
    team: dict[int, list[str]] = defaultdict(list)
    for one in record.tx.exec(select(InterventionMember).order_by(col(InterventionMember.id))):
        if one.professional_id in record.refs["professionals"]:
            team[one.intervention_id].append(record.refs["professionals"][one.professional_id])

    def read(intervention: Any) -> Row:
        return {"team": tuple(team[intervention.id])}

    return read


def _housing_first(record: Record) -> Reader:
    days = {row.id: row.on for row in record.tx.exec(select(HousingFirstRound))}

    def read(candidate: Any) -> Row:
        return {"round_date": days[candidate.round_id]}

    return read


def _documents(record: Record) -> Reader:
    signed: dict[int, list[str]] = defaultdict(list)
    for one in record.tx.exec(select(Signature).order_by(col(Signature.id))):
        if one.organisation_id in record.refs["organisations"]:
            signed[one.document_id].append(f"{record.refs['organisations'][one.organisation_id]}:{one.signed_on}")

    def read(document: Any) -> Row:
        return {"signatures": tuple(signed[document.id])}

    return read


DOORS_IN: dict[str, Callable[[Record], Reader]] = {
    "documents": _documents,
    "peer_helpers": _peer_helpers,
    "persons": _persons,
    "separations": _separations,
    "conflicts": _conflicts,
    "visits": _visits,
    "goals": _goals,
    "meetings": _meetings,
    "support_interventions": _interventions,
    "housing_first_selection": _housing_first,
}


def open_record(tx: Session, seals: Seals, *, cells: Cells, territory: Territory | None) -> Record:
    """The record of a territory as it stands in this transaction."""
    return Record(tx, seals, territory, cells).load()
