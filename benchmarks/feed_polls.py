"""
Phones that poll: a server with thousands of addresses of 50 visits each, read over HTTP (second half of `feeds.py`).

The server runs as users run it, in a process of its own with the threads it has in service; the readers are threads of
this one, each with a connection of its own. Told are requests a second, the wait of a reader, the seconds of processor
that the server spent on each request, and what share of one core the polls of ten thousand phones every quarter of an
hour (11.1 a second) take of it.
"""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel

from benchmarks import servers
from service import database, feeds, process, serving
from service.clock import FixedClock
from service.database import Database
from service.ids import SeededIds
from service.sealing import Seals
from service.settings import Settings
from service.site import Site
from service.tables.access import Subscription
from service.tables.pairings import Pairing, Visit
from service.tables.people import Consent, Party, PeerHelper, Person
from service.tables.territory import Territory

TODAY = date(2027, 1, 4)
ZONE = "Europe/Brussels"
WRITTEN = datetime(2027, 1, 2, 9, tzinfo=UTC)
VISITS = 50
READERS = 4
PHONES = 10_000
QUARTER = 900
AT_ONCE = 20_000
LINE = "{:<44} {:>8} {:>9} {:>8} {:>8} {:>9} {:>9}"


@dataclass(frozen=True)
class Poll:
    """One request, and what came back."""

    status: int
    etag: str
    octets: int
    seconds: float


def measure(subscriptions: int, url: str | None = None) -> None:
    """Fill a database, start a server, poll; raises SystemExit when an answer is not what it should be."""
    with tempfile.TemporaryDirectory() as folder:
        url = url or f"sqlite:///{Path(folder) / 'lefil.db'}"
        secrets = _fill(url, subscriptions)
        listener = serving.bind("127.0.0.1", 0)
        port = listener.getsockname()[1]
        listener.close()
        with servers.running(_serve, url, port=port) as pid:
            tags = _phases(url, secrets, port, pid)
        with servers.running(_serve, url, port=port) as pid:
            _phase("after a restart: 304", secrets, tags, port, pid, 304)


