"""The sentences about travel times: where they come from, and what is wrong with a file of them."""

from __future__ import annotations

from collections.abc import Mapping

from locales import N_, Texts
from service.travel_ways import Told

FAULTS: Mapping[str, str] = {
    "size": N_("« %(name)s » est trop grand (%(value)s) : 128 Mio au plus. Rien n’est repris."),
    "text": N_("« %(name)s », ligne %(line)s : ce n’est pas du texte en UTF-8. Rien n’est repris."),
    "header": N_(
        "« %(name)s », ligne 1 : on attend « mode,from,to,minutes », on lit « %(value)s ». Rien n’est repris."
    ),
    "cells": N_("« %(name)s », ligne %(line)s : on attend quatre cellules. Rien n’est repris."),
    "mode": N_(
        "« %(name)s », ligne %(line)s, colonne « %(column)s » : « %(value)s » n’est pas un moyen de transport. "
        "On attend walk, bike, bus ou car. Rien n’est repris."
    ),
    "empty": N_("« %(name)s », ligne %(line)s, colonne « %(column)s » : il manque une référence. Rien n’est repris."),
    "number": N_(
        "« %(name)s », ligne %(line)s, colonne « %(column)s » : « %(value)s » n’est pas un nombre de minutes. "
        "Rien n’est repris."
    ),
    "negative": N_(
        "« %(name)s », ligne %(line)s, colonne « %(column)s » : « %(value)s » est plus petit que 0. Rien n’est repris."
    ),
    "too_long": N_(
        "« %(name)s », ligne %(line)s, colonne « %(column)s » : « %(value)s » minutes font plus d’un jour. "
        "Rien n’est repris."
    ),
    "same_place": N_(
        "« %(name)s », ligne %(line)s, colonne « %(column)s » : d’un lieu à lui-même, on attend 0, "
        "on lit « %(value)s ». Rien n’est repris."
    ),
    "twice": N_("« %(name)s », ligne %(line)s : %(value)s est là deux fois. Rien n’est repris."),
    "places": N_("« %(name)s », ligne %(line)s : plus de %(value)s lieux. Rien n’est repris."),
}
"""One sentence for each code of `matching.travel_file.Fault`."""

UNKNOWN = N_(
    "« %(name)s », ligne %(line)s, colonne « %(column)s » : aucun lieu n’a la référence « %(value)s ». "
    "Elle ne sert à rien."
)


def sentences(told: Told, texts: Texts) -> list[str]:
    """Where travel times come from, in whole sentences."""
    found: list[str] = []
    if told.file_on is not None:
        found.append(texts.gettext("Temps de trajet : fichier du %(day)s.", day=texts.day(told.file_on, year=True)))
    if told.streets_on is not None:
        day = texts.day(told.streets_on, year=True)
        found.append(texts.gettext("Temps de trajet : réseau des rues et des chemins du %(day)s.", day=day))
    if not found:
        return [texts.gettext("Temps de trajet estimés par la formule : distance, détour et vitesse.")]
    if told.stopped:
        found.append(texts.gettext("Le calcul sur le réseau de rues n’a pas abouti."))
    if told.by_formula:
        found.append(
            texts.ngettext(
                "La formule remplace %(num)d trajet qui manque.",
                "La formule remplace %(num)d trajets qui manquent.",
                told.by_formula,
            )
        )
    return found
