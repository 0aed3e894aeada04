"""
What a column constraint cannot hold: overlaps, history, consent behind a pairing (`security.md`, sections D and J).

Each guard is one condition under which a row is refused, said once and made into triggers on SQLite and PostgreSQL;
overlaps are exclusion constraints on PostgreSQL. The database names the guard in its error, `REFUSALS` answers.
"""

# ruff: noqa: S608  (every word comes from this file)
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from service import codes, errors


@dataclass(frozen=True)
class Guard:
    """
    Rows of `table` for which `refuse` is true are refused, at the named events.

    `exclude` says the same as an exclusion constraint, which PostgreSQL uses instead of a trigger.
    `lock` is what PostgreSQL locks before it looks, so that two transactions at once cannot pass each other.
    """

    name: str
    table: str
    refuse: str
    events: tuple[str, ...] = ("INSERT",)
    refuse_postgresql: str = ""
    exclude: str = ""
    lock: str = ""


CODE_LISTS: dict[tuple[str, str], Sequence[str]] = {
    ("person", "environment_flags"): codes.ENVIRONMENT_FLAGS,
    ("peer_helper", "cannot_visit"): codes.ENVIRONMENT_FLAGS,
    ("professional", "roles"): codes.PROFESSIONAL_ROLES,
    ("consent", "scope"): codes.CONSENT_SCOPES,
}
"""List columns that hold only codes of a closed list."""


def _code_list(table: str, column: str, allowed: Sequence[str]) -> Guard:
    listed = ", ".join(f"'{code}'" for code in allowed)
    return Guard(
        f"{table}_{column}_codes",
        table,
        f"EXISTS (SELECT 1 FROM json_each(NEW.{column}) WHERE value NOT IN ({listed}))",
        ("INSERT", f"UPDATE OF {column}"),
        refuse_postgresql=f"NOT (CAST(NEW.{column} AS jsonb) <@ CAST('{json.dumps(list(allowed))}' AS jsonb))",
    )


def _party_kind(kind: str) -> Guard:
    held = f"(SELECT kind FROM party WHERE id = NEW.id) != '{kind}'"
    return Guard(f"{kind}_is_its_party", kind, held, ("INSERT", "UPDATE OF id"))


def _never(name: str, table: str, *events: str) -> Guard:
    return Guard(name, table, "1 = 1", events)


_LIVE = "('proposed', 'accepted', 'trial', 'active', 'paused')"
_SAME_WEEKS = "(o.recurrence = 'weekly' OR NEW.recurrence = 'weekly' OR o.recurrence = NEW.recurrence)"
_LOCK_PERSON = "PERFORM 1 FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;"
_CONSENT_CHANGED = " OR ".join(
    f"CAST(OLD.{column} AS TEXT) IS DISTINCT FROM CAST(NEW.{column} AS TEXT)"
    for column in (
        "person_id",
        "status",
        "scope",
        "given_on",
        "expires_on",
        "how",
        "told_how",
        "witness_id",
        "text_version",
        "recorded_at",
        "recorded_by",
    )
)

