"""The demonstration started again finds what a coordinator left, and decides nothing for her."""

from __future__ import annotations

from sqlmodel import col, select

from locales import translator
from service import demo_server
from service.site import Actor
from service.tables.pairings import Visit
from service.tables.work import Run
from tests.service.web.network import MOMENT, Network


def test_a_plan_that_nobody_took_over_waits_also_after_a_new_start(network: Network):
    actor, new = Actor("coordinator", network.territories["SER"]), network.site.ids.new
    here = network.territories["SER"]
    with network.site.db.begin() as tx:
        for kind, applied_at in (("planning", MOMENT), ("planning", None), ("pairing", None)):
            tx.add(
                Run(
                    public_id=new(), kind=kind, applied_at=applied_at, status="done", asked_at=MOMENT, territory_id=here
                )
            )
            tx.flush()
        before = len(tx.exec(select(Visit.id)).all())
    told: list[str] = []
    demo_server.prepared(network.site, actor, translator("fr"), lambda text, **_: told.append(text))

    with network.site.db() as tx:
        assert [one.applied_at is None for one in tx.exec(select(Run).order_by(col(Run.id))).all()] == [
            False,
            True,
            True,
        ]
        assert len(tx.exec(select(Visit.id)).all()) == before
    assert told == []
