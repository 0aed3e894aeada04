from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import sites
from tests.service.follow.builders import Follow
from tests.service.web.network import make_site


@pytest.fixture
def follow() -> Iterator[Follow]:
    site = make_site(smtp_url="smtp://localhost:25", mail_from="fil@mail.example")
    yield Follow(site)
    sites.give_back(site.db)
