"""Seraing read in once, and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service import visits
from service.database import Database
from service.ids import SeededIds
from service.site import Site
from tests import sites
from tests.service.visits import seraing


@pytest.fixture(scope="session")
def read_in(schema_in_memory: Database) -> Iterator[Database]:
    with sites.copied(schema_in_memory) as db:
        seraing.load(sites.a_site(db))
        yield db


@pytest.fixture(scope="session")
def paired(read_in: Database) -> Iterator[Database]:
    with sites.copied(read_in) as db:
        seraing.accept_first(sites.a_site(db))
        yield db


@pytest.fixture
def site(read_in: Database) -> Iterator[Site]:
    """Seraing as its files say."""
    with sites.copied(read_in) as db:
        yield sites.a_site(db)


@pytest.fixture
def paired_site(paired: Database) -> Iterator[Site]:
    """Seraing when everybody who waits has said yes, and the helper too."""
    with sites.copied(paired) as db:
        yield sites.a_site(db)


@pytest.fixture(scope="session")
def with_plan(read_in: Database) -> Iterator[Database]:
    with sites.copied(read_in) as db:
        site = sites.a_site(db)
        run = visits.ask_for_plan(site, seraing.coordinator(site), seraing.START, 4)
        seraing.carry_out(site, run)
        visits.apply_draft(site, seraing.coordinator(site), run)
        yield db


@pytest.fixture
def live(with_plan: Database) -> Iterator[Site]:
    """Seraing with a plan of four weeks, nothing published."""
    with sites.copied(with_plan) as db:
        yield replace(sites.a_site(db), ids=SeededIds(2))  # others than those of the plan
