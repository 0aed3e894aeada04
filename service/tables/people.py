"""People and places: everybody who can be somewhere at a time is a party (`domain.md`, section 3)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Dated, Editable, coordinates, key, listed, moment, one_of, public_key, sealed, to


class Party(SQLModel, table=True):
    """One number space for whoever has availability and can be booked: helper, person, professional, place."""

    __tablename__ = "party"
    __table_args__ = (one_of("kind", codes.OWNER_KINDS),)
    id: int | None = key()
    kind: str
    territory_id: int = to("territory")


class Place(Editable, table=True):
    """`capacity` 0 = no limit."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("kind", codes.PLACE_KINDS),
        CheckConstraint("capacity >= 0", name="capacity"),
        *coordinates(),
    )
    id: int = to("party", primary_key=True)
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    name: str
    kind: str
    organisation_id: int | None = to("organisation", nullable=True)
    neighbourhood_id: int | None = to("neighbourhood", nullable=True)
    street: str = ""
    lat: float | None = None
    lon: float | None = None
    capacity: int = 0
    step_free: bool = False


class Professional(Editable, table=True):
    __tablename__ = "professional"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("status", codes.PROFESSIONAL_STATES),
        CheckConstraint("fte >= 0 AND fte <= 1", name="fte"),
    )
    id: int = to("party", primary_key=True)
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    display_name: str
    organisation_id: int | None = to("organisation", nullable=True)
    function: str = ""
    languages: list[str] = listed()
    themes: list[str] = listed()
    roles: list[str] = listed()
    email: str = ""
    fte: float = 1.0
    status: str = "active"


class PeerHelper(Editable, table=True):
    """
    A peer helper and the limits they set; phone and e-mail lie in the contact card.

    `resting_until` is the last day of rest; None = until they say so.
    """

    __tablename__ = "peer_helper"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("gender", codes.GENDERS),
        one_of("age_band", codes.AGE_BANDS),
        one_of("contract", codes.CONTRACTS),
        one_of("transport", codes.TRANSPORTS),
        one_of("status", codes.HELPER_STATES),
        CheckConstraint("weekly_minutes_max >= 0", name="weekly_minutes_max"),
        CheckConstraint("max_persons >= 0", name="max_persons"),
        CheckConstraint("max_visits_per_day >= 0", name="max_visits_per_day"),
        CheckConstraint("max_travel_km >= 0", name="max_travel_km"),
        CheckConstraint("resting_until IS NULL OR status = 'resting'", name="resting_until"),
        *coordinates("base_lat", "base_lon", coarse=True),
    )
    id: int = to("party", primary_key=True)
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    display_name: str
    gender: str | None = None
    age_band: str | None = None
    languages: list[str] = listed()
    themes: list[str] = listed()
    lived_experience: list[str] = listed()
    contract: str
    weekly_minutes_max: int
    max_persons: int
    max_visits_per_day: int
    max_travel_km: float
    transport: str
    neighbourhood_id: int | None = to("neighbourhood", nullable=True)
    base_lat: float | None = None
    base_lon: float | None = None
    organisation_id: int | None = to("organisation", nullable=True)
    lone_visit_ok: bool = True
    cannot_visit: list[str] = listed()
    initial_training_completed_on: dt.date | None = None
    supervisor_id: int | None = to("professional", nullable=True)
    last_supervision_on: dt.date | None = None
    off_in_school_holidays: bool = False
    own_words_sealed: bytes | None = sealed()
    status: str = "in_training"
    resting_until: dt.date | None = None


class Certificate(SQLModel, table=True):
    __tablename__ = "certificate"
    id: int | None = key()
    peer_helper_id: int = to("peer_helper")
    kind: str
    on: dt.date


