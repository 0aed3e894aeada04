"""Partners for the coordination: organisations with their professionals and places, one page and one form each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service import kept_records, partners, partners_kept
from service.access import Visitor
from service.partners import Sought
from service.partners_sheet import SECTORS
from service.site import Site
from service.web.doors import may
from service.web.forms import read
from service.web.helpers import leaves_of, lister, page_number
from service.web.kept_forms import KeptForm, form_of, send, shown
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
LIST = "/partenaires"
LONGEST = 80
CHARTERS = ("signed", "missing")


@dataclass(frozen=True)
class Pages:
    """Where one kind of partner has its pages; `new` is the last word of the address of a new one."""

    code: str
    path: str
    new: str
    title: str
    template: str
    view: Callable[..., Any]
    form: type[KeptForm]


PAGES = (
    Pages(
        "organisation",
        f"{LIST}/organisations",
        "nouvelle",
        N_("Nouvelle organisation"),
        "partner_organisation.html",
        partners.organisation,
        form_of("OrganisationForm", partners_kept.KINDS["organisation"].sheet),
    ),
    Pages(
        "professional",
        f"{LIST}/professionnels",
        "nouveau",
        N_("Nouvelle ou nouveau professionnel"),
        "professional.html",
        partners.professional,
        form_of("ProfessionalForm", partners_kept.KINDS["professional"].sheet),
    ),
    Pages(
        "place",
        f"{LIST}/lieux",
        "nouveau",
        N_("Nouveau lieu"),
        "partner_place.html",
        partners.place,
        form_of("PlaceForm", partners_kept.KINDS["place"].sheet),
    ),
)


@get("/partenaires", opt=COORDINATOR, sync_to_thread=True)
def partner_list(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[str]:
    def asked(name: str, among: tuple[str, ...] = ()) -> str:
        value = (request.query_params.get(name) or "").strip()[:LONGEST]
        return value if not among or value in among else ""

    sought = Sought(
        text=asked("q"),
        kind=asked("genre"),
        theme=asked("theme"),
        sector=asked("secteur", tuple(SECTORS)),
        charter=asked("charte", CHARTERS),
    )
    number = page_number(request)
    found = partners.listing(site, visitor.actor, sought, speech_of(request).lang, page=number)
    return page(
        request,
        "partners.html",
        found=found,
        sought=sought,
        sectors=SECTORS,
        leaves=leaves_of(request, number, found.count),
    )


def _handlers(one: Pages) -> list[HTTPRouteHandler]:
    """Page, form, saving and making of one kind."""
    kind = partners_kept.kind_of(one.code)

    def form_page(
        request: Request[Any, Any, Any],
        site: Site,
        visitor: Visitor,
        public_id: str | None,
        form: Any = None,
        outcome: Any = None,
    ) -> Response[str]:
        speech = speech_of(request)
        blank = kept_records.blank(site, visitor.actor, kind, public_id, speech.lang)
        title = speech.gettext("Modifier : %(name)s", name=blank.name) if public_id else speech.gettext(one.title)
        return shown(
            request,
            kind,
            blank,
            title=title,
            action=f"{one.path}/{public_id or one.new}/enregistrer",
            back=f"{one.path}/{public_id}" if public_id else LIST,
            twin_page=one.path,
            form=form,
            outcome=outcome,
        )

    async def saved(request: Request[Any, Any, Any], site: Site, visitor: Visitor, public_id: str | None) -> Any:
        form = await read(request, one.form)

        def save() -> Response[Any]:
            outcome = send(site, visitor.actor, kind, public_id, form)
            if outcome.public_id is None:
                return form_page(request, site, visitor, public_id, form, outcome)
            said = "record_saved" if public_id else "record_made"
            return Redirect(f"{one.path}/{outcome.public_id}?fait={said}", status_code=303)

        return await sync_to_thread(save)

    @get(f"{one.path}/{one.new}", opt=COORDINATOR, sync_to_thread=True)
    def new(
        request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
    ) -> Response[str]:
        return form_page(request, site, visitor, None)

    @post(f"{one.path}/{one.new}/enregistrer", opt=COORDINATOR)
    async def make(
        request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
    ) -> Response[Any]:
        return await saved(request, site, visitor, None)

    @get(f"{one.path}/{{partner:str}}", opt=COORDINATOR, sync_to_thread=True)
    def view(
        request: Request[Any, Any, Any],
        partner: FromPath[str],
        site: NamedDependency[Site],
        visitor: NamedDependency[Visitor],
    ) -> Response[str]:
        speech = speech_of(request)
        found = one.view(site, visitor.actor, partner, speech.lang)
        return page(request, one.template, found=found, listed=lister(speech))

    @get(f"{one.path}/{{partner:str}}/modifier", opt=COORDINATOR, sync_to_thread=True)
    def edit(
        request: Request[Any, Any, Any],
        partner: FromPath[str],
        site: NamedDependency[Site],
        visitor: NamedDependency[Visitor],
    ) -> Response[str]:
        return form_page(request, site, visitor, partner)

    @post(f"{one.path}/{{partner:str}}/enregistrer", opt=COORDINATOR)
    async def save(
        request: Request[Any, Any, Any],
        partner: FromPath[str],
        site: NamedDependency[Site],
        visitor: NamedDependency[Visitor],
    ) -> Response[Any]:
        return await saved(request, site, visitor, partner)

    return [new, make, view, edit, save]


HANDLERS = [partner_list, *(handler for one in PAGES for handler in _handlers(one))]
