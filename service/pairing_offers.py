"""What is shown for one person who waits: the suggestions with their reasons, and why the others are not among them."""

from __future__ import annotations

from dataclasses import dataclass

from matching.pairing.answer import Offer
from matching.pairing.criteria import Facts, facts
from matching.pairing.instance import OVERRIDABLE_RULES, OVERRIDABLE_WISHES, Instance
from matching.pairing.rules import SENSITIVE
from service import pairing_effect_words, pairing_why_words, pairing_words
from service.pairing_known import Page
from service.pairing_words import CriterionRow
from service.tables.people import Person


@dataclass(frozen=True)
class OfferView:
    """
    One suggestion.

    `verdict` is a code of `pairing_words.VERDICTS`, `says` its words. `wishes` are the criteria that may be left out of
    account for this pair.
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
    wishes: tuple[str, ...]


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
    """Nobody suits: how many helpers each rule removes, and the smallest changes that open one."""

    blocks: tuple[pairing_why_words.Block, ...]
    changes: tuple[str, ...]


def offers(page: Page, person: Person, others: int) -> tuple[OfferView, ...]:
    """Of the calculation, else worked out at once; `others` are the requests beside this one that have an offer."""
    known = page.known
    of_the_answer = known.offers(person.ref)
    instance = known.then if of_the_answer and known.then is not None else known.now
    if person.ref not in instance.person_by_id:
        return ()
    found = of_the_answer or known.welcomed(person.ref)
    rows = [(offer, row) for offer in found if (row := page.helper_by_ref.get(offer.helper)) is not None]
    return tuple(
        _offer(page, person, row.public_id, row.display_name, rank, offer, instance, others)
        for rank, (offer, row) in enumerate(rows, 1)
    )


def _offer(
    page: Page, person: Person, helper: str, name: str, rank: int, offer: Offer, instance: Instance, others: int
) -> OfferView:
    known = facts(instance, instance.person_by_id[person.ref], instance.helper_by_id[offer.helper])
    verdict = pairing_words.verdict(offer.score, known)
    is_last = known.people + 1 >= known.people_max
    rows = pairing_words.criterion_rows(page.speaker, known, offer.criteria, instance.weights)
    return OfferView(
        helper=helper,
        helper_ref=offer.helper,
        name=name,
        rank=rank,
        score=offer.score,
        verdict=verdict,
        says=page.texts.gettext(pairing_words.VERDICTS[verdict]),
        reason=pairing_words.reason(page.speaker, known),
        rows=rows,
        consequence=pairing_effect_words.consequence(
            page.texts,
            offer.cost,
            page.pseudonyms,
            others,
            last_place_of=name if is_last and not offer.when_free else "",
            is_coming=page.known.state.is_open,
        ),
        when_free=offer.when_free,
        note=_note(page, person, offer),
        wishes=tuple(row.code for row in rows if row.code in OVERRIDABLE_WISHES and row.bars),
    )


def _note(page: Page, person: Person, offer: Offer) -> str:
    sentences: list[str] = []
    if offer.when_free:
        sentences.append(page.texts.gettext("Possible quand une place se libère."))
    if person.two_person_visits:
        sentences.append(page.texts.gettext("Les visites se font à deux."))
    return " ".join(sentences)


def left_out(page: Page, person: Person) -> tuple[LeftOutView, ...]:
    """One line for each helper who is not suggested, in the order of their references, whatever the reason."""
    now = page.known.now
    offered = {offer.helper for offer in page.known.offers(person.ref) or page.known.welcomed(person.ref)}
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
                sentence=pairing_why_words.why_not(page.speaker, shown, known, person.preferred_gender),
                overridable=overridable(stands),
                is_possible=not shown,
                is_set_aside=aside,
            )
        )
    return tuple(views)


def overridable(stands: tuple[str, ...]) -> tuple[str, ...]:
    """Rules that may be set aside; none when one stands that may not, or must not be told."""
    if any(code in SENSITIVE or code not in OVERRIDABLE_RULES for code in stands):
        return ()
    return stands


def nobody(page: Page, person: Person) -> NobodyView | None:
    found = page.known.nobody(person.ref)
    if found is None:
        return None
    return NobodyView(
        pairing_why_words.blocks(page.texts, found.removed),
        pairing_why_words.change_sentences(page.speaker, found.changes),
    )
