"""The lines of the coordinator's day: one sentence each, and the page where it is decided."""

from __future__ import annotations

from datetime import timedelta

from locales import N_
from service.notices import TO_COORDINATION
from service.todo import Thing
from service.web.notice_words import AWAY_ONE_DAY
from service.web.speech import Speech

SENTENCES: dict[tuple[str, str], str] = {
    ("overdue", ""): N_("La visite de %(name)s avec %(other)s devait finir à %(hour)s : personne n’a noté le départ."),
    ("refused", "declined"): N_("%(name)s ne peut pas : rencontre avec %(other)s, %(moment)s."),
    ("refused", "other_time"): N_("%(name)s demande un autre moment : rencontre avec %(other)s, %(moment)s."),
    ("talk", ""): N_("%(name)s aimerait en parler avant de répondre (proposition avec %(other)s)."),
    ("declined", ""): N_("%(name)s ne peut pas (proposition avec %(other)s). Choisissez la suite."),
    ("lapsing", ""): N_("La proposition pour %(name)s et %(other)s attend une réponse jusqu’au %(day)s."),
    ("trial", "over"): N_("L’essai de %(name)s et %(other)s a fini ses quatre semaines le %(day)s : voyez le bilan."),
    ("trial", "ends"): N_("L’essai de %(name)s et %(other)s se termine le %(day)s."),
    ("first_visit", ""): N_("%(name)s et %(other)s ont dit oui : première rencontre à prévoir avant le %(day)s."),
    ("consent", ""): N_("L’accord de %(name)s se termine le %(day)s."),
    ("supervision", "never"): N_("%(name)s n’a pas encore eu de supervision."),
    ("supervision", "over"): N_("La supervision de %(name)s est à prévoir : les 62 jours ont pris fin le %(day)s."),
    ("supervision", "ends"): N_("La supervision de %(name)s est à prévoir avant le %(day)s."),
}
ACTIONS = {
    "overdue": N_("Prendre des nouvelles"),
    "refused": N_("Voir la visite"),
    "news": N_("Voir"),
    "undecided": N_("Lire et décider"),
    "talk": N_("Voir la proposition"),
    "declined": N_("Chercher quelqu’un d’autre"),
    "lapsing": N_("Voir la proposition"),
    "trial": N_("Voir le bilan"),
    "first_visit": N_("Prévoir la rencontre"),
    "consent": N_("Voir l’accord"),
    "supervision": N_("Noter ou prévoir"),
    "mails": N_("Voir les e-mails"),
    "to_tell": N_("Voir qui prévenir"),
    "to_note": N_("Noter les visites"),
    "long_waiting": N_("Voir ces demandes"),
    "openings": N_("Donner votre avis"),
    "rights": N_("Lire et répondre"),
    "to_place": N_("Placer les visites"),
}
PAGES = {
    "overdue": "/retards",
    "refused": "/semaine/visites/{}",
    "undecided": "/demandes/{}",
    "talk": "/appariements/{}",
    "declined": "/appariements/{}",
    "lapsing": "/appariements/{}",
    "trial": "/binomes/{}",
    "first_visit": "/binomes/{}",
    "consent": "/accords/{}",
    "supervision": "/pairs-aidants/{}",
    "openings": "/urgences",
    "rights": "/droits",
    "mails": "/courriels",
    "to_tell": "/binomes",
    "to_note": "/binomes",
    "long_waiting": "/demandes?etat=waiting&age=7",
}
ABOUT = {
    "pairing": "/binomes/{}",
    "absence": "/absences/{}",
    "person": "/accords/{}",
    "request": "/demandes/{}",
    "peer_helper": "/pairs-aidants/{}",
    "peer_helper_hours": "/pairs-aidants/{}/disponibilites",
    "person_hours": "/personnes/{}/disponibilites",
    "professional_hours": "/professionnels/{}/disponibilites",
}
MARKS = {
    "overdue": "clock",
    "refused": "calendar",
    "news": "info",
    "undecided": "inbox",
    "talk": "two",
    "declined": "two",
    "lapsing": "clock",
    "trial": "two",
    "first_visit": "calendar",
    "consent": "check",
    "supervision": "person",
    "openings": "key",
    "rights": "person",
    "mails": "inbox",
    "to_tell": "info",
    "to_note": "calendar",
    "long_waiting": "clock",
    "to_place": "calendar",
}
FIRST_STEPS: dict[str, tuple[str, str, str]] = {
    "area": (
        N_("Ajouter les quartiers"),
        N_("Où vivent les personnes et où vont les visites : les trajets se comptent de là."),
        "/reglages/quartiers",
    ),
    "helper": (
        N_("Inscrire un premier pair-aidant"),
        N_("Avec la personne : ses thèmes, ses langues, ses limites, sa formation et sa supervision."),
        "/pairs-aidants/nouveau",
    ),
    "hours": (
        N_("Noter ses heures libres"),
        N_("Sur sa fiche, « Disponibilités de la semaine ». Un seul moment suffit pour commencer."),
        "/pairs-aidants",
    ),
    "partner": (
        N_("Inscrire un professionnel"),
        N_("Qui demande un accompagnement et vient à la première rencontre. Ses heures libres aussi."),
        "/partenaires/professionnels/nouveau",
    ),
    "account": (
        N_("Inviter chacun à son compte"),
        N_("Un lien à remettre, valable sept jours. Une personne accompagnée reçoit un lien ou un code sur papier."),
        "/comptes",
    ),
    "request": (
        N_("Recevoir une première demande"),
        N_("Un professionnel l’envoie depuis sa page, ou vous notez celle qui vient par téléphone."),
        "/demandes/nouvelle",
    ),
    "decision": (
        N_("Noter l’accord et accepter la demande"),
        N_("Après le oui de la personne, la demande attend un pair-aidant."),
        "/demandes",
    ),
    "proposal": (
        N_("Proposer un pair-aidant"),
        N_("L’outil cherche et dit pourquoi ; vous choisissez. Rien ne part avant votre clic."),
        "/appariements",
    ),
}
"""Of each first step: what to do, why or how, and where."""


