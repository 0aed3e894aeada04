"""Use cases of pairing: ask for shortlists, propose, set aside, answer, withdraw, let lapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlmodel import Session, select

from locales import N_
from matching.pairing.answer import Answer
from matching.pairing.criteria import facts, score, values
from matching.pairing.instance import Instance
from matching.pairing.judge import live_violations
from matching.pairing.rules import SENSITIVE, broken
from service import audit, clock, codes, lifecycles, pairing_data, runs
from service.access_scope import only_coordinator, scope
from service.errors import ConsentMissing, NotAllowed, NotFound, Outdated, RuleBroken, StepNotAllowed
from service.pairing_data import LAPSE_DAYS, Records, is_open, read_records
from service.pairing_rows import hold_person
from service.site import Actor, Site
from service.tables.pairings import Pairing, Request, SetAside
from service.tables.people import PeerHelper, Person, Refusal
from service.tables.territory import Territory

SIDES = ("person", "peer_helper")
SET_ASIDE_REASONS = {
    "not_now": N_("Pas maintenant"),
    "know_each_other": N_("Se connaissent déjà autrement"),
    "other_fits_better": N_("Quelqu’un d’autre convient mieux"),
    "asked": N_("À la demande de l’une des deux personnes"),
    "other": N_("Autre raison"),
}
FINDS_WORK = 60.0
"""Most that a calculation asked from the page may work, in the solver's own time."""


@dataclass(frozen=True)
class ChosenPair:
    """A person and a helper of the actor's territory, with all that pairing looks at."""

    records: Records
    person: Person
    helper: PeerHelper


def ask_for_shortlists(
    site: Site, actor: Actor, limits: Mapping[str, float] | None = None, key: runs.Key | None = None
) -> str:
    """
    Ask for the shortlists of everybody who waits; the run's public id.

    `limits` are fields of `matching.search.Limits`, `key` keeps the same request from being carried out twice.
    """
    only_coordinator(actor)
    lapse_due(site)
    with site.db() as tx:
        instance = pairing_data.instance_of_waiting(tx, _records(tx, site, actor))
    parameters: dict[str, Any] = {"limits": {"work": FINDS_WORK} | dict(limits or {})}
    return runs.ask(site, actor, "pairing", msgspec.to_builtins(instance), parameters, key)


def propose(site: Site, actor: Actor, person: str, helper: str) -> str:
    """
    Propose a helper to a person, and the person to the helper; both have 14 days to answer.

    Any helper against whom no hard rule stands on today's data may be proposed, also another one than the first of the
    list or one for later; the log then says so (`proposal.made.rank_2`, `.off_list`, `.when_free`). Returns the
    pairing's public id.

    Raises
    ------
    RuleBroken
        When a hard rule stands against the pair; `facts["rules"]` names those that may be shown.
    StepNotAllowed
        When the person does not wait for a proposal, or has this one already.
    """
    only_coordinator(actor)
    newest = runs.newest(site, actor, "pairing")
    answer = msgspec.convert(newest.result, Answer) if newest is not None else None
    with site.db.begin() as tx:
        pair = chosen_pair(tx, site, actor, person, helper)
        _lapse(tx, site, pair.records, pair.records.pairings)
        row = _propose(tx, site, actor, pair, _rank(answer, pair))
        return row.public_id


def set_aside(site: Site, actor: Actor, person: str, helper: str, reason: str) -> None:
    """Put a suggestion aside: it is not offered again until taken back."""
    if reason not in SET_ASIDE_REASONS:
        raise StepNotAllowed(N_("Choisissez une raison dans la liste."))
    with site.db.begin() as tx:
        pair = chosen_pair(tx, site, actor, person, helper)
        if _row_of(tx, SetAside, pair) is None:
            tx.add(
                SetAside(
                    person_id=pair.person.id,
                    peer_helper_id=pair.helper.id,
                    reason=reason,
                    at=site.clock.now(),
                    by=actor.account_id,
                )
            )
            _note(tx, site, actor, "suggestion.set_aside", pair.person)


def take_back(site: Site, actor: Actor, person: str, helper: str) -> None:
    """Offer again what was put aside."""
    with site.db.begin() as tx:
        pair = chosen_pair(tx, site, actor, person, helper)
        row = _row_of(tx, SetAside, pair)
        if row is not None:
            tx.delete(row)
            _note(tx, site, actor, "suggestion.taken_back", pair.person)


