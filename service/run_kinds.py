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
    One search of `matching`, by names: the classes as `module:Class`.

    Modules are named, not imported: only the child process loads `search`, and with it the solver. `first`: the search
    tells a first answer before its proof.
    """

    search: str
    instance_class: str
    answer_class: str
    judge: str
    first: bool = False

    def instance(self, snapshot: Mapping[str, object]) -> Any:
        """The instance that a snapshot holds; `msgspec.ValidationError` when it holds none."""
        return msgspec.convert(snapshot, _named(self.instance_class))

    def answer(self, result: Mapping[str, object]) -> Any:
        """The answer that a result holds; `msgspec.ValidationError` when it holds none."""
        return msgspec.convert(result, _named(self.answer_class))

    def violations(self, instance: Any, answer: Any) -> Iterable[object]:
        """What the judge, who knows no solver, finds wrong with an answer."""
        judge: Callable[[Any, Any], Iterable[object]] = _named(f"{self.judge}:violations")
        return judge(instance, answer)


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


KINDS: Mapping[str, RunKind] = {
    "pairing": RunKind(
        search="matching.pairing.solve",
        instance_class="matching.pairing.instance:Instance",
        answer_class="matching.pairing.answer:Answer",
        judge="matching.pairing.judge",
        first=True,
    ),
    "what_if": RunKind(
        search="matching.pairing.supposing",
        instance_class="matching.pairing.what_if:Supposition",
        answer_class="matching.pairing.what_if:Comparison",
        judge="matching.pairing.what_if",
    ),
    "planning": RunKind(
        search="matching.planning.solve",
        instance_class="matching.planning.instance:Instance",
        answer_class="matching.planning.plan:Answer",
        judge="matching.planning.judge",
    ),
    "replan": RunKind(
        search="matching.planning.replan",
        instance_class="matching.planning.instance:Instance",
        answer_class="matching.planning.replanned:Replanned",
        judge="matching.planning.replanned",
        first=True,
    ),
}
