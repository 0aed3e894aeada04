"""What a calculation answered, as values for programs: people and helpers by public id, sensitive rules as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from locales import N_
from matching.pairing import answer as found
from matching.pairing.rules import merged
from service import pairing_offers, pairing_whole, pairing_why_words, runs
from service.access_scope import only_coordinator
from service.errors import NotFound, RunRefused
from service.pairing_known import Page, State, known_of, page_of, records_of
from service.runs import RunView
from service.site import Actor, Site
from service.tables.people import Person

KIND = "pairing"
ROWS = 100
"""Most rows of one page (`security.md` H1)."""
PROOF = {"first": "under_way", "checked": "proven", "proven": "proven", "unproven": "unproven", "stopped": "unproven"}
"""What is said of the proof, by state; `none` while there is no answer."""


@dataclass(frozen=True)
class Aim:
    """`gap` is how far the value may be from the best, as a share of the bound."""

    aim: str
    value: float
    bound: float
    gap: float


@dataclass(frozen=True)
class Evenness:
    largest: float
    spread: float


@dataclass(frozen=True)
class Weight:
    criterion: str
    weight: float


@dataclass(frozen=True)
class Moment:
    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class Recruit:
    """`serves` are people; `area` is a neighbourhood's id."""

    languages: tuple[str, ...]
    themes: tuple[str, ...]
    gender: str | None
    moments: tuple[Moment, ...]
    area: str | None
    serves: tuple[str, ...]


