"""
A language of brackets: ⟦what a catalog holds⟧, and in it ⟪what fills it⟫, so that whatever stands outside is seen.

It takes the place of English, whose dates, hours and lists it keeps; nobody is offered it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
READ_ALOUD = {"alt", "aria-label", "content", "data-copied", "data-offline", "placeholder", "title"}
IN_LINE = {"a", "abbr", "b", "em", "i", "mark", "q", "span", "strong", "time"}
"""What stands in the middle of a sentence, unless a class makes a thing of its own of it."""
BOLD = {"b", "strong"}
NOT_OURS = {"code", "script", "style"}
SEPARATORS = "·.,;:–—|/()"
"""Signs that stand between two things in each of the four languages."""
SENTENCE_ENDS = ".!?…:"
LISTED = ("and", "or")
"""Words by which CLDR joins the last two of a list."""
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "path", "source", "wbr"}


def in_brackets(text: str) -> str:
    """The text as this language says it."""
    pieces = _PLACEHOLDER.split(text)
    return f"⟦{''.join(f'⟪{piece}⟫' if number % 2 else piece for number, piece in enumerate(pieces))}⟧"


@contextmanager
def spoken(folder: Path, say: Callable[[str], str] = in_brackets) -> Iterator[None]:
    """A language of tests, in place of English, as long as this lasts."""
    for lang in texts.LANGS:
        copytree(HERE / lang, folder / lang)
    template = extract()
    template.locale = Locale(LANG)
    for message in template:
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(say(form) for form in forms)
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
    """
    Collects a page's texts, each as far as it stands in one line.

    A line ends where a block or a class begins or ends, between two links or other parts of one kind, and after what
    is bold at its start, which is a name of what follows.

    Left out is what is not ours to translate: code, and elements that say so by `translate="no"` or by a language of
    their own.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._line = ""
        self._open: list[tuple[str, bool, bool]] = []
        self._before = ""
        """The element that has just ended, with nothing after it yet."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        apart = tag not in IN_LINE or "class" in told or (tag in BOLD and not self._line.strip())
        if apart or tag == self._before:
            self.end_line()
        self._before = ""
        lang = told.get("lang")
        hidden = tag in NOT_OURS or told.get("translate") == "no" or (tag != "html" and lang not in (None, LANG))
        if tag not in VOID:
            self._open.append((tag, apart, hidden))
        if not self._is_hidden() and not (tag == "meta" and told.get("name") != "description"):
            self.said += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open:
            name, apart, _ = self._open.pop()
            self._before = name
            if apart:
                self.end_line()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._before = ""
        if not self._is_hidden():
            self._line += data

    def end_line(self) -> None:
        """The end of a line, unless a marked text goes on beyond it."""
        if self._line.count("⟦") > self._line.count("⟧"):
            return
        if line := " ".join(self._line.split()):
            self.said.append(line)
        self._line = ""

    def _is_hidden(self) -> bool:
        return any(hidden for *_, hidden in self._open)


def said(page: str) -> list[str]:
    """Every text of a page, with those of its attributes that are shown or read aloud."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    reader.end_line()
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
    return any(_beside(one, other) for one, other in itertools.pairwise(parts))


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
    """Whether two parts of a text touch without the end of a sentence, or a sign that every language has, between."""
    if one.endswith("⟧"):
        if one[-2:-1] in SENTENCE_ENDS or other.startswith("⟦("):
            return False
        between = other.lstrip()
        return not between.startswith((*SEPARATORS, *(f"{word} " for word in LISTED)))
    between = one.rstrip()
    return not between.endswith((*SEPARATORS, *(f" {word}" for word in LISTED), *SENTENCE_ENDS))
