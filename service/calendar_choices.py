"""What a network decides about its calendars: levels it forbids, the team's feed, reading other calendars."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from service.access_scope import only_coordinator, scope
from service.audit import note
from service.errors import NotAllowed
from service.feed_levels import FORBIDDABLE
from service.site import Actor, Site
from service.tables.access import Subscription
from service.tables.territory import NetworkSetting

LEVELS_SETTING = "feed_levels"
TEAM_SETTING = "team_feed"
OTHERS_SETTING = "other_calendars"


@dataclass(frozen=True)
class Choices:
    """
    What holds in a territory; the defaults hold where nothing was ever decided.

    Parameters
    ----------
    forbidden
        Levels that no feed is read at.
    team
        Coordinators may have an address that shows all visits and meetings.
    others
        Helpers and professionals may give the address of a calendar of their own, of which the taken hours are read.
    """

    forbidden: frozenset[str] = frozenset()
    team: bool = False
    others: bool = False


def choices_of(tx: Session, territory_id: int | None) -> Choices:
    """What the network decided last; an entry that makes no sense forbids and opens nothing."""
    listed = _last(tx, territory_id, LEVELS_SETTING).get("forbidden")
    return Choices(
        forbidden=frozenset(FORBIDDABLE) & frozenset(map(str, listed)) if isinstance(listed, list) else frozenset(),
        team=_last(tx, territory_id, TEAM_SETTING).get("on") is True,
        others=_last(tx, territory_id, OTHERS_SETTING).get("on") is True,
    )


def choices(site: Site, actor: Actor) -> Choices:
    """What holds in the actor's territory."""
    with site.db() as tx:
        return choices_of(tx, actor.territory_id)


def choose(site: Site, actor: Actor, chosen: Choices) -> None:
    """
    Decide; only what differs from before is written. Without the team's feed, its addresses end at once.

    Raises
    ------
    NotAllowed
        When the actor does not coordinate, or a level is named that always stays.
    """
    territory_id = only_coordinator(actor)
    if not chosen.forbidden <= frozenset(FORBIDDABLE):
        raise NotAllowed("this level always stays")
    with site.db.begin() as tx:
        before = choices_of(tx, actor.territory_id)
        said: dict[str, tuple[dict[str, object], bool]] = {
            LEVELS_SETTING: (
                {"forbidden": [level for level in FORBIDDABLE if level in chosen.forbidden]},
                chosen.forbidden != before.forbidden,
            ),
            TEAM_SETTING: ({"on": chosen.team}, chosen.team != before.team),
            OTHERS_SETTING: ({"on": chosen.others}, chosen.others != before.others),
        }
        now = site.clock.now()
        for name, (value, differs) in said.items():
            if differs:
                tx.add(
                    NetworkSetting(
                        territory_id=territory_id,
                        name=name,
                        value=value,
                        changed_at=now,
                        changed_by=actor.account_id,
                    )
                )
                note(tx, site, actor, "setting.changed", "network_setting", name)
        if before.team and not chosen.team:
            _end_team(tx, site, actor)


def _end_team(tx: Session, site: Site, actor: Actor) -> None:
    for row in tx.exec(
        select(Subscription).where(
            scope(actor).of(Subscription),
            Subscription.kind == "team",
            col(Subscription.ended_at).is_(None),
        )
    ):
        row.ended_at = row.changed_at = site.clock.now()
        note(tx, site, actor, "calendar.revoked", "subscription", row.public_id)


def _last(tx: Session, territory_id: int | None, name: str) -> dict[str, object]:
    row = tx.exec(
        select(NetworkSetting)
        .where(col(NetworkSetting.territory_id) == territory_id, col(NetworkSetting.name) == name)
        .order_by(col(NetworkSetting.id).desc())
    ).first()
    return {} if row is None else row.value
