"""What a request can be about in a network: the themes it uses, and those it adds for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from locales import LANGS, N_
from service import network_settings
from service.access_scope import only_coordinator, scope
from service.audit import note
from service.errors import NotAcceptable, NotFound, Outdated
from service.site import Actor, Site
from service.tables.territory import Theme

SETTING = "themes"
LONGEST_LABEL = 60
_CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")


@dataclass(frozen=True)
class ThemeView:
    """One theme; `own` when the network added it, and may change how it is called."""

    ref: str
    labels: Mapping[str, str]
    extension: bool
    own: bool
    used: bool
    revision: int


@dataclass(frozen=True)
class Shown:
    themes: tuple[ThemeView, ...]
    mark: int


def offered(tx: Session, territory_id: int | None) -> Sequence[Theme]:
    """The themes that a network uses, the basic ones first."""
    off = _off(network_settings.last(tx, territory_id, SETTING).value)
    return [row for row in known(tx, territory_id) if row.ref not in off]


def names_of(themes: Iterable[Theme], language: str) -> dict[str, str]:
    """What these themes are called in a language, by code."""
    return {row.ref: str(getattr(row, f"label_{language}")) for row in themes}


def every_name(tx: Session, language: str) -> dict[str, str]:
    """What all themes are called, for records that may name one which their network no longer offers."""
    return names_of(tx.exec(select(Theme)), language)


def shown(site: Site, actor: Actor) -> Shown:
    territory_id = only_coordinator(actor)
    with site.db() as tx:
        decided = network_settings.last(tx, territory_id, SETTING)
        off = _off(decided.value)
        views = tuple(
            ThemeView(
                row.ref,
                {tag: str(getattr(row, f"label_{tag}")) for tag in LANGS},
                row.extension,
                row.own_of is not None,
                row.ref not in off,
                row.revision,
            )
            for row in known(tx, territory_id)
        )
    return Shown(views, decided.mark)


def choose(site: Site, actor: Actor, used: Sequence[str], seen: int) -> None:
    """
    Use these themes from now on; requests that name another one keep it.

    Raises
    ------
    NotAcceptable
        When none would be left.
    Outdated
        When somebody else chose in the meantime.
    """
    territory_id = only_coordinator(actor)
    with site.db.begin() as tx:
        codes = [row.ref for row in known(tx, territory_id)]
        if not set(used) & set(codes):
            raise NotAcceptable(N_("Gardez au moins un thème : sans thème, personne ne peut rien demander."))
        network_settings.decide(tx, site, actor, SETTING, {"off": sorted(set(codes) - set(used))}, seen)


def add(site: Site, actor: Actor, code: str, labels: Mapping[str, str]) -> None:
    """
    A theme of the network's own.

    Raises
    ------
    NotAcceptable
        When the code is taken or not one, or a language has no words for it.
    """
    territory_id = only_coordinator(actor)
    _check(labels)
    if not _CODE.fullmatch(code):
        raise NotAcceptable(N_("Un code a de 2 à 30 lettres sans accent, comme jardin ou aide_papiers."), "code")
    with site.db.begin() as tx:
        if tx.exec(select(Theme.id).where(col(Theme.ref) == code)).first() is not None:
            raise NotAcceptable(N_("Ce code est déjà pris. Choisissez-en un autre."), "code")
        tx.add(
            Theme(
                ref=code,
                extension=True,
                own_of=territory_id,
                **{f"label_{tag}": labels[tag].strip() for tag in LANGS},  # type: ignore[arg-type]
            )
        )
        note(tx, site, actor, "theme.added", "theme", code)


def call(site: Site, actor: Actor, code: str, labels: Mapping[str, str], revision: int) -> None:
    """
    Call an own theme otherwise; its code stays.

    Raises
    ------
    NotFound
        When the network has not added such a theme.
    Outdated
        When somebody else changed it in the meantime.
    """
    only_coordinator(actor)
    _check(labels)
    with site.db.begin() as tx:
        row = tx.exec(select(Theme).where(scope(actor).of(Theme), col(Theme.ref) == code)).first()
        if row is None:
            raise NotFound(N_("Ce thème n’est pas un thème de votre réseau."))
        if row.revision != revision:
            raise Outdated(N_("Quelqu’un d’autre a changé ce thème entre-temps."))
        for tag in LANGS:
            setattr(row, f"label_{tag}", labels[tag].strip())
        tx.add(row)
        note(tx, site, actor, "theme.changed", "theme", code)


def _check(labels: Mapping[str, str]) -> None:
    if any(not 0 < len(labels.get(tag, "").strip()) <= LONGEST_LABEL for tag in LANGS):
        raise NotAcceptable(N_("Dites le thème dans les quatre langues, en 60 signes au plus."), "labels")


def known(tx: Session, territory_id: int | None) -> Sequence[Theme]:
    """Every theme that a record of a network may name: the shared ones, and its own."""
    mine = or_(col(Theme.own_of).is_(None), col(Theme.own_of) == territory_id)
    return tx.exec(select(Theme).where(mine).order_by(col(Theme.extension), col(Theme.id))).all()


def _off(value: Mapping[str, object]) -> frozenset[str]:
    listed = value.get("off")
    return frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()
