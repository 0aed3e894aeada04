"""What the page Appariements shows: the queue, and for one person the suggestions with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from locales import N_, Texts, translator
from matching.pairing.answer import Answer, Offer, Unmatched
from matching.pairing.criteria import Facts, facts
from matching.pairing.instance import OVERRIDABLE_RULES, Instance
from matching.pairing.rules import SENSITIVE, broken
from service import clock, pairing_data, pairing_words, runs
from service.errors import NotAllowed, NotFound
from service.pairing_data import LAPSE_DAYS, Records, read_records
from service.pairing_words import CriterionRow, Speaker
from service.requests import LONG_DAYS
from service.site import Actor, Site
from service.tables.pairings import Pairing
from service.tables.people import PeerHelper, Person, Professional
from service.tables.territory import Neighbourhood, Territory, Theme


@dataclass(frozen=True)
class QueueEntry:
    """
    Somebody who waits for a helper, or for the answers to a proposal.

    `state` is `proposed` (answers are awaited), `offered` (there are suggestions), `when_free` (suggestions for later),
    `nobody` (no helper suits) or `not_calculated`.
    """

    person: str
    ref: str
    pseudonym: str
    neighbourhood: str
    themes: tuple[str, ...]
    urgency: str
    since: date
    days: int
    state: str
    offers: int

    @property
    def waits_long(self) -> bool:
        return self.state != "proposed" and self.days > LONG_DAYS


@dataclass(frozen=True)
class OfferView:
    """
    One suggestion.

    `verdict` is a code of `pairing_words.VERDICTS`, `says` its words.
    """

    helper: str
    helper_ref: str
    name: str
    rank: int
    score: float
    verdict: str
    says: str
    reason: str
    rows: tuple[CriterionRow, ...]
    consequence: str
    when_free: bool
    note: str


@dataclass(frozen=True)
class LeftOutView:
    """A helper who is not suggested; `overridable` are the rules to set aside, when that alone opens the pair."""

    helper: str
    helper_ref: str
    name: str
    sentence: str
    overridable: tuple[str, ...]
    is_possible: bool
    is_set_aside: bool


@dataclass(frozen=True)
class NobodyView:
    """Nobody suits: how many helpers each rule removes, and the smallest change that opens one."""

    blocks: tuple[tuple[str, int], ...]
    change: str


@dataclass(frozen=True)
class ProposalView:
    """A proposal that awaits answers."""

    pairing: str
    revision: int
    helper: str
    name: str
    proposed_on: date
    lapses_on: date
    person_answer: str
    helper_answer: str


@dataclass(frozen=True)
class Board:
    """
    The page for one person of the queue.

    `is_outdated`: something that counts has changed since the calculation. `facts` are label and words, for the head.
    """

    queue: tuple[QueueEntry, ...]
    current: QueueEntry | None
    request_ref: str
    source: str
    facts: tuple[tuple[str, str], ...]
    offers: tuple[OfferView, ...]
    proposals: tuple[ProposalView, ...]
    left_out: tuple[LeftOutView, ...]
    nobody: NobodyView | None
    is_outdated: bool
    run: runs.RunView | None


@dataclass(frozen=True)
class _Known:
    """The latest calculation, beside what is true now."""

    then: Instance | None
    answer: Answer | None
    now: Instance

    def offers(self, ref: str) -> tuple[Offer, ...]:
        """Those of the calculation against which nothing has come to stand since."""
        lists = self.answer.shortlists if self.answer else ()
        offers = next((one.offers for one in lists if one.person == ref), ())
        return tuple(
            offer
            for offer in offers
            if self.stands(ref, offer.helper) == () and (ref, offer.helper) not in self.now.pairs_set_aside
        )

    def stands(self, person: str, helper: str) -> tuple[str, ...] | None:
        """Codes against a pair today; None when one of the two is no longer there to be asked."""
        if person not in self.now.person_by_id or helper not in self.now.helper_by_id:
            return None
        return broken(self.now, self.now.person_by_id[person], self.now.helper_by_id[helper])

    def nobody(self, ref: str) -> Unmatched | None:
        return next((one for one in (self.answer.unmatched if self.answer else ()) if one.person == ref), None)


@dataclass(frozen=True)
class _Page:
    """Everything that the parts of the page need."""

    tx: Session
    records: Records
    known: _Known
    speaker: Speaker
    areas: dict[int, Neighbourhood]

    @property
    def texts(self) -> Texts:
        return self.speaker.texts

    def helper(self, ref: str) -> PeerHelper | None:
        return next((row for row in self.records.helpers.values() if row.ref == ref), None)


def board(site: Site, actor: Actor, person: str | None = None, language: str | None = None) -> Board:
    """
    The queue, longest wait first, and one person of it: the first when none is chosen.

    Raises
    ------
    NotFound
        When the chosen person is not in the queue.
    """
    if actor.role != "coordinator" or actor.territory_id is None:
        raise NotAllowed(N_("Seule la coordination voit les propositions."))
    finished = runs.finished(site, actor, "pairing")
    with site.db() as tx:
        today = clock.today(site.clock, tx.get_one(Territory, actor.territory_id).timezone)
        records = read_records(tx, actor.territory_id, today)
        known = _Known(
            msgspec.convert(finished.snapshot, Instance) if finished else None,
            msgspec.convert(finished.result, Answer) if finished else None,
            pairing_data.instance_of_waiting(tx, records),
        )
        page = _Page(tx, records, known, _speaker(tx, language or actor.language), _areas(tx, records))
        queue = _queue(page)
        current = next((one for one in queue if one.person == person), None) if person else next(iter(queue), None)
        if person and current is None:
            raise NotFound(N_("Cette personne n’attend pas de proposition."))
        return _board(page, queue, current, runs.current(site, actor, "pairing"))


def _board(page: _Page, queue: tuple[QueueEntry, ...], current: QueueEntry | None, run: runs.RunView | None) -> Board:
    known = page.known
    outdated = known.then is not None and msgspec.to_builtins(known.then) != msgspec.to_builtins(known.now)
    if current is None:
        return Board(queue, None, "", "", (), (), (), (), None, outdated, run)
    person = next(row for row in page.records.people.values() if row.public_id == current.person)
    request = page.records.request_of(person)
    proposals = tuple(_proposal(page, row) for row in page.records.live if row.person_id == person.id)
    nobody = known.nobody(person.ref) if not proposals else None
    return Board(
        queue=queue,
        current=current,
        request_ref=request.ref if request else "",
        source=_source(page, request.professional_id if request else None),
        facts=_head(page, person),
        offers=() if proposals else _offers(page, queue, person),
        proposals=proposals,
        left_out=() if proposals else _left_out(page, person),
        nobody=NobodyView(
            pairing_words.blocks(page.texts, nobody.removed), pairing_words.change_sentence(page.speaker, nobody.change)
        )
        if nobody
        else None,
        is_outdated=outdated,
        run=run,
    )


def _queue(page: _Page) -> tuple[QueueEntry, ...]:
    entries: list[QueueEntry] = []
    for row in page.records.people.values():
        request = page.records.request_of(row)
        open_ones = [one for one in page.records.live if one.person_id == row.id]
        waits = page.records.is_waiting(row)
        if request is None or not (waits or (row.status == "proposed" and open_ones)):
            continue
        offers = page.known.offers(row.ref) if waits else ()
        area = page.areas.get(row.neighbourhood_id or 0)
        entries.append(
            QueueEntry(
                person=row.public_id,
                ref=row.ref,
                pseudonym=row.pseudonym,
                neighbourhood=area.name if area else "",
                themes=tuple(page.speaker.themes.get(code, code) for code in request.themes),
                urgency=request.urgency,
                since=request.received_on,
                days=max(0, (page.records.day - request.received_on).days),
                state=_state(page, row.ref, offers) if waits else "proposed",
                offers=len(offers),
            )
        )
    return tuple(sorted(entries, key=lambda one: (one.state == "proposed", one.since, one.ref)))


def _state(page: _Page, ref: str, offers: tuple[Offer, ...]) -> str:
    if offers:
        return "when_free" if all(offer.when_free for offer in offers) else "offered"
    return "nobody" if page.known.nobody(ref) else "not_calculated"


def _offers(page: _Page, queue: tuple[QueueEntry, ...], person: Person) -> tuple[OfferView, ...]:
    then = page.known.then
    if then is None or person.ref not in then.person_by_id:
        return ()
    views: list[OfferView] = []
    pseudonyms = {row.ref: row.pseudonym for row in page.records.people.values()}
    others = sum(one.state == "offered" and one.ref != person.ref for one in queue)
    for rank, offer in enumerate(page.known.offers(person.ref), 1):
        row = page.helper(offer.helper)
        if row is None:
            continue
        known = facts(then, then.person_by_id[person.ref], then.helper_by_id[offer.helper])
        losers = None if offer.losers is None else tuple(pseudonyms.get(ref, ref) for ref in offer.losers)
        verdict = pairing_words.verdict(offer.score, known)
        views.append(
            OfferView(
                helper=row.public_id,
                helper_ref=row.ref,
                name=row.display_name,
                rank=rank,
                score=offer.score,
                verdict=verdict,
                says=page.texts.gettext(pairing_words.VERDICTS[verdict]),
                reason=pairing_words.reason(page.speaker, known),
                rows=pairing_words.criterion_rows(page.speaker, known, offer.criteria, then.weights),
                consequence=""
                if offer.when_free
                else pairing_words.consequence(
                    page.texts, row.display_name, losers, others, last_place=known.people + 1 >= known.people_max
                ),
                when_free=offer.when_free,
                note=_note(page, person, offer),
            )
        )
    return tuple(views)


def _note(page: _Page, person: Person, offer: Offer) -> str:
    sentences: list[str] = []
    if offer.when_free:
        sentences.append(page.texts.gettext("Possible quand une place se libère."))
    if person.two_person_visits:
        sentences.append(page.texts.gettext("Les visites se font à deux."))
    return " ".join(sentences)


def _left_out(page: _Page, person: Person) -> tuple[LeftOutView, ...]:
    now = page.known.now
    offered = {offer.helper for offer in page.known.offers(person.ref)}
    views: list[LeftOutView] = []
    for row in page.records.helpers.values():
        stands = page.known.stands(person.ref, row.ref)
        if row.ref in offered or row.status == "left" or stands is None:
            continue
        aside = (person.ref, row.ref) in now.pairs_set_aside
        known: Facts = facts(now, now.person_by_id[person.ref], now.helper_by_id[row.ref])
        shown = (*stands, *(("SET_ASIDE",) if aside else ()))
        views.append(
            LeftOutView(
                helper=row.public_id,
                helper_ref=row.ref,
                name=row.display_name,
                sentence=pairing_words.why_not(page.speaker, shown, known, person.preferred_gender),
                overridable=_overridable(stands),
                is_possible=not shown,
                is_set_aside=aside,
            )
        )
    return tuple(views)


def _overridable(stands: tuple[str, ...]) -> tuple[str, ...]:
    """Rules that may be set aside; none when one stands that may not, or must not be told."""
    if any(code in SENSITIVE or code not in OVERRIDABLE_RULES for code in stands):
        return ()
    return stands


def _proposal(page: _Page, row: Pairing) -> ProposalView:
    helper = page.records.helpers[row.peer_helper_id]
    return ProposalView(
        pairing=row.public_id,
        revision=row.revision,
        helper=helper.public_id,
        name=helper.display_name,
        proposed_on=row.proposed_on,
        lapses_on=row.proposed_on + timedelta(days=LAPSE_DAYS),
        person_answer=row.person_answer,
        helper_answer=row.helper_answer,
    )


def _head(page: _Page, person: Person) -> tuple[tuple[str, str], ...]:
    """What the coordinator should have in mind: when, in which languages, whom, where."""
    now = page.known.now
    _ = page.texts.gettext
    lines: list[tuple[str, str]] = []
    asked = now.person_by_id.get(person.ref)
    if asked is not None:
        weekdays = sorted({window.weekday for window in asked.windows})
        lines.append((_("Disponible"), page.texts.and_list(page.texts.weekday(number) for number in weekdays)))
    lines.append((_("Langues"), page.texts.and_list(page.texts.language_name(tag) for tag in person.languages)))
    if person.gender_preference == "required" and person.preferred_gender:
        lines.append((_("Demande"), _(pairing_words.GENDERS[person.preferred_gender])))
    elif person.gender_preference == "preferred" and person.preferred_gender:
        lines.append((_("Préfère"), _(pairing_words.GENDERS[person.preferred_gender])))
    return tuple((label, words) for label, words in lines if words)


def _source(page: _Page, professional_id: int | None) -> str:
    row = page.tx.get(Professional, professional_id) if professional_id is not None else None
    return row.display_name if row is not None else ""


def _speaker(tx: Session, language: str) -> Speaker:
    labels: dict[str, Any] = {row.ref: getattr(row, f"label_{language}") for row in tx.exec(select(Theme))}
    return Speaker(translator(language), labels)


def _areas(tx: Session, records: Records) -> dict[int, Neighbourhood]:
    rows = tx.exec(select(Neighbourhood).where(col(Neighbourhood.territory_id) == records.territory.id))
    return {row.id: row for row in rows if row.id is not None}
