"""Words of what the coordination keeps by form: helpers, partners, hand-overs."""

from __future__ import annotations

from collections.abc import Mapping

from locales import N_
from service import helpers_sheet, partners_sheet
from service.pairing_why_words import FLAGS
from service.pairing_words import EXPERIENCES

DONE: Mapping[str, str] = {
    "helper_made": N_("Fiche créée. Il reste à noter ses disponibilités et à l’inviter."),
    "helper_saved": N_("Fiche enregistrée."),
    "helper_active": N_("C’est noté : de nouveau disponible pour accompagner."),
    "helper_resting": N_("C’est noté : en repos. Rien de nouveau ne lui sera proposé."),
    "helper_in_training": N_("C’est noté : en formation."),
    "supervision_noted": N_("Supervision notée."),
    "certificate_noted": N_("Certificat noté."),
    "certificate_removed": N_("Certificat retiré."),
    "conflict_noted": N_("C’est noté. Ils ne seront pas proposés l’un à l’autre."),
    "conflict_removed": N_("C’est retiré."),
    "record_made": N_("Fiche créée."),
    "record_saved": N_("Fiche enregistrée."),
    "left_network": N_("Départ noté. Son compte est fermé."),
    "came_back": N_("Retour noté."),
    "handed_over": N_("C’est noté. Votre collègue prend le relais ces jours-là."),
    "duty_ended": N_("Remplacement terminé."),
    "emergency_opened": N_("Fiche ouverte pour une heure. La personne et son réseau sont prévenus."),
    "emergency_justified": N_("Avis noté. La personne le lit sur sa page."),
    "emergency_not_justified": N_("Avis noté. La personne le lit sur sa page."),
    "emergency_open": N_("Avis repris. L’ouverture attend de nouveau votre avis."),
}
CHANGES = {
    "peer_helper.made": N_("Fiche créée"),
    "peer_helper.edited": N_("Fiche modifiée"),
    "peer_helper.active": N_("Noté comme disponible"),
    "peer_helper.resting": N_("Noté en repos"),
    "peer_helper.in_training": N_("Noté en formation"),
    "peer_helper.left": N_("Départ noté"),
    "peer_helper.supervised": N_("Supervision notée"),
    "peer_helper.certified": N_("Certificat ajouté"),
    "peer_helper.certificate_removed": N_("Certificat retiré"),
    "peer_helper.conflict_noted": N_("Liste « ne pas réunir » complétée"),
    "peer_helper.conflict_removed": N_("Liste « ne pas réunir » réduite"),
    "professional.made": N_("Fiche créée"),
    "professional.edited": N_("Fiche modifiée"),
    "professional.left": N_("Départ noté"),
    "professional.active": N_("Retour noté"),
    "organisation.made": N_("Fiche créée"),
    "organisation.edited": N_("Fiche modifiée"),
    "place.made": N_("Fiche créée"),
    "place.edited": N_("Fiche modifiée"),
}
MISSING_OF_HELPERS = {
    "training": N_("la formation initiale n’est pas notée"),
    "supervisor": N_("personne n’est noté pour sa supervision"),
    "supervision": N_("une supervision est à prévoir"),
}
DUTIES = {"now": N_("En cours"), "ahead": N_("À venir"), "past": N_("Passé"), "ended": N_("Terminé plus tôt")}

EMERGENCIES = {
    "open": N_("avis à donner"),
    "justified": N_("c’était justifié"),
    "not_justified": N_("ce n’était pas justifié"),
    "nobody": N_("aucune fiche de ce nom"),
}
EMERGENCY_REASONS = {
    "life_in_danger": N_("La vie de la personne est en danger"),
    "other_in_danger": N_("Quelqu’un d’autre est en danger"),
    "service_asks": N_("Les secours ou un hôpital le demandent"),
    "lost": N_("La personne est perdue et ne sait plus qui appeler"),
}
TABLES: Mapping[str, dict[str, str]] = {
    "emergency": EMERGENCIES,
    "emergency_reason": EMERGENCY_REASONS,
    "helper": helpers_sheet.STATES,
    "contract": helpers_sheet.CONTRACTS,
    "transport": helpers_sheet.TRANSPORTS,
    "experience": EXPERIENCES,
    "flag": FLAGS,
    "helper_missing": MISSING_OF_HELPERS,
    "partner": partners_sheet.KINDS,
    "organisation": partners_sheet.ORGANISATION_KINDS,
    "sector": partners_sheet.SECTORS,
    "function": partners_sheet.FUNCTIONS,
    "network_role": partners_sheet.ROLES,
    "professional": partners_sheet.STATES,
    "place": partners_sheet.PLACE_KINDS,
    "change": CHANGES,
    "duty": DUTIES,
}
