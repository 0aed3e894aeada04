"""The life of the network around the pairings: import and export for now (`settled.md` 28)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Dated, Editable, key, listed, moment, one_of, public_key, sealed, to


class Situation(Editable, table=True):
    """What a person lives, carried by exactly one coordinator (the red thread)."""

    __tablename__ = "situation"
    __table_args__ = (UniqueConstraint("territory_id", "ref"), one_of("status", codes.SITUATION_STATES))
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    person_id: int = to("person")
    coordinator_id: int = to("professional")
    opened_on: dt.date
    status: str = "opened"
    next_review_on: dt.date | None = None


class Goal(Editable, table=True):
    """A goal in the person's words, always set with them."""

    __tablename__ = "goal"
    __table_args__ = (
        UniqueConstraint("situation_id", "ref"),
        one_of("status", codes.GOAL_STATES),
        CheckConstraint("set_with_person", name="set_with_person"),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    situation_id: int = to("situation")
    theme: str
    title_sealed: bytes | None = sealed()
    set_on: dt.date
    set_with_person: bool = True
    status: str = "open"
    review_on: dt.date | None = None


class NetworkMember(SQLModel, table=True):
    """Somebody around a situation; a relative is a role only."""

    __tablename__ = "network_member"
    __table_args__ = (
        UniqueConstraint("situation_id", "member_id", "role"),
        one_of("kind", codes.MEMBER_KINDS),
        CheckConstraint("(kind = 'relative') = (member_id IS NULL)", name="member"),
    )
    id: int | None = key()
    situation_id: int = to("situation")
    kind: str
    member_id: int | None = to("party", nullable=True)
    role: str
    person_agreed: bool = False


class Alert(SQLModel, table=True):
    __tablename__ = "alert"
    __table_args__ = (CheckConstraint("first_reaction_at IS NULL OR first_reaction_at >= raised_at", name="reaction"),)
    id: int | None = key()
    situation_id: int = to("situation")
    raised_at: dt.datetime = moment()
    raised_by: int | None = to("party", nullable=True)
    first_reaction_at: dt.datetime | None = moment(nullable=True)


class OutreachRound(SQLModel, table=True):
    """A team of two or more goes to an area or place; no person's data."""

    __tablename__ = "outreach_round"
    __table_args__ = (
        CheckConstraint("team_size >= 2", name="team_size"),
        CheckConstraint("(neighbourhood_id IS NULL) != (place_id IS NULL)", name="one_target"),
    )
    id: int | None = key()
    territory_id: int = to("territory")
    neighbourhood_id: int | None = to("neighbourhood", nullable=True)
    place_id: int | None = to("place", nullable=True)
    on: dt.date
    team_size: int


class OpenSession(Editable, Dated, table=True):
    """A weekly drop-in series in an open place; local minutes since midnight."""

    __tablename__ = "open_session"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440", name="minutes"),
        CheckConstraint("hosts_min >= 1", name="hosts_min"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="valid"),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    place_id: int = to("place")
    name: str
    weekday: int
    start_minute: int
    end_minute: int
    hosts_min: int = 2
    valid_from: dt.date
    valid_until: dt.date | None = None
    on_public_holidays: bool = False
    on_school_holidays: bool = True
    uid: str = Field(unique=True)
    sequence: int = 0


class OpenSessionHost(Dated, table=True):
    """A host's slot on one date of a series; `sequence` rises with each change that its calendar must tell."""

    __tablename__ = "open_session_host"
    __table_args__ = (
        UniqueConstraint("open_session_id", "on", "host_id"),
        one_of("status", codes.HOST_STATES),
    )
    id: int | None = key()
    open_session_id: int = to("open_session")
    on: dt.date
    host_id: int = to("party")
    status: str = "proposed"
    sequence: int = 0


class OpenSessionDay(Dated, table=True):
    """
    What became of one date of a series: attendance as a number only.

    `sequence` rises each time the day is called off or takes place after all.
    """

    __tablename__ = "open_session_day"
    __table_args__ = (
        UniqueConstraint("open_session_id", "on"),
        one_of("status", codes.SESSION_STATES),
        CheckConstraint("attendance IS NULL OR attendance >= 0", name="attendance"),
    )
    id: int | None = key()
    open_session_id: int = to("open_session")
    on: dt.date
    status: str = "planned"
    attendance: int | None = None
    sequence: int = 0


class Meeting(Editable, Dated, table=True):
    """A meeting or a series of them; `rrule` as imported, UNTIL in local time."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("kind", codes.MEETING_KINDS),
        one_of("status", codes.MEETING_STATES),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("kind != 'concertation' OR situation_id IS NOT NULL", name="concertation"),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    kind: str
    title: str = ""
    place_id: int | None = to("place", nullable=True)
    starts_at: dt.datetime = moment(index=True)
    ends_at: dt.datetime = moment()
    rrule: str = ""
    situation_id: int | None = to("situation", nullable=True)
    person_invited: bool = False
    decisions_sealed: bytes | None = sealed()
    status: str = "planned"
    uid: str = Field(unique=True)
    sequence: int = 0


class MeetingParticipant(SQLModel, table=True):
    __tablename__ = "meeting_participant"
    __table_args__ = (UniqueConstraint("meeting_id", "party_id"),)
    id: int | None = key()
    meeting_id: int = to("meeting")
    party_id: int = to("party")


class MeetingAttendance(SQLModel, table=True):
    __tablename__ = "meeting_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "organisation_id"),)
    id: int | None = key()
    meeting_id: int = to("meeting")
    organisation_id: int = to("organisation")
    present: bool


class SupportIntervention(Editable, table=True):
    """A team at a dead end asks for help; no fee, no psychiatric reference."""

    __tablename__ = "support_intervention"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("kind", codes.INTERVENTION_KINDS),
        one_of("status", codes.INTERVENTION_STATES),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    kind: str
    professional_id: int = to("professional")
    person_id: int | None = to("person", nullable=True)
    received_at: dt.datetime = moment()
    first_reply_at: dt.datetime | None = moment(nullable=True)
    first_meeting_on: dt.date | None = None
    status: str = "received"


class InterventionMember(SQLModel, table=True):
    __tablename__ = "intervention_member"
    __table_args__ = (UniqueConstraint("intervention_id", "professional_id"),)
    id: int | None = key()
    intervention_id: int = to("support_intervention")
    professional_id: int = to("professional")


class HousingFirstRound(SQLModel, table=True):
    __tablename__ = "housing_first_round"
    __table_args__ = (
        UniqueConstraint("territory_id", "on"),
        CheckConstraint("quorum >= 0 AND json_array_length(partners_present) >= quorum", name="quorum"),
    )
    id: int | None = key()
    territory_id: int = to("territory")
    on: dt.date
    partners_present: list[str] = listed()
    quorum: int = 0


class HousingFirstCandidate(Editable, table=True):
    """Only yes or no on the criteria, the decision and its date, and whether a home came of it."""

    __tablename__ = "housing_first_candidate"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        one_of("decision", codes.HF_DECISIONS),
        CheckConstraint("housed_on IS NULL OR decision IN ('selected', 'waiting_list')", name="housed"),
        CheckConstraint("moved_on IS NULL OR moved_on >= housed_on", name="moved_on"),
    )
    id: int | None = key()
    round_id: int = to("housing_first_round")
    person_id: int = to("person")
    presented_by: int = to("organisation")
    criteria_confirmed: bool
    partners_present: list[str] = listed()
    decision: str | None = None
    decided_on: dt.date | None = None
    housed_on: dt.date | None = None
    moved_on: dt.date | None = None


class HousingUnit(SQLModel, table=True):
    __tablename__ = "housing_unit"
    __table_args__ = (one_of("status", codes.HOUSING_UNIT_STATES),)
    id: int | None = key()
    territory_id: int = to("territory")
    neighbourhood_id: int = to("neighbourhood")
    landlord_id: int | None = to("organisation", nullable=True)
    free_from: dt.date | None = None
    status: str = "free"


class Tenancy(SQLModel, table=True):
    """Who lives in a unit since when; no link to a pairing: the end of one never ends the other."""

    __tablename__ = "tenancy"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="dates"),)
    id: int | None = key()
    unit_id: int = to("housing_unit")
    person_id: int = to("person")
    since: dt.date
    until: dt.date | None = None


class Outcome(SQLModel, table=True):
    """A quarter as the person tells it; only with consent scope `outcomes`."""

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("person_id", "quarter"),
        one_of("housing_stability", codes.HOUSING_STABILITY),
        CheckConstraint("quality_of_life IS NULL OR quality_of_life BETWEEN 0 AND 10", name="quality_of_life"),
        CheckConstraint("belonging IS NULL OR belonging BETWEEN 0 AND 10", name="belonging"),
        CheckConstraint("hospital_nights IS NULL OR hospital_nights BETWEEN 0 AND 92", name="hospital_nights"),
    )
    id: int | None = key()
    person_id: int = to("person")
    quarter: str
    hospital_nights: int | None = None
    reaction_days: int | None = None
    housing_stability: str | None = None
    quality_of_life: int | None = None
    belonging: int | None = None
    reported_by_person: bool = True


class Gap(SQLModel, table=True):
    """An unmet need noticed: feeds the signal function."""

    __tablename__ = "gap"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)
    id: int | None = key()
    territory_id: int = to("territory")
    theme: str
    neighbourhood_id: int | None = to("neighbourhood", nullable=True)
    period: str
    count: int
