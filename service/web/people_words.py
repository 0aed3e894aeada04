"""What the pages about persons say: states, wishes, likenesses, and each kind of change in the log."""

from __future__ import annotations

from locales import N_
from service.pairing_words import EXPERIENCES

DONE: dict[str, str] = {
    "person_made": N_("Personne inscrite. Ajoutez ses disponibilités, puis cherchez un pair-aidant."),
    "person_changed": N_("Informations enregistrées."),
    "card_kept": N_("Fiche de contact enregistrée."),
    "person_closed": N_("Suivi clôturé. Vous pouvez le rouvrir à tout moment."),
    "person_opened": N_("Suivi rouvert. Il attend l’accord et une demande."),
    "helper_excluded": N_("C’est noté. Ce pair-aidant ne sera plus proposé."),
    "helper_allowed": N_("C’est noté. Ce pair-aidant peut de nouveau être proposé."),
    "met_noted": N_("C’est noté : ils se connaissent déjà."),
    "met_taken_back": N_("C’est retiré."),
    "separated": N_("C’est noté. Ces deux personnes n’auront pas le même pair-aidant."),
    "separation_lifted": N_("C’est retiré. Ces deux personnes peuvent avoir le même pair-aidant."),
    "request_added": N_("Demande ajoutée."),
    "people_merged": N_("Les deux enregistrements n’en font plus qu’un. C’est inscrit au journal."),
    "people_apart": N_("C’est noté : ce sont deux personnes."),
    "people_not_apart": N_("C’est retiré. La question revient dans la liste."),
}
"""What the status line says after something was done, by the code in `?fait=`."""

