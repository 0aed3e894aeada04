"""The stories in the order of their codes."""

from __future__ import annotations

from tests.browser.stories.told_by_coordinators import c1, c2, c4, c5, c6
from tests.browser.stories.told_by_helpers import h1, h2, h3, h4
from tests.browser.stories.told_by_others import a1, a2, a3, p1, p2, x1

STORIES = (c1, c2, c4, c5, c6, h1, h2, h3, h4, p1, p2, a1, a2, a3, x1)
