"""The same headers stand on whatever the server answers (`security.md` B4), also where no handler was reached."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service import access, subscriptions
from service.site import Actor
from tests.service.web.network import Browser, Network, make_site

HTTPS = "https://fil.example"
SAFE = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
ROOT = Path(__file__).parents[3]
OWN_MARKUP = {
    "drawings.py": {"bar", "day_map", "hatching", "hours", "strip"},
    "helpers.py": {"bar"},
    "marks.py": {"icon"},
    "pages.py": {"_filling"},
    "subscription.py": {"qr"},
}
"""Functions that write elements themselves: our own drawings, and our own sentences with escaped values."""


class Secure(Network):
    """The people of the small network, on a server that runs on https."""

    def client(self, **choices: Any) -> Browser:
        client = super().client(**choices)
        client.base_url = HTTPS
        return client

    def person(self) -> Browser:
        """Yann, who used his link."""
        client = self.client()
        path = access.new_link(self.site, "person", self.ref("Yann")).removeprefix(HTTPS)
        sent = {"csrf": client.seal(path), "token": path.rsplit("/", 1)[-1]}
        answer = client.post("/session", data=sent, headers={"origin": HTTPS}, follow_redirects=False)
        assert answer.status_code == 303
        return client

    def calendar(self) -> str:
        """The address of Yann's calendar."""
        account = next(one for one in self.accounts() if one.party_id == int(self.ids["SER:Yann"]))
        actor = Actor("person", account.territory_id, account.id, account.party_id)
        return subscriptions.subscribe(self.site, actor, account.party_id, "minimal", "").url.removeprefix(HTTPS)


@pytest.fixture(scope="module")
def network() -> Iterator[Secure]:
    site = make_site(demo=False, base_url=HTTPS)
    yield Secure(site)
    site.db.close()


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken")


def not_changed(of: Secure, address: str) -> Any:
    client = of.client()
    tag = client.get(address).headers["etag"]
    return client.get(address, headers={"if-none-match": tag})


def guessed_too_often(of: Secure) -> Any:
    client = of.client()
    sent = {"csrf": client.seal("/entrer"), "token": "guessed"}
    answer = None
    for _ in range(31):
        answer = client.post("/session", data=sent, follow_redirects=False)
    return answer


def of_a_bug(of: Secure) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.web.sign_in.page", broken)
        return of.client().read("/entrer")


def handed_out(of: Secure) -> Any:
    client = of.person()
    answer = client.post("/mes-donnees/copie", data={"csrf": client.seal("/mes-donnees")}, headers={"origin": HTTPS})
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer


ANSWERS: dict[str, tuple[int, Callable[[Secure], Any]]] = {
    "a page": (200, lambda of: of.client().read("/entrer")),
    "a page for one person": (200, lambda of: of.person().read("/ma-page")),
    "data": (200, lambda of: of.client().read("/health")),
    "a static file": (200, lambda of: of.client().read("/static/fil.css")),
    "a feed": (200, lambda of: of.client().read(of.calendar())),
    "a file to keep": (200, handed_out),
    "another page": (303, lambda of: of.client().read("/demandes")),
    "a feed that did not change": (304, lambda of: not_changed(of, of.calendar())),
    "a choice that there is not": (400, lambda of: of.client().read("/langue/xx")),
    "another host": (400, lambda of: of.client().get("/entrer", headers={"host": "elsewhere.example"})),
    "data without a session": (401, lambda of: of.client().read("/api/pairings/runs/1")),
    "a form of another site": (403, lambda of: of.client().post("/session")),
    "the page of another role": (403, lambda of: of.person().read("/demandes")),
    "no page": (404, lambda of: of.client().read("/nothing-here")),
    "no static file": (404, lambda of: of.client().read("/static/nothing.css")),
    "no feed": (404, lambda of: of.client().read("/f/unknown.ics")),
    "another method": (405, lambda of: of.client().request("DELETE", "/entrer")),
    "a form that is too large": (413, lambda of: of.client().post("/session", data={"csrf": "x" * 3 * 2**20})),
    "a bug": (500, of_a_bug),
    "too many tries": (429, guessed_too_often),
}
"""Whatever the server may answer; the last one shuts its door for a while."""


@pytest.mark.parametrize("what", ANSWERS)
def test_safe_headers_stand_on(what: str, network: Secure):
    status, ask = ANSWERS[what]
    answer = ask(network)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert len(answer.headers.get_list("content-security-policy")) == 1


def test_no_template_switches_escaping_off():
    """Nor does a template mark a value as safe: what is markup is made by the functions named above."""
    found = [
        f"{path.name}: {hit}"
        for path in sorted((ROOT / "service" / "templates").rglob("*"))
        if path.is_file()
        for hit in re.findall(r"\|\s*safe\b|autoescape|Markup", path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_markup_is_made_by_the_functions_that_are_named():
    found: dict[str, set[str]] = {}
    for path in (ROOT / "service").rglob("*.py"):
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            calls = [one.func for one in ast.walk(function) if isinstance(one, ast.Call)]
            if any(isinstance(one, ast.Name) and one.id in ("Markup", "html_safe") for one in calls):
                found.setdefault(path.name, set()).add(getattr(function, "name", "a line of the module"))

    assert found == OWN_MARKUP
