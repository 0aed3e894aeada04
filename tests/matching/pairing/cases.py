"""Hand-worked pairs on both sides of each hard rule: what breaks it by the least, and what just keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from matching.pairing.instance import Conflict, Consent, Instance, Override, Separation
from matching.travel import Point, Travel
from tests.matching.pairing.builders import DAY, HERE, helper, instance, live, pair, person, window

AWAY = Point(50.65, 5.5)
ROAD_KM = Travel().road_km(HERE, AWAY)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def consent(**other: object) -> Instance:
    return instance(person(consent=replace(Consent("given", ("pairing",), DAY), **other)))  # type: ignore[arg-type]


BROKEN = [
    pytest.param("CONSENT", consent(expires_on=DAY - days(1)), id="consent-ended-yesterday"),
    pytest.param("CONSENT", consent(status="withdrawn"), id="consent-withdrawn"),
    pytest.param("CONSENT", consent(scope=("network", "outcomes")), id="consent-for-other-things"),
    pytest.param("CONSENT", consent(expires_on=None), id="consent-without-end"),
    pytest.param("LANGUAGE", instance(person(languages=("ti", "ar"))), id="language-none-in-common"),
    pytest.param("THEME", instance(person(themes=("work", "money"))), id="theme-none-covered"),
    pytest.param("THEME", instance(person(themes=("housing_search",))), id="theme-a-parent-is-not-its-child"),
    pytest.param(
        "GENDER", instance(person(wished_gender="m", gender_preference="required")), id="gender-required-another"
    ),
    pytest.param(
        "GENDER",
        instance(person(wished_gender="f", gender_preference="required"), helper(gender=None)),
        id="gender-required-unknown",
    ),
    pytest.param("CONFLICT", instance(conflicts=(Conflict("nadia", person="ada"),)), id="conflict-with-the-person"),
    pytest.param(
        "CONFLICT", instance(conflicts=(Conflict("nadia", neighbourhood="N1"),)), id="conflict-with-the-neighbourhood"
    ),
    pytest.param("REFUSED", instance(refused=(pair(),)), id="refused-once"),
    pytest.param(
        "ENVIRONMENT",
        instance(person(environment_flags=("cat", "dog")), helper(cannot_visit=("dog",))),
        id="environment-one-flag",
    ),
    pytest.param(
        "DISTANCE",
        instance(person(coordinates=AWAY), helper(max_travel_km=ROAD_KM - 0.001)),
        id="distance-a-metre-more",
    ),
    pytest.param(
        "DISTANCE",
        instance(person(coordinates=None, meeting_point=AWAY), helper(max_travel_km=ROAD_KM - 0.001)),
        id="distance-to-the-meeting-place",
    ),
    pytest.param(
        "DISTANCE",
        instance(person(coordinates=None, neighbourhood_point=AWAY), helper(max_travel_km=ROAD_KM - 0.001)),
        id="distance-to-the-neighbourhood",
    ),
    pytest.param("DISTANCE", instance(person(coordinates=None)), id="distance-unknown"),
    pytest.param("AVAILABILITY", instance(person(windows=(window(end=839),))), id="availability-a-minute-short"),
    pytest.param("AVAILABILITY", instance(person(windows=(window(3),))), id="availability-another-day"),
    pytest.param(
        "AVAILABILITY",
        instance(person(windows=(window(recurrence="odd_weeks"),)), helper(windows=(window(recurrence="even_weeks"),))),
        id="availability-odd-and-even-weeks",
    ),
    pytest.param(
        "AVAILABILITY", instance(helper(windows=(window(valid_until=DAY),))), id="availability-before-it-ended"
    ),
    pytest.param(
        "AVAILABILITY",
        instance(helper(windows=(window(valid_from=DAY + days(23)),))),
        id="availability-after-four-weeks",
    ),
    pytest.param("HELPER_STATUS", instance(helper(status="resting")), id="helper_status-resting"),
    pytest.param("HELPER_STATUS", instance(helper(trained_on=None)), id="helper_status-not-trained"),
    pytest.param("HELPER_STATUS", instance(helper(trained_on=DAY + days(1))), id="helper_status-trained-tomorrow"),
    pytest.param("HELPER_STATUS", instance(helper(has_supervisor=False)), id="helper_status-no-supervisor"),
    pytest.param(
        "HELPER_STATUS", instance(helper(last_supervision_on=DAY - days(63))), id="helper_status-supervised-63-days-ago"
    ),
    pytest.param(
        "HELPER_STATUS", instance(helper(last_supervision_on=DAY + days(1))), id="helper_status-supervised-tomorrow"
    ),
    pytest.param("HELPER_STATUS", instance(helper(last_supervision_on=None)), id="helper_status-never-supervised"),
    pytest.param("CASELOAD", instance(helper(max_persons=2), live=(live("b"), live("c"))), id="caseload-full"),
    pytest.param(
        "CASELOAD",
        instance(helper(max_persons=2), live=(live("b", status="paused"), live("c", status="proposed"))),
        id="caseload-full-of-paused-and-proposed",
    ),
    pytest.param("CASELOAD", instance(helper(max_persons=0)), id="caseload-nobody"),
    pytest.param("CASELOAD", instance(helper(weekly_minutes_max=99)), id="caseload-a-minute-over-60-percent"),
    pytest.param(
        "CASELOAD", instance(helper(weekly_minutes_max=199), live=(live("b"),)), id="caseload-hours-with-another"
    ),
    pytest.param(
        "CASELOAD",
        instance(person(visit_frequency="monthly"), helper(weekly_minutes_max=23)),
        id="caseload-monthly-is-twelve-in-52-weeks",
    ),
    pytest.param(
        "CASELOAD", instance(helper(weekly_minutes_max=100, second_contact=1)), id="caseload-hours-as-second-person"
    ),
    pytest.param(
        "SAME_HELPER",
        instance(live=(live("ben"),), separations=(Separation("ada", "ben"),)),
        id="same_helper-of-somebody-kept-apart",
    ),
    pytest.param(
        "SAME_HELPER",
        instance(live=(live("ben", status="proposed"),), separations=(Separation("ben", "ada"),)),
        id="same_helper-proposed-the-other-way-round",
    ),
]
"""(code, instance): Ada and Nadia break exactly this rule."""

KEPT = [
    pytest.param(instance(), id="ordinary"),
    pytest.param(consent(expires_on=DAY), id="consent-ends-today"),
    pytest.param(instance(person(languages=("ti", "ar", "fr"))), id="language-the-third"),
    pytest.param(instance(person(languages=("ti",), interpreter_accepted=True)), id="language-interpreter-accepted"),
    pytest.param(instance(person(themes=("work", "housing"))), id="theme-one-of-two"),
    pytest.param(instance(person(wished_gender="f", gender_preference="required")), id="gender-required-met"),
    pytest.param(instance(person(wished_gender="m", gender_preference="preferred")), id="gender-only-preferred"),
    pytest.param(
        instance(helper(), helper("luc", languages=()), conflicts=(Conflict("luc", person="ada"),)),
        id="conflict-of-another-helper",
    ),
    pytest.param(
        instance(conflicts=(Conflict("nadia", neighbourhood="N2"),)), id="conflict-with-the-next-neighbourhood"
    ),
    pytest.param(instance(person(neighbourhood=None)), id="conflict-without-a-neighbourhood"),
    pytest.param(instance(helper(), helper("luc", languages=()), refused=(pair("ada", "luc"),)), id="refused-another"),
    pytest.param(
        instance(person(environment_flags=("dog",), meets_elsewhere=True), helper(cannot_visit=("dog",))),
        id="environment-met-elsewhere",
    ),
    pytest.param(
        instance(person(environment_flags=("cat",)), helper(cannot_visit=("dog",))), id="environment-another-flag"
    ),
    pytest.param(instance(person(coordinates=AWAY), helper(max_travel_km=ROAD_KM)), id="distance-exactly"),
    pytest.param(
        instance(person(meeting_point=AWAY, neighbourhood_point=AWAY), helper(max_travel_km=0)),
        id="distance-coordinates-come-first",
    ),
    pytest.param(
        instance(person(coordinates=None, meeting_point=HERE, neighbourhood_point=AWAY), helper(max_travel_km=0)),
        id="distance-the-meeting-place-comes-second",
    ),
    pytest.param(instance(person(windows=(window(end=840),))), id="availability-exactly-one-visit"),
    pytest.param(
        instance(person(windows=(window(end=810), window(start=810, end=840)))), id="availability-in-two-that-touch"
    ),
    pytest.param(
        instance(person(windows=(window(recurrence="odd_weeks"),))), id="availability-every-week-and-odd-weeks"
    ),
    pytest.param(instance(helper(windows=(window(valid_until=DAY + days(1)),))), id="availability-on-its-last-day"),
    pytest.param(
        instance(helper(windows=(window(valid_from=DAY + days(22)),))), id="availability-from-the-fourth-week"
    ),
    pytest.param(instance(helper(trained_on=DAY)), id="helper_status-trained-today"),
    pytest.param(instance(helper(last_supervision_on=DAY - days(62))), id="helper_status-supervised-62-days-ago"),
    pytest.param(instance(helper(last_supervision_on=DAY)), id="helper_status-supervised-today"),
    pytest.param(instance(helper(max_persons=2), live=(live("b"),)), id="caseload-the-last-place"),
    pytest.param(instance(helper(weekly_minutes_max=100)), id="caseload-exactly-60-percent"),
    pytest.param(
        instance(helper(weekly_minutes_max=200), live=(live("b"),)), id="caseload-hours-with-another-just-fit"
    ),
    pytest.param(
        instance(
            helper(weekly_minutes_max=100), live=(live("b", status="paused"), live("c", status="proposed", minutes=180))
        ),
        id="caseload-no-hours-for-paused-and-proposed",
    ),
    pytest.param(
        instance(person(visit_frequency="monthly", visit_minutes=65), helper(weekly_minutes_max=25)),
        id="caseload-monthly-just-fits",
    ),
    pytest.param(
        instance(
            helper(), helper("luc", languages=()), live=(live("ben", "luc"),), separations=(Separation("ada", "ben"),)
        ),
        id="same_helper-has-another",
    ),
    pytest.param(
        instance(live=(live("ben"),), separations=(Separation("cem", "ben"),)), id="same_helper-others-kept-apart"
    ),
    *(
        pytest.param(replace(found, overrides=(Override("ada", "nadia", code),)), id=f"{code.lower()}-set-aside")
        for code, found in (
            ("LANGUAGE", instance(person(languages=("ti",)))),
            ("THEME", instance(person(themes=("work",)))),
            ("ENVIRONMENT", instance(person(environment_flags=("dog",)), helper(cannot_visit=("dog",)))),
            ("DISTANCE", instance(person(coordinates=AWAY), helper(max_travel_km=0))),
            ("AVAILABILITY", instance(person(windows=(window(3),)))),
            ("CASELOAD", instance(helper(max_persons=0))),
        )
    ),
]
"""Ada and Nadia keep every rule, this one only just."""
