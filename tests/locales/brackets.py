"""
A language of brackets: ⟦what a catalog holds⟧, and in it ⟪what fills it⟫, so that whatever stands outside is seen.

It takes the place of English, whose dates, hours and lists it keeps; nobody is offered it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree

import pytest
from babel import Locale
from babel.messages.pofile import write_po

from locales import texts
from locales.extract import HERE, extract

LANG = "en"
_PLACEHOLDER = re.compile(r"(%\(\w+\)[^a-z]*[a-z])")
_MARKS = re.compile(r"([⟦⟧⟪⟫])")
READ_ALOUD = {"alt", "aria-label", "data-copied", "data-offline", "placeholder", "title"}
INLINE = {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "svg", "time"}
APART = re.compile(r"^[\s·–—:,;|/()«»“”\"'’+×→←…]*$")


def in_brackets(text: str) -> str:
    """The text as this language says it."""
    pieces = _PLACEHOLDER.split(text)
    return f"⟦{''.join(f'⟪{piece}⟫' if number % 2 else piece for number, piece in enumerate(pieces))}⟧"


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """The language of brackets, in place of English, as long as this lasts."""
    for lang in texts.LANGS:
        copytree(HERE / lang, folder / lang)
    template = extract()
    template.locale = Locale(LANG)
    for message in template:
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(in_brackets(form) for form in forms)
            message.string = said if isinstance(message.id, tuple) else said[0]
    po = folder / LANG / "LC_MESSAGES" / f"{texts.DOMAIN}.po"
    with po.open("wb") as file:
        write_po(file, template)
    po.with_suffix(".mo").unlink(missing_ok=True)
    texts.catalog.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_HERE", folder)
        yield
    texts.catalog.cache_clear()


class _Reader(HTMLParser):
    """Collects a page's texts; what stands in one line without a tag of its own in between is one text."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.said += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.said.append(" ".join(data.split()))


def said(page: str) -> list[str]:
    """Every text of a page, with those of its attributes that are shown or read aloud."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.said


def outside(text: str) -> list[str]:
    """What stands in no catalog: outside of ⟦ ⟧, or in ⟪ ⟫ and again in no ⟦ ⟧."""
    depth, found = 0, []
    for piece in _MARKS.split(text):
        if piece in ("⟦", "⟪"):
            depth += 1
        elif piece in ("⟧", "⟫"):
            depth -= 1
        elif depth % 2 == 0 and piece.strip():
            found.append(piece)
    return found


def glued(text: str) -> bool:
    """Whether a text is put together: a marked part beside another one, or beside words, without a sign between."""
    parts = parts_of(text)
    return any(_beside(one, other) for one, other in zip(parts, parts[1:], strict=False))


def parts_of(text: str) -> list[str]:
    """The outermost marked parts of a text, and what stands between them."""
    depth, parts, now = 0, [], ""
    for piece in _MARKS.split(text):
        if piece == "⟦" and depth == 0:
            parts.append(now)
            now = ""
        depth += piece in ("⟦", "⟪")
        depth -= piece in ("⟧", "⟫")
        now += piece
        if piece == "⟧" and depth == 0:
            parts.append(now)
            now = ""
    return [part for part in (*parts, now) if part.strip()]


def _beside(one: str, other: str) -> bool:
    if one.endswith("⟧"):
        return one[-2:-1] not in ".!?…:" and not re.match(r"\s*[·,;:–—|/(.]", other)
    return other.startswith("⟦") and not re.search(r"[·,;:–—|/(.]\s*$", one)
