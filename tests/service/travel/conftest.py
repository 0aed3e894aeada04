"""A small town, built once; Seraing, read in once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from service import street_child
from service.database import Database
from service.tables.territory import Territory
from tests import sites
from tests.service.cli.builders import Terminal
from tests.service.visits import seraing as demonstration
from tests.town import write_map


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of streets that is built from the town's map."""
    folder = tmp_path_factory.mktemp("town")
    street_child.build(write_map(folder / "town.osm.pbf"), folder / "streets")
    return folder / "streets"


@pytest.fixture(scope="session")
def filled(schema_in_memory: Database) -> Iterator[Database]:
    """The demonstration of Seraing, to be copied."""
    with sites.copied(schema_in_memory) as db:
        demonstration.load(sites.a_site(db))
        yield db


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def seraing(terminal: Terminal, filled: Database) -> Terminal:
    """A terminal whose database holds Seraing, as a territory of its own and not as the demonstration."""
    terminal.database.parent.mkdir()
    key = terminal.database.with_suffix(".key")
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    with sites.copied(filled, f"sqlite:///{terminal.database}") as db, db.begin() as tx:
        tx.exec(select(Territory)).one().demo = False
    return terminal
