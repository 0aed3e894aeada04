"""Transactions: nothing locked, nothing lost, nothing half-written, and points in time that keep their zone."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, StatementError
from sqlmodel import SQLModel, func, select

from service import errors
from service.database import Database, check_revision, upgrade, verify
from service.site import Site
from service.tables.base import Editable
from service.tables.pairings import Visit
from service.tables.people import ContactCard, Person
from service.tables.territory import Territory, Theme
from tests.service.record import builders

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture(params=["sqlite in memory", "sqlite", "postgresql"])
def any_site(request: pytest.FixtureRequest) -> Site:
    name = {"sqlite in memory": "sqlite_site", "sqlite": "sqlite_file_site", "postgresql": "postgresql_site"}
    return request.getfixturevalue(name[request.param])


def a_theme(ref: str) -> Theme:
    return Theme(ref=ref, label_fr=ref, label_nl=ref, label_de=ref, label_en=ref)


def at_once(*jobs: object) -> list[BaseException]:
    """All jobs in threads of their own, from one moment; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(jobs))

    def run(job: object) -> None:
        start.wait()
        try:
            job()  # type: ignore[operator]
        except (errors.Refused, OperationalError) as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_ten_writers_and_a_reader_are_never_locked_out(any_site: Site):
    def write(name: str) -> None:
        for number in range(20):
            with any_site.db.begin() as tx:
                # Read, then write: what a deferred transaction would break on.
                count = tx.exec(select(func.count()).select_from(Theme)).one()
                tx.add(a_theme(f"{name}-{number}-{count}"))

    def read() -> None:
        for _ in range(50):
            with any_site.db() as tx:
                tx.exec(select(func.count()).select_from(Theme)).one()

    raised = at_once(*(lambda name=f"w{n}": write(name) for n in range(10)), read)

    assert raised == []
    with any_site.db() as tx:
        assert tx.exec(select(func.count()).select_from(Theme)).one() == 200


def test_a_block_that_raises_leaves_nothing(any_site: Site):
    with pytest.raises(ZeroDivisionError):
        write_and_fail(any_site)

    with any_site.db() as tx:
        assert tx.exec(select(func.count()).select_from(Theme)).one() == 0


def write_and_fail(site: Site) -> None:
    with site.db.begin() as tx:
        tx.add(a_theme("care"))
        tx.flush()
        raise ZeroDivisionError


def test_what_was_read_is_not_written_by_a_read(any_site: Site):
    with any_site.db() as tx:
        tx.add(a_theme("care"))
        tx.flush()

    with any_site.db() as tx:
        assert tx.exec(select(func.count()).select_from(Theme)).one() == 0


def test_each_change_raises_the_revision(any_site: Site):
    territory = builders.a_territory(any_site)
    with any_site.db.begin() as tx:
        row = tx.get_one(Territory, territory)
        check_revision(row, 1)
        row.name = "Ougrée"

    with any_site.db() as tx:
        row = tx.get_one(Territory, territory)
        assert row.revision == 2
        with pytest.raises(errors.Outdated) as refused:
            check_revision(row, 1)
        assert refused.value.facts == {"seen": 1, "current": 2}


def save(site: Site, visit: Visit, kind: str) -> None:
    with site.db.begin() as tx:
        tx.add(visit)
        visit.kind = kind


def test_of_two_coordinators_the_second_is_told(any_site: Site):
    """Both read revision 1; the second to save finds 2, wherever the first slipped in."""
    visit = builders.a_pairing(any_site).planned_visit()
    with any_site.db() as tx:
        stale = tx.get_one(Visit, visit.id)
        tx.expunge(stale)
    with any_site.db.begin() as tx:
        tx.get_one(Visit, visit.id).pinned = True

    with pytest.raises(errors.Outdated):
        save(any_site, stale, "review")

    with any_site.db() as tx:
        row = tx.get_one(Visit, visit.id)
        assert (row.pinned, row.kind, row.revision) == (True, "regular", 2)


EDITABLE = sorted(
    (mapper.class_ for mapper in SQLModel._sa_registry.mappers if issubclass(mapper.class_, Editable)),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", EDITABLE)
def test_whatever_two_people_can_edit_has_a_revision_that_guards(kind: type[Editable]):
    assert kind.__mapper__.version_id_col is kind.__table__.c.revision  # type: ignore[attr-defined]


def test_no_edit_is_lost_when_eight_edit_at_once(any_site: Site):
    territory = builders.a_territory(any_site)
    saved: list[int] = []

    def edit() -> None:
        for _ in range(10):
            with any_site.db() as tx:
                seen = tx.get_one(Territory, territory)
            try:
                with any_site.db.begin() as tx:
                    row = tx.get_one(Territory, territory)
                    check_revision(row, seen.revision)
                    row.max_travel_km += 1
            except errors.Outdated:
                continue
            saved.append(1)

    assert at_once(*[edit] * 8) == []
    with any_site.db() as tx:
        row = tx.get_one(Territory, territory)
        assert (row.max_travel_km, row.revision) == (8 + len(saved), 1 + len(saved))


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (dt.datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS, fold=0), dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        (dt.datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS, fold=1), dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 28, 1, 59, tzinfo=BRUSSELS), dt.datetime(2027, 3, 28, 0, 59, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 28, 3, 0, tzinfo=BRUSSELS), dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC)),
    ],
)
def test_an_hour_keeps_its_zone_over_the_change_of_clocks(site: Site, local: dt.datetime, utc: dt.datetime):
    person = builders.a_person(site, builders.a_territory(site), changed_at=local)

    with site.db() as tx:
        read = tx.get_one(Person, person).changed_at
    assert read == utc
    assert read.utcoffset() == dt.timedelta(0)


