"""Codes of the domain in the words of the screens (`design/README.md`, section 7)."""

from __future__ import annotations

from locales import N_
from service.feed_texts import MEETINGS
from service.web import kept_words, people_words
from service.web.request_words import REQUEST_TABLES

DONE: dict[str, str] = {
    "entered": N_("Bienvenue."),
    "left": N_("Vous êtes sorti. À bientôt."),
    "request_accepted": N_("Demande acceptée. Elle attend maintenant un pair-aidant."),
    "request_consent": N_("Demande acceptée. Elle attend l’accord de la personne."),
    "consent_noted": N_("Accord noté. Vous pouvez accepter la demande."),
    "request_redirected": N_("Demande réorientée."),
    "request_closed": N_("Demande clôturée."),
    "request_undone": N_("Décision annulée. La demande est revenue où elle était."),
    "request_asked": N_("Question envoyée. La demande attend la réponse."),
    "request_answered": N_("Réponse notée."),
    "request_question_back": N_("Question retirée."),
    "request_entered": N_("Demande notée. Vous pouvez décider de la suite."),
    "answer_days_set": N_("Délai gardé."),
    **people_words.DONE,
    "files_read": N_("Fichiers lus. Rien n’est encore enregistré."),
    "files_taken": N_("Fichiers repris. Tout est enregistré."),
    "files_dropped": N_("Fichiers écartés. Rien n’a été enregistré."),
    "answered_yes": N_("Merci. Votre oui est noté."),
    "answered_no": N_("Merci de nous l’avoir dit."),
    "answered_talk": N_("C’est noté. La coordination vous appelle."),
    "answered_other": N_("C’est noté. La coordination vous propose un autre moment."),
    "suggestions_found": N_("Propositions recalculées."),
    "first_answer": N_("Nouvelles propositions trouvées."),
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
    "meeting_cancelled": N_("C’est annulé. Les autres sont prévenus, sans raison."),
    "moment_chosen": N_("C’est noté. On demande aux autres si ce moment leur va."),
    "own_pause": N_("Vous êtes en pause. Les rencontres prévues sont annulées."),
    "published": N_("Semaine publiée. Les agendas sont à jour."),
    "applied": N_("Changements appliqués."),
    "nothing_applied": N_("Rien n’a été changé."),
    "run_stopped": N_("Calcul arrêté."),
    "subscribed": N_("Adresse créée. Elle ne s’affiche qu’une fois."),
    "renewed": N_("Nouvelle adresse créée. L’ancienne ne marche plus."),
    "revoked": N_("Abonnement arrêté."),
    "calendar_changed": N_("Abonnement changé. L’adresse reste la même."),
    "calendars_chosen": N_("C’est enregistré. Les agendas suivent."),
    "weights_chosen": N_("Poids enregistrés. Ils comptent au prochain calcul."),
    "weights_back": N_("Les poids d’avant comptent de nouveau."),
    "terms_changed": N_("Textes enregistrés. Ils se lisent ainsi dès maintenant."),
    "texts_chosen": N_("Textes du réseau enregistrés."),
    "themes_chosen": N_("Thèmes enregistrés. Les prochaines demandes les proposent."),
    "theme_added": N_("Thème ajouté."),
    "theme_called": N_("Thème renommé."),
    "area_added": N_("Quartier ajouté."),
    "area_changed": N_("Quartier corrigé."),
    "area_retired": N_("Quartier retiré des listes. Rien n’est effacé."),
    "area_back": N_("Quartier remis dans les listes."),
    "tiles_chosen": N_("Fond de carte enregistré."),
    "borders_taken": N_("Limites enregistrées. Elles se voient sur la carte de la semaine."),
    "borders_dropped": N_("Limites retirées de la carte."),
    "agenda_added": N_("Agenda lu. Ses moments pris comptent dès maintenant."),
    "agenda_removed": N_("Agenda enlevé. Tout ce qui en avait été lu est effacé."),
    "answer_back": N_("Réponse reprise. La question reste ouverte."),
    "answer_again": N_("Entre-temps, quelque chose a changé ici. Relisez, puis répondez encore une fois."),
    "asked_another": N_("C’est noté. Quelqu’un d’autre est recherché."),
    "right_asked": N_("C’est demandé. La coordination vous répond."),
    "right_taken_back": N_("Demande reprise. Rien ne change."),
    "right_done": N_("C’est noté. La personne le voit sur sa page."),
    "right_refused": N_("Refus noté. La personne lit pourquoi."),
    "right_erased": N_("C’est effacé."),
    "visit_noted": N_("C’est noté. Merci."),
    "arrived": N_("C’est noté : vous êtes sur place."),
    "left_visit": N_("C’est noté : vous êtes parti. Merci."),
    "tap_back": N_("C’est repris."),
    "outcome_back": N_("C’est repris. Vous pouvez le noter de nouveau."),
    "postponed": N_("Visite reportée. La personne est prévenue."),
    "visit_answer_back": N_("Réponse reprise. La question est de nouveau ouverte."),
    "helper_reached": N_("C’est noté : jointe, tout va bien."),
    "helper_not_reached": N_("C’est repris : la visite est de nouveau dans la liste."),
    "numbers_changed": N_("Numéros enregistrés."),
    "review_continue": N_("Merci. Votre réponse est notée."),
    "trial_passed": N_("L’accompagnement continue."),
    "paused": N_("Pause notée. Les visites pendant la pause sont annulées."),
    "resumed": N_("L’accompagnement reprend."),
    "stopped": N_("C’est arrêté. Les visites prévues sont annulées."),
    "pairing_ended": N_("Binôme terminé. Les visites prévues sont annulées."),
    "settled": N_("La suite est notée."),
    "told": N_("C’est noté : plus rien à dire là-dessus."),
    "consent_withdrawn": N_("Votre accord est retiré. Tout ce qui était prévu est annulé."),
    "consent_withdrawn_for": N_("Accord retiré. Propositions et visites sont annulées."),
    "consent_renewed": N_("Accord renouvelé pour douze mois."),
    **kept_words.DONE,
    "absence_noted": N_("Absence notée."),
    "own_absence_noted": N_("C’est noté. La coordination est prévenue."),
    "absence_ended": N_("Absence supprimée."),
    "hours_saved": N_("Heures enregistrées. Aucune visite n’a été déplacée."),
    "own_hours_saved": N_("C’est enregistré. La coordination est prévenue, aucune visite n’a été déplacée."),
    "hours_back": N_("Les heures d’avant sont revenues."),
    "limits_saved": N_("C’est enregistré. Les prochaines propositions en tiennent compte."),
    "resting": N_("C’est noté. Bon repos : aucune nouvelle proposition ne viendra."),
    "back_again": N_("C’est noté. Vous pouvez de nouveau recevoir des propositions."),
    "knows_told": N_("C’est noté. La coordination prend contact avec vous."),
    "password_reset": N_("Nouveau mot de passe gardé. Entrez maintenant."),
    "password_changed": N_("Nouveau mot de passe gardé. Les autres sessions sont terminées."),
    "email_changed": N_("Nouvelle adresse gardée. L’ancienne est prévenue."),
    "passkey_added": N_("Clé ajoutée. Les autres sessions sont terminées."),
    "passkey_removed": N_("Clé retirée. Elle n’ouvre plus rien."),
    "provider_linked": N_("Identité liée. Les autres sessions sont terminées."),
    "provider_unlinked": N_("Lien retiré. Cette identité n’ouvre plus ce compte."),
    "pin_set": N_("Code secret gardé."),
    "pin_removed": N_("Code secret retiré."),
    "language_set": N_("Langue gardée."),
    "session_ended": N_("Session terminée."),
    "sessions_ended": N_("Les autres sessions sont terminées."),
    "confirmed": N_("Merci. Vous avez cinq minutes pour changer ce que vous voulez."),
    "account_closed": N_("Compte fermé. Toutes ses sessions sont terminées."),
    "account_opened": N_("Compte rouvert."),
    "keys_ended": N_("Le lien et le code de cette personne n’ouvrent plus rien."),
    "joined": N_("Bienvenue. Votre compte est prêt."),
    "asked_again": N_("Une nouvelle demande attend l’accord de la personne."),
    "messages_chosen": N_("Votre choix est enregistré."),
    "mails_chosen": N_("C’est noté. Vos rencontres arrivent par e-mail."),
    "mails_stopped": N_("C’est noté. Vous ne recevez plus d’invitations par e-mail."),
    "request_sent": N_("Demande envoyée. La coordination la lit et vous suivez chaque étape ici."),
    "draft_kept": N_("Brouillon gardé 7 jours."),
    "request_changed": N_("Demande corrigée."),
    "request_withdrawn": N_("Demande retirée. Vous pouvez changer d’avis pendant 24 heures."),
    "request_back": N_("Demande remise où elle était."),
    "moment_said": N_("C’est noté. La coordination fixe la première rencontre."),
    "message_sent": N_("Message envoyé."),
    "messages_read": N_("C’est noté : vous avez tout lu."),
    "link_stopped": N_("Lien arrêté. Il n’ouvre plus rien."),
    "draft_gone": N_("Brouillon effacé."),
    "mail_again": N_("L’e-mail repart."),
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
    "no_answer": N_("Aucune réponse n’est venue"),
}
AUDIENCES = {
    "professional_coordination": N_("À la coordination"),
    "professional_coordination_helper": N_("À la coordination et au pair-aidant ou à la pair-aidante"),
    "coordinator_professional": N_("Au professionnel qui demande"),
    "coordinator_professional_helper": N_("Au professionnel et au pair-aidant ou à la pair-aidante"),
    "coordinator_helper": N_("Au pair-aidant ou à la pair-aidante"),
    "peer_helper_coordination": N_("À la coordination"),
    "peer_helper_coordination_professional": N_("À la coordination et au professionnel"),
}
CONSENT_WAYS = {
    "signed": N_("Signé sur papier"),
    "spoken_with_witness": N_("Dit devant un témoin"),
    "own_page": N_("Sur sa page"),
}
MOMENTS = {
    "weekday_morning": N_("En semaine, le matin"),
    "weekday_afternoon": N_("En semaine, l’après-midi"),
    "evening": N_("En soirée"),
    "weekend": N_("Le week-end"),
}
DAY_MOMENTS = {
    "morning": N_("Matin"),
    "noon": N_("Midi"),
    "afternoon": N_("Après-midi"),
    "evening": N_("Soir"),
}
TRANSPORTS = {
    "walk": N_("À pied"),
    "bike": N_("À vélo"),
    "bus": N_("En bus"),
    "car": N_("En voiture"),
}
FLAGS = {
    "dog": N_("Là où il y a un chien"),
    "cat": N_("Là où il y a un chat"),
    "smoking": N_("Là où l’on fume"),
    "stairs": N_("Là où il faut monter des escaliers"),
}
LIVING_ENVIRONMENTS = {
    "home": N_("Dans son logement"),
    "with_family": N_("En famille"),
    "social_housing": N_("Dans un logement social"),
    "sheltered_housing": N_("Dans une habitation protégée"),
    "housing_first": N_("Dans un logement Housing First"),
    "shelter": N_("En maison d’accueil ou en abri"),
    "street": N_("À la rue"),
    "ward": N_("À l’hôpital"),
}
PREFERENCES = {
    "none": N_("Peu importe"),
    "rather_f": N_("Plutôt une femme"),
    "rather_m": N_("Plutôt un homme"),
    "only_f": N_("Seulement une femme"),
    "only_m": N_("Seulement un homme"),
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
APPOINTMENTS = {**MEETINGS, "open_session": N_("Permanence"), "own_calendar": N_("Occupé (son agenda)")}
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
    "merged": N_("Mes heures prises, sans le nombre de rendez-vous"),
}
FEED_EXAMPLES = {
    "busy": N_("« Occupé » à chaque rendez-vous"),
    "minimal": N_("« Rencontre SER-B012 »"),
    "initials": N_("« Rencontre avec D. (SER-B012) »"),
    "place": N_("« Rencontre SER-B012 » et « Café Bavard, rue Gony »"),
    "plain": N_("« Rencontre avec Nadia » et « Chez vous »"),
    "merged": N_("« Occupé » une seule fois pour deux rendez-vous qui se suivent"),
}
FEED_MEANINGS = {
    "busy": N_("Toujours permis : rien n’en dit moins."),
    "minimal": N_("Toujours permis, et choisi d’office : une référence que seuls les concernés comprennent."),
    "initials": N_("La première lettre aide à s’y retrouver. Quelqu’un qui voit l’écran peut deviner qui c’est."),
    "place": N_("Pour qui va d’un lieu public à l’autre. Un domicile ou un service de soins ne s’affichent pas."),
    "plain": N_("Seulement dans l’agenda de la personne accompagnée elle-même : avec qui, et où."),
}
PUBLIC_LEVELS = {
    "busy": N_("Occupé, rien d’autre"),
    "minimal": N_("Ce qui a lieu"),
    "place": N_("Ce qui a lieu, et où"),
}
FEED_CLIENTS = {
    "google": N_("Google Agenda"),
    "apple": N_("un agenda Apple"),
    "outlook": N_("Outlook"),
    "thunderbird": N_("Thunderbird"),
    "nextcloud": N_("Nextcloud"),
    "android": N_("une application Android"),
    "other": N_("un autre programme"),
}
FEED_KINDS = {
    "own": N_("Son agenda"),
    "busy": N_("Heures prises"),
    "place": N_("Un lieu"),
    "territory": N_("Événements publics"),
    "working_group": N_("Groupe de travail"),
    "team": N_("Toute l’équipe"),
}