GUARDS: tuple[Guard, ...] = (
    Guard(
        "double_booking",
        "booking",
        "NEW.live AND EXISTS (SELECT 1 FROM booking o WHERE o.party_id = NEW.party_id AND o.live "
        "AND o.id IS NOT NEW.id AND o.starts_at < NEW.ends_at AND o.ends_at > NEW.starts_at)",
        ("INSERT", "UPDATE OF party_id, starts_at, ends_at, live"),
        exclude="int8range(party_id, party_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) WHERE (live",
    ),
    Guard(
        "room_booking",
        "booking",
        "EXISTS (SELECT 1 FROM place WHERE id = NEW.party_id AND kind NOT IN "
        f"({', '.join(repr(kind) for kind in codes.SINGLE_BOOKING_PLACES)}))",
        ("INSERT", "UPDATE OF party_id"),
    ),
    Guard(
        "availability_overlap",
        "availability",
        "EXISTS (SELECT 1 FROM availability o WHERE o.owner_id = NEW.owner_id AND o.id IS NOT NEW.id "
        "AND o.weekday = NEW.weekday AND o.start_minute < NEW.end_minute AND o.end_minute > NEW.start_minute "
        f"AND {_SAME_WEEKS} AND (o.valid_until IS NULL OR o.valid_until >= NEW.valid_from) "
        "AND (NEW.valid_until IS NULL OR NEW.valid_until >= o.valid_from))",
        ("INSERT", "UPDATE OF owner_id, weekday, start_minute, end_minute, recurrence, valid_from, valid_until"),
        exclude="int8range(owner_id, owner_id, '[]') WITH &&, int4range(weekday, weekday, '[]') WITH &&, "
        "int4range(start_minute, end_minute) WITH &&, "
        "int4range(CASE recurrence WHEN 'odd_weeks' THEN 1 ELSE 0 END, "
        "CASE recurrence WHEN 'even_weeks' THEN 0 ELSE 1 END, '[]') WITH &&, "
        "daterange(valid_from, valid_until, '[]') WITH &&",
    ),
    Guard(
        "tenancy_overlap",
        "tenancy",
        "EXISTS (SELECT 1 FROM tenancy o WHERE o.unit_id = NEW.unit_id AND o.id IS NOT NEW.id "
        "AND (o.until IS NULL OR o.until >= NEW.since) AND (NEW.until IS NULL OR NEW.until >= o.since))",
        ("INSERT", "UPDATE OF unit_id, since, until"),
        exclude="int8range(unit_id, unit_id, '[]') WITH &&, daterange(since, until, '[]') WITH &&",
    ),
    Guard(
        "pairing_consent",
        "pairing",
        f"NEW.status IN {_LIVE} AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.person_id = NEW.person_id "
        "AND c.ended_at IS NULL AND c.status = 'given' AND CAST(c.scope AS TEXT) LIKE '%\"pairing\"%' "
        "AND c.expires_on >= NEW.proposed_on)",
        ("INSERT", "UPDATE OF status, person_id"),
        lock=_LOCK_PERSON,
    ),
    Guard(
        "consent_of_live_pairing",
        "consent",
        "NEW.ended_at IS NULL AND (NEW.status != 'given' OR CAST(NEW.scope AS TEXT) NOT LIKE '%\"pairing\"%') "
        f"AND EXISTS (SELECT 1 FROM pairing p WHERE p.person_id = NEW.person_id AND p.status IN {_LIVE})",
        ("INSERT",),
        lock=_LOCK_PERSON,
    ),
    Guard(
        "closed_person",
        "person",
        "NEW.status = 'closed' AND EXISTS (SELECT 1 FROM visit v WHERE v.person_id = NEW.id "
        "AND v.status IN ('planned', 'confirmed') AND (NEW.closed_on IS NULL OR v.starts_at >= NEW.closed_on))",
        ("UPDATE OF status, closed_on",),
    ),
    Guard(
        "visit_of_closed_person",
        "visit",
        "NEW.status IN ('planned', 'confirmed') AND EXISTS (SELECT 1 FROM person p WHERE p.id = NEW.person_id "
        "AND p.status = 'closed' AND (p.closed_on IS NULL OR NEW.starts_at >= p.closed_on))",
        ("INSERT", "UPDATE OF status, person_id, starts_at"),
        lock="PERFORM 1 FROM person WHERE id = NEW.person_id FOR SHARE;",
    ),
    Guard(
        "concertation_member",
        "meeting_participant",
        "EXISTS (SELECT 1 FROM meeting m JOIN situation s ON s.id = m.situation_id WHERE m.id = NEW.meeting_id "
        "AND m.kind = 'concertation' AND s.coordinator_id != NEW.party_id AND NOT EXISTS (SELECT 1 "
        "FROM network_member n WHERE n.situation_id = s.id AND n.member_id = NEW.party_id AND n.person_agreed))",
        ("INSERT", "UPDATE OF meeting_id, party_id"),
    ),
    Guard(
        "concertation_consent",
        "meeting",
        "NEW.kind = 'concertation' AND NEW.status IN ('planned', 'invited') AND NOT EXISTS (SELECT 1 FROM consent c "
        "JOIN situation s ON s.person_id = c.person_id WHERE s.id = NEW.situation_id AND c.ended_at IS NULL "
        "AND c.status = 'given' AND CAST(c.scope AS TEXT) LIKE '%\"network\"%')",
        ("INSERT", "UPDATE OF kind, status, situation_id"),
    ),
    Guard(
        "outcome_consent",
        "outcome",
        "NOT EXISTS (SELECT 1 FROM consent c WHERE c.person_id = NEW.person_id AND c.status = 'given' "
        "AND CAST(c.scope AS TEXT) LIKE '%\"outcomes\"%')",
        ("INSERT", "UPDATE OF person_id"),
    ),
    Guard(
        "consent_history",
        "consent",
        f"OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR {_CONSENT_CHANGED}",
        ("UPDATE",),
    ),
    _never("consent_kept", "consent", "DELETE"),
    _never("audit_append_only", "audit_entry", "UPDATE", "DELETE"),
    *(_party_kind(kind) for kind in codes.OWNER_KINDS),
    *(_code_list(table, column, allowed) for (table, column), allowed in CODE_LISTS.items()),
)

