"""A small town, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import street_child
from tests.town import write_map


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of streets that is built from the town's map."""
    folder = tmp_path_factory.mktemp("town")
    street_child.build(write_map(folder / "town.osm.pbf"), folder / "streets")
    return folder / "streets"