def answer(
    site: Site, actor: Actor, pairing: str, side: str, said: str, how: str = "own_page", revision: int | None = None
) -> str:
    """
    Note the answer of the person or of the helper to a proposal; the pairing's new state.

    Each answers for themselves on their own page; the coordinator enters what was said by phone, on paper or in
    person. No reason is asked. Two yes make a pairing; one no ends the proposal and the pair is not proposed again.

    Raises
    ------
    StepNotAllowed
        When the proposal is no longer open.
    ConsentMissing
        When the second yes comes after the person's consent ended.
    RuleBroken
        When another hard rule has come to stand against the pair before the second yes.
    """
    if side not in SIDES or said not in codes.ANSWERS or said == "pending" or how not in codes.ANSWER_WAYS:
        raise StepNotAllowed(N_("Cette réponse n’est pas prévue."))
    with site.db.begin() as tx:
        return answer_in(tx, site, actor, pairing, side, said, how, revision).status


def answer_in(
    tx: Session, site: Site, actor: Actor, pairing: str, side: str, said: str, how: str, revision: int | None
) -> Pairing:
    """The same inside an open transaction, for use cases that note more with it."""
    row, records = _answering(tx, site, actor, pairing, side, how, revision)
    write_answer(row, side, said, how, records.day, actor)
    _changed(tx, site, row)
    audit.note(tx, site, actor, f"proposal.answered.{said}", "pairing", row.public_id)
    _decide(tx, site, actor, records, row)
    return row


def take_answer_back_in(
    tx: Session, site: Site, actor: Actor, pairing: str, side: str, how: str, revision: int | None
) -> None:
    """
    Take a yes, or the wish to talk first, back while the proposal is open: the question stands as before.

    A no, which closes it, is taken back by `proposal_returns.take_back`, as every answer is from outside.

    Raises
    ------
    StepNotAllowed
        When there is nothing to take back, or the proposal is no longer open.
    """
    row, _ = _answering(tx, site, actor, pairing, side, how, revision)
    if (row.person_answer if side == "person" else row.helper_answer) == "pending":
        raise StepNotAllowed(N_("Il n’y a pas de réponse à reprendre."))
    write_answer(row, side, "pending", None, None, None)
    _changed(tx, site, row)
    audit.note(tx, site, actor, "proposal.answer_taken_back", "pairing", row.public_id)


def _answering(
    tx: Session, site: Site, actor: Actor, pairing: str, side: str, how: str, revision: int | None
) -> tuple[Pairing, Records]:
    """An open proposal that the actor may answer for this side."""
    # The person's row first, as whoever ends a consent takes it (PostgreSQL).
    hold_person(tx, proposal_of(tx, actor, pairing).person_id)
    row = proposal_of(tx, actor, pairing)
    if actor.role == "coordinator":
        if how == "own_page":
            raise NotAllowed(N_("Dites comment la réponse est venue : téléphone, papier ou de vive voix."))
    elif actor.role != side or how != "own_page":
        raise NotAllowed(N_("Chacun répond pour soi."))
    if (row.person_answer if side == "person" else row.helper_answer) != "pending":
        # A first answer overwrites nothing, whatever the other side said since this page was opened.
        guard(row, revision)
    records = read_records(tx, row.territory_id, today(tx, site, row.territory_id))
    if not is_open(row, records.day):
        raise StepNotAllowed(N_("Cette proposition n’est plus ouverte."))
    return row, records


def withdraw_proposal(site: Site, actor: Actor, pairing: str, revision: int | None = None) -> None:
    """Take an open proposal back; nobody refused anything, so the pair may be proposed again."""
    with site.db.begin() as tx:
        row = proposal_of(tx, actor, pairing)
        only_coordinator(actor)
        guard(row, revision)
        if row.status != "proposed":
            raise StepNotAllowed(N_("Cette proposition n’est plus ouverte."))
        records = read_records(tx, row.territory_id, today(tx, site, row.territory_id))
        _step(tx, site, row, "lapsed")
        audit.note(tx, site, actor, "proposal.withdrawn", "pairing", row.public_id)
        _wait_again(tx, records, row.person_id)


def lapse_due(site: Site) -> int:
    """Let the proposals lapse that nobody answered in 14 days, in every territory; how many."""
    with site.db.begin() as tx:
        count = 0
        for territory in tx.exec(select(Territory).order_by(Territory.ref)).all():
            day = clock.today(site.clock, territory.timezone)
            due = tx.exec(
                select(Pairing)
                .where(
                    Pairing.territory_id == territory.id,
                    Pairing.status == "proposed",
                    Pairing.proposed_on <= day - timedelta(days=LAPSE_DAYS),
                )
                .order_by(Pairing.ref)
            ).all()
            if due:
                count += _lapse(tx, site, read_records(tx, territory.id or 0, day), due)
        return count