KEPT_WHOLE = ("audit_entry", "consent")
"""Tables that PostgreSQL may not truncate."""

REFUSALS: dict[str, type[errors.Refused]] = {
    "double_booking": errors.DoubleBooking,
    "tenancy_overlap": errors.DoubleBooking,
    "pairing_consent": errors.ConsentMissing,
    "concertation_consent": errors.ConsentMissing,
    "concertation_member": errors.ConsentMissing,
    "outcome_consent": errors.ConsentMissing,
}
"""The refusal that stands for a guard; `RuleBroken` for every other."""


def triggers(guard: Guard, dialect: str) -> Iterator[tuple[str, str]]:
    """Name and statement of each trigger of a guard."""
    if dialect == "sqlite":
        for event in guard.events:
            name = f"{guard.name}_{event.split()[0].lower()}"
            yield (
                name,
                (
                    f"CREATE TRIGGER {name} BEFORE {event} ON {guard.table} WHEN {_sqlite(guard.refuse)} "
                    f"BEGIN SELECT RAISE(ABORT, '{guard.name}'); END"
                ),
            )
    elif not guard.exclude:
        yield (
            guard.name,
            (
                f"CREATE TRIGGER {guard.name} BEFORE {' OR '.join(guard.events)} ON {guard.table} "
                f"FOR EACH ROW EXECUTE FUNCTION lefil_{guard.name}()"
            ),
        )


def _sqlite(condition: str) -> str:
    # SQLite's own word for it, understood by every version that runs triggers.
    return condition.replace("IS DISTINCT FROM", "IS NOT")


def _function(guard: Guard) -> str:
    return (
        f"CREATE FUNCTION lefil_{guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {guard.lock} "
        f"IF {guard.refuse_postgresql or guard.refuse} THEN "
        f"RAISE EXCEPTION '{guard.name}' USING ERRCODE = '23514', CONSTRAINT = '{guard.name}'; "
        "END IF; RETURN COALESCE(NEW, OLD); END $$"
    )


def install(connection: Connection) -> None:
    """Make every guard; the tables are there, the guards are not."""
    dialect = connection.dialect.name
    for guard in GUARDS:
        if dialect == "postgresql" and guard.exclude:
            connection.execute(
                text(f"ALTER TABLE {guard.table} ADD CONSTRAINT {guard.name} EXCLUDE USING gist ({guard.exclude})")
            )
        elif dialect == "postgresql":
            connection.execute(text(_function(guard)))
        for _, statement in triggers(guard, dialect):
            connection.execute(text(statement))
    if dialect == "postgresql":
        connection.execute(
            text(
                "CREATE FUNCTION lefil_kept_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE EXCEPTION 'kept_whole' USING ERRCODE = '23514', CONSTRAINT = 'kept_whole'; END $$"
            )
        )
        for table in KEPT_WHOLE:
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_kept_whole BEFORE TRUNCATE ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION lefil_kept_whole()"
                )
            )


def remove(connection: Connection) -> None:
    """Take every guard of ours away, also those of an older version: a migration works on bare tables."""
    if connection.dialect.name == "sqlite":
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        return
    for name in connection.scalars(
        text("SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname ~ '^lefil_'")
    ).all():
        connection.execute(text(f'DROP FUNCTION "{name}"() CASCADE'))
    for table, name in connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE contype = 'x' AND connamespace = current_schema()::regnamespace"
        )
    ).all():
        connection.execute(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'))


def missing(connection: Connection) -> list[str]:
    """The guards that are not there, or not as they should be."""
    if connection.dialect.name == "sqlite":
        found: dict[str, str] = dict(
            connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        )
        wanted = dict(pair for guard in GUARDS for pair in triggers(guard, "sqlite"))
        return [name for name, statement in wanted.items() if found.get(name) != statement]
    held = set(
        connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")).all()
    ) | set(connection.scalars(text("SELECT conname FROM pg_constraint WHERE contype = 'x'")).all())
    wanted_names = [guard.name for guard in GUARDS] + [f"{table}_kept_whole" for table in KEPT_WHOLE]
    return [name for name in wanted_names if name not in held]
