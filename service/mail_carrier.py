"""
A mail on its way to the server: `smtplib` over TLS.

The steps of one mail are called by name, since the outbox must know the moment before the first byte of the content
leaves; `smtplib.sendmail` takes them all at once.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable

from service.mail_server import MailServer
from service.outbox import Mail, Never, NotNow, Unknown

SECONDS = 60.0
"""For each step of the conversation with a server; five of them stay below `outbox.LEASE`."""


class Carrier:
    """
    Hands mails to one server over one connection, opened when the first one is due.

    A new one for each round: a connection left open would be closed by the server in the middle of the next one.
    """

    def __init__(self, server: MailServer, ca_file: str = "", *, seconds: float = SECONDS) -> None:
        self._server = server
        self._ca_file = ca_file
        self._seconds = seconds
        self._line: smtplib.SMTP | None = None

    def send(self, mail: Mail, begin: Callable[[], None]) -> None:
        """As `outbox.Send` asks for."""
        line = self._opened()
        try:
            self._envelope(line, mail)
            code, _ = line.docmd("DATA")
            if code != 354:
                self._reset(line)
            _judge(code, 354)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            raise NotNow("no_server") from error
        try:
            begin()
        except BaseException:
            # The server waits for a content that will not come: without its end it takes nothing (RFC 5321, 4.1.4).
            self.close(abruptly=True)
            raise
        try:
            line.send(_stuffed(mail.content) + b".\r\n")
            code, _ = line.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close(abruptly=True)
            raise Unknown from error
        _judge(code, 250)

    def close(self, *, abruptly: bool = False) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        try:
            if not abruptly:
                line.quit()
        except (smtplib.SMTPException, OSError):
            pass
        finally:
            line.close()

    def _envelope(self, line: smtplib.SMTP, mail: Mail) -> None:
        code, _ = line.mail(mail.sender)
        if code == 250:
            code, _ = line.rcpt(mail.to)
            if code in (250, 251):
                return
            reason = "address"
        else:
            reason = "refused"
        self._reset(line)
        _judge(code, 250, reason)

    def _reset(self, line: smtplib.SMTP) -> None:
        """Ready for the next mail, also when the server hangs up with its refusal: that one counts."""
        try:
            line.rset()
        except OSError:
            self.close(abruptly=True)

    def _opened(self) -> smtplib.SMTP:
        if self._line is not None:
            return self._line
        try:
            self._line = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise NotNow("sign_in") from error
        except (smtplib.SMTPException, OSError) as error:
            # Also a certificate that is not trusted: rather no mail than one that others may read.
            raise NotNow("no_server") from error
        return self._line

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        trust = ssl.create_default_context(cafile=self._ca_file or None)
        if server.tls:
            line = smtplib.SMTP_SSL(server.host, server.port, timeout=self._seconds, context=trust)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=self._seconds)
        try:
            line.ehlo()
            if not server.tls and (line.has_extn("starttls") or not server.is_here):
                line.starttls(context=trust)
                line.ehlo()
            if server.user:
                line.login(server.user, server.password)
        except BaseException:
            line.close()
            raise
        return line


def _judge(code: int, wanted: int, reason: str = "refused") -> None:
    if code == wanted:
        return
    if 500 <= code <= 599:
        raise Never(reason)
    raise NotNow("later")


def _stuffed(content: bytes) -> bytes:
    """A content as it goes over the line: lines end in CRLF, and one that begins with a point gets another."""
    lines = content.splitlines()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)
