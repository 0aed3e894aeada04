"""What is missing about days of rest stands where the coordinator decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from service.clock import FixedClock
from service.tables.territory import Territory
from tests.service.web.network import Network


def calendar(network: Network, name: str) -> None:
    with network.site.db.begin() as tx:
        for territory in tx.exec(select(Territory)):
            territory.school_calendar = name


@pytest.mark.parametrize("address", ["/semaine/2027-01-11", "/binomes"])
def test_the_week_and_the_list_of_pairings_say_what_is_missing_and_what_to_do(network: Network, address: str):
    calendar(network, "BE-DG")
    text = network.signed_in("coordinator").read(address).text

    assert "Les vacances scolaires à venir du calendrier BE-DG ne sont pas connues." in text
    assert '<a href="/import">Reprendre des fichiers</a>' in text


@pytest.mark.parametrize("address", ["/semaine/2027-01-11", "/binomes"])
def test_the_pages_say_nothing_while_all_is_known(network: Network, address: str):
    calendar(network, "BE-FWB")

    assert "acances scolaires" not in network.signed_in("coordinator").read(address).text


def test_the_page_follows_the_clock_of_the_domain(network: Network):
    calendar(network, "BE-FWB")
    site = replace(network.site, clock=FixedClock.at_eight(date(2029, 4, 2), "Europe/Brussels"))
    text = Network(site).signed_in("coordinator").read("/binomes").text

    assert "Les vacances scolaires du calendrier BE-FWB sont connues jusqu’au dimanche 26 août 2029." in text
