"""The parent's hold on the process that solves: orders in, messages out, and its death seen at once."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from matching.search import Limits
from service.run_kinds import RunKind

log = logging.getLogger("lefil.runs")

MEMORY_MIB = 4096
"""Address space of the process that solves."""


class ChildGone(Exception):
    """The process that solves has ended without an answer."""


class Child:
    """
    A warm process that solves one instance after the other.

    A pool of `concurrent.futures` breaks as a whole when one of its processes dies; this one is simply replaced.
    """

    def __init__(self) -> None:
        home = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH", ""))))
        # -P: a folder named `service` where the command was started must not be taken for ours.
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            [sys.executable, "-P", "-m", "service.run_child", str(MEMORY_MIB)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            # Ctrl-C in a terminal reaches the server only, which then hands its runs back.
            start_new_session=True,
        )
        self._in, self._out = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.version = ""
        self._gone = False
        self._listener = threading.Thread(target=self._listen, name=f"child-{self.pid}", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can take orders: a killed process closes its pipes before the system calls it ended."""
        return not self._gone and self._process.poll() is None

    def warm(self, kind: RunKind) -> None:
        """Load the solver of a kind of run."""
        self._send(warm=kind.search)

    def solve(self, kind: RunKind, snapshot: Mapping[str, object], limits: Limits) -> None:
        """Begin to solve; `next` brings what happens."""
        self._send(warm=kind.search)
        self._send(solve=kind, snapshot=snapshot, limits=limits)

    def stop(self) -> None:
        """Ask for the best answer so far."""
        self._send(stop=True)

    def next(self, seconds: float) -> dict[str, Any]:
        """The next message, or an empty one after these seconds; ChildGone when the process has ended."""
        try:
            message = self._messages.get(timeout=seconds)
        except queue.Empty:
            return {}
        if message is None:
            self._messages.put(None)
            self._gone = True
            raise ChildGone
        if "ready" in message:
            self.version = message["ready"]
        return message

    def close_orders(self) -> None:
        """Nobody orders anything any more, as when this process dies: the child ends by itself."""
        try:
            self._in.close()
        except OSError:  # what was still to be written to a dead process
            log.debug("pipe of process %s was broken", self.pid)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._out.close()
        self.close_orders()

    def _send(self, **message: object) -> None:
        try:
            self._in.write(msgspec.json.encode(message) + b"\n")
            self._in.flush()
        except (OSError, ValueError) as error:
            self._gone = True
            raise ChildGone from error

    def _listen(self) -> None:
        try:
            for line in self._out:
                self._messages.put(msgspec.json.decode(line))
        except (OSError, ValueError, msgspec.DecodeError):  # closed, or killed in the middle of a line
            log.debug("last line of process %s is cut", self.pid)
        self._messages.put(None)
