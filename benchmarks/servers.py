"""Servers for benchmarks: in processes of their own, and what they spend."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def running(serve: Callable[..., None], *given: Any, port: int, host: str = "") -> Iterator[int]:
    """A server in a process of its own, whose number is given, while the block lasts; `/health` tells that it is up."""
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(*given, port), daemon=True)
    server.start()
    try:
        _wait(port, host or f"localhost:{port}")
        yield server.pid or 0
    finally:
        server.terminate()
        server.join(30)


def processor(pid: int) -> float:
    """Seconds of processor that a process has used, its threads included."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _wait(port: int, host: str) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health", headers={"Host": host})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")
