"""
The compiled part: whether a slot fits beside the others, what it adds, and the search that takes out and puts back.

The rules are those of `rules.py` and the costs those of `costs.py`, of whatever concerns several visits at once; what
a slot breaks or costs alone is settled before (`tables.py`). Visits are taken out a few related ones at a time and put
back each at its cheapest place, with annealing between (Schrimpf et al. 2000, "Record breaking optimization results
using the ruin and recreate principle"; leaving out a place now and then: Christiaens and Vanden Berghe 2020, SISR).
"""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.compiled import compiled
from matching.planning.local.tables import Ints, Tables

VALUE, BEST, LOOKS, TURN, CYCLE, LONGEST = 0, 1, 2, 3, 4, 5
HOT, COLD = 12.0, 0.4
"""Points by which a plan may become worse, at the beginning and at the end of a cycle."""
TURNS = 60
"""Turns of the first cycle for each visit; each cycle is twice as long as the one before, whatever the limit."""
MOST_TAKEN = 10
BLINK, LONG_BLINK = 40, 4
"""One place in so many is overlooked, and in one turn in four many more, so that a second choice has its turn."""


class State(NamedTuple):
    """
    A plan under way.

    Parameters
    ----------
    at, best
        Option of each task now, and in the best plan so far; -1 = left out.
    held, many
        Stops of each worker and day in order of time, and how many.
    ways, uneven, minutes
        Cost of each worker's day; unevenness and movable contact minutes of each worker's week.
    offers
        Meetings of each client and week.
    room
        Contact minutes that the standing visits leave to each worker and week.
    numbers
        VALUE, BEST, LOOKS, TURN, CYCLE, LONGEST.
    """

    at: Ints
    best: Ints
    held: Ints
    many: Ints
    ways: Ints
    uneven: Ints
    minutes: Ints
    offers: Ints
    room: Ints
    numbers: Ints
    chance: NDArray[np.uint64]