class Person(Editable, Dated, table=True):
    """
    A person accompanied, under a pseudonym; `lat`/`lon` at most 3 decimals, `visit_minutes` 30 to 180.

    `merged_into_id` is set on what is left of a record that turned out to be somebody else's second one.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        UniqueConstraint("territory_id", "pseudonym"),
        one_of("gender", codes.GENDERS),
        one_of("age_band", codes.AGE_BANDS),
        one_of("living_environment", codes.LIVING_ENVIRONMENTS),
        one_of("contact_channel", codes.CONTACT_CHANNELS),
        one_of("gender_preference", codes.GENDER_PREFERENCES),
        one_of("visit_frequency", codes.FREQUENCIES),
        one_of("status", codes.PERSON_STATES),
        CheckConstraint("visit_minutes BETWEEN 30 AND 180", name="visit_minutes"),
        CheckConstraint("gender_preference = 'none' OR preferred_gender IS NOT NULL", name="preference_has_gender"),
        CheckConstraint("preferred_gender IN ('f', 'm')", name="preferred_gender"),
        *coordinates(coarse=True),
    )
    id: int = to("party", primary_key=True)
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    pseudonym: str
    age_band: str | None = None
    gender: str | None = None
    languages: list[str] = listed()
    neighbourhood_id: int | None = to("neighbourhood", nullable=True)
    street: str = ""
    lat: float | None = None
    lon: float | None = None
    living_environment: str
    meeting_place_id: int | None = to("place", nullable=True)
    contact_channel: str
    preferred_gender: str | None = None
    gender_preference: str = "none"
    named_helper_id: int | None = to("peer_helper", nullable=True)
    age_proximity: bool = False
    experience_wished: list[str] = listed()
    environment_flags: list[str] = listed()
    two_person_visits: bool = False
    interpreter_accepted: bool = False
    visit_frequency: str
    visit_minutes: int
    off_in_school_holidays: bool = False
    status: str
    closed_on: dt.date | None = None
    merged_into_id: int | None = to("person", nullable=True)


class MetBefore(SQLModel, table=True):
    """Person and helper who met before (an open place…): counts for continuity."""

    __tablename__ = "met_before"
    __table_args__ = (UniqueConstraint("person_id", "peer_helper_id"),)
    id: int | None = key()
    person_id: int = to("person")
    peer_helper_id: int = to("peer_helper")


class ContactCard(Editable, table=True):
    """Address, phone, door details of a person, or phone and mail of a helper: one sealed value, own access right."""

    __tablename__ = "contact_card"
    party_id: int = to("party", primary_key=True)
    card_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DataKey(SQLModel, table=True):
    """A party's data key, wrapped by the master key: erasing this row erases card and free text, in backups too."""

    __tablename__ = "data_key"
    party_id: int = to("party", primary_key=True)
    key_id: str
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class NetworkKey(SQLModel, table=True):
    """The network's own data key, for sealed texts that belong to nobody in particular; wrapped by the master key."""

    __tablename__ = "network_key"
    name: str = Field(primary_key=True)
    key_id: str
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Consent(SQLModel, table=True):
    """
    One line of a person's consent history; only `ended_at` is ever set, once; the row without it is current.

    `how` a consent was given, `told_how` its withdrawal reached us.
    """

    __tablename__ = "consent"
    __table_args__ = (
        one_of("status", codes.CONSENT_STATES),
        one_of("how", codes.CONSENT_WAYS),
        one_of("told_how", codes.ANSWER_WAYS),
        CheckConstraint(
            "status != 'given' OR (given_on IS NOT NULL AND expires_on IS NOT NULL)", name="given_has_dates"
        ),
        CheckConstraint("expires_on IS NULL OR expires_on >= given_on", name="dates"),
        Index(
            "uq_consent_current",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = key()
    person_id: int = to("person")
    status: str
    scope: list[str] = listed()
    given_on: dt.date | None = None
    expires_on: dt.date | None = None
    how: str | None = None
    told_how: str | None = None
    witness_id: int | None = to("party", nullable=True)
    text_version: str = ""
    recorded_at: dt.datetime = moment()
    recorded_by: int | None = to("account", nullable=True)
    ended_at: dt.datetime | None = moment(nullable=True)


class Conflict(SQLModel, table=True):
    """A helper never goes to this person, or to anybody of this neighbourhood; no reason is stored."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("peer_helper_id", "person_id"),
        UniqueConstraint("peer_helper_id", "neighbourhood_id"),
        CheckConstraint("(person_id IS NULL) != (neighbourhood_id IS NULL)", name="one_target"),
    )
    id: int | None = key()
    peer_helper_id: int = to("peer_helper")
    person_id: int | None = to("person", nullable=True)
    neighbourhood_id: int | None = to("neighbourhood", nullable=True)


class Refusal(SQLModel, table=True):
    """A pair that is not proposed again; no reason is stored."""

    __tablename__ = "refusal"
    __table_args__ = (UniqueConstraint("person_id", "peer_helper_id"),)
    id: int | None = key()
    person_id: int = to("person")
    peer_helper_id: int = to("peer_helper")
    since: dt.date


class Separation(SQLModel, table=True):
    """Two people who may not have the same helper (rule 12); the smaller id first."""

    __tablename__ = "separation"
    __table_args__ = (
        UniqueConstraint("person_id", "other_person_id"),
        CheckConstraint("person_id < other_person_id", name="ordered"),
    )
    id: int | None = key()
    person_id: int = to("person")
    other_person_id: int = to("person")


class DistinctPair(SQLModel, table=True):
    """Two people who look like one and are two: not suggested again as duplicates; the smaller id first."""

    __tablename__ = "distinct_pair"
    __table_args__ = (
        UniqueConstraint("person_id", "other_person_id"),
        CheckConstraint("person_id < other_person_id", name="ordered"),
    )
    id: int | None = key()
    person_id: int = to("person")
    other_person_id: int = to("person")


class Availability(SQLModel, table=True):
    """A weekly window, local time, minutes since midnight, half-open; windows of one owner never overlap."""

    __tablename__ = "availability"
    __table_args__ = (
        one_of("recurrence", codes.RECURRENCES),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440", name="minutes"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="valid"),
    )
    id: int | None = key()
    owner_id: int = to("party")
    weekday: int
    start_minute: int
    end_minute: int
    recurrence: str = "weekly"
    valid_from: dt.date
    valid_until: dt.date | None = None


class AvailabilityBefore(SQLModel, table=True):
    """
    The windows of an owner before their last change, for one step back.

    `after` is the digest of the windows that the change left: once they are others, there is no way back.
    """

    __tablename__ = "availability_before"
    owner_id: int = to("party", primary_key=True)
    windows: list[str] = listed()
    after: str
    changed_at: dt.datetime = moment()


class Absence(SQLModel, table=True):
    """First and last day included; with minutes, only that part of each day; no cause is stored."""

    __tablename__ = "absence"
    __table_args__ = (
        one_of("kind", codes.ABSENCE_KINDS),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint(
            "(start_minute IS NULL AND end_minute IS NULL) OR "
            "(start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440)",
            name="minutes",
        ),
    )
    id: int | None = key()
    public_id: str = public_key()
    owner_id: int = to("party")
    first_day: dt.date
    last_day: dt.date
    start_minute: int | None = None
    end_minute: int | None = None
    kind: str = "planned"
