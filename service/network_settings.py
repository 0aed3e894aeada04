"""What a network decides, as rows with a log: the last row of a name counts, and the ones before are its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from locales import N_
from service.access_scope import only_coordinator
from service.account_names import name_of
from service.audit import note
from service.errors import Outdated
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.territory import NetworkSetting

LATEST = 12
"""Changes of a setting that its page shows."""


@dataclass(frozen=True)
class Decided:
    """
    A value and who decided it when; `mark` is what a form sends back, so that a stale one is noticed.

    `by` is empty where nobody is known, as for what an import brought.
    """

    value: Mapping[str, object]
    mark: int
    at: datetime | None = None
    by: str = ""


NOTHING = Decided({}, 0)
"""Before anything was ever decided."""


def last(tx: Session, territory_id: int | None, name: str) -> Decided:
    """What counts now."""
    row = tx.exec(_rows(territory_id, name).limit(1)).first()
    return NOTHING if row is None else Decided(row.value, row.id or 0, row.changed_at)


def history(tx: Session, territory_id: int, name: str, most: int = LATEST) -> Sequence[Decided]:
    """The last decisions, the newest first, with the names of who took them."""
    rows = tx.exec(_rows(territory_id, name).limit(most)).all()
    accounts = {
        one.id: one
        for one in tx.exec(select(Account).where(col(Account.id).in_({row.changed_by for row in rows} - {None})))
    }
    names = {number: name_of(tx, account) for number, account in accounts.items()}
    return [Decided(row.value, row.id or 0, row.changed_at, names.get(row.changed_by, "")) for row in rows]


def decide(tx: Session, site: Site, actor: Actor, name: str, value: Mapping[str, object], seen: int) -> bool:
    """
    Decide anew; False when nothing differs, and then nothing is written.

    Raises
    ------
    Outdated
        When somebody else decided since `seen` was shown.
    """
    territory_id = only_coordinator(actor)
    now = last(tx, territory_id, name)
    if now.mark != seen:
        raise Outdated(N_("Ce réglage a changé entre-temps. Regardez-le, puis recommencez."))
    if dict(now.value) == dict(value):
        return False
    tx.add(
        NetworkSetting(
            territory_id=territory_id,
            name=name,
            value=dict(value),
            changed_at=site.clock.now(),
            changed_by=actor.account_id,
        )
    )
    note(tx, site, actor, "setting.changed", "network_setting", name)
    return True


def _rows(territory_id: int | None, name: str):
    return (
        select(NetworkSetting)
        .where(col(NetworkSetting.territory_id) == territory_id, col(NetworkSetting.name) == name)
        .order_by(col(NetworkSetting.id).desc())
    )
