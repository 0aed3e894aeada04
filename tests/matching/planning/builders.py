"""
An ordinary week from Monday 2027-01-11: Nadia, free from 9 to 17, and Ada, free just the same, visited weekly.

Places lie on one line: the base, Ada at 10 minutes from it, Bob at 20.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from matching.planning.instance import (
    FIRST,
    Busy,
    Client,
    Instance,
    Part,
    Prices,
    Room,
    Series,
    Slot,
    Task,
    Worker,
)
from matching.planning.plan import Visit
from matching.planning.spans import Span

DAY = 1440
WHERE = {"base": 0, "ada": 10, "bob": 20}
PLACES = tuple(WHERE)
LINE = tuple(tuple(abs(one - other) for other in WHERE.values()) for one in WHERE.values())


def at(day: int, hour: int, minute: int = 0) -> int:
    """A tick: day 0 is Monday 2027-01-11."""
    return day * DAY + hour * 60 + minute


def daily(start: int = 9, end: int = 17, days: range | tuple[int, ...] = range(5)) -> tuple[Span, ...]:
    return tuple((at(day, start), at(day, end)) for day in days)


def nadia(id: str = "nadia", **other: Any) -> Worker:
    given: dict[str, Any] = {"kind": "helper", "windows": daily(), "mode": "walk", "base": 0}
    return Worker(id, **given | other)


def karim(id: str = "karim", **other: Any) -> Worker:
    """A professional."""
    given: dict[str, Any] = {"kind": "professional", "windows": daily(), "mode": "walk", "returns": True}
    return Worker(id, **given | {"balanced": False} | other)


def ada(id: str = "ada", **other: Any) -> Client:
    given: dict[str, Any] = {"windows": daily(), "mode": "walk"}
    return Client(id, **given | other)


def visits(client: str = "ada", id: str = "", **other: Any) -> Series:
    given: dict[str, Any] = {"gap_days": 3}
    return Series(id or f"{client}+nadia", client, **given | other)


def part(*workers: str, **other: Any) -> Part:
    return Part(other.pop("minutes", 60), workers or ("nadia",), **other)


def task(id: str = "v1", client: str = "ada", **other: Any) -> Task:
    """A regular visit of an hour by Nadia, due in the week."""
    given: dict[str, Any] = {
        "kind": "regular",
        "place": PLACES.index(client) if client in PLACES else 1,
        "parts": (part(),),
        "due": (0, 7 * DAY),
        "client": client,
        "series": f"{client}+nadia",
    }
    return Task(id, **given | other)


def first_task(id: str = "first", client: str = "ada", pros: tuple[str, ...] = ("karim",), **other: Any) -> Task:
    """The joint first visit: Nadia and a professional, in order of right."""
    given: dict[str, Any] = {"parts": (part(), part(*pros, role="professional", ranked=True)), "kind": FIRST}
    return task(id, client, **given | other)


def week(*what: Worker | Client | Series | Room | Task, **other: Any) -> Instance:
    """These, and the ordinary ones where none of their name is given."""
    tasks = tuple(one for one in what if isinstance(one, Task))
    workers = {one.id: one for one in what if isinstance(one, Worker)}
    clients = {one.id: one for one in what if isinstance(one, Client)}
    series = {one.id: one for one in what if isinstance(one, Series)}
    for one in tasks:
        if one.client is not None:
            clients.setdefault(one.client, ada(one.client))
        if one.series is not None:
            series.setdefault(one.series, visits(one.client or "", one.series))
        for share in one.parts:
            for worker in share.workers:
                role = karim if share.role == "professional" else nadia
                workers.setdefault(worker, role(worker))
    given: dict[str, Any] = {
        "first_day": "2027-01-11",
        "days": 7,
        "places": PLACES,
        "travel": {"walk": LINE},
        "workers": tuple(workers.values()),
        "clients": tuple(clients.values()),
        "series": tuple(series.values()),
        "rooms": tuple(one for one in what if isinstance(one, Room)),
        "tasks": tasks,
    }
    return Instance(**given | other)


def only(**prices: int) -> Prices:
    """These prices, and leaving out a visit; all others are nothing."""
    nothing = dict.fromkeys(Prices.__dataclass_fields__, 0)
    return Prices(**nothing | {"unserved": 1000} | prices)


def slot(start: int, *workers: str) -> Slot:
    workers = workers or ("nadia",)
    return Slot(workers, (start,) * len(workers))


def visit(start: int, *workers: str, task: str = "v1") -> Visit:
    return Visit(task, slot(start, *workers))


def window(start: int, end: int) -> tuple[Span, ...]:
    """One window, in ticks."""
    return ((start, end),)


def fixed(one: Task, start: int, *workers: str) -> Task:
    return replace(one, fixed=slot(start, *workers))


def meeting(start: int, end: int, **other: Any) -> Busy:
    return Busy(start, end, **other)
