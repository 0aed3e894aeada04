"""The first minute of an installation: whoever reads the server's terminal creates the network and its coordinator."""

from __future__ import annotations

import csv
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, col, delete, select

from locales import N_
from service import access_attempts, audit, codes, holidays, invitations_to_join, mail_addresses, own_keys, passwords
from service.clock import Clock, RealClock
from service.errors import NotAcceptable, NotFound, SignInFailed
from service.hashes import hashed
from service.imports.shipped import DEMO_DATA
from service.site import Actor, Site
from service.tables.access import Account, SetupCode
from service.tables.territory import Territory, Theme

REAL = RealClock()
COMMON = DEMO_DATA / "common"
"""Themes that every network begins with; holidays need no rows (`service/holidays.py`)."""
ZONES = (
    "Europe/Brussels",
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
)
FARTHEST_KM = 500.0


@dataclass(frozen=True)
class NewNetwork:
    """What is asked of whoever creates a network; `max_travel_km` holds until the network sets other limits."""

    name: str
    country: str
    zone: str
    languages: tuple[str, ...]
    lat: float
    lon: float
    school_calendar: str
    max_travel_km: float
    coordinator: str
    email: str


def is_open(site: Site) -> bool:
    """Whether there is nothing yet: then there is one page, and it creates the network."""
    if site.settings.demo:
        return False
    with site.db() as tx:
        return _is_empty(tx)


def _is_empty(tx: Session) -> bool:
    there = tx.exec(select(Territory.id).limit(1)).first() is not None
    return not there and tx.exec(select(Account.id).limit(1)).first() is None


def new_code(site: Site, *, clock: Clock = REAL) -> str:
    """The code that the server prints on its terminal; the one before does not work any more."""
    code = "".join(secrets.choice(own_keys.LETTERS) for _ in range(own_keys.CODE_LENGTH))
    with site.db.begin() as tx:
        tx.exec(delete(SetupCode))
        tx.add(SetupCode(code_hash=hashed(code), made_at=clock.now()))
    return own_keys.grouped(code)


def school_calendars() -> list[str]:
    """The school calendars whose holidays are known."""
    return sorted(holidays.shipped())


def create(site: Site, code: str, network: NewNetwork, came_from: str, *, clock: Clock = REAL) -> str:
    """
    Create the network, once: the token by which its first coordinator joins.

    Raises
    ------
    NotFound
        When there is a network already.
    SignInFailed
        When the code is not the one of the terminal.
    NotAcceptable
        When something cannot be taken as it is.
    TooManyTries
        When too many codes were tried.
    """
    now = clock.now()
    if not is_open(site):
        raise NotFound(N_("Le réseau existe déjà."))
    access_attempts.take(site, "setup", came_from, now, whom="setup")
    with site.db() as tx:
        kept = tx.exec(select(SetupCode).order_by(col(SetupCode.id).desc()).limit(1)).first()
    if kept is None or not hmac.compare_digest(kept.code_hash, hashed(own_keys.as_code(code))):
        raise SignInFailed(N_("Ce code n’est pas celui qui s’affiche dans le terminal du serveur."))
    access_attempts.give_back(site, "setup", came_from, now, whom="setup")
    check(network)
    with site.db.begin() as tx:
        # The row goes first: of two who create at once, one finds it gone.
        if tx.exec(delete(SetupCode).where(col(SetupCode.id) == kept.id)).rowcount != 1 or not _is_empty(tx):
            raise NotFound(N_("Le réseau existe déjà."))
        territory = _territory(site, network)
        tx.add(territory)
        _begin_with_themes(tx)
        tx.flush()
        party = invitations_to_join.new_professional(tx, site, territory.id or 0, network.coordinator, ["coordinator"])
        account = Account(
            public_id=site.ids.new(),
            territory_id=territory.id,
            role="coordinator",
            party_id=party,
            language=territory.default_language,
        )
        tx.add(account)
        tx.flush()
        mail_addresses.put(tx, site, account, network.email)
        token = invitations_to_join.new_invitation(tx, account, now)
        actor = Actor("sysadmin", territory.id)
        audit.note(tx, site, actor, "network.created", "territory", territory.public_id)
        audit.note(tx, site, actor, "account.invited", "account", account.public_id)
    return token


def check(network: NewNetwork) -> None:
    """
    Refuse what makes no network.

    Raises
    ------
    NotAcceptable
        With the field that is to be changed.
    """
    if not network.name.strip():
        raise NotAcceptable(N_("Donnez un nom au réseau."), "name")
    if network.country not in codes.COUNTRIES:
        raise NotAcceptable(N_("Choisissez le pays."), "country")
    try:
        ZoneInfo(network.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise NotAcceptable(N_("Choisissez le fuseau horaire."), "zone") from error
    if not network.languages or not set(network.languages) <= set(codes.LANGS):
        raise NotAcceptable(N_("Choisissez au moins une langue."), "languages")
    if not (-90 <= network.lat <= 90 and -180 <= network.lon <= 180):
        raise NotAcceptable(N_("Le centre n’est pas sur la carte : vérifiez la latitude et la longitude."), "lat")
    if not 0 < network.max_travel_km <= FARTHEST_KM:
        raise NotAcceptable(N_("La distance va de 1 à 500 kilomètres."), "max_travel_km")
    if not network.coordinator.strip():
        raise NotAcceptable(N_("Donnez le nom de la personne qui coordonne."), "coordinator")


def _territory(site: Site, network: NewNetwork) -> Territory:
    letters = "".join(sign for sign in passwords.simplified(network.name) if sign.isalpha() and sign.isascii())
    return Territory(
        public_id=site.ids.new(),
        ref=f"{network.country}-{letters[:3].upper() or 'NET'}",
        name=network.name.strip()[:80],
        country=network.country,
        timezone=network.zone,
        default_language=network.languages[0],
        languages=list(network.languages),
        lat=network.lat,
        lon=network.lon,
        school_calendar=network.school_calendar,
        max_travel_km=network.max_travel_km,
    )


def _begin_with_themes(tx: Session) -> None:
    """The themes that come with the program, unless there are some."""
    if tx.exec(select(Theme.id).limit(1)).first() is None:
        themes = {
            row["theme_id"]: Theme(
                ref=row["theme_id"],
                label_fr=row["label_fr"],
                label_nl=row["label_nl"],
                label_de=row["label_de"],
                label_en=row["label_en"],
                extension=row["extension"] == "true",
            )
            for row in _rows("themes.csv")
        }
        tx.add_all(themes.values())
        tx.flush()
        for row in _rows("themes.csv"):
            if row["parent_id"]:
                themes[row["theme_id"]].parent_id = themes[row["parent_id"]].id


def _rows(name: str) -> list[dict[str, str]]:
    with Path(COMMON / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
