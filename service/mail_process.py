"""
Mails from outside are read in a process of their own, with limits: whatever one does, it does there.

Limits by `security.md` H2.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from service.mail_reading import MOST_BYTES, Read, mark_of

log = logging.getLogger("lefil.mail")

PROCESSOR_SECONDS = 10
SECONDS = 20.0
MEBIBYTES = 512
BEGINNING = 64 * 1024
"""Of a mail that is too large, so much is looked at: its headers."""


def read_apart(content: bytes, recipient: str = "") -> Read:
    """
    What a mail says; of one that is too large, cannot be read or reads for too long, only that it came.

    `recipient` is the address that it was delivered to, when the mail server tells it.
    """
    cut = len(content) > MOST_BYTES
    limits = [str(PROCESSOR_SECONDS), str(MEBIBYTES), "cut" if cut else "whole"]
    to = [recipient] if recipient.isprintable() and 0 < len(recipient) < 1000 else []
    try:
        done = subprocess.run(  # noqa: S603  (our own module)
            [sys.executable, "-P", "-m", "service.mail_child", *limits, *to],
            input=content[:BEGINNING] if cut else content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a trace could hold lines of the mail
            env=_environment(),
            timeout=SECONDS,
            start_new_session=True,
        )
        if done.returncode == 0:
            return msgspec.json.decode(done.stdout, type=Read)
        log.warning("the process that reads a mail ended with %s", done.returncode)
    except subprocess.TimeoutExpired:
        log.warning("a mail took too long to read")
    return Read(mark_of(content))


def _environment() -> dict[str, str]:
    """Where our modules are, and nothing of the settings."""
    home = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH", ""))))
    return {"PYTHONPATH": path, "LC_ALL": "C.UTF-8"}
