"""Moments for a visit in words: what each would mean, what stands against one, what would have to give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from locales import N_
from service.rule_words import EXPLAINED
from service.visit_slots import Asked, SlotChoice
from service.visit_solutions import WayOut
from service.visit_words import COSTS, OBJECTIONS, RULES, WAYS
from service.web.forms import Form, Line
from service.web.speech import Speech

OTHER = "autre"
"""The choice of a moment by hand, among the slots of a form."""
AS_TYPED = N_("Écrivez l’heure comme ceci : 14:30.")
HOUR = re.compile(r"(\d{1,2})\s*(?:[:.hH]\s*(\d{2})?)?\s*(?:uur|Uhr)?")


class SlotForm(Form):
    """A slot, or a day and an hour chosen by hand."""

    slot: Line
    day: Line = ""
    hour: Line = ""
    pin: Literal["", "1"] = ""


UNKNOWN = N_("Une règle du réseau l’empêche.")


@dataclass(frozen=True)
class SlotLine:
    """One place to move to, with what it would mean."""

    value: str
    label: str
    consequence: str


@dataclass(frozen=True)
class RuleLine:
    """A rule that stands in the way: its code, its name, and the sentence."""

    code: str
    name: str
    says: str


@dataclass(frozen=True)
class Wrong:
    """What was typed is no moment, a sentence for each field."""

    why: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """A moment chosen by hand that was refused: what was typed, and why, a sentence each."""

    day: str = ""
    hour: str = ""
    why: tuple[str, ...] = ()
    pin: bool = False


def slot_line(choice: SlotChoice, helper: str, going: str, speech: Speech) -> SlotLine:
    """« Jeudi 26 novembre, 15 h 30 – 16 h 30, avec Nadia », and its consequence in a sentence or two."""
    moment = f"{speech.day_of(choice.start)}, {speech.hours(choice.start, choice.end)}"
    label = speech.gettext("%(moment)s, avec %(helper)s", moment=moment, helper=helper)
    sentences = [speech.gettext("Tout le monde est libre.")]
    if going:
        sentences = [speech.gettext("Tout le monde est libre, %(names)s aussi.", names=going)]
    if choice.extra_travel > 0:
        sentences.append(speech.gettext("%(time)s de trajet en plus.", time=speech.duration(choice.extra_travel)))
    elif choice.extra_travel < 0:
        sentences.append(speech.gettext("%(time)s de trajet en moins.", time=speech.duration(-choice.extra_travel)))
    for name, (worse, better) in COSTS.items():
        if choice.costs.get(name):
            sentences.append(speech.gettext(worse if choice.costs[name] > 0 else better))
    if choice.changes_helper:
        sentences.append(speech.gettext("Changerait de pair-aidant : à voir avec la personne."))
    return SlotLine(choice.id, label[:1].upper() + label[1:], " ".join(sentences))


def slot_lines(
    choices: Iterable[SlotChoice], helper: str, names: Mapping[str, str], speech: Speech
) -> tuple[SlotLine, ...]:
    """Each slot in words; `names` by reference."""
    return tuple(
        slot_line(one, helper, speech.and_list([names.get(ref, ref) for ref in one.going]), speech) for one in choices
    )


def rule_lines(codes: Iterable[str], speech: Speech) -> list[RuleLine]:
    """What is told where no moment keeps all rules."""
    return [RuleLine(code, speech.gettext(EXPLAINED[code].name), speech.gettext(RULES[code])) for code in codes]


def way_line(way: WayOut, names: Mapping[str, str], speech: Speech) -> str:
    """« Si Karin vient 30 min en dehors de ses heures : jeudi 14 janvier, 10 h – 11 h 30. »"""
    moment = f"{speech.day_of(way.start)}, {speech.hours(way.start, way.end)}"
    who, time = names.get(way.who, way.who), speech.duration(way.amount)
    if way.kind == "gap":
        return speech.ngettext(
            "Si les visites peuvent n’être séparées que de %(num)d jour : %(moment)s.",
            "Si les visites peuvent n’être séparées que de %(num)d jours : %(moment)s.",
            way.amount,
            moment=moment,
        )
    return speech.gettext(WAYS[way.kind], who=who, time=time, moment=moment)


def objection_lines(asked: Asked, names: Mapping[str, str], speech: Speech) -> tuple[str, ...]:
    """Why a moment chosen by hand is not possible, one sentence for each rule and person."""
    first, last = speech.day(asked.due_from), speech.day(asked.due_to)
    found: list[str] = []
    for one in asked.against:
        text = RULES.get(one.code, UNKNOWN)
        if one.code in OBJECTIONS and (one.who in names or not one.who):
            text = OBJECTIONS["DUE_ON" if one.code == "DUE" and first == last else one.code]
        found.append(speech.gettext(text, who=names.get(one.who, ""), first=first, last=last))
    return tuple(dict.fromkeys(found))


def moment_of(form: SlotForm, speech: Speech) -> tuple[date, int] | Wrong:
    """The day and minute of the day that were typed, or what is wrong with them, a sentence each."""
    wrong: list[str] = []
    day: date | None = None
    try:
        day = date.fromisoformat(form.day.strip())
    except ValueError:
        wrong.append(speech.gettext("Choisissez un jour."))
    minute = minute_of(form.hour)
    if minute is None:
        wrong.append(speech.gettext(AS_TYPED))
    return Wrong(tuple(wrong)) if day is None or minute is None else (day, minute)


def minute_of(hour: str) -> int | None:
    """The minute of the day of an hour as people type it; None when it is none."""
    typed = HOUR.fullmatch(hour.strip())
    hours, minutes = (int(typed[1]), int(typed[2] or 0)) if typed is not None else (24, 0)
    return None if hours > 23 or minutes > 59 else hours * 60 + minutes


def chosen(
    form: SlotForm, ask: Callable[[date, int], Asked], names: Mapping[str, str], speech: Speech
) -> tuple[str, tuple[str, ...]]:
    """The slot of a moment chosen by hand, or why it is not possible, a sentence each."""
    moment = moment_of(form, speech)
    if isinstance(moment, Wrong):
        return "", moment.why
    asked = ask(*moment)
    return asked.slot, objection_lines(asked, names, speech)


def verdict(
    form: SlotForm, ask: Callable[[date, int], Asked], names: Mapping[str, str], speech: Speech
) -> tuple[str, ...] | None:
    """What is said of a moment while it is chosen: nothing before it is whole, then why not, none when it is free."""
    return chosen(form, ask, names, speech)[1] if form.day and form.hour else None


def tried(form: SlotForm, why: tuple[str, ...]) -> Tried:
    """What was typed, to be shown again with why it was refused."""
    return Tried(form.day, form.hour, why, form.pin == "1")