def judge_live(site: Site) -> list[str]:
    """The live pairings that break a hard rule today, as lines for `lefil check`; ended ones are not judged."""
    with site.db() as tx:
        found: list[str] = []
        for territory in tx.exec(select(Territory).order_by(Territory.ref)).all():
            records = read_records(tx, territory.id or 0, clock.today(site.clock, territory.timezone))
            instance = pairing_data.instance_of_live(tx, records)
            found += [f"{territory.ref}: {one.code}: {one.says}" for one in live_violations(instance)]
        return found


def still_stands_against(instance: Instance, person: str, helper: str) -> tuple[str, ...]:
    """Codes of the hard rules against a pair, by their references."""
    return broken(instance, instance.person_by_id[person], instance.helper_by_id[helper])


def _rank(answer: Answer | None, pair: ChosenPair) -> str:
    """How the log names a choice against the calculation; empty for the first of the list, and without a list."""
    offers = next((one.offers for one in (answer.shortlists if answer else ()) if one.person == pair.person.ref), ())
    for rank, offer in enumerate(offers, 1):
        if offer.helper == pair.helper.ref:
            return ".when_free" if offer.when_free else f".rank_{rank}" if rank > 1 else ""
    return ".off_list" if offers else ""


def _propose(tx: Session, site: Site, actor: Actor, pair: ChosenPair, rank: str) -> Pairing:
    records, person, helper = pair.records, pair.person, pair.helper
    request = records.request_of(person)
    if request is None or person.status not in ("waiting", "proposed"):
        raise StepNotAllowed(N_("Cette personne n’attend pas de proposition."))
    if any(row.person_id == person.id and row.peer_helper_id == helper.id for row in records.live):
        raise StepNotAllowed(N_("Cette proposition existe déjà."))
    if any(row.person_id == person.id and row.status != "proposed" for row in records.live):
        raise StepNotAllowed(N_("Cette personne a déjà un pair-aidant."))
    instance = pairing_data.instance_with(tx, records, person)
    stands = still_stands_against(instance, person.ref, helper.ref)
    if stands:
        raise RuleBroken(N_("Une règle empêche ce binôme. Relancez le calcul pour la voir."), rules=shown(stands))
    by_criterion = values(facts(instance, instance.person_by_id[person.ref], instance.helper_by_id[helper.ref]))
    row = Pairing(
        public_id=site.ids.new(),
        ref=_next_ref(records, person.ref),
        territory_id=records.territory.id or 0,
        person_id=person.id,
        peer_helper_id=helper.id,
        professional_id=request.professional_id,
        request_id=request.id,
        status="proposed",
        proposed_on=records.day,
        score=score(instance.weights, by_criterion),
        score_by_criterion=by_criterion,
        changed_at=site.clock.now(),
    )
    tx.add(row)
    move_on(tx, person, request, "proposed", "proposed")
    put_aside = _row_of(tx, SetAside, pair)
    if put_aside is not None:
        tx.delete(put_aside)
    audit.note(tx, site, actor, f"proposal.made{rank}", "pairing", row.public_id)
    return row


def shown(codes_against: tuple[str, ...]) -> tuple[str, ...]:
    """The codes that a refusal may name."""
    return tuple(code for code in codes_against if code not in SENSITIVE)


def write_answer(row: Pairing, side: str, said: str, how: str | None, day: date | None, actor: Actor | None) -> None:
    by = actor.account_id if actor is not None else None
    if side == "person":
        row.person_answer, row.person_answer_on, row.person_answer_how, row.person_answer_by = said, day, how, by
    else:
        row.helper_answer, row.helper_answer_on, row.helper_answer_how, row.helper_answer_by = said, day, how, by


