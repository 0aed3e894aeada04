"""One small network for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.web.network import Network, served


@pytest.fixture
def network() -> Iterator[Network]:
    with served() as made:
        yield made
