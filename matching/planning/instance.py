"""
The planning instance: who may go, who is visited, what is due, and where each of them could be.

Times are whole ticks counted from 00:00 local time of the first day. With `day_ticks` 1440 a tick is a minute of the
territory's wall clock: a day has 1440 of them also when the clocks change, since windows are wall-clock times.
Nothing here is a row, a name or a clock; people are known by their reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from matching.planning.spans import Span, tidy

FIRST = "first_joint"
RHYTHM = ("first_joint", "regular", "accompaniment")
"""Kinds of visits that count in the rhythm of a pairing (`domain.md`, 12.6)."""


class InstanceFault(ValueError):
    """The instance contradicts itself; the message names where."""


@dataclass(frozen=True)
class Busy:
    """
    Time already taken.

    Parameters
    ----------
    place
        Index of the place, so that the way there counts; None = the way does not count.
    rule
        Rule that keeps it free: V2 for meetings and confirmed host slots, V12 for supervision and intervision.
    price
        0 = never given up; otherwise what a visit costs that clashes with it (a proposed host slot).
    people
        Places taken in a room.
    """

    start: int
    end: int
    place: int | None = None
    rule: str = "V2"
    price: int = 0
    people: int = 1


@dataclass(frozen=True)
class Worker:
    """
    Somebody who goes: a peer helper or a professional.

    Parameters
    ----------
    base
        Index of the place where days begin and end; None = that way costs nothing.
    fit
        When they may go at all (status, training, supervision); None = always.
    pause
        Ticks kept free between two visits beyond the way.
    returns
        Goes back to the base after each visit (professionals); their days are not chained into rounds.
    balanced
        Whether uneven days and long stretches without a break are counted.
    """

    id: str
    kind: str
    windows: tuple[Span, ...]
    mode: str
    base: int | None = None
    skills: tuple[str, ...] = ()
    busy: tuple[Busy, ...] = ()
    fit: tuple[Span, ...] | None = None
    max_visits_per_day: int | None = None
    max_minutes_per_week: int | None = None
    alone_ok: bool = True
    pause: int = 15
    returns: bool = False
    balanced: bool = True


@dataclass(frozen=True)
class Client:
    """Somebody who is visited; `consent` None = always; `weekly_offer` asks for a meeting each week (Housing First)."""

    id: str
    windows: tuple[Span, ...]
    mode: str
    busy: tuple[Busy, ...] = ()
    consent: tuple[Span, ...] | None = None
    weekly_offer: bool = False


@dataclass(frozen=True)
class Room:
    """A place with its windows (None = open); `single` = one booking at a time; `capacity` 0 = no limit."""

    id: str
    windows: tuple[Span, ...] | None = None
    single: bool = False
    capacity: int = 0
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True)
class Series:
    """
    The visits of one pairing.

    Parameters
    ----------
    gap_days
        Dates of two visits lie at least this far apart; 0 = no rule.
    held
        Days of visits of the rhythm outside the tasks, counted from the first day (before it: negative).
    live
        When the pairing allows visits (not paused); None = always.
    met
        The joint first visit has been held.
    """

    id: str
    client: str
    gap_days: int = 0
    held: tuple[int, ...] = ()
    live: tuple[Span, ...] | None = None
    met: bool = True


@dataclass(frozen=True)
class Part:
    """
    One person's share of a task; all parts start together unless a link says otherwise.

    Parameters
    ----------
    workers
        Who may take it; in order of right when `ranked` (V3: a later one only when no earlier one can come in time).
    usual
        Who takes it as a rule; another one has a price.
    skill
        Asked of whoever takes it; None = none.
    """

    minutes: int
    workers: tuple[str, ...]
    role: str = "helper"
    ranked: bool = False
    usual: str | None = None
    skill: str | None = None


@dataclass(frozen=True)
class Link:
    """least <= start of part `second` - start of part `first` <= most, by two different people."""

    first: int
    second: int
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class Late:
    """Each started `per` ticks of a start after `after` cost `price`; once a visit, or for each of its parts."""

    after: int
    price: int
    per: int
    each_part: bool = False


@dataclass(frozen=True)
class Usual:
    """The habit to keep: ISO weekday and minute of the day."""

    weekday: int
    minute: int


@dataclass(frozen=True)
class Slot:
    """Who goes and when, part by part."""

    workers: tuple[str, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True)
class Task:
    """
    A visit that is due, or that stands.

    Parameters
    ----------
    due
        It starts and ends inside; a task with a price may be left out.
    price
        Cost of leaving it out; None = it has to be done.
    people_min
        People who have to go together (V5).
    after
        Task that has to end before this one starts (V4: the joint first visit).
    fixed
        Pinned, confirmed or past: this slot and no other (V10).
    usual, published
        The habit to keep; the slot already told to people.
    kept
        Where the visit stands though nobody was told: among plans of equal value it stays there.
    visit
        Reference of the visit that stands in the plan; None = none yet.
    """

    id: str
    kind: str
    place: int
    parts: tuple[Part, ...]
    due: Span
    client: str | None = None
    series: str | None = None
    room: str | None = None
    links: tuple[Link, ...] = ()
    price: int | None = 100
    people_min: int = 1
    late: tuple[Late, ...] = ()
    usual: Usual | None = None
    published: Slot | None = None
    kept: Slot | None = None
    fixed: Slot | None = None
    after: str | None = None
    visit: str | None = None

    @property
    def minutes(self) -> int:
        return max(part.minutes for part in self.parts)

    @property
    def stands(self) -> Slot | None:
        """Where it stands, told or not: among plans of equal value it stays there."""
        return self.published or self.kept


@dataclass(frozen=True)
class Prices:
    """
    What each soft wish costs (`domain.md`, section 6 and 12.12; `settled.md` 14); the organisation may change them.

    `unserved` is added in the search for each due visit left out, so that no visit is left out to save travel: a
    visit is unplanned only when a rule stands against it (story C3).
    """

    unserved: int = 1000
    other_day: int = 20
    other_hour: int = 10
    other_person: int = 60
    travel: int = 1
    fourth_hour: int = 15
    uneven: int = 5
    edge_of_day: int = 3
    changed: int = 30
    housing_week: int = 60
    largest_lateness: int = 0


@dataclass(frozen=True)
class Instance:
    """
    Everything a plan is made from.

    Parameters
    ----------
    first_day
        ISO date of tick 0; gives weekdays and ISO weeks.
    places, travel
        References of places, and ticks from each to each, by mode.
    opens, closes
        Ticks of the day between which visits lie (V7).
    early, late
        Ticks of the day before and after which a visit costs a little.
    step
        Grid of starts; habits, published slots and beginnings of free time come beside it.
    """

    first_day: str
    days: int
    places: tuple[str, ...]
    travel: Mapping[str, tuple[tuple[int, ...], ...]]
    workers: tuple[Worker, ...]
    clients: tuple[Client, ...]
    series: tuple[Series, ...]
    rooms: tuple[Room, ...]
    tasks: tuple[Task, ...]
    prices: Prices = field(default_factory=Prices)
    opens: int = 480
    closes: int = 1200
    early: int = 600
    late: int = 1080
    day_ticks: int = 1440
    step: int = 30

    def __post_init__(self) -> None:
        for fault in faults(self):
            raise InstanceFault(fault)

    @cached_property
    def worker(self) -> Mapping[str, Worker]:
        return {worker.id: worker for worker in self.workers}

    @cached_property
    def client(self) -> Mapping[str, Client]:
        return {client.id: client for client in self.clients}

    @cached_property
    def room(self) -> Mapping[str, Room]:
        return {room.id: room for room in self.rooms}

    @cached_property
    def one_series(self) -> Mapping[str, Series]:
        return {series.id: series for series in self.series}

    @cached_property
    def task(self) -> Mapping[str, Task]:
        return {task.id: task for task in self.tasks}

    @cached_property
    def _monday(self) -> int:
        """Day number (0 or below) of the Monday of the first day's week."""
        return -date.fromisoformat(self.first_day).weekday()

    def day(self, tick: int) -> int:
        return tick // self.day_ticks

    def week(self, day: int) -> int:
        """ISO weeks counted from the one of the first day."""
        return (day - self._monday) // 7

    def weekday(self, day: int) -> int:
        """1 = Monday."""
        return (day - self._monday) % 7 + 1

    def way(self, mode: str, origin: int | None, target: int | None) -> int:
        """Ticks from one place to another; nothing when one of them is not known."""
        return 0 if origin is None or target is None else self.travel[mode][origin][target]


