"""Every route, every role and every relation: the cells of the matrix, made from the program's own table of routes."""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from service.web.doors import RULE, Rule
from service.web.forms import Form
from service.web.route_records import RECORDS, begins

PROPOSED = ("/appariements/{person}/propositions/{pairing}", "/propositions/{public_id}")
"""Routes about a pairing that is still to be answered."""
SAMPLES: dict[str, object] = {
    "step": 1,
    "kind": "code",
    "monday": "2027-01-11",
    "day": "2027-01-12",
    "how": "phone",
    "answer": "accepted",
    "said": "continue",
    "outcome": "closed",
    "reason": "other",
    "side": "person",
    "rule": "THEME",
}
OWN_SAMPLES: dict[str, dict[str, object]] = {
    "/demandes/{public_id}/accord": {"how": "signed"},
    "/demandes/{public_id}/terminer": {"outcome": "other_help_found"},
    "/demandes/{public_id}/reorienter": {"reason": "nearer_service"},
    "/demandes/{public_id}/preciser": {"asks": ["themes"]},
    "/demandes/{public_id}/repondre": {"text": "Le lundi"},
    "/appariements/{person}/lever": {"rule": "DISTANCE", "reason": "both_agree"},
}
"""Where a form refuses what it cannot read before anything is looked up."""


@dataclass(frozen=True)
class Route:
    """One handler and method: its rule, what it is about, and a form that it would read."""

    method: str
    path: str
    rule: Rule
    kind: str | None
    fields: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, ids: dict[str, str]) -> str:
        """The route about these records."""

        def value(found: re.Match[str]) -> str:
            name, so_far = found[1], self.path[: found.end()]
            return str(SAMPLES[name]) if name in SAMPLES else ids[kind_of(so_far) or name]

        return re.sub(r"{(\w+)}", value, self.path) + ("?day=2027-01-12&hour=10:00" if self.method == "GET" else "")


def routes(app: Litestar) -> list[Route]:
    found: list[Route] = []
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                found.append(
                    Route(
                        method,
                        route.path_format,
                        handler.opt[RULE],
                        kind_of(route.path_format) if handler.opt[RULE].roles else None,
                        _form(handler) | OWN_SAMPLES.get(route.path_format, {}),
                    )
                )
    return found


def kind_of(path: str) -> str | None:
    """Name of the record that stands for the kind which an address leads to."""
    start = begins(path)
    if start is None:
        return None
    return "proposal" if start in PROPOSED else str(RECORDS[start].__tablename__)


def _form(handler: HTTPRouteHandler) -> dict[str, Any]:
    """Values that the form of this handler takes, found by the class that it reads."""
    function: Any = getattr(handler.fn, "func", handler.fn)
    for name in function.__code__.co_names + function.__code__.co_freevars:
        kind = function.__globals__.get(name)
        if isinstance(kind, type) and issubclass(kind, Form) and kind is not Form:
            hints = typing.get_type_hints(kind, include_extras=False)
            return {
                field.name: _value(field.name, hints[field.name])
                for field in msgspec.structs.fields(kind)
                if field.name != "csrf" and field.required
            }
    return {}


def _value(name: str, kind: Any) -> Any:
    if name in SAMPLES and SAMPLES[name] in (typing.get_args(kind) or (SAMPLES[name],)):
        return SAMPLES[name]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = typing.get_args(kind)[0]
    if typing.get_origin(kind) is list:
        return []
    if typing.get_origin(kind) is typing.Literal:
        return typing.get_args(kind)[0]
    samples: dict[Any, Any] = {
        int: 1,
        str: "0" * 32,
        bool: "true",
        dt.date: "2027-01-12",
        dt.time: "10:00",
        dt.datetime: "2027-01-12T10:00",
        float: 1.0,
    }
    return samples[kind]
