"""The messages of the catalogs as a network may see and replace them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po, write_po

from locales.texts import DOMAIN, catalog_bytes

_PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-z]")
_MARKUP = frozenset('<>&"')
"""In a page these would be read as markup, not as text."""


@dataclass(frozen=True)
class Message:
    """
    One text of the catalogs.

    Parameters
    ----------
    ids
        The text in French, as the program knows it; of a message with a plural, its singular and its plural.
    texts
        What the language says, as many as there are ids.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]

    def __contains__(self, wanted: str) -> bool:
        return any(wanted.casefold() in text.casefold() for text in self.texts)


@cache
def messages(lang: str) -> tuple[Message, ...]:
    """Every message of a language, by its French text."""
    found: list[Message] = []
    for message in read_mo(BytesIO(catalog_bytes(lang))):
        if message.id:
            ids = tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)
            texts = tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)
            if len(ids) == len(texts):
                found.append(Message(ids, tuple(str(text) for text in texts)))
    return tuple(sorted(found, key=lambda one: one.ids))


@cache
def by_id(lang: str) -> dict[str, Message]:
    """The message of each id, of singulars and plurals alike."""
    return {one: message for message in messages(lang) for one in message.ids}


def is_text(own: str, standard: str) -> bool:
    """Whether a text may stand in place of another: no markup, no line break or control that was not there."""
    controls = {character for character in own if ord(character) < 32 or character in "\u2028\u2029\x7f"}
    return not (_MARKUP & set(own)) and controls <= set(standard) & {"\n"}


def same_placeholders(own: str, message: Message) -> bool:
    """
    Whether a text takes the values that its message brings, each of the same kind; a singular may leave the count out.

    Any other `%` would break the text when its values come in.
    """
    wanted = {found for text in message.ids for found in _PLACEHOLDER.findall(text)}
    has = set(_PLACEHOLDER.findall(own))
    optional = {"%(num)d"} if len(message.ids) > 1 else set[str]()
    rest = _PLACEHOLDER.sub("", own).replace("%%", "")
    return wanted - optional <= has <= wanted | optional and ("%" not in rest or not wanted | optional)


def as_po(lang: str, own: Iterable[tuple[Message, tuple[str, ...]]]) -> bytes:
    """Messages with a network's own texts as a .po file; an empty text is one that stays as it is."""
    catalog = Catalog(locale=lang, domain=DOMAIN)
    for message, texts in own:
        plural = len(message.ids) > 1
        catalog.add(message.ids if plural else message.ids[0], texts if plural else texts[0])
    out = BytesIO()
    write_po(out, catalog, omit_header=False, no_location=True, sort_output=True, width=110)
    return out.getvalue()


def of_po(lang: str, content: bytes) -> dict[str, str]:
    """
    Texts by id out of a .po file.

    Raises
    ------
    ValueError
        When it is not such a file.
    """
    found: dict[str, str] = {}
    for message in read_po(BytesIO(content), locale=lang, abort_invalid=True):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        found |= {one: str(text) for one, text in zip(ids, texts, strict=False) if text}
    return found
