"""The addresses that calendars poll: no session, no cookie, no page; the secret alone decides (`security.md` F1)."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from time import monotonic
from typing import Any

from litestar import Request, Response, get, route
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath

from service import access_attempts, feed_bodies, feeds
from service.errors import NotFound
from service.feed_bodies import Seen
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


class Guessers:
    """Who guessed at addresses too often, in this process, and until when; the counters are in the database."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def wait(self, address: str, now: float) -> int:
        """Seconds until this caller's guesses are looked at again; 0 = now."""
        until = max(self._until.get(access_attempts.subject(address), 0.0), self._until.get("", 0.0))
        return max(0, int(until - now) + 1) if until > now else 0

    def count(self, site: Site, address: str) -> None:
        """Count one more guess; after the answer, so that it takes the time of a hit."""
        now = datetime.now(UTC)
        access_attempts.count(site, "feed", address, now)
        try:
            access_attempts.check(site, "feed", address, now)
        except access_attempts.TooManyTries as error:
            began = monotonic()
            self._until = {who: until for who, until in self._until.items() if until > began}
            self._until[access_attempts.subject(address)] = began + error.seconds


@route("/f/{name:str}", http_method=["GET", "HEAD"], opt=ANYONE, sync_to_thread=True, include_in_schema=False)
def feed(request: Request[Any, Any, Any], site: NamedDependency[Site], name: FromPath[str]) -> Response[bytes]:
    """The calendar behind a secret address; 404 when there is none, 410 when it is over, both without a word."""
    secret, _, ending = name.rpartition(".")
    reads: Reads = request.app.state.setdefault("feed_reads", Reads())
    wait = reads.wait(secret, monotonic())
    if wait:
        return _empty(429, {"Retry-After": str(wait)})
    try:
        seen = LOOKS.get(ending, _nothing)(site, secret, request.headers.get("user-agent", ""))
    except NotFound:
        return _unknown(request, site)
    reads.count(secret, monotonic())
    if seen.digest is None:
        return _empty(410)

    zipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    if _is_known(request, seen, zipped=zipped):
        return _empty(304, _told(seen, zipped=zipped))
    seen = feed_bodies.body_of(site, seen)
    headers = _told(seen, zipped=zipped)
    body = seen.body or b""
    if zipped:
        headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type=CALENDAR)
    return Response(gzip.decompress(body), headers=headers, media_type=CALENDAR)


def _nothing(_: Site, __: str, ___: str) -> Seen:
    raise NotFound("no such ending")


LOOKS: Mapping[str, Callable[[Site, str, str], Seen]] = {"ics": feed_bodies.look, "ifb": feed_bodies.taken_hours}
"""What an address shows, by its ending: the calendar, or the taken hours alone."""


def _told(seen: Seen, *, zipped: bool) -> dict[str, str]:
    tag = f'"{seen.digest}{"-gzip" if zipped else ""}"'
    return {**HEADERS, "ETag": tag, "Last-Modified": format_datetime(seen.changed, usegmt=True)}


def _is_known(request: Request[Any, Any, Any], seen: Seen, *, zipped: bool) -> bool:
    """The reader has it already: by tag, or else by the very date that came with it (RFC 9110, 13.2.2)."""
    told = _told(seen, zipped=zipped)
    conditions = request.headers.getall("if-none-match", [])
    if conditions:
        return matches(conditions, told["ETag"])
    return request.headers.get("if-modified-since") == told["Last-Modified"]


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


def _unknown(request: Request[Any, Any, Any], site: Site) -> Response[bytes]:
    """404, counted: who guesses at addresses is slowed down, while addresses that exist answer as ever."""
    guessers: Guessers = request.app.state.setdefault("feed_guessers", Guessers())
    address = request.client.host if request.client else ""
    wait = guessers.wait(address, monotonic())
    if wait:
        return _empty(429, {"Retry-After": str(wait)})
    answer = _empty(404)
    answer.background = BackgroundTask(guessers.count, site, address)
    return answer


def _empty(status: int, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(b"", status_code=status, headers={**HEADERS, **(headers or {})}, media_type=CALENDAR)


@get("/robots.txt", opt=ANYONE, sync_to_thread=False, include_in_schema=False)
def robots() -> Response[str]:
    """
    Forbids nothing: Google's calendar obeys this file like its search does, and refuses an address it may not read.

    That no page is indexed stands in the headers of each.
    """
    return Response("User-agent: *\nDisallow:\n", media_type="text/plain")


HANDLERS = [feed, robots]
