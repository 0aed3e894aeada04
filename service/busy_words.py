"""Why a foreign calendar is not taken over, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from locales import N_

REFUSALS: Mapping[str, str] = {
    "TOO_LARGE": N_(
        "Ce calendrier est trop grand : 10 Mio au plus. Exportez une période plus courte, ou un seul calendrier."
    ),
    "NOT_A_CALENDAR": N_(
        "Ce fichier n’est pas un calendrier. Exportez-le au format iCalendar (.ics), "
        "et non la page qui montre le calendrier."
    ),
    "BROKEN": N_("Ce calendrier est incomplet ou abîmé. Exportez-le de nouveau."),
    "TOO_MANY": N_("Ce calendrier contient trop de rendez-vous. Exportez une période plus courte."),
    "TOO_FREQUENT": N_(
        "Ce calendrier contient une série qui revient plus souvent que chaque jour. "
        "Supprimez-la, puis exportez-le de nouveau."
    ),
    "BAD_RULE": N_(
        "Ce calendrier contient une série dont la règle ne se lit pas. Corrigez-la, puis exportez-le de nouveau."
    ),
    "BAD_TIME": N_(
        "Ce calendrier contient une date ou une heure qui ne se lit pas. Corrigez-la, puis exportez-le de nouveau."
    ),
    "TOO_SLOW": N_("Lire ce calendrier prend trop de temps. Exportez une période plus courte."),
    "TOO_MUCH_MEMORY": N_("Lire ce calendrier prend trop de mémoire. Exportez une période plus courte."),
    "FAILED": N_("La lecture de ce calendrier a échoué. Exportez-le de nouveau, puis recommencez."),
}
"""One sentence for each code of `Unreadable`."""
