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

KINDS: tuple[tuple[str, str], ...] = (
    (r"/demandes/{public_id}", "request"),
    (r"/mes-demandes/brouillons/{draft_id}", "draft"),
    (r"/mes-demandes/{public_id}", "request"),
    (r"/appariements/calculs/{public_id}", "run"),
    (r"/appariements/et-si/{run}", "run"),
    (r"/appariements/{person}/propositions/{pairing}", "proposal"),
    (r"/appariements/{person}", "person"),
    (r"/binomes/{pairing}", "pairing"),
    (r"/mes-binomes/visites/{visit}", "visit"),
    (r"/mes-binomes/{pairing}", "pairing"),
    (r"/accords/{person}", "person"),
    (r"/personnes/{person}", "person"),
    (r"/droits/{right}", "right"),
    (r"/mes-donnees/demandes/{right}", "right"),
    (r"/messages/{notice}", "notice"),
    (r"/courriels/reponses/{reply}", "reply"),
    (r"/courriels/{mail}", "mail"),
    (r"/semaine/calculs/{run}", "run"),
    (r"/semaine/replanifications/{run}", "run"),
    (r"/semaine/visites/{visit}", "visit"),
    (r"/pairs-aidants/{owner}/disponibilites", "helper"),
    (r"/personnes/{owner}/disponibilites", "person"),
    (r"/professionnels/{owner}/disponibilites", "professional"),
    (r"/lieux/{owner}/disponibilites", "place"),
    (r"/absences/{absence}", "absence"),
    (r"/pairs-aidants/{helper}", "helper"),
    (r"/partenaires/organisations/{partner}", "organisation"),
    (r"/partenaires/professionnels/{partner}", "professional"),
    (r"/partenaires/lieux/{partner}", "place"),
    (r"/reglages/coordination/{duty}", "duty"),
    (r"/mes-absences/{absence}", "absence"),
    (r"/agenda/visites/{visit}", "visit"),
    (r"/ma-page/rencontres/{visit}", "visit"),
    (r"/ma-page/binomes/{pairing}", "pairing"),
    (r"/retards/{visit}", "visit"),
    (r"/propositions/{public_id}", "proposal"),
    (r"/calculs/{public_id}", "run"),
    (r"/api/pairings/runs/{run}", "run"),
    (r"/api/pairings/what-ifs/{run}", "run"),
    (r"/comptes/personnes/{person_id}", "person"),
    (r"/comptes/messages/{public_id}", "letter"),
    (r"/comptes/{public_id}", "account"),
    (r"/abonnement/{public_id}", "own_address"),
    (r"/reglages/liens-partenaires/{public_id}", "partner_link"),
    (r"/reglages/calendriers/adresses/{public_id}", "network_address"),
    (r"/reglages/poids/essais/{run}", "run"),
    (r"/reglages/quartiers/{area}", "area"),
    (r"/reglages/themes/{code}", "theme"),
    (r"/mon-autre-agenda/{public_id}", "other_calendar"),
    (r"/import/{public_id}", "import_report"),
    (r"/compte/sessions/{public_id}", "own_session"),
    (r"/compte/cles/{public_id}", "own_passkey"),
)
"""What the first value in a route's address names; of several records the last one decides."""
BESIDE_RECORDS = ("/semaine/{monday}", "/semaine/jour/{day}")
"""Routes whose value is no record: a day."""
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
            name = found[1]
            if name in SAMPLES:
                return str(SAMPLES[name])
            return ids[
                {"person_id": "person"}.get(name, name)
                if self.kind and name in ("person", "person_id")
                else self.kind or name
            ]

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
                        _kind(route.path_format),
                        _form(handler) | OWN_SAMPLES.get(route.path_format, {}),
                    )
                )
    return found


def _kind(path: str) -> str | None:
    return next((kind for start, kind in KINDS if path == start or path.startswith(start + "/")), None)


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
