"""What is held about a person, whole by the data map (`security.md` G4), and who looked at it (D3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select as rows_of
from sqlmodel import Session, SQLModel, col, select

from service import audit, contact_cards, network_themes
from service.data_map import DATA_MAP, class_of, fate_of
from service.errors import NotAllowed
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.people import DataKey, Person, Professional
from service.tables.territory import Neighbourhood
from service.tables.work import AuditEntry

KINDS: dict[str, tuple[str, ...]] = {
    "you": ("person", "contact_card"),
    "consent": ("consent", "right_request", "emergency_opening"),
    "requests": ("request", "need", "request_step", "request_question"),
    "pairings": ("pairing", "visit", "met_before"),
    "network": ("situation", "goal", "outcome", "support_intervention", "housing_first_candidate", "tenancy"),
    "hours": ("availability", "absence"),
    "messages": ("message_preference", "message_told", "mail_preference", "notice", "invitation"),
    "doors": ("account", "own_key", "web_session", "subscription"),
}
"""The tables that a person is handed, by kind, in reading order."""
THROUGH: dict[str, tuple[str, str]] = {
    "need": ("request_id", "request"),
    "request_step": ("request_id", "request"),
    "request_question": ("request_id", "request"),
    "goal": ("situation_id", "situation"),
    "own_key": ("account_id", "account"),
    "web_session": ("account_id", "account"),
}
OWNED_BY = ("person_id", "party_id", "owner_id")
NOT_SHOWN: dict[str, str] = {
    "helper_answer": "of_another",
    "helper_answer_on": "of_another",
    "helper_answer_how": "of_another",
    "score": "of_another",
    "score_by_criterion": "of_another",
}
"""Columns of these tables that tell of somebody else: the helper's answer, and how they compare with others."""
WITHOUT_REASON = ("pairing", "visit")
"""Their `reason` may be the helper's: who stopped or called off is told to nobody."""
OTHER_TABLES: dict[str, str] = {
    name: why
    for why, names in {
        "of_another": (
            "peer_helper professional certificate conflict refusal separation set_aside override trial_review "
            "request_draft network_member intervention_member open_session_host meeting_participant alert run "
            "organisation import_report passkey provider_link imported_value network_setting support_intervention "
            "meeting coordinator_duty distinct_pair message_mark partner_link partner_request request_message "
            "request_withdrawal slot_wish term visit_report"
        ),
        "copy": (
            "booking feed_body feed_change busy_interval other_calendar outbox_message mail_reply letter "
            "availability_before travel_matrix party"
        ),
        "protection": (
            "attempt audit_entry authenticator data_key half_sign_in passkey_challenge provider_trip recovery_code "
            "sign_in_link "
        ),
    }.items()
    for name in names.split()
    if name not in {table for tables in KINDS.values() for table in tables}
}
"""Tables with personal columns that are not handed out: of somebody else, a copy of what is shown, or a lock."""


@dataclass(frozen=True)
class Look:
    """Somebody looked: their name where they coordinate or work, their role, when, at what, and if in an emergency."""

    name: str
    role: str
    at: dt.datetime
    what: str
    in_emergency: bool


@dataclass(frozen=True)
class Held:
    """
    What is held: rows by kind and table, values as they are written; the card opened; who looked, latest first.

    `neighbourhood` is the name of what the record points to, empty when there is none.
    """

    kinds: dict[str, dict[str, list[dict[str, Any]]]]
    card: dict[str, str]
    looks: tuple[Look, ...]
    neighbourhood: str


def shown_columns(table: str) -> list[str]:
    """The columns of a table that its person is handed."""
    columns = SQLModel.metadata.tables[table].columns.keys()
    return [
        one
        for one in columns
        if fate_of(table, one).export == "own only"
        and one not in NOT_SHOWN
        and not _is_tie(table, one)
        and not (one == "reason" and table in WITHOUT_REASON)
    ]


def _is_tie(table: str, column: str) -> bool:
    """References between records say nothing in words; what they lead to is shown at its own place."""
    return class_of(table, column) == "pseudonym" and (
        column == "id" or SQLModel.metadata.tables[table].c[column].type.python_type is int
    )


def held(site: Site, actor: Actor, *, handed_out: bool = False) -> Held:
    """The actor's own record; being handed a copy is written in the log."""
    if actor.role != "person" or actor.party_id is None:
        raise NotAllowed
    with site.db.begin() if handed_out else site.db() as tx:
        person = tx.get_one(Person, actor.party_id)
        keep = tx.get(DataKey, person.id)
        ids: dict[str, list[int]] = {}
        kinds = {
            kind: {table: _rows(tx, site, person.id, table, ids) for table in tables} for kind, tables in KINDS.items()
        }
        card = contact_cards.of(tx, site, [person.id]).get(person.id, {})
        del keep
        if handed_out:
            audit.note(tx, site, actor, "record.handed_out", "person", person.public_id)
        area = tx.get(Neighbourhood, person.neighbourhood_id) if person.neighbourhood_id is not None else None
        return Held(kinds, card, tuple(_looks(tx, person)), area.name if area is not None else "")


def theme_names(site: Site, language: str) -> dict[str, str]:
    """What the themes are called, by code."""
    with site.db() as tx:
        return network_themes.every_name(tx, language)


def _rows(tx: Session, site: Site, person: int, name: str, ids: dict[str, list[int]]) -> list[dict[str, Any]]:
    table = SQLModel.metadata.tables[name]
    if name in THROUGH:
        column, parent = THROUGH[name]
        where = table.c[column].in_(ids[parent])
        if name == "need":
            # Of a request, or of the situation, which is read later.
            situations = SQLModel.metadata.tables["situation"]
            where |= table.c.situation_id.in_(rows_of(situations.c.id).where(situations.c.person_id == person))
    elif name == "person":
        where = table.c.id == person
    else:
        where = table.c[next(one for one in OWNED_BY if one in table.c)] == person
    if name == "visit":
        # A plan that was not published is nobody's business but the coordination's.
        where &= table.c.published_at.is_not(None) | (table.c.status != "planned")
    found = tx.connection().execute(rows_of(table).where(where)).mappings().all()
    ids[name] = [row["id"] for row in found if "id" in row]
    return [
        {one: _plain(tx, site, person, name, row, one) for one in shown_columns(name) if name != "contact_card"}
        for row in found
    ]


def _plain(tx: Session, site: Site, person: int, table: str, row: Any, column: str) -> Any:
    value = row[column]
    if isinstance(value, bytes):
        for place in (row.get("id"), row.get("public_id")):
            try:
                return site.seals.open(tx, person, f"{table}.{column}:{place}", value)
            except ValueError:
                continue
        return None
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


def _looks(tx: Session, person: Person) -> list[Look]:
    entries = tx.exec(
        select(AuditEntry, Professional)
        .join(Account, col(Account.id) == AuditEntry.account_id, isouter=True)
        .join(Professional, col(Professional.id) == Account.party_id, isouter=True)
        .where(
            AuditEntry.record_id == person.public_id,
            col(AuditEntry.record_kind).in_(("person", "contact_card")),
            col(AuditEntry.action).in_(audit.LOOKS),
            AuditEntry.role != "person",
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(100)
    ).all()
    return [
        Look(who.display_name if who else "", one.role, one.at, one.record_kind, one.action == audit.READ_IN_EMERGENCY)
        for one, who in entries
    ]


def tables_with_people() -> set[str]:
    """Tables of which some column is of somebody."""
    return {name for name, classes in DATA_MAP.items() if {"pseudonym", "personal", "special"} & classes.keys()}
