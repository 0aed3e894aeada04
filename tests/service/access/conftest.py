"""One real installation for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sites
from tests.service.access.builders import BASE, House
from tests.service.web.network import make_site


@pytest.fixture
def busy_house(tmp_path: Path) -> Iterator[House]:
    """One on a file, for many who come at once: in memory, readers hold back writers."""
    house = House(make_site(demo=False, base_url=BASE, database_url=f"sqlite:///{tmp_path}/lefil.db"))
    yield house
    house.site.db.close()


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    sites.give_back(house.site.db)
