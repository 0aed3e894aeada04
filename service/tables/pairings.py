"""Requests, pairings and visits, and who is booked when (`domain.md`, sections 3 and 4)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service import codes
from service.tables.base import Dated, Editable, key, listed, moment, one_of, plain_data, public_key, sealed, to


class Request(Editable, table=True):
    """A demand for accompaniment, coordination, information…"""

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("requested_by", codes.REQUESTERS),
        one_of("kind", codes.REQUEST_KINDS),
        one_of("urgency", codes.URGENCIES),
        one_of("status", codes.REQUEST_STATES),
        one_of("reason", codes.REQUEST_REASONS),
        CheckConstraint("requested_by = 'person' OR professional_id IS NOT NULL", name="requester"),
        CheckConstraint("status != 'closed' OR reason IS NOT NULL", name="closed_has_reason"),
        CheckConstraint("json_array_length(themes) >= 1", name="themes"),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    received_on: dt.date
    requested_by: str
    professional_id: int | None = to("professional", nullable=True)
    person_id: int = to("person")
    kind: str = "pairing"
    themes: list[str] = listed()
    urgency: str = "normal"
    wished_first_visit_by: dt.date | None = None
    status: str = "received"
    reason: str | None = None
    note_sealed: bytes | None = sealed()


class Need(SQLModel, table=True):
    """What is needed under a theme, of a request or of a situation."""

    __tablename__ = "need"
    __table_args__ = (
        one_of("met", codes.NEED_MET),
        CheckConstraint("(request_id IS NULL) != (situation_id IS NULL)", name="one_parent"),
    )
    id: int | None = key()
    request_id: int | None = to("request", nullable=True)
    situation_id: int | None = to("situation", nullable=True)
    theme: str
    wording_sealed: bytes | None = sealed()
    met: str = "no"


class Pairing(Editable, Dated, table=True):
    """A person and a peer helper, from the proposal to the end; `usual_minute` counts from midnight."""

    __tablename__ = "pairing"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("status", codes.PAIRING_STATES),
        one_of("person_answer", codes.ANSWERS),
        one_of("helper_answer", codes.ANSWERS),
        one_of("person_answer_how", codes.ANSWER_WAYS),
        one_of("helper_answer_how", codes.ANSWER_WAYS),
        one_of("reason", codes.PAIRING_END_REASONS),
        CheckConstraint("status != 'ended' OR (reason IS NOT NULL AND ended_on IS NOT NULL)", name="ended_has_reason"),
        CheckConstraint(
            "status NOT IN ('accepted', 'trial', 'active', 'paused') OR "
            "(person_answer = 'accepted' AND helper_answer = 'accepted')",
            name="both_said_yes",
        ),
        CheckConstraint("paused_until IS NULL OR paused_from IS NULL OR paused_until >= paused_from", name="pause"),
        CheckConstraint(
            "status != 'declined' OR person_answer = 'declined' OR helper_answer = 'declined'", name="declined_by_one"
        ),
        CheckConstraint("trial_end IS NULL OR trial_end >= trial_start", name="trial"),
        CheckConstraint("usual_weekday IS NULL OR usual_weekday BETWEEN 1 AND 7", name="usual_weekday"),
        CheckConstraint("usual_minute IS NULL OR usual_minute BETWEEN 0 AND 1439", name="usual_minute"),
        UniqueConstraint("id", "person_id"),
        Index(
            "uq_pairing_one_live",
            "person_id",
            unique=True,
            sqlite_where=text("status IN ('accepted', 'trial', 'active', 'paused')"),
            postgresql_where=text("status IN ('accepted', 'trial', 'active', 'paused')"),
        ),
        Index(
            "uq_pairing_live_pair",
            "person_id",
            "peer_helper_id",
            unique=True,
            sqlite_where=text("status IN ('proposed', 'accepted', 'trial', 'active', 'paused')"),
            postgresql_where=text("status IN ('proposed', 'accepted', 'trial', 'active', 'paused')"),
        ),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    person_id: int = to("person")
    peer_helper_id: int = to("peer_helper")
    professional_id: int | None = to("professional", nullable=True)
    request_id: int | None = to("request", nullable=True)
    status: str = "proposed"
    proposed_on: dt.date
    person_answer: str = "pending"
    person_answer_on: dt.date | None = None
    person_answer_how: str | None = None
    person_answer_by: int | None = to("account", nullable=True)
    helper_answer: str = "pending"
    helper_answer_on: dt.date | None = None
    helper_answer_how: str | None = None
    helper_answer_by: int | None = to("account", nullable=True)
    trial_start: dt.date | None = None
    trial_end: dt.date | None = None
    active_from: dt.date | None = None
    paused_from: dt.date | None = None
    paused_until: dt.date | None = None
    ended_on: dt.date | None = None
    reason: str | None = None
    usual_weekday: int | None = None
    usual_minute: int | None = None
    score: float | None = None
    score_by_criterion: dict[str, float] | None = plain_data(nullable=True)


class TrialReview(Editable, table=True):
    """
    What one side says at the end of the trial: one row for each side, so that no page can show both by mistake.

    There is no field for a reason.
    """

    __tablename__ = "trial_review"
    __table_args__ = (
        UniqueConstraint("pairing_id", "side"),
        one_of("side", codes.SIDES),
        one_of("said", codes.REVIEW_ANSWERS),
        one_of("how", codes.ANSWER_WAYS),
    )
    id: int | None = key()
    pairing_id: int = to("pairing")
    side: str
    said: str
    how: str
    on: dt.date
    by: int | None = to("account", nullable=True)


class SetAside(SQLModel, table=True):
    """A suggestion that the coordinator put aside, with a coded reason; taken back by deleting the row."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("person_id", "peer_helper_id"),)
    id: int | None = key()
    person_id: int = to("person")
    peer_helper_id: int = to("peer_helper")
    reason: str
    at: dt.datetime = moment()
    by: int | None = to("account", nullable=True)