def _decide(tx: Session, site: Site, actor: Actor, records: Records, row: Pairing) -> None:
    """What follows from the answers so far."""
    person = records.people[row.person_id]
    if "declined" in (row.person_answer, row.helper_answer):
        _step(tx, site, row, "declined")
        known = tx.exec(
            select(Refusal).where(Refusal.person_id == row.person_id, Refusal.peer_helper_id == row.peer_helper_id)
        ).first()
        if known is None:
            tx.add(Refusal(person_id=row.person_id, peer_helper_id=row.peer_helper_id, since=records.day))
        _wait_again(tx, records, row.person_id)
    elif row.person_answer == row.helper_answer == "accepted":
        instance = pairing_data.instance_with(tx, records, person)
        helper = records.helpers[row.peer_helper_id]
        stands = still_stands_against(instance, person.ref, helper.ref)
        if "CONSENT" in stands:
            raise ConsentMissing(N_("L’accord de la personne manque ou n’est plus valable."))
        if stands:
            raise RuleBroken(
                N_("Une règle empêche maintenant ce binôme. La coordination doit d’abord la regarder."),
                rules=shown(stands),
            )
        _step(tx, site, row, "accepted")
        for other in records.live:
            if other.person_id == row.person_id and other.id != row.id:
                _step(tx, site, other, "lapsed")
                audit.note(tx, site, actor, "proposal.withdrawn", "pairing", other.public_id)
        move_on(tx, person, records.request_of(person), "paired", "fulfilled")


def _lapse(tx: Session, site: Site, records: Records, rows: Sequence[Pairing]) -> int:
    system = Actor("system", records.territory.id)
    due = [row for row in rows if row.status == "proposed" and not is_open(row, records.day)]
    for row in due:
        _step(tx, site, row, "lapsed")
        audit.note(tx, site, system, "proposal.lapsed", "pairing", row.public_id)
        _wait_again(tx, records, row.person_id)
    return len(due)


def _wait_again(tx: Session, records: Records, person_id: int) -> None:
    """Back in the queue, with the first date, unless another proposal of the shortlist is still open."""
    person = records.people[person_id]
    if any(row.person_id == person_id for row in records.live) or person.status != "proposed":
        return
    move_on(tx, person, records.request_of(person), "waiting", "waiting")


def move_on(tx: Session, person: Person, request: Request | None, state: str, request_state: str) -> None:
    if person.status != state:
        lifecycles.step("person", person.status, state)
        person.status = state
    tx.add(person)
    if request is not None and request.status != request_state:
        lifecycles.step("request", request.status, request_state)
        request.status = request_state
        tx.add(request)


def _step(tx: Session, site: Site, row: Pairing, state: str) -> None:
    lifecycles.step("pairing", row.status, state)
    row.status = state
    _changed(tx, site, row)


def _changed(tx: Session, site: Site, row: Pairing) -> None:
    row.changed_at = site.clock.now()
    tx.add(row)


def _next_ref(records: Records, person_ref: str) -> str:
    """The next number of the territory's pairings, written as partners write it: `SER-B032`."""
    prefix = f"{person_ref.partition('-')[0]}-B"
    numbers = [row.ref.removeprefix(prefix) for row in records.pairings if row.ref.startswith(prefix)]
    last = max((int(number) for number in numbers if number.isdecimal()), default=0)
    return f"{prefix}{last + 1:03d}"


def chosen_pair(tx: Session, site: Site, actor: Actor, person: str, helper: str) -> ChosenPair:
    only_coordinator(actor)
    records = _records(tx, site, actor)
    found_person = next((row for row in records.people.values() if row.public_id == person), None)
    found_helper = next((row for row in records.helpers.values() if row.public_id == helper), None)
    if found_person is None:
        raise NotFound(N_("Cette personne n’existe pas."))
    if found_helper is None:
        raise NotFound(N_("Ce pair-aidant n’existe pas."))
    return ChosenPair(records, found_person, found_helper)


def _records(tx: Session, site: Site, actor: Actor) -> Records:
    territory_id = actor.territory_id or 0
    return read_records(tx, territory_id, today(tx, site, territory_id))


def today(tx: Session, site: Site, territory_id: int) -> date:
    return clock.today(site.clock, tx.get_one(Territory, territory_id).timezone)


def proposal_of(tx: Session, actor: Actor, public_id: str) -> Pairing:
    found = tx.exec(select(Pairing).where(scope(actor).of(Pairing), Pairing.public_id == public_id)).first()
    if found is None:
        raise NotFound(N_("Cette proposition n’existe pas."))
    return found


def guard(row: Pairing, revision: int | None) -> None:
    if revision is not None and row.revision != revision:
        raise Outdated(N_("Cette proposition a changé depuis que vous l’avez ouverte."))


def _row_of(tx: Session, table: type[SetAside], pair: ChosenPair) -> SetAside | None:
    return tx.exec(
        select(table).where(table.person_id == pair.person.id, table.peer_helper_id == pair.helper.id)
    ).first()


def _note(tx: Session, site: Site, actor: Actor, action: str, person: Person) -> None:
    audit.note(tx, site, actor, action, "person", person.public_id)
