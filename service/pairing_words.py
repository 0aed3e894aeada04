"""What is said of a pair: verdict, reasons, facts of each criterion, why not, and the smallest change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from locales import N_, Texts
from matching.pairing.answer import Change, Relaxed
from matching.pairing.criteria import Facts
from matching.pairing.rules import SENSITIVE
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
RULES = {
    "CONSENT": N_("Accord de la personne"),
    "LANGUAGE": N_("Langue"),
    "THEME": N_("Thèmes demandés"),
    "GENDER": N_("Femme ou homme demandé"),
    "PAIR_EXCLUDED": N_("Ne convient pas pour cette personne"),
    "ENVIRONMENT": N_("Conditions au domicile"),
    "DISTANCE": N_("Distance"),
    "AVAILABILITY": N_("Moments communs"),
    "HELPER_STATUS": N_("Pair-aidant pas disponible pour une nouvelle personne"),
    "CASELOAD": N_("Plus de place"),
    "SET_ASIDE": N_("Écarté par la coordination"),
}
"""A rule in a list of counts; the sensitive ones are merged in one line (`settled.md` 18)."""
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
FLAGS = {"dog": N_("chien"), "cat": N_("chat"), "smoking": N_("tabac"), "stairs": N_("escaliers")}
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
LACKS = {
    "status": N_("Un pair-aidant de nouveau actif."),
    "training": N_("Un pair-aidant qui a fini sa formation de base."),
    "supervisor": N_("Un pair-aidant avec une personne nommée pour la supervision."),
    "supervision": N_("Un pair-aidant avec une supervision récente."),
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


def consequence(texts: Texts, name: str, losers: Sequence[str] | None, others: int, *, last_place: bool) -> str:
    """« Si vous choisissez… »: what happens to the other requests, and whether the helper has a place left."""
    sentences: list[str] = []
    if losers is None:
        sentences.append(texts.gettext("L’effet sur les autres demandes n’est pas connu."))
    elif losers:
        sentences.append(
            texts.ngettext(
                "%(names)s n’aurait plus de proposition pour le moment.",
                "%(names)s n’auraient plus de proposition pour le moment.",
                len(losers),
                names=texts.and_list(losers),
            )
        )
    elif others:
        sentences.append(
            texts.ngettext(
                "L’autre demande garde une proposition.",
                "Les %(num)d autres demandes gardent une proposition.",
                others,
            )
        )
    if last_place:
        sentences.append(texts.gettext("%(name)s n’aura plus de place libre ensuite.", name=name))
    return " ".join(sentences)


def why_not(speaker: Speaker, codes: Sequence[str], known: Facts, wished_gender: str | None) -> str:
    """Why a helper is left out, in one sentence: the first rule of section 5; sensitive ones are not told apart."""
    _ = speaker.texts.gettext
    if not codes:
        return _("Possible aussi. D’autres viennent avant.")
    if any(code in SENSITIVE for code in codes):
        return _("Ne convient pas pour cette personne.")
    if codes[0] == "DISTANCE" and known.road_km is not None:
        return _("Trop loin : %(km)s km par la route.", km=speaker.texts.number(known.road_km, 1))
    if codes[0] == "CASELOAD" and known.people >= known.people_max:
        return speaker.texts.ngettext(
            "Plus de place : %(num)d accompagnement sur %(most)d.",
            "Plus de place : %(num)d accompagnements sur %(most)d.",
            known.people,
            most=known.people_max,
        )
    if codes[0] == "GENDER" and wished_gender in GENDERS:
        return _("La personne demande %(gender)s.", gender=_(GENDERS[wished_gender]))
    return _(_WHY_NOT[codes[0]])


_WHY_NOT = {
    "CONSENT": N_("L’accord de la personne manque ou n’est plus valable."),
    "LANGUAGE": N_("Aucune langue en commun."),
    "THEME": N_("N’accompagne aucun des thèmes demandés."),
    "GENDER": N_("La personne demande quelqu’un d’autre : femme ou homme."),
    "ENVIRONMENT": N_("Ne va pas dans ce genre de domicile."),
    "DISTANCE": N_("Trop loin, ou lieu inconnu."),
    "AVAILABILITY": N_("Aucun moment commun assez long."),
    "HELPER_STATUS": N_("Ne prend pas de nouvelle personne en ce moment."),
    "CASELOAD": N_("Plus assez d’heures par semaine."),
    "SET_ASIDE": N_("Écarté par la coordination."),
}


def blocks(texts: Texts, removed: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """How many helpers each rule removes, in words; the sensitive rules as one line, the largest of their counts."""
    merged: dict[str, int] = {}
    for code, count in removed.items():
        key = "PAIR_EXCLUDED" if code in SENSITIVE else code
        merged[key] = max(count, merged.get(key, 0))
    return tuple((texts.gettext(RULES[code]), count) for code, count in merged.items())


def change_sentence(speaker: Speaker, change: Change | None) -> str:
    """The smallest change that opens a helper, such as « un pair-aidant qui parle tigrigna »."""
    if change is None:
        return speaker.texts.gettext("Aucun changement simple ne suffit. Il faut un nouveau pair-aidant.")
    return " ".join(_CHANGES[relaxed.rule](speaker, relaxed) for relaxed in change.relaxed)


def _change_language(speaker: Speaker, relaxed: Relaxed) -> str:
    tags = relaxed.facts["languages"]
    known = tags if isinstance(tags, tuple) else ()
    names = speaker.texts.or_list(speaker.texts.language_name(tag) for tag in known)
    if relaxed.facts.get("required_gender") == "f":
        return speaker.texts.gettext("Une pair-aidante qui parle %(language)s.", language=names)
    if relaxed.facts.get("required_gender") == "m":
        return speaker.texts.gettext("Un pair-aidant, un homme, qui parle %(language)s.", language=names)
    return speaker.texts.gettext("Un pair-aidant ou une pair-aidante qui parle %(language)s.", language=names)


def _change_availability(speaker: Speaker, relaxed: Relaxed) -> str:
    known = relaxed.facts
    weekday, start, end, minutes = (known.get(name) for name in ("weekday", "start", "end", "minutes"))
    if not (isinstance(weekday, int) and isinstance(start, int) and isinstance(end, int)):
        length = speaker.texts.duration(minutes) if isinstance(minutes, int) else ""
        return speaker.texts.gettext("Un moment commun de %(length)s par semaine.", length=length)
    moment = {"weekday": speaker.texts.weekday(weekday), "span": speaker.texts.span(start, end)}
    if start >= 8 * 60 and end <= 18 * 60:
        return speaker.texts.gettext("Un moment en journée, par exemple le %(weekday)s %(span)s.", **moment)
    return speaker.texts.gettext("Un autre moment, par exemple le %(weekday)s %(span)s.", **moment)


def _change_distance(speaker: Speaker, relaxed: Relaxed) -> str:
    km = relaxed.facts.get("km")
    if not isinstance(km, int | float):
        return speaker.texts.gettext("Un lieu de rencontre connu.")
    return speaker.texts.gettext(
        "Un pair-aidant qui se déplace jusqu’à %(km)s km, ou un lieu de rencontre plus proche.",
        km=speaker.texts.number(km),
    )


def _change_theme(speaker: Speaker, relaxed: Relaxed) -> str:
    codes = relaxed.facts["themes"]
    names = speaker.texts.or_list(
        speaker.themes.get(code, code) for code in (codes if isinstance(codes, tuple) else ())
    )
    return speaker.texts.gettext("Un pair-aidant qui accompagne sur ce thème : %(themes)s.", themes=names)


def _change_environment(speaker: Speaker, relaxed: Relaxed) -> str:
    flags = relaxed.facts["flags"]
    names = speaker.word_list(FLAGS, flags if isinstance(flags, tuple) else ())
    return speaker.texts.gettext("Des rencontres ailleurs qu’au domicile (%(flags)s).", flags=names)


def _change_status(speaker: Speaker, relaxed: Relaxed) -> str:
    lacks = relaxed.facts["lacks"]
    return " ".join(speaker.texts.gettext(LACKS[one]) for one in (lacks if isinstance(lacks, tuple) else ()))


def _change_caseload(speaker: Speaker, relaxed: Relaxed) -> str:
    people, people_max = relaxed.facts.get("people"), relaxed.facts.get("people_max")
    if isinstance(people, int) and isinstance(people_max, int) and people >= people_max:
        return speaker.texts.gettext("Une place de plus chez un pair-aidant.")
    return speaker.texts.gettext("Un peu plus d’heures par semaine chez un pair-aidant.")


def _change_gender(speaker: Speaker, _relaxed: Relaxed) -> str:
    return speaker.texts.gettext("Si la personne le souhaite, accepter aussi quelqu’un d’autre, femme ou homme.")


def _change_set_aside(speaker: Speaker, _relaxed: Relaxed) -> str:
    return speaker.texts.gettext("Remettre dans la liste une proposition écartée.")


_CHANGES = {
    "SET_ASIDE": _change_set_aside,
    "DISTANCE": _change_distance,
    "AVAILABILITY": _change_availability,
    "CASELOAD": _change_caseload,
    "THEME": _change_theme,
    "LANGUAGE": _change_language,
    "ENVIRONMENT": _change_environment,
    "GENDER": _change_gender,
    "HELPER_STATUS": _change_status,
}
