"""The newest answer of the search beside what is true now: only what stands on both sides is ever shown."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import msgspec
from sqlmodel import Session, col, select

from locales import Texts
from matching.pairing import instance as pairing
from matching.pairing.answer import Answer, Offer, Shortlist, Unmatched
from matching.pairing.changes import unmatched
from matching.pairing.instance import Instance
from matching.pairing.rules import broken, consent_is_given
from matching.pairing.welcome import welcome
from service import clock, network_themes, pairing_data, runs
from service.pairing_data import Records, read_records
from service.pairing_words import Speaker
from service.site import Actor, Site
from service.tables.people import PeerHelper
from service.tables.territory import Neighbourhood, Territory
from service.terms import texts_of


@dataclass(frozen=True)
class State:
    """
    How far the calculation is.

    Parameters
    ----------
    code
        `none`; `running`: nothing yet; `first`: an answer, its proof under way; `checked`: proven, what the other
        choices cost is still coming; `proven`; `unproven`: ended before the proof; `stopped`: ended by somebody after
        the proof, before the rest; `failed`: ended without any answer, an older one stays.
    percent
        By how much an unproven answer could be better at most; None when that is not known.
    """

    code: str
    run: runs.RunView | None = None
    percent: float | None = None

    @property
    def is_open(self) -> bool:
        return self.run is not None and self.run.is_open


def state_of(newest: runs.Newest | None, answer: Answer | None, latest: runs.RunView | None) -> State:
    """Only a run that came to its end by itself ever says that its answer is proven."""
    ours = newest is not None and latest is not None and newest.run.public_id == latest.public_id
    optimal = answer is not None and answer.status == "optimal" and answer.value == answer.bound
    if latest is not None and latest.is_open:
        if not ours:
            return State("running", latest)
        return State("checked" if optimal else "first", latest)
    if latest is not None and not ours:
        return State("failed", latest)
    if newest is None or answer is None:
        return State("none")
    if newest.is_draft or not optimal:
        return State("unproven", newest.run, None if optimal else could_improve(answer))
    return State("stopped" if newest.run.stopped else "proven", newest.run)


def could_improve(answer: Answer) -> float | None:
    """By how many percent at most the first aim that is not proven could be better, rounded up to a tenth."""
    value, bound = answer.value, answer.bound
    for now, best in ((value.served, bound.served), (value.score, bound.score), (value.load, bound.load)):
        if now != best:
            return math.ceil(1000 * abs(best - now) / now) / 10 if now > 0 else None
    return None


@dataclass(frozen=True)
class Known:
    """`then` is the instance that was asked, `now` what would be asked today."""

    newest: runs.Newest | None
    latest: runs.RunView | None
    then: Instance | None
    answer: Answer | None
    now: Instance

    @cached_property
    def state(self) -> State:
        return state_of(self.newest, self.answer, self.latest)

    @cached_property
    def is_outdated(self) -> bool:
        """Something that counts has changed since the calculation."""
        return self.then is not None and msgspec.to_builtins(self.then) != msgspec.to_builtins(self.now)

    @cached_property
    def _lists(self) -> dict[str, Shortlist]:
        return {one.person: one for one in self.answer.shortlists} if self.answer else {}

    @cached_property
    def _unmatched(self) -> dict[str, Unmatched]:
        return {one.person: one for one in self.answer.unmatched} if self.answer else {}

    def offers(self, ref: str) -> tuple[Offer, ...]:
        """Those of the calculation against which nothing has come to stand since; none for whoever no longer waits."""
        found = self._lists.get(ref)
        return tuple(
            offer
            for offer in (found.offers if found else ())
            if self.stands(ref, offer.helper) == () and (ref, offer.helper) not in self.now.pairs_set_aside
        )

    def welcomed(self, ref: str) -> tuple[Offer, ...]:
        """
        For somebody whom the calculation does not know, or none of whose offers is left.

        Worked out at once, beside the first proposals of the others; those who were told that nobody suits are told
        so until the next calculation.
        """
        if self.answer is None or ref not in self.now.person_by_id or ref in self._unmatched or self.offers(ref):
            return ()
        found = welcome(self.now, self.answer.placed, ref)
        return found.offers if found is not None else ()

    @cached_property
    def _stood(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """What was looked up already: a page asks about the same pairs several times."""
        return {}

    def stands(self, person: str, helper: str) -> tuple[str, ...] | None:
        """Codes against a pair today; None when one of the two is no longer there to be asked."""
        if person not in self.now.person_by_id or helper not in self.now.helper_by_id:
            return None
        if (person, helper) not in self._stood:
            codes = broken(self.now, self.now.person_by_id[person], self.now.helper_by_id[helper])
            self._stood[person, helper] = codes
        return self._stood[person, helper]

    def nobody(self, ref: str) -> Unmatched | None:
        """What stands in the way of somebody who has no offer; worked out at once for whom the calculation forgot."""
        if self.answer is None or ref not in self.now.person_by_id:
            return None
        if ref in self._unmatched:
            return self._unmatched[ref]
        if self.offers(ref) or self.welcomed(ref):
            return None
        return unmatched(self.now, self.now.person_by_id[ref])

    def place(self, ref: str) -> str:
        """
        Where somebody who waits stands.

        `offered`, `when_free` (helpers for later), `nobody` (no helper suits) or `not_calculated`.
        """
        offers = self.offers(ref) or self.welcomed(ref)
        if offers:
            return "when_free" if all(offer.when_free for offer in offers) else "offered"
        return "nobody" if self.nobody(ref) else "not_calculated"


@dataclass(frozen=True)
class Page:
    """Everything that the parts of a page about pairing need."""

    tx: Session
    site: Site
    actor: Actor
    records: Records
    known: Known
    speaker: Speaker
    areas: dict[int, Neighbourhood]

    @property
    def texts(self) -> Texts:
        return self.speaker.texts

    @cached_property
    def helper_by_ref(self) -> dict[str, PeerHelper]:
        return {row.ref: row for row in self.records.helpers.values()}

    @cached_property
    def pseudonyms(self) -> dict[str, str]:
        """By reference."""
        return {row.ref: row.pseudonym for row in self.records.people.values()}

    @cached_property
    def person_ids(self) -> dict[str, str]:
        """Public id by reference."""
        return {row.ref: row.public_id for row in self.records.people.values()}

    def public(self, refs: Iterable[str]) -> tuple[str, ...]:
        """Public ids of people who are still there."""
        return tuple(self.person_ids[ref] for ref in refs if ref in self.person_ids)

    @cached_property
    def helper_names(self) -> dict[str, str]:
        """By reference."""
        return {row.ref: row.display_name for row in self.records.helpers.values()}


def consented(instance: Instance, person: pairing.Person) -> bool:
    """Whether the person's consent to pairing holds on the day of the instance, whoever the helper."""
    return consent_is_given(instance, person, pairing.Helper(""))


def known_of(tx: Session, records: Records, newest: runs.Newest | None, latest: runs.RunView | None) -> Known:
    """The answer of a run beside the records of now."""
    return Known(
        newest,
        latest,
        msgspec.convert(newest.snapshot, Instance) if newest else None,
        msgspec.convert(newest.result, Answer) if newest else None,
        pairing_data.instance_of_waiting(tx, records),
    )


def records_of(tx: Session, site: Site, territory_id: int) -> Records:
    return read_records(tx, territory_id, clock.today(site.clock, tx.get_one(Territory, territory_id).timezone))


def page_of(tx: Session, site: Site, actor: Actor, records: Records, known: Known, language: str) -> Page:
    labels = network_themes.every_name(tx, language)
    rows = tx.exec(select(Neighbourhood).where(col(Neighbourhood.territory_id) == records.territory.id))
    areas = {row.id: row for row in rows if row.id is not None}
    return Page(tx, site, actor, records, known, Speaker(texts_of(tx, records.territory.id, language), labels), areas)
