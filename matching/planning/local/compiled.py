"""Where the compiler comes in: it has no types of its own, so it is named nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compiled at the first call and kept beside the module for all later ones; other threads go on meanwhile."""
    return cast(Any, numba).njit(cache=True, nogil=True)(function)
