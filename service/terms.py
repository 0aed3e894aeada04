"""A network's own words: texts of the catalogs that it replaces by its own, in each language."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from locales import LANGS, N_, Texts, translator
from locales.messages import Message, as_po, by_id, is_text, messages, of_po, same_placeholders
from service.access_scope import only_coordinator
from service.audit import note
from service.errors import NotAcceptable, NotFound, Outdated
from service.site import Actor, Site
from service.tables.feeds import FeedChange
from service.tables.terms import Term
from service.tables.territory import Territory

MOST_FOUND = 60
"""Messages that one search shows."""
LONGEST = 2000
"""Characters of one own text."""


@dataclass(frozen=True)
class Word:
    """A term as a language writes it, for one and for several; the first of each is the usual one."""

    one: tuple[str, ...]
    several: tuple[str, ...] = ()

    @property
    def longest_first(self) -> list[str]:
        return sorted((*self.one, *self.several), key=len, reverse=True)


GLOSSARY: Mapping[str, Mapping[str, Word]] = {
    "peer_helper": {
        "fr": Word(("pair-aidant", "pair-aidant ou pair-aidante", "pair-aidante"), ("pairs-aidants",)),
        "nl": Word(("ervaringsdeskundige",), ("ervaringsdeskundigen",)),
        "de": Word(("Genesungsbegleitung", "Genesungsbegleiter"), ("Genesungsbegleitungen", "Genesungsbegleitern")),
        "en": Word(("peer helper",), ("peer helpers",)),
    },
    "person": {
        "fr": Word(("personne accompagnée",), ("personnes accompagnées",)),
        "nl": Word(("begeleide persoon",), ("begeleide personen",)),
        "de": Word(("begleitete Person", "begleiteten Person"), ("begleitete Personen", "begleiteten Personen")),
        "en": Word(("person supported",), ("people supported",)),
    },
    "coordination": {
        "fr": Word(("coordination",)),
        "nl": Word(("coördinatie",)),
        "de": Word(("Koordination",)),
        "en": Word(("coordination",)),
    },
    "pairing": {
        "fr": Word(("binôme", "appariement"), ("binômes", "appariements")),
        "nl": Word(("koppeling",), ("koppelingen",)),
        "de": Word(("Zuordnung",), ("Zuordnungen",)),
        "en": Word(("match",), ("matches",)),
    },
    "visit": {
        "fr": Word(("visite",), ("visites",)),
        "nl": Word(("bezoek",), ("bezoeken",)),
        "de": Word(("Besuch",), ("Besuche", "Besuchen")),
        "en": Word(("visit",), ("visits",)),
    },
    "consent": {
        "fr": Word(("accord",)),
        "nl": Word(("instemming",)),
        "de": Word(("Einverständnis",)),
        "en": Word(("consent",)),
    },
    "recovery": {
        "fr": Word(("rétablissement",)),
        "nl": Word(("herstel",)),
        "de": Word(("Genesung",)),
        "en": Word(("recovery",)),
    },
}
"""The terms of the design guide (section 7)."""


@dataclass(frozen=True)
class Line:
    """One message: what the program says, and what the network says instead; `own` is empty where it says the same."""

    number: int
    message: Message
    own: tuple[str, ...]
    proposed: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """Id, the program's text, and what stands in the field."""
        return tuple(
            (one, text, self.proposed[at] if self.proposed else self.own[at] or "")
            for at, (one, text) in enumerate(zip(self.message.ids, self.message.texts, strict=True))
        )


@dataclass(frozen=True)
class Found:
    """What a search found; `more` are those that are not shown. `mark` changes with every own text."""

    lines: tuple[Line, ...]
    more: int
    mark: str
    own_count: int


def own_texts(tx: Session, territory_id: int | None, language: str) -> dict[str, str]:
    """The network's own texts of one language, by message id."""
    if territory_id is None:
        return {}
    rows = tx.exec(
        select(Term.msgid, Term.text).where(col(Term.territory_id) == territory_id, col(Term.language) == language)
    )
    return dict(rows.all())


def texts_of(tx: Session, territory_id: int | None, language: str) -> Texts:
    """How a network speaks in a language."""
    return translator(language, terms=own_texts(tx, territory_id, language))


def of_visitor(site: Site, actor: Actor, language: str) -> dict[str, str]:
    """The own texts of the actor's network."""
    with site.db() as tx:
        return own_texts(tx, actor.territory_id, language)


