"""The first day of a network: what to do next, until a request went its way."""

from __future__ import annotations

from sqlmodel import select

from service.tables.pairings import Request
from tests.service.web.network import Network


def test_the_first_step_that_is_not_done_is_the_one_to_do(network: Network):
    with network.site.db.begin() as tx:
        for row in tx.exec(select(Request)).all():
            row.status, row.reason = "received", None
    text = network.signed_in("coordinator").read("/aujourdhui").text

    assert "Pour commencer" in text
    assert text.count('aria-current="step"') == 1
    assert "Noter l’accord et accepter la demande</b>" in text


def test_once_a_request_went_its_way_there_is_no_first_step(network: Network):
    with network.site.db.begin() as tx:
        for row in tx.exec(select(Request)).all():
            row.status, row.reason = "closed", "other_help_found"

    assert "Pour commencer" not in network.signed_in("coordinator").read("/aujourdhui").text
