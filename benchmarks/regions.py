"""Generated regions at any size: pairings given, four weeks of visits due, and ties as in real territories."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from matching.planning.instance import (
    FIRST,
    Busy,
    Client,
    Instance,
    Late,
    Part,
    Room,
    Series,
    Slot,
    Task,
    Usual,
    Worker,
)
from matching.planning.spans import Span, tidy
from matching.travel import MODES, Travel

DAY, WEEK = 1440, 7
WEEKS = 4
PEOPLE_A_TOWN = 60
HELPERS_A_PROFESSIONAL = 3
TOWN_KM = 2.5
REGION_KM = 60.0
FREQUENCIES = (("weekly", 7, 3, 55), ("fortnightly", 14, 10, 25), ("twice_weekly", 3.5, 2, 12), ("monthly", 28, 20, 8))
"""Name, days of a period, gap of V9, people in a hundred."""
HALF_DAYS = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60 + 30))
EVENING = (17 * 60 + 30, 19 * 60 + 30)
MINUTES = (45, 60, 60, 60, 90)
SHARE_NEW, SHARE_TWO, SHARE_ROOM, SHARE_USUAL, SHARE_PUBLISHED, SHARE_HOUSED = 0.12, 0.06, 0.2, 0.5, 0.1, 0.02
SECONDS_LISTED = 4
LATE_PRICE = 40


@dataclass(frozen=True)
class Home:
    """Somebody's spot: index of the place, kilometres east and north, the town."""

    place: int
    east: float
    north: float
    town: int


class Map:
    """Towns, and homes handed out in them, one place after the other."""

    def __init__(self, chance: random.Random, towns: int) -> None:
        self._chance = chance
        self._centres = [(chance.uniform(0, REGION_KM), chance.uniform(0, REGION_KM)) for _ in range(towns)]
        self.homes: list[Home] = []

    def home(self, town: int) -> Home:
        east, north = (self._chance.gauss(middle, TOWN_KM) for middle in self._centres[town])
        found = Home(len(self.homes), east, north, town)
        self.homes.append(found)
        return found

    def travel(self) -> dict[str, tuple[tuple[int, ...], ...]]:
        """Minutes between all places by every mode, as on the shipped territories."""
        spots = np.array([(one.east, one.north) for one in self.homes])
        km = Travel().detour * np.hypot(*(spots[:, None, :] - spots[None, :, :]).transpose(2, 0, 1))
        found: dict[str, tuple[tuple[int, ...], ...]] = {}
        for name, mode in MODES.items():
            minutes = np.ceil(mode.overhead_minutes + 60 * km / mode.km_per_hour).astype(int)
            np.fill_diagonal(minutes, 0)
            found[name] = tuple(map(tuple, minutes.tolist()))
        return found