def faults(instance: Instance) -> Iterable[str]:
    """What contradicts itself, in words that name where; of whole numbers first, since all others count with them."""
    if instance.days < 1 or instance.day_ticks < 1 or instance.step < 1:
        yield "days, day_ticks and step are at least 1"
    try:
        date.fromisoformat(instance.first_day)
    except ValueError:
        yield f"first_day: {instance.first_day!r} is not a date"
    if not 0 <= instance.opens < instance.closes <= instance.day_ticks:
        yield "opens and closes: visits lie between two moments of one day"
    for name in (name for name, price in vars(instance.prices).items() if price < 0):
        yield f"prices {name}: no wish costs less than 0"
    for mode, matrix in instance.travel.items():
        yield from _travel_faults(mode, matrix, instance.places)
    for name, refs in (
        ("worker", [worker.id for worker in instance.workers]),
        ("client", [client.id for client in instance.clients]),
        ("series", [series.id for series in instance.series]),
        ("room", [room.id for room in instance.rooms]),
        ("task", [task.id for task in instance.tasks]),
    ):
        for ref in sorted(ref for ref, times in Counter(refs).items() if times > 1):
            yield f"{name} {ref}: listed twice"
    for owner in (*instance.workers, *instance.clients, *instance.rooms):
        yield from _time_faults(instance, owner)
    for one in instance.series:
        if one.client not in instance.client:
            yield f"series {one.id}: unknown client {one.client}"
        if one.gap_days < 0:
            yield f"series {one.id}: the gap is below 0"
    for task in instance.tasks:
        yield from _task_faults(instance, task)


