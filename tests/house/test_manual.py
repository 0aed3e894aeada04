"""The pages of the manual against what they describe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def settings_of_the_manual() -> dict[str, str]:
    """Default by name, from the rows of the table."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `LEFIL_([A-Z_]+)` \| (.+?) \|", text, re.MULTILINE))


def test_the_manual_lists_every_setting_and_no_other():
    assert sorted(settings_of_the_manual()) == sorted(name.upper() for name in Settings.model_fields)


def test_the_manual_tells_the_default_of_every_setting():
    defaults = {name.upper(): field.default for name, field in Settings.model_fields.items()}

    assert settings_of_the_manual() == {name: shown(value) for name, value in defaults.items()}


def shown(value: object) -> str:
    """A default as the table writes it; the empty text is a word."""
    if value == "":
        return "empty"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, float) and value.is_integer():
        return f"`{int(value)}`"
    return f"`{value}`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []
