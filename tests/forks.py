"""
Processes that begin as copies of one that has loaded everything: separate as any other, without seconds of loading.

How the command begins by itself is held by tests that start it as people do (`service/cli/test_running.py`).
`python -m tests.forks NUMBER` is the process that is copied; its orders come over the socket of that number.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
LOADED = ("service.cli_serve", "tests.service.mail.a_sender", "tests.service.runs.a_server")
MOST = 1 << 17
"""Octets of an order, in which the environment goes along."""


class Forked:
    """`python -m MODULE WORDS…` as a copy, with these files as its input, output and errors."""

    def __init__(self, module: str, *words: str, cwd: Path = ROOT, files: tuple[int, int, int] = (0, 1, 2)) -> None:
        order = {"module": module, "words": words, "cwd": str(cwd), "env": dict(os.environ)}
        self._told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(_loaded(), [json.dumps(order).encode()], [theirs.fileno(), *files])
        self.pid = int(self._told.recv(20))
        self.returncode: int | None = None

    def kill(self) -> None:
        if self.returncode is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                self.wait()  # it has ended by itself

    def wait(self, seconds: float | None = None) -> int:
        """The number it ended with, negative for a signal."""
        if self.returncode is None:
            self._told.settimeout(seconds)
            self.returncode = int(self._told.recv(20))
            self._told.close()
        return self.returncode


class Talking(Forked):
    """The same, with a pipe to tell it lines and one to hear what it says."""

    def __init__(self, module: str, *words: str) -> None:
        (told, tell), (hear, said) = os.pipe(), os.pipe()
        super().__init__(module, *words, files=(told, said, 2))
        os.close(told)
        os.close(said)
        self.stdin: IO[str] = os.fdopen(tell, "w")
        self.stdout: IO[str] = os.fdopen(hear)

    def end(self) -> None:
        """Whatever it does, it does no longer."""
        self.kill()
        self.wait()
        self.stdin.close()
        self.stdout.close()


def to_its_end(module: str, *words: str, cwd: Path, given: bytes = b"") -> tuple[int, str, str]:
    """The number that such a process ended with, what it said and its errors."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        told.write(given)
        told.seek(0)
        files = (told.fileno(), said.fileno(), errors.fileno())
        number = Forked(module, *words, cwd=cwd, files=files).wait(120)
        # The place in a file is shared with whoever wrote there.
        said.seek(0)
        errors.seek(0)
        return number, said.read().decode(), errors.read().decode()


@cache
def _loaded() -> socket.socket:
    """The way to the process that is copied; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = theirs.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forks", str(number)],
            cwd=ROOT,
            pass_fds=[number],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def main() -> None:
    for name in LOADED:
        import_module(name)
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as line:
        order = _next_copy(line)
    if order is not None:
        import_module(order["module"]).main()


def _next_copy(line: socket.socket) -> dict[str, str] | None:
    """In a copy its order; in the process that is copied nothing, once nobody orders any more."""
    while True:
        content, files, _, _ = socket.recv_fds(line, MOST, 4)
        if not content:
            return None
        order = json.loads(content)
        keeper = os.fork()
        if keeper == 0 and _is_copy(*files):
            os.chdir(order["cwd"])
            os.environ.clear()
            os.environ.update(order["env"])
            sys.argv[1:] = order["words"]
            return order
        for file in files:
            os.close(file)
        while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):
            pass  # keepers whose copy has ended


def _is_copy(told: int, *files: int) -> bool:
    """True in the copy; its keeper tells the copy's number, waits for its end and tells how it ended."""
    copy = os.fork()
    if copy == 0:
        for place, file in enumerate(files):
            os.dup2(file, place)
        return True
    for file in files:
        os.close(file)
    with socket.socket(fileno=told) as way:
        way.send(str(copy).encode())
        number = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
        with suppress(BrokenPipeError):  # nobody waits for it
            way.send(str(number).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
