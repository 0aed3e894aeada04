"""Territory, areas, partners, places, themes, holidays, documents (`domain.md`, section 3)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Editable, coordinates, key, listed, moment, one_of, plain_data, public_key, to


class Territory(Editable, table=True):
    """The area of one network; `demo` marks invented data."""

    __tablename__ = "territory"
    __table_args__ = (
        one_of("country", codes.COUNTRIES),
        one_of("default_language", codes.LANGS),
        CheckConstraint("max_travel_km > 0", name="max_travel_km"),
        *coordinates(),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str = Field(unique=True)
    name: str
    country: str
    region: str = ""
    timezone: str
    default_language: str = "fr"
    languages: list[str] = listed()
    lat: float
    lon: float
    school_calendar: str = ""
    max_travel_km: float
    demo: bool = False


class Neighbourhood(Editable, table=True):
    """Where people live and places are; one that was taken off the lists stays where it is named already."""

    __tablename__ = "neighbourhood"
    __table_args__ = (UniqueConstraint("territory_id", "ref"), *coordinates())
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    name: str
    postcode: str = ""
    locality: str = ""
    lat: float
    lon: float
    example_street: str = ""
    retired_on: dt.date | None = None


class Organisation(Editable, table=True):
    """A partner of the network."""

    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("territory_id", "ref"), one_of("sector", codes.SECTORS), *coordinates())
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    name: str
    kind: str
    sector: str
    themes: list[str] = listed()
    neighbourhood_id: int | None = to("neighbourhood", nullable=True)
    lat: float | None = None
    lon: float | None = None
    email: str = ""
    charter_signed_on: dt.date | None = None
    conventions: list[str] = listed()
    housing_first_selector: bool = False
    hosts_meetings: bool = False


class Theme(Editable, table=True):
    """
    An area of help; codes are compared as they are, a parent does not imply its child.

    `own_of` is the network that added it for itself; None for those that every network has.
    """

    __tablename__ = "theme"
    id: int | None = key()
    ref: str = Field(unique=True)
    parent_id: int | None = to("theme", nullable=True)
    label_fr: str
    label_nl: str
    label_de: str
    label_en: str
    extension: bool = False
    own_of: int | None = to("territory", nullable=True)


class PublicHoliday(SQLModel, table=True):
    """
    What a network adds to the holidays that the library knows, or takes out of them (`closed` is false).

    `region` is empty for the whole country; otherwise a region, or the reference of one territory.
    """

    __tablename__ = "public_holiday"
    __table_args__ = (UniqueConstraint("country", "region", "day"), one_of("country", codes.COUNTRIES))
    id: int | None = key()
    country: str
    region: str = ""
    day: dt.date
    label: str
    closed: bool = True


class SchoolHoliday(SQLModel, table=True):
    """First and last day are both holidays."""

    __tablename__ = "school_holiday"
    __table_args__ = (
        UniqueConstraint("school_calendar", "first_day"),
        CheckConstraint("last_day >= first_day", name="days"),
    )
    id: int | None = key()
    school_calendar: str
    first_day: dt.date
    last_day: dt.date
    label: str


class Document(SQLModel, table=True):
    """Charter, Vade Mecum, statutes or convention, in one version."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("territory_id", "kind", "version"), one_of("kind", codes.DOCUMENT_KINDS))
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    kind: str
    version: str
    adopted_on: dt.date | None = None


class Signature(SQLModel, table=True):
    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("document_id", "organisation_id"),)
    id: int | None = key()
    document_id: int = to("document")
    organisation_id: int = to("organisation")
    signed_on: dt.date


class NetworkSetting(SQLModel, table=True):
    """A choice of the organisation (weights of criteria, travel speeds…): the last row of a name counts."""

    __tablename__ = "network_setting"
    id: int | None = key()
    territory_id: int = to("territory")
    name: str = Field(index=True)
    value: dict[str, object] = plain_data()
    changed_at: dt.datetime = moment()
    changed_by: int | None = to("account", nullable=True)
