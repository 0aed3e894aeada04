"""The composition root of the server: it alone puts the rooms together."""

from __future__ import annotations

import logging
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import text

from service import access, days, problems
from service import post as letters
from service.access import Visitor
from service.errors import NotAllowed
from service.imports import kept
from service.site import Site
from service.web import (
    absences,
    account,
    accounts,
    additions,
    agenda,
    api,
    api_pairings,
    assets,
    availability,
    calendar_settings,
    consents,
    duties,
    emergencies,
    feeds,
    first_run,
    help,
    help_numbers,
    helpers,
    helpers_leaving,
    imports,
    invitations,
    joining,
    messages,
    notices,
    other_calendars,
    own_limits,
    own_pairings,
    own_record,
    own_requests,
    own_start,
    own_visits,
    pairing_files,
    pairing_what_ifs,
    pairings,
    partner_links,
    partners,
    people,
    people_forms,
    plans,
    proposals,
    provider_doors,
    replans,
    request_entries,
    request_form,
    request_messages,
    requests,
    runs,
    settings_areas,
    settings_index,
    settings_map,
    settings_terms,
    settings_texts,
    settings_themes,
    settings_weights,
    sign_in,
    staff_doors,
    subscription,
    todo,
    week_undo,
    weeks,
)
from service.web.doors import ANYONE, Doors, check_form, check_rules, obey, site_of, visitor_of
from service.web.headers import SafeHeaders
from service.web.journal import Journal

FORM_BYTES = 2 * 1024 * 1024
FORM_PARTS = 100

log = logging.getLogger("lefil.app")


@get("/health", opt=ANYONE, sync_to_thread=True)
def health(site: NamedDependency[Site]) -> Response[dict[str, str]]:
    """200 when the database answers, 503 when not."""
    try:
        with site.db() as tx:
            tx.connection().execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.error("the database does not answer: %s", type(error).__name__)
        return Response({"status": "no database"}, status_code=503, headers={"Retry-After": "30"})
    return Response({"status": "ok"})


def tidy(app: Litestar) -> None:
    """What ended while the server was away goes when it comes back: sessions, links, files of imports, what was due."""
    site: Site = app.state.site
    access.sweep(site)
    letters.sweep(site)
    kept.forget_reports(site)
    days.turn(site)


def provide_site(request: Request[Any, Any, Any]) -> Site:
    return site_of(request)


def provide_visitor(request: Request[Any, Any, Any]) -> Visitor:
    visitor = visitor_of(request)
    if visitor is None:
        raise NotAllowed
    return visitor


def create_app(site: Site) -> Litestar:
    """
    The server for one site.

    Raises
    ------
    ImproperlyConfiguredException
        When a handler does not say who may use it.
    """
    app = Litestar(
        route_handlers=[
            health,
            *sign_in.HANDLERS,
            *staff_doors.HANDLERS,
            *joining.HANDLERS,
            *provider_doors.HANDLERS,
            *first_run.HANDLERS,
            *account.HANDLERS,
            *accounts.HANDLERS,
            *requests.HANDLERS,
            *own_requests.HANDLERS,
            *request_entries.HANDLERS,
            *todo.HANDLERS,
            *request_form.HANDLERS,
            *request_messages.HANDLERS,
            *partner_links.HANDLERS,
            *subscription.HANDLERS,
            *calendar_settings.HANDLERS,
            *settings_index.HANDLERS,
            *settings_weights.HANDLERS,
            *settings_terms.HANDLERS,
            *settings_texts.HANDLERS,
            *settings_themes.HANDLERS,
            *settings_areas.HANDLERS,
            *settings_map.HANDLERS,
            *other_calendars.HANDLERS,
            *feeds.HANDLERS,
            *imports.HANDLERS,
            *pairings.HANDLERS,
            *pairing_what_ifs.HANDLERS,
            *pairing_files.HANDLERS,
            *own_pairings.HANDLERS,
            *consents.HANDLERS,
            *people.HANDLERS,
            *people_forms.HANDLERS,
            *own_start.HANDLERS,
            *own_record.HANDLERS,
            *notices.HANDLERS,
            *invitations.HANDLERS,
            *messages.HANDLERS,
            *plans.HANDLERS,
            *replans.HANDLERS,
            *absences.HANDLERS,
            *availability.HANDLERS,
            *own_limits.HANDLERS,
            *helpers.HANDLERS,
            *helpers_leaving.HANDLERS,
            *partners.HANDLERS,
            *duties.HANDLERS,
            *emergencies.HANDLERS,
            *weeks.HANDLERS,
            *week_undo.HANDLERS,
            *additions.HANDLERS,
            *agenda.HANDLERS,
            *own_visits.HANDLERS,
            *proposals.HANDLERS,
            *runs.HANDLERS,
            api.router(api_pairings.HANDLERS),
            *help.HANDLERS,
            *help_numbers.HANDLERS,
            *assets.HANDLERS,
        ],
        state=State({"site": site}),
        dependencies={
            "site": Provide(provide_site, sync_to_thread=False),
            "visitor": Provide(provide_visitor, sync_to_thread=False),
        },
        on_startup=[tidy],
        guards=[obey],
        before_request=check_form,
        before_send=[SafeHeaders(site), Journal()],
        middleware=[Doors()],
        exception_handlers=problems.HANDLERS,
        openapi_config=None,
        debug=False,
        request_max_body_size=FORM_BYTES,
        multipart_form_part_limit=FORM_PARTS,
        logging_config=None,
    )
    check_rules(app)
    return app
