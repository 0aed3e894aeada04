"""Hand-overs of the coordination on both engines: written, read by day, and held by the database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from service import duties
from service.errors import NotAcceptable
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.duties import CoordinatorDuty
from service.tables.people import Professional
from tests.service.record.builders import EARLIER, a_party, a_territory

FIRST, LAST = date(2027, 1, 5), date(2027, 1, 8)


def coordinators(site: Site) -> list[Actor]:
    """Claire and David, of one territory."""
    here = a_territory(site)
    with site.db.begin() as tx:
        found: list[Actor] = []
        for name in ("Claire", "David"):
            party = a_party(site, tx, "professional", here)
            fields = {"public_id": site.ids.new(), "ref": f"SER-{name}", "territory_id": here, "display_name": name}
            tx.add(Professional(id=party, **fields))
            tx.flush()
            account = Account(public_id=name.lower(), territory_id=here, role="coordinator", party_id=party)
            tx.add(account)
            tx.flush()
            found.append(Actor("coordinator", here, account.id, party))
        return found


def test_a_hand_over_holds_from_its_first_to_its_last_day(site: Site):
    claire, david = coordinators(site)
    duty = duties.hand_over(site, claire, "david", FIRST, LAST)
    with pytest.raises(NotAcceptable):
        duties.hand_over(site, claire, "david", LAST, LAST)
    with site.db() as tx:
        serving = [
            [one.id for one in duties.on_duty(tx, claire.territory_id, date(2027, 1, day))] for day in (4, 5, 8, 9)
        ]

    both = [claire.account_id, david.account_id]
    assert serving == [both, [david.account_id], [david.account_id], both]
    duties.end(site, david, duty)
    assert [one.state for one in duties.coordination(site, claire).duties] == ["ended"]


@pytest.mark.parametrize("wrong", ["one of them alone", "backwards"])
def test_the_database_refuses_a_hand_over_that_makes_no_sense(site: Site, wrong: str):
    claire, david = coordinators(site)
    row = CoordinatorDuty(
        public_id=site.ids.new(),
        territory_id=claire.territory_id or 0,
        account_id=claire.account_id or 0,
        deputy_id=(claire if wrong == "one of them alone" else david).account_id or 0,
        first_day=LAST if wrong == "backwards" else FIRST,
        last_day=FIRST if wrong == "backwards" else LAST,
        made_at=EARLIER,
    )

    with pytest.raises(IntegrityError), site.db.begin() as tx:
        tx.add(row)
