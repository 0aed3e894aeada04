"""
A calendar fetched from an address outside, guarded at each step (`security.md` H4, `settled.md` 22).

The name is resolved once; all its machines have to be public; the connection goes to one of those, by its number, so
that a name that means something else a moment later leads nowhere. The certificate is still checked by name. Ten
seconds bound everything, by the clock and not by the pause between two bytes. `http.client` reads the answer and
nothing more: `urllib` would follow redirects, proxies and files.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse, IncompleteRead

from calendars.reading_lines import MOST_BYTES
from service.remote_addresses import PORT, Address, NotFetched, address_of, is_public
from service.remote_wire import Deadline, Resolve, machines, readable

MOST_REDIRECTS = 3
MOST_TRIED = 4
"""Machines of one name that are tried one after the other."""
MOST_RETRY_SECONDS = 7 * 86400
LONGEST_VALIDATOR = 200
REDIRECTS = frozenset((301, 302, 303, 307, 308))
REFUSALS = {401: "SIGN_IN", 403: "SIGN_IN", 404: "GONE", 410: "GONE", 429: "ASKED_TOO_OFTEN", 503: "AWAY"}
AGENT = "Le Fil (calendar reader)"

Dial = Callable[[str, float], socket.socket]
"""Connect to a machine by its address, within so many seconds; raises OSError."""


def _resolve(host: str) -> list[str]:
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _dial(address: str, seconds: float) -> socket.socket:
    return socket.create_connection((address, PORT), timeout=seconds)


@dataclass(frozen=True)
class Outside:
    """The internet: names, machines, certificates. No setting changes it; a test puts a server of its own there."""

    resolve: Resolve = _resolve
    dial: Dial = _dial
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context


@dataclass(frozen=True)
class Limits:
    """Of one reading with all its redirects."""

    seconds: float = 10.0
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True)
class Fetched:
    """What came; `content` None = unchanged since. The validators are for the next time."""

    content: bytes | None = field(repr=False)
    etag: str = field(default="", repr=False)
    last_modified: str = ""


def fetch(
    url: str,
    now: datetime,
    *,
    etag: str = "",
    last_modified: str = "",
    outside: Outside | None = None,
    limits: Limits | None = None,
) -> Fetched:
    """
    Read what stands at an address.

    Parameters
    ----------
    now
        The machine's time: the other side may name a date before which not to come back.
    etag, last_modified
        What came with the reading before; unchanged content is then not sent again.

    Raises
    ------
    NotFetched
        BAD_ADDRESS, NOT_HTTPS, UNKNOWN_HOST, NOT_PUBLIC, NO_ANSWER, BAD_CERTIFICATE, SLOW, TOO_LARGE, COMPRESSED,
        TOO_MANY_REDIRECTS, SIGN_IN, GONE, ASKED_TOO_OFTEN, AWAY, ODD_ANSWER.
    """
    limits = limits or Limits()
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    deadline = Deadline(limits.seconds)
    address = address_of(url)
    try:
        for _ in range(MOST_REDIRECTS + 1):
            found = _ask(address, known, outside or Outside(), deadline, limits, now)
            if isinstance(found, Fetched):
                return found
            address = address.beside(found)
    except ssl.SSLCertVerificationError as error:
        raise NotFetched("BAD_CERTIFICATE") from error
    except TimeoutError as error:
        raise NotFetched("SLOW") from error
    except (OSError, IncompleteRead) as error:
        raise NotFetched("NO_ANSWER") from error
    except (HTTPException, ValueError) as error:
        raise NotFetched("ODD_ANSWER") from error
    raise NotFetched("TOO_MANY_REDIRECTS")


def _ask(
    address: Address, known: dict[str, str], outside: Outside, deadline: Deadline, limits: Limits, now: datetime
) -> Fetched | str:
    """One question: the answer, or where a redirect leads."""
    with _connected(_machines(address.host, outside, deadline), outside, deadline) as bare:
        bare.settimeout(deadline.left())
        with outside.tls().wrap_socket(bare, server_hostname=address.host) as connection:
            connection.settimeout(deadline.left())
            connection.sendall(_question(address, known))
            answer = HTTPResponse(readable(connection, deadline), method="GET")
            try:
                answer.begin()
                return _answered(answer, known, limits, now)
            finally:
                answer.close()


def _machines(host: str, outside: Outside, deadline: Deadline) -> list[str]:
    """
    The machines behind a name, all of them public.

    One that is not is a reason to trust none: an honest name has no machine inside somebody's network.
    """
    found = machines(host, outside.resolve, deadline)
    if not found:
        raise NotFetched("UNKNOWN_HOST")
    if not all(map(is_public, found)):
        raise NotFetched("NOT_PUBLIC")
    return found[:MOST_TRIED]


def _connected(found: Sequence[str], outside: Outside, deadline: Deadline) -> socket.socket:
    for number, machine in enumerate(found, 1):
        try:
            # The last one may take what is left; those before leave some of it to the others.
            return outside.dial(machine, deadline.left() / (len(found) - number + 1))
        except OSError:
            deadline.left()
    raise NotFetched("NO_ANSWER")


def _question(address: Address, known: dict[str, str]) -> bytes:
    headers = {
        "Host": address.host,
        "User-Agent": AGENT,
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **{name: value for name, value in known.items() if value},
    }
    lines = [f"GET {address.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii")


def _answered(answer: HTTPResponse, known: dict[str, str], limits: Limits, now: datetime) -> Fetched | str:
    status = answer.status
    if status == 304 and any(known.values()):
        return Fetched(None, known["If-None-Match"], known["If-Modified-Since"])
    if status in REDIRECTS and (location := answer.headers.get("Location")):
        return location
    if status != 200:
        code = REFUSALS.get(status, "AWAY" if status >= 500 else "ODD_ANSWER")
        raise NotFetched(code, _retry_seconds(answer.headers.get("Retry-After", ""), now))
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise NotFetched("COMPRESSED")
    if answer.headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        raise NotFetched("COMPRESSED")
    if answer.length is not None and answer.length > limits.most_bytes:
        raise NotFetched("TOO_LARGE")
    content = answer.read(limits.most_bytes + 1)
    if len(content) > limits.most_bytes:
        raise NotFetched("TOO_LARGE")
    if answer.length:  # it ended before its end
        raise NotFetched("NO_ANSWER")
    return Fetched(
        content, _validator(answer.headers.get("ETag", "")), _validator(answer.headers.get("Last-Modified", ""))
    )


def _validator(text: str) -> str:
    """What may be sent back as it came: short, printable, ASCII."""
    text = text.strip()
    return text if len(text) <= LONGEST_VALIDATOR and text.isascii() and text.isprintable() else ""


def _retry_seconds(text: str, now: datetime) -> int:
    """Seconds of Retry-After, which may be a date (RFC 9110, 10.2.3); a week at most, 0 when there is none."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), MOST_RETRY_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return 0
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return max(0, min(int((until - now).total_seconds()), MOST_RETRY_SECONDS))