def _phases(url: str, secrets: Sequence[str], port: int, pid: int) -> dict[str, str]:
    """The tags that the readers hold in the end."""
    engine = url.split(":")[0]
    print(
        LINE.format(
            f"{len(secrets)} addresses of {VISITS} visits, {engine}",
            *("requests", "a second", "p50 ms", "p95 ms", "CPU ms", "of a core"),
        )
    )
    first = _phase("first read: written, kept, sent", secrets, {}, port, pid, 200)
    tags = {secret: poll.etag for secret, poll in first.items()}
    _phase("nothing changed: 304", secrets, tags, port, pid, 304)
    _phase("kept body sent: 200", secrets, {}, port, pid, 200)
    some = secrets[: max(2, len(secrets) // 5)]
    _move(url, len(some) // 2)
    changed = _phase("one visit changed: written anew, sent", some, tags, port, pid, 200)
    _phase("and everybody else: 304", secrets[len(some) :], tags, port, pid, 304)
    _phase("unknown address: 404", ["x" * 43] * 20, {}, port, pid, 404)
    mean = sum(poll.octets for poll in first.values()) / len(first)
    print(f"{mean:,.0f} octets a calendar, compressed", flush=True)
    return tags | {secret: poll.etag for secret, poll in changed.items()}


def _phase(
    name: str, secrets: Sequence[str], tags: dict[str, str], port: int, pid: int, wanted: int
) -> dict[str, Poll]:
    began, used = time.perf_counter(), servers.processor(pid)
    portions = [secrets[start::READERS] for start in range(READERS)]
    with ThreadPoolExecutor(READERS) as readers:
        found = [one for part in readers.map(lambda part: _read(part, tags, port), portions) for one in part]
    seconds, processor = time.perf_counter() - began, servers.processor(pid) - used
    if wrong := {poll.status for _, poll in found if poll.status != wanted}:
        raise SystemExit(f"{name}: {sorted(wrong)} instead of {wanted}")
    waits = sorted(poll.seconds for _, poll in found)
    each = processor / len(found)
    print(
        LINE.format(
            name,
            len(found),
            f"{len(found) / seconds:,.0f}",
            f"{waits[len(waits) // 2] * 1000:.1f}",
            f"{waits[int(len(waits) * 0.95)] * 1000:.1f}",
            f"{each * 1000:.2f}",
            f"{each * PHONES / QUARTER:.1%}",
        ),
        flush=True,
    )
    return dict(found)


def _read(secrets: Sequence[str], tags: dict[str, str], port: int) -> list[tuple[str, Poll]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    found: list[tuple[str, Poll]] = []
    for secret in secrets:
        headers = {"Accept-Encoding": "gzip", "User-Agent": "dataaccessd/1.0", "Host": f"localhost:{port}"}
        if secret in tags:
            headers["If-None-Match"] = tags[secret]
        began = time.perf_counter()
        connection.request("GET", f"/f/{secret}.ics", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - began
        found.append((secret, Poll(answer.status, answer.headers.get("ETag", ""), len(body), took)))
    connection.close()
    return found


def _serve(url: str, port: int) -> None:
    process.stop_in_order()
    site = _site(url, port)
    serving.serve(site, serving.bind("127.0.0.1", port))


def _site(url: str, port: int) -> Site:
    settings = Settings(database_url=url, base_url=f"http://localhost:{port}", port=port)
    return Site(Database(url), FixedClock.at_eight(TODAY, ZONE), SeededIds(1), Seals(bytes(32)), settings)


def _move(url: str, pairings: int) -> None:
    """Move one visit of each of the first pairings by an hour."""
    db = Database(url)
    with db.begin() as tx:
        for number in range(1, pairings + 1):
            start = _start(7) + timedelta(hours=1)
            tx.execute(
                text(
                    "UPDATE visit SET starts_at = :start, ends_at = :end, sequence = sequence + 1 "
                    "WHERE pairing_id = :pairing AND ref = :ref"
                ),
                {
                    "start": start,
                    "end": start + timedelta(hours=1),
                    "pairing": number,
                    "ref": f"V{number}-7",
                },
            )
    db.close()


def _start(n: int) -> datetime:
    """The n-th visit of everybody: two a week, from the week before last."""
    return datetime(2026, 12, 22, 9, tzinfo=UTC) + timedelta(days=7 * (n // 2) + 2 * (n % 2))


def _fill(url: str, subscriptions: int) -> list[str]:
    """One territory with as many pairings as make this many addresses; their secrets, pairing by pairing."""
    db = Database(url)
    database.upgrade(db)
    pairs = range(1, subscriptions // 2 + 1)
    with db.begin() as tx:
        territory = Territory(
            public_id="t",
            ref="BE-SER",
            name="Seraing",
            country="BE",
            timezone=ZONE,
            languages=["fr"],
            lat=50.6,
            lon=5.5,
            max_travel_km=8,
        )
        tx.add(territory)
        tx.flush()
        here = territory.id or 0
        _insert(
            tx,
            Party,
            [{"id": 2 * n - 1, "territory_id": here, "kind": "person"} for n in pairs]
            + [{"id": 2 * n, "territory_id": here, "kind": "peer_helper"} for n in pairs],
        )
        _insert(tx, Person, [_person(here, n) for n in pairs])
        _insert(tx, PeerHelper, [_helper(here, n) for n in pairs])
        _insert(tx, Consent, [_consent(n) for n in pairs])
        _insert(tx, Pairing, [_pairing(here, n) for n in pairs])
        tx.flush()
    for begin in range(0, len(pairs), AT_ONCE // VISITS):
        part = pairs[begin : begin + AT_ONCE // VISITS]
        with db.begin() as tx:
            _insert(tx, Visit, [_visit(here, n, number) for n in part for number in range(VISITS)])
    secrets = [f"{n:043}" for n in range(2 * len(pairs))]
    with db.begin() as tx:
        _insert(
            tx,
            Subscription,
            [
                {
                    "public_id": f"s{n}",
                    "territory_id": here,
                    "owner_id": n + 1,
                    "secret_hash": feeds.hashed(secret),
                    "created_at": WRITTEN,
                    "changed_at": WRITTEN,
                }
                for n, secret in enumerate(secrets)
            ],
        )
    db.close()
    return secrets


def _insert(tx: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Rows with the table's own defaults for what they do not say."""
    whole = [{**_defaults(table), **row} for row in rows]
    for begin in range(0, len(whole), AT_ONCE):
        tx.execute(insert(table), whole[begin : begin + AT_ONCE])


def _defaults(table: type[SQLModel]) -> dict[str, Any]:
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in table.model_fields.items()
        if not field.is_required() and name != "id"
    }


def _person(territory: int, n: int) -> dict[str, Any]:
    return {
        "id": 2 * n - 1,
        "public_id": f"p{n}",
        "ref": f"P{n}",
        "territory_id": territory,
        "pseudonym": f"Personne {n}",
        "living_environment": "home",
        "contact_channel": "phone",
        "visit_frequency": "weekly",
        "visit_minutes": 60,
        "status": "paired",
        "changed_at": WRITTEN,
    }


def _helper(territory: int, n: int) -> dict[str, Any]:
    return {
        "id": 2 * n,
        "public_id": f"h{n}",
        "ref": f"H{n}",
        "territory_id": territory,
        "display_name": f"Pair {n}",
        "contract": "employee",
        "weekly_minutes_max": 1200,
        "max_persons": 5,
        "max_visits_per_day": 4,
        "max_travel_km": 10,
        "transport": "bus",
        "status": "active",
    }


def _consent(n: int) -> dict[str, Any]:
    return {
        "person_id": 2 * n - 1,
        "status": "given",
        "scope": ["pairing"],
        "given_on": date(2026, 8, 25),
        "expires_on": date(2027, 8, 25),
        "how": "signed",
        "recorded_at": WRITTEN,
    }


def _pairing(territory: int, n: int) -> dict[str, Any]:
    return {
        "id": n,
        "public_id": f"b{n}",
        "ref": f"SER-B{n:05}",
        "territory_id": territory,
        "person_id": 2 * n - 1,
        "peer_helper_id": 2 * n,
        "status": "active",
        "proposed_on": date(2026, 9, 1),
        "person_answer": "accepted",
        "helper_answer": "accepted",
        "changed_at": WRITTEN,
    }


def _visit(territory: int, n: int, number: int) -> dict[str, Any]:
    start = _start(number)
    return {
        "public_id": f"v{n}-{number}",
        "ref": f"V{n}-{number}",
        "territory_id": territory,
        "pairing_id": n,
        "person_id": 2 * n - 1,
        "peer_helper_id": 2 * n,
        "kind": "regular",
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "status": "confirmed",
        "published_at": WRITTEN,
        "uid": f"{n:016x}{number:016x}@lefil",
        "created_at": WRITTEN,
        "changed_at": WRITTEN,
    }
