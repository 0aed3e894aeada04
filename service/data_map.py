"""
What every column says of whom, and what becomes of it (`security.md` G2, settings of `domain.md` section 8).

A column that is missing here fails the tests: whoever adds one decides first. Since being in this database at all tells
that somebody is in distress, whatever is tied to a person accompanied is `special`, but for the ties themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Class = Literal["none", "pseudonym", "personal", "special", "secret"]


@dataclass(frozen=True)
class Fate:
    """
    What becomes of a class of columns.

    Parameters
    ----------
    erasure
        When somebody's record is made anonymous or erased.
    export
        In what the person concerned is handed (access, portability).
    log
        In logs and error messages.
    """

    erasure: Literal["kept", "replaced", "emptied", "key erased"]
    export: Literal["left out", "own only"]
    log: Literal["allowed", "never"]


FATES: dict[Class, Fate] = {
    "none": Fate(erasure="kept", export="left out", log="allowed"),
    # Numbers, references and ties: kept apart from any other trace, so that counts stay right.
    "pseudonym": Fate(erasure="replaced", export="own only", log="never"),
    "personal": Fate(erasure="emptied", export="own only", log="never"),
    "special": Fate(erasure="emptied", export="own only", log="never"),
    # Sealed values open in the export of their owner; keys and hashes of tokens are never handed out.
    "secret": Fate(erasure="key erased", export="left out", log="never"),
}

SEALED: Fate = Fate(erasure="key erased", export="own only", log="never")
"""Of `special` and `personal` columns that end in `_sealed`."""

DATA_MAP: dict[str, dict[Class, str]] = {
    "absence": {
        "none": "id public_id",
        "pseudonym": "owner_id",
        "personal": "first_day last_day start_minute end_minute kind",
    },
    "account": {
        "none": "id public_id territory_id role language active",
        "pseudonym": "party_id",
        "personal": "email_sealed",
        "secret": "email_hash password_hash pin_hash",
    },
    "alert": {"none": "id", "pseudonym": "situation_id raised_by", "special": "raised_at first_reaction_at"},
    "attempt": {"none": "id guard count window_from", "personal": "subject"},
    "audit_entry": {
        "none": "id at role action record_kind request_id result",
        "pseudonym": "account_id organisation_id record_id",
        "secret": "chain",
    },
    "authenticator": {"none": "made_at last_step", "pseudonym": "account_id", "secret": "secret_sealed"},
    "availability": {
        "none": "id",
        "pseudonym": "owner_id",
        "personal": "weekday start_minute end_minute recurrence valid_from valid_until",
    },
    "availability_before": {"none": "changed_at", "pseudonym": "owner_id", "personal": "windows after"},
    "booking": {"none": "id", "pseudonym": "party_id visit_id", "special": "starts_at ends_at live"},
    "busy_interval": {"none": "id", "pseudonym": "calendar_id", "personal": "starts_at ends_at"},
    "certificate": {"none": "id", "pseudonym": "peer_helper_id", "personal": "kind on"},
    "conflict": {"none": "id", "pseudonym": "peer_helper_id person_id", "special": "neighbourhood_id"},
    "consent": {
        "none": "id text_version",
        "pseudonym": "person_id recorded_by witness_id",
        "special": "status scope given_on expires_on how told_how recorded_at ended_at",
    },
    "contact_card": {"none": "revision", "pseudonym": "party_id", "special": "card_sealed"},
    "coordinator_duty": {
        "none": "id public_id territory_id made_at ended_at",
        "pseudonym": "account_id deputy_id",
        "personal": "first_day last_day",
    },
    "data_key": {"none": "key_id", "pseudonym": "party_id", "secret": "wrapped"},
    "distinct_pair": {"none": "id", "pseudonym": "person_id other_person_id"},
    "document": {"none": "id public_id territory_id kind version adopted_on"},
    "feed_body": {
        "none": "subscription_id wanted built monday writer revision changed_at",
        "special": "body",
        "pseudonym": "digest",
    },
    "feed_change": {"none": "id territory_id", "pseudonym": "party_id"},
    "gap": {"none": "id territory_id theme neighbourhood_id period count"},
    "goal": {
        "none": "revision id public_id set_with_person",
        "pseudonym": "ref situation_id",
        "special": "theme title_sealed set_on status review_on",
    },
    "half_sign_in": {"none": "id made_at ends_at", "pseudonym": "account_id", "secret": "token_hash"},
    "housing_first_candidate": {
        "none": "revision id partners_present",
        "pseudonym": "round_id person_id presented_by",
        "special": "criteria_confirmed decision decided_on housed_on moved_on",
    },
    "housing_first_round": {"none": "id territory_id on partners_present quorum"},
    "housing_unit": {"none": "id territory_id neighbourhood_id landlord_id free_from status"},
    "import_report": {
        "none": "id public_id made_at status accepted_at",
        "pseudonym": "made_by",
        "special": "findings files_sealed",
    },
    "imported_value": {"none": "id territory_id file", "pseudonym": "row_key", "secret": "values_hash"},
    "intervention_member": {"none": "id", "pseudonym": "intervention_id professional_id"},
    "invitation": {
        "none": "revision id public_id territory_id told sequence made_at told_at",
        "pseudonym": "party_id visit_id uid",
        "special": "starts_at ends_at reply_stamp",
        "secret": "digest token_hash token_sealed",
    },
    "mail_preference": {
        "none": "changed_at territory_id level language",
        "pseudonym": "party_id",
        "personal": "active",
    },
    "mail_reply": {
        "none": "id public_id territory_id at seen_at outcome",
        "pseudonym": "party_id invitation_id",
        "special": "said starts_at ends_at",
        "secret": "message_hash",
    },
    "letter": {
        "none": "id public_id territory_id template made_at handed_at",
        "pseudonym": "account_id",
        "secret": "values_sealed",
    },
    "meeting": {
        "none": (
            "changed_at revision id public_id territory_id kind place_id starts_at ends_at rrule status uid sequence"
        ),
        "pseudonym": "ref situation_id",
        "special": "title person_invited decisions_sealed",
    },
    "meeting_attendance": {"none": "id meeting_id organisation_id present"},
    "meeting_participant": {"none": "id meeting_id", "pseudonym": "party_id"},
    "message_preference": {
        "none": "changed_at territory_id language",
        "pseudonym": "party_id",
        "personal": "way reminders",
    },
    "message_told": {
        "none": "id territory_id on at",
        "pseudonym": "party_id about by",
        "special": "code way",
    },
    "message_mark": {"none": "id", "pseudonym": "account_id request_id", "special": "last_id"},
    "met_before": {"none": "id", "pseudonym": "person_id peer_helper_id"},
    "need": {"none": "id", "pseudonym": "request_id situation_id", "special": "theme wording_sealed met"},
    "neighbourhood": {
        "none": "id revision public_id ref territory_id name postcode locality lat lon example_street retired_on",
    },
    "network_key": {"none": "name key_id", "secret": "wrapped"},
    "network_member": {
        "none": "id",
        "pseudonym": "situation_id member_id",
        "special": "kind role person_agreed",
    },
    "network_setting": {"none": "id territory_id name value changed_at", "pseudonym": "changed_by"},
    "notice": {
        "none": "id public_id territory_id at told_at",
        "pseudonym": "party_id person_id pairing_id visit_id absence_id subject_id told_by",
        "special": "code known_start",
    },
    "open_session": {
        "none": (
            "changed_at revision id public_id ref territory_id place_id name weekday start_minute end_minute hosts_min "
            "valid_from valid_until on_public_holidays on_school_holidays uid sequence"
        )
    },
    "open_session_day": {"none": "changed_at id open_session_id on status attendance sequence"},
    "open_session_host": {
        "none": "changed_at id open_session_id on sequence",
        "pseudonym": "host_id",
        "personal": "status",
    },
    "organisation": {
        "none": (
            "revision id public_id ref territory_id name kind sector themes neighbourhood_id lat lon email "
            "charter_signed_on conventions housing_first_selector hosts_meetings"
        )
    },
    "other_calendar": {
        "none": "id public_id territory_id source",
        "pseudonym": "owner_id",
        "personal": (
            "url_sealed host etag last_modified read_at changed_at broken_since problem failures next_at lease "
            "leased_until"
        ),
    },
    "outbox_message": {
        "none": (
            "id public_id territory_id kind state attempts reason made_at next_try_at expires_at claim claimed_until "
            "data_at ended_at settled_at"
        ),
        "pseudonym": "party_id thread message_id",
        "special": "content_sealed",
    },
    "outcome": {
        "none": "id",
        "pseudonym": "person_id",
        "special": (
            "quarter hospital_nights reaction_days housing_stability quality_of_life belonging reported_by_person"
        ),
    },
    "outreach_round": {"none": "id territory_id neighbourhood_id place_id on team_size"},
    "override": {"none": "id", "pseudonym": "person_id peer_helper_id by", "special": "rule reason at"},
    "own_key": {
        "none": "id kind made_at expires_at ended_at",
        "pseudonym": "account_id made_by",
        "special": "used_on",
        "secret": "secret_hash",
    },
    "pairing": {
        "none": "changed_at revision id public_id territory_id",
        "pseudonym": ("ref person_id peer_helper_id professional_id request_id person_answer_by helper_answer_by"),
        "special": (
            "status proposed_on person_answer person_answer_on person_answer_how helper_answer helper_answer_on "
            "helper_answer_how trial_start trial_end active_from paused_from paused_until ended_on reason "
            "usual_weekday usual_minute score score_by_criterion"
        ),
    },
    "partner_link": {
        "none": "id revision public_id territory_id organisation_id phone per_day made_at expires_at ended_at",
        "pseudonym": "professional_id made_by",
        "secret": "token_hash",
    },
    "partner_request": {
        "none": "id public_id territory_id link_id made_at expires_at",
        "pseudonym": "draft_id request_id",
        "personal": "email_sealed",
        "special": "confirmed_at",
        "secret": "token_hash",
    },
    "party": {"none": "kind territory_id", "pseudonym": "id"},
    "passkey": {
        "none": "id public_id made_at",
        "pseudonym": "account_id",
        "personal": "name used_at sign_count",
        "secret": "credential_id public_key",
    },
    "passkey_challenge": {"none": "id purpose ends_at used_at", "pseudonym": "account_id", "secret": "challenge_hash"},
    "peer_helper": {
        "none": "revision public_id territory_id",
        "pseudonym": "id ref organisation_id supervisor_id neighbourhood_id",
        "personal": (
            "display_name gender age_band languages themes contract weekly_minutes_max max_persons max_visits_per_day "
            "max_travel_km transport base_lat base_lon lone_visit_ok cannot_visit initial_training_completed_on "
            "last_supervision_on off_in_school_holidays own_words_sealed status resting_until"
        ),
        # What somebody lived through is theirs to tell, also when they are a helper.
        "special": "lived_experience",
    },
    "person": {
        "none": "changed_at revision public_id territory_id",
        "pseudonym": "id ref pseudonym named_helper_id merged_into_id",
        "special": (
            "age_band gender languages neighbourhood_id street lat lon living_environment meeting_place_id "
            "contact_channel preferred_gender gender_preference age_proximity experience_wished environment_flags "
            "two_person_visits interpreter_accepted visit_frequency visit_minutes off_in_school_holidays "
            "status closed_on"
        ),
    },
    "place": {
        "none": (
            "revision id public_id ref territory_id name kind organisation_id neighbourhood_id street lat lon capacity "
            "step_free"
        )
    },
    "professional": {
        "none": "revision public_id territory_id",
        "pseudonym": "id ref organisation_id",
        "personal": "display_name function languages themes roles email fte status",
    },
    "provider_link": {
        "none": "made_at",
        "pseudonym": "account_id",
        "personal": "issuer subject used_at",
    },
    "provider_trip": {
        "none": "id purpose back made_at ends_at used_at",
        "pseudonym": "account_id",
        "secret": "state_hash browser_hash invitation_hash",
    },
    "public_holiday": {"none": "id country region day label closed"},
    "recovery_code": {"none": "id used_at", "pseudonym": "account_id", "secret": "code_hash"},
    "refusal": {"none": "id", "pseudonym": "person_id peer_helper_id", "special": "since"},
    "request": {
        "none": "revision id public_id territory_id",
        "pseudonym": "ref professional_id person_id",
        "special": "received_on requested_by kind themes urgency wished_first_visit_by status reason note_sealed",
    },
    "request_draft": {
        "none": "id public_id territory_id made_at changed_at expires_at link_id",
        "pseudonym": "owner_id request_id",
        "special": "content_sealed",
        "secret": "cookie_hash",
    },
    "request_message": {
        "none": "id public_id territory_id",
        "pseudonym": "request_id pairing_id author_id",
        "special": "author_side for_professional for_helper content_sealed at",
    },
    "request_withdrawal": {
        "none": "id revision",
        "pseudonym": "request_id by",
        "special": "state_before person_before at undone_at",
    },
    "request_question": {
        "none": "id public_id asked_at answered_at reminded_at warned_at closed_at",
        "pseudonym": "request_id asked_by answered_by",
        "special": "asks text_sealed answer_sealed",
    },
    "request_step": {
        "none": "id organisation_id revision at undone_at",
        "pseudonym": "request_id by",
        "special": "deed before after person_before reason where_sealed",
    },
    "emergency_opening": {
        "none": "revision id public_id territory_id",
        "pseudonym": "person_id opened_by reviewed_by",
        "special": "reason state opened_at reviewed_at",
    },
    "right_request": {
        "none": "revision id public_id territory_id",
        "pseudonym": "person_id ended_by",
        "special": "kind state reason words_sealed asked_at ended_at",
    },
    "run": {
        "none": (
            "id public_id territory_id kind status asked_at started_at heartbeat_at ended_at attempt stop_asked seed "
            "parameters progress solver_version reason applied_at"
        ),
        "pseudonym": "asked_by",
        "special": "snapshot draft result",
    },
    "school_holiday": {"none": "id school_calendar first_day last_day label"},
    "separation": {"none": "id", "pseudonym": "person_id other_person_id"},
    "set_aside": {"none": "id", "pseudonym": "person_id peer_helper_id by", "special": "reason at"},
    "setup_code": {"none": "id made_at", "secret": "code_hash"},
    "sign_in_link": {
        "none": "id purpose made_at expires_at used_at",
        "pseudonym": "account_id made_by",
        "secret": "token_hash code_hash device_hash",
    },
    "slot_wish": {"none": "id", "pseudonym": "pairing_id professional_id", "special": "starts_at at"},
    "signature": {"none": "id document_id organisation_id signed_on"},
    "situation": {
        "none": "revision id public_id territory_id",
        "pseudonym": "ref person_id coordinator_id",
        "special": "opened_on status next_review_on",
    },
    "subscription": {
        "none": (
            "changed_at id public_id territory_id kind meeting_id level language with_cancelled created_at ended_at "
            "renewed"
        ),
        "pseudonym": "owner_id",
        "personal": "name last_read_on client",
        "secret": "secret_hash",
    },
    "support_intervention": {
        "none": "revision id public_id territory_id",
        "pseudonym": "ref professional_id person_id",
        "special": "kind received_at first_reply_at first_meeting_on status",
    },
    "tenancy": {"none": "id", "pseudonym": "unit_id person_id", "special": "since until"},
    "territory": {
        "none": (
            "revision id public_id ref name country region timezone default_language languages lat lon school_calendar "
            "max_travel_km demo"
        )
    },
    "term": {"none": "id revision territory_id language msgid text changed_at", "pseudonym": "changed_by"},
    "theme": {"none": "id revision ref parent_id label_fr label_nl label_de label_en extension own_of"},
    "travel_matrix": {"none": "id territory_id source mode stamp dated_on", "special": "figures"},
    "trial_review": {
        "none": "id revision",
        "pseudonym": "pairing_id by",
        "special": "side said how on",
    },
    "visit": {
        "none": "changed_at revision id public_id territory_id uid sequence created_at",
        "pseudonym": (
            "ref pairing_id person_id peer_helper_id professional_id second_helper_id moved_to_id helper_answer_by "
            "person_answer_by"
        ),
        "special": (
            "kind starts_at ends_at place_kind place_id status reason helper_answer helper_answer_how person_answer "
            "person_answer_how checked_in_at checked_out_at pinned published_at"
        ),
    },
    "visit_report": {
        "none": "id revision",
        "pseudonym": "visit_id safe_by",
        "special": "noted_at noted_from began_trial word_sealed safe_at",
    },
    "web_session": {
        "none": "id public_id made_at seen_at confirmed_at ends_at",
        "pseudonym": "account_id",
        "personal": "browser",
        "secret": "token_hash",
    },
}


def class_of(table: str, column: str) -> Class:
    """
    Of whom a column tells.

    Raises
    ------
    KeyError
        When nobody has decided yet.
    """
    for kind, columns in DATA_MAP[table].items():
        if column in columns.split():
            return kind
    raise KeyError(f"{table}.{column} has no class in the data map")


def fate_of(table: str, column: str) -> Fate:
    """What becomes of a column."""
    kind = class_of(table, column)
    return SEALED if column.endswith("_sealed") else FATES[kind]