def region(people: int, helpers: int, seed: int) -> Instance:
    """The same region for the same numbers: four weeks from a Monday."""
    chance = random.Random(seed)  # noqa: S311
    towns = max(1, people // PEOPLE_A_TOWN)
    where = Map(chance, towns)
    going = [_helper(chance, where, number, number % towns) for number in range(helpers)]
    count = max(towns, helpers // HELPERS_A_PROFESSIONAL)
    professionals = [_professional(chance, where, number, number % towns) for number in range(count)]
    rooms = [(_room(chance, number), where.home(number % towns)) for number in range(2 * towns)]
    load = dict.fromkeys(range(helpers), 0)
    clients: list[Client] = []
    series: list[Series] = []
    tasks: list[Task] = []
    for number in range(people):
        town = number % towns
        client = _client(chance, number)
        near = sorted(range(helpers), key=lambda one: (going[one][1].town != town, load[one], one))
        able = (one for one in near if _meet(client, going[one][0]))
        chosen = next(able, None)
        home = where.home(town)
        if chosen is None:
            continue
        load[chosen] += 1
        made = _Pairing(chance, client, home, [one for one, _ in going], chosen, professionals, rooms, near)
        clients.append(client)
        series.append(made.series)
        tasks += made.tasks()
    return Instance(
        first_day="2027-01-11",
        days=WEEK * WEEKS,
        places=tuple(f"place{one.place}" for one in where.homes),
        travel=where.travel(),
        workers=(*(one for one, _ in going), *(one for one, _ in professionals)),
        clients=tuple(clients),
        series=tuple(series),
        rooms=tuple(one for one, _ in rooms),
        tasks=tuple(tasks),
    )


def _weekly(spans: list[tuple[int, int, int]]) -> tuple[Span, ...]:
    """(weekday, start, end) over all weeks."""
    days = (WEEK * week for week in range(WEEKS))
    return tidy(((day + one) * DAY + start, (day + one) * DAY + end) for day in days for one, start, end in spans)


def _half_days(chance: random.Random, count: int) -> list[tuple[int, int, int]]:
    chosen = chance.sample([(day, *half) for day in range(5) for half in HALF_DAYS], count)
    if chance.random() < 0.2:
        chosen.append((chance.randrange(5), *EVENING))
    return chosen


def _helper(chance: random.Random, where: Map, number: int, town: int) -> tuple[Worker, Home]:
    home = where.home(town)
    weekdays = chance.sample(range(5), 2)
    supervision = [
        Busy((WEEK * week + weekdays[0]) * DAY + 9 * 60, (WEEK * week + weekdays[0]) * DAY + 11 * 60, None, "V12")
        for week in range(0, WEEKS, 2)
    ]
    host = Busy(
        (WEEK + weekdays[1]) * DAY + 840,
        (WEEK + weekdays[1]) * DAY + 960,
        price=chance.choice((0, 40)),
        place=home.place,
    )
    worker = Worker(
        f"H{number}",
        "helper",
        _weekly(_half_days(chance, chance.randint(6, 9))),
        chance.choice(("walk", "bike", "bus", "car", "car")),
        base=home.place,
        busy=(*supervision, host),
        max_visits_per_day=chance.choice((3, 4, 4, 5)),
        max_minutes_per_week=chance.choice((12, 16, 20, 24)) * 36,
        alone_ok=chance.random() > 0.03,
    )
    return worker, home


def _professional(chance: random.Random, where: Map, number: int, town: int) -> tuple[Worker, Home]:
    home = where.home(town)
    busy = [
        Busy(start, start + 60, home.place)
        for day in range(WEEK * WEEKS)
        if day % WEEK < 5
        for start in chance.sample(range(day * DAY + 540, day * DAY + 960, 60), 2)
    ]
    windows = _weekly([(day, 9 * 60, 17 * 60) for day in chance.sample(range(5), 4)])
    worker = Worker(
        f"P{number}",
        "professional",
        windows,
        "car",
        base=home.place,
        busy=tuple(busy),
        returns=True,
        balanced=False,
    )
    return worker, home


def _room(chance: random.Random, number: int) -> Room:
    single = number % 2 == 0
    windows = _weekly([(day, 9 * 60, 17 * 60) for day in range(5)])
    busy = [Busy(day * DAY + 600, day * DAY + 720, people=4) for day in chance.sample(range(WEEK * WEEKS), 6)]
    return Room(f"room{number}", windows, single=single, capacity=0 if single else 8, busy=tuple(busy))


def _client(chance: random.Random, number: int) -> Client:
    windows = _weekly(_half_days(chance, chance.randint(3, 6)))
    housed = chance.random() < SHARE_HOUSED
    meeting = chance.randrange(WEEK * WEEKS) * DAY
    busy = (Busy(meeting + 600, meeting + 690),)
    return Client(f"C{number}", windows, chance.choice(("walk", "bus")), busy=busy, weekly_offer=housed)


def _meet(client: Client, worker: Worker) -> bool:
    """A common hour and a half in the first week."""
    return any(
        min(end, closes) - max(start, opens) >= 90
        for start, end in client.windows
        for opens, closes in worker.windows
        if start < WEEK * DAY
    )


class _Pairing:
    """One pairing: how often, how long, where, with whom beside, and its visits over the weeks."""

    def __init__(
        self,
        chance: random.Random,
        client: Client,
        home: Home,
        helpers: list[Worker],
        chosen: int,
        professionals: list[tuple[Worker, Home]],
        rooms: list[tuple[Room, Home]],
        near: list[int],
    ) -> None:
        self._chance, self._client, self._helper = chance, client, helpers[chosen]
        _, self._period, self._gap, _ = chance.choices(FREQUENCIES, [one[3] for one in FREQUENCIES])[0]
        self._minutes = chance.choice(MINUTES)
        self._place, self._room = home.place, None
        at_hand = [(room, spot) for room, spot in rooms if spot.town == home.town]
        if chance.random() < SHARE_ROOM:
            room, spot = chance.choice(at_hand)
            self._place, self._room = spot.place, room.id
        local = [one for one, spot in professionals if spot.town == home.town]
        chance.shuffle(local)
        self._professionals = tuple(one.id for one in local[:3])
        self._two = chance.random() < SHARE_TWO
        self._seconds = (
            tuple(helpers[one].id for one in near if one != chosen)[:SECONDS_LISTED] + self._professionals[:1]
        )
        self._new = chance.random() < SHARE_NEW
        self.series = Series(f"{client.id}+{self._helper.id}", client.id, gap_days=self._gap, met=not self._new)
        self._usual = None
        if not self._new and chance.random() < SHARE_USUAL:
            self._usual = self._habit()

    def _habit(self) -> Usual:
        start, end = self._chance.choice([one for one in self._client.windows if one[0] < WEEK * DAY])
        minute = self._chance.randrange(start % DAY, max(start % DAY + 1, start % DAY + end - start - 60), 15)
        return Usual(start // DAY + 1, minute)

    def tasks(self) -> Iterator[Task]:
        parts = [Part(self._minutes, (self._helper.id,))]
        if self._two or not self._helper.alone_ok:
            usual = self._chance.choice((None, self._seconds[0]))
            parts.append(Part(self._minutes, self._seconds, "second", usual=usual))
        first = f"{self.series.id}/first" if self._new else None
        if first is not None:
            joint = Part(self._minutes, self._professionals, "professional", ranked=True)
            late = Late(self._chance.randint(5, 14) * DAY, LATE_PRICE, WEEK * DAY)
            task = self._task(first, FIRST, (parts[0], joint), (0, WEEK * WEEKS * DAY))
            yield replace(task, late=(late,))
        begins = self._chance.uniform(10, 14) if self._new else -self._chance.uniform(0, self._period)
        while begins + self._period <= WEEK * WEEKS:
            due = (max(0, round(begins)) * DAY, round(begins + self._period) * DAY)
            if due[0] < due[1]:
                task = self._task(f"{self.series.id}/{due[1] // DAY}", "regular", tuple(parts), due)
                yield replace(task, usual=self._usual, after=first, published=self._told(task))
            begins += self._period

    def _task(self, ref: str, kind: str, parts: tuple[Part, ...], due: Span) -> Task:
        people = 2 if self._two else 1
        return Task(ref, kind, self._place, parts, due, self._client.id, self.series.id, self._room, people_min=people)

    def _told(self, task: Task) -> Slot | None:
        """Some visits of one helper were told already, at an hour that the person has."""
        if len(task.parts) > 1 or self._chance.random() >= SHARE_PUBLISHED:
            return None
        first, last = task.due
        begins = [start for start, _ in self._client.windows if first <= start and start + self._minutes <= last]
        return Slot((self._helper.id,), (self._chance.choice(begins),)) if begins else None
