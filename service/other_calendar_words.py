"""Why an agenda kept elsewhere cannot be read at its address, and what its owner can do."""

from __future__ import annotations

from collections.abc import Mapping

from locales import N_
from service.busy_words import REFUSALS

# One sentence for both: whoever types addresses must not learn which names exist in a network behind this one.
_NOWHERE = N_(
    "Cette adresse ne mène à aucun site public : elle est mal écrite, ou reste dans un réseau fermé. "
    "Copiez-la de nouveau, ou envoyez plutôt un fichier."
)
_OF_AN_ADDRESS: Mapping[str, str] = {
    "BAD_ADDRESS": N_(
        "Cette adresse n’est pas celle d’un agenda. Copiez-la en entier : elle commence par https:// ou webcal://."
    ),
    "NOT_HTTPS": N_("Cette adresse commence par http:// et n’est pas protégée. Demandez une adresse en https://."),
    "UNKNOWN_HOST": _NOWHERE,
    "NOT_PUBLIC": _NOWHERE,
    "NO_ANSWER": N_("Le site de cet agenda ne répond pas. Le plus souvent, cela s’arrange tout seul."),
    "BAD_CERTIFICATE": N_(
        "Le site de cet agenda ne prouve pas qui il est : son certificat n’est pas valable. Prévenez qui s’en occupe."
    ),
    "SLOW": N_("Le site de cet agenda met trop de temps à répondre. Le plus souvent, cela s’arrange tout seul."),
    "TOO_LARGE": N_("Cet agenda est trop grand : 10 Mio au plus. Publiez une période plus courte, ou un seul agenda."),
    "COMPRESSED": N_("Le site n’envoie cet agenda que compressé. Envoyez plutôt un fichier."),
    "TOO_MANY_REDIRECTS": N_("Cette adresse renvoie trop souvent vers une autre. Copiez l’adresse la plus récente."),
    "SIGN_IN": N_(
        "Cet agenda demande un mot de passe. Prenez l’adresse secrète ou privée au format iCal, "
        "dans les réglages de votre agenda."
    ),
    "GONE": N_(
        "Il n’y a plus d’agenda à cette adresse. "
        "Copiez la nouvelle adresse dans les réglages de votre agenda et donnez-la ici."
    ),
    "ASKED_TOO_OFTEN": N_("Le site de cet agenda demande d’attendre. La prochaine lecture viendra plus tard."),
    "AWAY": N_("Le site de cet agenda est en panne. Le plus souvent, cela s’arrange tout seul."),
    "ODD_ANSWER": N_("Le site a répondu autre chose qu’un agenda. Copiez de nouveau l’adresse au format iCal (.ics)."),
    "NOT_A_CALENDAR": N_(
        "Cette adresse mène à une page, peut-être une page d’entrée, et non à un agenda. "
        "Prenez l’adresse au format iCal (.ics), dans les réglages de votre agenda."
    ),
    "BROKEN": N_("Cet agenda est arrivé incomplet ou abîmé. S’il le reste, envoyez plutôt un fichier."),
    "TOO_MANY": N_("Cet agenda contient trop de rendez-vous. Publiez une période plus courte."),
    "TOO_FREQUENT": N_(
        "Cet agenda contient une série qui revient plus souvent que chaque jour. Supprimez-la dans votre agenda."
    ),
    "BAD_RULE": N_("Cet agenda contient une série dont la règle ne se lit pas. Corrigez-la dans votre agenda."),
    "BAD_TIME": N_("Cet agenda contient une date ou une heure qui ne se lit pas. Corrigez-la dans votre agenda."),
    "TOO_SLOW": N_("Lire cet agenda prend trop de temps. Publiez une période plus courte."),
    "TOO_MUCH_MEMORY": N_("Lire cet agenda prend trop de mémoire. Publiez une période plus courte."),
    "FAILED": N_("La lecture de cet agenda a échoué. S’il ne revient pas, enlevez-le et donnez-le de nouveau."),
}

WHY: Mapping[str, Mapping[str, str]] = {"url": _OF_AN_ADDRESS, "file": REFUSALS}
"""One sentence for each code that a source may be refused with, by the kind of source."""
