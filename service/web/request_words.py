"""What is asked about a request, why it goes elsewhere and what its thread holds, in words."""

from __future__ import annotations

from locales import N_

REDIRECT_REASONS = {
    "nearer_service": N_("Un autre service est plus près de la personne"),
    "outside_territory": N_("La personne habite hors du territoire"),
    "other_kind_of_help": N_("Une autre sorte d’aide est demandée"),
    "more_than_peer_help": N_("Il faut d’abord plus que la pair-aidance"),
    "helpers_full": N_("Aucun pair-aidant n’est libre avant longtemps"),
    "wish_of_person": N_("La personne le souhaite"),
}
QUESTIONS = {
    "consent": N_("La personne est-elle d’accord ?"),
    "themes": N_("Qu’est-ce qui l’aiderait le plus ?"),
    "place": N_("Où peut-on se rencontrer ?"),
    "availability": N_("Quand est-elle disponible ?"),
    "languages": N_("Quelles langues parle-t-elle ?"),
    "first_meeting": N_("Qui vient à la première rencontre ?"),
    "already_helped": N_("Un autre service l’aide-t-il déjà ?"),
    "other": N_("Autre chose (à écrire ci-dessous)"),
}
DEEDS = {
    "accepted": N_("Demande acceptée"),
    "redirected": N_("Demande réorientée"),
    "closed": N_("Demande clôturée"),
    "undone": N_("Décision annulée"),
    "entered": N_("Notée par la coordination"),
    "asked": N_("Précision demandée"),
    "answered": N_("Réponse reçue"),
    "taken_back": N_("Question retirée"),
    "reminded": N_("Rappel envoyé"),
    "warned": N_("Fin annoncée, sept jours avant"),
}
STATES = {
    "new": N_("Nouvelles demandes"),
    "asked": N_("Attend une précision"),
    "ended": N_("Réorientées ou clôturées"),
}

REQUEST_TABLES = {
    "redirect": REDIRECT_REASONS,
    "question": QUESTIONS,
    "deed": DEEDS,
    "request_filter": STATES,
}
