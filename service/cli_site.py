"""The site that a command works on: settings, database, key and clock."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlmodel import Session, col, select

from locales import N_
from service import database, sealing
from service.cli_faults import Fault
from service.cli_keys import KEY_BYTES, make_key, read_key
from service.clock import Clock, FixedClock, RealClock, ShiftedClock
from service.database import Database
from service.ids import SystemIds
from service.sealing import Seals
from service.settings import Settings
from service.site import Site
from service.tables.territory import NetworkSetting, Territory

DEMO_CLOCK = "demo_clock"
"""Name of the setting that keeps how far the demonstration's clock is from the real one; never change."""
DEMO_ADDRESS = "demo_address"
"""Name of the setting that keeps where the demonstration was served last; never change."""
DEMO_HOSTS = ("localhost", "127.0.0.1", "::1")
DEFAULT_ZONE = "Europe/Brussels"


def demo_settings(settings: Settings, port: int) -> Settings:
    """
    The settings of demo mode: links lead to this machine.

    Raises
    ------
    Fault
        When the address is one of another host.
    """
    given = "LEFIL_BASE_URL" in os.environ
    if given and urlsplit(settings.base_url).hostname not in DEMO_HOSTS:
        raise Fault(
            N_("La démonstration ne démarre que sur cette machine (localhost), pas à l’adresse %(address)s."),
            address=settings.base_url,
        )
    address = settings.base_url if given else f"http://localhost:{port}"
    return settings.model_copy(update={"demo": True, "port": port, "base_url": address})


@contextmanager
def opened(
    settings: Settings, *, migrate: bool = False, today: date | None = None, needs_key: bool = True
) -> Iterator[Site]:
    """
    A site on the database of the settings; `migrate` brings its schema to this version first.

    Without `needs_key` a missing key is no fault: what is sealed is neither read nor written.

    Raises
    ------
    Fault
        When there is no key, or none that can be used.
    WrongDatabase
        When the database is not this version's, or belongs to another key.
    """
    db = Database(settings.database_url)
    try:
        if migrate:
            database.upgrade(db)
        database.verify(db)
        with db() as tx:
            clock = _clock(tx, today)
            untouched = not sealing.keys_in_use(tx)
            served_at = demo_address(tx)
        if served_at is not None and not settings.demo:
            # `lefil link` and the like, beside a demonstration that runs.
            settings = settings.model_copy(update={"demo": True, "base_url": served_at})
        # Only where nothing is sealed yet: under another key it could never be read again.
        new_key = settings.demo and untouched and not settings.key_file.exists()
        if not needs_key and not settings.key_file.exists():
            seals = Seals(bytes(KEY_BYTES))
        else:
            seals = Seals(make_key(settings.key_file) if new_key else read_key(settings.key_file))
            with db() as tx:
                sealing.check_master_key(tx, seals)
        yield Site(db, clock, SystemIds(), seals, settings)
    finally:
        db.close()


def database_is_there(settings: Settings) -> bool:
    """False when the database would be a new file."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).is_file()


def is_demo(tx: Session) -> bool | None:
    """Whether the database holds demonstration territories only; None when it holds none at all."""
    kinds = tx.exec(select(Territory.demo)).all()
    return all(kinds) if kinds else None


def only_territory(tx: Session, ref: str | None) -> Territory:
    """
    The territory of this reference, or the only one there is.

    Raises
    ------
    Fault
        When there is none, or several to choose from.
    """
    found = tx.exec(select(Territory).order_by(col(Territory.id))).all()
    chosen = [territory for territory in found if ref in (None, territory.ref)]
    if len(chosen) == 1:
        return chosen[0]
    known = ", ".join(territory.ref for territory in found)
    if not found:
        raise Fault(N_("La base de données ne contient encore aucun territoire. Commencez par « lefil import »."))
    raise Fault(N_("Choisissez un territoire avec --territory, parmi : %(known)s."), known=known)


def demo_shift(tx: Session) -> timedelta | None:
    """How far the demonstration's clock is from the real one; None outside a demonstration."""
    kept = _latest(tx, DEMO_CLOCK)
    return None if kept is None else timedelta(seconds=float(str(kept["shift_seconds"])))


def demo_address(tx: Session) -> str | None:
    """Where the demonstration was served last; None outside a demonstration."""
    kept = _latest(tx, DEMO_ADDRESS)
    return None if kept is None else str(kept["address"])


def keep_demo(tx: Session, *, shift: timedelta | None = None, address: str | None = None) -> None:
    """Keep the demonstration's clock or address for the next start and for other commands."""
    territory_id = tx.exec(select(Territory.id).order_by(col(Territory.id)).limit(1)).one()
    changes: dict[str, dict[str, object]] = {}
    if shift is not None:
        changes[DEMO_CLOCK] = {"shift_seconds": shift.total_seconds()}
    if address is not None and address != demo_address(tx):
        changes[DEMO_ADDRESS] = {"address": address}
    now = RealClock().now()
    tx.add_all(
        NetworkSetting(territory_id=territory_id or 0, name=name, value=value, changed_at=now)
        for name, value in changes.items()
    )


def _latest(tx: Session, name: str) -> Mapping[str, object] | None:
    return tx.exec(
        select(NetworkSetting.value).where(NetworkSetting.name == name).order_by(col(NetworkSetting.id).desc()).limit(1)
    ).first()


def _clock(tx: Session, today: date | None) -> Clock:
    """The day that was asked for; else the demonstration's clock where there is one; else the machine's."""
    zone = tx.exec(select(Territory.timezone).order_by(col(Territory.id)).limit(1)).first() or DEFAULT_ZONE
    if today is not None:
        return FixedClock.at_eight(today, zone)
    shift = demo_shift(tx)
    return RealClock() if shift is None else ShiftedClock(shift)
