"""A real Chromium on a real server; a missing browser fails with a sentence, nothing is skipped."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from service.site import Site
from tests import chromium as found
from tests.browser import served, situations
from tests.browser.situations import Situation
from tests.browser.visitor import Visitor


@pytest.fixture(scope="session")
def filled(shared_folder: Path) -> Path:
    """The database of Seraing, made once for all tests of this run."""
    return served.made_once(shared_folder, "seraing.db", served.fill)


@pytest.fixture(scope="session")
def busy(shared_folder: Path) -> tuple[Path, Situation]:
    """The same on a day on which a lot goes on."""
    return situations.busy(shared_folder)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    try:
        found.program()
    except RuntimeError as absent:
        pytest.fail(str(absent), pytrace=False)
    with found.chromium() as browser:
        yield browser


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    """A server on which nobody calculates but the test."""
    with served.served(filled, tmp_path) as running:
        yield running


@pytest.fixture
def calculating(site: Site) -> Iterator[None]:
    """Runs are carried out as well, in a process that takes a while to load the solvers."""
    with served.working(site):
        yield


WIDTHS = {"bureau": 1280, "telephone": 390}
EVERY = "LEFIL_SCREENS"
"""The folder that `make screens` wants its tables and pictures in: then every combination is looked at."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test meets one width, desk and telephone in turn by its name; with `make screens` it meets both."""
    if "width" in metafunc.fixturenames and not any("width" in str(mark.args[0]) for mark in _chosen(metafunc)):
        names = list(WIDTHS)
        if not os.environ.get(EVERY):
            names = [names[zlib.crc32(metafunc.function.__name__.encode()) % len(names)]]
        metafunc.parametrize("width", [WIDTHS[name] for name in names], ids=names)


def _chosen(metafunc: pytest.Metafunc) -> list[pytest.Mark]:
    return list(metafunc.definition.iter_markers("parametrize"))


@pytest.fixture
def visitor(chromium: Browser, site: Site, width: int) -> Iterator[Visitor]:
    """Somebody at a screen; at the end nothing may have been blocked by the content policy or gone wrong."""
    with Visitor(chromium, site, width) as somebody:
        yield somebody
