"""With sixty people waiting and accompanied, no page asks the database row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from litestar.testing import TestClient
from sqlalchemy import event

from service import access
from service.settings import Settings
from service.site import Site
from tests.service.web.network import BASE
from tests.service.web.servers import server

MOST = 36
"""Questions of the page that asks most; one more for each of sixty people would be seen at once."""
GATHERING = {"/aujourdhui": 60, "/mes-donnees": 60, "/mes-donnees/papier": 60}
"""Today gathers every kind of thing to decide; one’s own data, on paper too, asks each kind of record once."""


@pytest.fixture
def questions(live: Site) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*parts: object) -> None:
        asked.append(str(parts[2]))

    event.listen(live.db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(live.db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("role", ["coordinator", "professional", "peer_helper", "person"])
def test_no_page_asks_the_database_row_by_row(live: Site, questions: list[str], role: str):
    live = replace(live, settings=Settings(demo=True, base_url=BASE))
    access.make_demo_accounts(live)
    app = server(live)
    plain = {route.path for route in app.routes if "{" not in route.path and "GET" in route.methods}
    with TestClient(app, base_url=BASE) as browser:
        link = access.new_link(live, role)
        form = browser.get(link).text
        token = re.search(r'name="csrf" value="([^"]+)"', form)
        assert token is not None
        browser.post("/session", data={"csrf": token[1], "token": link})
        asked: dict[str, int] = {}
        for path in sorted(plain):
            questions.clear()
            answer = browser.get(path, follow_redirects=False)
            if answer.status_code == 200:
                asked[path] = sum(not question.startswith("BEGIN") for question in questions)

    assert len(asked) > 5
    assert {path: count for path, count in asked.items() if count > GATHERING.get(path, MOST)} == {}
