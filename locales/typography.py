"""Spaces that a line must not break at, as French is set."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NBSP = "\N{NO-BREAK SPACE}"
_VOWELS = frozenset("aeiouœæ")
_RULES = (
    # Only a space that stands there already changes: an address or a code has none before its colon.
    (re.compile(r" (?=[?!:;»]|%(?:%|\s|$))"), _NBSP),
    (re.compile(r"(?<=«) "), _NBSP),
    # « 14 h 30 », « 45 min », « 12 km »
    (re.compile(r"(?<=\d) (?=(?:h|min|km|Mo|Kio|Mio)\b)"), _NBSP),
    (re.compile(rf"(?<=\d{_NBSP}h) (?=\d)"), _NBSP),
)


def ended_once(text: str, name: str) -> str:
    """The text without the full stop after a name that brings its own, as « Hélène D. » does; `name` is its mark."""
    return text.replace(f"{name}.", name)


def elided(text: str, name: str, value: str) -> str:
    """
    The French text with « d’ » and « qu’ » before a name that begins with a vowel; `name` is its mark in the text.

    Before an « h » or a « y » nothing changes: only the ear knows « de Héron » from « d’Hirondelle ».
    """
    if unicodedata.normalize("NFD", value[:1]).lower()[:1] not in _VOWELS:
        return text
    return re.sub(rf"\b(d|D|qu|Qu)e (?={re.escape(name)})", r"\1’", text)


@lru_cache(maxsize=4096)
def french(text: str) -> str:
    """
    The text with no-break spaces before `? ! : ; »`, after `«` and inside « 14 h 30 ».

    `text` is a message before its values come in; an attribute of a tag or a placeholder is never touched.
    """
    for pattern, space in _RULES:
        text = pattern.sub(space, text)
    return text
