"""The addresses that calendars poll: no session, no cookie, no page; the secret alone decides (`security.md` F1)."""

from __future__ import annotations

import gzip
import hashlib
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic
from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from service import access_attempts, feeds
from service.errors import NotFound
from service.site import Site
from service.web.doors import ANYONE

READS_AN_HOUR = 60
HOUR = 3600.0
CALENDAR = "text/calendar"
HEADERS = {
    "Cache-Control": "private, max-age=300",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


class Reads:
    """How often each address was read in the last hour, in this process; by hash, so that no secret lies about."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = {}

    def wait(self, secret: str, now: float) -> int:
        """Seconds until the address may be read again; 0 = now."""
        times = self._times.get(feeds.hashed(secret), deque())
        while times and times[0] <= now - HOUR:
            times.popleft()
        return int(times[0] + HOUR - now) + 1 if len(times) >= READS_AN_HOUR else 0

    def count(self, secret: str, now: float) -> None:
        """Note a read of an address that exists."""
        self._times.setdefault(feeds.hashed(secret), deque()).append(now)


@route("/f/{name:str}", http_method=["GET", "HEAD"], opt=ANYONE, sync_to_thread=True, include_in_schema=False)
def feed(request: Request[Any, Any, Any], site: NamedDependency[Site], name: FromPath[str]) -> Response[bytes]:
    """The calendar behind a secret address; 404 when there is none, 410 when it is over, both without a word."""
    secret = name.removesuffix(".ics")
    reads: Reads = request.app.state.setdefault("feed_reads", Reads())
    wait = reads.wait(secret, monotonic())
    if wait:
        return _empty(429, {"Retry-After": str(wait)})
    try:
        found = feeds.read(site, secret if secret != name else "")
    except NotFound:
        return _unknown(request, site)
    reads.count(secret, monotonic())
    if found.body is None:
        return _empty(410)

    zipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    body = gzip.compress(found.body, mtime=0) if zipped else found.body
    tag = f'"{hashlib.sha256(found.body).hexdigest()[:32]}{"-gzip" if zipped else ""}"'
    # A row that is gone leaves no date behind, so the tag alone decides on 304; the date is for clients that show it.
    headers = {**HEADERS, "ETag": tag, "Last-Modified": format_datetime(_real(site, found.changed), usegmt=True)}
    if matches(request.headers.getall("if-none-match", []), tag):
        return _empty(304, headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=CALENDAR)


def matches(conditions: list[str], tag: str) -> bool:
    """`If-None-Match` holds this tag: several headers, lists, weak forms and `*` (RFC 9110, 13.1.2)."""
    wanted = [part.strip().removeprefix("W/") for condition in conditions for part in condition.split(",")]
    return tag in wanted or "*" in wanted


def accepts_gzip(header: str) -> bool:
    """The reader takes gzip: named with a quality above 0, or by `*`."""
    found: dict[str, bool] = {}
    for part in header.lower().split(","):
        coding, _, parameter = part.partition(";")
        quality = parameter.strip().removeprefix("q=").strip()
        found[coding.strip()] = quality.strip("0.") != "" if parameter else True
    return found.get("gzip", found.get("*", False))


def _real(site: Site, moment: datetime) -> datetime:
    """A moment of the domain on the machine's clock, which HTTP speaks; the two differ in demo mode."""
    now = datetime.now(UTC)
    minutes = round((now - site.clock.now()).total_seconds() / 60)
    return min(now, moment.astimezone(UTC) + timedelta(minutes=minutes))


def _unknown(request: Request[Any, Any, Any], site: Site) -> Response[bytes]:
    """404, counted: who guesses at addresses is slowed down, while addresses that exist answer as ever."""
    address = request.client.host if request.client else ""
    now = datetime.now(UTC)
    try:
        access_attempts.check(site, "feed", address, now)
    except access_attempts.TooManyTries as error:
        return _empty(429, {"Retry-After": str(error.seconds)})
    access_attempts.count(site, "feed", address, now)
    return _empty(404)


def _empty(status: int, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(b"", status_code=status, headers={**HEADERS, **(headers or {})}, media_type=CALENDAR)


HANDLERS = [feed]
