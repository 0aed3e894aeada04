from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.web import servers


@pytest.fixture(autouse=True)
def lent_servers() -> Iterator[None]:
    """The servers of a test come back at its end."""
    with servers.lending():
        yield
