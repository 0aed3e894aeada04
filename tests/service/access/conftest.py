"""One real installation for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import sites
from tests.service.access.builders import House


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    sites.give_back(house.site.db)