PAIRING_STATES = {
    "proposed": N_("Proposé"),
    "accepted": N_("Accepté"),
    "trial": N_("À l’essai"),
    "active": N_("En cours"),
    "paused": N_("En pause"),
    "ended": N_("Terminé"),
    "declined": N_("Refusé"),
    "lapsed": N_("Sans suite"),
}
PAIRING_END_REASONS = {
    "goals_reached": N_("Les buts sont atteints"),
    "asked_by_person": N_("À la demande de la personne"),
    "asked_by_helper": N_("À la demande du pair-aidant"),
    "ended_in_trial_by_person": N_("Arrêté pendant l’essai par la personne"),
    "ended_in_trial_by_helper": N_("Arrêté pendant l’essai par le pair-aidant"),
    "needs_changed": N_("Les besoins ont changé"),
    "moved_away": N_("La personne a déménagé"),
    "helper_left": N_("Le pair-aidant quitte le réseau"),
    "consent_withdrawn": N_("L’accord a pris fin"),
    "other_help_found": N_("Une autre aide a été trouvée"),
    "safety": N_("Pour la sécurité"),
}
VISIT_STATES = {
    "planned": N_("à confirmer"),
    "confirmed": N_("confirmée"),
    "done": N_("a eu lieu"),
    "cancelled": N_("annulée"),
    "not_held": N_("n’a pas eu lieu"),
    "moved": N_("déplacée"),
}
VISIT_REASONS = {
    "by_person": N_("par la personne"),
    "by_helper": N_("par le pair-aidant"),
    "by_professional": N_("par le professionnel"),
    "by_service": N_("par la coordination"),
    "person_absent": N_("la personne n’était pas là"),
    "helper_absent": N_("le pair-aidant n’était pas là"),
}
REVIEWS = {
    "continue": N_("continue"),
    "stop": N_("arrête"),
    "talk_first": N_("aimerait en parler"),
}
TO_DO = {
    "review": N_("Bilan de l’essai à demander"),
    "talk": N_("Aimeraient en parler d’abord"),
    "first_visit": N_("Première rencontre à prévoir"),
    "to_note": N_("Visites à noter"),
    "consent": N_("Accord qui se termine bientôt"),
    "paused": N_("En pause"),
    "others": N_("Rien à faire"),
}
CONSENTS = {
    "pending": N_("pas encore donné"),
    "given": N_("donné"),
    "refused": N_("refusé"),
    "withdrawn": N_("retiré"),
    "expired": N_("a pris fin"),
}
CONSENT_SCOPES = {
    "pairing": N_("être accompagné par un pair-aidant ou une pair-aidante"),
    "network": N_("que les professionnels choisis en parlent ensemble"),
    "outcomes": N_("répondre à des questions sur ce qui a changé"),
}

