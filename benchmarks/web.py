"""
`python -m benchmarks.web [--territories N] [--database URL] [--times N]`: the pages, as readers wait for them.

Territories like Seraing, imported, paired, planned and published, in one database; one server process as users run it.
For each page that a role reaches by links: time to the first byte (p50, p95), milliseconds of processor that an answer
takes the server, which other work on the machine hardly lengthens, octets on the wire as a browser asks for them
(compressed, if the server compresses), and the questions it asks of the database, counted in this process on the same
database. Then the five pages with the longest wait and the interface for programs: requests a second and p95 with
four readers, beside a bare Litestar page whose template has the same size, in the same run.
"""

from __future__ import annotations

import argparse
import http.client
import re
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import uvicorn
from jinja2 import Environment
from litestar import Litestar, MediaType, Response, get
from litestar.testing import TestClient
from sqlalchemy import event
from sqlmodel import select

from benchmarks import servers
from service import access, database, process, runs, serving, visits
from service.app import create_app
from service.clock import FixedClock
from service.database import Database
from service.demo_steps import pair, wait_for
from service.ids import SystemIds
from service.imports import folder, shipped
from service.imports.accept import accept
from service.imports.report import examine
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.territory import Territory
from service.worker import Worker

TODAY = date(2027, 1, 4)
MONDAY = date(2027, 1, 11)
ZONE = "Europe/Brussels"
ROLES = ("coordinator", "peer_helper", "professional", "person")
READERS = 4
HEAVIEST = 5
PASSED_OVER = ("/langue/", "/theme/", "/static/", "/sortir")
ROW = "{:<13} {:<46} {:>8} {:>8} {:>8} {:>8} {:>6}"
PACE = "{:<60} {:>9} {:>8} {:>9} {:>8}"


