"""Each story, carried out in a pairwise part of the ways; `make screens` carries it out in all of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from service.site import Site
from tests.browser import served
from tests.browser.conftest import EVERY
from tests.browser.stories import told, ways
from tests.browser.stories.hand import Hand

TOLD = [
    pytest.param(story, way, id=f"{story.__name__.upper()}-{way}")
    for place, story in enumerate(told.STORIES)
    for way in ways.of_story(place)
]


@pytest.fixture(scope="module")
def stage(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, served.Watch]]:
    """One server for all stories: to start it takes longer than to bring its database back."""
    watch = served.Watch()
    with served.served(filled, tmp_path_factory.mktemp("stories"), watch) as site:
        yield site, watch


@pytest.mark.parametrize(("story", "way"), TOLD)
def test_story(
    chromium: Browser,
    filled: Path,
    stage: tuple[Site, served.Watch],
    story: Callable[[Hand], None],
    way: ways.Way,
):
    site, watch = stage
    served.restore(site, filled)
    watch.back()
    outcome = "failed"
    try:
        hand = Hand(chromium, site, way.width, java_script_enabled=way.script)
        hand.way, hand.watch = way, watch
        with hand:
            story(hand)
        outcome = "passed"
    finally:
        if every := os.environ.get(EVERY):
            with (Path(every) / "stories.jsonl").open("a") as table:
                table.write(json.dumps([story.__name__.upper(), str(way), outcome]) + "\n")


def test_over_all_stories_every_pair_of_ways_occurs():
    values = (ways.SCRIPTS, ways.WIDTHS, ways.THEMES, ways.HANDS)
    rows = [(way.script, way.width, way.theme, way.hand) for way in ways.CORE]
    for one in range(4):
        for other in range(one + 1, 4):
            wanted = {(a, b) for a in values[one] for b in values[other]}
            assert {(row[one], row[other]) for row in rows} == wanted, (one, other)
    assert 2 * len(told.STORIES) >= len(ways.CORE)
