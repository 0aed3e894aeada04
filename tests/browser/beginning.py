"""A server on an empty database whose day the test chooses, and calendars fetched over HTTP after each step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from icalendar import Calendar
from playwright.sync_api import Browser, Locator

from service import database, serving
from service.database import Database
from service.ids import SystemIds
from service.sealing import Seals
from service.settings import Settings
from service.site import Site
from tests.browser.served import running, working
from tests.browser.visitor import Visitor

ZONE = ZoneInfo("Europe/Brussels")
DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi")


class Morning:
    """The domain's clock: it stands at a moment until the test says that days went by."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)

    def becomes(self, day: str) -> None:
        self.moment = datetime.fromisoformat(day).replace(tzinfo=ZONE)


@contextmanager
def started(folder: Path, morning: Morning) -> Iterator[Site]:
    """What `lefil serve` starts, on a new database: the server, the turns beside it, the process that calculates."""
    listener = serving.bind(serving.LOOPBACK, 0)
    port = listener.getsockname()[1]
    settings = Settings(
        database_url=f"sqlite:///{folder}/lefil.db", demo=False, port=port, base_url=f"http://localhost:{port}"
    )
    site = Site(Database(settings.database_url), morning, SystemIds(), Seals(b"k" * 32), settings)
    database.upgrade(site.db)
    with working(site), serving.answering(site) as server, running(server, listener):
        yield site
    site.db.close()


class Somebody(Visitor):
    """A visitor who fills in forms by what stands beside the fields."""

    def __init__(self, browser: Browser, site: Site, width: int) -> None:
        super().__init__(browser, site, width)
        # A machine that does other things besides may be slow; nothing here is about speed.
        self.page.set_default_timeout(40_000)

    def _labelled(self, label: str) -> Locator:
        return self.page.locator("main").get_by_label(label, exact=True).locator("visible=true").first

    def writes(self, **fields: str) -> None:
        """Into the field of this name: text, or the line of a list."""
        for name, value in fields.items():
            one = self.page.locator(f"main [name={name}]:visible").first
            if one.evaluate("one => one.localName") == "select":
                one.select_option(label=value)
            else:
                one.fill(value)

    def ticks(self, *labels: str) -> None:
        for label in labels:
            self._labelled(label).check()

    def opens(self, summary: str) -> None:
        """A disclosure, unless it stands open."""
        one = self.page.locator("main summary", has_text=summary).first
        if one.locator("xpath=..").get_attribute("open") is None:
            one.click()

    def clicks(self, name: str | re.Pattern[str]) -> None:
        """The first button or link with this beginning, and what comes after it."""
        begins = name if isinstance(name, re.Pattern) else re.compile(f"^{re.escape(name)}")
        main = self.page.locator("main")
        main.get_by_role("button", name=begins).or_(main.get_by_role("link", name=begins)).first.click()
        self.page.wait_for_load_state()

    def is_free_on_weekdays(self) -> None:
        """The grid of usual moments, mornings and afternoons."""
        for day in DAYS:
            self.ticks(f"{day}, Matin", f"{day}, Après-midi")
        self.clicks("Enregistrer")

    def reads(self) -> str:
        return self.page.locator("main").inner_text().replace("\u00a0", " ").replace("\u202f", " ")

    def subscribes(self) -> str:
        """The address of their own calendar."""
        self.open("/abonnement")
        self.clicks("Créer mon adresse")
        return self.page.get_by_label("Adresse à copier").input_value()


@dataclass
class Feeds:
    """
    The calendar of each, fetched over HTTP.

    A body that changed is told by its entries: `+` new, `-` gone, `~` changed, each with what it says now. A body whose
    entries say the same is told by the lines that differ, without their values.
    """

    addresses: dict[str, str]
    bodies: dict[str, bytes] = field(default_factory=dict)

    def changes(self) -> dict[str, list[str]]:
        """What each calendar says that it did not say at the last look; who is absent got the same bytes."""
        told: dict[str, list[str]] = {}
        for who, address in self.addresses.items():
            answer = httpx.get(address)
            assert answer.status_code == 200, who
            before, self.bodies[who] = self.bodies.get(who, b""), answer.content
            if before != answer.content:
                told[who] = _difference(_entries(before), _entries(answer.content)) or [_bytes(before, answer.content)]
        return told


def _entries(body: bytes) -> dict[str, str]:
    """What each entry says, by its UID."""
    if not body:
        return {}
    return {
        str(one["UID"]): f"{_moment(one.decoded('DTSTART'))} {one['SUMMARY']} {one['STATUS']}".replace("\u00a0", " ")
        for one in Calendar.from_ical(body).walk("VEVENT")
    }


def _bytes(before: bytes, after: bytes) -> str:
    """The names of the lines that only one of the two has."""
    lines = set(before.split(b"\r\n")) ^ set(after.split(b"\r\n"))
    return ", ".join(sorted({re.split(r"[:;]", line.decode())[0] for line in lines}))


def _moment(start: datetime) -> str:
    return f"{start.astimezone(ZONE):%Y-%m-%d %H:%M}"


def _difference(before: dict[str, str], after: dict[str, str]) -> list[str]:
    new = [f"+ {after[uid]}" for uid in after if uid not in before]
    gone = [f"- {before[uid]}" for uid in before if uid not in after]
    other = [f"~ {after[uid]}" for uid in after if uid in before and before[uid] != after[uid]]
    return sorted([*new, *gone, *other])
