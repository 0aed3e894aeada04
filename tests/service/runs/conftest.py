from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import service.tables  # noqa: F401  (registers the tables)
from service.database import Database
from service.site import Actor, Site
from tests.service.runs.builders import a_coordinator, a_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    db = Database(f"sqlite:///{tmp_path}/lefil.db")
    SQLModel.metadata.create_all(db.engine)
    yield a_site(db)
    db.close()


@pytest.fixture
def hélène(site: Site) -> Actor:
    return a_coordinator(site, "SER")
