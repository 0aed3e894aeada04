"""
Foreign calendars are read in a process of their own, with limits: whatever a file does, it does there.

Limits by `security.md` H2; the size is that of `settled.md` 22.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from calendars.reading_lines import Unreadable

log = logging.getLogger("lefil.busy")


@dataclass(frozen=True)
class Limits:
    """Of one file: time of the processor, time on the clock, address space."""

    processor_seconds: int = 10
    seconds: float = 15.0
    mebibytes: int = 1024


class _Answer(msgspec.Struct):
    busy: list[tuple[datetime, datetime]] = []
    error: str = ""


def read_apart(
    content: bytes, begins: datetime, ends: datetime, zone: str, limits: Limits | None = None
) -> list[tuple[datetime, datetime]]:
    """
    What a calendar takes of a period, as `calendars.reading.busy` says it.

    Raises
    ------
    Unreadable
        With its code; beside those of the reader TOO_SLOW, TOO_MUCH_MEMORY, and FAILED when its process ended without
        an answer.
    """
    limits = limits or Limits()
    words = [str(limits.processor_seconds), str(limits.mebibytes), begins.isoformat(), ends.isoformat(), zone]
    try:
        done = subprocess.run(  # noqa: S603  (our own module)
            [sys.executable, "-P", "-m", "service.busy_child", *words],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a trace could hold lines of the file
            env=_environment(),
            timeout=limits.seconds,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("TOO_SLOW") from error
    if done.returncode == -signal.SIGXCPU:
        raise Unreadable("TOO_SLOW")
    if done.returncode == -signal.SIGKILL:  # the system does so when the machine has no memory left
        raise Unreadable("TOO_MUCH_MEMORY")
    if done.returncode != 0:
        log.warning("the process that reads a calendar ended with %s", done.returncode)
        raise Unreadable("FAILED")
    answer = msgspec.json.decode(done.stdout, type=_Answer)
    if answer.error:
        raise Unreadable(answer.error)
    return answer.busy


def _environment() -> dict[str, str]:
    """Where our modules are, and nothing of the settings."""
    home = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH", ""))))
    return {"PYTHONPATH": path, "LC_ALL": "C.UTF-8"}