@dataclass(frozen=True)
class Page:
    """One page as one role sees it, the first of its kind; waits to the first byte and work in seconds."""

    role: str
    cookie: str
    kind: str
    path: str
    waits: tuple[float, ...]
    octets: int
    work: float
    questions: int

    @property
    def p50(self) -> float:
        return self.waits[len(self.waits) // 2]

    @property
    def p95(self) -> float:
        return self.waits[int(len(self.waits) * 0.95)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web")
    parser.add_argument("--territories", type=int, default=10)
    parser.add_argument("--times", type=int, default=40, help="requests of each page, and 4 x as many of the heaviest")
    parser.add_argument("--database", help="kept and used again; a SQLite file of the moment without it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        url = asked.database or f"sqlite:///{Path(place) / 'lefil.db'}"
        port = free_port()
        began = time.perf_counter()
        site = site_on(url, port)
        with closing(site.db):
            fill(site, asked.territories)
        print(
            f"{asked.territories} territories in {time.perf_counter() - began:.0f} s, {url.split(':')[0]}", flush=True
        )
        with servers.running(serve, url, port=port) as server:
            pages = [page for role in ROLES for page in _pages(site_on(url, port), role, port, server, asked.times)]
            _table(pages)
            _paces(pages, site_on(url, port), port, asked.times * READERS)


def _table(pages: Sequence[Page]) -> None:
    print(ROW.format("role", "page", "p50 ms", "p95 ms", "work ms", "octets", "SQL"))
    for one in pages:
        times = (f"{seconds * 1e3:.1f}" for seconds in (one.p50, one.p95, one.work))
        print(ROW.format(one.role, one.kind, *times, one.octets, one.questions))
    waits = sorted(wait for one in pages for wait in one.waits)
    p50, p95 = waits[len(waits) // 2] * 1e3, waits[int(len(waits) * 0.95)] * 1e3
    most = max(one.questions for one in pages)
    print(f"{len(pages)} pages: p50 {p50:.1f} ms, p95 {p95:.1f} ms; most questions {most}", flush=True)


def _paces(pages: Sequence[Page], site: Site, port: int, times: int) -> None:
    """The heaviest pages and the interface for programs, each beside a bare page of its size."""
    chosen = sorted(pages, key=lambda one: one.p50, reverse=True)[:HEAVIEST]
    looked = [(f"{one.role} {one.kind}", one.cookie, one.path) for one in chosen]
    coordinator = next(one for one in pages if one.role == "coordinator")
    with site.db() as tx:
        known = tx.exec(select(Territory.id)).first()
    run = runs.finished(site, Actor("coordinator", known), "pairing")
    if run is not None:
        looked.append(("interface: shortlists", coordinator.cookie, f"/api/pairings/runs/{run.public_id}/shortlists"))
    print(PACE.format(f"{READERS} readers", "requests/s", "p95 ms", "bare", "share"))
    for name, cookie, path in looked:
        body = _once(port, path, cookie)
        ours = _pace(port, path, cookie, times)
        bare_port = free_port()
        with servers.running(_serve_bare, body, port=bare_port):
            bare = _pace(bare_port, "/", "", times)
        print(
            PACE.format(name, f"{ours[0]:.0f}", f"{ours[1] * 1e3:.0f}", f"{bare[0]:.0f}", f"{ours[0] / bare[0]:.0%}"),
            flush=True,
        )


def _pace(port: int, path: str, cookie: str, times: int) -> tuple[float, float]:
    """Requests a second with some readers at once, and the p95 of their waits."""

    def read(count: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        with closing(connection):
            return [_wait(connection, port, path, cookie)[0] for _ in range(count)]

    began = time.perf_counter()
    with ThreadPoolExecutor(READERS) as readers:
        waits = sorted(wait for part in readers.map(read, [times // READERS] * READERS) for wait in part)
    return len(waits) / (time.perf_counter() - began), waits[int(len(waits) * 0.95)]


def _wait(connection: http.client.HTTPConnection, port: int, path: str, cookie: str) -> tuple[float, bytes]:
    """Seconds to the first byte, and the body as it came."""
    headers = {"Host": f"127.0.0.1:{port}", "Accept": "*/*", "Accept-Encoding": "gzip, br", "Accept-Language": "fr"}
    if cookie:
        headers["Cookie"] = f"lefil={cookie}"
    began = time.perf_counter()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    waited = time.perf_counter() - began
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return waited, body


def _once(port: int, path: str, cookie: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    with closing(connection):
        connection.request(
            "GET", path, headers={"Host": f"127.0.0.1:{port}", "Accept": "*/*", "Cookie": f"lefil={cookie}"}
        )
        return connection.getresponse().read()


def _pages(site: Site, role: str, port: int, server: int, times: int) -> list[Page]:
    """Every page that this role reaches by links, the first of each kind."""
    found: list[Page] = []
    questions: list[str] = []
    event.listen(site.db.engine, "before_cursor_execute", lambda *parts: questions.append(str(parts[2])))
    with closing(site.db), TestClient(create_app(site), base_url=site.settings.base_url) as browser:
        browser.headers.update({"accept": "text/html", "accept-language": "fr"})
        link = access.new_link(site, role)
        [seal, *_] = re.findall(r'name="csrf" value="([0-9a-f]+)"', browser.get(link).text)
        browser.post("/session", data={"csrf": seal, "token": link.rsplit("/", 1)[-1]})
        cookie = browser.cookies["lefil"]
        waiting, seen = deque(["/"]), set[str]()
        while waiting:
            path = waiting.popleft()
            kind = re.sub(r"[0-9a-f]{32}|\d{4}-\d\d-\d\d", "…", path)
            if kind in seen:
                continue
            seen.add(kind)
            questions.clear()
            answer = browser.get(path, follow_redirects=False)
            if answer.status_code == 303:
                waiting.appendleft(answer.headers["location"].partition("?")[0])
            if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
                continue
            asked = sum(not question.startswith("BEGIN") for question in questions)
            connection = http.client.HTTPConnection("127.0.0.1", port)
            with closing(connection):
                _wait(connection, port, path, cookie)  # its template is read once, and what can be kept is kept
                before = servers.processor(server)
                looks = [_wait(connection, port, path, cookie) for _ in range(times)]
                work = (servers.processor(server) - before) / times
            waits = tuple(sorted(one for one, _ in looks))
            found.append(Page(role, cookie, kind, path, waits, len(looks[0][1]), work, asked))
            links = re.findall(r'<a [^>]*?href="(/[^"?#]*)', answer.text)
            waiting += [one for one in links if not one.startswith(PASSED_OVER)]
    return found


def fill(site: Site, territories: int) -> None:
    """Territories with the files of Seraing under references of their own; a database with some stays as it is."""
    database.upgrade(site.db)
    with site.db() as tx:
        if tx.exec(select(Territory.id)).first() is not None:
            return
    files = folder.read(shipped.path("seraing"))
    worker = Worker(site.db, site.settings, bell=site.bell)
    worker.open()
    try:
        for number in range(territories):
            own = {name: content.replace(b"SER", b"S%02d" % number) for name, content in files.items()}
            accept(site, Actor("sysadmin", None), examine(site, own, territory=f"BE-S{number:02}"), demo=True)
            with site.db() as tx:
                known = tx.exec(select(Territory.id).where(Territory.ref == f"BE-S{number:02}")).one()
            actor = Actor("coordinator", known)
            pair(site, actor)
            run = wait_for(site, actor, visits.ask_for_plan(site, actor, MONDAY)).finished.public_id
            visits.apply_draft(site, actor, run)
            visits.publish(site, actor, MONDAY)
        access.make_demo_accounts(site)
    finally:
        worker.close()


def site_on(url: str, port: int) -> Site:
    settings = Settings(database_url=url, base_url=f"http://127.0.0.1:{port}", port=port, demo=True, solver_seconds=60)
    return Site(Database(url), FixedClock.at_eight(TODAY, ZONE), SystemIds(), Seals(bytes(32)), settings)


def serve(url: str, port: int) -> None:
    process.stop_in_order()
    serving.serve(site_on(url, port), serving.bind("127.0.0.1", port))


def _serve_bare(body: bytes, port: int) -> None:
    """A page of this size, rendered from a template of its own at each request, and nothing else."""
    template = Environment(autoescape=True).from_string("{% raw %}" + body.decode() + "{% endraw %}{{ end }}")

    @get("/", sync_to_thread=False)
    def bare() -> Response[str]:
        return Response(template.render(end=""), media_type=MediaType.HTML)

    @get("/health", sync_to_thread=False)
    def health() -> str:
        return ""

    config = uvicorn.Config(Litestar([bare, health]), access_log=False, log_level="error")
    uvicorn.Server(config).run(sockets=[serving.bind("127.0.0.1", port)])


def free_port() -> int:
    listener = serving.bind("127.0.0.1", 0)
    with closing(listener):
        return listener.getsockname()[1]


if __name__ == "__main__":
    main()