PERSON_STATES = {
    "consent_pending": N_("Attend l’accord"),
    "waiting": N_("Attend un pair-aidant"),
    "proposed": N_("Proposition en cours"),
    "paired": N_("Accompagnée"),
    "paused": N_("En pause"),
    "closed": N_("Suivi clôturé"),
}
LOOKS = {
    "consent_soon": N_("Accord qui se termine dans 30 jours"),
    "consent_missing": N_("Sans accord valable"),
    "without_pairing": N_("Sans pair-aidant"),
    "trial": N_("Période d’essai"),
}
CHANNELS = {
    "sms": N_("Par SMS"),
    "phone": N_("Par téléphone"),
    "email": N_("Par e-mail"),
    "via_professional": N_("Par la personne qui a fait la demande"),
    "in_person": N_("De vive voix"),
}
GENDERS = {"f": N_("Femme"), "m": N_("Homme"), "x": N_("Non binaire")}
FLAGS = {
    "dog": N_("Un chien"),
    "cat": N_("Un chat"),
    "smoking": N_("On fume à l’intérieur"),
    "stairs": N_("Des escaliers"),
}
LIKENESSES = {
    "same_name": N_("Même pseudonyme, ou presque"),
    "close_name": N_("Pseudonymes à une lettre près"),
    "same_area": N_("Même quartier"),
    "same_age": N_("Même tranche d’âge"),
}
FIELDS = {
    "pseudonym": N_("Pseudonyme"),
    "age_band": N_("Âge"),
    "gender": N_("Genre"),
    "languages": N_("Langues"),
    "interpreter": N_("Accepte un ou une interprète"),
    "neighbourhood": N_("Quartier"),
    "street": N_("Rue, sans numéro"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "living": N_("Lieu de vie"),
    "place": N_("Lieu de rencontre"),
    "channel": N_("Comment la joindre"),
    "preference": N_("Une femme ou un homme"),
    "age_proximity": N_("Préfère quelqu’un de son âge"),
    "experiences": N_("Vécu partagé souhaité"),
    "named_helper": N_("Pair-aidant souhaité"),
    "flags": N_("Chez elle"),
    "two_persons": N_("Visites à deux"),
    "frequency": N_("Rythme"),
    "minutes": N_("Durée d’une visite"),
    "school_holidays": N_("Pas pendant les congés scolaires"),
}
CARD = {
    "phone": N_("Téléphone"),
    "email": N_("E-mail"),
    "address": N_("Adresse exacte"),
    "door": N_("Pour entrer : sonnette, étage, code"),
}

TABLES: dict[str, dict[str, str]] = {
    "person": PERSON_STATES,
    "look": LOOKS,
    "channel": CHANNELS,
    "gender": GENDERS,
    "flag": FLAGS,
    "experience": EXPERIENCES,
    "likeness": LIKENESSES,
    "person_field": FIELDS,
    "card": CARD,
}

HISTORY = {
    "person.made": N_("Personne inscrite"),
    "person.changed": N_("Informations changées"),
    "person.closed": N_("Suivi clôturé"),
    "person.opened_again": N_("Suivi rouvert"),
    "person.waits": N_("Attend de nouveau"),
    "person.merged": N_("Réunie avec un autre enregistrement"),
    "person.merged_away": N_("Enregistrement réuni avec celui-ci"),
    "person.kept_apart": N_("Dite différente d’une personne qui lui ressemble"),
    "person.kept_apart_taken_back": N_("Ressemblance de nouveau à vérifier"),
    "person.helper_excluded": N_("Pair-aidant écarté"),
    "person.helper_allowed": N_("Pair-aidant de nouveau possible"),
    "person.met": N_("Connaissance d’un pair-aidant notée"),
    "person.met_taken_back": N_("Connaissance d’un pair-aidant retirée"),
    "person.separated": N_("Séparation déclarée"),
    "person.separation_lifted": N_("Séparation levée"),
    "person.named_helper": N_("Pair-aidant souhaité noté"),
    "person": N_("Enregistrement changé"),
    "contact_card": N_("Fiche de contact changée"),
    "consent.given": N_("Accord noté"),
    "consent.renewed": N_("Accord renouvelé"),
    "consent.withdrawn": N_("Accord retiré"),
    "consent.expired": N_("Accord arrivé à sa fin"),
    "consent.asked_again": N_("Accord redemandé"),
    "consent": N_("Accord changé"),
    "request.made": N_("Demande faite"),
    "request.accepted": N_("Demande acceptée"),
    "request.redirected": N_("Demande réorientée"),
    "request.closed": N_("Demande clôturée"),
    "request": N_("Demande changée"),
    "suggestion": N_("Suggestion écartée ou remise"),
    "rule.overridden": N_("Règle levée pour un binôme"),
    "rule.restored": N_("Règle remise"),
    "proposal.made": N_("Proposition faite"),
    "proposal.answered": N_("Réponse à une proposition"),
    "proposal.answer_taken_back": N_("Réponse reprise"),
    "proposal.withdrawn": N_("Proposition retirée"),
    "proposal.lapsed": N_("Proposition restée sans suite"),
    "proposal": N_("Proposition changée"),
    "review": N_("Réponse au bilan de l’essai"),
    "pairing.trial_begun": N_("Période d’essai commencée"),
    "pairing.active": N_("Accompagnement confirmé après l’essai"),
    "pairing.paused": N_("Pause notée"),
    "pairing.pause_begun": N_("Pause commencée"),
    "pairing.resumed": N_("Accompagnement repris"),
    "pairing.ended": N_("Binôme terminé"),
    "pairing": N_("Binôme changé"),
    "visit.planned": N_("Visite prévue"),
    "visit.published": N_("Visite publiée"),
    "visit.moved": N_("Visite déplacée"),
    "visit.moved_back": N_("Visite remise où elle était"),
    "visit.restored": N_("Visite rétablie"),
    "visit.cancelled": N_("Visite annulée"),
    "visit.held": N_("Visite qui a eu lieu"),
    "visit.not_held": N_("Visite qui n’a pas eu lieu"),
    "visit.answered": N_("Réponse à une visite"),
    "visit.pinned": N_("Visite fixée"),
    "visit.unpinned": N_("Visite libérée"),
    "visit": N_("Visite changée"),
}
"""Each kind of change, by the code in the log; a longer code falls back to its beginning."""
OTHER_CHANGE = N_("Autre changement")
AUTHORS = {
    "person": N_("la personne"),
    "peer_helper": N_("le pair-aidant"),
    "professional": N_("un professionnel"),
    "coordinator": N_("la coordination"),
}
NOBODY = N_("Le Fil")


def of_change(action: str) -> str:
    """The sentence of a change, not translated yet."""
    words = action.split(".")
    for length in range(len(words), 0, -1):
        found = HISTORY.get(".".join(words[:length]))
        if found is not None:
            return found
    return OTHER_CHANGE
