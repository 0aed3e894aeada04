"""
Whom to call: the coordination on duty, the supervisor, and general lines; the coordinator writes them.

What is public in a country is there from the start, each with where it was read (`docs/decisions/0030`); a number of
the network itself is never invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from locales import N_
from service import audit
from service.access_scope import only_coordinator
from service.errors import NotAcceptable, NotAllowed, Outdated
from service.site import Actor, Site
from service.tables.territory import NetworkSetting, Territory

SETTING = "help_numbers"
MOST_LINES = 8
NAME_LENGTH, NUMBER_LENGTH, WHEN_LENGTH = 80, 24, 120
IN_A_NUMBER = frozenset("0123456789 +().-/")


@dataclass(frozen=True)
class Line:
    """Somebody to call; `when` says for what or at which hours, and may be empty."""

    name: str
    number: str
    when: str = ""


@dataclass(frozen=True)
class Numbers:
    """
    The numbers of a territory; `duty` and `supervisor` are None until somebody wrote them.

    `seen` names the version, for the form. `are_own` is False while the lines are those of the country.
    """

    duty: Line | None
    supervisor: Line | None
    lines: tuple[Line, ...]
    seen: int
    are_own: bool


PUBLIC: Mapping[str, tuple[Line, ...]] = {
    "BE": (
        Line(N_("Urgence vitale"), "112", N_("Ambulance, pompiers. Gratuit, jour et nuit.")),
        Line(N_("Télé-Accueil"), "107", N_("Pour être écouté en français. Gratuit, anonyme, jour et nuit.")),
        Line(N_("Centre de prévention du suicide"), "0800 32 123", N_("Gratuit, anonyme, jour et nuit.")),
        Line(N_("Médecin de garde"), "1733", N_("Le week-end et les jours fériés, selon la région aussi le soir.")),
    ),
    "FR": (
        Line(N_("Urgence vitale"), "112", N_("Secours et soins d’urgence. Gratuit, jour et nuit.")),
        Line(N_("Prévention du suicide"), "3114", N_("Gratuit, confidentiel, jour et nuit.")),
    ),
}
"""Read on 2026-11-28: see `docs/decisions/0030-numbers-to-call.md` for each source."""


def numbers(site: Site, actor: Actor) -> Numbers:
    """The numbers of the actor's territory."""
    with site.db() as tx:
        if actor.territory_id is None:
            raise NotAllowed
        return numbers_of(tx, tx.get_one(Territory, actor.territory_id))


def choose(
    site: Site, actor: Actor, *, duty: Line | None, supervisor: Line | None, lines: Sequence[Line], seen: int
) -> None:
    """
    Write the numbers of the territory; without any line, those of the country are shown again.

    Raises
    ------
    NotAcceptable
        When a line has a name without a number, or a number that no telephone takes.
    Outdated
        When somebody else changed them since they were shown.
    """
    territory_id = only_coordinator(actor)
    for one in (duty, supervisor, *lines):
        if one is not None:
            _check(one)
    if len(lines) > MOST_LINES:
        raise NotAcceptable(N_("Il y a trop de numéros : huit au plus."))
    with site.db.begin() as tx:
        territory = tx.exec(select(Territory).where(Territory.id == actor.territory_id).with_for_update()).one()
        before = numbers_of(tx, territory)
        if before.seen != seen:
            raise Outdated(N_("Quelqu’un d’autre a changé ces numéros entre-temps."))
        own = None if tuple(lines) == PUBLIC[territory.country] else [_told(one) for one in lines]
        tx.add(
            NetworkSetting(
                territory_id=territory_id,
                name=SETTING,
                value={
                    "duty": None if duty is None else _told(duty),
                    "supervisor": None if supervisor is None else _told(supervisor),
                    "lines": own or None,
                },
                changed_at=site.clock.now(),
                changed_by=actor.account_id,
            )
        )
        audit.note(tx, site, actor, "setting.changed", "network_setting", SETTING)


def _check(line: Line) -> None:
    if not line.name.strip() or not line.number.strip():
        raise NotAcceptable(N_("Il faut un nom et un numéro sur chaque ligne remplie."))
    if len(line.name) > NAME_LENGTH or len(line.number) > NUMBER_LENGTH or len(line.when) > WHEN_LENGTH:
        raise NotAcceptable(N_("Un nom, un numéro ou une précision est trop long."))
    if not set(line.number) <= IN_A_NUMBER or not any(sign.isdigit() for sign in line.number):
        raise NotAcceptable(N_("Un numéro s’écrit avec des chiffres, des espaces et « + »."))


def _told(line: Line) -> dict[str, str]:
    return {"name": line.name.strip(), "number": line.number.strip(), "when": line.when.strip()}


def numbers_of(tx: Session, territory: Territory) -> Numbers:
    """The numbers of any territory."""
    row = tx.exec(
        select(NetworkSetting)
        .where(NetworkSetting.territory_id == territory.id, NetworkSetting.name == SETTING)
        .order_by(col(NetworkSetting.id).desc())
    ).first()
    held: dict[str, object] = row.value if row is not None else {}
    own = held.get("lines")
    lines = tuple(one for one in map(_line, own) if one is not None) if isinstance(own, list) else ()
    return Numbers(
        _line(held.get("duty")),
        _line(held.get("supervisor")),
        lines or PUBLIC.get(territory.country, ()),
        row.id or 0 if row is not None else 0,
        bool(lines),
    )


def _line(held: object) -> Line | None:
    if not isinstance(held, dict):
        return None
    return Line(str(held.get("name", "")), str(held.get("number", "")), str(held.get("when", "")))
