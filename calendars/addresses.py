"""Mail addresses, as they may stand in a calendar and in the headers of a mail."""

from __future__ import annotations

import re

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
"""RFC 5321, 4.1.2, without quoted names: nothing in it can end a line or begin another address."""
LONGEST = 254


class NotAnAddress(ValueError):
    """Nothing that a mail could be sent to; the message never holds it."""


def mail_address(given: str) -> str:
    """
    An address with its domain in ASCII.

    Raises
    ------
    NotAnAddress
        When it is none, or holds anything that could become another header.
    """
    local, at, domain = given.strip().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode().lower()}" if at and domain else ""
    except UnicodeError:
        address = ""
    if len(address) > LONGEST or not ADDRESS.fullmatch(address) or ".." in address or address.startswith("."):
        raise NotAnAddress("no address for mail")
    return address


def tagged(address: str, tag: str) -> str:
    """The address with a tag, as mail servers know it: `agenda+TAG@example.org` (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{tag}@{domain}"
