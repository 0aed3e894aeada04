"""A real mail server in the process of the test, and what it was told."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "le-fil", "a secret of the test"


@dataclass
class Postbox:
    """
    What arrived, in order.

    Parameters
    ----------
    says
        Answers in place of the server's own, used up one after the other: to RCPT and to the end of DATA.
    before_taking
        Called when a whole mail is there, before the server says that it took it.
    """

    port: int = 0
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    says: dict[str, list[str]] = field(default_factory=lambda: {"RCPT": [], "DATA": []})
    before_taking: Callable[[], None] = lambda: None
    encrypted: bool = False
    signed_in: bool = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.says["RCPT"]:
            return self.says["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.before_taking()
        self.encrypted, self.signed_in = session.ssl is not None, bool(session.authenticated)
        if self.says["DATA"]:
            return self.says["DATA"].pop(0)
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 OK"

    @property
    def read(self) -> list[EmailMessage]:
        return [parsed(content) for _, _, content in self.mails]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


def parsed(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def calendar_of(mail: EmailMessage) -> bytes:
    """The calendar in a mail, byte for byte."""
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@contextmanager
def postbox(**options: Any) -> Iterator[Postbox]:
    """A server on a port of its own, as long as the block lasts."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=0, **options)
    _start(controller)
    box.port = controller.server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        controller.stop()


def _start(controller: Controller) -> None:
    """As `Controller.start`, which asks the port that it was told, and not the one it got."""
    trigger = controller._trigger_server

    def at_its_port() -> None:
        controller.port = controller.server.sockets[0].getsockname()[1]
        trigger()

    controller._trigger_server = at_its_port
    controller.start()


@contextmanager
def secured_postbox(folder: Path) -> Iterator[tuple[Postbox, Path]]:
    """A server that demands STARTTLS and a password, and the certificate it is trusted by."""
    certificate = a_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=right, handled=False)

    with postbox(tls_context=context, require_starttls=True, auth_required=True, authenticator=known) as box:
        yield box, certificate


def a_certificate(folder: Path) -> Path:
    """A certificate of this machine with its key, in one file, signed by itself."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(secret, hashes.SHA256())
    )
    kept = folder / "server.pem"
    kept.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return kept