def test_an_hour_without_zone_is_refused(site: Site):
    territory = builders.a_territory(site)

    with pytest.raises(StatementError, match="tzinfo is required"):
        builders.a_person(site, territory, changed_at=dt.datetime(2027, 1, 1))  # noqa: DTZ001


def test_sqlite_is_set_to_be_safe(sqlite_file_site: Site):
    wanted = {
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "busy_timeout": 5000,
        "synchronous": 2,
        "secure_delete": 1,
        "journal_mode": "wal",
    }

    with sqlite_file_site.db.engine.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
    assert found == wanted


def test_postgresql_waits_for_nobody_for_long(postgresql_site: Site):
    wanted = {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
        "timezone": "UTC",
    }

    with postgresql_site.db.engine.connect() as connection:
        found = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in wanted}
    assert found == wanted


def test_errors_of_the_database_hold_no_values(site: Site):
    territory = builders.a_territory(site)
    builders.a_person(site, territory, "CANARI-7Q")

    with pytest.raises(StatementError) as raised:
        builders.a_person(site, territory, "CANARI-7Q")
    told = "".join(traceback.format_exception(raised.value))
    assert "pseudonym" in told
    assert "CANARI-7Q" not in told.replace('"CANARI-7Q")', "")


WRITER = """
import sys
from service.database import Database
from service.tables.territory import Theme
db = Database(sys.argv[1])
for number in range(10_000):
    with db.begin() as tx:
        for half in "ab":
            tx.add(Theme(ref=f"{number}{half}", label_fr="", label_nl="", label_de="", label_en=""))
            tx.flush()
    print(number, flush=True)
"""


def test_writers_in_several_processes_wait_for_each_other(sqlite_file_site: Site):
    address = sqlite_file_site.settings.database_url
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        WRITER.replace("10_000", "25").replace("{number}", "{sys.argv[2]}-{number}"),
    ]
    writers = [subprocess.Popen([*command, address, name], stdout=subprocess.DEVNULL) for name in ("a", "b", "c")]

    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with sqlite_file_site.db() as tx:
        assert tx.exec(select(func.count()).select_from(Theme)).one() == 3 * 25 * 2


UPGRADER = """
import os, sys
from sqlalchemy import event
from service.database import Database, upgrade
db = Database(sys.argv[1])
@event.listens_for(db.engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    if statement.strip().startswith(sys.argv[2]):
        os.kill(os.getpid(), 9)
upgrade(db)
"""


@pytest.mark.parametrize("moment", ["CREATE TABLE visit", "CREATE TRIGGER audit"])
def test_a_migration_killed_in_the_middle_leaves_the_database_as_before(tmp_path: Path, moment: str):
    address = f"sqlite:///{tmp_path / 'lefil.db'}"
    killed = subprocess.run([sys.executable, "-W", "ignore", "-c", UPGRADER, address, moment], check=False)

    assert killed.returncode == -9
    db = Database(address)
    with pytest.raises(errors.WrongDatabase, match="vide"):
        verify(db)
    upgrade(db)
    verify(db)
    db.close()


def test_a_killed_writer_loses_nothing_that_it_acknowledged(sqlite_file_site: Site):
    address = sqlite_file_site.settings.database_url
    writer = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WRITER, address], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    for _ in range(20):
        writer.stdout.readline()
    writer.kill()
    acknowledged = 20 + len(writer.stdout.readlines())
    writer.wait()
    writer.stdout.close()

    db = Database(address)
    with db() as tx:
        rows = tx.exec(select(func.count()).select_from(Theme)).one()
        assert tx.connection().execute(text("PRAGMA integrity_check")).scalar() == "ok"
    db.close()
    assert rows % 2 == 0
    assert rows // 2 >= acknowledged >= 20


def test_a_sealed_card_has_a_revision_of_its_own(site: Site):
    territory = builders.a_territory(site)
    person = builders.a_person(site, territory)
    with site.db.begin() as tx:
        tx.add(ContactCard(party_id=person, card_sealed=b"1"))
    with site.db.begin() as tx:
        tx.get_one(ContactCard, person).card_sealed = b"2"

    with site.db() as tx:
        assert tx.get_one(ContactCard, person).revision == 2