class Override(SQLModel, table=True):
    """One rule that the coordinator set aside for one pair (`settled.md` 10): exactly this rule, with who and when."""

    __tablename__ = "override"
    __table_args__ = (
        UniqueConstraint("person_id", "peer_helper_id", "rule"),
        CheckConstraint(
            "rule NOT IN ('CONSENT', 'GENDER', 'CONFLICT', 'REFUSED', 'HELPER_STATUS', 'SAME_HELPER')", name="rule"
        ),
    )
    id: int | None = key()
    person_id: int = to("person")
    peer_helper_id: int = to("peer_helper")
    rule: str
    reason: str
    at: dt.datetime = moment()
    by: int | None = to("account", nullable=True)


class Visit(Editable, Dated, table=True):
    """A meeting of a pairing; `uid` never changes, `sequence` rises with time, place or status."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("territory_id", "ref"),
        one_of("kind", codes.VISIT_KINDS),
        one_of("status", codes.VISIT_STATES),
        one_of("place_kind", codes.VISIT_PLACES),
        one_of("reason", codes.VISIT_CANCEL_REASONS + codes.VISIT_NOT_HELD_REASONS),
        one_of("helper_answer", codes.VISIT_ANSWERS),
        one_of("person_answer", codes.VISIT_ANSWERS),
        one_of("helper_answer_how", codes.ANSWER_WAYS),
        one_of("person_answer_how", codes.ANSWER_WAYS),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("(place_kind = 'place') = (place_id IS NOT NULL)", name="place"),
        CheckConstraint("status != 'cancelled' OR (reason IS NOT NULL AND reason LIKE 'by%')", name="cancelled_by"),
        CheckConstraint("status != 'not_held' OR (reason IS NOT NULL AND reason LIKE '%absent')", name="absent"),
        CheckConstraint("checked_out_at IS NULL OR checked_out_at >= checked_in_at", name="checked"),
        CheckConstraint("moved_to_id IS NULL OR status = 'moved'", name="moved"),
        # A pairing goes to another record only when two records of one person become one; its visits go with it.
        ForeignKeyConstraint(
            ["pairing_id", "person_id"], ["pairing.id", "pairing.person_id"], deferrable=True, initially="DEFERRED"
        ),
        CheckConstraint("second_helper_id IS NULL OR second_helper_id != peer_helper_id", name="two_people"),
    )
    id: int | None = key()
    public_id: str = public_key()
    ref: str
    territory_id: int = to("territory")
    pairing_id: int = Field(index=True)
    person_id: int = to("person")
    peer_helper_id: int = to("peer_helper")
    kind: str
    starts_at: dt.datetime = moment(index=True)
    ends_at: dt.datetime = moment()
    place_kind: str = "home"
    place_id: int | None = to("place", nullable=True)
    professional_id: int | None = to("professional", nullable=True)
    second_helper_id: int | None = to("peer_helper", nullable=True)
    status: str = "planned"
    reason: str | None = None
    helper_answer: str = "pending"
    helper_answer_how: str | None = None
    helper_answer_by: int | None = to("account", nullable=True)
    person_answer: str = "pending"
    person_answer_how: str | None = None
    person_answer_by: int | None = to("account", nullable=True)
    checked_in_at: dt.datetime | None = moment(nullable=True)
    checked_out_at: dt.datetime | None = moment(nullable=True)
    pinned: bool = False
    published_at: dt.datetime | None = moment(nullable=True)
    moved_to_id: int | None = to("visit", nullable=True)
    uid: str = Field(unique=True)
    sequence: int = 0
    created_at: dt.datetime = moment()


class Booking(SQLModel, table=True):
    """A party is taken by a visit: never two at once while live (an exclusion constraint or its triggers hold it)."""

    __tablename__ = "booking"
    __table_args__ = (UniqueConstraint("party_id", "visit_id"), CheckConstraint("ends_at > starts_at", name="times"))
    id: int | None = key()
    party_id: int = to("party")
    visit_id: int = to("visit", ondelete="CASCADE")
    starts_at: dt.datetime = moment()
    ends_at: dt.datetime = moment()
    live: bool = True


class Notice(SQLModel, table=True):
    """
    Somebody is to be told something: what, about whom; never why.

    Without `party_id` it is for the coordination itself, and about an absence, or about what `subject_id` changed,
    instead of a person when it has one of them.
    `known_start` is the hour of the visit that this party knows of, when the visit has another one now. `told_at` is
    set once it was said, or read on the own page.
    """

    __tablename__ = "notice"
    __table_args__ = (
        one_of("code", codes.NOTICES_TO_PARTIES + codes.NOTICES_TO_COORDINATION),
        CheckConstraint(
            f"(party_id IS NULL) = (code IN ({', '.join(repr(code) for code in codes.NOTICES_TO_COORDINATION)}))",
            name="addressee",
        ),
        CheckConstraint(
            "(code = 'helper_away') = (absence_id IS NOT NULL) "
            f"AND (code IN ({', '.join(repr(code) for code in codes.NOTICES_OF_A_PARTY)})) = (subject_id IS NOT NULL) "
            "AND (person_id IS NULL) = (absence_id IS NOT NULL OR subject_id IS NOT NULL)",
            name="subject",
        ),
    )
    id: int | None = key()
    public_id: str = public_key()
    territory_id: int = to("territory")
    party_id: int | None = to("party", nullable=True)
    code: str
    person_id: int | None = to("person", nullable=True)
    pairing_id: int | None = to("pairing", nullable=True)
    visit_id: int | None = to("visit", nullable=True)
    absence_id: int | None = to("absence", nullable=True, ondelete="CASCADE")
    subject_id: int | None = to("party", nullable=True)
    known_start: dt.datetime | None = moment(nullable=True)
    at: dt.datetime = moment()
    told_at: dt.datetime | None = moment(nullable=True)
    told_by: int | None = to("account", nullable=True)
