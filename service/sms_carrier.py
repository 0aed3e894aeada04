"""
Short messages on their way: a command of the operator's takes one message at a time (`docs/mail.md`).

So any gateway will do, a modem beside the server as well as a provider's interface, and no provider's library is ours.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable

from service.outbox import Mail, Never, NotNow, Unknown

SECONDS = 60
TRY_LATER = 75
"""`EX_TEMPFAIL` of sysexits.h: the gateway says that it may take it later."""
NUMBER = re.compile(r"\+?[0-9]{6,15}")


def number(said: str) -> str | None:
    """A telephone number as gateways take it, without what people write between the digits; None when it is none."""
    plain = re.sub(r"[\s./()\-]", "", said)
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    return plain if NUMBER.fullmatch(plain) else None


class SmsCarrier:
    """Hands each message to the command: the number as its last argument, the text on its standard input."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)

    def send(self, mail: Mail, begin: Callable[[], None]) -> None:
        """As `outbox.Send` asks for."""
        begin()
        try:
            # No shell: the number is digits, and the text is no part of the command.
            done = subprocess.run(  # noqa: S603
                [*self._command, mail.to],
                input=mail.content,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except OSError as error:
            raise NotNow("no_server") from error
        except subprocess.TimeoutExpired as error:
            raise Unknown from error
        if done.returncode == TRY_LATER:
            raise NotNow("later")
        if done.returncode:
            raise Never("refused")
