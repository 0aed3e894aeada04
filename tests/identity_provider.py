"""
An identity provider on this machine, over real https: it stands in for what is outside the process.

It is as strict as a good one about codes, secrets and PKCE; what it signs can be bent, to see it refused.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from service.provider_trips import Answer

CLIENT, SECRET = "le-fil", "un secret: avec + et %"
SUBJECT = "f:8c1f:claire"

Claims = dict[str, Any]
Bend = Callable[["IdentityProvider", Claims], "Claims | str"]
"""Other claims, or a whole token in place of an honest one."""


@cache
def rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "rsa"})


@cache
def ec_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "ec"})


@cache
def _certificate() -> tuple[bytes, bytes]:
    """Of an authority that answers for this machine itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    usage = x509.KeyUsage(True, False, False, False, False, True, False, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(pem), secret


@dataclass
class IdentityProvider:
    """
    Parameters
    ----------
    now
        Its clock.
    bend
        What it signs instead of honest claims.
    says
        Other fields of its description.
    broken
        Paths that answer with a fault.
    """

    issuer: str
    ca_file: str
    subject: str = SUBJECT
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    bend: Bend | None = None
    says: Claims = field(default_factory=dict[str, Any])
    broken: dict[str, tuple[int, bytes]] = field(default_factory=dict[str, tuple[int, bytes]])
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    @property
    def settings(self) -> dict[str, str]:
        """What the operator sets."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_name": "CPAS de Seraing",
            "oidc_ca_file": self.ca_file,
        }

    def described(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.says

    def keys(self) -> Claims:
        public = [{**key.as_dict(private=False), "use": "sig"} for key in (rsa_key(), ec_key())]
        return {"keys": [*public, {"kty": "AKP", "kid": "of tomorrow", "alg": "ML-DSA-44", "pub": "AA"}]}

    def answer(self, address: str, **other: str) -> Answer:
        """What a browser brings back from there, whose owner said yes."""
        question = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(question)
        code = f"code {len(self.asked)} of {id(self)}"
        self.codes[code] = question
        return Answer(**({"state": question["state"], "code": code, "issuer": self.issuer} | other))

    def claims(self, question: dict[str, str]) -> Claims:
        moment = int(self.now().timestamp())
        return {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": moment,
            "exp": moment + 300,
            "auth_time": moment,
            "nonce": question["nonce"],
            "amr": ["pwd", "mfa"],
        }

    def token(self, question: dict[str, str]) -> str:
        claims = self.claims(question)
        bent = self.bend(self, claims) if self.bend is not None else claims
        return bent if isinstance(bent, str) else signed(bent)

    def exchanged(self, authorization: str, form: dict[str, str]) -> tuple[int, Claims]:
        """The token for a code, once."""
        pair = b64decode(authorization.removeprefix("Basic ")).decode().split(":", 1)
        known = [unquote_plus(one) for one in pair] == [CLIENT, SECRET]
        known = known or (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        question = self.codes.pop(form["code"], None)
        verified = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if not known:
            return 401, {"error": "invalid_client"}
        if (
            question is None
            or verified != question["code_challenge"]
            or form["redirect_uri"] != question["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "-", "token_type": "Bearer", "id_token": self.token(question)}


def signed(claims: Claims, key: RSAKey | ECKey | None = None, **header: Any) -> str:
    key = key or ec_key()
    alg = "ES256" if isinstance(key, ECKey) else "RS256"
    return jwt.encode({"alg": alg, "kid": key.kid} | header, claims, key, algorithms=["ES256", "RS256", "PS256"])


@contextmanager
def identity_provider(folder: Path) -> Iterator[IdentityProvider]:
    """It answers until the end of the block."""
    certificate, secret = _certificate()
    ca_file, chain = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(certificate)
    chain.write_bytes(certificate + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    made: IdentityProvider

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path in made.broken:
                return self._send(*made.broken[path])
            if path == "/authorize":
                return self._send(200, _sign_in_page(self.path), "text/html; charset=utf-8")
            if path == "/yes":
                back = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
                answer = made.answer(self.path)
                sent = urlencode({"state": answer.state, "code": answer.code, "iss": answer.issuer})
                return self._send(302, b"", Location=f"{back}?{sent}")
            found = {"/.well-known/openid-configuration": made.described, "/keys": made.keys}.get(path)
            return self._send(200, json.dumps(found()).encode()) if found else self._send(404, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            if self.path in made.broken:
                return self._send(*made.broken[self.path])
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, said = made.exchanged(self.headers.get("authorization", ""), form)
            return self._send(status, json.dumps(said).encode())

        def _send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever asked has gone, or does not trust us."""

    server = Server(("127.0.0.1", 0), Handler)
    # The handshake belongs to the thread of each caller: one who never begins holds up nobody.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made = IdentityProvider(f"https://localhost:{server.server_port}", str(ca_file))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def _sign_in_page(path: str) -> bytes:
    onward = "/yes?" + urlsplit(path).query.replace("&", "&amp;")
    head = '<!doctype html><html lang="fr"><link rel="icon" href="data:,"><title>CPAS</title><h1>CPAS</h1>'
    return f'{head}<a href="{onward}">Je suis Claire</a>'.encode()
