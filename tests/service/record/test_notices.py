"""What the database holds of notices and absences, on both engines."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from service import absences
from service.site import Actor, Site
from service.tables.pairings import Notice
from tests.service.record import builders

DAY = dt.date(2027, 1, 12)


def notices_in(tx: Session) -> list[str]:
    return list(tx.exec(select(Notice.code)))


def test_what_the_coordination_hears_of_an_absence_goes_with_it(site: Site):
    tandem = builders.a_pairing(site)
    own = Actor("peer_helper", tandem.territory_id, party_id=tandem.helper_id)
    made = absences.enter(site, own, None, DAY, DAY)
    with site.db() as tx:
        assert notices_in(tx) == ["helper_away"]
    absences.end(site, own, made)

    with site.db() as tx:
        assert notices_in(tx) == []


@pytest.mark.parametrize("code", ["helper_away", "two_absences"])
def test_a_notice_is_about_an_absence_or_about_somebody(site: Site, code: str):
    territory = builders.a_territory(site)

    with pytest.raises(IntegrityError), site.db.begin() as tx:
        tx.add(Notice(public_id=site.ids.new(), territory_id=territory, code=code, at=site.clock.now()))
