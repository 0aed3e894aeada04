from __future__ import annotations

import pytest

from service.site import Actor, Site
from tests.service.runs.builders import a_coordinator


@pytest.fixture(params=("sqlite_file_site", "postgresql_site"), ids=("sqlite", "postgresql"))
def site(request: pytest.FixtureRequest) -> Site:
    """An empty site that several processes can open, once on each engine."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def hélène(site: Site) -> Actor:
    return a_coordinator(site, "SER")