@dataclass(frozen=True)
class Move:
    person: str
    before: str
    after: str
    gains: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """An answer as a whole; the counts are of those who wait today."""

    is_first: bool
    is_outdated: bool
    offered: int
    when_free: int
    nobody: int
    aims: tuple[Aim, ...]
    evenness: Evenness
    seed: int
    weights: tuple[Weight, ...]
    steps: str
    recruits: tuple[Recruit, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class RunResult:
    """`proof` is `none`, `under_way`, `proven` or `unproven`."""

    run: RunView
    proof: str
    answer: Summary | None


@dataclass(frozen=True)
class Criterion:
    criterion: str
    value: float
    weight: float
    points: float


@dataclass(frozen=True)
class Cost:
    losers: tuple[str, ...]
    gainers: tuple[str, ...]
    movers: tuple[str, ...]
    exact: bool


@dataclass(frozen=True)
class Offer:
    helper: str
    name: str
    rank: int
    score: float
    when_free: bool
    criteria: tuple[Criterion, ...]
    cost: Cost | None


@dataclass(frozen=True)
class Removed:
    rule: str
    helpers: int


@dataclass(frozen=True)
class Change:
    rules: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Nobody:
    removed: tuple[Removed, ...]
    rules: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Row:
    """
    Somebody who waits.

    `state` is `offered`, `when_free`, `nobody` or `not_calculated`; `is_new`: worked out at once, after the run.
    """

    person: str
    pseudonym: str
    state: str
    is_new: bool
    offers: tuple[Offer, ...]
    nobody: Nobody | None


@dataclass(frozen=True)
class LeftOut:
    """A helper who is not on the list; without rules, others come first."""

    helper: str
    name: str
    rules: tuple[str, ...]
    overridable: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    run: str
    is_first: bool
    page: int
    pages: int
    count: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Detail:
    run: str
    is_first: bool
    row: Row
    left_out: tuple[LeftOut, ...]


@contextmanager
def _opened(site: Site, actor: Actor, run: str, language: str) -> Iterator[Page]:
    """The page of one run's answer, beside the records of now."""
    territory_id = only_coordinator(actor)
    view, newest = runs.get(site, actor, run, KIND), runs.answer_of(site, actor, run, KIND)
    with site.db() as tx:
        records = records_of(tx, site, territory_id)
        known = known_of(tx, records, newest, newest.run if newest is not None else view)
        yield page_of(tx, site, actor, records, known, language)


def result(site: Site, actor: Actor, run: str, language: str) -> RunResult:
    """How far a run is, and its answer as a whole."""
    with _opened(site, actor, run, language) as page:
        state: State = page.known.state
        return RunResult(state.run or runs.get(site, actor, run, KIND), PROOF.get(state.code, "none"), _summary(page))


def rows(site: Site, actor: Actor, run: str, number: int, language: str) -> Rows:
    """
    One page of the shortlists, by reference; people whom an answer on old data would concern are looked at anew.

    Raises
    ------
    RunRefused
        While there is no answer.
    NotFound
        For a page that does not exist.
    """
    with _opened(site, actor, run, language) as page:
        is_first = _is_first(page, run)
        people = _waiting(page)
        pages = max(1, -(-len(people) // ROWS))
        if not 1 <= number <= pages:
            raise NotFound(N_("Cette page n’existe pas."))
        shown = people[(number - 1) * ROWS : number * ROWS]
        return Rows(run, is_first, number, pages, len(people), tuple(_row(page, person) for person in shown))


def detail(site: Site, actor: Actor, run: str, person: str, language: str) -> Detail:
    """One person's shortlist, and a line for every helper who is not on it."""
    with _opened(site, actor, run, language) as page:
        is_first = _is_first(page, run)
        row = next((one for one in _waiting(page) if one.public_id == person), None)
        if row is None:
            raise NotFound(N_("Cette personne n’attend pas de proposition."))
        return Detail(run, is_first, _row(page, row), _left_out(page, row))


def _is_first(page: Page, run: str) -> bool:
    if page.known.newest is None:
        raise RunRefused(N_("Ce calcul n’a pas encore de réponse."), run=run)
    return page.known.newest.is_draft


def _waiting(page: Page) -> list[Person]:
    people = {row.ref: row for row in page.records.people.values()}
    return [people[one.id] for one in page.known.now.people]


def _summary(page: Page) -> Summary | None:
    known = page.known
    if known.answer is None or known.newest is None:
        return None
    states = [known.place(one.id) for one in known.now.people]
    whole = pairing_whole.whole(page)
    recruits = whole.recruits if whole is not None else ()
    return Summary(
        is_first=known.newest.is_draft,
        is_outdated=known.is_outdated,
        offered=states.count("offered"),
        when_free=states.count("when_free"),
        nobody=states.count("nobody"),
        aims=tuple(
            Aim(one.code, one.value, one.bound, one.percent / 100)
            for one in pairing_whole.aims(page.texts, known.answer)
        ),
        evenness=Evenness(known.answer.evenness.largest, known.answer.evenness.spread),
        seed=known.answer.seed,
        weights=tuple(Weight(code, weight) for code, weight in known.answer.weights.items()),
        steps=known.answer.by,
        recruits=tuple(
            Recruit(
                one.known.languages,
                one.known.themes,
                one.known.gender,
                tuple(Moment(*moment) for moment in one.known.moments),
                one.area or None,
                one.people,
            )
            for one in recruits
        ),
        moves=tuple(
            Move(one.person, one.before, one.after, one.gains) for one in (whole.moves if whole is not None else ())
        ),
    )


def _row(page: Page, person: Person) -> Row:
    known = page.known
    of_the_answer = known.offers(person.ref)
    offers = of_the_answer or known.welcomed(person.ref)
    instance = known.then if of_the_answer and known.then is not None else known.now
    nobody = known.nobody(person.ref) if not offers else None
    return Row(
        person=person.public_id,
        pseudonym=person.pseudonym,
        state=known.place(person.ref),
        is_new=bool(offers) and not of_the_answer,
        offers=tuple(
            _offer(page, rank, offer, instance.weights)
            for rank, offer in enumerate((one for one in offers if one.helper in page.helper_by_ref), 1)
        ),
        nobody=_nobody(page, nobody) if nobody is not None else None,
    )


def _offer(page: Page, rank: int, offer: found.Offer, weights: Mapping[str, float]) -> Offer:
    row, total = page.helper_by_ref[offer.helper], sum(weights.values()) or 1.0
    cost = offer.cost
    return Offer(
        helper=row.public_id,
        name=row.display_name,
        rank=rank,
        score=offer.score,
        when_free=offer.when_free,
        criteria=tuple(
            Criterion(code, value, weights[code], round(value * weights[code] / total, 2))
            for code, value in offer.criteria.items()
        ),
        cost=Cost(page.public(cost.losers), page.public(cost.gainers), page.public(cost.movers), cost.exact)
        if cost is not None
        else None,
    )


def _nobody(page: Page, one: found.Unmatched) -> Nobody:
    changes = one.changes or ()
    return Nobody(
        removed=tuple(Removed(rule, helpers) for rule, helpers in one.removed.items()),
        rules=merged(one.rules),
        changes=tuple(
            Change(
                tuple(relaxed.rule for relaxed in change.relaxed),
                pairing_why_words.change_sentences(page.speaker, (change,))[0],
            )
            for change in changes
        ),
    )


def _left_out(page: Page, person: Person) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(
            one.helper,
            one.name,
            (
                *merged(page.known.stands(person.ref, one.helper_ref) or ()),
                *(("SET_ASIDE",) if one.is_set_aside else ()),
            ),
            one.overridable,
        )
        for one in pairing_offers.left_out(page, person)
    )
