"""How much each criterion counts in a network: in words, tried on today's requests, then decided; with a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from locales import N_
from matching.pairing import instance as pairing
from matching.pairing.what_if import Supposition
from service import network_settings, pairing_comparison, pairing_suppositions, runs
from service.access_scope import only_coordinator
from service.errors import NotCalculable, NotFound, Outdated, StepNotAllowed
from service.network_settings import Decided
from service.pairing_comparison import ComparisonView
from service.pairing_data import WEIGHTS_SETTING
from service.pairing_suppositions import Mistake, Wish
from service.pairing_words import CRITERIA
from service.site import Actor, Site

LEVELS: Mapping[str, float] = {"much": 2.0, "normal": 1.0, "little": 0.5, "none": 0.0}
"""Of the weight that a criterion has in section 5 of the domain."""


@dataclass(frozen=True)
class Criterion:
    """One criterion; `level` is empty when its weight is none of the four that have a word."""

    code: str
    label: str
    weight: float
    usual: float
    level: str


@dataclass(frozen=True)
class Change:
    """What one decision changed, by criterion: before and after."""

    at: datetime | None
    by: str
    changes: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Shown:
    """What the page shows; `can_go_back` when there is a decision to take back."""

    criteria: tuple[Criterion, ...]
    mark: int
    history: tuple[Change, ...]
    can_go_back: bool


@dataclass(frozen=True)
class Trial:
    """Weights tried on today's requests, beside today; `is_outdated`: they were tried on other weights than today's."""

    compared: ComparisonView
    weights: Mapping[str, float]
    mark: int
    nobody: int
    other: int


def criteria(weights: Mapping[str, float]) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(code, CRITERIA[code], weights[code], usual, _level(weights[code], usual))
        for code, usual in pairing.DEFAULT_WEIGHTS.items()
    )


def at_level(code: str, level: str) -> float:
    """The weight that a word stands for."""
    return pairing.DEFAULT_WEIGHTS[code] * LEVELS[level]


def shown(site: Site, actor: Actor) -> Shown:
    """The weights of today and how they came to be."""
    territory_id = only_coordinator(actor)
    with site.db() as tx:
        rows = network_settings.history(tx, territory_id, WEIGHTS_SETTING)
        now = criteria(_of(rows[0].value if rows else {}))
    # The oldest one that is shown is told beside the usual weights only when nothing was decided before it.
    before = [*(_of(row.value) for row in rows[1:]), _of({})]
    told = [_change(row, earlier) for row, earlier in zip(rows, before, strict=False)]
    if len(rows) == network_settings.LATEST:
        told = told[:-1]
    return Shown(now, rows[0].mark if rows else 0, tuple(told), bool(rows))


def faults(site: Site, actor: Actor, weights: Mapping[str, float]) -> tuple[Mistake, ...]:
    """What keeps these weights from being tried; nothing when they can be."""
    with site.db() as tx:
        today = _of(network_settings.last(tx, only_coordinator(actor), WEIGHTS_SETTING).value)
    changed = _differing(weights, today)
    if not changed:
        return (Mistake("", N_("Rien ne change encore : choisissez pour un critère combien il compte.")),)
    return pairing_suppositions.faults(Wish(weights=changed), {}, today)


def try_out(site: Site, actor: Actor, weights: Mapping[str, float]) -> str:
    """
    Ask what these weights would change for those who wait today; the run's public id. Nothing is decided.

    Raises
    ------
    NotCalculable
        When nothing differs from today, or the weights make no sense.
    """
    wrong = faults(site, actor, weights)
    if wrong:
        raise NotCalculable(wrong[0].message, **wrong[0].facts)
    with site.db() as tx:
        today = _of(network_settings.last(tx, only_coordinator(actor), WEIGHTS_SETTING).value)
    return pairing_suppositions.ask(site, actor, Wish(weights=_differing(weights, today)))


def trial(site: Site, actor: Actor, run: str, language: str) -> Trial:
    """
    What was tried, and what it was answered.

    Raises
    ------
    NotFound
        When there is no such trial in the territory.
    """
    territory_id = only_coordinator(actor)
    compared = pairing_comparison.comparison(site, actor, run, language)
    with site.db() as tx:
        mark = network_settings.last(tx, territory_id, WEIGHTS_SETTING).mark
    return Trial(
        compared,
        _tried(site, actor, run),
        mark,
        nobody=sum(one.before is not None and one.after is None for one in compared.differences),
        other=sum(one.before != one.after for one in compared.differences),
    )


def decide(site: Site, actor: Actor, run: str, seen: int) -> None:
    """
    Let the weights of a trial count from now on.

    Raises
    ------
    StepNotAllowed
        When the trial has no answer yet: what it changes was not seen.
    Outdated
        When the weights changed since the trial.
    """
    only_coordinator(actor)
    view = runs.get(site, actor, run, pairing_suppositions.KIND)
    if view.status != "done":
        raise StepNotAllowed(N_("L’essai n’est pas terminé. Attendez sa réponse avant d’enregistrer."))
    weights = _tried(site, actor, run)
    base = msgspec.convert(runs.snapshot_of(site, actor, run, pairing_suppositions.KIND), Supposition).instance.weights
    with site.db.begin() as tx:
        if _of(network_settings.last(tx, actor.territory_id, WEIGHTS_SETTING).value) != dict(base):
            raise Outdated(N_("Les poids ont changé depuis cet essai. Faites un nouvel essai."))
        network_settings.decide(tx, site, actor, WEIGHTS_SETTING, weights, seen)


def go_back(site: Site, actor: Actor, seen: int) -> None:
    """
    Undo the last decision: the weights before it count again, as a decision of its own.

    Raises
    ------
    StepNotAllowed
        When nothing was ever decided.
    Outdated
        When somebody else decided in the meantime.
    """
    territory_id = only_coordinator(actor)
    with site.db.begin() as tx:
        rows = network_settings.history(tx, territory_id, WEIGHTS_SETTING, 2)
        if not rows:
            raise StepNotAllowed(N_("Rien n’a encore été changé."))
        before = _of(rows[1].value if len(rows) > 1 else {})
        network_settings.decide(tx, site, actor, WEIGHTS_SETTING, before, seen)


def _of(value: Mapping[str, object]) -> dict[str, float]:
    """The weights of a decision; a part that makes no sense counts as usual, so that the page can mend it."""
    found: dict[str, float] = {}
    for code, usual in pairing.DEFAULT_WEIGHTS.items():
        weight = value.get(code)
        sound = isinstance(weight, int | float) and 0 <= weight <= pairing.MOST_WEIGHT
        found[code] = weight if isinstance(weight, int | float) and sound else usual
    return found


def _tried(site: Site, actor: Actor, run: str) -> dict[str, float]:
    supposition = msgspec.convert(runs.snapshot_of(site, actor, run, pairing_suppositions.KIND), Supposition)
    asked = supposition.question
    if asked.choose or asked.helpers or asked.leave:
        raise NotFound("this question was about more than weights")
    return dict(supposition.instance.weights) | dict(supposition.question.weights or {})


def _differing(weights: Mapping[str, float], today: Mapping[str, float]) -> dict[str, float]:
    return {code: weight for code, weight in weights.items() if weight != today.get(code)}


def _level(weight: float, usual: float) -> str:
    if weight == 0:
        return "none"
    return next((level for level, factor in LEVELS.items() if usual and weight == usual * factor), "")


def _change(row: Decided, before: Mapping[str, float]) -> Change:
    now = _of(row.value)
    return Change(row.at, row.by, tuple((code, before[code], now[code]) for code in now if before[code] != now[code]))
