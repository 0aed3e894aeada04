"""Files of the common tables and of the ground: territory, areas, partners, documents, places."""

from __future__ import annotations

from service import codes
from service.imports.columns import (
    Column,
    File,
    code,
    day,
    ident,
    listed,
    number,
    position,
    ref,
    text,
    yes_no,
)
from service.tables import people, territory

COMMON = (
    File(
        "themes",
        territory.Theme,
        ("theme_id",),
        (
            ident("theme_id"),
            ref("parent_id", "themes", "parent_id"),
            *(text(f"label_{lang}", filled=True) for lang in codes.LANGS),
            yes_no("extension"),
        ),
        common=True,
    ),
    File(
        "public_holidays",
        territory.PublicHoliday,
        ("country", "date", "region"),
        (
            code("country", codes.COUNTRIES, filled=True),
            day("date", "day", filled=True),
            text("label"),
            text("region", optional=True),
            yes_no("closed", empty=True, optional=True),
        ),
        common=True,
    ),
    File(
        "school_holidays",
        territory.SchoolHoliday,
        ("school_calendar", "first_day"),
        (
            text("school_calendar", filled=True),
            day("first_day", filled=True),
            day("last_day", filled=True),
            text("label"),
        ),
        common=True,
        order=(("first_day", "last_day", False),),
    ),
)

GROUND = (
    File(
        "territory",
        territory.Territory,
        ("territory_id",),
        (
            ident("territory_id"),
            text("name", filled=True),
            code("country", codes.COUNTRIES, filled=True),
            text("region"),
            Column("timezone", "zone", "timezone", filled=True),
            code("default_language", codes.LANGS, filled=True),
            listed("languages", "languages", filled=True),
            *position(filled=True),
            text("school_calendar"),
            number("max_travel_km", low=0.1, high=500, filled=True),
        ),
    ),
    File(
        "neighbourhoods",
        territory.Neighbourhood,
        ("neighbourhood_id",),
        (
            ident("neighbourhood_id"),
            text("name", filled=True),
            text("postcode"),
            text("locality"),
            *position(filled=True),
            text("example_street"),
        ),
        latitude="lat",
        longitude="lon",
    ),
    File(
        "organisations",
        territory.Organisation,
        ("organisation_id",),
        (
            ident("organisation_id"),
            text("name", filled=True),
            text("kind", filled=True),
            code("sector", codes.SECTORS, filled=True),
            listed("themes", "themes"),
            ref("neighbourhood_id", "neighbourhoods", "neighbourhood_id"),
            *position(),
            text("email"),
            day("charter_signed_on"),
            yes_no("housing_first_selector"),
            yes_no("hosts_meetings"),
            Column("conventions", "texts", "conventions", optional=True, empty=()),
        ),
        latitude="lat",
        longitude="lon",
    ),
    File(
        "documents",
        territory.Document,
        ("kind", "version"),
        (
            code("kind", codes.DOCUMENT_KINDS, filled=True),
            text("version", filled=True),
            day("adopted_on"),
            Column("signatures", "signatures", optional=True, empty=(), to="organisations"),
        ),
        needed=False,
    ),
    File(
        "places",
        people.Place,
        ("place_id",),
        (
            ident("place_id"),
            text("name", filled=True),
            code("kind", codes.PLACE_KINDS, filled=True),
            ref("organisation_id", "organisations", "organisation_id"),
            ref("neighbourhood_id", "neighbourhoods", "neighbourhood_id"),
            text("street"),
            *position(),
            number("capacity", kind="int", low=0, high=10_000, empty=0),
            yes_no("step_free"),
        ),
        latitude="lat",
        longitude="lon",
    ),
)
