"""What is said against a pair: why not, what stands in the way of somebody, and the smallest changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from locales import N_, Texts
from matching.pairing.answer import Change, Relaxed
from matching.pairing.criteria import Facts
from matching.pairing.rules import PAIR_EXCLUDED, SENSITIVE
from service.pairing_words import GENDERS, Speaker

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
FLAGS = {"dog": N_("chien"), "cat": N_("chat"), "smoking": N_("tabac"), "stairs": N_("escaliers")}
LACKS = {
    "status": N_("Un pair-aidant de nouveau actif."),
    "training": N_("Un pair-aidant qui a fini sa formation de base."),
    "supervisor": N_("Un pair-aidant avec une personne nommée pour la supervision."),
    "supervision": N_("Un pair-aidant avec une supervision récente."),
}


def why_not(speaker: Speaker, codes: Sequence[str], known: Facts, wished_gender: str | None) -> str:
    """Why a helper is left out, in one sentence: the first rule of section 5; sensitive ones are not told apart."""
    _ = speaker.texts.gettext
    if not codes:
        return _("Possible aussi. D’autres viennent avant.")
    if any(code in SENSITIVE or code == PAIR_EXCLUDED for code in codes):
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


@dataclass(frozen=True)
class Block:
    """A rule, its name in words, and how many helpers it removes."""

    code: str
    label: str
    helpers: int


def blocks(texts: Texts, removed: Mapping[str, int]) -> tuple[Block, ...]:
    """How many helpers each rule removes, in words; the sensitive rules come as one."""
    return tuple(Block(code, texts.gettext(RULES[code]), count) for code, count in removed.items())


def change_sentences(speaker: Speaker, changes: Sequence[Change]) -> tuple[str, ...]:
    """The smallest changes that open a helper, such as « un pair-aidant qui parle tigrigna », the easiest first."""
    if not changes:
        return (speaker.texts.gettext("Aucun changement simple ne suffit. Il faut un nouveau pair-aidant."),)
    said = (" ".join(_CHANGES[relaxed.rule](speaker, relaxed) for relaxed in change.relaxed) for change in changes)
    return tuple(dict.fromkeys(said))


def _change_language(speaker: Speaker, relaxed: Relaxed) -> str:
    tags = relaxed.facts["languages"]
    known = tags if isinstance(tags, tuple) else ()
    if not known:
        return speaker.texts.gettext("Noter la langue de la personne, ou prévoir un interprète.")
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
