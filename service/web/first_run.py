"""The one page of an empty installation: create the network."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from locales import N_
from service import codes, first_network
from service.errors import NotAcceptable, NotFound, SignInFailed
from service.first_network import NewNetwork
from service.site import Site
from service.web.doors import ANYONE, address_of
from service.web.forms import Form, Line, read
from service.web.pages import page


class NetworkForm(Form):
    code: Line = ""
    name: Line = ""
    country: Line = "BE"
    zone: Line = "Europe/Brussels"
    languages: list[Line] = msgspec.field(default_factory=list)
    lat: Line = ""
    lon: Line = ""
    school_calendar: Line = ""
    max_travel_km: Line = "15"
    coordinator: Line = ""
    email: Line = ""

    def network(self) -> NewNetwork:
        """
        What was filled in, as numbers where numbers are asked.

        Raises
        ------
        NotAcceptable
            When one cannot be read.
        """
        return NewNetwork(
            name=self.name,
            country=self.country,
            zone=self.zone,
            languages=tuple(tag for tag in codes.LANGS if tag in self.languages),
            lat=_number(self.lat, "lat"),
            lon=_number(self.lon, "lon"),
            school_calendar=self.school_calendar if self.school_calendar in first_network.school_calendars() else "",
            max_travel_km=_number(self.max_travel_km, "max_travel_km"),
            coordinator=self.coordinator,
            email=self.email,
        )


def _number(text: str, field: str) -> float:
    """A number with a point or a comma, as people write it here."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        number = float("nan")
    if number != number:
        raise NotAcceptable(N_("Écrivez un nombre, par exemple 50,61."), field)
    return number


def _shown(
    request: Request[Any, Any, Any], form: NetworkForm, *, status: int = 200, fault: str = "", field: str = ""
) -> Response[str]:
    return page(
        request,
        "first_run.html",
        status=status,
        form=form,
        zones=first_network.ZONES,
        calendars=first_network.school_calendars(),
        fault=fault,
        field=field,
    )


@get("/creer-le-reseau", opt=ANYONE, sync_to_thread=True)
def first_page(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[str]:
    if not first_network.is_open(site):
        raise NotFound
    return _shown(request, NetworkForm(languages=["fr"]))


@post("/creer-le-reseau/envoyer", opt=ANYONE)
async def create(request: Request[Any, Any, Any], site: NamedDependency[Site]) -> Response[Any]:
    """The network is there; its first coordinator goes on to choose what they come in with."""
    form = await read(request, NetworkForm)

    def make() -> Response[Any]:
        if not first_network.is_open(site):
            raise NotFound
        try:
            token = first_network.create(site, form.code, form.network(), address_of(request))
        except NotAcceptable as error:
            return _shown(request, form, status=422, fault=str(error), field=error.field)
        except SignInFailed as error:
            return _shown(request, form, status=403, fault=str(error), field="code")
        return Redirect(f"/rejoindre/{token}", status_code=303)

    return await sync_to_thread(make)


HANDLERS = [first_page, create]
