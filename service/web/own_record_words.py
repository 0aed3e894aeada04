"""What is held about a person, in words: a line for each thing, said to the person (story A3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from locales import N_
from service.own_record import Held
from service.web import words
from service.web.speech import Speech

LABELS: dict[str, str] = {
    "pseudonym": N_("Votre pseudonyme"),
    "ref": N_("Votre référence"),
    "age_band": N_("Votre âge"),
    "gender": N_("Votre genre"),
    "languages": N_("Vos langues"),
    "interpreter_accepted": N_("Un ou une interprète vous va"),
    "neighbourhood": N_("Votre quartier"),
    "street": N_("Votre rue, sans numéro"),
    "living_environment": N_("Votre lieu de vie"),
    "environment_flags": N_("Chez vous"),
    "contact_channel": N_("Comment vous joindre"),
    "preferred_gender": N_("Une femme ou un homme"),
    "age_proximity": N_("Quelqu’un de votre âge"),
    "experience_wished": N_("Le vécu que vous souhaitez partager"),
    "two_person_visits": N_("Visites à deux"),
    "visit_frequency": N_("À quel rythme"),
    "visit_minutes": N_("Combien de temps"),
    "off_in_school_holidays": N_("Pas pendant les congés scolaires"),
    "status": N_("Où vous en êtes"),
}
"""Of the record itself, in reading order."""
YOUR_STATES: dict[str, str] = {
    "consent_pending": N_("On attend votre accord"),
    "waiting": N_("On cherche quelqu’un pour vous"),
    "proposed": N_("Quelqu’un vous est proposé"),
    "paired": N_("Quelqu’un vient vous voir"),
    "paused": N_("En pause"),
    "closed": N_("Terminé"),
}
YOUR_HOME = N_("Dans votre logement")
LABEL_CONSENT = N_("Votre accord")
LABEL_REQUEST = N_("Votre demande")
ASKED = N_("%(day)s : %(themes)s")
UNTIL = N_("%(state)s, jusqu’au %(day)s")
YES = N_("oui")
BY_TABLE: dict[str, str] = {
    "gender": "gender",
    "living_environment": "living",
    "contact_channel": "channel",
    "visit_frequency": "frequency",
}
LISTS: dict[str, str] = {"environment_flags": "flag", "experience_wished": "experience"}


def facts(speech: Speech, held: Held, themes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each thing that is held and says something, with its label; `themes` are their names by code."""
    found: list[tuple[str, str]] = []
    for person in held.kinds["you"]["person"]:
        row = {**person, "neighbourhood": held.neighbourhood}
        found += [
            (speech.gettext(label), value) for name, label in LABELS.items() if (value := _said(speech, name, row))
        ]
    for consent in held.kinds["consent"]["consent"]:
        if consent["ended_at"] is None:
            found.append((speech.gettext(LABEL_CONSENT), _consent(speech, consent)))
    for request in held.kinds["requests"]["request"]:
        names = speech.and_list([themes.get(code, code) for code in request["themes"]])
        day = speech.day(dt.date.fromisoformat(request["received_on"]), year=True)
        found.append((speech.gettext(LABEL_REQUEST), speech.gettext(ASKED, day=day, themes=names)))
    return found


def _said(speech: Speech, name: str, row: Mapping[str, Any]) -> str:
    value = row[name]
    if not value:
        return ""
    if isinstance(value, bool):
        return speech.gettext(YES)
    if (name, value) == ("living_environment", "home"):
        return speech.gettext(YOUR_HOME)
    if name in BY_TABLE:
        return _word(speech, BY_TABLE[name], value)
    if name in LISTS:
        return speech.and_list([_word(speech, LISTS[name], code) for code in value])
    match name:
        case "languages":
            return speech.and_list([speech.language_name(tag) for tag in value])
        case "visit_minutes":
            return speech.duration(value)
        case "preferred_gender":
            return _word(speech, "gender", value) if row["gender_preference"] != "none" else ""
        case "status":
            return speech.gettext(YOUR_STATES[value])
        case _:
            return str(value)


def _consent(speech: Speech, row: Mapping[str, Any]) -> str:
    said = _word(speech, "consent", row["status"])
    if row["status"] != "given" or row["expires_on"] is None:
        return said
    last = speech.day(dt.date.fromisoformat(row["expires_on"]), year=True)
    return speech.gettext(UNTIL, state=said, day=last)


def _word(speech: Speech, table: str, code: str) -> str:
    return speech.gettext(words.TABLES[table].get(code, code))