ABSENCE_KINDS = {
    "planned": N_("Prévue"),
    "unplanned": N_("Imprévue"),
    "training": N_("Formation"),
}
OWNERS = {
    "peer_helper": N_("Pairs-aidants"),
    "person": N_("Personnes accompagnées"),
    "professional": N_("Professionnels"),
    "place": N_("Lieux qui ferment"),
}

ROLES = {
    "coordinator": N_("Coordination"),
    "peer_helper": N_("Pair-aidant ou pair-aidante"),
    "professional": N_("Professionnelle ou professionnel"),
    "person": N_("Personne accompagnée"),
    "support_team": N_("Équipe d’accompagnement"),
    "hf_selector": N_("Choix des personnes pour Housing First"),
    "host": N_("Accueil d’une permanence"),
    "supervisor": N_("Supervision"),
    "partner_admin": N_("Gestion d’un partenaire"),
    "steering": N_("Comité de pilotage"),
    "sysadmin": N_("Gestion de l’installation"),
}
ACCOUNT_STATES = {"invited": N_("Invitation envoyée"), "joined": N_("Ouvert"), "closed": N_("Fermé")}
LETTERS = {
    "invitation": N_("Invitation"),
    "sign_in": N_("Lien et code pour entrer"),
    "reset": N_("Lien pour un nouveau mot de passe"),
    "password_changed": N_("Mot de passe changé"),
    "factor_changed": N_("Manière d’entrer changée"),
    "email_changed": N_("Adresse changée"),
}
SCHOOL_CALENDARS = {
    "BE-DG": N_("Belgique, Communauté germanophone"),
    "BE-FWB": N_("Belgique, Fédération Wallonie-Bruxelles"),
    "BE-VL": N_("Belgique, Communauté flamande"),
    "FR-A": N_("France, zone A"),
    "FR-B": N_("France, zone B"),
    "FR-C": N_("France, zone C"),
}
MAIL_KINDS = {
    "message": N_("Message"),
    "sms": N_("SMS"),
    "invitation": N_("Invitation à une rencontre"),
    "account": N_("Message de compte"),
}
MAIL_STATES = {
    "doubtful": N_("Peut-être arrivé"),
    "failed": N_("Refusé"),
    "given_up": N_("Essais terminés"),
}
MAIL_FAULTS = {
    "no_server": N_("Le serveur d’e-mail ne répond pas."),
    "sign_in": N_("Le serveur d’e-mail refuse le mot de passe de Le Fil."),
    "later": N_("Le serveur d’e-mail a demandé d’attendre, plusieurs fois."),
    "refused": N_("Le serveur d’e-mail refuse cet e-mail."),
    "address": N_("Cette adresse n’existe pas ou n’accepte rien."),
    "unreadable": N_("Le contenu a été effacé."),
    "broken_off": N_("La connexion s’est coupée pendant l’envoi. Renvoyez-le seulement si la personne n’a rien reçu."),
}
MAIL_ANSWERS = {
    "accepted": N_("Dit oui"),
    "declined": N_("Ne peut pas"),
    "other_time": N_("Propose un autre moment"),
    "bounced": N_("E-mail revenu"),
    "unreadable": N_("Réponse illisible"),
}

