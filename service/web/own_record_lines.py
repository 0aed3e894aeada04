"""
What is held about a person beyond the record itself, in words: each row of each table a few lines (`security.md` G4).

`LINES` and `NOT_IN_WORDS` together name every column of the copy; a test holds them against the data map.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from locales import N_
from service.own_record import KINDS, Held
from service.web import words
from service.web.speech import Speech

YES, NO = N_("oui"), N_("non")
TITLES: dict[str, str] = {
    "person": N_("Votre fiche"),
    "contact_card": N_("Vos coordonnées"),
    "consent": N_("Votre accord"),
    "right_request": N_("Ce que vous avez demandé sur vos données"),
    "emergency_opening": N_("Vos coordonnées ouvertes en urgence, par un autre réseau"),
    "request": N_("Votre demande"),
    "need": N_("Ce qui vous aiderait"),
    "request_step": N_("Une étape de votre demande"),
    "request_question": N_("Une question sur votre demande"),
    "pairing": N_("Une rencontre proposée"),
    "visit": N_("Une visite"),
    "met_before": N_("Un pair-aidant que vous connaissiez déjà"),
    "situation": N_("Votre situation"),
    "goal": N_("Un objectif"),
    "outcome": N_("Vos réponses pour un trimestre"),
    "support_intervention": N_("Un appui à l’équipe qui vous aide"),
    "housing_first_candidate": N_("Une demande de logement (Housing First)"),
    "tenancy": N_("Votre logement"),
    "availability": N_("Un moment libre"),
    "absence": N_("Une absence"),
    "message_preference": N_("Comment vous prévenir"),
    "message_told": N_("Un message"),
    "mail_preference": N_("Invitations par e-mail"),
    "notice": N_("Une nouvelle"),
    "invitation": N_("Une invitation"),
    "account": N_("Votre compte"),
    "own_key": N_("Un lien ou un code pour entrer"),
    "web_session": N_("Un appareil où votre page est ouverte"),
    "subscription": N_("Un abonnement à l’agenda"),
}
STATE, REFERENCE, KIND, REASON = N_("État"), N_("Référence"), N_("Genre"), N_("Motif")
FROM, UNTIL, HOW, ASKED_ON = N_("Depuis le"), N_("Jusqu’au"), N_("Comment"), N_("Demandé le")
START, END, THEME, REVIEW = N_("Début"), N_("Fin"), N_("Thème"), N_("À revoir le")
YOUR_ANSWER, ANSWERED_HOW = N_("Votre réponse"), N_("Comment vous avez répondu")
LINES: dict[str, dict[str, tuple[str, str]]] = {
    "person": {"closed_on": (N_("Terminé le"), "day")},
    "consent": {
        "status": (STATE, "consent"),
        "scope": (N_("Pour quoi"), "scope"),
        "given_on": (N_("Donné le"), "day"),
        "expires_on": (UNTIL, "day"),
        "how": (HOW, "consent_way"),
        "told_how": (N_("Comment vous l’avez dit"), "way"),
        "recorded_at": (N_("Noté le"), "moment"),
        "ended_at": (N_("Terminé le"), "moment"),
    },
    "right_request": {
        "kind": (N_("Votre demande"), "own_right"),
        "state": (STATE, "own_right_state"),
        "reason": (N_("Réponse"), "own_right_refusal"),
        "words_sealed": (N_("Vos mots"), "text"),
        "asked_at": (ASKED_ON, "moment"),
        "ended_at": (N_("Terminé le"), "moment"),
    },
    "emergency_opening": {
        "opened_at": (N_("Ouvertes le"), "moment"),
        "reason": (REASON, "emergency_reason"),
        "state": (N_("Avis de votre coordination"), "own_emergency_state"),
        "reviewed_at": (N_("Avis donné le"), "moment"),
    },
    "request": {
        "ref": (REFERENCE, "text"),
        "received_on": (N_("Reçue le"), "day"),
        "requested_by": (N_("Demandée par"), "own_requester"),
        "kind": (KIND, "own_request_kind"),
        "themes": (N_("Thèmes"), "themes"),
        "urgency": (N_("Quand commencer"), "urgency"),
        "wished_first_visit_by": (N_("Première visite souhaitée avant le"), "day"),
        "status": (STATE, "request"),
        "reason": (REASON, "reason"),
        "note_sealed": (N_("Un mot"), "text"),
    },
    "need": {
        "theme": (THEME, "theme"),
        "wording_sealed": (N_("En mots"), "text"),
        "met": (N_("Est-ce fait ?"), "own_met"),
    },
    "request_step": {
        "deed": (N_("Ce qui a été fait"), "deed"),
        "reason": (REASON, "any_reason"),
        "where_sealed": (N_("Vers où"), "text"),
    },
    "request_question": {
        "asks": (N_("À propos de"), "questions"),
        "text_sealed": (N_("La question"), "text"),
        "answer_sealed": (N_("La réponse"), "text"),
    },
    "pairing": {
        "ref": (REFERENCE, "text"),
        "status": (STATE, "pairing"),
        "proposed_on": (N_("Proposée le"), "day"),
        "person_answer": (YOUR_ANSWER, "answer"),
        "person_answer_on": (N_("Votre réponse, le"), "day"),
        "person_answer_how": (ANSWERED_HOW, "way"),
        "trial_start": (N_("Début de l’essai"), "day"),
        "trial_end": (N_("Fin de l’essai"), "day"),
        "active_from": (FROM, "day"),
        "paused_from": (N_("En pause depuis le"), "day"),
        "paused_until": (N_("En pause jusqu’au"), "day"),
        "ended_on": (N_("Terminé le"), "day"),
        "usual_weekday": (N_("Jour habituel"), "weekday"),
        "usual_minute": (N_("Heure habituelle"), "minute"),
    },
    "visit": {
        "ref": (REFERENCE, "text"),
        "kind": (KIND, "visit_kind"),
        "starts_at": (START, "moment"),
        "ends_at": (END, "moment"),
        "place_kind": (N_("Où"), "own_place"),
        "status": (STATE, "visit"),
        "person_answer": (YOUR_ANSWER, "own_visit_answer"),
        "person_answer_how": (ANSWERED_HOW, "way"),
        "checked_in_at": (N_("Arrivée notée"), "moment"),
        "checked_out_at": (N_("Départ noté"), "moment"),
    },
    "situation": {
        "ref": (REFERENCE, "text"),
        "opened_on": (FROM, "day"),
        "status": (STATE, "own_situation"),
        "next_review_on": (REVIEW, "day"),
    },
    "goal": {
        "ref": (REFERENCE, "text"),
        "theme": (THEME, "theme"),
        "title_sealed": (N_("Dans vos mots"), "text"),
        "set_on": (N_("Choisi avec vous le"), "day"),
        "status": (STATE, "own_goal"),
        "review_on": (REVIEW, "day"),
    },
    "outcome": {
        "quarter": (N_("Trimestre"), "text"),
        "hospital_nights": (N_("Nuits à l’hôpital"), "number"),
        "reaction_days": (N_("Jours avant une réponse"), "number"),
        "housing_stability": (N_("Votre logement"), "own_housing"),
        "quality_of_life": (N_("Comment va la vie, de 0 à 10"), "number"),
        "belonging": (N_("Se sentir parmi les autres, de 0 à 10"), "number"),
        "reported_by_person": (N_("Dit par vous"), "yes"),
    },
    "support_intervention": {
        "ref": (REFERENCE, "text"),
        "kind": (KIND, "own_intervention"),
        "received_at": (N_("Reçue le"), "moment"),
        "first_reply_at": (N_("Première réponse"), "moment"),
        "first_meeting_on": (N_("Premier rendez-vous"), "day"),
        "status": (STATE, "own_intervention_state"),
    },
    "housing_first_candidate": {
        "criteria_confirmed": (N_("Les critères sont remplis"), "yes"),
        "decision": (N_("Décision"), "own_decision"),
        "decided_on": (N_("Décidé le"), "day"),
        "housed_on": (N_("Entrée dans le logement"), "day"),
        "moved_on": (N_("Départ du logement"), "day"),
    },
    "tenancy": {"since": (FROM, "day"), "until": (UNTIL, "day")},
    "availability": {
        "weekday": (N_("Jour"), "weekday"),
        "start_minute": (START, "minute"),
        "end_minute": (END, "minute"),
        "recurrence": (N_("Quelles semaines"), "own_recurrence"),
        "valid_from": (FROM, "day"),
        "valid_until": (UNTIL, "day"),
    },
    "absence": {
        "first_day": (N_("Premier jour"), "day"),
        "last_day": (N_("Dernier jour"), "day"),
        "start_minute": (START, "minute"),
        "end_minute": (END, "minute"),
        "kind": (KIND, "absence"),
    },
    "message_preference": {"way": (HOW, "own_message_way"), "reminders": (N_("Rappels la veille"), "yes")},
    "message_told": {"way": (HOW, "own_message_way")},
    "mail_preference": {"active": (N_("Recevoir des invitations"), "yes")},
    "notice": {"known_start": (N_("À propos de la visite du"), "moment")},
    "invitation": {"starts_at": (START, "moment"), "ends_at": (END, "moment")},
    "account": {"email_sealed": (N_("E-mail"), "text")},
    "own_key": {"used_on": (N_("Servi la dernière fois le"), "day")},
    "web_session": {"browser": (N_("Appareil"), "text")},
    "subscription": {
        "name": (N_("Nom"), "text"),
        "last_read_on": (N_("Lu la dernière fois le"), "day"),
        "client": (N_("Agenda"), "client"),
    },
}
"""Of each table, in reading order: the columns said in words, each with its label and how it is said."""
ELSEWHERE = "said at the top of the same page"
PLACE_OF = "a number that leads to a place, whose name is said where one goes"
NOT_IN_WORDS: dict[str, str] = {
    "person.lat": "a point on the map, said as street and neighbourhood",
    "person.lon": "a point on the map, said as street and neighbourhood",
    "person.meeting_place_id": PLACE_OF,
    "person.neighbourhood_id": ELSEWHERE,
    "person.gender_preference": "how firm the wish for a gender is, said with that wish",
    "contact_card.card_sealed": ELSEWHERE,
    "request_step.before": "the step says what came of it",
    "request_step.after": "the step says what came of it",
    "request_step.person_before": "the step says what came of it",
    "visit.place_id": PLACE_OF,
    "visit.pinned": "how the coordination plans, nothing of the person",
    "visit.published_at": "when the plan was published, nothing of the person",
    "message_told.code": "the message itself is read in the person's news and mails",
    "message_told.about": "a reference without meaning in words",
    "notice.code": "the piece of news itself is a sentence on the person's own pages",
    "invitation.uid": "a reference without meaning in words",
    "invitation.token_sealed": "the secret address for answers, of use to programs only",
    "invitation.reply_stamp": "a counter of programs",
}
"""Columns of the copy that the page does not say, each with its reason."""
WORDS: dict[str, dict[str, str]] = {
    "own_right": {
        "correction": N_("Corriger quelque chose"),
        "erasure": N_("Tout effacer"),
        "restriction": N_("Ne plus utiliser mes données pour le moment"),
    },
    "own_right_state": {
        "open": N_("demandé"),
        "done": N_("fait"),
        "refused": N_("refusé"),
        "taken_back": N_("repris par vous"),
    },
    "own_right_refusal": {
        "already_right": N_("C’est déjà juste."),
        "kept_by_law": N_("La loi demande de le garder."),
        "not_held_here": N_("Ce n’est pas gardé ici."),
    },
    "own_emergency_state": {
        "open": N_("pas encore donné"),
        "justified": N_("c’était justifié"),
        "not_justified": N_("ce n’était pas justifié"),
    },
    "own_requester": {"person": N_("vous"), "professional": N_("un professionnel, avec vous")},
    "own_request_kind": {
        "pairing": N_("rencontrer un pair-aidant"),
        "coordination": N_("coordonner les aides autour de vous"),
        "information": N_("recevoir des informations"),
        "support_intervention": N_("un appui à l’équipe qui vous aide"),
        "housing_first": N_("un logement (Housing First)"),
    },
    "own_met": {"yes": YES, "partly": N_("en partie"), "no": N_("pas encore")},
    "own_place": {
        "home": N_("chez vous"),
        "place": N_("dans un lieu"),
        "outside_accompaniment": N_("dehors, avec vous"),
    },
    "own_visit_answer": {
        "pending": N_("pas encore"),
        "accepted": N_("oui"),
        "declined": N_("non"),
        "other_time": N_("à un autre moment"),
    },
    "own_situation": {
        "opened": N_("ouverte"),
        "active": N_("en cours"),
        "stabilised": N_("stable"),
        "closed": N_("terminée"),
    },
    "own_goal": {
        "open": N_("en cours"),
        "reached": N_("atteint"),
        "changed": N_("changé"),
        "dropped": N_("laissé de côté"),
    },
    "own_housing": {"stable": N_("stable"), "at_risk": N_("en danger"), "unstable": N_("pas stable")},
    "own_intervention": {
        "intervention": N_("un appui"),
        "team_supervision": N_("une supervision de l’équipe"),
        "training": N_("une formation"),
    },
    "own_intervention_state": {
        "received": N_("reçue"),
        "acknowledged": N_("lue"),
        "meeting_planned": N_("rendez-vous prévu"),
        "in_progress": N_("en cours"),
        "closed": N_("terminée"),
        "redirected": N_("envoyée ailleurs"),
    },
    "own_decision": {
        "selected": N_("candidature retenue"),
        "waiting_list": N_("sur la liste d’attente"),
        "not_selected": N_("candidature non retenue"),
        "withdrawn": N_("retirée par vous"),
    },
    "own_recurrence": {
        "weekly": N_("chaque semaine"),
        "odd_weeks": N_("les semaines impaires"),
        "even_weeks": N_("les semaines paires"),
    },
    "own_message_way": {
        "email": N_("par e-mail"),
        "sms": N_("par SMS"),
        "said": N_("de vive voix"),
        "none": N_("pas de message"),
    },
}


@dataclass(frozen=True)
class Kept:
    """One row of what is held: what it is, and its lines, label and value."""

    title: str
    lines: tuple[tuple[str, str], ...]


def by_kind(speech: Speech, held: Held, themes: Mapping[str, str]) -> dict[str, list[Kept]]:
    """Everything that is held, by kind, in reading order; a row about which there is nothing to say is named alone."""
    return {
        kind: [one for table in tables for one in _of(speech, held, themes, kind, table)]
        for kind, tables in KINDS.items()
    }


def _of(speech: Speech, held: Held, themes: Mapping[str, str], kind: str, table: str) -> Iterator[Kept]:
    for row in held.kinds[kind][table]:
        lines = tuple(
            (speech.gettext(label), said)
            for column, (label, how) in LINES.get(table, {}).items()
            if (said := say(speech, themes, how, row[column]))
        )
        if lines or table not in ("person", "contact_card"):
            yield Kept(speech.gettext(TITLES[table]), lines)


def say(speech: Speech, themes: Mapping[str, str], how: str, value: Any) -> str:
    """One value in words; empty when there is none."""
    if value is None or value in ("", []):
        return ""
    plain: dict[str, Callable[[Any], str]] = {
        "text": str,
        "number": speech.number,
        "yes": lambda one: speech.gettext(YES if one else NO),
        "day": lambda one: speech.day(dt.date.fromisoformat(one), year=True),
        "moment": lambda one: _moment(speech, dt.datetime.fromisoformat(one)),
        "weekday": speech.weekday,
        "minute": speech.time_of_day,
        "theme": lambda one: themes.get(one, one),
        "themes": lambda all_: speech.and_list([themes.get(one, one) for one in all_]),
        "questions": lambda all_: speech.and_list([_word(speech, "question", one) for one in all_]),
        "any_reason": lambda one: _word(speech, "reason" if one in words.TABLES["reason"] else "redirect", one),
        "scope": lambda found: speech.and_list(
            [_word(speech, "scope", one) for one in ([found] if isinstance(found, str) else found)]
        ),
    }
    return plain[how](value) if how in plain else _word(speech, how, value)


def _moment(speech: Speech, at: dt.datetime) -> str:
    return f"{speech.day(speech.local(at).date(), year=True)}, {speech.hour(at)}"


def _word(speech: Speech, table: str, code: str) -> str:
    return speech.gettext((WORDS.get(table) or words.TABLES[table]).get(code, code))
