"""
The words of messages: a mail with one button, and an SMS under 160 characters.

Day and hour, a request's reference, and a link: never a name, a place or a theme (`security.md` F2, `settled.md` 21).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from locales import N_, Texts


@dataclass(frozen=True)
class Facts:
    """
    What a message may say.

    `moments` are the starts of visits, `spans` their start and end; both local to the territory.
    """

    count: int = 0
    before: datetime | None = None
    after: datetime | None = None
    spans: tuple[tuple[datetime, datetime], ...] = ()
    ref: str = ""


NOTHING = Facts()


@dataclass(frozen=True)
class Wording:
    """Subject, sentence, label of the button and path of the page that it opens."""

    subject: str
    said: str
    button: str
    path: str


@dataclass(frozen=True)
class Message:
    """What somebody gets, in their language."""

    subject: str
    mail: str
    sms: str
    button: str
    link: str


SEE = N_("Voir et répondre")
AGENDA = N_("Voir mon agenda")
ANSWER = N_("Lire et répondre")
NEWS = N_("Du nouveau pour vous")
WORDS: Mapping[str, Wording] = {
    "proposal": Wording(
        N_("Une réponse à donner"),
        N_("Une proposition vous attend. Vous pouvez dire oui, non, ou demander à en parler, sans donner de raison."),
        SEE,
        "/propositions",
    ),
    "proposal_again": Wording(
        N_("Une proposition attend encore votre réponse"),
        N_("Une proposition attend encore votre réponse. Dire non est toujours possible, sans donner de raison."),
        SEE,
        "/propositions",
    ),
    "visit_moved": Wording(
        N_("Votre rencontre change de moment"),
        N_("Votre rencontre change de moment : %(after)s au lieu de %(before)s."),
        SEE,
        "/agenda",
    ),
    "visit_cancelled": Wording(
        N_("Une rencontre est annulée"), N_("La rencontre de %(before)s est annulée."), AGENDA, "/agenda"
    ),
    "visit_joined": Wording(
        N_("Une rencontre est prévue avec vous"),
        N_("Une rencontre est prévue avec vous : %(after)s."),
        AGENDA,
        "/agenda",
    ),
    "visit_left": Wording(
        N_("Une rencontre aura lieu sans vous"),
        N_("La rencontre de %(before)s aura lieu sans vous."),
        AGENDA,
        "/agenda",
    ),
    "visit_company": Wording(
        NEWS, N_("Quelqu’un d’autre vient aussi à la rencontre de %(before)s."), AGENDA, "/agenda"
    ),
    "request_received": Wording(
        N_("Demande %(ref)s bien reçue"),
        N_("Votre demande %(ref)s est bien reçue."),
        N_("Suivre ma demande"),
        "/mes-demandes",
    ),
    "request_found": Wording(
        N_("Demande %(ref)s : du nouveau"),
        N_("Pour votre demande %(ref)s, un pair-aidant est trouvé."),
        N_("Suivre ma demande"),
        "/mes-demandes",
    ),
    "request_searching": Wording(
        N_("Demande %(ref)s : nous cherchons encore"),
        N_("Pour votre demande %(ref)s, nous cherchons encore un pair-aidant."),
        N_("Suivre ma demande"),
        "/mes-demandes",
    ),
    # Whoever asked may be the person: the first page of either leads on.
    "request_question": Wording(
        N_("Une question sur votre demande"), N_("La coordination a une question sur votre demande."), ANSWER, "/"
    ),
    "request_reminder": Wording(
        N_("Une question attend encore votre réponse"),
        N_("Une question sur votre demande attend encore votre réponse."),
        ANSWER,
        "/",
    ),
    "request_closing": Wording(
        N_("Une question attend encore votre réponse"),
        N_("Une question sur votre demande attend votre réponse. Sans réponse, la demande se clôture dans 7 jours."),
        ANSWER,
        "/",
    ),
}
OTHERWISE = Wording(NEWS, N_("Il y a du nouveau pour vous."), N_("Ouvrir ma page"), "/")
"""Ends, pauses, closed proposals: what it is stands on the own page alone."""
REMINDERS = ("eve", "proposal_again", "request_reminder", "daily")
"""At most one of these a day for each person."""


def message(texts: Texts, base_url: str, code: str, facts: Facts) -> Message:
    """What to send, or for the coordinator to say."""
    subject, said, button, path = _worded(texts, code, facts)
    link = base_url.rstrip("/") + path
    hello = texts.gettext(N_("Bonjour,"))
    mail = (
        f"{hello}\n\n{said}\n\n{button} :\n{link}\n"
        if texts.lang == "fr"
        else f"{hello}\n\n{said}\n\n{button}:\n{link}\n"
    )
    return Message(subject, mail, f"{said} {link}", button, link)


def _worded(texts: Texts, code: str, facts: Facts) -> tuple[str, str, str, str]:
    values = {
        "before": texts.moment(facts.before) if facts.before is not None else "",
        "after": texts.moment(facts.after) if facts.after is not None else "",
        "ref": facts.ref,
        "hours": texts.and_list([texts.span(*one) for one in facts.spans]),
    }
    count = facts.count
    if code == "visits":
        subject = texts.ngettext("Une rencontre à confirmer", "Des rencontres à confirmer", count)
        said = texts.ngettext(
            "Une rencontre est à confirmer : %(after)s.",
            "%(num)d rencontres sont à confirmer. La première : %(after)s.",
            count,
            **values,
        )
        return subject, said, texts.gettext(SEE), "/agenda"
    if code == "eve":
        subject = texts.ngettext("Demain : %(num)d rencontre", "Demain : %(num)d rencontres", count)
        said = texts.gettext(N_("Demain : %(hours)s. Un empêchement ? Appelez la coordination."), **values)
        return subject, said, texts.gettext(AGENDA), "/agenda"
    if code == "daily":
        subject = texts.ngettext("%(num)d chose à faire aujourd’hui", "%(num)d choses à faire aujourd’hui", count)
        return subject, subject + ".", texts.gettext(N_("Voir la liste")), "/"
    wording = WORDS.get(code, OTHERWISE)
    return (
        texts.gettext(wording.subject, **values),
        texts.gettext(wording.said, **values),
        texts.gettext(wording.button),
        wording.path,
    )
