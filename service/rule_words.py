"""What each rule means and what can be done about it, for whoever meets it on a page (`domain.md` 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from locales import N_
from matching.pairing.rules import PAIR_EXCLUDED
from service.pairing_why_words import RULES


@dataclass(frozen=True)
class Explained:
    """A rule in words: its name, what it asks, and what opens it again."""

    name: str
    asks: str
    helps: str


PAIRING: Mapping[str, Explained] = {
    "CONSENT": Explained(
        RULES["CONSENT"],
        N_("Sans accord noté, valable aujourd’hui et donné pour l’appariement, personne n’est proposé."),
        N_("Demandez l’accord à la personne et notez-le sur sa page. Il ne se contourne jamais."),
    ),
    "LANGUAGE": Explained(
        RULES["LANGUAGE"],
        N_("Les deux parlent au moins une langue en commun."),
        N_("Notez une autre langue, ou que la personne accepte un interprète."),
    ),
    "THEME": Explained(
        RULES["THEME"],
        N_("Le pair-aidant accompagne au moins un des thèmes demandés."),
        N_("Vérifiez les thèmes de la demande avec la personne, et ceux du pair-aidant avec lui."),
    ),
    "GENDER": Explained(
        RULES["GENDER"],
        N_("Quand la personne demande une femme ou un homme, seuls ces pairs-aidants sont proposés."),
        N_("Elle seule peut changer ce choix. Il ne se contourne jamais."),
    ),
    "CONFLICT": Explained(
        N_("Lien déjà existant"),
        N_("Un lien déclaré (famille, voisinage, travail, même service) empêche ce binôme, sans dire lequel."),
        N_("Choisissez quelqu’un d’autre. Cette règle ne se contourne jamais."),
    ),
    "REFUSED": Explained(
        N_("Déjà dit non"),
        N_("L’un des deux a dit non à l’autre, ou a choisi de terminer leur binôme. Personne ne dit pourquoi."),
        N_("Ne proposez plus ce binôme. Cette règle ne se contourne jamais."),
    ),
    "ENVIRONMENT": Explained(
        RULES["ENVIRONMENT"],
        N_("Le domicile a quelque chose (chien, tabac, escaliers…) qui ne va pas pour ce pair-aidant."),
        N_("Proposez un autre lieu de rencontre, ou notez que c’est réglé."),
    ),
    "DISTANCE": Explained(
        RULES["DISTANCE"],
        N_("Le trajet dépasse les kilomètres que le pair-aidant accepte, ou le lieu n’est pas connu."),
        N_("Choisissez un lieu de rencontre plus proche, ou demandez au pair-aidant jusqu’où il veut aller."),
    ),
    "AVAILABILITY": Explained(
        RULES["AVAILABILITY"],
        N_(
            "Il faut un même moment libre dans la semaine, aussi long qu’une visite. "
            "Les semaines paires et impaires comptent."
        ),
        N_("Demandez à chacun un moment de plus, même un seul."),
    ),
    "HELPER_STATUS": Explained(
        RULES["HELPER_STATUS"],
        N_("Le pair-aidant est actif, formé, avec une personne de supervision vue dans les 62 derniers jours."),
        N_("Prévoyez une supervision, ou complétez sa page."),
    ),
    "CASELOAD": Explained(
        RULES["CASELOAD"],
        N_("Le pair-aidant a une place libre, et ses heures de rencontre restent sous 60 % de ses heures par semaine."),
        N_("Attendez une place, ou demandez-lui si ses limites ont changé. Elles le protègent."),
    ),
    "SAME_HELPER": Explained(
        N_("Pas le même pair-aidant"),
        N_("Deux personnes ont demandé à ne pas avoir le même pair-aidant. La raison n’est notée nulle part."),
        N_("Choisissez quelqu’un d’autre. Cette règle ne se contourne jamais."),
    ),
    PAIR_EXCLUDED: Explained(
        RULES[PAIR_EXCLUDED],
        N_("Une règle protège l’un des deux. Le Fil ne dit pas laquelle, pour ne rien révéler."),
        N_("Choisissez quelqu’un d’autre."),
    ),
    "SET_ASIDE": Explained(
        RULES["SET_ASIDE"],
        N_("La coordination a écarté ce pair-aidant pour cette demande."),
        N_("Remettez-le dans la liste quand vous voulez."),
    ),
}
"""Rules of pairs by code, in the order of `domain.md` 5; then what stands for several of them, and a choice."""

PLANNING: Mapping[str, Explained] = {
    "V1": Explained(
        N_("Heures libres"),
        N_("La visite tient dans les heures de la personne, du pair-aidant, et de qui vient ou du lieu."),
        N_("Demandez un moment de plus à l’un d’eux, ou une rencontre plus courte."),
    ),
    "V2": Explained(
        N_("Une chose à la fois"),
        N_("Personne n’est à deux endroits à la fois, trajet compris."),
        N_("Déplacez l’autre visite ou l’autre réunion."),
    ),
    "V3": Explained(
        N_("Première rencontre à trois"),
        N_("La première fois, un professionnel du réseau ou la coordination vient aussi."),
        N_("Proposez un autre professionnel, ou venez vous-même."),
    ),
    "V4": Explained(
        N_("D’abord la première rencontre"),
        N_("Les visites régulières commencent quand la première rencontre a eu lieu."),
        N_("Notez qu’elle a eu lieu, ou fixez-la."),
    ),
    "V5": Explained(
        N_("À deux"),
        N_("Certaines visites se font à deux, et certains pairs-aidants ne vont jamais seuls."),
        N_("Trouvez une deuxième personne libre au même moment."),
    ),
    "V6": Explained(
        N_("Limites du pair-aidant"),
        N_("Un nombre de visites par jour, 60 % de ses heures par semaine, et 15 minutes entre deux visites."),
        N_("Choisissez un autre jour. Ces limites le protègent."),
    ),
    "V7": Explained(
        N_("Entre 8 h et 20 h"),
        N_("Aucune visite plus tôt ni plus tard."),
        N_("Choisissez un moment dans la journée."),
    ),
    "V8": Explained(
        N_("Accord valable ce jour-là"),
        N_("L’accord de la personne couvre le jour de la visite, et le binôme n’est pas en pause."),
        N_("Demandez-lui si elle renouvelle son accord."),
    ),
    "V9": Explained(
        N_("Pas trop rapprochées"),
        N_(
            "Entre deux visites il y a au moins 3 jours (chaque semaine), 10 (toutes les deux semaines) "
            "ou 20 (chaque mois)."
        ),
        N_("Choisissez un jour plus loin de la visite d’avant."),
    ),
    "V10": Explained(
        N_("Visites fixées"),
        N_("Une visite fixée, confirmée ou passée ne bouge pas d’elle-même."),
        N_("Enlevez l’épingle, ou déplacez-la vous-même."),
    ),
    "V11": Explained(
        N_("Salles"),
        N_("Une salle ne sert qu’à un groupe à la fois et a assez de places."),
        N_("Choisissez un autre lieu ou une autre heure."),
    ),
    "V12": Explained(
        N_("Supervision gardée libre"),
        N_("La supervision et l’intervision d’un pair-aidant passent avant ses visites."),
        N_("Choisissez un autre moment."),
    ),
}
"""Rules of visits by code, in the order of `domain.md` 6; HELPER_STATUS is the same rule as for pairs."""

EXPLAINED: Mapping[str, Explained] = {**PAIRING, **PLANNING}
