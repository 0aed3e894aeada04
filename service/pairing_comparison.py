"""Today beside what would be, in words: the question, what cannot be, and for whom something changes."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from locales import N_, Texts
from matching.pairing.answer import Answer
from matching.pairing.rules import merged
from matching.pairing.what_if import Comparison, Difference, Question, Refusal, Supposition
from service import pairing_effect_words, runs
from service.access_scope import only_coordinator
from service.pairing_known import Page, consented, known_of, page_of, records_of
from service.pairing_suppositions import KIND, NEW
from service.pairing_why_words import RULES
from service.pairing_words import CRITERIA
from service.runs import RunView
from service.site import Actor, Site

ASKED = {
    "TWICE": N_("La même personne est nommée deux fois."),
    "UNKNOWN": N_("Cette personne n’attend pas de proposition, ou ce pair-aidant n’est plus là."),
    "LIMITS": N_("Les limites du nouveau pair-aidant ne sont pas possibles."),
}


@dataclass(frozen=True)
class RefusalView:
    """A part of the question that cannot be; the sensitive rules are one. Empty ids: it is not about anybody."""

    person: str
    helper: str
    rules: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class DifferenceView:
    """
    What changes for somebody.

    `before` and `after` name the first helper, None when there is none; `helper_before` and `helper_after` are public
    ids, or `+1`, `+2`… for those who are not there yet.
    """

    person: str
    pseudonym: str
    helper_before: str | None
    helper_after: str | None
    before: str | None
    after: str | None
    offers_before: int
    offers_after: int
    waits: bool
    says: str


@dataclass(frozen=True)
class SideView:
    """One of the two answers: how many have a first proposal, of how many, and how even the loads are."""

    served: int
    people: int
    evenness: str
    largest: float
    answer: Answer


@dataclass(frozen=True)
class ComparisonView:
    """
    Parameters
    ----------
    question
        What was supposed, a line each.
    refused
        What cannot be; there is nothing to compare then.
    is_proven
        Both answers are.
    is_outdated
        Something that counts has changed since.
    today, then
        None while there is no answer.
    """

    run: RunView
    question: tuple[str, ...]
    refused: tuple[RefusalView, ...]
    is_proven: bool
    is_outdated: bool
    today: SideView | None
    then: SideView | None
    differences: tuple[DifferenceView, ...]
    comparison: Comparison | None


def comparison(site: Site, actor: Actor, run: str, language: str | None = None) -> ComparisonView:
    """
    What a question was answered; people whose consent has ended since are no longer in it.

    Raises
    ------
    NotFound
        When there is no such question in the territory.
    """
    territory_id = only_coordinator(actor)
    view = runs.get(site, actor, run, KIND)
    supposition = msgspec.convert(runs.snapshot_of(site, actor, run, KIND), Supposition)
    found = runs.answer_of(site, actor, run, KIND) if view.status == "done" else None
    answered = msgspec.convert(found.result, Comparison) if found is not None else None
    with site.db() as tx:
        records = records_of(tx, site, territory_id)
        page = page_of(tx, site, actor, records, known_of(tx, records, None, None), language or actor.language)
        compared = answered if answered is not None and answered.status != "refused" else None
        return ComparisonView(
            run=view,
            question=_lines(page, supposition.question),
            refused=tuple(_refusal(page, one) for one in answered.refused) if answered else (),
            is_proven=compared is not None and compared.status == "optimal" and not view.stopped,
            is_outdated=msgspec.to_builtins(supposition.instance) != msgspec.to_builtins(page.known.now),
            today=_side(page.texts, compared.today) if compared else None,
            then=_side(page.texts, compared.then, len(supposition.question.choose)) if compared else None,
            differences=tuple(_difference(page, one) for one in compared.differences if _may_be_shown(page, one.person))
            if compared
            else (),
            comparison=answered,
        )


def _may_be_shown(page: Page, ref: str) -> bool:
    now = page.known.now
    person = next((one for one in (*now.people, *now.accompanied) if one.id == ref), None)
    return person is not None and consented(now, person)


def _side(texts: Texts, answer: Answer, chosen: int = 0) -> SideView:
    """`chosen` have a proposal by supposition and are no longer among those placed."""
    placed = len(answer.placed) + chosen
    listed = {one.person for one in answer.shortlists} | {one.person for one in answer.unmatched}
    return SideView(
        served=placed,
        people=len(listed) + chosen,
        evenness=pairing_effect_words.evenness(texts, answer.evenness),
        largest=100 * answer.evenness.largest,
        answer=answer,
    )


def _name(page: Page, helper: str | None) -> str | None:
    if helper is None:
        return None
    if helper.startswith(NEW):
        number = helper.removeprefix(NEW)
        if number == "1":
            return page.texts.gettext("le nouveau pair-aidant")
        return page.texts.gettext("le nouveau pair-aidant %(number)s", number=number)
    return page.helper_names.get(helper, helper)


def _id(page: Page, helper: str | None) -> str | None:
    row = page.helper_by_ref.get(helper or "")
    return row.public_id if row is not None else helper


def _difference(page: Page, one: Difference) -> DifferenceView:
    before, after = _name(page, one.before), _name(page, one.after)
    return DifferenceView(
        person=next(row.public_id for row in page.records.people.values() if row.ref == one.person),
        pseudonym=page.pseudonyms[one.person],
        helper_before=_id(page, one.before),
        helper_after=_id(page, one.after),
        before=before,
        after=after,
        offers_before=one.offers_before,
        offers_after=one.offers_after,
        waits=one.waits,
        says=_says(page.texts, one, before, after),
    )


def _says(texts: Texts, one: Difference, before: str | None, after: str | None) -> str:
    _ = texts.gettext
    if one.waits and after is None:
        return _("Perdrait %(before)s et attendrait de nouveau, sans proposition.", before=before or "")
    if one.waits:
        return _(
            "Perdrait %(before)s ; %(after)s lui serait proposé ou proposée.", before=before or "", after=after or ""
        )
    if before is None and after is not None:
        return _("Aurait une proposition : %(after)s.", after=after)
    if after is None and before is not None:
        return _("N’aurait plus de première proposition : %(before)s aujourd’hui.", before=before)
    if before != after:
        return _("%(after)s au lieu de %(before)s.", after=after or "", before=before or "")
    return texts.ngettext(
        "Aurait %(num)d proposition au lieu de %(before)d.",
        "Aurait %(num)d propositions au lieu de %(before)d.",
        one.offers_after,
        before=one.offers_before,
    )


def _refusal(page: Page, one: Refusal) -> RefusalView:
    person = next((row.public_id for row in page.records.people.values() if row.ref == one.person), "")
    rules = merged(one.rules)
    return RefusalView(person, _id(page, one.helper) or "", rules, _why_refused(page, one, rules))


def _why_refused(page: Page, one: Refusal, rules: tuple[str, ...]) -> str:
    _ = page.texts.gettext
    if "WEIGHTS" in rules:
        criterion = _(CRITERIA.get(one.helper, one.helper))
        return _("Le poids du critère « %(criterion)s » doit être entre 0 et 1000.", criterion=criterion)
    said = page.texts.and_list(_(ASKED[code]) if code in ASKED else _(RULES[code]) for code in rules)
    person, helper = page.pseudonyms.get(one.person, one.person), _name(page, one.helper or None)
    if person and helper:
        return _("%(helper)s pour %(person)s, ce n’est pas possible : %(why)s", helper=helper, person=person, why=said)
    return _("%(who)s : %(why)s", who=person or helper or "", why=said)


def _lines(page: Page, question: Question) -> tuple[str, ...]:
    _ = page.texts.gettext
    lines = [
        _(
            "%(helper)s est proposé ou proposée à %(person)s.",
            helper=_name(page, pair.helper) or "",
            person=page.pseudonyms.get(pair.person, pair.person),
        )
        for pair in question.choose
    ]
    for code, weight in (question.weights or {}).items():
        lines.append(
            _(
                "Le critère « %(criterion)s » compte %(weight)s.",
                criterion=_(CRITERIA.get(code, code)),
                weight=page.texts.number(weight),
            )
        )
    for helper in question.helpers:
        lines.append(
            _(
                "Arrive %(name)s, qui parle %(languages)s et accompagne sur : %(themes)s.",
                name=_name(page, helper.id) or "",
                languages=page.texts.and_list(page.texts.language_name(tag) for tag in helper.languages) or "–",
                themes=page.speaker.theme_list(helper.themes) or "–",
            )
        )
    for ref in question.leave:
        name = page.pseudonyms.get(ref) or page.helper_names.get(ref) or ref
        lines.append(_("%(name)s s’en va.", name=name))
    return tuple(lines)
