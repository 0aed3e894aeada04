"""The ways of carrying out a story: with a script or without, on three widths, in two themes, by mouse or keyboard."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

from tests.browser.conftest import EVERY

SCRIPTS = (True, False)
WIDTHS = (1280, 390, 320)
THEMES = ("clair", "sombre")
HANDS = ("mouse", "keyboard")


@dataclass(frozen=True)
class Way:
    script: bool
    width: int
    theme: str
    hand: str

    def __str__(self) -> str:
        return f"{'script' if self.script else 'plain'}-{self.width}-{self.theme}-{self.hand}"


ALL = tuple(Way(*one) for one in itertools.product(SCRIPTS, WIDTHS, THEMES, HANDS))
CORE = (
    Way(True, 1280, "clair", "keyboard"),
    Way(False, 390, "sombre", "mouse"),
    Way(True, 320, "sombre", "keyboard"),
    Way(False, 320, "clair", "mouse"),
    Way(True, 390, "clair", "mouse"),
    Way(False, 1280, "sombre", "keyboard"),
    Way(False, 390, "clair", "keyboard"),
    Way(True, 1280, "sombre", "mouse"),
)
"""Eight ways in which every two values meet; stories take them in turn, two at a time."""


def of_story(place: int) -> tuple[Way, ...]:
    """The ways of the story at this place among all stories: two with every test, all of them for `make screens`."""
    if os.environ.get(EVERY):
        return ALL
    first = 2 * place % len(CORE)
    return CORE[first : first + 2]
