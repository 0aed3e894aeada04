"""People: pseudonyms that tell nothing, wishes and consents that are whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from locales import N_
from service.imports.findings import Findings
from service.imports.merged import Merged

_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_DIGITS = re.compile(r"[0-9]")
FEW_DIGITS = 6
"""A pseudonym with more digits holds a phone, national or social security number (9 to 15 digits), or a birth date."""


def identifies(said: str) -> bool:
    """Whether a mail address or a long number stands in a text."""
    return bool(_MAIL.search(said)) or len(_DIGITS.findall(said)) > FEW_DIGITS


def pseudonyms_identify_nobody(merged: Merged, findings: Findings, today: date) -> None:
    """DIRECT_IDENTIFIER: a mail address or a long number in a pseudonym."""
    for entry in merged.all("persons"):
        said = entry.values.get("pseudonym") or ""
        if identifies(said):
            merged.say(findings, entry, "pseudonym", "DIRECT_IDENTIFIER")


def pseudonyms_are_unique(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: two people of a territory under one pseudonym."""
    seen: dict[str, int] = {}
    for entry in sorted(merged.sound("persons", findings), key=lambda one: one.line):
        said = entry.values["pseudonym"].strip().casefold()
        if said in seen:
            rule = N_("un pseudonyme ne sert qu’à une personne")
            merged.say(findings, entry, "pseudonym", "HARD_RULE", rule=rule)
        seen.setdefault(said, entry.line)


def wishes_are_whole(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_VALUE: a wish about gender without the gender."""
    for entry in merged.all("persons"):
        wished = entry.values.get("gender_preference") in ("preferred", "required")
        if wished and entry.values.get("preferred_gender") is None:
            merged.say(findings, entry, "preferred_gender", "MISSING_VALUE")


def consents_are_dated(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_VALUE: a consent that is given, without its date."""
    for entry in merged.all("persons"):
        if entry.values.get("consent_status") == "given" and entry.values.get("consent_given_on") is None:
            merged.say(findings, entry, "consent_given_on", "MISSING_VALUE")


def absences_have_both_hours(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_VALUE: one of the two hours of an absence."""
    for entry in merged.all("absences"):
        for name, other in (("start_time", "end_time"), ("end_time", "start_time")):
            if entry.values.get(name) is None and entry.values.get(other) is not None:
                merged.say(findings, entry, name, "MISSING_VALUE")


def separations_are_of_two(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: a person kept apart from the same person."""
    for entry in merged.sound("separations", findings):
        if entry.values["person_id"].casefold() == entry.values["other_person_id"].casefold():
            rule = N_("une personne n’est pas séparée d’elle-même")
            merged.say(findings, entry, "other_person_id", "HARD_RULE", rule=rule)


CHECKS: tuple[Callable[[Merged, Findings, date], None], ...] = (
    pseudonyms_identify_nobody,
    pseudonyms_are_unique,
    wishes_are_whole,
    consents_are_dated,
    absences_have_both_hours,
    separations_are_of_two,
)
