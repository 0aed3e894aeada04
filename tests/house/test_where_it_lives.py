"""The page that says where each row of the domain lives: nothing is missing from it, and each name is there."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from matching.pairing.criteria import CRITERIA
from matching.pairing.rules import HARD, Rule
from matching.planning.rules import CHECKS
from service.imports.findings import KINDS
from service.tables.guards import GUARDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "where_it_lives.md").read_text(encoding="utf-8")
BESIDE = (DOCS / "adding_a_rule.md").read_text(encoding="utf-8")

MODEL = (
    "Territory",
    "Neighbourhood",
    "Organisation",
    "CharterVersion / Document",
    "Theme",
    "Person",
    "ContactCard",
    "Preferences",
    "Consent",
    "PeerHelper",
    "Conflict",
    "Certificate",
    "Professional",
    "Availability",
    "Absence",
    "Holiday",
    "Request",
    "Need",
    "Situation",
    "Goal",
    "NetworkMember",
    "Alert",
    "Pairing",
    "Refusal",
    "Visit",
    "OutreachRound",
    "Place",
    "OpenSession",
    "Meeting",
    "SupportIntervention",
    "HousingFirst",
    "Outcome",
    "Gap",
    "AuditEntry",
    "One live pairing per person, several proposed in a shortlist",
    "Every live pairing has given, unexpired consent with scope pairing",
    "A concertation needs scope network",
    "A concertation lists only members whom the person agreed to",
    "A closed person has no future visit",
    "Ended has a reason code",
)
LIFECYCLES = (
    "Request",
    "Consent",
    "Pairing",
    "Visit",
    "Situation",
    "SupportIntervention",
    "Housing First candidate",
    "Open session",
    "Meeting",
    "Person (what follows from the others)",
)
PAIRING = (
    *(f"{number} {rule.code}" for number, rule in enumerate(HARD, 1)),
    *(criterion.code for criterion in CRITERIA),
    "Aim 1: people served, by weight",
    "Aim 2: sum of scores",
    "Aim 3: evenness of caseloads",
    "Score by criterion, next best helpers",
    "Smallest change",
    "Overrides of the coordinator",
)
VISITS = (
    *(f"V{number}" for number in range(1, 13)),
    "Missing a due visit 100",
    "Away from the usual weekday and time 20",
    "Another person than the usual helper 60",
    "Travel 1 a minute",
    "Fourth hour in a row 15",
    "Urgent not seen before the wished date 40 a week",
    "Uneven days 5",
    "Early or late 3",
    "Change of a communicated plan 30",
    "First visit within 14 days of acceptance, 40 a week",
    "Housing First: one meeting a week offered, 60",
    "Proposed host slot 40",
    "A visit that cannot be planned, with the rule that blocks",
    "Replanning changes as few visits as possible",
    "Travel times and road distance",
    "Lone-working safety",
    "Rotas",
)
ROWS = {3: MODEL, 4: LIFECYCLES, 5: PAIRING, 6: VISITS, 11: tuple(KINDS)}


def rows(section: int) -> dict[str, str]:
    """What and where, by the table of one section."""
    text = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    table = next((part for part in text if part.startswith(f"Section {section}:")), "")
    cells = re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    return {what: where for what, where in cells if what not in ("What", "---")}


def names(where: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", where)


def resolve(name: str) -> object:
    """What a dotted name stands for: the longest module that there is, then its attributes or keys."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            found: object = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise
            continue
        for attribute in parts[length:]:
            found = found[attribute] if isinstance(found, Mapping) else getattr(found, attribute)
        return found
    raise ModuleNotFoundError(name)


def names_in_the_database() -> set[str]:
    tables = SQLModel.metadata.tables.values()
    constraints = {str(constraint.name) for table in tables for constraint in table.constraints if constraint.name}
    indexes = {str(index.name) for table in tables for index in table.indexes}
    return constraints | indexes | {guard.name for guard in GUARDS}


@pytest.mark.parametrize("section", ROWS)
def test_every_row_of_the_section_is_on_the_page_in_its_order(section: int):
    assert list(rows(section)) == list(ROWS[section])


@pytest.mark.parametrize("section", ROWS)
def test_every_row_names_a_place(section: int):
    assert [what for what, where in rows(section).items() if not names(where)] == []


@pytest.mark.parametrize("name", sorted({name for name in names(PAGE + BESIDE) if "." in name}))
def test_every_name_in_the_code_is_there(name: str):
    if not name.endswith(".py"):
        assert resolve(name) is not None


@pytest.mark.parametrize("section", ROWS)
def test_every_name_in_the_database_is_there(section: int):
    plain = {name for where in rows(section).values() for name in names(where) if "." not in name}

    assert plain - names_in_the_database() == set()


@pytest.mark.parametrize("rule", HARD, ids=lambda rule: rule.code)
def test_the_row_of_a_pair_rule_names_its_predicate(rule: Rule):
    where = next(where for what, where in rows(5).items() if what.endswith(f" {rule.code}"))

    assert rule.check in [resolve(name) for name in names(where)]


@pytest.mark.parametrize(("code", "check"), [pair for pair in CHECKS if pair[0] in rows(6)])
def test_the_row_of_a_visit_rule_names_its_check(code: str, check: object):
    assert check in [resolve(name) for name in names(rows(6)[code]) if "." in name]


@pytest.mark.parametrize("code", KINDS)
def test_every_finding_is_said_where_the_page_tells(code: str):
    places = [resolve(name) for name in names(rows(11)[code])]

    assert all(f'"{code}"' in inspect.getsource(place) for place in places)  # type: ignore[arg-type]
