"""The log cannot be changed without a trace."""

# ruff: noqa: S608  (column names of this file)

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service import audit, errors
from service.sealing import Seals
from service.site import Actor, Site
from service.tables.territory import Theme
from tests.service.record import builders

COLUMNS = "at, role, action, record_kind, record_id, request_id, result, chain"
ACTOR = Actor("coordinator", None)


def five_entries(site: Site) -> None:
    for number in range(5):
        with site.db.begin() as tx:
            audit.note(tx, site, ACTOR, "read", "person", f"id{number}")


def by_hand(site: Site, *statements: str) -> None:
    """As somebody with all rights on the database would do it."""
    with site.db.begin() as tx:
        connection = tx.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER audit_append_only_update"))
            connection.execute(text("DROP TRIGGER audit_append_only_delete"))
        for statement in statements:
            connection.execute(text(statement))


def verified(site: Site, kept: audit.Head | None = None) -> str | None:
    with site.db() as tx:
        return audit.verify(tx, site.seals, kept)


def head(site: Site) -> audit.Head:
    with site.db() as tx:
        return audit.head(tx)


def test_an_honest_log_is_whole(site: Site):
    assert verified(site) is None
    five_entries(site)
    early = head(site)
    five_entries(site)

    assert verified(site, early) is None
    assert verified(site, head(site)) is None
    assert head(site).count == 10


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE audit_entry SET record_id = 'other' WHERE id = 3"],
        ["UPDATE audit_entry SET role = 'steering' WHERE id = 5"],
        ["DELETE FROM audit_entry WHERE id = 3"],
        ["DELETE FROM audit_entry WHERE id = 1"],
        [
            f"INSERT INTO audit_entry (id, {COLUMNS}) SELECT 9, {COLUMNS} FROM audit_entry WHERE id = 2",
        ],
        ["UPDATE audit_entry SET id = 9 WHERE id = 2"],
        [
            "UPDATE audit_entry SET id = 99 WHERE id = 2",
            "UPDATE audit_entry SET id = 2 WHERE id = 3",
            "UPDATE audit_entry SET id = 3 WHERE id = 99",
        ],
    ],
    ids=["edit", "edit the last", "delete", "delete the first", "insert", "move to the end", "reorder"],
)
def test_every_hand_on_the_log_is_seen(site: Site, statements: list[str]):
    five_entries(site)

    by_hand(site, *statements)

    assert verified(site) is not None


def test_a_tail_that_was_cut_off_is_seen_by_the_kept_head(site: Site):
    five_entries(site)
    kept = head(site)

    by_hand(site, "DELETE FROM audit_entry WHERE id > 3")

    assert verified(site) is None
    assert verified(site, kept) == "2 entries are missing at the end"


def test_a_tail_that_was_written_anew_is_seen_by_the_kept_head(site: Site):
    five_entries(site)
    kept = head(site)
    by_hand(site, "DELETE FROM audit_entry WHERE id > 3")
    five_entries(site)

    assert verified(site) is None
    assert verified(site, kept) is not None


def test_the_log_outlives_a_new_master_key_as_long_as_the_old_one_is_at_hand(site: Site):
    five_entries(site)
    renewed = Seals(b"n" * 16 + bytes(range(16)), earlier=(site.seals.master,))

    with site.db() as tx:
        assert audit.verify(tx, renewed) is None
        assert audit.verify(tx, Seals(renewed.master)) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET result = 'refused'",
        "DELETE FROM audit_entry",
        f"INSERT OR REPLACE INTO audit_entry (id, {COLUMNS}) SELECT id - 1, {COLUMNS} FROM audit_entry WHERE id = 3",
    ],
)
def test_the_database_refuses_to_change_the_log(sqlite_site: Site, statement: str):
    five_entries(sqlite_site)

    with pytest.raises(errors.RuleBroken), sqlite_site.db.begin() as tx:
        tx.connection().execute(text(statement))
    assert verified(sqlite_site) is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET result = 'refused'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"],
)
def test_postgresql_refuses_to_change_the_log(postgresql_site: Site, statement: str):
    five_entries(postgresql_site)

    with pytest.raises((errors.RuleBroken, DBAPIError)), postgresql_site.db.begin() as tx:
        tx.connection().execute(text(statement))
    assert head(postgresql_site).count == 5


def test_an_entry_goes_with_a_change_that_fails(site: Site):
    with pytest.raises(ZeroDivisionError):
        note_and_fail(site)

    assert head(site).count == 0


def note_and_fail(site: Site) -> None:
    with site.db.begin() as tx:
        audit.note(tx, site, ACTOR, "change", "person", "id")
        raise ZeroDivisionError


def test_a_change_goes_with_an_entry_that_fails(site: Site):
    nobody = Actor("coordinator", None, account_id=4711)

    with pytest.raises(DBAPIError):
        change_and_note(site, nobody)
    with site.db() as tx:
        assert tx.get(Theme, 1) is None


def change_and_note(site: Site, actor: Actor) -> None:
    with site.db.begin() as tx:
        tx.add(Theme(ref="care", label_fr="Soins", label_nl="Zorg", label_de="Pflege", label_en="Care"))
        audit.note(tx, site, actor, "create", "theme", "care")


def test_entries_hold_no_content(site: Site):
    builders.a_pairing(site, pseudonym="CANARI-7Q")
    five_entries(site)

    with site.db() as tx:
        rows = tx.connection().execute(text("SELECT * FROM audit_entry")).all()
    assert "CANARI-7Q" not in repr(rows)
