"""The pictures of the documentation: all are there, none is left over, and whoever explains a page shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.pictures import every_file

DOCS = Path(__file__).parents[1] / "docs"
EXPLAINED = ("fr/coordination.md", "fr/pair-aidant.md", "fr/professionnel.md", "fr/personne.md")


def shown_in(page: Path) -> set[str]:
    """The pictures that a page shows or leads to."""
    return set(re.findall(r"\]\((?:\.\./)?(?:docs/)?screenshots/([^)#]+)\)", page.read_text(encoding="utf-8")))


def test_every_main_page_has_its_four_pictures_and_the_index_leads_to_each():
    there = {path.name for path in (DOCS / "screenshots").iterdir()}

    assert there == set(every_file())
    assert shown_in(DOCS / "screenshots.md") == there


@pytest.mark.parametrize("page", [*EXPLAINED, "../README.md"])
def test_an_explanation_shows_pictures_that_exist(page: str):
    shown = shown_in(DOCS / page)

    assert shown
    assert shown <= set(every_file())
