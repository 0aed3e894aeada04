"""Migrations: forward on both engines, all or nothing, and nothing starts on a database that is not ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect, text
from sqlmodel import SQLModel

from service import errors, migrations
from service.database import Database, upgrade, verify
from service.site import Site
from service.tables import feed_marks, guards
from tests.service.record import builders


def test_the_migrations_give_exactly_the_tables(empty_db: Database):
    upgrade(empty_db)

    verify(empty_db)
    with empty_db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": migrations.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_upgrading_again_changes_nothing(empty_db: Database):
    upgrade(empty_db)
    upgrade(empty_db)

    verify(empty_db)


@pytest.mark.parametrize("moment", ["CREATE TABLE visit", "CREATE TRIGGER", "INSERT INTO schema_version"])
def test_a_migration_that_fails_in_the_middle_leaves_the_database_as_before(empty_db: Database, moment: str):
    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.strip().startswith(moment):
            raise OSError("no space left on device")

    event.listen(empty_db.engine, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="no space"):
        upgrade(empty_db)
    event.remove(empty_db.engine, "before_cursor_execute", fail)

    assert inspect(empty_db.engine).get_table_names() == []
    upgrade(empty_db)
    verify(empty_db)


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of the service with one more revision, which makes a table of rows that others refer to anew."""
    copy = tmp_path / "migrations"
    shutil.copytree(migrations.HERE, copy)
    (copy / "versions" / "9999_next.py").write_text(NEXT_REVISION.format(before=migrations.known()[0]))
    monkeypatch.setattr(migrations, "HERE", copy)


NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None

def upgrade():
    with op.batch_alter_table("visit", recreate="auto") as batch:
        batch.add_column(sa.Column("next", sa.String(), nullable=True))
        batch.alter_column("kind", existing_type=sa.String(), type_=sa.String(40))
    op.execute("UPDATE visit SET next = kind")
"""


def test_a_filled_database_moves_on_with_all_its_rows_and_guards(site: Site, request: pytest.FixtureRequest):
    tandem = builders.a_pairing(site)
    visit = tandem.planned_visit()
    request.getfixturevalue("next_version")
    with pytest.raises(errors.WrongDatabase, match="ancienne"):
        verify(site.db)

    upgrade(site.db)

    verify(site.db)
    with site.db() as tx:
        assert tx.connection().scalar(text("SELECT next FROM visit")) == visit.kind
        assert tx.connection().scalar(text("SELECT count(*) FROM booking")) == 2
    with pytest.raises(errors.DoubleBooking):
        tandem.planned_visit()


def test_a_database_of_a_newer_version_is_refused(site: Site):
    with site.db.begin() as tx:
        tx.connection().execute(text("UPDATE schema_version SET version_num = '9999'"))

    for use in (verify, upgrade):
        with pytest.raises(errors.WrongDatabase, match="plus récente"):
            use(site.db)


def test_a_database_of_something_else_is_refused_and_left_alone(empty_db: Database):
    with empty_db.begin() as tx:
        tx.connection().execute(text("CREATE TABLE customers (id integer)"))

    for use in (verify, upgrade):
        with pytest.raises(errors.WrongDatabase, match="autre chose"):
            use(empty_db)
    assert inspect(empty_db.engine).get_table_names() == ["customers"]


def test_an_empty_database_is_not_served(empty_db: Database):
    with pytest.raises(errors.WrongDatabase, match="vide"):
        verify(empty_db)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / "notes.db").write_text("These are notes, and no database at all. " * 40)

    with pytest.raises(errors.WrongDatabase, match="pas une base"):
        upgrade(Database(f"sqlite:///{tmp_path / 'notes.db'}"))


@pytest.mark.parametrize("guard", guards.GUARDS, ids=lambda guard: guard.name)
def test_without_one_guard_nothing_is_served(sqlite_site: Site, guard: guards.Guard):
    for name, _ in guards.triggers(guard, "sqlite"):
        with sqlite_site.db.begin() as tx:
            tx.connection().execute(text(f"DROP TRIGGER {name}"))

        with pytest.raises(errors.WrongDatabase, match="protections"):
            verify(sqlite_site.db)


@pytest.mark.parametrize("mark", feed_marks.MARKS, ids=lambda mark: mark.table)
def test_without_what_tells_calendars_of_a_change_nothing_is_served(sqlite_site: Site, mark: feed_marks.Mark):
    for name, _ in feed_marks.triggers(mark, "sqlite"):
        with sqlite_site.db.begin() as tx:
            tx.connection().execute(text(f"DROP TRIGGER {name}"))

        with pytest.raises(errors.WrongDatabase) as refused:
            verify(sqlite_site.db)
        assert name in str(refused.value.facts["names"])


def test_without_one_guard_nothing_is_served_on_postgresql(postgresql_site: Site):
    for lost in (
        "ALTER TABLE booking DROP CONSTRAINT double_booking",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only",
        "DROP TRIGGER consent_history ON consent",
        "DROP TRIGGER feed_mark_visit_update ON visit",
        "ALTER TABLE visit DROP CONSTRAINT ck_visit_times",
        "DROP INDEX uq_pairing_one_live",
    ):
        with postgresql_site.db.begin() as tx:
            tx.connection().execute(text(lost))

    with pytest.raises(errors.WrongDatabase) as refused:
        verify(postgresql_site.db)
    assert refused.value.facts["names"] == (
        "double_booking, consent_history, audit_append_only, feed_mark_visit_update, ck_visit_times, "
        "uq_pairing_one_live"
    )


def test_holidays_of_an_older_database_stay_and_their_rows_are_known_at_the_next_import(empty_db: Database):
    known = migrations.known()
    with empty_db.engine.begin() as connection:
        migrations.run(connection, known[known.index("0009") + 1])
        for statement in OLD_HOLIDAYS:
            connection.execute(text(statement))

    upgrade(empty_db)

    with empty_db.engine.connect() as connection:
        [row] = connection.execute(text("SELECT region, label, closed FROM public_holiday")).all()
        assert (row.region, row.label, bool(row.closed)) == ("", "Noël", True)
        assert connection.scalar(text("SELECT row_key FROM imported_value")) == "be|2026-12-25|"


A_TERRITORY = (
    "INSERT INTO territory (revision, id, public_id, ref, name, country, region, timezone, default_language, "
    "languages, lat, lon, school_calendar, max_travel_km, demo) VALUES (1, 1, 'a', 'BE-SER', 'Seraing', 'BE', '', "
    "'Europe/Brussels', 'fr', '[]', 50, 5, '', 8, false)"
)
AN_IMPORT = (
    "INSERT INTO imported_value (territory_id, file, row_key, values_hash) "
    "VALUES (1, 'public_holidays.csv', 'be|2026-12-25', '{}')"
)
A_HOLIDAY = "INSERT INTO public_holiday (country, day, label) VALUES ('BE', '2026-12-25', 'Noël')"
OLD_HOLIDAYS = (A_TERRITORY, A_HOLIDAY, AN_IMPORT)
