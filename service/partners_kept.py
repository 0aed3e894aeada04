"""Organisations, professionals and places, made and edited by form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from locales import N_, translator
from service.errors import NotFound
from service.kept_records import (
    Desk,
    Kind,
    areas,
    chosen,
    in_territory,
    languages,
    not_ahead,
    organisations,
    public_id_of,
    themes,
)
from service.partners_sheet import FUNCTIONS, ORGANISATION, ORGANISATION_KINDS, PLACE, PROFESSIONAL
from service.sheets import Value, written
from service.tables.access import Account
from service.tables.people import Place, Professional
from service.tables.territory import Neighbourhood, Organisation

MOST_CONVENTIONS = 20


def _words(at: Desk, known: Mapping[str, str], used: list[str]) -> dict[str, str]:
    """An open list: the words of known codes, and what the territory wrote itself."""
    speak = translator(at.language).gettext
    return {code: speak(text) for code, text in known.items()} | {one: one for one in used if one and one not in known}


def _used(at: Desk, table: Any, column: Any) -> list[str]:
    return list(at.tx.exec(select(column).where(table.territory_id == at.territory.id).distinct()).all())


def _organisation_said(at: Desk, row: Organisation) -> dict[str, str | list[str]]:
    as_they_are = ("name", "kind", "sector", "themes", "email", "lat", "lon", "charter_signed_on")
    flags = ("housing_first_selector", "hosts_meetings")
    return {name: written(getattr(row, name)) for name in (*as_they_are, *flags)} | {
        "kind_other": "",
        "conventions": "\n".join(row.conventions),
        "neighbourhood": public_id_of(at, Neighbourhood, row.neighbourhood_id),
    }


def _organisation_offer(at: Desk, row: Organisation | None) -> dict[str, dict[str, str]]:
    return {
        "kind": _words(at, ORGANISATION_KINDS, _used(at, Organisation, Organisation.kind)),
        "themes": themes(at, row.themes if row is not None else None),
        "neighbourhood": areas(at),
    }


def _organisation_check(at: Desk, row: Organisation | None, values: Mapping[str, Value]) -> dict[str, str]:
    wrong = in_territory(at, values, "lat", "lon") | not_ahead(at, values, "charter_signed_on")
    if "kind" in values and not values["kind"] and not values.get("kind_other"):
        wrong["kind"] = N_("Choisissez un genre, ou écrivez-en un autre.")
    lines = _lines(values.get("conventions"))
    if len(lines) > MOST_CONVENTIONS:
        wrong["conventions"] = N_("Vingt conventions au plus.")
    return wrong


def _lines(text: Value) -> list[str]:
    return [line.strip() for line in str(text or "").split("\n") if line.strip()]


def _organisation_put(at: Desk, row: Any, values: Mapping[str, Value]) -> None:
    row.name, row.sector, row.email = values["name"], values["sector"], values["email"]
    row.kind = values["kind_other"] or values["kind"]
    row.themes, row.conventions = values["themes"], _lines(values["conventions"])
    row.neighbourhood_id = chosen(at, Neighbourhood, values["neighbourhood"])
    row.lat, row.lon, row.charter_signed_on = values["lat"], values["lon"], values["charter_signed_on"]
    row.housing_first_selector, row.hosts_meetings = values["housing_first_selector"], values["hosts_meetings"]


def _professional_said(at: Desk, row: Professional) -> dict[str, str | list[str]]:
    as_they_are = ("display_name", "function", "email", "fte", "languages", "themes", "roles")
    return {name: written(getattr(row, name)) for name in as_they_are} | {
        "function_other": "",
        "organisation": public_id_of(at, Organisation, row.organisation_id),
    }


def _professional_offer(at: Desk, row: Professional | None) -> dict[str, dict[str, str]]:
    return {
        "organisation": organisations(at),
        "function": _words(at, FUNCTIONS, _used(at, Professional, Professional.function)),
        "languages": languages(at, row.languages if row is not None else None),
        "themes": themes(at, row.themes if row is not None else None),
    }


def _professional_check(at: Desk, row: Professional | None, values: Mapping[str, Value]) -> dict[str, str]:
    """Whoever has an account of the coordination keeps the role."""
    roles = values.get("roles")
    if row is None or not isinstance(roles, list) or "coordinator" in roles or "coordinator" not in row.roles:
        return {}
    account = select(Account.id).where(
        Account.role == "coordinator", Account.party_id == row.id, col(Account.active).is_(True)
    )
    if at.tx.exec(account).first() is None:
        return {}
    return {"roles": N_("Son compte de coordination est ouvert. Fermez-le d’abord, dans « Comptes du réseau ».")}


def _professional_put(at: Desk, row: Any, values: Mapping[str, Value]) -> None:
    row.display_name, row.email = values["display_name"], values["email"]
    row.function = values["function_other"] or values["function"] or ""
    row.organisation_id = chosen(at, Organisation, values["organisation"])
    row.fte = 1.0 if values["fte"] is None else values["fte"]
    row.languages, row.themes, row.roles = values["languages"], values["themes"], values["roles"]


def _place_said(at: Desk, row: Place) -> dict[str, str | list[str]]:
    as_they_are = ("name", "kind", "capacity", "step_free", "street", "lat", "lon")
    return {name: written(getattr(row, name)) for name in as_they_are} | {
        "organisation": public_id_of(at, Organisation, row.organisation_id),
        "neighbourhood": public_id_of(at, Neighbourhood, row.neighbourhood_id),
    }


def _place_offer(at: Desk, row: Place | None) -> dict[str, dict[str, str]]:
    return {"organisation": organisations(at), "neighbourhood": areas(at)}


def _place_check(at: Desk, row: Place | None, values: Mapping[str, Value]) -> dict[str, str]:
    wrong = in_territory(at, values, "lat", "lon")
    if {"neighbourhood", "lat"} <= values.keys() and not values["neighbourhood"] and values["lat"] is None:
        wrong["neighbourhood"] = N_("Choisissez un quartier, ou donnez la latitude et la longitude.")
    return wrong


def _place_put(at: Desk, row: Any, values: Mapping[str, Value]) -> None:
    row.name, row.kind, row.street = values["name"], values["kind"], values["street"]
    row.capacity, row.step_free = values["capacity"] or 0, values["step_free"]
    row.organisation_id = chosen(at, Organisation, values["organisation"])
    row.neighbourhood_id = chosen(at, Neighbourhood, values["neighbourhood"])
    row.lat, row.lon = values["lat"], values["lon"]


KINDS: Mapping[str, Kind] = {
    "organisation": Kind(
        "organisation",
        Organisation,
        "O",
        "name",
        ORGANISATION,
        _organisation_said,
        _organisation_offer,
        _organisation_check,
        _organisation_put,
    ),
    "professional": Kind(
        "professional",
        Professional,
        "W",
        "display_name",
        PROFESSIONAL,
        _professional_said,
        _professional_offer,
        _professional_check,
        _professional_put,
    ),
    "place": Kind("place", Place, "L", "name", PLACE, _place_said, _place_offer, _place_check, _place_put),
}


def kind_of(code: str) -> Kind:
    """
    The kind of record of this code.

    Raises
    ------
    NotFound
        When there is none.
    """
    if code not in KINDS:
        raise NotFound(N_("Cette fiche n’existe pas."))
    return KINDS[code]
