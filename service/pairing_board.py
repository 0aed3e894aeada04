"""What the page Appariements shows: the queue, and for one person the suggestions with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from locales import N_
from matching.pairing.answer import Answer
from service import pairing_words, runs
from service.access_scope import only_coordinator
from service.errors import NotFound
from service.pairing_data import LAPSE_DAYS, is_waiting
from service.pairing_known import Page, State, known_of, page_of, records_of, state_of
from service.pairing_offers import LeftOutView, NobodyView, OfferView, left_out, nobody, offers
from service.pairing_overrides import LogLine, OverrideView, log, overrides
from service.pairing_whole import WholeView, whole
from service.request_views import LONG_DAYS
from service.site import Actor, Site
from service.tables.pairings import Pairing
from service.tables.people import Person, Professional


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

    Parameters
    ----------
    facts
        Label and words, for the head.
    is_new
        The person came after the calculation: what is shown was worked out at once.
    is_outdated
        Something that counts has changed since the calculation.
    failed
        Why the latest calculation ended without an answer or before its proof, a sentence to translate; else empty.
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
    overrides: tuple[OverrideView, ...]
    log: tuple[LogLine, ...]
    is_new: bool
    is_outdated: bool
    state: State
    whole: WholeView | None

    @property
    def failed(self) -> str:
        return self.state.run.reason if self.state.run is not None else ""


def board(site: Site, actor: Actor, person: str | None = None, language: str | None = None) -> Board:
    """
    The queue, longest wait first, and one person of it: the first when none is chosen.

    Raises
    ------
    NotFound
        When the chosen person is not in the queue.
    """
    territory_id = only_coordinator(actor)
    latest, newest = runs.last(site, actor, "pairing"), runs.newest(site, actor, "pairing")
    with site.db() as tx:
        records = records_of(tx, site, territory_id)
        known = known_of(tx, records, newest, latest)
        page = page_of(tx, site, actor, records, known, language or actor.language)
        queue = _queue(page)
        current = next((one for one in queue if one.person == person), None) if person else next(iter(queue), None)
        if person and current is None:
            raise NotFound(N_("Cette personne n’attend pas de proposition."))
        return _board(page, queue, current)


def state(site: Site, actor: Actor) -> State:
    """How far the calculation is, without anything of people."""
    only_coordinator(actor)
    latest = runs.last(site, actor, "pairing")
    if latest is not None and latest.is_open and not latest.has_draft:
        return State("running", latest)  # most looks end here, without reading an answer
    newest = runs.newest(site, actor, "pairing")
    return state_of(newest, msgspec.convert(newest.result, Answer) if newest else None, latest)


def _board(page: Page, queue: tuple[QueueEntry, ...], current: QueueEntry | None) -> Board:
    known = page.known
    if current is None:
        return Board(
            queue, None, "", "", (), (), (), (), None, (), (), False, known.is_outdated, known.state, whole(page)
        )
    person = next(row for row in page.records.people.values() if row.public_id == current.person)
    request = page.records.request_of(person)
    proposals = tuple(_proposal(page, row) for row in page.records.live if row.person_id == person.id)
    others = sum(one.state == "offered" and one.ref != person.ref for one in queue)
    shown = () if proposals else offers(page, person, others)
    return Board(
        queue=queue,
        current=current,
        request_ref=request.ref if request else "",
        source=_source(page, request.professional_id if request else None),
        facts=_head(page, person),
        offers=shown,
        proposals=proposals,
        left_out=() if proposals else left_out(page, person),
        nobody=nobody(page, person) if not proposals and not shown else None,
        overrides=overrides(page, person),
        log=log(page, person),
        is_new=bool(shown) and not known.offers(person.ref),
        is_outdated=known.is_outdated,
        state=known.state,
        whole=whole(page),
    )


def _queue(page: Page) -> tuple[QueueEntry, ...]:
    entries: list[QueueEntry] = []
    live = page.records.live_by_person
    for row in page.records.people.values():
        request = page.records.request_of(row)
        waits = is_waiting(row, live)
        if request is None or not (waits or (row.status == "proposed" and row.id in live)):
            continue
        found = (page.known.offers(row.ref) or page.known.welcomed(row.ref)) if waits else ()
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
                state=page.known.place(row.ref) if waits else "proposed",
                offers=len(found),
            )
        )
    return tuple(sorted(entries, key=lambda one: (one.state == "proposed", one.since, one.ref)))


def _proposal(page: Page, row: Pairing) -> ProposalView:
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


def _head(page: Page, person: Person) -> tuple[tuple[str, str], ...]:
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


def _source(page: Page, professional_id: int | None) -> str:
    row = page.tx.get(Professional, professional_id) if professional_id is not None else None
    return row.display_name if row is not None else ""
