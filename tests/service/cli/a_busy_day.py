"""
A process that proposes and answers without end, and says of each step when it is done.

`python -m tests.service.cli.a_busy_day`, in a folder with a database of Seraing. Each line of its input begins a day in
a process of its own, which says its number first; the day lasts until it is killed.
"""

from __future__ import annotations

import itertools
import os
import sys
from datetime import date

from sqlmodel import col, select

from service import pairings
from service.cli_site import opened
from service.errors import RuleBroken
from service.settings import Settings
from service.site import Actor, Site
from service.tables.people import PeerHelper, Person
from service.tables.territory import Territory


def main() -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            say("day", str(os.getpid()))
            day()
        os.waitpid(child, 0)
        say("over", "")


def day() -> None:
    with opened(Settings(), today=date(2027, 1, 4)) as site:
        with site.db() as tx:
            coordinator = Actor("coordinator", tx.exec(select(Territory.id)).one())
            waiting = tx.exec(select(Person.public_id).where(Person.status == "waiting").order_by(col(Person.id))).all()
            helpers = tx.exec(select(PeerHelper.public_id).order_by(col(PeerHelper.id))).all()
        for helper, person in itertools.cycle(itertools.product(helpers, waiting)):
            try:
                pairing = pairings.propose(site, coordinator, person, helper)
            except RuleBroken:
                continue
            say("proposed", pairing)
            answer(site, coordinator, pairing)


def answer(site: Site, coordinator: Actor, pairing: str) -> None:
    """One in eight is declined, the others taken back."""
    if int(pairing, 16) % 8:
        pairings.withdraw_proposal(site, coordinator, pairing)
        say("lapsed", pairing)
    else:
        pairings.answer(site, coordinator, pairing, "peer_helper", "declined", how="phone")
        say("declined", pairing)


def say(state: str, pairing: str) -> None:
    print(state, pairing, flush=True)


if __name__ == "__main__":
    main()
