"""Handing over the coordination for a time: whose name is read, and who may end it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service import access, duties
from service.errors import NotAcceptable, NotAllowed, NotFound, StepNotAllowed
from service.invitations_to_join import invite
from service.site import Actor
from service.tables.access import Account
from tests.service.helpers.builders import claire, later, noted
from tests.service.web.network import TODAY, Network

WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def david(network: Network) -> Actor:
    """A second coordinator of Seraing."""
    invite(network.site, claire(network), "coordinator", name="David", email="david@exemple.example")
    return claire(network, "David")


def public_id(network: Network, actor: Actor) -> str:
    with network.site.db() as tx:
        return tx.get_one(Account, actor.account_id).public_id


def handed(network: Network, giver: Actor, deputy: Actor, first: date | None = TODAY, last: date | None = WEEK) -> str:
    return duties.hand_over(network.site, giver, public_id(network, deputy), first, last)


def named(network: Network, days: int = 0) -> list[str]:
    """What helpers read, so many days on."""
    return access.coordinators(later(network.site, days), Actor("peer_helper", network.territories["SER"]))


def test_whoever_takes_over_is_named_first_and_only_on_those_days(network: Network, david: Actor):
    handed(network, claire(network), david, TODAY + timedelta(days=1))

    assert [named(network, days) for days in (0, 1, 7, 8)] == [
        ["Claire", "David"],
        ["David", "Claire"],
        ["David", "Claire"],
        ["Claire", "David"],
    ]


def test_on_duty_are_those_who_did_not_hand_over(network: Network, david: Actor):
    handed(network, claire(network), david)
    with network.site.db() as tx:
        serving = duties.on_duty(tx, david.territory_id, TODAY)

    assert [one.id for one in serving] == [david.account_id]


def test_a_territory_is_never_without_anybody(network: Network, david: Actor):
    handed(network, claire(network), david)
    with network.site.db.begin() as tx:
        tx.get_one(Account, david.account_id).active = False

    assert named(network) == ["Claire"]


@pytest.mark.parametrize("by", ["giver", "deputy"])
def test_either_ends_it_early_and_it_is_in_the_log(network: Network, david: Actor, by: str):
    duty = handed(network, claire(network), david)
    duties.end(network.site, claire(network) if by == "giver" else david, duty)

    assert named(network) == ["Claire", "David"]
    assert noted(network, duty) == ["duty.handed_over", "duty.ended"]
    with pytest.raises(StepNotAllowed):
        duties.end(network.site, david, duty)


def test_nobody_else_ends_it(network: Network, david: Actor):
    duty = handed(network, claire(network), david)
    invite(network.site, david, "coordinator", name="Eva", email="eva@exemple.example")

    for somebody in (claire(network, "Eva"), claire(network, "Claire d’ailleurs")):
        with pytest.raises(NotFound):
            duties.end(network.site, somebody, duty)
    with pytest.raises(NotAllowed):
        duties.coordination(network.site, Actor("peer_helper", david.territory_id))


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (None, WEEK, "first"),
        (TODAY, None, "last"),
        (TODAY - timedelta(days=1), WEEK, "first"),
        (WEEK, TODAY, "last"),
        (TODAY, TODAY + timedelta(days=367), "last"),
    ],
)
def test_the_days_make_sense(network: Network, david: Actor, first: date | None, last: date | None, field: str):
    with pytest.raises(NotAcceptable) as refused:
        handed(network, claire(network), david, first, last)
    assert refused.value.field == field


def test_nobody_takes_over_who_is_away_and_nobody_is_away_twice(network: Network, david: Actor):
    handed(network, claire(network), david)

    for giver, deputy in ((claire(network), david), (david, claire(network))):
        with pytest.raises(NotAcceptable):
            handed(network, giver, deputy, WEEK, WEEK)
    handed(network, david, claire(network), WEEK + timedelta(days=1), WEEK + timedelta(days=2))


def test_one_hands_over_to_a_colleague_of_the_same_territory(network: Network, david: Actor):
    for deputy in (claire(network), claire(network, "Claire d’ailleurs")):
        with pytest.raises(NotAcceptable, match="remplace"):
            handed(network, claire(network), deputy)


def test_the_page_hands_over_and_helpers_read_the_name(network: Network, david: Actor):
    client, here = network.signed_in("coordinator", "Claire"), "/reglages/coordination"
    bad = client.fill(f"{here}/passer-la-main", here, deputy=public_id(network, david), first="", last="2027-01-08")
    assert bad.status_code == 422
    assert 'value="2027-01-08"' in bad.text
    done = client.fill(
        f"{here}/passer-la-main", here, deputy=public_id(network, david), first="2027-01-04", last="2027-01-08"
    )

    assert done.status_code == 303
    shown = client.read(here).text
    assert "David remplace Claire" in shown
    assert "A passé la main" in shown
    assert "David et Claire" in network.signed_in("peer_helper", "Ana").read("/aide").text
    assert "d’ailleurs" not in shown
