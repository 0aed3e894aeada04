"""`python -m matching.planning.routes`: compile the search ahead, so that nobody waits for it later."""

from __future__ import annotations

from matching.planning.instance import Busy, Instance, Late, Part, Prices, Task, Worker
from matching.planning.routes.anneal import anneal, seed_of_moves
from matching.planning.routes.construct import first_routes
from matching.planning.routes.moves import empty_ruin
from matching.planning.routes.problem import problem_of
from matching.planning.routes.state import cost_of, empty_state, load


def main() -> None:
    late = (Late(60, 1, 1, each_part=True),)
    task = Task("visit", "visit", 0, (Part(30, ("somebody",)),), (0, 1440), price=None, late=late)
    out = (Busy(-1, 0, place=0),)
    somebody = Worker("somebody", "helper", ((-1, 1440),), "walk", base=0, busy=out, pause=0, balanced=False)
    instance = Instance(
        first_day="2027-01-11",
        days=1,
        places=("here",),
        travel={"walk": ((0,),)},
        workers=(somebody,),
        clients=(),
        series=(),
        rooms=(),
        tasks=(task,),
        prices=Prices(travel=1),
        opens=0,
        closes=1440,
    )
    p = problem_of(instance)
    after = first_routes(p)
    if after is None:
        raise RuntimeError("one visit, and somebody who may go: there are routes")
    s = empty_state(p)
    load(p, s, after)
    cost_of(p, s)
    seed_of_moves(0)
    anneal(p, s, empty_ruin(p), 1, 1.0, 0.1, after)


if __name__ == "__main__":
    main()
