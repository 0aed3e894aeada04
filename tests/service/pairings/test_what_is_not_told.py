"""A conflict, a refusal and a separation look alike: nothing tells them apart, on pages or for programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from service.database import Database
from service.tables.pairings import Pairing
from service.tables.people import Conflict, Person, Refusal, Separation
from tests import sites
from tests.service.pairings.builders import TODAY, Network
from tests.service.web.calculating import Calculation

ONE, HELPER = "SER-P034", "SER-H10"


def conflict(network: Network) -> Any:
    return Conflict(peer_helper_id=network.helper(HELPER).id, person_id=network.person(ONE).id)


def refusal(network: Network) -> Any:
    return Refusal(peer_helper_id=network.helper(HELPER).id, person_id=network.person(ONE).id, since=TODAY)


def separation(network: Network) -> Any:
    """From somebody whom this helper accompanies."""
    live = next(
        row.person_id
        for row in network.all(Pairing)
        if row.peer_helper_id == network.helper(HELPER).id and row.status in ("trial", "active", "paused")
    )
    first, second = sorted((network.person(ONE).id, live))
    return Separation(person_id=first, other_person_id=second)


def told(source: Database, reason: Callable[[Network], Any]) -> list[str]:
    """All that the coordinator is shown of the person and of everybody, but for what differs from run to run."""
    with sites.copied(source) as db:
        network = Network(sites.a_site(db))
        network.add(reason(network))
        network.ask().end()
        browser, person = network.browser(), network.person(ONE).public_id
        run = network.board().state.run
        assert run is not None
        asked = {"choose": [{"person": person, "helper": network.helper(HELPER).public_id}]}
        seal = {"x-csrf-token": browser.seal("/appariements")}
        address = browser.post("/api/pairings/what-ifs", json=asked, headers=seal).headers["location"]
        Calculation(network.site).end()
        paths = [
            f"/appariements/{person}",
            "/appariements",
            *(f"/appariements/{one.person}" for one in network.board().queue),
            f"/api/pairings/runs/{run.public_id}",
            f"/api/pairings/runs/{run.public_id}/shortlists",
            f"/api/pairings/runs/{run.public_id}/shortlists/{person}",
            address,
            address.replace("/api/pairings/what-ifs", "/appariements/et-si"),
        ]
        proposed = browser.fill(
            f"/appariements/{person}/proposer", "/appariements", helper=network.helper(HELPER).public_id
        )
        pages = [browser.get(path).text for path in paths] + [proposed.text]
        assert proposed.status_code == 409
        return [re.sub(r'value="[0-9a-f]{64}"|"asked_at":"[^"]+"|"seconds":[0-9.]+', "", page) for page in pages]


@pytest.fixture(scope="module")
def with_a_conflict(seraing_in_memory: Database) -> list[str]:
    return told(seraing_in_memory, conflict)


@pytest.mark.parametrize("reason", [refusal, separation])
def test_no_page_and_no_answer_tells_them_apart(
    seraing_in_memory: Database, with_a_conflict: list[str], reason: Callable[[Network], Any]
):
    assert told(seraing_in_memory, reason) == with_a_conflict


def test_they_are_said_in_one_plain_sentence(with_a_conflict: list[str]):
    page = with_a_conflict[0]

    assert "Ne convient pas pour cette personne." in page
    for word in ("conflit", "CONFLICT", "REFUSED", "SAME_HELPER"):
        assert not any(word in text for text in with_a_conflict)


def test_several_of_them_at_once_count_as_one(seraing: Network):
    """Also in the counts of somebody whom nobody suits."""
    seraing.change(Person, ONE, languages=["ti"])
    before = seraing_counts(seraing)
    for reason in (conflict, refusal, separation):
        seraing.add(reason(seraing))
    after = seraing_counts(seraing)

    assert after == before | {"Ne convient pas pour cette personne": before["Ne convient pas pour cette personne"] + 1}


def seraing_counts(network: Network) -> dict[str, int]:
    network.calculated()
    found = network.board(ONE).nobody
    assert found is not None
    return {"Ne convient pas pour cette personne": 0} | {block.label: block.helpers for block in found.blocks}
