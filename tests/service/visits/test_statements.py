"""With sixty people waiting and accompanied, no page asks the database row by row."""

from __future__ import annotations

import re
from collections import deque
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

MOST = 34
"""Questions of the page that asks most; one more for each of sixty people would be seen at once."""
GATHERING = {
    "/aujourdhui": 40,
    "/mes-donnees": 47,
    "/mes-donnees/papier": 47,
    "/semaine/…": 54,
    "/semaine/visites/…": 42,
}
"""
Today gathers every kind of thing to decide, one's own data asks each kind of record once; a week, and where a visit of
it could go, ask for all that planning looks at.
"""

PAGES = {"coordinator": 80, "professional": 9, "peer_helper": 15, "person": 20}
"""At least so many kinds of pages are reached: by their address when it is always the same, else by a link."""
PASSED_OVER = ("/langue/", "/theme/", "/static/", "/sortir")


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
    waiting = deque(sorted(route.path for route in app.routes if "{" not in route.path and "GET" in route.methods))
    with TestClient(app, base_url=BASE) as browser:
        link = access.new_link(live, role)
        form = browser.get(link).text
        token = re.search(r'name="csrf" value="([^"]+)"', form)
        assert token is not None
        browser.post("/session", data={"csrf": token[1], "token": link})
        asked: dict[str, int] = {}
        seen: set[str] = set()
        while waiting:
            path = waiting.popleft()
            kind = re.sub(r"[0-9a-f]{32}|\d{4}-\d\d-\d\d", "…", path)
            if kind in seen or path.startswith(PASSED_OVER):
                continue
            seen.add(kind)
            questions.clear()
            answer = browser.get(path, follow_redirects=False)
            if answer.status_code == 303:
                waiting.append(answer.headers["location"].partition("?")[0])
            if answer.status_code == 200:
                asked[kind] = sum(not question.startswith("BEGIN") for question in questions)
                waiting += re.findall(r'<a [^>]*?href="(/[^"?#]*)', answer.text)

    assert len(asked) >= PAGES[role]
    assert {kind: count for kind, count in asked.items() if count > GATHERING.get(kind, MOST)} == {}
