"""The kinds of calculation: where the search, its instance, its answer and its judge live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import msgspec


@dataclass(frozen=True)
class RunKind:
    """
    One search of `matching`, by the names of its modules.

    Modules are named, not imported: only the child process loads `search`, and with it the solver.
    """

    room: str

    @property
    def search(self) -> str:
        """Module with `solve`; it imports the solver."""
        return f"{self.room}.cpsat"

    def instance(self, snapshot: Mapping[str, object]) -> Any:
        """The instance that a snapshot holds; `msgspec.ValidationError` when it holds none."""
        return msgspec.convert(snapshot, import_module(f"{self.room}.instance").Instance)

    def answer(self, result: Mapping[str, object]) -> Any:
        """The answer that a result holds; `msgspec.ValidationError` when it holds none."""
        return msgspec.convert(result, import_module(f"{self.room}.instance").Answer)

    def violations(self, instance: Any, answer: Any) -> Iterable[object]:
        """What the judge, who knows no solver, finds wrong with an answer."""
        judge: Callable[[Any, Any], Iterable[object]] = import_module(f"{self.room}.judge").violations
        return judge(instance, answer)


KINDS: Mapping[str, RunKind] = {
    "pairing": RunKind("matching.pairing"),
    "planning": RunKind("matching.planning"),
}
