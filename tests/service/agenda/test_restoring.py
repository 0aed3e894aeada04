"""A visit that the coordination cancelled, or noted a no for, stands again from where that is said."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from service import visit_returns, visits
from service.errors import StepNotAllowed
from tests.service.agenda.a_visit import START, AVisit
from tests.service.web.network import Browser, Network


def undo_at(client: Browser, address: str) -> str | None:
    found = re.search(r'action="(/semaine/visites/\w+/retablir)"', client.read(address).text)
    return found[1] if found else None


@pytest.mark.parametrize(
    ("deed", "fields", "stands"),
    [
        ("annuler", {}, ("confirmed", "accepted", "pending")),
        ("repondre", {"side": "person", "said": "declined"}, ("confirmed", "accepted", "pending")),
        ("repondre", {"side": "peer_helper", "said": "declined"}, ("planned", "pending", "pending")),
    ],
)
def test_a_visit_cancelled_by_mistake_stands_again(
    network: Network, deed: str, fields: dict[str, str], stands: tuple[str, str, str]
):
    visit = AVisit(network)
    client = visit.browser(START - timedelta(days=3), "coordinator", "Claire")
    page = f"/semaine/visites/{visit.public_id}"
    said = client.fill(f"{page}/{deed}", page, revision=visit.row.revision, **fields).headers["location"]
    assert visit.row.status == "cancelled"
    undo = undo_at(client, said)
    assert undo is not None
    client.fill(undo, said, revision=visit.row.revision)

    assert (visit.row.status, visit.row.helper_answer, visit.row.person_answer) == stands
    assert visit.row.reason is None
    assert visit.notices("visit_cancelled") == []
    assert undo_at(client, said) is None


def test_what_somebody_said_for_themselves_is_not_taken_back_for_them(network: Network):
    visit = AVisit(network)
    visits.answer_visit(network.site, visit.helper, visit.public_id, "declined")

    assert visit_returns.cancelled_by(network.site, visit.coordinator, visit.public_id) is None
    with pytest.raises(StepNotAllowed):
        visit_returns.restore(network.site, visit.coordinator, visit.public_id, revision=visit.row.revision)


def test_after_a_day_a_cancelled_visit_stays_so(network: Network):
    visit = AVisit(network, starts_at=START + timedelta(days=7))
    visits.cancel(network.site, visit.coordinator, visit.public_id)
    day_after = visit.row.changed_at + timedelta(days=1)

    assert visit_returns.cancelled_by(visit.at(day_after - timedelta(minutes=1)), visit.coordinator, visit.public_id)
    assert visit_returns.cancelled_by(visit.at(day_after), visit.coordinator, visit.public_id) is None
