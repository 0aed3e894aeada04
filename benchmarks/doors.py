"""
`python -m benchmarks.doors [--pairs N]`: what the doors tell by how long they take, and what they cost the others.

A real installation with one process. First, for each door, pairs of tries one after the other, with an address that an
account has and with one that nobody has: the medians must lie within 20 ms (`security.md` A4), and status and octets
must be equal. Then fifty sign-ins by password at once while `/health` is asked all the time: its p95 must stay under
200 ms and the process must not grow by more than 100 MiB (`security.md` A2).
"""

from __future__ import annotations

import argparse
import re
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlmodel import col, select

from benchmarks import servers
from service import access, access_attempts, database, mail_addresses, passwords, process, serving
from service.clock import RealClock
from service.database import Database
from service.ids import SystemIds
from service.imports import folder, shipped
from service.imports.accept import accept
from service.imports.report import examine
from service.sealing import Seals
from service.settings import Settings
from service.site import Actor, Site
from service.tables.access import Account

HOST = "fil.example"
BASE = f"https://{HOST}"
PASSPHRASE = "girafe violon tunnel citron"  # noqa: S105 – of accounts that live as long as this run
TRIES_EACH = 4
"""Of one account, so that no door closes for a while (`security.md` A3)."""
AT_ONCE = 50
ROW = "{:<34} {:>10} {:>10} {:>12} {:>8}"


@dataclass(frozen=True)
class Door:
    """A form of somebody who is not in yet."""

    name: str
    page: str
    address: str
    role: str
    fields: tuple[tuple[str, str], ...] = ()


DOORS = (
    Door(
        "password", "/entrer/mot-de-passe", "/entrer/mot-de-passe/verifier", "coordinator", (("password", "faux" * 4),)
    ),
    Door("forgotten password", "/mot-de-passe/oublie", "/mot-de-passe/oublie/demander", "coordinator"),
    Door("link or code by mail", "/entrer/courriel", "/entrer/courriel/demander", "peer_helper"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doors")
    parser.add_argument("--pairs", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'lefil.db'}"
        site = _site(url)
        with closing(site.db):
            known = _fill(site)
            port = _free_port()
            with servers.running(_serve, url, port=port, host=HOST) as pid:
                print(ROW.format("door", "known ms", "nobody ms", "difference", "equal"))
                for door in DOORS:
                    _pairs(site, port, door, known[door.role], asked.pairs)
                _crowd(site, port, pid, known["coordinator"])


def _site(url: str) -> Site:
    settings = Settings(database_url=url, base_url=BASE, proxies="127.0.0.1", demo=False)
    return Site(Database(url), RealClock(), SystemIds(), Seals(b"k" * 32), settings)


def _serve(url: str, port: int) -> None:
    process.stop_in_order()
    serving.serve(_site(url), serving.bind("127.0.0.1", port))


def _fill(site: Site) -> dict[str, list[str]]:
    """Fifty coordinators with one password, and the others as helpers; their addresses by role."""
    database.upgrade(site.db)
    accept(site, Actor("sysadmin", None), examine(site, folder.read(shipped.path("seraing"))), demo=True)
    access.make_demo_accounts(site)
    kept = passwords.hash_of(PASSPHRASE)
    found: dict[str, list[str]] = {}
    with site.db.begin() as tx:
        rows = tx.exec(select(Account).order_by(col(Account.id))).all()
        for place, row in enumerate(rows):
            # Only the door matters here, not what the account then opens.
            row.role = "coordinator" if place < AT_ONCE else "peer_helper"
            row.password_hash = kept if row.role == "coordinator" else None
            email = f"qui{place}@example.org"
            mail_addresses.put(tx, site, row, email)
            tx.add(row)
            found.setdefault(row.role, []).append(email)
    return found


def _pairs(site: Site, port: int, door: Door, known: list[str], pairs: int) -> None:
    waits: dict[bool, list[float]] = {True: [], False: []}
    answers: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}
    with _browser(port) as browser:
        seal = _seal(browser, door.page)
        for turn in range(pairs):
            if turn % (AT_ONCE * TRIES_EACH // 4) == 0:
                # As if a day had gone by, so that the counters of all tries do not close the door.
                access_attempts.sweep(site, datetime.now(UTC) + timedelta(days=2))
            pair = [(True, known[turn // TRIES_EACH % len(known)]), (False, f"personne{turn}@example.org")]
            for is_known, email in pair if turn % 2 else reversed(pair):
                began = time.perf_counter()
                answer = browser.post(
                    door.address,
                    data={"csrf": seal, "email": email, **dict(door.fields)},
                    headers={"x-forwarded-for": f"198.51.100.{turn % 200 + 1}"},
                )
                waits[is_known].append(time.perf_counter() - began)
                answers[is_known].add((answer.status_code, len(answer.content)))
    medians = {is_known: statistics.median(found) * 1e3 for is_known, found in waits.items()}
    apart = abs(medians[True] - medians[False])
    print(
        ROW.format(
            door.name,
            f"{medians[True]:.1f}",
            f"{medians[False]:.1f}",
            f"{apart:.1f} ms",
            str(answers[True] == answers[False]),
        ),
        flush=True,
    )


def _crowd(site: Site, port: int, pid: int, known: list[str]) -> None:
    access_attempts.sweep(site, datetime.now(UTC) + timedelta(days=2))
    before, over, waits = _memory(pid), threading.Event(), list[float]()

    def poll() -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"host": HOST}) as client:
            while not over.is_set():
                began = time.perf_counter()
                client.get("/health")
                waits.append(time.perf_counter() - began)

    def come_in(place: int) -> int:
        with _browser(port) as browser:
            return browser.post(
                "/entrer/mot-de-passe/verifier",
                data={"csrf": _seal(browser, "/entrer/mot-de-passe"), "email": known[place], "password": PASSPHRASE},
                headers={"x-forwarded-for": f"203.0.113.{place + 1}"},
            ).status_code

    polling = threading.Thread(target=poll)
    polling.start()
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        came = list(crowd.map(come_in, range(AT_ONCE)))
    seconds = time.perf_counter() - began
    over.set()
    polling.join()
    waits.sort()
    print(
        f"{AT_ONCE} sign-ins at once in {seconds:.1f} s, {came.count(303)} let on; "
        f"/health p95 {waits[int(len(waits) * 0.95)] * 1e3:.0f} ms of {len(waits)}; "
        f"memory {(_memory(pid) - before) / 2**20:+.0f} MiB"
    )


@contextmanager
def _browser(port: int) -> Iterator[httpx.Client]:
    """A browser behind the network's proxy, which speaks plain HTTP with the server."""
    headers = {"host": HOST, "origin": BASE, "sec-fetch-site": "same-origin", "accept": "text/html"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120) as client:
        yield client


def _seal(browser: httpx.Client, page: str) -> str:
    answer = browser.get(page)
    # Cookies that only travel encrypted: the proxy would have them.
    browser.headers["cookie"] = "; ".join(one.partition(";")[0] for one in answer.headers.get_list("set-cookie"))
    seal = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)
    if seal is None:
        raise SystemExit(f"{page}: {answer.status_code}")
    return seal[1]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _memory(pid: int) -> int:
    """Resident octets of a process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    main()
