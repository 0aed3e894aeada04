"""What is said for a pair: verdict, reasons, and the facts of each criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from locales import N_, Texts
from matching.pairing.criteria import Facts
from matching.weekly import Common

CRITERIA = {
    "theme_coverage": N_("Thèmes demandés"),
    "experience": N_("Vécu partagé"),
    "named_wish": N_("Choix de la personne"),
    "availability_margin": N_("Moments communs"),
    "travel": N_("Trajet"),
    "gender_preferred": N_("Préférence femme ou homme"),
    "language_rank": N_("Langue"),
    "balance": N_("Charge"),
    "continuity": N_("Se connaissent déjà"),
    "age_proximity": N_("Âge proche"),
}
VERDICTS = {"ok": N_("Très adaptée"), "info": N_("Adaptée"), "warn": N_("Possible, avec réserve")}
EFFECTS = (N_("À surveiller"), N_("À surveiller"), N_("Favorable"), N_("Très favorable"))
NO_EFFECT = N_("Sans effet")
EXPERIENCES = {
    "distress": N_("mal-être"),
    "hospital_stay": N_("séjour à l’hôpital"),
    "addiction": N_("dépendance"),
    "homelessness": N_("perte de logement"),
    "isolation": N_("isolement"),
    "precarity": N_("précarité"),
    "migration": N_("migration"),
    "bereavement": N_("deuil"),
    "debt": N_("dettes"),
    "carer": N_("aide à un proche"),
    "voices": N_("voix entendues"),
    "mood": N_("humeur changeante"),
}
GENDERS = {"f": N_("une femme"), "m": N_("un homme"), "x": N_("une personne non binaire")}
BY_TRANSPORT = {
    "walk": N_("%(time)s à pied depuis son point de départ"),
    "bike": N_("%(time)s à vélo depuis son point de départ"),
    "bus": N_("%(time)s en bus depuis son point de départ"),
    "car": N_("%(time)s en voiture depuis son point de départ"),
}
MOMENTS = {
    "weekly": N_("%(weekday)s %(span)s"),
    "odd_weeks": N_("%(weekday)s %(span)s, semaines impaires"),
    "even_weeks": N_("%(weekday)s %(span)s, semaines paires"),
    "some_weeks": N_("%(weekday)s %(span)s, certaines semaines"),
}
VERY_GOOD, GOOD = 70.0, 50.0
MOMENTS_SHOWN = 3


@dataclass(frozen=True)
class CriterionRow:
    """One line of « Critère, Ce que l’on sait, Effet »; `points` are of the whole, for the detailed calculation."""

    code: str
    label: str
    fact: str
    bars: int
    effect: str
    value: float
    weight: float
    points: float


@dataclass(frozen=True)
class Speaker:
    """The reader's texts, with the network's labels of themes."""

    texts: Texts
    themes: Mapping[str, str] = field(default_factory=dict[str, str])

    def theme_list(self, codes: Sequence[str]) -> str:
        return self.texts.and_list(self.themes.get(code, code) for code in codes)

    def word_list(self, table: Mapping[str, str], codes: Sequence[str]) -> str:
        return self.texts.and_list(self.texts.gettext(table[code]) if code in table else code for code in codes)

    def moments(self, common: Sequence[Common]) -> str:
        """« mardi 13 h – 16 h et jeudi 15 h – 17 h »"""
        return self.texts.and_list(
            self.texts.gettext(
                MOMENTS[one.weeks], weekday=self.texts.weekday(one.weekday), span=self.texts.span(one.start, one.end)
            )
            for one in common[:MOMENTS_SHOWN]
        )


def verdict(score: float, known: Facts) -> str:
    """A code of `VERDICTS`: an unmet preference, an interpreter or a long way is a reserve whatever the sum."""
    far = known.travel_minutes is None or known.travel_minutes >= 45
    if score < GOOD or known.gender_met is False or known.language is None or far:
        return "warn"
    return "ok" if score >= VERY_GOOD else "info"


def criterion_rows(
    speaker: Speaker, known: Facts, values: Mapping[str, float], weights: Mapping[str, float]
) -> tuple[CriterionRow, ...]:
    """Every criterion with what is known, in the order of section 5."""
    total = sum(weights.values())
    rows: list[CriterionRow] = []
    for code, label in CRITERIA.items():
        wished, fact = _FACTS[code](speaker, known)
        bars = 0 if not wished else 1 + (values[code] >= 50) + (values[code] >= 80)
        effect = speaker.texts.gettext(EFFECTS[bars] if wished else NO_EFFECT)
        points = round(values[code] * weights[code] / total, 2)
        rows.append(
            CriterionRow(code, speaker.texts.gettext(label), fact, bars, effect, values[code], weights[code], points)
        )
    return tuple(rows)


Said = tuple[bool, str]
"""Whether the criterion says anything about this pair, and what is known in words."""


def _themes(speaker: Speaker, known: Facts) -> Said:
    if not known.themes_covered:
        return True, speaker.texts.gettext("Aucun des thèmes demandés")
    return True, speaker.texts.ngettext(
        "%(themes)s : %(num)d thème sur %(asked)d",
        "%(themes)s : %(num)d thèmes sur %(asked)d",
        len(known.themes_covered),
        themes=speaker.theme_list(known.themes_covered),
        asked=len(known.themes_asked),
    )


def _experience(speaker: Speaker, known: Facts) -> Said:
    if not known.experience_wished:
        return False, speaker.texts.gettext("Rien de particulier n’est souhaité")
    if not known.experience_shared:
        return True, speaker.texts.gettext(
            "Pas de vécu partagé connu : %(wished)s", wished=speaker.word_list(EXPERIENCES, known.experience_wished)
        )
    return True, speaker.texts.gettext(
        "%(shared)s : %(count)d sur %(asked)d",
        shared=speaker.word_list(EXPERIENCES, known.experience_shared),
        count=len(known.experience_shared),
        asked=len(known.experience_wished),
    )


def _named(speaker: Speaker, known: Facts) -> Said:
    if known.named is None:
        return False, speaker.texts.gettext("La personne n’a nommé personne")
    if known.named:
        return True, speaker.texts.gettext("La personne a demandé ce pair-aidant")
    return True, speaker.texts.gettext("La personne a demandé quelqu’un d’autre")


def _moments(speaker: Speaker, known: Facts) -> Said:
    if not known.common:
        return True, speaker.texts.gettext("Aucun moment commun assez long")
    if len(known.common) > MOMENTS_SHOWN:
        rest = len(known.common) - MOMENTS_SHOWN
        return True, speaker.texts.ngettext(
            "%(moments)s, et %(num)d autre moment",
            "%(moments)s, et %(num)d autres moments",
            rest,
            moments=speaker.moments(known.common),
        )
    return True, speaker.moments(known.common)


def _travel(speaker: Speaker, known: Facts) -> Said:
    if known.travel_minutes is None:
        return True, speaker.texts.gettext("Trajet inconnu")
    return True, speaker.texts.gettext(BY_TRANSPORT[known.transport], time=speaker.texts.duration(known.travel_minutes))


def _gender(speaker: Speaker, known: Facts) -> Said:
    if known.gender_met is None:
        return False, speaker.texts.gettext("Pas de préférence")
    if known.gender_met:
        return True, speaker.texts.gettext("Comme la personne le souhaite")
    return True, speaker.texts.gettext("Autre que ce que la personne préfère")


def _language(speaker: Speaker, known: Facts) -> Said:
    if known.language is None:
        return True, speaker.texts.gettext("Avec un interprète")
    name = speaker.texts.language_name(known.language)
    if known.language_rank == 0:
        return True, speaker.texts.gettext("%(language)s, première langue de la personne", language=name)
    return True, speaker.texts.gettext("%(language)s, autre langue de la personne", language=name)


def _charge(speaker: Speaker, known: Facts) -> Said:
    return True, speaker.texts.ngettext(
        "%(num)d accompagnement sur %(most)d",
        "%(num)d accompagnements sur %(most)d",
        known.people,
        most=known.people_max,
    )


def _continuity(speaker: Speaker, known: Facts) -> Said:
    if known.known:
        return True, speaker.texts.gettext("Se sont déjà rencontrés")
    return False, speaker.texts.gettext("Pas encore rencontrés")


def _age(speaker: Speaker, known: Facts) -> Said:
    if known.age_steps is None:
        return False, speaker.texts.gettext("Pas de souhait")
    if known.age_steps < 0:
        return True, speaker.texts.gettext("Âge inconnu")
    if known.age_steps == 0:
        return True, speaker.texts.gettext("Même tranche d’âge")
    if known.age_steps == 1:
        return True, speaker.texts.gettext("Tranche d’âge voisine")
    return True, speaker.texts.gettext("Âge éloigné")


_FACTS = {
    "theme_coverage": _themes,
    "experience": _experience,
    "named_wish": _named,
    "availability_margin": _moments,
    "travel": _travel,
    "gender_preferred": _gender,
    "language_rank": _language,
    "balance": _charge,
    "continuity": _continuity,
    "age_proximity": _age,
}


def reason(speaker: Speaker, known: Facts) -> str:
    """Why this helper, in short sentences; what speaks against comes last."""
    _ = speaker.texts.gettext
    sentences: list[str] = []
    if known.named:
        sentences.append(_("La personne a demandé ce pair-aidant."))
    if known.experience_shared:
        shared = speaker.word_list(EXPERIENCES, known.experience_shared)
        sentences.append(_("Vécu partagé : %(shared)s.", shared=shared))
    covered, asked = len(known.themes_covered), len(known.themes_asked)
    if covered == asked:
        sentences.append(
            speaker.texts.ngettext("Couvre le thème demandé.", "Couvre les %(num)d thèmes demandés.", asked)
        )
    else:
        sentences.append(_("Couvre %(covered)d des %(asked)d thèmes demandés.", covered=covered, asked=asked))
    if len(known.common) == 1:
        sentences.append(_("Un seul moment commun : %(moment)s.", moment=speaker.moments(known.common)))
    if known.gender_met is False:
        sentences.append(_("La personne préfère quelqu’un d’autre : femme ou homme."))
    if known.language is None:
        sentences.append(_("Il faut un interprète."))
    return " ".join(sentences)
