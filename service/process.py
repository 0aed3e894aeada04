"""This process: how it ends, what it may read of others, and what it writes down."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType


def stop_in_order() -> None:
    """Let a request to end run through every `finally`, as Ctrl-C does."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


def be_private() -> None:
    """Files made from here on belong to their owner alone."""
    os.umask(0o077)


def write_log(level: str) -> None:
    """One line for each entry on standard error: time, level, where, what; never what people wrote."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(
        stream=sys.stderr, level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