def _travel_faults(mode: str, matrix: Sequence[Sequence[object]], places: Sequence[str]) -> Iterable[str]:
    """The shape first; a hole is a way of which nothing, or no whole number, is known."""
    size = len(places)
    if len(matrix) != size or any(len(row) != size for row in matrix):
        yield f"travel {mode}: {size} x {size} values are expected"
        return
    for origin, row in zip(places, matrix, strict=True):
        if all(type(value) is int and value >= 0 for value in row):
            continue
        for target, value in zip(places, row, strict=True):
            if not isinstance(value, int):
                yield f"travel {mode}: the way from {origin} to {target} is not known"
            elif value < 0:
                yield f"travel {mode}: no way takes less than 0, as from {origin} to {target}"


def _time_faults(instance: Instance, owner: Worker | Client | Room) -> Iterable[str]:
    name = f"{type(owner).__name__.lower()} {owner.id}"
    yield from _span_faults(f"{name}: windows", owner.windows)
    for busy in owner.busy:
        if busy.start >= busy.end:
            yield f"{name}: busy time ends before it begins"
        if busy.place is not None and not 0 <= busy.place < len(instance.places):
            yield f"{name}: busy at an unknown place"
    if not isinstance(owner, Room) and owner.mode not in instance.travel:
        yield f"{name}: no travel times for mode {owner.mode}"
    if isinstance(owner, Worker):
        if owner.base is not None and not 0 <= owner.base < len(instance.places):
            yield f"{name}: unknown base"
        limits = (owner.pause, owner.max_visits_per_day or 0, owner.max_minutes_per_week or 0)
        if min(limits) < 0:
            yield f"{name}: pause, max_visits_per_day and max_minutes_per_week are at least 0"
        yield from _span_faults(f"{name}: times allowed", owner.fit)
    if isinstance(owner, Client):
        yield from _span_faults(f"{name}: times allowed", owner.consent)
    if isinstance(owner, Room) and owner.capacity < 0:
        yield f"{name}: the capacity is below 0"


