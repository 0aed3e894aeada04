"""The files that `lefil demo` leaves: equal to the byte for equal input."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from matching.pairing.answer import Answer as PairingAnswer
from matching.pairing.instance import DEFAULT_WEIGHTS
from service.imports.values import neutralised
from service.pairing_why_words import change_sentences
from service.pairing_words import Speaker
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import Territory
from service.visit_plan import ToPlace

PROPOSALS = ("person_id", "rank", "peer_helper_id", "score", "when_free", *DEFAULT_WEIGHTS)
UNMATCHED = ("person_id", "rules", "smallest_change")
VISITS = (
    "visit_id",
    "pairing_id",
    "person_id",
    "peer_helper_id",
    "second_helper_id",
    "professional_id",
    "kind",
    "start",
    "end",
    "place",
)
UNPLANNED = ("person_id", "kind", "due_from", "due_to", "rules")
Files = dict[str, bytes]
Row = Sequence[object]


def table(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """CSV in the partners' format, without a cell that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[neutralised(_cell(value)) for value in row] for row in rows])
    return out.getvalue().encode()


def document(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def proposals(answer: PairingAnswer) -> bytes:
    """Everybody's shortlist, rank 1 first, with the raw points of each criterion."""
    return table(
        PROPOSALS,
        (
            [
                shortlist.person,
                rank,
                offer.helper,
                offer.score,
                offer.when_free,
                *(offer.criteria[name] for name in DEFAULT_WEIGHTS),
            ]
            for shortlist in sorted(answer.shortlists, key=lambda one: one.person)
            for rank, offer in enumerate(shortlist.offers, 1)
        ),
    )


def unmatched(answer: PairingAnswer, speaker: Speaker) -> bytes:
    """Whom nobody suits: what stands in the way, and the smallest change."""
    return table(
        UNMATCHED,
        (
            [one.person, "|".join(one.rules), change_sentences(speaker, one.changes)[0]]
            for one in sorted(answer.unmatched, key=lambda one: one.person)
        ),
    )


def visits(tx: Session, territory: Territory, before: Collection[int | None]) -> bytes:
    """The visits that were not there before, in order of time."""
    zone = ZoneInfo(territory.timezone)
    helpers = {row.id: row.ref for row in tx.exec(select(PeerHelper))}
    professionals = {row.id: row.ref for row in tx.exec(select(Professional))}
    places = {row.id: row.ref for row in tx.exec(select(Place))}
    found = tx.exec(
        select(Visit, Pairing.ref, Person.ref)
        .join(Pairing, col(Pairing.id) == Visit.pairing_id)
        .join(Person, col(Person.id) == Visit.person_id)
        .where(Visit.territory_id == territory.id)
        .order_by(col(Visit.starts_at), col(Visit.ref))
    ).all()
    rows = [
        [
            visit.ref,
            pairing,
            person,
            helpers[visit.peer_helper_id],
            helpers.get(visit.second_helper_id or 0),
            professionals.get(visit.professional_id or 0),
            visit.kind,
            visit.starts_at.astimezone(zone).isoformat(),
            visit.ends_at.astimezone(zone).isoformat(),
            places[visit.place_id] if visit.place_id is not None else visit.place_kind,
        ]
        for visit, pairing, person in found
        if visit.id not in before
    ]
    return table(VISITS, rows)


def unplanned(rows: Iterable[ToPlace]) -> bytes:
    """Due visits without a place, and the rules against each."""
    return table(
        UNPLANNED,
        (
            [one.person, one.visit_kind, one.due_from, one.due_to, "|".join(one.rules)]
            for one in sorted(rows, key=lambda one: (one.person, one.due_from, one.due_to, one.visit_kind, one.id))
        ),
    )


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{round(value, 2):g}"
    return "" if value is None else str(value)
