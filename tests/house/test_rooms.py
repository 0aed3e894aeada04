"""The four rooms as packages."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READ_BY_PATH = {"service/migrations/versions"}
"""Migrations are found by their file names, not imported."""


@pytest.mark.parametrize("room", ["service", "matching", "calendars", "locales"])
def test_every_folder_with_modules_is_a_package(room: str):
    """A folder without `__init__.py` is left out by what follows imports: contracts, types, wheel."""
    folders = {module.parent for module in (ROOT / room).rglob("*.py")}
    left_out = {str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()}

    assert left_out - READ_BY_PATH == set()


def test_the_rooms_are_imported_from_this_project():
    assert runpy.run_path(str(ROOT / ".ci" / "check_imports.py"))["problems"]() == []
