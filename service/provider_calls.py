"""
Questions to the identity provider over https, bounded in time and size.

The operator names the issuer, nobody who uses the service does: its own host may stand on a private network, on any
port. Hosts that its answers name besides must be machines of the open internet, as for calendars (`remote_fetch.py`):
an answer must not make this service knock at doors that only it can reach. No redirect and no proxy is followed.
"""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from service.remote_addresses import is_public
from service.remote_wire import Deadline, machines, readable

MOST_BYTES = 256 * 1024
MOST_TRIED = 4
AGENT = "Le Fil (sign-in)"


class NotReached(Exception):
    """The provider gave no answer that could be used; `code` says why, and nothing of what it said."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Endpoint:
    """A place of https: host, port, path with query."""

    host: str
    port: int
    target: str

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def endpoint_of(url: str) -> Endpoint:
    """
    Take an address apart.

    Raises
    ------
    NotReached
        BAD_ADDRESS: it is not one of https.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise NotReached("BAD_ADDRESS") from error
    clean = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or parts.fragment or not clean:
        raise NotReached("BAD_ADDRESS")
    return Endpoint(parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def get(endpoint: Endpoint, home: Endpoint, ca_file: str, deadline: Deadline) -> dict[str, Any]:
    """The object that stands at an address of the provider, whose issuer is `home`."""
    return _asked(endpoint, home, ca_file, deadline, _lines("GET", endpoint, {}))


def post(
    endpoint: Endpoint, home: Endpoint, ca_file: str, deadline: Deadline, form: str, headers: dict[str, str]
) -> dict[str, Any]:
    """What the provider answers to a form."""
    body = form.encode("ascii")
    fields = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    return _asked(endpoint, home, ca_file, deadline, _lines("POST", endpoint, fields | headers) + body)


def _lines(method: str, endpoint: Endpoint, more: dict[str, str]) -> bytes:
    headers = {
        "Host": endpoint.name,
        "User-Agent": AGENT,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **more,
    }
    lines = [f"{method} {endpoint.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii")


def _asked(endpoint: Endpoint, home: Endpoint, ca_file: str, deadline: Deadline, question: bytes) -> dict[str, Any]:
    try:
        content = _exchanged(endpoint, home, ca_file, deadline, question)
        said = json.loads(content)
    except ssl.SSLCertVerificationError as error:
        raise NotReached("BAD_CERTIFICATE") from error
    except TimeoutError as error:
        raise NotReached("SLOW") from error
    except (OSError, HTTPException) as error:
        raise NotReached("NO_ANSWER") from error
    except (ValueError, RecursionError) as error:
        raise NotReached("ODD_ANSWER") from error
    if not isinstance(said, dict):
        raise NotReached("ODD_ANSWER")
    return said


def _exchanged(endpoint: Endpoint, home: Endpoint, ca_file: str, deadline: Deadline, question: bytes) -> bytes:
    # With a file of the operator's, its certificates alone are trusted; else those of the system.
    trust = ssl.create_default_context(cafile=ca_file or None)
    with (
        _connected(endpoint, home, deadline) as bare,
        trust.wrap_socket(bare, server_hostname=endpoint.host) as connection,
    ):
        connection.settimeout(deadline.left())
        connection.sendall(question)
        answer = HTTPResponse(readable(connection, deadline), method=question.split(b" ", 1)[0].decode())
        try:
            answer.begin()
            return _content(answer)
        finally:
            answer.close()


def _connected(endpoint: Endpoint, home: Endpoint, deadline: Deadline) -> socket.socket:
    def resolve(host: str) -> list[str]:
        found = socket.getaddrinfo(host, endpoint.port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    found = machines(endpoint.host, resolve, deadline)[:MOST_TRIED]
    if not found:
        raise NotReached("UNKNOWN_HOST")
    if (endpoint.host, endpoint.port) != (home.host, home.port) and not all(map(is_public, found)):
        raise NotReached("NOT_PUBLIC")
    for number, machine in enumerate(found):
        try:
            bare = socket.create_connection((machine, endpoint.port), deadline.left() / (len(found) - number))
            bare.settimeout(deadline.left())
        except OSError:
            deadline.left()
        else:
            return bare
    raise NotReached("NO_ANSWER")


def _content(answer: HTTPResponse) -> bytes:
    if answer.status in (400, 401, 403):
        raise NotReached("REFUSED")
    if answer.status != 200:
        raise NotReached("AWAY" if answer.status >= 500 else "ODD_ANSWER")
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise NotReached("COMPRESSED")
    content = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotReached("TOO_LARGE")
    if answer.length:  # it ended before its end
        raise NotReached("NO_ANSWER")
    return content