TABLES: dict[str, dict[str, str]] = {
    "role": ROLES,
    "school_calendar": SCHOOL_CALENDARS,
    "account": ACCOUNT_STATES,
    "letter": LETTERS,
    "moment": MOMENTS,
    "day_moment": DAY_MOMENTS,
    "transport": TRANSPORTS,
    "flag": FLAGS,
    **people_words.TABLES,
    "living": LIVING_ENVIRONMENTS,
    "preference": PREFERENCES,
    "absence": ABSENCE_KINDS,
    "owner": OWNERS,
    **kept_words.TABLES,
    "appointment": APPOINTMENTS,
    "pairing": PAIRING_STATES,
    "end": PAIRING_END_REASONS,
    "visit": VISIT_STATES,
    "visit_reason": VISIT_REASONS,
    "review": REVIEWS,
    "to_do": TO_DO,
    "consent": CONSENTS,
    "scope": CONSENT_SCOPES,
    "request": REQUEST_STATES,
    "urgency": URGENCIES,
    "reason": REQUEST_REASONS,
    "audience": AUDIENCES,
    **REQUEST_TABLES,
    "consent_way": CONSENT_WAYS,
    "missing": MISSING,
    "visit_kind": VISIT_KINDS,
    "answer": ANSWERS,
    "way": ANSWER_WAYS,
    "frequency": FREQUENCIES,
    "run": RUN_STATES,
    "severity": SEVERITIES,
    "level": FEED_LEVELS,
    "level_example": FEED_EXAMPLES,
    "level_meaning": FEED_MEANINGS,
    "public_level": PUBLIC_LEVELS,
    "client": FEED_CLIENTS,
    "feed": FEED_KINDS,
    "mail_kind": MAIL_KINDS,
    "mail_state": MAIL_STATES,
    "mail_fault": MAIL_FAULTS,
    "mail_answer": MAIL_ANSWERS,
}
