"""
What `make screens` really looked at, as tables: stories by ways, and pages by checks.

`python -m tests.browser.table FOLDER` reads what the tests wrote there and writes `table.md` beside it.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SIGNS = {"passed": "✓", "failed": "✗"}
NOT_RUN = "–"


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _table(head: list[str], rows: Iterable[list[object]]) -> list[str]:
    return [_row(head), _row("---" for _ in head), *map(_row, rows)]


def stories(told: list[list[str]]) -> list[str]:
    """A row for each way, a column for each story; what was not run says so."""
    codes = sorted({code for code, _, _ in told})
    ways = sorted({way for _, way, _ in told})
    found = {(code, way): outcome for code, way, outcome in told}
    rows: list[list[object]] = [
        [way, *(SIGNS.get(found.get((code, way), ""), NOT_RUN) for code in codes)] for way in ways
    ]
    passed = list(found.values()).count("passed")
    return [
        f"## Stories: {passed} of {len(found)} passed, {len(codes)} stories in {len(ways)} ways",
        "",
        *_table(["way", *codes], rows),
        "",
    ]


def pages(looked: list[dict[str, Any]]) -> list[str]:
    """A row for each page, a column for each check: how many screens pass of those that were looked at."""
    by_page: dict[str, dict[str, list[bool]]] = defaultdict(lambda: {"axe": [], "fits": []})
    roles: dict[str, set[str]] = defaultdict(set)
    for one in looked:
        roles[one["page"]].add(one["role"])
        by_page[one["page"]]["fits"].append(one["overflow"] == 0)
        by_page[one["page"]]["axe"].append(one["axe"] == 0)
    rows: list[list[object]] = [
        [f"`{page}`", ", ".join(sorted(roles[page])), *(f"{sum(held)}/{len(held)}" for held in checks.values())]
        for page, checks in sorted(by_page.items())
    ]
    screens = len({(one["language"], one["theme"], one["width"]) for one in looked})
    return [
        f"## Pages: {len(by_page)} pages, {len(looked)} screens looked at (languages x themes x widths: {screens})",
        "",
        *_table(["page", "roles", "axe", "fits"], rows),
        "",
    ]


def written(folder: Path) -> str:
    """The tables of what lies in a folder."""
    told, looked = _lines(folder / "stories.jsonl"), _lines(folder / "pages.jsonl")
    parts = [*(stories(told) if told else []), *(pages(looked) if looked else [])]
    return "\n".join(["# What was looked at in a real browser", "", *parts])


if __name__ == "__main__":
    place = Path(sys.argv[1])
    text = written(place)
    (place / "table.md").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{text}\n")
