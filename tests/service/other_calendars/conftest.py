from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.other_calendars.outside import Internet, internet


@pytest.fixture
def web() -> Iterator[Internet]:
    """What is outside this process."""
    with internet() as made:
        yield made
