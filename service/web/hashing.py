"""Where passwords are hashed: threads of their own, so that fifty who sign in at once leave the others free."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from service.passwords import AT_ONCE

T = TypeVar("T")
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")


async def apart(work: Callable[[], T]) -> T:
    """Do what hashes a password in one of these threads, and wait for it."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
