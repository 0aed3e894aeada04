"""
The process that solves: the only one that loads a solver (`python -m service.run_child MEBIBYTES`).

It reads one JSON message a line and writes one a line. In: ``{"warm": search}``, ``{"solve": kind,
"snapshot": …, "limits": …}``, ``{"stop": true}``. Out: ``{"ready": version}``, ``{"progress": …}``, ``{"draft": …}``
(a first answer before its proof), ``{"answer": …}``, ``{"error": …}``. When its parent dies its input ends, and it ends
too. It never sees the database.
"""

from __future__ import annotations

import os
import queue
import resource
import sys
import threading
import time
from importlib import import_module
from importlib.metadata import version
from typing import Any, BinaryIO

import msgspec

from matching.search import Limits, Progress
from service.run_kinds import RunKind

PROGRESS_EVERY = 0.2
"""Seconds between two messages about progress, at least."""


class Line:
    """The way back to the parent: whole messages, also when the solver speaks from another thread."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def send(self, **message: object) -> None:
        encoded = msgspec.json.encode(message) + b"\n"
        with self._lock:
            self._out.write(encoded)
            self._out.flush()


def main() -> None:
    limit_memory(int(sys.argv[1]))
    # Whatever a library prints goes to standard error; the messages keep the pipe for themselves.
    line = Line(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    orders: queue.Queue[dict[str, Any]] = queue.Queue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders, stop), daemon=True).start()
    while True:
        order = orders.get()
        if "warm" in order:
            import_module(order["warm"])
            line.send(ready=f"ortools {version('ortools')}")
        else:
            _solve(order, line, stop)


def _listen(source: BinaryIO, orders: queue.Queue[dict[str, Any]], stop: threading.Event) -> None:
    for raw in source:
        order: dict[str, Any] = msgspec.json.decode(raw)
        if "stop" in order:
            stop.set()
        else:
            stop.clear()
            orders.put(order)
    os._exit(0)  # the parent is gone: nobody waits for an answer


def _solve(order: dict[str, Any], line: Line, stop: threading.Event) -> None:
    kind = msgspec.convert(order["solve"], RunKind)
    search = import_module(kind.search)
    told = 0.0

    def watch(progress: Progress) -> bool:
        nonlocal told
        now = time.monotonic()
        if now - told >= PROGRESS_EVERY:
            told = now
            line.send(progress=msgspec.to_builtins(progress))
        return not stop.is_set()

    def first(draft: object) -> None:
        line.send(draft=msgspec.to_builtins(draft))

    told_first = {"first": first} if kind.first else {}
    try:
        instance, limits = kind.instance(order["snapshot"]), msgspec.convert(order["limits"], Limits)
        answer = search.solve(instance, limits, watch, **told_first)
    except Exception as error:  # the parent decides what becomes of the run; it needs to know, whatever it was
        line.send(error=type(error).__name__)
        raise  # its end, with the trace on standard error
    line.send(answer=msgspec.to_builtins(answer))


def limit_memory(mebibytes: int) -> None:
    """Beyond this the process fails alone, and the machine goes on."""
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))


if __name__ == "__main__":
    main()
