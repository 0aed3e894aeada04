"""What calendar addresses show and what becomes of mails, in words."""

from __future__ import annotations

from locales import N_

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
