"""
Which calendars a changed row concerns, said once and made into triggers on SQLite and PostgreSQL.

Triggers and not the use cases: an import, a migration and a statement for many rows all count, and nobody who adds a
use case can forget. They write into `feed_change` only, one row for each who is concerned and never over an older row,
so that no two transactions ever wait for each other here.
"""

# ruff: noqa: S608  (every word comes from this file)
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

PEOPLE_OF_A_VISIT = ("person_id", "peer_helper_id", "second_helper_id", "professional_id")


@dataclass(frozen=True)
class Mark:
    """
    A change of `table` concerns what `who` selects: `territory_id, party_id` of the row called `{row}`.

    `party_id` NULL = every calendar of the territory. Of an UPDATE both the old and the new row count; with `columns`
    it counts only when one of them is set.
    """

    table: str
    who: str
    columns: tuple[str, ...] = ()
    events: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")


_ALL = "CAST(NULL AS INTEGER)"
_SESSION = "FROM open_session s WHERE s.id = {row}.open_session_id"


def _everybody(table: str, *columns: str) -> Mark:
    """Rare rows, which any calendar of the territory may show."""
    return Mark(table, f"SELECT {{row}}.territory_id, {_ALL}", columns, ("UPDATE",) if columns else Mark.events)


MARKS: tuple[Mark, ...] = (
    Mark(
        "visit",
        "SELECT {row}.territory_id, p.id FROM party p WHERE p.id IN ("
        + ", ".join(f"{{row}}.{column}" for column in PEOPLE_OF_A_VISIT)
        + ")",
        (
            *PEOPLE_OF_A_VISIT,
            *("pairing_id", "kind", "starts_at", "ends_at", "place_kind", "place_id", "status", "published_at"),
            *("uid", "sequence", "changed_at"),
        ),
    ),
    _everybody("meeting"),
    Mark(
        "meeting_participant",
        "SELECT m.territory_id, {row}.party_id FROM meeting m WHERE m.id = {row}.meeting_id",
    ),
    _everybody("open_session"),
    Mark("open_session_day", f"SELECT s.territory_id, {_ALL} {_SESSION}"),
    Mark("open_session_host", f"SELECT s.territory_id, {{row}}.host_id {_SESSION}"),
    Mark("absence", f"SELECT p.territory_id, {_ALL} FROM place p WHERE p.id = {{row}}.owner_id"),
    Mark("public_holiday", f"SELECT t.id, {_ALL} FROM territory t WHERE t.country = {{row}}.country"),
    Mark("school_holiday", f"SELECT t.id, {_ALL} FROM territory t WHERE t.school_calendar = {{row}}.school_calendar"),
    _everybody("place", "name", "street", "kind"),
    _everybody("person", "pseudonym"),
    _everybody("peer_helper", "display_name"),
    _everybody("professional", "display_name"),
    _everybody("pairing", "ref"),
    _everybody("situation", "ref", "person_id"),
    _everybody("network_setting"),
    Mark(
        "territory",
        f"SELECT {{row}}.id, {_ALL}",
        ("ref", "name", "country", "region", "timezone", "school_calendar"),
        ("UPDATE",),
    ),
    # `last_read_on` is written each day and shown by no calendar.
    Mark(
        "subscription",
        "SELECT {row}.territory_id, {row}.owner_id",
        ("kind", "level", "language", "with_cancelled", "meeting_id"),
        ("UPDATE",),
    ),
)


def _statements(mark: Mark, event: str) -> Iterator[str]:
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[event]
    found = " UNION ".join(mark.who.format(row=row) for row in rows)
    yield f"INSERT INTO feed_change (territory_id, party_id) {found};"


def _name(mark: Mark, event: str) -> str:
    return f"feed_mark_{mark.table}_{event.lower()}"


def triggers(mark: Mark, dialect: str) -> Iterator[tuple[str, str]]:
    """Name and statement of each trigger of a mark."""
    for event in mark.events:
        name = _name(mark, event)
        when = f"UPDATE OF {', '.join(mark.columns)}" if event == "UPDATE" and mark.columns else event
        head = f"CREATE TRIGGER {name} AFTER {when} ON {mark.table}"
        if dialect == "sqlite":
            yield name, f"{head} BEGIN {' '.join(_statements(mark, event))} END"
        else:
            yield name, f"{head} FOR EACH ROW EXECUTE FUNCTION lefil_{name}()"


def install(connection: Connection) -> None:
    """Make every trigger; the tables are there, the triggers are not."""
    dialect = connection.dialect.name
    for mark in MARKS:
        if dialect == "postgresql":
            for event in mark.events:
                body = " ".join(_statements(mark, event))
                connection.execute(
                    text(
                        f"CREATE FUNCTION lefil_{_name(mark, event)}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                        f"BEGIN {body} RETURN NULL; END $$"
                    )
                )
        for _, statement in triggers(mark, dialect):
            connection.execute(text(statement))


def missing(connection: Connection) -> list[str]:
    """The triggers that are not there, or not as they should be."""
    wanted = dict(pair for mark in MARKS for pair in triggers(mark, connection.dialect.name))
    if connection.dialect.name == "sqlite":
        found: dict[str, str] = dict(
            connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        )
        return [name for name, statement in wanted.items() if found.get(name) != statement]
    held = set(
        connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")).all()
    )
    return [name for name in wanted if name not in held]
