"""
A small internet on this machine: real TLS servers, with names and public addresses of their own.

It stands in for what is outside the process; everything of ours runs as it is, the check of addresses included.
"""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.remote_fetch import Outside

NAME = "agenda.example.org"
OTHER = "autre.example.net"
ADDRESS = "93.184.215.14"
"""Public by its number; nothing is ever sent there."""

Answer = Callable[[ssl.SSLSocket, str], object]
"""What a server does with a connection and the head of a question."""


@cache
def _pems() -> tuple[bytes, bytes]:
    """An authority, and a certificate of it for our names."""
    now = datetime.now(UTC)

    def certificate(
        names: list[str], issuer: x509.Name, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey
    ):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0] if names else "authority")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=False)
        else:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    authority = certificate([], authority_name, authority_key, authority_key)
    own = certificate([NAME, OTHER], authority_name, key, authority_key)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return authority, own + secret


def trusting() -> ssl.SSLContext:
    """What a machine checks certificates by that knows our authority, and is as strict as ever."""
    return ssl.create_default_context(cadata=_pems()[0].decode())


@dataclass
class Internet:
    """
    Parameters
    ----------
    answer
        What every server does; tests change it as they go.
    names
        The addresses of each name; a list of lists answers anew each time.
    """

    port: int
    answer: Answer
    names: dict[str, list[str]] = field(default_factory=lambda: {NAME: [ADDRESS], OTHER: [ADDRESS]})
    asked: list[str] = field(default_factory=list[str])
    dialled: list[str] = field(default_factory=list[str])
    resolved: list[str] = field(default_factory=list[str])

    def resolve(self, host: str) -> list[str]:
        self.resolved.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.names[host]

    def dial(self, address: str, seconds: float) -> socket.socket:
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def outside(self, tls: Callable[[], ssl.SSLContext] = trusting) -> Outside:
        return Outside(self.resolve, self.dial, tls)

    def says(self, content: bytes, status: str = "200 OK", **headers: str) -> None:
        """From now on every question gets this."""
        self.answer = saying(content, status, **headers)


def saying(content: bytes, status: str = "200 OK", **headers: str) -> Answer:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *lines, "", ""]).encode()

    def answer(connection: ssl.SSLSocket, _question: str) -> None:
        connection.sendall(head + content)

    return answer


def by_path(answers: Mapping[str, Answer]) -> Answer:
    """Each path has its own answer."""

    def answer(connection: ssl.SSLSocket, question: str) -> None:
        answers[question.split(" ", 2)[1]](connection, question)

    return answer


@contextmanager
def internet() -> Iterator[Internet]:
    """Servers that answer until the end of the block, with an empty calendar at first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "server.pem"
        pem.write_bytes(_pems()[1])
        context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))
    made = Internet(listener.getsockname()[1], saying(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    open_now: set[socket.socket] = set()

    def serve() -> None:
        while True:
            try:
                bare, _ = listener.accept()
            except OSError:
                return
            open_now.add(bare)
            threading.Thread(target=one, args=(bare,), daemon=True).start()

    def one(bare: socket.socket) -> None:
        try:
            with context.wrap_socket(bare, server_side=True) as connection:
                open_now.add(connection)
                question = b""
                while b"\r\n\r\n" not in question and (more := connection.recv(4096)):
                    question += more
                made.asked.append(question.decode("latin-1"))
                made.answer(connection, made.asked[-1])
        except OSError:  # whoever asked has gone, or does not trust us
            pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_now:
            connection.close()