def search(site: Site, actor: Actor, language: str, wanted: str = "") -> Found:
    """Messages with these words, in the program's text or the network's own; without words, those with an own text."""
    _known_language(language)
    with site.db() as tx:
        own = own_texts(tx, only_coordinator(actor), language)
        mark = _mark(tx, actor, language)
    asked = " ".join(wanted.split())
    if asked:
        hits = [one for one in messages(language) if asked in one or _own_has(own, one, asked)]
    else:
        hits = [one for one in messages(language) if any(text in own for text in one.ids)]
    return _found(hits, own, mark)


def these(site: Site, actor: Actor, language: str, msgids: Sequence[str], mark: str) -> Found:
    """The messages named, to be read again under the mark of the first time."""
    _known_language(language)
    with site.db() as tx:
        own = own_texts(tx, only_coordinator(actor), language)
    hits = dict.fromkeys(by_id(language)[one] for one in msgids if one in by_id(language))
    return _found(list(hits), own, mark)


def proposals(site: Site, actor: Actor, language: str, term: str, one: str, several: str = "") -> Found:
    """
    Every message with a term of the glossary, and how it would read with the network's own word.

    Articles and endings around the words stay as they are, so each text is read by somebody before it counts.

    Raises
    ------
    NotFound
        When the glossary has no such term.
    NotAcceptable
        When the word cannot stand in a text.
    """
    _known_language(language)
    if term not in GLOSSARY:
        raise NotFound("no such term")
    with site.db() as tx:
        own = own_texts(tx, only_coordinator(actor), language)
        mark = _mark(tx, actor, language)
    known = GLOSSARY[term][language]
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in known.longest_first), re.IGNORECASE)
    word, words = " ".join(one.split()), " ".join(several.split()) or " ".join(one.split())
    if not is_text(word + words, "") or "%" in word + words:
        raise NotAcceptable(
            N_("Un mot ne contient ni chevron, ni esperluette, ni pour cent, ni guillemet droit."), "one"
        )

    def put(match: re.Match[str]) -> str:
        plural = match[0].casefold() in [form.casefold() for form in known.several]
        return _like(match[0], known, words if plural else word)

    hits = [found for found in messages(language) if any(pattern.search(text) for text in found.texts)]
    proposed = [tuple(pattern.sub(put, text) if word else "" for text in found.texts) for found in hits]
    return _found(hits, own, mark, proposed if word else ())


@dataclass(frozen=True)
class Seen:
    """One text before it counts: what is said now, what would be said, with something in the place of values."""

    msgid: str
    before: str
    after: str


def preview(site: Site, actor: Actor, language: str, texts: Mapping[str, str]) -> tuple[Seen, ...]:
    """
    What would change, as people would read it.

    Raises
    ------
    NotFound, NotAcceptable
        As `replace` does.
    """
    _known_language(language)
    with site.db() as tx:
        own = own_texts(tx, only_coordinator(actor), language)
    texts_of_language = translator(language)
    found: list[Seen] = []
    for msgid, typed in texts.items():
        text = typed.strip()
        if text:
            check(language, msgid, text)
        elif msgid not in by_id(language):
            raise NotFound(N_("Ce texte n’existe pas dans le programme."))
        standard = by_id(language)[msgid].texts[by_id(language)[msgid].ids.index(msgid)]
        before, after = own.get(msgid, standard), text or standard
        if before != after:
            found.append(Seen(msgid, texts_of_language.shown(_sample(before)), texts_of_language.shown(_sample(after))))
    return tuple(found)


def _sample(text: str) -> str:
    """The text with a value in each place: 3 for a number, dots for a word."""
    return re.sub(r"%\(\w+\)[^a-z]*([a-z])", lambda found: "3" if found[1] in "df" else "…", text).replace("%%", "%")


def replace(site: Site, actor: Actor, language: str, texts: Mapping[str, str], seen: str) -> int:
    """
    Say these messages in the network's own words; an empty text, or the program's own, takes an own text back.

    Everything is taken or nothing. How many changed.

    Raises
    ------
    NotAcceptable
        When a text lacks a value in `%( )s`, has another one, or holds markup; `facts["text"]` names it.
    Outdated
        When somebody else changed texts since `seen` was shown.
    """
    territory_id = only_coordinator(actor)
    with site.db.begin() as tx:
        if _mark(tx, actor, language) != seen:
            raise Outdated(N_("Quelqu’un d’autre a changé des textes entre-temps. Rien n’est perdu de son travail."))
        return _write(tx, site, actor, territory_id, language, texts)


