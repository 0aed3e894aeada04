"""Somebody leaves: first what hangs on them is settled, then their door closes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from service import helpers_leaving, pairing_life
from service.errors import NotAllowed, NotFound, StepNotAllowed
from service.tables.access import Account
from service.tables.pairings import Pairing, Visit
from service.tables.people import PeerHelper, Professional
from tests.service.helpers.builders import claire, helper, noted, person
from tests.service.web.network import MOMENT, Network


def professional(network: Network, name: str) -> Professional:
    with network.site.db() as tx:
        return tx.exec(select(Professional).where(Professional.display_name == name)).one()


def paired(network: Network, status: str = "active") -> tuple[str, str]:
    """Ana and Yann, with a visit to come; public ids of the pairing and the visit."""
    ana, yann, new = helper(network), person(network), network.site.ids.new
    said = "pending" if status == "proposed" else "accepted"
    with network.site.db.begin() as tx:
        yann.status = "proposed" if status == "proposed" else "paired"
        tx.merge(yann)
        common: dict[str, Any] = {"territory_id": ana.territory_id, "person_id": yann.id, "peer_helper_id": ana.id}
        pairing = Pairing(
            public_id=new(),
            ref="SER-B1",
            status=status,
            proposed_on=date(2026, 12, 28),
            person_answer=said,
            helper_answer=said,
            changed_at=MOMENT,
            **common,
        )
        tx.add(pairing)
        tx.flush()
        start = MOMENT + timedelta(days=7)
        row = Visit(
            public_id=new(),
            ref="SER-V1",
            uid="v1@lefil",
            pairing_id=pairing.id or 0,
            kind="regular",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            created_at=MOMENT,
            changed_at=MOMENT,
            **common,
        )
        tx.add(row)
        return pairing.public_id, row.public_id


def test_a_helper_with_a_live_pairing_stays_until_it_has_ended(network: Network):
    pairing, _ = paired(network)
    ana, actor = helper(network), claire(network)
    found = helpers_leaving.leaving(network.site, actor, "peer_helper", ana.public_id)

    assert [(one.kind, one.public_id, one.name) for one in found.blocking] == [("pairing", pairing, "Yann")]
    with pytest.raises(StepNotAllowed, match="régler"):
        helpers_leaving.leave(network.site, actor, "peer_helper", ana.public_id, ana.revision)

    pairing_life.end(network.site, actor, pairing, "helper_left")
    helpers_leaving.leave(network.site, actor, "peer_helper", ana.public_id, ana.revision)
    assert helper(network).status == "left"
    assert noted(network, ana.public_id) == ["peer_helper.left"]


def test_an_open_proposal_and_a_visit_as_second_helper_hold_too(network: Network):
    paired(network, "proposed")
    ana, bilal, actor = helper(network), helper(network, "Bilal"), claire(network)
    with network.site.db.begin() as tx:
        row = tx.exec(select(Visit)).one()
        row.second_helper_id = bilal.id
        tx.add(row)
        visit = row.public_id

    first = helpers_leaving.leaving(network.site, actor, "peer_helper", ana.public_id)
    second = helpers_leaving.leaving(network.site, actor, "peer_helper", bilal.public_id)
    assert [(one.kind, one.public_id) for one in first.blocking] == [("proposal", person(network).public_id)]
    assert [(one.kind, one.public_id) for one in second.blocking] == [("visit", visit)]


def test_whoever_left_does_not_come_in_any_more_and_may_come_back(network: Network):
    ana, browser = helper(network), network.signed_in("peer_helper", "Ana")
    assert browser.read("/agenda").status_code == 200

    assert helpers_leaving.leave(network.site, claire(network), "peer_helper", ana.public_id, ana.revision)
    assert browser.read("/agenda").status_code == 303
    with network.site.db() as tx:
        assert not tx.exec(select(Account).where(Account.party_id == ana.id)).one().active


def test_a_supervisor_stays_until_somebody_else_supervises(network: Network):
    paul, actor = professional(network, "Paul"), claire(network)
    with network.site.db.begin() as tx:
        for row in tx.exec(select(PeerHelper).where(PeerHelper.display_name == "Ana")):
            row.supervisor_id = paul.id
            tx.add(row)
    found = helpers_leaving.leaving(network.site, actor, "professional", paul.public_id)

    assert [(one.kind, one.name) for one in found.blocking] == [("supervised", "Ana")]
    assert {one.name for one in found.told if one.kind == "request"} == {"Rose", "Yann", "Zoe"}
    with pytest.raises(StepNotAllowed):
        helpers_leaving.leave(network.site, actor, "professional", paul.public_id, paul.revision)


def test_no_account_is_said_to_close_where_there_was_none(network: Network):
    bilal, client = helper(network, "Bilal"), network.signed_in("coordinator", "Claire")
    with network.site.db.begin() as tx:
        for account in tx.exec(select(Account).where(Account.party_id == bilal.id)):
            tx.delete(account)
    page = f"/pairs-aidants/{bilal.public_id}/depart"
    said = client.fill(f"{page}/noter", page, revision=bilal.revision).headers["location"]

    assert "Départ noté." in client.read(said).text
    assert "Son compte est fermé" not in client.read(said).text


def test_a_professional_leaves_and_comes_back(network: Network):
    ines, actor = professional(network, "Ines"), claire(network)
    helpers_leaving.leave(network.site, actor, "professional", ines.public_id, ines.revision)
    assert professional(network, "Ines").status == "left"
    with pytest.raises(StepNotAllowed):
        helpers_leaving.leave(network.site, actor, "professional", ines.public_id, ines.revision + 1)

    helpers_leaving.come_back(network.site, actor, ines.public_id, ines.revision + 1)
    assert professional(network, "Ines").status == "active"


def test_the_last_coordinator_and_oneself_cannot_leave(network: Network):
    me, actor = professional(network, "Claire"), claire(network)
    found = helpers_leaving.leaving(network.site, actor, "professional", me.public_id)

    assert found.is_own
    assert found.is_last
    with pytest.raises(NotAllowed):
        helpers_leaving.leave(network.site, actor, "professional", me.public_id, me.revision)


def test_nobody_of_another_territory_is_touched(network: Network):
    for kind, row in (
        ("peer_helper", helper(network, "Ana d’ailleurs")),
        ("professional", professional(network, "Paul d’ailleurs")),
    ):
        with pytest.raises(NotFound):
            helpers_leaving.leaving(network.site, claire(network), kind, row.public_id)
        with pytest.raises(NotFound):
            helpers_leaving.leave(network.site, claire(network), kind, row.public_id, row.revision)
