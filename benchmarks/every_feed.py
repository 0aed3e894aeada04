"""
`python -m benchmarks.every_feed OUT [--serve]`: every kind of calendar at every level, for referees to read.

Both shipped territories, on three days: in December, and in the weeks in which clocks change in March and October; four
weeks of visits are planned and published before. Of each kind and level the four fullest calendars are taken, one in
each language, and the emptiest. Written are

- `OUT/TERRITORY-DAY/KIND-OWNER-LEVEL-REF.ics`,
- `OUT/forbidden.txt`: every pseudonym, name of a helper or professional, street and theme of both territories, which
  must occur in no calendar of the level *minimal* or *busy*.

With `--serve` the fullest calendar of each kind and level also gets an address, on servers of this program, one for
each territory and day, which stand until Ctrl-C; the addresses are printed, one a line. There are less than thirty on
each server: a referee also tries an address that nobody has, and whoever does so thirty times is slowed down.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

from sqlmodel import Session, select

from calendars.feed import render
from service import calendar_choices, codes, database, demo_steps, feeds, serving, subscriptions, visits
from service.calendar_choices import Choices
from service.clock import FixedClock
from service.database import Database
from service.errors import Refused
from service.feed_levels import levels_of
from service.feeds import Shown
from service.ids import SeededIds
from service.imports import shipped
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.network import Meeting
from service.tables.people import PeerHelper, Person, Place, Professional
from service.tables.territory import Neighbourhood, Territory, Theme
from service.worker import working

TERRITORIES = ("seraing", "locmine")
DAYS = (date(2026, 12, 14), date(2027, 3, 22), date(2027, 10, 25))
SHIPPED = date(2027, 1, 4)
"""The day that the shipped files tell of."""
ZONE = "Europe/Brussels"
WEEKS = 4
OWNERS = (("peer_helper", PeerHelper), ("professional", Professional), ("person", Person), ("place", Place))


@dataclass(frozen=True)
class Feed:
    """A calendar of one kind: whose it is in file names, and what its address would say of it."""

    name: str
    about: str
    shown: Shown
    fullest: bool = False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.every_feed")
    parser.add_argument("out", type=Path)
    parser.add_argument("--serve", action="store_true", help="give them addresses too, until Ctrl-C")
    asked = parser.parse_args()
    forbidden: set[str] = set()
    with ExitStack() as open_sites:
        for territory in TERRITORIES:
            for day in DAYS:
                site = open_sites.enter_context(_site(territory, day))
                chosen = list(_chosen(site, day))
                _write(asked.out / f"{territory}-{day}", site, chosen, day)
                forbidden |= _names(site)
                if asked.serve:
                    _serve(open_sites, site, chosen)
        (asked.out / "forbidden.txt").write_text("".join(f"{word}\n" for word in sorted(forbidden)), "utf-8")
        if asked.serve:
            threading.Event().wait()


@contextmanager
def _site(territory: str, day: date) -> Iterator[Site]:
    """A territory on a day, with four weeks planned and published from its Monday."""
    with tempfile.TemporaryDirectory(prefix="lefil-feeds-") as folder:
        listener = serving.bind("127.0.0.1", 0)
        port = listener.getsockname()[1]
        listener.close()
        url = f"sqlite:///{Path(folder) / 'lefil.db'}"
        settings = Settings(database_url=url, base_url=f"http://localhost:{port}", port=port, demo=True)
        site = Site(Database(url), FixedClock.at_eight(SHIPPED, ZONE), SeededIds(1), Seals(bytes(32)), settings)
        database.upgrade(site.db)
        shipped.load(site, Actor("sysadmin", None), territory, today=SHIPPED)
        site = replace(site, clock=FixedClock.at_eight(day, ZONE))
        actor = _coordinator(site)
        calendar_choices.choose(site, actor, Choices(team=True))
        monday = day - timedelta(days=day.weekday())
        with working(site):
            run = demo_steps.plan(site, actor, monday, WEEKS).finished.public_id
        visits.apply_draft(site, actor, run)
        demo_steps.publish(site, actor, monday, WEEKS)
        yield site
        site.db.close()


def _coordinator(site: Site) -> Actor:
    with site.db() as tx:
        return Actor("coordinator", tx.exec(select(Territory.id)).one())


def _chosen(site: Site, day: date) -> Iterator[Feed]:
    """The fullest and the emptiest calendar of each kind at each level, in each language."""
    actor = _coordinator(site)
    with site.db() as tx:
        for kind, owner_kind, feeds_of in _kinds(tx, actor.territory_id or 0):
            for level in levels_of(kind, owner_kind):
                made = sorted(feeds_of(level), key=lambda feed: len(_bytes(tx, feed, day)))
                some = dict.fromkeys((*made[-len(codes.LANGS) :], *made[:1]))
                for language, feed in zip(cycle(codes.LANGS), some, strict=False):
                    shown = replace(feed.shown, language=language)
                    yield replace(feed, shown=shown, fullest=feed == made[-1])


def _kinds(tx: Session, here: int) -> Iterator[tuple[str, str | None, Callable[[str], list[Feed]]]]:
    for kind in ("own", "busy"):
        for owner_kind, table in OWNERS[:3]:
            rows = tx.exec(select(table).where(table.territory_id == here)).all()
            yield (
                kind,
                owner_kind,
                lambda level, rows=rows, kind=kind, owner=owner_kind: [
                    Feed(
                        f"{kind}-{owner}-{level}-{row.ref}",
                        f"{owner}:{row.ref}",
                        Shown(here, kind, row.id, level, key=row.ref),
                    )
                    for row in rows
                ],
            )
    places = tx.exec(select(Place).where(Place.territory_id == here)).all()
    yield (
        "place",
        None,
        lambda level: [
            Feed(f"place-{level}-{row.ref}", f"place:{row.ref}", Shown(here, "place", row.id, level, key=row.ref))
            for row in places
        ],
    )
    groups = tx.exec(select(Meeting).where(Meeting.territory_id == here, Meeting.kind == "working_group")).all()
    yield (
        "working_group",
        None,
        lambda level: [
            Feed(
                f"group-{level}-{row.ref}",
                f"working_group:{row.ref}",
                Shown(here, "working_group", None, level, meeting_id=row.id, key=row.ref),
            )
            for row in groups
        ],
    )
    for kind in ("territory", "team"):
        yield (
            kind,
            None,
            lambda level, kind=kind: [Feed(f"{kind}-{level}", kind, Shown(here, kind, None, level, key=kind))],
        )


def _bytes(tx: Session, feed: Feed, day: date) -> bytes:
    return render(feeds.calendar_for(tx, feed.shown, day))


def _write(folder: Path, site: Site, chosen: list[Feed], day: date) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with site.db() as tx:
        for feed in chosen:
            (folder / f"{feed.name}-{feed.shown.language}.ics").write_bytes(_bytes(tx, feed, day))


def _serve(open_sites: ExitStack, site: Site, chosen: list[Feed]) -> None:
    actor = _coordinator(site)
    for feed in (one for one in chosen if one.fullest):
        try:
            made = subscriptions.subscribe_for(
                site,
                actor,
                feed.about,
                feed.shown.level,
                "",
                language=feed.shown.language,
                merged=feed.shown.kind == "busy",
            )
        except Refused:  # the person's own level is made by the person
            owner = Actor("person", actor.territory_id, party_id=feed.shown.owner_id)
            made = subscriptions.subscribe(
                site, owner, feed.shown.owner_id, feed.shown.level, "", language=feed.shown.language
            )
        print(made.url, flush=True)
    listener = serving.bind("127.0.0.1", site.settings.port)
    threading.Thread(target=serving.serve, args=(site, listener), daemon=True).start()
    open_sites.callback(listener.close)


def _names(site: Site) -> set[str]:
    """What a calendar that says little may not hold; words of three letters and less would be found in any text."""
    with site.db() as tx:
        found = {row.pseudonym for row in tx.exec(select(Person))} | {row.street for row in tx.exec(select(Person))}
        found |= {row.display_name for row in tx.exec(select(PeerHelper))}
        found |= {row.display_name for row in tx.exec(select(Professional))}
        found |= {row.example_street for row in tx.exec(select(Neighbourhood))}
        for theme in tx.exec(select(Theme)):
            found |= {theme.label_fr, theme.label_nl, theme.label_de, theme.label_en}
    return {word.strip() for word in found if len(word.strip()) > 3}


if __name__ == "__main__":
    main()
