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

OBJECTIONS: Mapping[str, str] = {
    "PAST": N_("Ce moment est passé."),
    "DUE": N_("Cette visite est due entre le %(first)s et le %(last)s. Choisissez un de ces jours."),
    "DUE_ON": N_("Cette visite est due le %(first)s. Choisissez ce jour."),
    "V1": N_("%(who)s : pas disponible à ce moment."),
    "V2": N_("%(who)s : une autre visite ou réunion à ce moment, trajet compris."),
    "V5": N_("%(who)s ne fait pas de visite sans une deuxième personne."),
    "V6": N_("%(who)s : trop de visites ce jour-là, trop d’heures cette semaine, ou pas de pause."),
    "V7": N_("Les visites ont lieu entre 8 h et 20 h."),
    "V8": N_("%(who)s : son accord ne couvre pas ce jour."),
    "V11": N_("%(who)s : salle déjà prise, ou trop petite."),
    "V12": N_("%(who)s : une supervision ou une intervision à ce moment."),
    "HELPER_STATUS": N_("%(who)s : une supervision plus récente est attendue."),
}
"""Against one moment, and of whom; a code that is not here has its sentence in `RULES`."""

WAYS: Mapping[str, str] = {
    "companion": N_("Si %(who)s peut accompagner : %(moment)s."),
    "hours": N_("Si %(who)s se libère %(time)s en dehors de ses heures : %(moment)s."),
    "shorter": N_("Avec une rencontre plus courte (%(time)s) : %(moment)s."),
    "days": N_("En dehors de la période prévue : %(moment)s."),
    "day_limit": N_("Si %(who)s fait une visite de plus ce jour-là : %(moment)s."),
    "week_limit": N_("Si %(who)s dépasse ses heures de la semaine : %(moment)s."),
    "consent": N_("Si %(who)s renouvelle son accord : %(moment)s."),
    "status": N_("Si %(who)s a une supervision avant : %(moment)s."),
}
"""What would have to give, by `matching.planning.ways.Way.kind`; « gap » counts days and has its own sentence."""
