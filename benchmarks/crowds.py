"""Synthetic problems of pairing at any size: towns, themes, languages, half-days, hours a week, urgency and waiting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.pairing.problem import Flags, Ints, Problem

THEMES = 5
LANGUAGES = 6
"""The first one is spoken by all helpers and by four people in five."""
HALF_DAYS = 10
PEOPLE_A_TOWN = 2000
REACH_KM = 40.0
NEAREST = 200
"""Helpers looked at for a person."""
MOST_CANDIDATES = 30
WEEKS = 52
HOURS_A_PLACE = 2.5
TIES = 2**20
Reals = NDArray[np.float64]


def crowd(people: int, helpers: int, seed: int) -> Problem:
    """The same problem for the same numbers."""
    random = np.random.default_rng(seed)
    towns = random.uniform(0, 300, (max(1, people // PEOPLE_A_TOWN), 2))
    home = towns[random.integers(len(towns), size=people)] + random.normal(0, 10, (people, 2))
    base = towns[random.integers(len(towns), size=helpers)] + random.normal(0, 10, (helpers, 2))
    asked = _some_of(random, people, THEMES, 0.3)
    covered = _some_of(random, helpers, THEMES, 0.65)
    language = np.where(random.random(people) < 0.8, 0, random.integers(1, LANGUAGES, people))
    spoken = random.random((helpers, LANGUAGES)) < 0.2
    spoken[:, 0] = True
    free = random.random((people, HALF_DAYS)) < 0.5
    open_to = random.random((helpers, HALF_DAYS)) < 0.5
    weekly_hours = random.integers(1, 5, people)
    a_helper = people / helpers
    room = random.integers(int(a_helper * 0.8), int(a_helper * 1.8) + 2, helpers)
    live = random.integers(0, 3, helpers)
    urgency = random.integers(1, 4, people)
    waiting = random.integers(0, 1001, people)
    person, helper, points = [], [], []
    for one in range(people):
        km = np.hypot(home[one, 0] - base[:, 0], home[one, 1] - base[:, 1])
        near = np.argpartition(km, NEAREST)[:NEAREST] if helpers > NEAREST else np.arange(helpers)
        themes = (covered[near] & asked[one]).sum(axis=1)
        half_days = (open_to[near] & free[one]).sum(axis=1)
        can = (km[near] < REACH_KM) & spoken[near, language[one]] & (themes > 0) & (half_days > 0)
        near, themes, half_days = near[can], themes[can], half_days[can]
        score = (
            4500 * themes / asked[one].sum()
            + 2500 * (1 - km[near] / REACH_KM)
            + 2000 * np.minimum(1, half_days / 5)
            + random.integers(0, 1000, len(near))
        )
        if len(near) and random.random() < 0.33:
            score[random.integers(len(near))] += 1500  # they know each other
        best = np.sort(np.argsort(-score, kind="stable")[:MOST_CANDIDATES])
        best = best[np.argsort(near[best])]
        person.append(np.full(len(best), one))
        helper.append(near[best])
        points.append(score[best].astype(np.int64))
    arcs = sum(len(each) for each in person)
    return Problem(
        weight=1000 * urgency + waiting,
        contact=weekly_hours * 60 * WEEKS,
        room=room,
        hours=(room * HOURS_A_PLACE).astype(np.int64) * 60 * WEEKS,
        live=live,
        most=room + live,
        person=np.concatenate(person),
        helper=np.concatenate(helper),
        points=np.concatenate(points),
        tie=random.integers(0, TIES, arcs),
        excepted=np.zeros(arcs, dtype=np.bool_),
        apart=np.zeros((0, 2), dtype=np.int64),
    )


def _some_of(random: np.random.Generator, rows: int, columns: int, share: float) -> Flags:
    """Each of the columns with this chance, and one at least."""
    chosen = random.random((rows, columns)) < share
    chosen[np.arange(rows), random.integers(columns, size=rows)] = True
    return chosen


def urgency_of(problem: Problem) -> Ints:
    """1, 2 or 3: what the weight of a person says of their urgency, without the waiting."""
    return np.clip((problem.weight - 1) // 1000, 1, 3)
