"""Carries runs out as the worker does, step by step and in this process, so that a test sees each state."""

from __future__ import annotations

from typing import Any

import msgspec

from matching.pairing import supposing
from matching.pairing.answer import Answer
from matching.search import Limits
from service import run_rows
from service.run_kinds import KINDS
from service.run_rows import Taken
from service.site import Site
from tests.service import solving


class Calculation:
    """A run in hand: it may tell its first answer, end by itself, or end badly."""

    def __init__(self, site: Site) -> None:
        taken = run_rows.take(site.db)
        assert taken is not None, "no run waits"
        self.site = site
        self.taken: Taken = taken
        self.kind = KINDS[taken.kind]
        self.instance: Any = self.kind.instance(taken.snapshot)
        self.heard: list[Answer] = []

    def answer(self) -> Any:
        limits = msgspec.convert(self.taken.limits, Limits)
        if self.taken.kind == "what_if":
            return supposing.solve(self.instance, limits)
        if self.taken.kind in ("planning", "replan"):
            return (solving.planned if self.taken.kind == "planning" else solving.replanned)(self.instance)
        answer, told = solving.paired(self.instance, limits)
        self.heard += told
        return answer

    def tell_first(self, **changes: Any) -> None:
        """The first answer, before the proof unless told otherwise."""
        self.answer()
        draft = msgspec.to_builtins(self.heard[0]) | {"status": "feasible"} | changes
        assert self.kind.violations(self.instance, self.kind.answer(draft)) == []
        assert run_rows.keep_draft(self.site.db, self.taken, draft)

    def end(self, **changes: Any) -> None:
        """The last answer."""
        result = msgspec.to_builtins(self.answer()) | changes
        assert run_rows.end(self.site.db, self.taken, "done", result=result, solver_version="test", reason="")

    def stopped(self, by: str = "person", **changes: Any) -> None:
        result = msgspec.to_builtins(self.answer()) | changes
        assert run_rows.end(self.site.db, self.taken, "done", result=result, reason="", progress={"stopped": by})

    def fail(self, status: str = "failed", reason: str = "crashed") -> None:
        assert run_rows.end(self.site.db, self.taken, status, reason=reason)


def carried_out(site: Site) -> None:
    """Whatever waits, to its end."""
    Calculation(site).end()
