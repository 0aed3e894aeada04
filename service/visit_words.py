"""Why a visit cannot be placed, in words; each rule has one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from locales import N_

RULES: Mapping[str, str] = {
    "V1": N_("Les heures libres des uns et des autres ne se rejoignent pas dans cette période."),
    "V2": N_("Aux heures possibles, quelqu’un est déjà pris par une visite ou une réunion."),
    "V3": N_("Aucun professionnel ne peut venir à la première rencontre."),
    "V4": N_("La première rencontre n’a pas encore eu lieu."),
    "V5": N_("Il manque une deuxième personne pour cette visite."),
    "V6": N_("Il y aurait trop de visites le même jour, trop d’heures dans la semaine ou pas de pause."),
    "V7": N_("La visite sortirait des heures prévues, de 8 h à 20 h."),
    "V8": N_("L’accord de la personne ne couvre pas cette période, ou le binôme est en pause."),
    "V9": N_("La visite serait trop proche d’une autre."),
    "V10": N_("Une visite fixée tient déjà cette place."),
    "V11": N_("La salle est déjà prise, ou trop petite."),
    "V12": N_("La supervision et l’intervision restent libres."),
    "HELPER_STATUS": N_("Une supervision plus récente est attendue, ou l’accompagnement est suspendu."),
}
"""One sentence for each code that an unplanned visit may carry."""