def sentence(thing: Thing, speech: Speech) -> str:
    """What is to be decided."""
    facts = {
        "name": thing.name,
        "other": thing.other,
        "day": speech.day(thing.day) if thing.day is not None else "",
        "first": speech.day(thing.day) if thing.day is not None else "",
        "last": speech.day(thing.last) if thing.last is not None else "",
        "hour": speech.hour(thing.at) if thing.at is not None else "",
        "moment": speech.moment(speech.local(thing.at)) if thing.at is not None else "",
    }
    if thing.kind == "news":
        one_day = thing.day is not None and thing.day == thing.last
        return speech.gettext(AWAY_ONE_DAY if one_day else TO_COORDINATION[thing.code], **facts)
    if thing.kind == "undecided":
        return _undecided(thing, speech)
    if thing.kind == "to_place":
        return speech.ngettext(
            "%(num)d visite est à placer dans la semaine du %(day)s.",
            "%(num)d visites sont à placer dans la semaine du %(day)s.",
            thing.count,
            day=facts["day"],
        )
    if (thing.kind, thing.code) in SENTENCES:
        return speech.gettext(SENTENCES[thing.kind, thing.code], **facts)
    return _summed(thing, speech)


def _summed(thing: Thing, speech: Speech) -> str:
    """A line with a figure."""
    if thing.kind == "mails":
        return speech.ngettext("%(num)d e-mail n’est pas parti.", "%(num)d e-mails ne sont pas partis.", thing.count)
    if thing.kind == "openings":
        return speech.ngettext(
            "%(num)d fiche d’ici a été ouverte en urgence par un autre réseau : était-ce justifié ?",
            "%(num)d fiches d’ici ont été ouvertes en urgence par un autre réseau : était-ce justifié ?",
            thing.count,
        )
    if thing.kind == "rights":
        return speech.ngettext(
            "%(num)d personne demande quelque chose sur ses données.",
            "%(num)d personnes demandent quelque chose sur leurs données.",
            thing.count,
        )
    if thing.kind == "to_tell":
        return speech.ngettext("%(num)d message est à dire.", "%(num)d messages sont à dire.", thing.count)
    if thing.kind == "to_note":
        return speech.ngettext(
            "%(num)d visite passée n’est pas notée : a-t-elle eu lieu ?",
            "%(num)d visites passées ne sont pas notées : ont-elles eu lieu ?",
            thing.count,
        )
    return speech.ngettext(
        "%(num)d demande attend un pair-aidant depuis plus de 7 jours.",
        "%(num)d demandes attendent un pair-aidant depuis plus de 7 jours.",
        thing.count,
    )


def _undecided(thing: Thing, speech: Speech) -> str:
    if thing.code == "consent_pending":
        if thing.count == 0:
            return speech.gettext("Demande pour %(name)s, arrivée aujourd’hui : l’accord est attendu.", name=thing.name)
        return speech.ngettext(
            "Demande pour %(name)s : l’accord est attendu, depuis %(num)d jour.",
            "Demande pour %(name)s : l’accord est attendu, depuis %(num)d jours.",
            thing.count,
            name=thing.name,
        )
    if thing.count == 0:
        return speech.gettext("Demande pour %(name)s, arrivée aujourd’hui.", name=thing.name)
    return speech.ngettext(
        "Demande pour %(name)s, arrivée il y a %(num)d jour.",
        "Demande pour %(name)s, arrivée il y a %(num)d jours.",
        thing.count,
        name=thing.name,
    )


def address(thing: Thing) -> str:
    """The page where it is decided; empty when there is none."""
    if thing.kind == "news":
        return ABOUT[thing.about].format(thing.target) if thing.target else ""
    if thing.kind == "to_place" and thing.day is not None:
        monday = thing.day - timedelta(days=thing.day.weekday())
        return f"/semaine/{monday.isoformat()}"
    page = PAGES.get(thing.kind, "")
    return page.format(thing.target) if "{}" not in page or thing.target else ""


def action(thing: Thing) -> str:
    """What the link does, as a text to translate."""
    return ACTIONS[thing.kind]


def mark(thing: Thing) -> str:
    return MARKS[thing.kind]
