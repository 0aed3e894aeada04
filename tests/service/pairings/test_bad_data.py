"""Data that leave nothing to calculate: an answer with reasons or a sentence, never a fault, never half a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from sqlmodel import delete

from service import errors, pairings, runs
from service.database import Database
from service.pairing_data import WEIGHTS_SETTING
from service.tables.pairings import Pairing, Request
from service.tables.people import Availability, Consent, PeerHelper, Person
from service.tables.territory import NetworkSetting, Territory
from tests import sites
from tests.service.pairings.builders import Network, said
from tests.service.web.network import MOMENT

ONE = "SER-P034"


def all_of(network: Network, table: type, **fields: object) -> None:
    with network.site.db.begin() as tx:
        tx.exec(table.__table__.update().values(**fields))  # type: ignore[attr-defined]


def nobody_waits(network: Network) -> None:
    all_of(network, Person, status="closed")


def every_helper_has_left(network: Network) -> None:
    all_of(network, PeerHelper, status="left")


def no_helper_has_hours(network: Network) -> None:
    all_of(network, PeerHelper, weekly_minutes_max=0)


def no_helper_has_a_place(network: Network) -> None:
    all_of(network, PeerHelper, max_persons=0)


def nobody_is_ever_free(network: Network) -> None:
    with network.site.db.begin() as tx:
        tx.exec(delete(Availability))


def every_consent_has_ended(network: Network) -> None:
    all_of(network, Consent, ended_at=MOMENT)


def no_language_is_known(network: Network) -> None:
    all_of(network, Person, languages=[])


CASES: tuple[Callable[[Network], None], ...] = (
    nobody_waits,
    every_helper_has_left,
    no_helper_has_hours,
    no_helper_has_a_place,
    nobody_is_ever_free,
    every_consent_has_ended,
    no_language_is_known,
)


@pytest.mark.parametrize("spoil", CASES)
def test_it_is_calculated_and_every_page_says_why_nobody_suits(seraing: Network, spoil: Callable[[Network], None]):
    spoil(seraing)
    before = len(seraing.all(Pairing))
    answer = seraing.calculated()
    client = seraing.browser()
    pages = [client.get("/appariements"), client.get("/appariements/et-si")]
    pages += [client.get(f"/appariements/{one.person}") for one in seraing.board().queue]

    assert answer.status == "optimal"
    assert answer.placed == ()
    assert {page.status_code for page in pages} == {200}
    assert all(one.state in ("nobody", "proposed") for one in seraing.board().queue)
    assert len(seraing.all(Pairing)) == before
    if spoil is not nobody_waits:
        assert "Ce qui ouvrirait une possibilité" in said(client.get(f"/appariements/{waiting(seraing)}").text)


def waiting(network: Network) -> str:
    return next(one.person for one in network.board().queue if one.state == "nobody")


def test_a_territory_without_anybody_has_its_pages(schema_in_memory: Database):
    with sites.copied(schema_in_memory) as db:
        site = sites.a_site(db)
        with site.db.begin() as tx:
            tx.add(
                Territory(
                    public_id=site.ids.new(),
                    ref="VID",
                    name="Vide",
                    country="BE",
                    timezone="Europe/Brussels",
                    languages=["fr"],
                    lat=50.6,
                    lon=5.5,
                    max_travel_km=8,
                    demo=True,
                )
            )
        network = Network(site)
        answer = network.calculated()

        assert (answer.status, answer.placed, answer.shortlists) == ("optimal", (), ())
        assert network.board().queue == ()


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"travel": -1}, "Le poids du critère « Trajet » doit être entre 0 et 1000."),
        ({"theme_coverage": 1e9}, "Le poids du critère « Thèmes demandés » doit être entre 0 et 1000."),
        ({"balance": "much"}, "Le poids du critère « Charge » doit être entre 0 et 1000."),
        (0, "Tous les poids sont à zéro : aucun critère ne compterait."),
    ],
)
def test_weights_that_make_no_sense_are_named(seraing: Network, weights: Mapping[str, object] | int, sentence: str):
    standard = seraing.instance().weights
    chosen = dict.fromkeys(standard, 0) if isinstance(weights, int) else dict(standard) | dict(weights)
    client = seraing.browser()
    seraing.add(
        NetworkSetting(
            territory_id=seraing.territory.id or 0, name=WEIGHTS_SETTING, value=dict(chosen), changed_at=MOMENT
        )
    )
    answer = client.get("/appariements")

    assert answer.status_code == 422
    assert sentence in said(answer.text)
    with pytest.raises(errors.NotCalculable):
        pairings.ask_for_shortlists(seraing.site, seraing.coordinator)
    assert runs.last(seraing.site, seraing.coordinator, "pairing") is None


def test_more_than_two_thousand_people_are_refused_with_a_sentence(seraing: Network):
    pattern, asked = seraing.person(ONE), seraing.request_of(ONE)
    with seraing.site.db.begin() as tx:
        from service.tables.people import Party

        for number in range(runs.LARGEST["people"]):
            party = Party(kind="person", territory_id=pattern.territory_id)
            tx.add(party)
            tx.flush()
            row = pattern.model_dump(exclude={"id", "public_id", "ref", "pseudonym"})
            tx.add(
                Person(**row, id=party.id, public_id=f"{number:032x}", ref=f"SER-X{number:04}", pseudonym=f"N{number}")
            )
            tx.flush()
            of = asked.model_dump(exclude={"id", "public_id", "ref", "person_id"})
            tx.add(Request(**of, public_id=f"{number + 5000:032x}", ref=f"SER-RX{number:04}", person_id=party.id or 0))
    with pytest.raises(errors.RunRefused, match="trop de personnes"):
        pairings.ask_for_shortlists(seraing.site, seraing.coordinator)


def test_a_proposal_refused_by_a_rule_leaves_nothing_behind(seraing: Network):
    before = len(seraing.all(Pairing)), seraing.person(ONE).status, seraing.request_of(ONE).status
    with pytest.raises(errors.RuleBroken):
        seraing.propose(ONE, "SER-H07")

    assert (len(seraing.all(Pairing)), seraing.person(ONE).status, seraing.request_of(ONE).status) == before
