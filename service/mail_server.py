"""Which server mails are handed to, as the operator names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """
    One server; `tls` from the first byte, else STARTTLS.

    Without TLS at all only a server on this machine is spoken to.
    """

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_here(self) -> bool:
        return self.host in LOOPBACK


def mail_server(url: str) -> MailServer:
    """
    Read `smtp://user:password@host:port` or `smtps://…`; `%40` stands for an `@` within user or password.

    Raises
    ------
    ValueError
        When it names none; its message never holds the address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("not the address of a mail server") from None
    rest = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in PORTS or not parts.hostname or rest or bool(parts.username) != bool(parts.password):
        raise ValueError("not the address of a mail server")
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
