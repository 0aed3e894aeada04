"""One identity provider for all tests here, honest again after each, and an installation that names it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import sites
from tests.identity_provider import SUBJECT, IdentityProvider, identity_provider
from tests.service.access.builders import NOW, House
from tests.service.access.identity_provider.builders import a_house


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path_factory.mktemp("provider")) as made:
        yield made


@pytest.fixture
def cpas(running: IdentityProvider) -> Iterator[IdentityProvider]:
    """The provider, honest again after each test."""
    running.now = lambda: NOW
    yield running
    running.subject, running.bend = SUBJECT, None
    running.says.clear()
    running.broken.clear()


@pytest.fixture
def house(cpas: IdentityProvider) -> Iterator[House]:
    made = a_house(cpas)
    yield made
    sites.give_back(made.site.db)
