"""What is missing about days of rest, in words."""

from __future__ import annotations

from service.holidays import WARNINGS, Warned
from service.web.speech import Speech


def missing(one: Warned, speech: Speech) -> str:
    """The sentence for the coordinator: what is not known, and what to do."""
    day = speech.day(one.day, year=True) if one.day is not None else ""
    return speech.gettext(WARNINGS[one.code], subject=one.subject, day=day)