def _span_faults(name: str, spans: Sequence[Span] | None) -> Iterable[str]:
    for start, end in spans or ():
        if end <= start:
            yield f"{name}: {start} to {end} ends before it begins"
            return
    if spans is not None and tidy(spans) != tuple(spans):
        yield f"{name} are sorted, apart and not empty"


def _task_faults(instance: Instance, task: Task) -> Iterable[str]:
    name = f"task {task.id}"
    if not task.parts:
        yield f"{name}: nobody is asked for"
    if not 0 <= task.place < len(instance.places):
        yield f"{name}: unknown place"
    if task.due[0] >= task.due[1]:
        yield f"{name}: the time due ends before it begins"
    if task.price is not None and task.price < 0:
        yield f"{name}: the price is below 0"
    if task.client is not None and task.client not in instance.client:
        yield f"{name}: unknown client {task.client}"
    series = None if task.series is None else instance.one_series.get(task.series)
    if task.series is not None and (series is None or series.client != task.client):
        yield f"{name}: series {task.series} is unknown or of another client"
    if task.room is not None and task.room not in instance.room:
        yield f"{name}: unknown room {task.room}"
    if task.after is not None:
        yield from _order_faults(instance, task)
    for part in task.parts:
        if part.minutes < 1:
            yield f"{name}: a part lasts at least 1"
        for unknown in sorted(set(part.workers) - instance.worker.keys()):
            yield f"{name}: unknown worker {unknown}"
    yield from _link_faults(name, task)
    for late in task.late:
        if late.per < 1 or late.price < 0:
            yield f"{name}: lateness is counted per tick or more, at a price"
    for slot in (task.fixed, task.published, task.kept):
        if slot is not None:
            yield from _slot_faults(name, task.parts, slot, instance.worker)


def _order_faults(instance: Instance, task: Task) -> Iterable[str]:
    """What a task comes after exists, and does not in the end come after the task itself."""
    seen = {task.id}
    before = task.after
    while before is not None:
        if before in seen:
            yield f"task {task.id}: comes after itself"
            return
        seen.add(before)
        if before not in instance.task:
            if before == task.after:
                yield f"task {task.id}: comes after an unknown task {before}"
            return
        before = instance.task[before].after


def _link_faults(name: str, task: Task) -> Iterable[str]:
    """Each link joins two parts by a gap that exists, and some starts satisfy all of them together."""
    size = len(task.parts)
    for link in task.links:
        if not (0 <= link.first < size and 0 <= link.second < size):
            yield f"{name}: a link joins two of its parts"
            return
        if link.first == link.second:
            yield f"{name}: a link joins two of its parts, not part {link.first} and itself"
            return
        if link.least > link.most:
            yield f"{name}: a link asks for a gap of at least {link.least} and at most {link.most}"
            return
    # Starts that satisfy all links exist when no round of links asks to be earlier than itself (Bellman and Ford).
    earliest = [0] * size
    for _ in range(size + 1):
        before = list(earliest)
        for link in task.links:
            earliest[link.second] = max(earliest[link.second], earliest[link.first] + link.least)
            earliest[link.first] = max(earliest[link.first], earliest[link.second] - link.most)
        if earliest == before:
            return
    yield f"{name}: no starts satisfy all its links"


def _slot_faults(name: str, parts: Sequence[Part], slot: Slot, workers: Mapping[str, Worker]) -> Iterable[str]:
    if len(slot.workers) != len(slot.starts):
        yield f"{name}: a slot names one start for each person"
    elif len(slot.workers) != len(parts):
        yield f"{name}: a slot names one person for each part"
    elif not set(slot.workers) <= workers.keys():
        yield f"{name}: a slot names an unknown worker"
