"""What is shown of the calculation as a whole: its aims, how even the loads are, and what would help most."""

from __future__ import annotations

from dataclasses import dataclass

from locales import N_, Texts
from matching.pairing.answer import Answer, Recruit
from service import pairing_effect_words
from service.pairing_known import Page, consented

AIMS = {
    "served": N_("Demandes servies, selon l’urgence et l’attente"),
    "score": N_("Points de toutes les premières propositions"),
    "load": N_("Inégalité des charges (moins vaut mieux)"),
}
SCALE = {"served": 1000, "score": 100, "load": 1000}
"""Aims are kept in whole thousandths or hundredths."""


@dataclass(frozen=True)
class AimLine:
    """One aim: what was reached, what no answer beats, and how far that may be, in percent."""

    code: str
    label: str
    value: float
    bound: float
    percent: float


@dataclass(frozen=True)
class RecruitView:
    """
    Who is missing, in words, and what the page of what-ifs is handed.

    `area` is a public id, or empty; `people` are the public ids of those who would be served.
    """

    says: str
    serves: str
    known: Recruit
    area: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class MoveView:
    """An open proposal that could change so that somebody else gains one; `person` is whose it is."""

    person: str
    before: str
    after: str
    gains: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class WholeView:
    """`largest` and `spread` are shares in percent."""

    aims: tuple[AimLine, ...]
    evenness: str
    largest: float
    spread: float
    seed: int
    weights: tuple[tuple[str, float], ...]
    recruits: tuple[RecruitView, ...]
    moves: tuple[MoveView, ...]


def whole(page: Page) -> WholeView | None:
    """None while there is no answer."""
    answer = page.known.answer
    if answer is None:
        return None
    weights = answer.weights or (page.known.then.weights if page.known.then else {})
    return WholeView(
        aims=aims(page.texts, answer),
        evenness=pairing_effect_words.evenness(page.texts, answer.evenness),
        largest=100 * answer.evenness.largest,
        spread=100 * answer.evenness.spread,
        seed=answer.seed,
        weights=tuple(weights.items()),
        recruits=_recruits(page, answer),
        moves=_moves(page, answer),
    )


def aims(texts: Texts, answer: Answer) -> tuple[AimLine, ...]:
    return tuple(
        AimLine(
            code,
            texts.gettext(label),
            getattr(answer.value, code) / SCALE[code],
            getattr(answer.bound, code) / SCALE[code],
            100 * answer.gaps[code],
        )
        for code, label in AIMS.items()
    )


def _recruits(page: Page, answer: Answer) -> tuple[RecruitView, ...]:
    """Those who would still serve somebody who waits with consent today."""
    areas = {area.ref: area.name for area in page.areas.values()}
    ids = {area.ref: area.public_id for area in page.areas.values()}
    views: list[RecruitView] = []
    for one in answer.recruits:
        served = [ref for ref in one.serves if _may_be_helped(page, ref)]
        if served:
            names = [page.pseudonyms[ref] for ref in served]
            says = pairing_effect_words.recruit(page.speaker, one, areas)
            serves = pairing_effect_words.served(page.texts, names)
            area = ids.get(one.neighbourhood or "", "")
            views.append(RecruitView(says, serves, one, area, page.public(served)))
    return tuple(views)


def _moves(page: Page, answer: Answer) -> tuple[MoveView, ...]:
    """Only while the open proposal is still there, unanswered, and whoever would gain still waits."""
    open_ones = {
        (pairing.person, pairing.helper)
        for pairing in page.known.now.live
        if pairing.status == "proposed" and not pairing.answered
    }
    helpers = page.helper_by_ref
    return tuple(
        MoveView(
            page.person_ids[one.person],
            helpers[one.before].public_id,
            helpers[one.after].public_id,
            page.public(one.gains),
            pairing_effect_words.move(page.texts, one, page.pseudonyms, page.helper_names),
        )
        for one in answer.moves
        if (one.person, one.before) in open_ones
        and one.after in helpers
        and all(_may_be_helped(page, ref) for ref in one.gains)
    )


def _may_be_helped(page: Page, ref: str) -> bool:
    """Waits today, with consent."""
    person = page.known.now.person_by_id.get(ref)
    return person is not None and consented(page.known.now, person)
