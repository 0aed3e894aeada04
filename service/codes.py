"""The closed lists of the domain (`domain.md`, sections 1, 3 and 4): one tuple each, in the order people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Lang = Literal["fr", "nl", "de", "en"]
LANGS: tuple[str, ...] = get_args(Lang)
COUNTRIES = ("BE", "FR")
SECTORS = ("public", "private", "associative")
GENDERS = ("f", "m", "x")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
LIVING_ENVIRONMENTS = (
    "home",
    "with_family",
    "social_housing",
    "sheltered_housing",
    "housing_first",
    "shelter",
    "street",
    "ward",
)
CONTACT_CHANNELS = ("sms", "phone", "email", "via_professional", "in_person")
GENDER_PREFERENCES = ("none", "preferred", "required")
ENVIRONMENT_FLAGS = ("dog", "cat", "smoking", "stairs")
FREQUENCIES = ("twice_weekly", "weekly", "fortnightly", "monthly")
CONSENT_STATES = ("pending", "given", "refused", "withdrawn", "expired")
CONSENT_SCOPES = ("pairing", "network", "outcomes")
CONSENT_WAYS = ("signed", "spoken_with_witness", "own_page")
PERSON_STATES = ("consent_pending", "waiting", "proposed", "paired", "paused", "closed")
CONTRACTS = ("employee", "fixed_term", "volunteer")
TRANSPORTS = ("walk", "bike", "bus", "car")
TRAVEL_SOURCES = ("file", "streets")
HELPER_STATES = ("in_training", "active", "resting", "left")
PROFESSIONAL_STATES = ("active", "left")
PROFESSIONAL_ROLES = (
    "coordinator",
    "referring",
    "network",
    "hf_selector",
    "supervisor",
    "support_team",
    "host",
    "partner_admin",
    "steering",
)
OWNER_KINDS = ("peer_helper", "person", "professional", "place")
RECURRENCES = ("weekly", "odd_weeks", "even_weeks")
ABSENCE_KINDS = ("planned", "unplanned", "training")
REQUESTERS = ("person", "professional")
REQUEST_KINDS = ("pairing", "coordination", "information", "support_intervention", "housing_first")
URGENCIES = ("normal", "soon", "urgent")
REQUEST_STATES = ("received", "consent_pending", "waiting", "proposed", "fulfilled", "redirected", "closed")
REQUEST_REASONS = ("declined_by_person", "consent_withdrawn", "requester_withdrew", "other_help_found", "no_answer")
REDIRECT_REASONS = (
    "nearer_service",
    "outside_territory",
    "other_kind_of_help",
    "more_than_peer_help",
    "helpers_full",
    "wish_of_person",
)
"""Why a request goes to another service; whoever asked reads it, so none says anything of a person's health."""
REQUEST_QUESTIONS = (
    "consent",
    "themes",
    "place",
    "availability",
    "languages",
    "first_meeting",
    "already_helped",
    "other",
)
"""What the coordination may ask whoever made a request."""
REQUEST_DEEDS = (
    "accepted",
    "redirected",
    "closed",
    "undone",
    "entered",
    "asked",
    "answered",
    "taken_back",
    "reminded",
    "warned",
)
"""What the thread of a request holds."""
MESSAGE_SIDES = ("coordinator", "professional", "peer_helper")
NEED_MET = ("yes", "partly", "no")
SITUATION_STATES = ("opened", "active", "stabilised", "closed")
GOAL_STATES = ("open", "reached", "changed", "dropped")
MEMBER_KINDS = ("professional", "peer_helper", "relative")
PAIRING_STATES = ("proposed", "accepted", "trial", "active", "paused", "ended", "declined", "lapsed")
LIVE_PAIRING_STATES = ("proposed", "accepted", "trial", "active", "paused")
GOING_ON = tuple(state for state in LIVE_PAIRING_STATES if state != "proposed")
"""A pairing that both said yes to and that has not ended."""
ANSWERS = ("pending", "accepted", "declined", "talk_first")
ANSWER_WAYS = ("own_page", "phone", "paper", "in_person")
REVIEW_ANSWERS = ("continue", "stop", "talk_first")
SIDES = ("person", "peer_helper")
PAIRING_END_REASONS = (
    "goals_reached",
    "asked_by_person",
    "asked_by_helper",
    "ended_in_trial_by_person",
    "ended_in_trial_by_helper",
    "needs_changed",
    "moved_away",
    "helper_left",
    "consent_withdrawn",
    "other_help_found",
    "safety",
)
VISIT_KINDS = ("first_joint", "regular", "accompaniment", "family", "review", "closing")
VISIT_STATES = ("planned", "confirmed", "done", "cancelled", "not_held", "moved")
LIVE_VISIT_STATES = ("planned", "confirmed")
VISIT_STATES_IN_CALENDARS: Mapping[str, Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]] = {
    "planned": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "done": "CONFIRMED",
    # Who did not come is nobody's business there: the appointment stays as it was.
    "not_held": "CONFIRMED",
    "cancelled": "CANCELLED",
    "moved": "CANCELLED",
}
"""What calendars say of a visit (RFC 5545, 3.8.1.11); they hear of a change of state only where this changes."""
VISIT_CANCEL_REASONS = ("by_person", "by_helper", "by_professional", "by_service")
VISIT_NOT_HELD_REASONS = ("person_absent", "helper_absent")
VISIT_PLACES = ("home", "place", "outside_accompaniment")
VISIT_ANSWERS = ("pending", "accepted", "declined", "other_time")
UNWILLING = ("declined", "other_time")
"""Of those, what says that a visit cannot be then."""
PLACE_KINDS = ("open_place", "partner_premises", "town_hall", "neutral_place", "ward", "training_room")
SINGLE_BOOKING_PLACES = ("town_hall", "partner_premises", "training_room")
HOST_STATES = ("proposed", "confirmed")
MEETING_KINDS = (
    "concertation",
    "group_monthly",
    "local_council",
    "steering_committee",
    "working_group",
    "intervision",
    "peer_intervision",
    "supervision",
    "training",
    "exchange_table",
    "public_event",
)
SESSION_STATES = ("planned", "staffed", "held", "cancelled")
MEETING_STATES = ("planned", "invited", "held", "cancelled")
INTERVENTION_KINDS = ("intervention", "team_supervision", "training")
# "planned" is what the files of partners say for "meeting_planned"; the importer reads both.
INTERVENTION_STATES = ("received", "acknowledged", "meeting_planned", "in_progress", "closed", "redirected")
HF_DECISIONS = ("selected", "waiting_list", "not_selected", "withdrawn")
HF_STATES = ("presented", "criteria_confirmed", *HF_DECISIONS, "housed", "moved_on")
HOUSING_UNIT_STATES = ("free", "offered", "let")
HOUSING_STABILITY = ("stable", "at_risk", "unstable")
DOCUMENT_KINDS = ("charter", "vade_mecum", "statutes", "convention")
FEED_LEVELS = ("busy", "minimal", "initials", "place", "plain")
FEED_CLIENTS = ("google", "apple", "outlook", "thunderbird", "nextcloud", "android", "other")
FEED_KINDS = ("own", "busy", "place", "territory", "working_group", "team")
CALENDAR_SOURCES = ("url", "file")
RUN_KINDS = ("pairing", "planning", "what_if", "replan")
RUN_STATES = ("queued", "running", "done", "failed", "cancelled")
NOTICES_TO_PARTIES = (
    "pairing_ended",
    "pairing_paused",
    "pairing_resumed",
    "proposal_closed",
    "visit_cancelled",
    "visit_moved",
    "visit_joined",
    "visit_left",
    "visit_company",
    "consent_ended",
    "request_question",
    "request_reminder",
    "request_closing",
    "request_redirected",
    "request_closed",
    "request_resumed",
    "opened_in_emergency",
)
"""What somebody is told; it never says why, nor who asked."""
NOTICES_TO_COORDINATION = (
    "person_stopped",
    "helper_stopped",
    "person_paused",
    "helper_paused",
    "person_may_wait",
    "two_absences",
    "consent_withdrawn",
    "consent_expired",
    "consent_renewed",
    "helper_away",
    "hours_changed",
    "limits_changed",
    "knows_somebody",
    "request_answered",
)
NOTICES_OF_A_PARTY = ("hours_changed", "limits_changed", "knows_somebody")
"""Of those, what a party said of themselves: no reason, and nobody else is named."""
MAIL_KINDS = ("invitation", "account", "message", "sms")
MESSAGE_CHOICES = ("email", "sms", "none")
MESSAGE_WAYS = ("email", "sms", "said")
MAIL_STATES = ("waiting", "sending", "sent", "doubtful", "failed", "given_up", "superseded", "lapsed")
OPEN_MAIL_STATES = ("doubtful", "failed", "given_up")
"""Of these the coordinator hears."""
MAIL_FAULTS = ("no_server", "sign_in", "later", "refused", "address", "unreadable", "broken_off")
"""Why a mail did not leave: never the words of a server."""
INVITATION_LEVELS = ("minimal", "busy")
INVITATION_METHODS = ("REQUEST", "CANCEL")
MAIL_ANSWERS = ("accepted", "declined", "tentative", "other_time", "again", "bounced", "automatic", "unreadable")
REPLY_OUTCOMES = ("received", "done", "stale", "too_late", "unknown", "to_read")
ROLES = (
    "coordinator",
    "peer_helper",
    "professional",
    "person",
    "support_team",
    "hf_selector",
    "host",
    "supervisor",
    "partner_admin",
    "steering",
    "sysadmin",
)
LINK_PURPOSES = ("sign_in", "invitation", "reset")
CHALLENGE_PURPOSES = ("join", "register", "sign_in", "confirm")
TRIP_PURPOSES = ("sign_in", "join", "link", "confirm")
RIGHT_KINDS = ("correction", "erasure", "restriction")
RIGHT_STATES = ("open", "done", "refused", "taken_back")
RIGHT_REFUSALS = ("already_right", "kept_by_law", "not_held_here")
EMERGENCY_REASONS = ("life_in_danger", "other_in_danger", "service_asks", "lost")
EMERGENCY_STATES = ("open", "justified", "not_justified", "nobody")
OWN_KEYS = ("link", "code")
EXPERIENCES = (
    "distress",
    "hospital_stay",
    "addiction",
    "homelessness",
    "isolation",
    "precarity",
    "migration",
    "bereavement",
    "debt",
    "carer",
    "voices",
    "mood",
)
"""Parts of life, never diagnoses; extensible, so files with other words get a warning and no refusal."""
