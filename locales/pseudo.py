"""
A language that nobody speaks: every text in brackets, with accents, and longer than it is.

For tests only: what stands outside of brackets on a page is translated nowhere, and what does not fit now would not fit
in German either. Nobody is offered it.
"""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"(%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-z]|%%)")
_ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "áçéíñóśúýžÁÇÉÍÑÓŚÚÝŽ")
LONGER = 0.4
"""Of the length without placeholders: German and Dutch seldom need more."""
_FILLER = "~"


def pseudo(text: str) -> str:
    """The text of the pseudo-locale, with the same placeholders and words that break as they would."""
    if not text:
        return text
    pieces = _PLACEHOLDER.split(text)
    spoken = "".join(piece.translate(_ACCENTS) if number % 2 == 0 else piece for number, piece in enumerate(pieces))
    letters = sum(len(piece) for number, piece in enumerate(pieces) if number % 2 == 0)
    more = round(letters * LONGER)
    words = [_FILLER * min(8, more - done) for done in range(0, more, 9)]
    return f"⟦{' '.join([spoken, *words])}⟧"