def check(language: str, msgid: str, text: str) -> None:
    """
    Hold an own text to what its place in a page, a mail or a calendar allows.

    Raises
    ------
    NotFound
        When the catalogs have no such message.
    NotAcceptable
        When it may not stand there.
    """
    message = by_id(language).get(msgid)
    if message is None:
        raise NotFound(N_("Ce texte n’existe pas dans le programme."))
    standard = message.texts[message.ids.index(msgid)]
    if len(text) > LONGEST:
        raise NotAcceptable(N_("Ce texte est trop long : « %(text)s »."), text=msgid[:80])
    if not is_text(text, standard):
        raise NotAcceptable(
            N_("Un texte ne contient ni chevron, ni esperluette, ni guillemet droit : « %(text)s »."), text=msgid[:80]
        )
    if not same_placeholders(text, message):
        raise NotAcceptable(
            N_("Gardez tels quels les morceaux entre %%( et )s, sans en ajouter : « %(text)s »."), text=msgid[:80]
        )


def export(site: Site, territory: str, language: str) -> bytes:
    """Every message of a language with the network's own texts, as a .po file; empty ones stay as they are."""
    with site.db() as tx:
        own = own_texts(tx, _territory(tx, territory), language)
    return as_po(language, ((one, tuple(own.get(text, "") for text in one.ids)) for one in messages(language)))


def take(site: Site, actor: Actor, territory: str, language: str, content: bytes) -> int:
    """
    Take the texts of a .po file as the network's own; messages that it leaves empty go back. How many changed.

    Raises
    ------
    NotAcceptable
        When it is not such a file, or one of its texts may not stand in its place.
    """
    try:
        texts = of_po(language, content)
    except Exception as error:  # whatever babel finds wrong with a file
        raise NotAcceptable(N_("Ce fichier n’est pas un fichier .po lisible.")) from error
    with site.db.begin() as tx:
        territory_id = _territory(tx, territory)
        known = own_texts(tx, territory_id, language)
        return _write(tx, site, actor, territory_id, language, dict.fromkeys(known, "") | texts)


def _write(tx: Session, site: Site, actor: Actor, territory_id: int, language: str, texts: Mapping[str, str]) -> int:
    _known_language(language)
    rows = {
        row.msgid: row
        for row in tx.exec(select(Term).where(col(Term.territory_id) == territory_id, col(Term.language) == language))
    }
    changed = 0
    for msgid, typed in texts.items():
        text, row = typed.strip(), rows.get(msgid)
        if text:
            check(language, msgid, text)
            message = by_id(language)[msgid]
            if text == message.texts[message.ids.index(msgid)]:
                text = ""
        if not text and row is not None:
            tx.delete(row)
        elif text and row is None:
            tx.add(
                Term(
                    territory_id=territory_id,
                    language=language,
                    msgid=msgid,
                    text=text,
                    changed_at=site.clock.now(),
                    changed_by=actor.account_id,
                )
            )
        elif text and row is not None and row.text != text:
            row.text, row.changed_at, row.changed_by = text, site.clock.now(), actor.account_id
            tx.add(row)
        else:
            continue
        changed += 1
    if changed:
        # Calendars are kept as written: every one of the territory is to be written anew.
        tx.add(FeedChange(territory_id=territory_id, party_id=None))
        note(tx, site, actor, "terms.changed", "term", language)
    return changed


def _found(
    hits: Sequence[Message], own: Mapping[str, str], mark: str, proposed: Sequence[tuple[str, ...]] = ()
) -> Found:
    lines = tuple(
        Line(
            number,
            one,
            tuple(own.get(text, "") for text in one.ids),
            proposed[number] if number < len(proposed) else (),
        )
        for number, one in enumerate(hits[:MOST_FOUND])
    )
    return Found(lines, max(0, len(hits) - MOST_FOUND), mark, len(own))


def _own_has(own: Mapping[str, str], message: Message, wanted: str) -> bool:
    return any(wanted.casefold() in own.get(one, "").casefold() for one in message.ids)


def _like(found: str, known: Word, word: str) -> str:
    """The word with a capital where the one found has one that its term does not always have."""
    begins = found[:1].isupper() and not known.one[0][:1].isupper()
    return word[:1].upper() + word[1:] if begins else word


def _mark(tx: Session, actor: Actor, language: str) -> str:
    """Stands for all own texts of a language."""
    own = own_texts(tx, actor.territory_id, language)
    return hashlib.sha256(json.dumps(sorted(own.items())).encode()).hexdigest()[:32]


def _territory(tx: Session, ref: str) -> int:
    found = tx.exec(select(Territory.id).where(col(Territory.ref) == ref)).first()
    if found is None:
        raise NotFound(N_("Il n’y a pas de territoire avec cette référence."))
    return found


def _known_language(language: str) -> None:
    if language not in LANGS:
        raise NotFound("no such language")
