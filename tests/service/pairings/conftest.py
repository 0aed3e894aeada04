from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.database import Database
from tests import sites
from tests.service.pairings.builders import Network, load


def _loaded(schema: Database, name: str) -> Iterator[Database]:
    with sites.copied(schema) as db:
        load(sites.a_site(db), name)
        yield db


@pytest.fixture(scope="session")
def seraing_in_memory(schema_in_memory: Database) -> Iterator[Database]:
    yield from _loaded(schema_in_memory, "seraing")


@pytest.fixture(scope="session")
def locmine_in_memory(schema_in_memory: Database) -> Iterator[Database]:
    yield from _loaded(schema_in_memory, "locmine")


@pytest.fixture
def seraing(seraing_in_memory: Database) -> Iterator[Network]:
    """Seraing as it is shipped, on the demo's first morning."""
    with sites.copied(seraing_in_memory) as db:
        yield Network(sites.a_site(db))


@pytest.fixture
def locmine(locmine_in_memory: Database) -> Iterator[Network]:
    with sites.copied(locmine_in_memory) as db:
        yield Network(sites.a_site(db))
