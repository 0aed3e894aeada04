"""
Each form that is sent back, looked at in a real browser: what is wrong is said to everybody, and everything fits.

With all other tests each is shown once, in languages, themes and widths by turns; `make screens` shows it in all.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from httpx import Response
from playwright.sync_api import Browser, Route

from service.web.speech import LANGUAGES
from tests.browser.conftest import EVERY
from tests.browser.test_every_page import ALL, COLOURS, THEMES, WIDTHS
from tests.browser.visitor import Visitor
from tests.service.access.every_route import records
from tests.service.access.every_route.forms import sent
from tests.service.web.network import BASE, Network, make_site


@dataclass(frozen=True)
class Refused:
    """What was answered to a form with something wrong in it."""

    form: str
    language: str
    answer: Response


def refused(network: Network, language: str) -> Iterator[Refused]:
    ids = records.make(network)["SER"].ids
    seen: set[str] = set()
    for route, answer in sent(network, ids, language):
        if answer.status_code == 422 and route.path not in seen:
            seen.add(route.path)
            yield Refused(route.path, language, answer)


def test_every_form_that_is_sent_back_looks_right(chromium: Browser):
    network = Network(make_site())
    found = [list(refused(Network(make_site()), language)) for language in LANGUAGES]
    wrong: list[str] = []
    looked: list[dict[str, object]] = []
    with Visitor(chromium, network.site, WIDTHS[0]) as visitor:
        client = network.client()

        def answer(asked: Route) -> None:
            path = asked.request.url.removeprefix(BASE)
            got = shown[path] if path in shown else client.get(path)
            asked.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

        shown: dict[str, Response] = {}
        visitor.context.route("**/*", answer)
        for one, theme, width in ways(found):
            address = re.sub(r"\{\w+\}", "x", one.form)
            shown[address] = one.answer
            visitor.page.emulate_media(color_scheme=THEMES[theme])  # pyright: ignore[reportArgumentType]
            visitor.page.set_viewport_size({"width": width, "height": 844})
            visitor.open(address)
            # The browser itself says that the answer had this status.
            visitor.complaints = [said for said in visitor.complaints if "status of 422" not in said]
            axe = visitor.violations(**(ALL if theme == "clair" else COLOURS))
            beyond = visitor.inspected("fit")
            wrong += [
                f"{one.form} {one.language}-{theme}-{width}: {said}"
                for said in [*axe, *beyond, *visitor.inspected("built", "fields"), *visitor.complaints]
            ]
            visitor.complaints.clear()
            seen = {"axe": len(axe), "overflow": len(beyond), "theme": theme, "width": width}
            looked.append({"page": f"{one.form} (422)", "role": "-", "language": one.language, **seen})
    if folder := os.environ.get(EVERY):
        with (Path(folder) / "pages.jsonl").open("a") as table:
            table.writelines(json.dumps(one) + "\n" for one in looked)

    assert wrong == []
    assert len(looked) > 20


def ways(found: list[list[Refused]]) -> Iterator[tuple[Refused, str, int]]:
    """What is shown, in which theme and width: each form once by turns, or in every way."""
    if os.environ.get(EVERY):
        yield from itertools.product(itertools.chain(*found), THEMES, WIDTHS)
        return
    for turn, in_each in enumerate(zip(*found, strict=True)):
        yield in_each[turn % len(LANGUAGES)], tuple(THEMES)[turn // 4 % 2], WIDTHS[turn % len(WIDTHS)]
