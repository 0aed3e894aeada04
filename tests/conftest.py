"""What every test shares: examples that are the same in each run, and databases with the whole schema."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from service.database import Database
from service.site import Site
from tests import postgres, sites

settings.register_profile(
    "same_every_time",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same_every_time")

BOTH_ENGINES = ("sqlite", "postgresql")


def pytest_collection_finish() -> None:
    """Nothing that is there before the first test is garbage, and looking through all the rest again takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 10)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all workers of this run see."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if hasattr(request.config, "workerinput") else base) / "shared"


@pytest.fixture(scope="session")
def postgresql(shared_folder: Path) -> Iterator[postgres.Server]:
    """The server of this run."""
    with postgres.running(shared_folder) as server:
        yield server


@pytest.fixture(scope="session")
def schema_in_memory() -> Iterator[Database]:
    """The whole schema on SQLite, to be copied."""
    yield sites.schema()
    sites.schema().close()


@pytest.fixture
def sqlite_site(schema_in_memory: Database) -> Iterator[Site]:
    """A site on SQLite in memory, empty."""
    with sites.copied(schema_in_memory) as db:
        yield sites.a_site(db)


@pytest.fixture
def sqlite_file_site(schema_in_memory: Database, tmp_path: Path) -> Iterator[Site]:
    """A site on a SQLite file, empty: for several processes at once."""
    url = f"sqlite:///{tmp_path / 'lefil.db'}"
    with sites.copied(schema_in_memory, url) as db:
        yield sites.a_site(db, database_url=url)


@pytest.fixture
def postgresql_site(postgresql: postgres.Server, shared_folder: Path) -> Iterator[Site]:
    """A site on PostgreSQL, empty."""
    with postgresql.emptied(sites.schema_template(postgresql, shared_folder)) as url:
        db = sites.again(url)
        yield sites.a_site(db, database_url=url)
        db.close()


@pytest.fixture(params=BOTH_ENGINES)
def site(request: pytest.FixtureRequest) -> Site:
    """An empty site, once on each engine."""
    return request.getfixturevalue("sqlite_site" if request.param == "sqlite" else "postgresql_site")


@pytest.fixture(params=BOTH_ENGINES)
def empty_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any schema, once on each engine."""
    if request.param == "sqlite":
        db = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield db
        db.close()
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    with server.fresh() as url:
        db = Database(url)
        yield db
        db.close()
