"""A server with the territory of Seraing, filled once; each test works on its own copy."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path

import uvicorn
from sqlmodel import select

from service import access, database, visits
from service.app import create_app
from service.clock import Clock, FixedClock
from service.database import Database
from service.demo_steps import pair, say_how_to_call, wait_for
from service.ids import SeededIds, SystemIds
from service.imports import folder, shipped
from service.imports.accept import accept
from service.imports.report import examine
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.territory import Territory
from service.worker import Worker
from tests import sites
from tests.postgres import alone

TODAY = date(2027, 1, 4)
MONDAY = date(2027, 1, 11)
ZONE = "Europe/Brussels"
KEY = b"browser tests need no secret key"


class Watch:
    """A domain clock that a test moves on while the server runs."""

    def __init__(self) -> None:
        self.back()

    def back(self) -> None:
        self.moment: datetime = FixedClock.at_eight(TODAY, ZONE).now()

    def now(self) -> datetime:
        return self.moment


def site_on(path: Path, port: int, ids: SeededIds | SystemIds | None = None, clock: Clock | None = None) -> Site:
    settings = Settings(
        database_url=f"sqlite:///{path}", demo=True, port=port, base_url=f"http://localhost:{port}", solver_seconds=60
    )
    clock = clock or FixedClock.at_eight(TODAY, ZONE)
    return Site(Database(settings.database_url), clock, ids or SystemIds(), Seals(KEY), settings)


def coordinator(site: Site) -> Actor:
    with site.db() as tx:
        return Actor("coordinator", tx.exec(select(Territory.id).where(Territory.ref == "BE-SER")).one())


def fill(path: Path) -> None:
    """Import Seraing, give everybody an account, compute the shortlists, place the visits of four weeks."""
    site = site_on(path, 8000, SeededIds(1))
    try:
        database.upgrade(site.db)
        report = examine(site, folder.read(shipped.path("seraing")))
        accept(site, Actor("sysadmin", None), report, demo=True)
        access.make_demo_accounts(site)
        with working(site):
            actor = coordinator(site)
            say_how_to_call(site, actor)
            pair(site, actor)
            run = wait_for(site, actor, visits.ask_for_plan(site, actor, MONDAY)).finished.public_id
            visits.apply_draft(site, actor, run)
            visits.publish(site, actor, MONDAY)
    finally:
        site.db.close()


@contextmanager
def working(site: Site) -> Iterator[None]:
    worker = Worker(site.db, site.settings, bell=site.bell)
    worker.open()
    try:
        yield
    finally:
        worker.close()


@contextmanager
def running(server: uvicorn.Server, listener: socket.socket) -> Iterator[None]:
    """A server that answers, in a thread of its own, while the block lasts."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@contextmanager
def served(filled: Path, folder: Path, clock: Clock | None = None) -> Iterator[Site]:
    """A real server on a copy of the filled database; `working` carries its runs out, or the test itself."""
    copy = folder / "lefil.db"
    shutil.copy(filled, copy)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    site = site_on(copy, listener.getsockname()[1], clock=clock)
    server = uvicorn.Server(
        uvicorn.Config(create_app(site), access_log=False, log_config=None, server_header=False, lifespan="on")
    )
    with running(server, listener):
        yield site
    site.db.close()


def made_once(shared: Path, name: str, make: Callable[[Path], None]) -> Path:
    """A file in the folder that all workers of this run see: the first who needs it makes it."""
    folder = shared / "served"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / name
    with alone(folder):
        if not made.exists():
            making = folder / f"{name}.making"
            make(making)
            making.rename(made)
    return made


def restore(site: Site, filled: Path) -> None:
    """Everything in the database of a running server is as it was when it started."""
    with closing(Database(f"sqlite:///{filled}")) as before:
        sites.copy_of(before, site.settings.database_url).close()
