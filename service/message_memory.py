"""What people were told is forgotten after ninety days (`security.md` G1, as jobs are), and nobody is told it again."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, delete, exists, or_, select, update

from service import codes
from service.clock import today
from service.site import Site
from service.tables.mail import MessageTold
from service.tables.pairings import Notice, Visit
from service.tables.territory import Territory

KEPT = timedelta(days=90)


def forget(site: Site) -> int:
    """
    Throw away what was told long ago; how many rows.

    A notice whose message left counts as told from then on. Visits that still wait for a yes keep theirs: without it
    the same message would leave anew.
    """
    gone = 0
    with site.db.begin() as tx:
        for territory in tx.exec(select(Territory)).all():
            old = (
                col(MessageTold.territory_id) == territory.id,
                col(MessageTold.on) <= today(site.clock, territory.timezone) - KEPT,
            )
            tx.exec(
                update(Notice)
                .where(
                    col(Notice.territory_id) == territory.id,
                    col(Notice.told_at).is_(None),
                    exists().where(
                        *old,
                        col(MessageTold.party_id) == col(Notice.party_id),
                        col(MessageTold.code) == col(Notice.code),
                        col(MessageTold.about) == col(Notice.public_id),
                    ),
                )
                .values(told_at=site.clock.now())
                .execution_options(synchronize_session=False)
            )
            waits = exists().where(
                col(Visit.status).in_(codes.LIVE_VISIT_STATES),
                col(Visit.starts_at) > site.clock.now(),
                or_(
                    (col(Visit.peer_helper_id) == col(MessageTold.party_id)) & (col(Visit.helper_answer) == "pending"),
                    (col(Visit.person_id) == col(MessageTold.party_id)) & (col(Visit.person_answer) == "pending"),
                ),
            )
            unneeded = or_(col(MessageTold.code) != "visits", ~waits)
            done = tx.exec(delete(MessageTold).where(*old, unneeded).execution_options(synchronize_session=False))
            gone += done.rowcount
    return gone
