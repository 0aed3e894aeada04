"""What is said of everybody: what a choice costs the others, how even the loads are, who would help most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from locales import N_, Texts
from matching.pairing.answer import Cost, Evenness, Move, Recruit
from service.pairing_words import GENDERS, Speaker

NAMES_SHOWN = 3
EVEN, FAIRLY_EVEN = 0.15, 0.3
"""Spread of the loads up to which they count as even, and as fairly even."""
NOT_YET = N_("L’effet sur les autres demandes est encore en cours de calcul.")
NOT_KNOWN = N_("L’effet sur les autres demandes n’est pas connu.")


def consequence(
    texts: Texts, cost: Cost | None, pseudonyms: Mapping[str, str], others: int, *, last_place_of: str, is_coming: bool
) -> str:
    """
    « Si vous choisissez… »: what happens to the other requests.

    `last_place_of` names the helper who has no place left afterwards, empty for one who has; `is_coming` says that the
    calculation has not come to this yet.
    """
    sentences: list[str] = []
    if cost is None:
        sentences.append(texts.gettext(NOT_YET if is_coming else NOT_KNOWN))
    else:
        sentences += _effects(texts, cost, pseudonyms, others)
    if last_place_of:
        sentences.append(texts.gettext("%(name)s n’aura plus de place libre ensuite.", name=last_place_of))
    return " ".join(sentences)


def _effects(texts: Texts, cost: Cost, pseudonyms: Mapping[str, str], others: int) -> list[str]:
    if not cost.exact:
        return [_at_least(texts, cost)]
    sentences: list[str] = []
    if cost.losers:
        sentences.append(
            texts.ngettext(
                "%(names)s n’aurait plus de proposition pour le moment.",
                "%(names)s n’auraient plus de proposition pour le moment.",
                len(cost.losers),
                names=_names(texts, cost.losers, pseudonyms),
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
    if cost.gainers:
        sentences.append(
            texts.ngettext(
                "%(names)s aurait alors une proposition.",
                "%(names)s auraient alors une proposition.",
                len(cost.gainers),
                names=_names(texts, cost.gainers, pseudonyms),
            )
        )
    if cost.movers:
        sentences.append(
            texts.ngettext(
                "Quelqu’un d’autre serait proposé à %(names)s.",
                "Quelqu’un d’autre serait proposé à %(names)s.",
                len(cost.movers),
                names=_names(texts, cost.movers, pseudonyms),
            )
        )
    return sentences


def _at_least(texts: Texts, cost: Cost) -> str:
    """Where only a bound of the cost is known."""
    if cost.served > 0:
        return texts.gettext(
            "Au moins une autre demande n’aurait plus de proposition ; laquelle n’est pas encore connu."
        )
    if cost.score > 0:
        return texts.gettext("Les propositions des autres demandes seraient au moins un peu moins adaptées.")
    return texts.gettext("L’effet exact sur les autres demandes n’est pas connu.")


def _names(texts: Texts, refs: Sequence[str], pseudonyms: Mapping[str, str]) -> str:
    """« Mme D., M. W., M. Y. et 2 autres »"""
    shown = [pseudonyms.get(ref, ref) for ref in refs[:NAMES_SHOWN]]
    rest = len(refs) - len(shown)
    if rest:
        shown.append(texts.ngettext("%(num)d autre personne", "%(num)d autres personnes", rest))
    return texts.and_list(shown)


def evenness(texts: Texts, known: Evenness) -> str:
    """How the work is spread over the helpers once the first proposals have come about."""
    if known.spread <= EVEN:
        spread = texts.gettext("Le travail est réparti de façon égale entre les pairs-aidants.")
    elif known.spread <= FAIRLY_EVEN:
        spread = texts.gettext("Le travail est réparti de façon assez égale entre les pairs-aidants.")
    else:
        spread = texts.gettext("Le travail est réparti de façon inégale entre les pairs-aidants.")
    if known.largest >= 1:
        return spread + " " + texts.gettext("Au moins l’un d’eux n’a plus de place libre.")
    return spread + " " + texts.gettext("Chacun d’eux garde de la place.")


def recruit(speaker: Speaker, one: Recruit, areas: Mapping[str, str]) -> str:
    """Who is missing: « Une personne qui parle tigrigna, accompagne sur le logement, libre le lundi 9 h – 12 h. »"""
    _ = speaker.texts.gettext
    traits: list[str] = []
    if one.languages:
        languages = speaker.texts.and_list(speaker.texts.language_name(tag) for tag in one.languages)
        traits.append(_("parle %(languages)s", languages=languages))
    if one.themes:
        traits.append(_("accompagne sur : %(themes)s", themes=speaker.theme_list(one.themes)))
    if one.moments:
        moments = speaker.texts.and_list(
            _("%(weekday)s %(span)s", weekday=speaker.texts.weekday(day), span=speaker.texts.span(start, end))
            for day, start, end in one.moments
        )
        traits.append(_("est libre : %(moments)s", moments=moments))
    if one.neighbourhood is not None and one.neighbourhood in areas:
        traits.append(_("vient à %(area)s", area=areas[one.neighbourhood]))
    who = _(GENDERS[one.gender]) if one.gender in GENDERS else _("un pair-aidant ou une pair-aidante")
    if not traits:
        return _("Il manque : %(who)s.", who=who)
    return _("Il manque : %(who)s. Cette personne %(traits)s.", who=who, traits=", ".join(traits))


def served(texts: Texts, names: Sequence[str]) -> str:
    """How many people a newcomer would serve, by name."""
    return texts.ngettext(
        "%(num)d demande aurait une proposition : %(names)s.",
        "%(num)d demandes auraient une proposition : %(names)s.",
        len(names),
        names=texts.and_list(names),
    )


def move(texts: Texts, one: Move, pseudonyms: Mapping[str, str], helpers: Mapping[str, str]) -> str:
    """An open proposal that would have to change for somebody else to gain one."""
    return texts.ngettext(
        "Si vous proposez %(after)s à %(person)s au lieu de %(before)s, %(gains)s aurait une proposition.",
        "Si vous proposez %(after)s à %(person)s au lieu de %(before)s, %(gains)s auraient une proposition.",
        len(one.gains),
        person=pseudonyms.get(one.person, one.person),
        before=helpers.get(one.before, one.before),
        after=helpers.get(one.after, one.after),
        gains=_names(texts, one.gains, pseudonyms),
    )
