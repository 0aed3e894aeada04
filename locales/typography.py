"""Spaces that a line must not break at, as French is set."""

from __future__ import annotations

import re
from functools import lru_cache

_NBSP = "\N{NO-BREAK SPACE}"
_RULES = (
    # Only a space that stands there already changes: an address or a code has none before its colon.
    (re.compile(r" (?=[?!:;»]|%(?:%|\s|$))"), _NBSP),
    (re.compile(r"(?<=«) "), _NBSP),
    # « 14 h 30 », « 45 min », « 12 km »
    (re.compile(r"(?<=\d) (?=(?:h|min|km|Mo|Kio|Mio)\b)"), _NBSP),
    (re.compile(rf"(?<=\d{_NBSP}h) (?=\d)"), _NBSP),
)


@lru_cache(maxsize=4096)
def french(text: str) -> str:
    """
    The text with no-break spaces before `? ! : ; »`, after `«` and inside « 14 h 30 ».

    `text` is a message before its values come in; an attribute of a tag or a placeholder is never touched.
    """
    for pattern, space in _RULES:
        text = pattern.sub(space, text)
    return text
