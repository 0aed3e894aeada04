"""Nadia, who helps, keeps an agenda elsewhere; her network wants to know when she is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from service.clock import FixedClock
from service.other_calendar_rows import SETTING, Interval
from service.site import Actor, Site
from service.tables.calendars import BusyInterval, OtherCalendar
from service.tables.territory import NetworkSetting
from tests.service.other_calendars.outside import NAME
from tests.service.record.builders import a_pairing
from tests.sites import MONDAY

URL = f"https://{NAME}/prive/tres-secret.ics"


@dataclass
class Nadia:
    site: Site
    actor: Actor

    @property
    def now(self) -> datetime:
        return self.site.clock.now()

    def later(self, by: timedelta) -> Nadia:
        """The same some time on."""
        return replace(self, site=replace(self.site, clock=FixedClock(self.now + by)))

    def switch(self, on: bool) -> None:
        with self.site.db.begin() as tx:
            value: dict[str, object] = {"on": on}
            territory = self.actor.territory_id or 0
            tx.add(NetworkSetting(territory_id=territory, name=SETTING, value=value, changed_at=self.now))

    def rows(self) -> list[OtherCalendar]:
        with self.site.db() as tx:
            return list(tx.exec(select(OtherCalendar).order_by(col(OtherCalendar.id))))

    def row(self) -> OtherCalendar:
        (found,) = self.rows()
        return found

    def intervals(self) -> list[Interval]:
        with self.site.db() as tx:
            rows = tx.exec(select(BusyInterval).order_by(col(BusyInterval.starts_at)))
            return [(row.starts_at, row.ends_at) for row in rows]


def nadia(site: Site) -> Nadia:
    """In a network that reads agendas."""
    pair = a_pairing(site)
    made = Nadia(site, Actor("peer_helper", pair.territory_id, None, pair.helper_id))
    made.switch(on=True)
    return made


def agenda(*starts: datetime, extra: str = "SUMMARY:Rendez-vous CANARY") -> bytes:
    """An agenda with an hour from each of these moments."""
    events = [
        "\r\n".join(
            [
                "BEGIN:VEVENT",
                f"UID:{number}",
                f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
                "DURATION:PT1H",
                extra,
                "LOCATION:CANARY",
                "END:VEVENT",
            ]
        )
        for number, start in enumerate(starts)
    ]
    return "\r\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR", ""]).encode()


def hour(start: datetime) -> Interval:
    return start, start + timedelta(hours=1)


TUESDAY_NINE = MONDAY.now() + timedelta(days=1, hours=1)
"""2027-01-05, 9:00 in Seraing."""
