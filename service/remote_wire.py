"""What every question to a machine outside needs: an end by the clock, and names that resolve within it."""

from __future__ import annotations

import io
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

Resolve = Callable[[str], Sequence[str]]
"""A name to the addresses of its machines; raises OSError."""


class Deadline:
    """What is left of the time of one exchange, by the clock and not by the pause between two bytes."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, > 0; raises TimeoutError when nothing is left."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Timed(io.RawIOBase):
    """A socket to read from until the deadline: one that sends a byte now and then does not put it off."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection, self._deadline = connection, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)


class _Readable:
    """As much of a socket as `HTTPResponse` asks for."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._source = _Timed(connection, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._source)


def readable(connection: socket.socket, deadline: Deadline) -> socket.socket:
    """What `HTTPResponse` reads an answer from, until the deadline."""
    return cast(socket.socket, _Readable(connection, deadline))


def machines(host: str, resolve: Resolve, deadline: Deadline) -> list[str]:
    """
    The addresses of the machines behind a name; none when nobody knows it.

    Raises
    ------
    TimeoutError
        When the name is not resolved in time.
    """
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(resolve(host)))
        except (OSError, UnicodeError):
            answers.put([])

    # The system's resolver knows no limit of time: beyond ours it is left alone.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return answers.get(timeout=deadline.left())
    except queue.Empty:
        raise TimeoutError from None
