"""The steps of the main job that both demonstrations take: proposals, a yes to the first ones, a plan."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import msgspec
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from matching.pairing.answer import Answer as PairingAnswer
from matching.planning.plan import Answer as PlanningAnswer
from service import network_texts, pairings, runs, visits
from service.cli_faults import Fault
from service.network_texts import NetworkTexts
from service.runs import Finished
from service.site import Actor, Site
from service.tables.people import PeerHelper, Person

LOOK_SECONDS = 0.1
Someone = TypeVar("Someone", Person, PeerHelper)
Tell = Callable[..., None]
"""Says a sentence, a text to translate and its values, to whoever waits."""


TEXTS = NetworkTexts(
    phone="04 000 00 00",
    hours={"fr": "du lundi au vendredi, 9 h – 17 h", "nl": "maandag tot vrijdag, 9.00–17.00 uur"},
    days=5,
)
"""How the invented network is called: a number that nobody has, as in `design/README.md` 9."""


def say_how_to_call(site: Site, actor: Actor) -> None:
    """The network's texts, as long as nobody decided them."""
    mark = network_texts.shown(site, actor).mark
    if not mark:
        network_texts.decide(site, actor, TEXTS, mark)


@dataclass(frozen=True)
class Timed:
    """What a run answered, and the seconds it took."""

    finished: Finished
    seconds: float


def wait_for(site: Site, actor: Actor, run_id: str) -> Timed:
    """
    Wait for a run that a worker carries out.

    Raises
    ------
    Fault
        When it ends without a result.
    """
    began = time.monotonic()
    while (view := runs.get(site, actor, run_id)).is_open:
        time.sleep(LOOK_SECONDS)
    if view.status != "done":
        raise Fault(view.reason)
    return Timed(runs.result(site, actor, run_id), time.monotonic() - began)


def pair(site: Site, actor: Actor) -> Timed:
    """Shortlists for everybody who waits; a calculation that a kill interrupted goes on."""
    under_way = runs.current(site, actor, "pairing")
    run_id = pairings.ask_for_shortlists(site, actor) if under_way is None else under_way.public_id
    return wait_for(site, actor, run_id)


def plan(site: Site, actor: Actor, start: date, weeks: int) -> Timed:
    """Visits for these weeks, as a proposal beside the live plan."""
    under_way = runs.current(site, actor, "planning")
    run_id = visits.ask_for_plan(site, actor, start, weeks) if under_way is None else under_way.public_id
    return wait_for(site, actor, run_id)


def publish(site: Site, actor: Actor, start: date, weeks: int) -> None:
    """Tell everybody the visits of these weeks, so that they stand in every calendar."""
    for week in range(weeks):
        visits.publish(site, actor, start + timedelta(weeks=week))


def accept_first(site: Site, actor: Actor, answer: PairingAnswer) -> int:
    """
    Take every first proposal that fits the caseloads together as accepted by both; how many.

    They are answered as by phone: the coordinator enters what both said.
    """
    with site.db() as tx:
        people = {row.ref: row.public_id for row in tx.exec(_of(Person, actor)).all()}
        helpers = {row.ref: row.public_id for row in tx.exec(_of(PeerHelper, actor)).all()}
    for placed in answer.placed:
        pairing = pairings.propose(site, actor, people[placed.person], helpers[placed.helper])
        for side in pairings.SIDES:
            pairings.answer(site, actor, pairing, side, "accepted", how="phone")
    return len(answer.placed)


def _of(table: type[Someone], actor: Actor) -> SelectOfScalar[Someone]:
    return select(table).where(table.territory_id == actor.territory_id)


def pairing_answer(finished: Finished) -> PairingAnswer:
    return msgspec.convert(finished.result, PairingAnswer)


def planning_answer(finished: Finished) -> PlanningAnswer:
    return msgspec.convert(finished.result, PlanningAnswer)
