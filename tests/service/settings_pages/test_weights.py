"""How much each criterion counts: tried on today's requests, decided, told and taken back."""

from __future__ import annotations

import html

import pytest
from sqlmodel import select

from service import pairing_data, weights
from service.errors import Outdated, StepNotAllowed
from service.site import Actor
from service.tables.access import Account
from service.tables.territory import NetworkSetting
from service.tables.work import AuditEntry
from tests.service.web.calculating import Calculation
from tests.service.web.network import Network

PAGE = "/reglages/poids"


def claire(network: Network) -> Actor:
    with network.site.db() as tx:
        account = tx.exec(
            select(Account).where(Account.role == "coordinator", Account.territory_id == network.territories["SER"])
        ).one()
    return Actor("coordinator", account.territory_id, account.id, account.party_id)


def counts(network: Network) -> dict[str, float]:
    with network.site.db() as tx:
        return pairing_data.weights(tx, network.territories["SER"])


def tried(network: Network, **changed: float) -> str:
    run = weights.try_out(network.site, claire(network), changed)
    Calculation(network.site).end()
    return run


def test_weights_are_tried_decided_told_and_taken_back_on_pages(network: Network):
    client = network.signed_in("coordinator", "Claire")
    asked = client.fill(
        f"{PAGE}/essayer", PAGE, criterion=["travel", "balance"], level=["much", "normal"], exact=["", ""]
    )
    trial = asked.headers["location"]
    waiting = client.read(trial).text
    before = counts(network)
    Calculation(network.site).end()
    answered = html.unescape(client.read(trial).text)
    seen = {"seen": "0"}
    decided = client.fill(f"{trial}/enregistrer", trial, **seen)

    assert "Enregistrer ces poids" not in waiting
    assert before["travel"] == 10
    assert "Le critère « Trajet » compte 20." in answered
    assert "Répartition" not in answered
    assert decided.headers["location"] == f"{PAGE}?fait=weights_chosen"
    assert counts(network)["travel"] == 20
    page = html.unescape(client.read(PAGE).text)
    assert "Trajet : 10, puis 20" in page
    assert "Claire" in page
    assert "ailleurs" not in page
    with network.site.db() as tx:
        row = tx.exec(select(NetworkSetting)).one()
        assert [one.record_id for one in tx.exec(select(AuditEntry).where(AuditEntry.action == "setting.changed"))] == [
            "pairing_weights"
        ]
    back = client.fill(f"{PAGE}/revenir", PAGE, seen=str(row.id))
    assert back.headers["location"] == f"{PAGE}?fait=weights_back"
    assert counts(network)["travel"] == 10


def test_an_exact_figure_goes_before_its_word(network: Network):
    client = network.signed_in("coordinator", "Claire")
    asked = client.fill(f"{PAGE}/essayer", PAGE, criterion=["travel"], level=["none"], exact=["12,5"])

    assert "compte 12,5." in html.unescape(client.read(asked.headers["location"]).text)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"criterion": ["travel"], "level": ["normal"], "exact": [""]}, "Rien ne change encore"),
        ({"criterion": ["travel"], "level": [""], "exact": ["beaucoup"]}, "n’est pas un nombre"),
        ({"criterion": ["travel"], "level": [""], "exact": ["1001"]}, "entre 0 et 1000"),
        ({"criterion": ["chance"], "level": ["much"], "exact": [""]}, "Ce critère n’existe pas"),
    ],
)
def test_what_cannot_be_tried_is_said_and_nothing_is_calculated(
    network: Network, sent: dict[str, list[str]], says: str
):
    client = network.signed_in("coordinator", "Claire")
    answer = client.fill(f"{PAGE}/essayer", PAGE, **sent)

    assert answer.status_code == 422
    assert says in html.unescape(answer.text)


def test_a_trial_without_its_answer_is_not_decided(network: Network):
    run = weights.try_out(network.site, claire(network), {"travel": 20})

    with pytest.raises(StepNotAllowed):
        weights.decide(network.site, claire(network), run, 0)
    assert counts(network)["travel"] == 10


def test_of_two_decisions_at_once_the_second_is_told(network: Network):
    first, second = tried(network, travel=20), tried(network, balance=16)
    weights.decide(network.site, claire(network), first, 0)

    with pytest.raises(Outdated):
        weights.decide(network.site, claire(network), second, 0)
    with pytest.raises(Outdated):
        weights.go_back(network.site, claire(network), 0)
    assert (counts(network)["travel"], counts(network)["balance"]) == (20, 8)
