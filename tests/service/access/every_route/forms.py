"""Every form of the program, sent by somebody who may: with nothing in it, and then as if it was filled in."""

from __future__ import annotations

from collections.abc import Iterator

from httpx import Response

from service.web.speech import LANGUAGE_COOKIE
from tests.service.access.every_route.cells import Route, routes
from tests.service.access.every_route.records import EVERYBODY, RELATED, Somebody
from tests.service.access.every_route.test_every_route import ask
from tests.service.web.network import Browser, Network


def forms(network: Network) -> list[tuple[Route, Somebody]]:
    """Each form of the program, and somebody who may send it."""
    found: list[tuple[Route, Somebody]] = []
    for route in sorted(routes(network.app), key=str):
        if route.method != "POST" or route.path == "/sortir":
            continue
        may = [one for one in EVERYBODY if one.role in route.rule.roles and one.territory == "SER"]
        related = [one for one in may if route.kind is None or one in RELATED[route.kind]]
        if related:
            found.append((route, related[0]))
    return found


def sent(network: Network, ids: dict[str, str], language: str) -> Iterator[tuple[Route, Response]]:
    """What each form is answered, in a language; `ids` are those of the records of Seraing."""
    people: dict[Somebody, Browser] = {}
    for route, somebody in forms(network):
        if somebody not in people:
            people[somebody] = network.signed_in(somebody.role, somebody.name or None)
            people[somebody].cookies.set(LANGUAGE_COOKIE, language)
        for fields in ({}, route.fields):
            yield route, ask(people[somebody], Route("POST", route.path, route.rule, route.kind, fields), ids)
