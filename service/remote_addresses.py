"""
Which addresses outside may be asked for a calendar, by their names and by the machines behind them (`security.md` H4).

Somebody who types an address must not make this service knock at doors that only it can reach: its own machine, the
network around it, the data of its host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

MOST_CHARACTERS = 2000
PORT = 443

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LAST_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
"""No number: `127.0.0.1`, `2130706433` and `0x7f.1` are addresses of machines in many spellings."""
_READ_TWO_WAYS = re.compile("[ßς\u200c\u200d]")
"""Letters that the two standards of international names take for different names."""
_IN_A_PATH = "!$&'()*+,;=:@/%~-._?"

_CLOSED_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
"""Of the IANA registry of special addresses all that is not a machine on the internet; multicast and beyond."""
_UNICAST_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20"))
_TRANSLATED = IPv6Network("64:ff9b::/96")
_METADATA = frozenset((IPv4Address("168.63.129.16"),))
"""Public by its number, yet a host's own service for the machines that it runs."""


class NotFetched(Exception):
    """
    An address that gives no calendar.

    `code` says why; what came back is told to nobody. `retry_seconds` is what the other side asked to wait.
    """

    def __init__(self, code: str, retry_seconds: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.retry_seconds = retry_seconds


@dataclass(frozen=True)
class Address:
    """A place on the web, always by https on port 443: the host in ASCII letters, path and query as they are sent."""

    host: str
    target: str

    def beside(self, location: str) -> Address:
        """Where a redirect leads, looked at anew."""
        return address_of(urljoin(f"https://{self.host}{self.target}", location))


def address_of(text: str) -> Address:
    """
    Take an address apart that somebody typed, or that a redirect names.

    Raises
    ------
    NotFetched
        BAD_ADDRESS, NOT_HTTPS.
    """
    text = text.strip(" \t\r\n")
    if (
        not text
        or len(text) > MOST_CHARACTERS
        or "\\" in text
        or any(not one.isprintable() or one.isspace() for one in text)
    ):
        raise NotFetched("BAD_ADDRESS")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise NotFetched("BAD_ADDRESS") from error
    if parts.scheme == "http":
        raise NotFetched("NOT_HTTPS")
    if parts.scheme not in ("https", "webcal", "webcals") or "@" in parts.netloc or port not in (None, PORT):
        raise NotFetched("BAD_ADDRESS")
    target = quote(parts.path or "/", safe=_IN_A_PATH) + (
        f"?{quote(parts.query, safe=_IN_A_PATH)}" if parts.query else ""
    )
    if not target.startswith("/"):
        raise NotFetched("BAD_ADDRESS")
    return Address(_host(parts.netloc.rpartition(":")[0] if port else parts.netloc.removesuffix(":")), target)


def _host(name: str) -> str:
    if _READ_TWO_WAYS.search(name):
        raise NotFetched("BAD_ADDRESS")
    try:
        host = name.encode("idna").decode().lower()
    except UnicodeError as error:
        raise NotFetched("BAD_ADDRESS") from error
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise NotFetched("BAD_ADDRESS")
    if not _LAST_LABEL.fullmatch(labels[-1]) or labels[-1] in ("localhost", "local", "internal", "localdomain"):
        raise NotFetched("BAD_ADDRESS")
    return host


def is_public(address: str) -> bool:
    """Whether a machine's address is one of the open internet, also when it is wrapped in another one."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return all(map(_is_open, _unwrapped(found)))


def _unwrapped(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The machines that an address reaches: those inside a mapped, translated or tunnelled one."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _TRANSLATED:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour
        yield from address.teredo or ()


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        closed = address in _METADATA or any(address in network for network in _CLOSED_4)
        return address.is_global and not closed and not address.is_multicast
    inside = address.scope_id is None and address in _UNICAST_6 and not any(address in one for one in _CLOSED_6)
    return inside and address.is_global and not address.is_multicast