@compiled
def draw(s: State, below: int) -> int:
    """A number from 0 up, below that one (xorshift64*, Vigna 2016)."""
    x = s.chance[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    s.chance[0] = x
    return int((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % below


@compiled
def comes_before(t: Tables, one: int, its_task: int, other: int, other_task: int) -> bool:
    """The order of stops in a day: start, end, reference of the task."""
    if t.start[one] != t.start[other]:
        return t.start[one] < t.start[other]
    if t.finish[one] != t.finish[other]:
        return t.finish[one] < t.finish[other]
    return t.rank[its_task] <= t.rank[other_task]


@compiled
def round_cost(t: Tables, s: State, worker: int, on: int, extra: int, position: int) -> int:
    """Travel and fourth hours of a worker's day, with one stop more at that position unless it is -1."""
    if t.returns[worker]:
        return 0
    size = s.many[on] + (1 if extra >= 0 else 0)
    if size == 0:
        return 0
    mode, base = t.mode[worker], t.base[worker]
    travel, hours, stretch = 0, 0, 0
    before, where = -1, -1
    for number in range(size):
        if extra >= 0 and number == position:
            stop = extra
        else:
            stop = s.held[on, number - (1 if extra >= 0 and number > position else 0)]
        place = t.place[t.owner[stop]]
        if before < 0:
            travel += t.way[mode, base, place] if base >= 0 else 0
        else:
            way = t.way[mode, where, place]
            travel += way
            if t.start[stop] - t.finish[before] - way >= t.numbers.rest:
                hours += max(0, -(-(stretch - t.numbers.stretch) // 60))
                stretch = 0
            else:
                stretch += way
        stretch += t.finish[stop] - t.start[stop]
        before, where = stop, place
    travel += t.way[mode, where, base] if base >= 0 else 0
    hours += max(0, -(-(stretch - t.numbers.stretch) // 60))
    return int(t.numbers.travel * travel + (t.numbers.fourth_hour * hours if t.balanced[worker] else 0))


@compiled
def unevenness(t: Tables, s: State, worker: int, day: int, more: int) -> int:
    """Largest less smallest number of visits over the working days of that day's week, with `more` on that day."""
    if not t.balanced[worker] or t.numbers.uneven == 0:
        return 0
    days, week = t.numbers.days, t.week_of[day]
    first = day
    while first > 0 and t.week_of[first - 1] == week:
        first -= 1
    most, least, number = 0, 1 << 40, first
    while number < days and t.week_of[number] == week:
        on = worker * days + number
        if t.works[on]:
            count = s.many[on] + (more if number == day else 0)
            most, least = max(most, count), min(least, count)
        number += 1
    return t.numbers.uneven * (most - least) if least <= most else 0


@compiled
def place_in(t: Tables, s: State, stop: int) -> int:
    """The position of a stop among those of its day."""
    on, position = t.on[stop], 0
    while position < s.many[on]:
        other = int(s.held[on, position])
        if not comes_before(t, other, int(t.owner[other]), stop, int(t.owner[stop])):
            break
        position += 1
    return position


@compiled
def has_room(t: Tables, s: State, task: int, option: int) -> bool:
    """V11 beside other visits in the room."""
    room = t.room[task]
    begin, end = t.begin[option], t.end[option]
    for index in range(t.room_at[room], t.room_at[room + 1]):
        one = t.room_task[index]
        other = s.at[one]
        if one != task and other >= 0 and t.begin[other] < end and begin < t.end[other] and t.single[room]:
            return False
    if t.single[room]:
        return True
    for number in range(-1, t.room_at[room + 1] - t.room_at[room]):
        moment = begin
        if number >= 0:
            one = t.room_task[t.room_at[room] + number]
            if one == task or s.at[one] < 0:
                continue
            moment = t.begin[s.at[one]]
            if moment <= begin or moment >= end:
                continue
        if people_at(t, s, room, task, int(moment)) + t.people[option] > t.capacity[room]:
            return False
    for index in range(t.busy_at[room], t.busy_at[room + 1]):
        moment = t.busy_start[index]
        if begin < moment < end and people_at(t, s, room, task, int(moment)) + t.people[option] > t.capacity[room]:
            return False
    return True


@compiled
def people_at(t: Tables, s: State, room: int, task: int, moment: int) -> int:
    """People in a room at a moment, but for those of one task."""
    people = 0
    for index in range(t.busy_at[room], t.busy_at[room + 1]):
        if t.busy_start[index] <= moment < t.busy_end[index]:
            people += t.busy_people[index]
    for index in range(t.room_at[room], t.room_at[room + 1]):
        one = t.room_task[index]
        other = s.at[one]
        if one != task and other >= 0 and t.begin[other] <= moment < t.end[other]:
            people += t.people[other]
    return int(people)


@compiled
def suits_visits(t: Tables, s: State, task: int, option: int) -> bool:
    """V4, V9 and V2 of the person, beside the other visits."""
    begin, end, day = t.begin[option], t.end[option], t.day[option]
    first = t.after[task]
    if first >= 0 and (s.at[first] < 0 or t.end[s.at[first]] > begin):
        return False
    for index in range(t.dependent_at[task], t.dependent_at[task + 1]):
        other = s.at[t.dependent[index]]
        if other >= 0 and t.begin[other] < end:
            return False
    series = t.series[task]
    if series >= 0:
        for index in range(t.series_at[series], t.series_at[series + 1]):
            one = t.series_task[index]
            if one != task and s.at[one] >= 0 and abs(t.day[s.at[one]] - day) < t.gap[task]:
                return False
    client = t.client[task]
    if client >= 0:
        mode = t.client_mode[client]
        for index in range(t.client_at[client], t.client_at[client + 1]):
            one = t.client_task[index]
            other = s.at[one]
            if one == task or other < 0:
                continue
            there, back = t.way[mode, t.place[one], t.place[task]], t.way[mode, t.place[task], t.place[one]]
            if begin < t.end[other] + there and t.begin[other] < end + back:
                return False
    return True


@compiled
def suits_workers(t: Tables, s: State, task: int, option: int) -> bool:
    """V2 and V6 of everybody who goes, beside their other visits."""
    for stop in range(t.stop_at[option], t.stop_at[option + 1]):
        worker, on = t.who[stop], t.on[stop]
        if s.many[on] >= t.most_visits[worker]:
            return False
        load = worker * t.numbers.weeks + t.week_of[on % t.numbers.days]
        if s.minutes[load] + t.finish[stop] - t.start[stop] > s.room[load]:
            return False
        position = place_in(t, s, stop)
        mode, place = t.mode[worker], t.place[task]
        for number in range(s.many[on]):
            other = s.held[on, number]
            if t.start[other] < t.finish[stop] and t.start[stop] < t.finish[other]:
                return False
        if position > 0:
            other = s.held[on, position - 1]
            if t.start[stop] < t.finish[other] + t.way[mode, t.place[t.owner[other]], place] + t.pause[worker]:
                return False
        if position < s.many[on]:
            other = s.held[on, position]
            if t.start[other] < t.finish[stop] + t.way[mode, place, t.place[t.owner[other]]] + t.pause[worker]:
                return False
    return True


@compiled
def added(t: Tables, s: State, task: int, option: int) -> int:
    """What planning a task that is out, in this place, adds to the value (in points times the scale)."""
    points = t.cost[option] - t.out[task]
    for stop in range(t.stop_at[option], t.stop_at[option + 1]):
        worker, on = t.who[stop], t.on[stop]
        day = on % t.numbers.days
        points += round_cost(t, s, worker, on, stop, place_in(t, s, stop)) - s.ways[on]
        points += unevenness(t, s, worker, day, 1) - s.uneven[worker * t.numbers.weeks + t.week_of[day]]
    client, week = t.client[task], t.week[option]
    if client >= 0 and t.wants_offer[client] and t.counts[week] and s.offers[client * t.numbers.weeks + week] == 0:
        points -= t.numbers.housing_week
    if t.numbers.largest_lateness:
        points += t.numbers.largest_lateness * max(0, t.wait[option] - s.numbers[LONGEST])
    return points * t.numbers.scale - t.stays[option]


@compiled
def count_again(t: Tables, s: State, option: int) -> int:
    """Costs of the days and weeks that an option touches, written anew; by how many points they changed."""
    points = 0
    for stop in range(t.stop_at[option], t.stop_at[option + 1]):
        worker, on = t.who[stop], t.on[stop]
        day = on % t.numbers.days
        load = worker * t.numbers.weeks + t.week_of[day]
        ways, uneven = round_cost(t, s, worker, on, -1, -1), unevenness(t, s, worker, day, 0)
        points += ways - s.ways[on] + uneven - s.uneven[load]
        s.ways[on], s.uneven[load] = ways, uneven
    return int(points)


@compiled
def longest(t: Tables, s: State) -> int:
    """Points by which the largest lateness changed since it was last counted."""
    if t.numbers.largest_lateness == 0:
        return 0
    before, now = s.numbers[LONGEST], 0
    for option in s.at:
        if option >= 0:
            now = max(now, t.wait[option])
    s.numbers[LONGEST] = now
    return t.numbers.largest_lateness * (now - before)


@compiled
def put(t: Tables, s: State, option: int) -> None:
    """Plan a task that is out."""
    task = t.task[option]
    for stop in range(t.stop_at[option], t.stop_at[option + 1]):
        on, position = t.on[stop], place_in(t, s, stop)
        for number in range(s.many[on], position, -1):
            s.held[on, number] = s.held[on, number - 1]
        s.held[on, position] = stop
        s.many[on] += 1
        if not t.fixed[task]:
            load = t.who[stop] * t.numbers.weeks + t.week_of[on % t.numbers.days]
            s.minutes[load] += t.finish[stop] - t.start[stop]
    s.at[task] = option
    points = t.cost[option] - t.out[task] + count_again(t, s, option) + longest(t, s)
    client, week = t.client[task], t.week[option]
    if client >= 0:
        if t.wants_offer[client] and t.counts[week] and s.offers[client * t.numbers.weeks + week] == 0:
            points -= t.numbers.housing_week
        s.offers[client * t.numbers.weeks + week] += 1
    s.numbers[VALUE] += points * t.numbers.scale - t.stays[option]


@compiled
def take(t: Tables, s: State, task: int) -> None:
    """Leave out a task that is planned."""
    option = s.at[task]
    for stop in range(t.stop_at[option], t.stop_at[option + 1]):
        on, number = t.on[stop], 0
        while s.held[on, number] != stop:
            number += 1
        s.many[on] -= 1
        for later in range(number, s.many[on]):
            s.held[on, later] = s.held[on, later + 1]
        load = t.who[stop] * t.numbers.weeks + t.week_of[on % t.numbers.days]
        s.minutes[load] -= t.finish[stop] - t.start[stop]
    s.at[task] = -1
    points = t.out[task] - t.cost[option] + count_again(t, s, option) + longest(t, s)
    client, week = t.client[task], t.week[option]
    if client >= 0:
        s.offers[client * t.numbers.weeks + week] -= 1
        if t.wants_offer[client] and t.counts[week] and s.offers[client * t.numbers.weeks + week] == 0:
            points += t.numbers.housing_week
    s.numbers[VALUE] += points * t.numbers.scale + t.stays[option]


@compiled
def cheapest(t: Tables, s: State, task: int, blink: int) -> int:
    """The cheapest place of a task beside the others; -1 when none is better than leaving it out."""
    found, least = -1, 0
    for option in range(t.option_at[task], t.option_at[task + 1]):
        s.numbers[LOOKS] += 1
        if blink and draw(s, blink) == 0:
            continue
        if not suits_visits(t, s, task, option) or not suits_workers(t, s, task, option):
            continue
        if t.room[task] >= 0 and not has_room(t, s, task, option):
            continue
        more = added(t, s, task, option)
        if more < least:
            found, least = option, more
    return found


@compiled
def drop(t: Tables, s: State, task: int, taken: Ints, old: Ints, size: int) -> int:
    """Take out a task and whatever needs it before (V4), and note where they were; how many are noted then."""
    if s.at[task] < 0 or t.fixed[task]:
        return size
    taken[size], old[size] = task, s.at[task]
    take(t, s, task)
    size += 1
    number = size - 1
    while number < size:
        one = taken[number]
        for index in range(t.dependent_at[one], t.dependent_at[one + 1]):
            later = t.dependent[index]
            if s.at[later] >= 0:
                taken[size], old[size] = later, s.at[later]
                take(t, s, later)
                size += 1
        number += 1
    return size


@compiled
def ruin(t: Tables, s: State, task: int, taken: Ints, old: Ints) -> int:
    """Take out visits related to this one: on days of somebody who goes there, or of the same pairing."""
    option = s.at[task]
    if option < 0:
        option = t.option_at[task] + draw(s, t.option_at[task + 1] - t.option_at[task])
    taken[0], old[0] = task, s.at[task]
    size = 1
    if s.at[task] >= 0:
        size = drop(t, s, task, taken, old, 0)
        if draw(s, 2) == 0:
            return size
    most = 2 + draw(s, MOST_TAKEN)
    begins, ends = t.stop_at[option], t.stop_at[option + 1]
    if draw(s, 2) == 0:
        begins += draw(s, int(ends - begins))
        ends = begins + 1
    reach = draw(s, 5)
    for stop in range(begins, ends):
        worker, day = t.who[stop], t.on[stop] % t.numbers.days
        for step in range(2 * reach + 1):
            other = day + (step + 1) // 2 * (1 if step % 2 else -1)
            if 0 <= other < t.numbers.days:
                on = worker * t.numbers.days + other
                for number in range(s.many[on] - 1, -1, -1):
                    if size < most and number < s.many[on]:
                        size = drop(t, s, int(t.owner[s.held[on, number]]), taken, old, size)
    series, client = t.series[task], t.client[task]
    if series >= 0:
        for index in range(t.series_at[series], t.series_at[series + 1]):
            one = t.series_task[index]
            if s.at[one] < 0:
                if one != task and is_new(taken, size, one) and t.option_at[one] < t.option_at[one + 1]:
                    taken[size], old[size] = one, -1
                    size += 1
            elif abs(t.day[s.at[one]] - t.day[option]) < t.gap[task] or draw(s, 4) == 0:
                size = drop(t, s, one, taken, old, size)
    if client >= 0:
        for index in range(t.client_at[client], t.client_at[client + 1]):
            one = t.client_task[index]
            if s.at[one] >= 0 and t.day[s.at[one]] == t.day[option]:
                size = drop(t, s, one, taken, old, size)
    room = t.room[task]
    if room >= 0 and old[0] < 0:
        for index in range(t.room_at[room], t.room_at[room + 1]):
            one = t.room_task[index]
            if s.at[one] >= 0 and t.begin[s.at[one]] < t.end[option] and t.begin[option] < t.end[s.at[one]]:
                size = drop(t, s, one, taken, old, size)
    first = t.after[task]
    if first >= 0 and s.at[first] < 0 and is_new(taken, size, first):
        taken[size], old[size] = first, -1
        size += 1
    return size


@compiled
def is_new(taken: Ints, size: int, task: int) -> bool:
    for number in range(size):  # noqa: SIM110
        if taken[number] == task:
            return False
    return True


@compiled
def recreate(t: Tables, s: State, order: Ints, size: int, blink: int) -> None:
    """Put back each at its cheapest place, in this order; whatever needs another before is tried once more after."""
    for _ in range(2):
        for number in range(size):
            task = order[number]
            if s.at[task] < 0:
                option = cheapest(t, s, task, blink)
                if option >= 0:
                    put(t, s, option)


@compiled
def shuffle(t: Tables, s: State, order: Ints, size: int) -> None:
    """In any order, or whatever has the fewest places first."""
    for number in range(size - 1, 0, -1):
        other = draw(s, number + 1)
        order[number], order[other] = order[other], order[number]
    if draw(s, 2) == 0:
        for number in range(1, size):
            task, position = order[number], number
            places = t.option_at[task + 1] - t.option_at[task]
            while position > 0 and t.option_at[order[position - 1] + 1] - t.option_at[order[position - 1]] > places:
                order[position] = order[position - 1]
                position -= 1
            order[position] = task


@compiled
def settle(t: Tables, s: State, free: Ints) -> None:
    """Back to the best plan so far of these tasks."""
    for task in free:
        if s.at[task] >= 0 and s.at[task] != s.best[task]:
            take(t, s, task)
    for task in free:
        if s.at[task] < 0 and s.best[task] >= 0:
            put(t, s, int(s.best[task]))


@compiled
def keep(s: State, free: Ints) -> None:
    """The plan as it is now is the best one of these tasks."""
    for task in free:
        s.best[task] = s.at[task]
    s.numbers[BEST] = s.numbers[VALUE]


@compiled
def improve(t: Tables, s: State, free: Ints, looks: int, taken: Ints, old: Ints, order: Ints) -> None:
    """
    Take out and put back until so many places have been looked at.

    Where it is cut into several calls makes no difference to what it finds. The last three are room to work in, each
    as long as `at`.
    """
    scale = t.numbers.scale
    until = s.numbers[LOOKS] + looks
    while s.numbers[LOOKS] < until:
        turns = (TURNS * len(free)) << s.numbers[CYCLE]
        if s.numbers[TURN] == turns:
            settle(t, s, free)
            s.numbers[TURN] = 0
            s.numbers[CYCLE] += 1
            continue
        heat = scale * HOT * math.exp(math.log(COLD / HOT) * s.numbers[TURN] / turns)
        s.numbers[TURN] += 1
        s.numbers[LOOKS] += 1
        before = s.numbers[VALUE]
        count = ruin(t, s, free[draw(s, len(free))], taken, old)
        for number in range(count):
            order[number] = taken[number]
        shuffle(t, s, order, count)
        recreate(t, s, order, count, LONG_BLINK if draw(s, 4) == 0 else BLINK)
        luck = (draw(s, 1 << 30) + 1) / (1 << 30)
        if s.numbers[VALUE] - before > -heat * math.log(luck):
            for number in range(count):
                if s.at[taken[number]] >= 0:
                    take(t, s, taken[number])
            for number in range(count):
                if old[number] >= 0:
                    put(t, s, old[number])
        elif s.numbers[VALUE] < s.numbers[BEST]:
            keep(s, free)
