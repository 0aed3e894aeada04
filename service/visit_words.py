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
    "OWN_CALENDAR": N_("%(who)s : occupé à ce moment (son agenda)."),
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

COSTS: Mapping[str, tuple[str, str]] = {
    "habit": (N_("Ce n’est pas le jour ou l’heure habituels."), N_("C’est plus près du jour et de l’heure habituels.")),
    "other_person": (N_("Quelqu’un d’autre que d’habitude accompagne."), N_("La personne habituelle accompagne.")),
    "edge_of_day": (N_("C’est tôt le matin ou tard le soir."), N_("Ce n’est plus tôt le matin ni tard le soir.")),
    "changed": (N_("La visite est déjà annoncée : il faudra prévenir."), N_("L’heure annoncée ne change plus.")),
    "lateness": (N_("C’est plus tard que souhaité."), N_("C’est plus près de la date souhaitée.")),
    "proposed_host": (
        N_("Une permanence est proposée à ce moment."),
        N_("Une permanence proposée redevient possible."),
    ),
    "fourth_hour": (N_("La journée compte une heure de plus sans pause."), N_("La journée retrouve une pause.")),
    "uneven_days": (
        N_("Les jours de la semaine sont moins réguliers."),
        N_("Les jours de la semaine sont plus réguliers."),
    ),
    "housing_week": (N_("Une semaine reste sans rencontre."), N_("Une semaine de plus a sa rencontre.")),
}
"""What a slot costs more, and what it saves, by the name of the cost; minutes on the way have their own sentences."""

PLAN_COSTS: Mapping[str, tuple[str, str]] = {
    "habit": (N_("Plus loin des jours et des heures habituels."), N_("Plus près des jours et des heures habituels.")),
    "other_person": (
        N_("Plus souvent quelqu’un d’autre que d’habitude."),
        N_("Plus souvent la personne habituelle."),
    ),
    "edge_of_day": (N_("Plus tôt le matin ou plus tard le soir."), N_("Moins tôt le matin et moins tard le soir.")),
    "lateness": (
        N_("Des visites viennent plus tard que souhaité."),
        N_("Des visites viennent plus près de la date souhaitée."),
    ),
    "proposed_host": (
        N_("Des permanences proposées ne tiennent plus."),
        N_("Des permanences proposées redeviennent possibles."),
    ),
    "fourth_hour": (N_("Des journées comptent moins de pauses."), N_("Des journées retrouvent une pause.")),
    "uneven_days": (
        N_("Les jours de la semaine sont moins réguliers."),
        N_("Les jours de la semaine sont plus réguliers."),
    ),
    "housing_week": (N_("Une semaine reste sans rencontre."), N_("Une semaine de plus a sa rencontre.")),
}
"""What a whole plan costs more than another one, and what it saves, by the name of the cost."""

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
