"""The table of who reaches what says what the domain says, its page shows it, and the scope decides by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import access_matrix, access_scope, codes
from service.access_matrix import MATRIX
from service.errors import NotAllowed
from service.site import Actor

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "access.md"
SAID_BY_THE_DOMAIN = {
    "Person": {"coordinator": "here", "person": "themself"},
    "Request": {"coordinator": "here", "professional": "asked", "person": "concerned"},
    "Pairing": {"coordinator": "here", "peer_helper": "paired", "person": "concerned"},
    "Visit": {"coordinator": "here", "peer_helper": "goes_along", "professional": "joins", "person": "concerned"},
    "PeerHelper": {"coordinator": "here", "peer_helper": "themself"},
    "Absence": {"coordinator": "here", "peer_helper": "theirs"},
    "Professional": {"coordinator": "here", "professional": "themself"},
}
"""`domain.md` 7, written down once more by hand: planning record, proposals, visits, limits."""
COORDINATION_ONLY = {
    *("Account", "Letter", "MailReply", "Neighbourhood", "Organisation", "OutboxMessage", "PartnerLink", "Place"),
    *("Run", "Theme", "Meeting", "CoordinatorDuty", "EmergencyOpening", "ImportReport"),
}
BY_ITSELF = re.compile(r"(\w+)\.territory_id == (?:here\b|at\.territory\.id|(?:at\.)?actor\.territory_id)")
"""A query that keeps to the actor's territory without asking the scope."""
NO_DECISION = {
    # Which pseudonyms and references are taken, whoever asks; it is told to nobody.
    *("people_form.py: Person", "people_requests.py: Request", "request_answers.py: Person"),
    *("kept_records.py: table", "request_answers.py: table"),
    # What the network offers to everybody in its forms; the words that are in use in it.
    "partners_kept.py: table",
    # Of the account itself, or for no account: the demonstration at start-up, names of authors in the log.
    *("runs.py: Run", "demo_steps.py: table", "people_history.py: row"),
}


def rows() -> Iterator[str]:
    """The table as the page shows it."""
    for table, reach in sorted(MATRIX.items(), key=lambda one: one[0].__name__):
        for role in codes.ROLES:
            if role in reach:
                says = reach[role].says if reach[role].changes else f"{reach[role].says} (to look at)"
                yield f"| `{table.__tablename__}` | {role} | {says} |"


def test_the_page_shows_the_whole_table():
    page = PAGE.read_text(encoding="utf-8")

    assert [line for line in page.splitlines() if line.startswith("| `")] == list(rows())


@pytest.mark.parametrize("name", SAID_BY_THE_DOMAIN)
def test_the_table_says_what_the_domain_says(name: str):
    reach = next(found for table, found in MATRIX.items() if table.__name__ == name)

    assert reach == {
        role: getattr(access_matrix, relation.upper()) for role, relation in SAID_BY_THE_DOMAIN[name].items()
    }


def test_what_the_coordination_keeps_is_reached_by_nobody_else():
    assert {table.__name__ for table, reach in MATRIX.items() if set(reach) == {"coordinator"}} == COORDINATION_ONLY


@pytest.mark.parametrize("table", MATRIX, ids=lambda table: table.__name__)
@pytest.mark.parametrize("role", codes.ROLES)
def test_a_condition_names_the_actor_or_is_never_true(role: str, table: type):
    """A role that the table does not name reaches nothing; whoever it names is held to their territory."""
    found = str(
        access_scope.scope(Actor(role, 4711, 7, 1234)).of(table).compile(compile_kwargs={"literal_binds": True})
    )

    assert (found == "false") == (role not in MATRIX[table])
    assert found == "false" or "= 4711" in found
    assert role in ("coordinator", *[one for one in codes.ROLES if found == "false"]) or "= 1234" in found


def test_no_use_case_decides_by_itself_whose_territory_it_is():
    """A query about records of the table asks the scope; what is left says why it is no decision."""
    found = {
        f"{path.name}: {name}"
        for path in (ROOT / "service").rglob("*.py")
        for name in BY_ITSELF.findall(path.read_text(encoding="utf-8"))
    }

    assert found == NO_DECISION


def test_whoever_belongs_to_no_territory_reaches_nothing():
    with pytest.raises(NotAllowed):
        access_scope.scope(Actor("coordinator", None))
    with pytest.raises(NotAllowed):
        access_scope.only_coordinator(Actor("coordinator", None))
    with pytest.raises(NotAllowed):
        access_scope.only_coordinator(Actor("peer_helper", 1))
