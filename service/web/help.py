"""Whom to call, for peer helpers and people accompanied; what the rules mean, for coordinators."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from matching.pairing.instance import OVERRIDABLE_RULES
from service import access
from service.access import Visitor
from service.rule_words import PAIRING, PLANNING
from service.site import Site
from service.web.doors import SIGNED_IN, may
from service.web.easy import own_page
from service.web.pages import page


@get("/aide", opt=SIGNED_IN, sync_to_thread=True)
def help_page(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    return own_page(request, "help.html", coordinators=access.coordinators(site, visitor.actor))


@get("/aide/regles", opt=may("coordinator"), sync_to_thread=True)
def rules_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Every rule with its code, what it asks and what opens it again; other pages link to one by its code."""
    return page(request, "help_rules.html", pairing=PAIRING, planning=PLANNING, may_be_lifted=OVERRIDABLE_RULES)


HANDLERS = [help_page, rules_page]
