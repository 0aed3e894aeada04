"""HARD_RULE: the pair rules of section 5 on live pairings, and the invariants of sections 3 and 4."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.database import Database
from service.imports.checks.pairs import SAYINGS
from service.site import Site
from tests import sites
from tests.service.imports.builders import (
    Files,
    again,
    errors,
    load,
    look,
    small,
    with_cell,
    with_column,
    with_row,
)

PAIR = ("pairings.csv", 2, "peer_helper_id", "HARD_RULE")


@pytest.fixture(scope="module")
def empty_site(schema_in_memory: Database) -> Iterator[Site]:
    with sites.copied(schema_in_memory) as db:
        yield sites.a_site(db)


def cells(files: Files, *changes: tuple[str, int, str, str]) -> Files:
    for change in changes:
        files = with_cell(files, *change)
    return files


def two_of_nadia(files: Files) -> Files:
    """P2 too is accompanied by H1, who refused nobody and goes everywhere."""
    files = cells(
        files,
        ("conflicts", 2, "target_id", "P2"),
        ("conflicts", 2, "target_type", "person"),
        ("conflicts", 2, "peer_helper_id", "H2"),
        ("refusals", 2, "peer_helper_id", "H2"),
        ("requests", 3, "themes", "care"),
        ("availability", 4, "weekday", "1"),
        ("availability", 4, "recurrence", "weekly"),
        ("persons", 3, "named_helper_id", ""),
    )
    return again(files, "pairings", 2, pairing_id="B3", person_id="P2", request_id="R2")


BREAKS: dict[str, tuple[tuple[tuple[str, int, str, str], ...], tuple[tuple[str, int, str, str], ...]]] = {
    "LANGUAGE": ((("persons", 2, "languages", "nl|de"),), (("persons", 2, "languages", "nl|ar"),)),
    "THEME": ((("requests", 2, "themes", "social|housing"),), (("requests", 2, "themes", "social|personal"),)),
    "GENDER": (
        (("persons", 2, "gender_preference", "required"), ("persons", 2, "preferred_gender", "m")),
        (("persons", 2, "gender_preference", "preferred"), ("persons", 2, "preferred_gender", "m")),
    ),
    "CONFLICT": ((("conflicts", 2, "target_id", "N1"),), (("conflicts", 2, "target_id", "N2"),)),
    "REFUSED": ((("refusals", 2, "person_id", "P1"),), (("refusals", 2, "peer_helper_id", "H2"),)),
    "ENVIRONMENT": ((("persons", 2, "environment_flags", "cat|dog"),), (("persons", 2, "environment_flags", "cat"),)),
    "DISTANCE": ((("peer_helpers", 2, "max_travel_km", "2.3"),), (("peer_helpers", 2, "max_travel_km", "2.5"),)),
    "AVAILABILITY": ((("availability", 3, "start", "11:31"),), (("availability", 3, "start", "11:00"),)),
    "HELPER_STATUS": (
        (("peer_helpers", 2, "last_supervision_on", "2026-11-02"),),
        (("peer_helpers", 2, "last_supervision_on", "2026-11-03"),),
    ),
    "CASELOAD": ((("peer_helpers", 2, "max_persons", "0"),), (("peer_helpers", 2, "max_persons", "1"),)),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_live_pairing_that_breaks_a_rule_is_not_imported(empty_site: Site, rule: str) -> None:
    broken, held = BREAKS[rule]
    report = look(empty_site, cells(small(), *broken))

    assert errors(report) == [PAIR]
    assert [one.facts["rule"] for one in report.findings] == [SAYINGS[rule]]
    assert errors(look(empty_site, cells(small(), *held))) == []


def test_two_people_kept_apart_do_not_have_the_same_helper(empty_site: Site) -> None:
    files = two_of_nadia(small())
    assert errors(look(empty_site, files)) == []

    apart = with_row(files, "separations", person_id="P2", other_person_id="P1")
    assert errors(look(empty_site, apart)) == [PAIR, ("pairings.csv", 4, "peer_helper_id", "HARD_RULE")]


def test_every_rule_but_consent_has_its_sentence_and_its_test() -> None:
    assert set(SAYINGS) == {*BREAKS, "SAME_HELPER"}


def test_an_override_silences_exactly_its_rule_for_its_pair(empty_site: Site) -> None:
    files = cells(small(), ("persons", 2, "languages", "nl"))
    override = {"reason": "interpreter", "at": "2026-12-01T10:00:00+01:00", "person_id": "P1"}

    assert (
        errors(look(empty_site, with_row(files, "overrides", peer_helper_id="H1", rule="LANGUAGE", **override))) == []
    )
    for pair in ({"peer_helper_id": "H1", "rule": "THEME"}, {"peer_helper_id": "H2", "rule": "LANGUAGE"}):
        assert errors(look(empty_site, with_row(files, "overrides", **pair, **override))) == [PAIR]


def test_a_rule_that_is_never_set_aside_has_no_override(empty_site: Site) -> None:
    files = with_row(
        small(), "overrides", person_id="P1", peer_helper_id="H1", rule="GENDER", reason="x", at="2026-12-01T10:00:00Z"
    )

    assert errors(look(empty_site, files)) == [("overrides.csv", 2, "rule", "UNKNOWN_CODE")]


def test_what_ended_before_the_import_is_not_judged(empty_site: Site) -> None:
    files = cells(
        small(),
        ("pairings", 2, "status", "ended"),
        ("pairings", 2, "reason", "moved_away"),
        ("pairings", 2, "ended_on", "2026-12-30"),
        ("persons", 2, "languages", "de"),
        ("visits", 3, "status", "done"),
    )

    assert errors(look(empty_site, files)) == []


def test_a_live_pairing_of_the_record_counts_too(sqlite_site: Site) -> None:
    load(sqlite_site, small())
    only = {"pairings.csv": again(small(), "pairings", 2, pairing_id="B9", peer_helper_id="H2")["pairings.csv"]}

    assert ("pairings.csv", 4, "person_id", "SECOND_LIVE_PAIRING") in errors(look(sqlite_site, only))


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ((("pairings", 3, "ended_on", ""),), ("pairings.csv", 3, "ended_on")),
        ((("pairings", 2, "helper_answer", "pending"),), ("pairings.csv", 2, "helper_answer")),
        ((("pairings", 2, "active_from", ""),), ("pairings.csv", 2, "active_from")),
        ((("pairings", 3, "status", "declined"),), ("pairings.csv", 3, "status")),
        ((("requests", 3, "status", "closed"),), ("requests.csv", 3, "reason")),
        ((("visits", 3, "status", "cancelled"), ("visits", 3, "reason", "person_absent")), ("visits.csv", 3, "reason")),
        ((("visits", 3, "status", "not_held"),), ("visits.csv", 3, "reason")),
        ((("goals", 2, "set_with_person", "false"),), ("goals.csv", 2, "set_with_person")),
        ((("situation_network", 2, "person_agreed", "false"),), ("meetings.csv", 2, "participants")),
        ((("persons", 2, "status", "closed"),), ("visits.csv", 3, "date")),
        ((("persons", 3, "pseudonym", "HIRONDELLE"),), ("persons.csv", 3, "pseudonym")),
    ],
    ids=lambda value: value[2] if isinstance(value, tuple) and isinstance(value[0], str) else "",
)
def test_an_invariant_that_is_broken_names_its_field(
    empty_site: Site, changes: tuple[tuple[str, int, str, str], ...], at: tuple[str, int, str]
) -> None:
    assert errors(look(empty_site, cells(small(), *changes))) == [(*at, "HARD_RULE")]


@pytest.mark.parametrize(("start", "broken"), [("09:00", False), ("09:30", True), ("10:30", True), ("11:00", False)])
def test_nobody_is_at_two_visits_to_come(empty_site: Site, start: str, broken: bool) -> None:
    end = f"{int(start[:2]) + 1:02}{start[2:]}"
    files = again(small(), "visits", 3, visit_id="V3", start=start, end=end, place="home")

    assert errors(look(empty_site, files)) == ([("visits.csv", 4, "start", "HARD_RULE")] if broken else [])


@pytest.mark.parametrize(
    ("name", "column", "value", "at"),
    [
        ("visits", "second_helper_id", "H1", ("visits.csv", 2, "second_helper_id", "HARD_RULE")),
        ("visits", "moved_to_visit_id", "V2", ("visits.csv", 2, "moved_to_visit_id", "HARD_RULE")),
    ],
)
def test_an_optional_column_is_held_to_its_rules(
    empty_site: Site, name: str, column: str, value: str, at: tuple[str, int, str, str]
) -> None:
    assert errors(look(empty_site, with_column(small(), name, column, value))) == [at]


def test_one_uid_belongs_to_one_event(empty_site: Site) -> None:
    files = with_column(small(), "visits", "uid", "a@x", "a@x")

    assert errors(look(empty_site, files)) == [("visits.csv", 3, "uid", "DUPLICATE_ID")]
