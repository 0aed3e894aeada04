"""
What the searches answer, found once in this process for each question.

The same question gets the same answer, which tests of the searches themselves see to (`test_story_c1.py`,
`test_plan.py`); tests of what comes after an answer need not look for it again.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from matching.pairing import answer as pairing_answer
from matching.pairing import instance as pairing_instance
from matching.pairing import solve as pairing_search
from matching.planning import instance as planning_instance
from matching.planning import plan as planning_plan
from matching.planning import replan as replan_search
from matching.planning import replanned as replan_answer
from matching.planning import solve as planning_search
from matching.search import Limits


def paired(snapshot: Any, limits: Limits | None = None) -> tuple[pairing_answer.Answer, list[pairing_answer.Answer]]:
    """The answer to a question of pairing, and what was told before it."""
    return _paired(msgspec.json.encode(snapshot), limits or Limits())


@cache
def _paired(question: bytes, limits: Limits) -> tuple[pairing_answer.Answer, list[pairing_answer.Answer]]:
    told: list[pairing_answer.Answer] = []
    instance = msgspec.json.decode(question, type=pairing_instance.Instance)
    return pairing_search.solve(instance, limits, first=told.append), told


def planned(snapshot: Any) -> planning_plan.Answer:
    """The answer to a question of planning."""
    return _planned(msgspec.json.encode(snapshot))


@cache
def _planned(question: bytes) -> planning_plan.Answer:
    return planning_search.solve(msgspec.json.decode(question, type=planning_instance.Instance))


def replanned(snapshot: Any) -> replan_answer.Replanned:
    """The answer to a question of replanning."""
    return _replanned(msgspec.json.encode(snapshot))


@cache
def _replanned(question: bytes) -> replan_answer.Replanned:
    return replan_search.solve(msgspec.json.decode(question, type=planning_instance.Instance))
