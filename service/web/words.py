"""Codes of the domain in the words of the screens (`design/README.md`, section 7)."""

from __future__ import annotations

from locales import N_
from service.feed_texts import MEETINGS

DONE: dict[str, str] = {
    "entered": N_("Bienvenue."),
    "left": N_("Vous êtes sorti. À bientôt."),
    "request_accepted": N_("Demande acceptée. Elle attend maintenant un pair-aidant."),
    "request_consent": N_("Demande acceptée. Elle attend l’accord de la personne."),
    "consent_noted": N_("Accord noté. Vous pouvez accepter la demande."),
    "request_redirected": N_("Demande réorientée."),
    "request_closed": N_("Demande clôturée."),
    "files_read": N_("Fichiers lus. Rien n’est encore enregistré."),
    "files_taken": N_("Fichiers repris. Tout est enregistré."),
    "files_dropped": N_("Fichiers écartés. Rien n’a été enregistré."),
    "answered_yes": N_("Merci. Votre oui est noté."),
    "answered_no": N_("Merci de nous l’avoir dit."),
    "answered_talk": N_("C’est noté. La coordination vous appelle."),
    "answered_other": N_("C’est noté. La coordination vous propose un autre moment."),
    "suggestions_found": N_("Propositions recalculées."),
    "first_answer": N_("Première réponse. La vérification continue."),
    "suggestions_checked": N_("Propositions recalculées et vérifiées."),
    "proposed": N_("Proposition envoyée aux deux."),
    "set_aside": N_("Proposition écartée."),
    "taken_back": N_("Proposition remise dans la liste."),
    "withdrawn": N_("Proposition retirée."),
    "answer_noted": N_("Réponse notée."),
    "overridden": N_("Règle levée pour ces deux personnes. C’est inscrit au journal."),
    "restored": N_("Règle remise. C’est inscrit au journal."),
    "moved": N_("Visite déplacée."),
    "moved_back": N_("Visite remise où elle était."),
    "placed": N_("Visite placée."),
    "pinned": N_("Visite fixée. Elle ne bougera plus."),
    "unpinned": N_("Visite libérée. Un recalcul peut la déplacer."),
    "cancelled": N_("Visite annulée."),
    "published": N_("Semaine publiée. Les agendas sont à jour."),
    "applied": N_("Changements appliqués."),
    "nothing_applied": N_("Rien n’a été changé."),
    "run_stopped": N_("Calcul arrêté."),
    "subscribed": N_("Adresse créée. Elle ne s’affiche qu’une fois."),
    "renewed": N_("Nouvelle adresse créée. L’ancienne ne marche plus."),
    "revoked": N_("Abonnement arrêté."),
}
"""What the status line says after something was done, by the code in `?fait=`."""

REQUEST_STATES = {
    "received": N_("Nouvelle"),
    "consent_pending": N_("Attend l’accord"),
    "waiting": N_("Attend un pair-aidant"),
    "proposed": N_("Proposition en cours"),
    "fulfilled": N_("Accompagnement en place"),
    "redirected": N_("Réorientée"),
    "closed": N_("Clôturée"),
}
URGENCIES = {"normal": N_("Pas pressé"), "soon": N_("Bientôt"), "urgent": N_("Urgent")}
REQUEST_REASONS = {
    "declined_by_person": N_("La personne ne le souhaite pas"),
    "consent_withdrawn": N_("La personne a retiré son accord"),
    "requester_withdrew": N_("Celui qui demandait a retiré la demande"),
    "other_help_found": N_("Une autre aide a été trouvée"),
}
CONSENT_WAYS = {
    "signed": N_("Signé sur papier"),
    "spoken_with_witness": N_("Dit devant un témoin"),
    "own_page": N_("Sur sa page"),
}
MISSING = {
    "consent": N_("Il manque l’accord"),
    "languages": N_("Il manque la langue"),
    "place": N_("Il manque le lieu"),
    "availability": N_("Il manque les disponibilités"),
}
VISIT_KINDS = {
    "first_joint": N_("Première rencontre"),
    "regular": N_("Visite"),
    "accompaniment": N_("Accompagnement à un rendez-vous"),
    "family": N_("Rencontre avec la famille"),
    "review": N_("Point à trois"),
    "closing": N_("Dernière rencontre"),
}
APPOINTMENTS = {**MEETINGS, "open_session": N_("Permanence")}
ANSWERS = {
    "pending": N_("pas encore de réponse"),
    "accepted": N_("oui"),
    "declined": N_("ne peut pas"),
    "talk_first": N_("aimerait en parler"),
    "other_time": N_("autre moment"),
}
ANSWER_WAYS = {
    "phone": N_("Au téléphone"),
    "in_person": N_("De vive voix"),
    "paper": N_("Sur papier"),
    "own_page": N_("Sur sa page"),
}
FREQUENCIES = {
    "twice_weekly": N_("Deux fois par semaine"),
    "weekly": N_("Une fois par semaine"),
    "fortnightly": N_("Une fois toutes les deux semaines"),
    "monthly": N_("Une fois par mois"),
}
RUN_STATES = {
    "queued": N_("En attente"),
    "running": N_("Calcul en cours…"),
    "done": N_("Calcul terminé"),
    "failed": N_("Calcul interrompu"),
    "cancelled": N_("Calcul arrêté"),
}
SEVERITIES = {"error": N_("Erreur"), "warning": N_("À vérifier"), "info": N_("Pour information")}
FEED_LEVELS = {
    "busy": N_("Occupé, rien d’autre"),
    "minimal": N_("« Rencontre » et une courte référence"),
    "initials": N_("La première lettre et la référence"),
    "place": N_("Aussi le lieu, s’il est public"),
    "plain": N_("Tout, en clair"),
}

TABLES: dict[str, dict[str, str]] = {
    "request": REQUEST_STATES,
    "urgency": URGENCIES,
    "reason": REQUEST_REASONS,
    "consent_way": CONSENT_WAYS,
    "missing": MISSING,
    "visit_kind": VISIT_KINDS,
    "answer": ANSWERS,
    "way": ANSWER_WAYS,
    "frequency": FREQUENCIES,
    "run": RUN_STATES,
    "severity": SEVERITIES,
    "level": FEED_LEVELS,
}
