"""
Collect the marked texts and merge them into the four catalogs: ``python -m locales.extract``.

The same sources give the same files to the byte: sorted by text, without dates and line numbers. French is the
language of the sources, so its catalog fills itself.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from locales.texts import DOMAIN, LANGS

HERE = Path(__file__).parent
ROOMS = ("service", "calendars", "matching")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2")]
OPTIONS = {pattern: {"silent": "false", "newstyle_gettext": "true"} for pattern, kind in METHODS if kind == "jinja2"}
# French counts 0 and 1 as one; the others only 1.
PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}
REVIEW = {"nl": "Nog na te lezen door iemand van het terrein.", "de": "Noch von einer Fachkraft vor Ort gegenzulesen."}


def extract(root: Path = HERE.parent) -> Catalog:
    """Every marked text of the rooms under `root`."""
    template = Catalog()
    for room in ROOMS:
        for _, _, message, comments, context in extract_from_dir(
            root / room, METHODS, OPTIONS, comment_tags=("Translators:",)
        ):
            template.add(message, auto_comments=comments, context=context)
    return template


def merged(lang: str, template: Catalog, po: Path) -> bytes:
    """One catalog brought up to date: new texts are empty (French: filled), vanished ones gone."""
    if po.exists():
        with po.open("rb") as file:
            catalog = read_po(file, locale=lang)
    else:
        catalog = Catalog(locale=lang)
    # The update takes the template's messages as they are; each language fills its own.
    catalog.update(deepcopy(template), no_fuzzy_matching=True)
    if lang == "fr":
        for message in _messages(catalog):
            message.string = message.id
    body = _Body()
    write_po(body, catalog, omit_header=True, no_location=True, sort_output=True, ignore_obsolete=True, width=110)
    return (_header(lang) + b"".join(body.parts)).rstrip(b"\n") + b"\n"


def missing(catalog: Catalog) -> list[str]:
    """Texts without a translation, or with an empty plural."""
    return [_name(m) for m in _messages(catalog) if not all(_forms(m.string)) or m.fuzzy]


def different_placeholders(catalog: Catalog) -> list[str]:
    """Texts whose translation has a placeholder more or less than the source; a singular may leave the count out."""
    found: list[str] = []
    for message in _messages(catalog):
        wanted = {name for form in _forms(message.id) for name in _placeholders(form)}
        for form in _forms(message.string):
            has = _placeholders(form)
            optional = {"num"} if isinstance(message.id, tuple) else set[str]()
            if form and not (wanted - optional <= has <= wanted | optional):
                found.append(_name(message))
                break
    return found


def read_catalog(lang: str) -> Catalog:
    with (HERE / lang / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=lang)


def main() -> None:
    template = extract()
    for lang in LANGS:
        po = HERE / lang / "LC_MESSAGES" / f"{DOMAIN}.po"
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_bytes(merged(lang, template, po))
        catalog = read_catalog(lang)
        print(f"{lang}: {len(catalog)} texts, {len(missing(catalog))} to translate")


class _Body:
    """A file that keeps what is written to it (`write_po` asks for `write` alone)."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self.parts.append(part)
        return len(part)


def _header(lang: str) -> bytes:
    review = f"# {REVIEW[lang]}\n" if lang in REVIEW else ""
    plurals = PLURALS.get(lang, "nplurals=2; plural=(n != 1);")
    fields = (
        f"Language: {lang}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {plurals}",
    )
    return (f'{review}msgid ""\nmsgstr ""\n' + "".join(f'"{field}\\n"\n' for field in fields) + "\n").encode()


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def _name(message: Message) -> str:
    return _forms(message.id)[0]


def _placeholders(text: str) -> set[str]:
    pieces = text.replace("%%", "").split("%(")[1:]
    return {piece.split(")")[0] for piece in pieces}


if __name__ == "__main__":
    main()
