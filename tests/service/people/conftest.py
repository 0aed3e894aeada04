from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import sites
from tests.service.web.network import Network, make_site


@pytest.fixture
def network() -> Iterator[Network]:
    site = make_site()
    yield Network(site)
    sites.give_back(site.db)
